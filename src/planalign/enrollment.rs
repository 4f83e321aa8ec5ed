//! Enrollment by choice, automatic enrollment and opting out.

use super::importer::{Importer, basis_points, ppm, rounded, shown};
use crate::error::Result;
use crate::rules::assumptions::{Chances, IsoDay, Segments};
use crate::rules::calendar::{first_of_year, iso};
use crate::rules::units::{BasisPoints, MILLION, Ppm};

const AGES: [&str; 4] = ["young", "mid_career", "mature", "senior"];
const INCOMES: [&str; 4] = ["low", "moderate", "high", "executive"];
/// PlanAlign's, where no key says from which hire date on the plan enrolls.
const HIRED_FROM: &str = "2020-01-01";
/// Lowest deferral rate of enrollment by choice.
const LOWEST_RATE: f64 = 0.01;
/// PlanAlign's factors of the opt-out target, by age and by pay.
const OPT_OUT: [[f64; 4]; 2] = [[1.8, 1.1, 0.7, 0.4], [1.3, 1.0, 0.8, 0.5]];

impl Importer<'_> {
    pub fn enrollment(&mut self) -> Result<()> {
        // PlanAlign's own, which no key changes.
        self.plan.segments = Segments::default();
        let keys =
            [("dc_plan.voluntary_enrollment_rate", 1.0), ("enrollment.auto_enrollment.voluntary_enrollment_rate", 1.0)];
        let willing = self.number(&keys, 1.0, [0.0, 1.0])?;
        if willing.written {
            let to = "factor in enrollment.voluntary, conversion and proactive by_age";
            self.found.took(willing.key, willing.shown, to);
        }
        self.by_choice(willing.value)?;
        self.conversion(willing.value)?;
        self.rates()?;
        let automatic = self.automatic()?;
        self.proactive_days(automatic)?;
        self.opt_out()
    }

    fn by_choice(&mut self, willing: f64) -> Result<()> {
        let group = "enrollment.voluntary_enrollment";
        let age = self.each(&format!("{group}.base_rates_by_age"), AGES, [0.3, 0.55, 0.7, 0.8], [0.0, 1.0])?;
        let income =
            self.each(&format!("{group}.income_multipliers"), INCOMES, [0.7, 1.0, 1.15, 1.25], [0.0, 100.0])?;
        let names = ["individual", "senior", "manager", "executive"];
        let level = self.each(&format!("{group}.job_level_multipliers"), names, [0.9, 1.0, 1.1, 1.2], [0.0, 100.0])?;
        let chances = chances(age.value, income.value, level.value, [1.0; 3], willing);
        let to = |name: &str, values: &[Ppm]| format!("enrollment.voluntary and proactive {name} = {}", shown(&values));
        self.found.took(age.key, age.shown, to("by_age", &chances.by_age));
        self.found.took(income.key, income.shown, to("by_income", &chances.by_income));
        self.found.took(level.key, level.shown, to("by_level", &chances.by_level));
        self.plan.enrollment.proactive = chances.clone();
        self.plan.enrollment.voluntary = chances;
        Ok(())
    }

    fn conversion(&mut self, willing: f64) -> Result<()> {
        let group = "enrollment.year_over_year_conversion";
        let enabled = self.flag(&[&format!("{group}.enabled")], true)?;
        let age = self.each(&format!("{group}.base_rates_by_age"), AGES, [0.03, 0.05, 0.07, 0.08], [0.0, 1.0])?;
        let names = ["low_income", "moderate", "high", "executive"];
        let income = self.each(&format!("{group}.income_multipliers"), names, [0.8, 1.0, 1.2, 1.3], [0.0, 100.0])?;
        let names = ["new_employee", "established", "veteran"];
        let tenure = self.each(&format!("{group}.tenure_multipliers"), names, [0.7, 1.0, 1.1], [0.0, 100.0])?;
        let willing = if enabled.value { willing } else { 0.0 };
        let chances = chances(age.value, income.value, [1.0; 4], tenure.value, willing);
        let to = if enabled.value { "nothing to change" } else { "enrollment.conversion.by_age = 0 for everybody" };
        self.found.took(enabled.key, enabled.shown, to);
        let to = |name: &str, values: &[Ppm]| format!("enrollment.conversion.{name} = {}", shown(&values));
        self.found.took(age.key, age.shown, to("by_age", &chances.by_age));
        self.found.took(income.key, income.shown, to("by_income", &chances.by_income));
        self.found.took(tenure.key, tenure.shown, to("by_tenure", &chances.by_tenure));
        self.plan.enrollment.conversion = chances;
        let rates = self.each(&format!("{group}.deferral_rates"), AGES, [0.03, 0.04, 0.05, 0.06], [0.0, 1.0])?;
        self.plan.enrollment.conversion_rates = rates.value.map(basis_points);
        let note = rounded_rates(&self.plan.enrollment.conversion_rates, &rates.value);
        let to = format!("enrollment.conversion_rates = {}{note}", shown(&self.plan.enrollment.conversion_rates));
        self.found.took(rates.key, rates.shown, to);
        Ok(())
    }

    /// Deferral rates by age and pay, within PlanAlign's lowest and highest.
    fn rates(&mut self) -> Result<()> {
        let keys =
            [("dc_plan.max_voluntary_deferral_percent", 1.0), ("enrollment.match_magnet.max_deferral_rate", 1.0)];
        let most = self.number(&keys, 0.10, [LOWEST_RATE, 1.0])?;
        let built_in =
            [[0.03, 0.03, 0.04, 0.06], [0.04, 0.06, 0.08, 0.1], [0.05, 0.08, 0.1, 0.12], [0.06, 0.1, 0.12, 0.15]];
        let group = "enrollment.voluntary_enrollment.deferral_rates.demographic_base_rates";
        for (at, age) in AGES.iter().enumerate() {
            let names = INCOMES.map(|income| format!("{age}_{income}"));
            let row = self.each(group, [&names[0], &names[1], &names[2], &names[3]], built_in[at], [0.0, 1.0])?;
            let within = row.value.map(|rate| rate.min(most.value).max(LOWEST_RATE));
            let rates = within.map(basis_points);
            let to = format!("enrollment.rates, {age} = {}{}", shown(&rates), rounded_rates(&rates, &within));
            self.found.took(format!("{group}.{age}_*"), row.shown, to);
            self.plan.enrollment.rates[at] = rates;
        }
        self.found.took(
            most.key,
            most.shown,
            format!("enrollment.rates: none above {}, none below {LOWEST_RATE}", most.value),
        );
        Ok(())
    }

    /// Whether the plan enrolls, whom, when and at which rate.
    fn automatic(&mut self) -> Result<bool> {
        let group = "enrollment.auto_enrollment";
        let enabled = self.flag(&["dc_plan.auto_enroll", &format!("{group}.enabled")], true)?;
        self.plan.enrollment.auto_enrollment = enabled.value;
        self.found.took(enabled.key, enabled.shown, format!("enrollment.auto_enrollment = {}", enabled.value));
        let days = |importer: &mut Self, keys: [&str; 2], default, to: &str| -> Result<i32> {
            let said = importer.whole(&keys, default, [0, 365])?;
            importer.found.took(said.key, said.shown, format!("{to} = {}", said.value));
            Ok(said.value as i32)
        };
        let keys = ["dc_plan.auto_enroll_window_days", &format!("{group}.window_days")];
        self.plan.enrollment.auto_window_days = days(self, keys, 45, "enrollment.auto_window_days")?;
        let keys = ["dc_plan.auto_enroll_opt_out_grace_period", &format!("{group}.opt_out_grace_period")];
        self.plan.enrollment.opt_out_grace_days = days(self, keys, 30, "enrollment.opt_out_grace_days")?;
        let keys = [("dc_plan.default_deferral_percent", 0.01), (&*format!("{group}.default_deferral_rate"), 1.0)];
        let rate = self.number(&keys, 0.06, [0.0, 1.0])?;
        self.plan.enrollment.auto_rate = basis_points(rate.value);
        let note = rounded(self.plan.enrollment.auto_rate.0, rate.value, BasisPoints::PER_ONE);
        self.found.took(
            rate.key,
            rate.shown,
            format!("enrollment.auto_rate = {}{note}", shown(&self.plan.enrollment.auto_rate)),
        );
        self.scope(enabled.value)?;
        Ok(enabled.value)
    }

    fn scope(&mut self, enabled: bool) -> Result<()> {
        let group = "enrollment.auto_enrollment";
        let cutoff = self.date(&["dc_plan.auto_enroll_hire_date_cutoff", &format!("{group}.hire_date_cutoff")])?;
        let (key, value, from) = match cutoff {
            Some(said) => (said.key, said.shown, said.value),
            None => {
                let day = IsoDay::parse(HIRED_FROM).unwrap_or(IsoDay(0));
                (format!("{group}.hire_date_cutoff"), format!("left out: {HIRED_FROM}"), day)
            }
        };
        let scope = self.text(&["dc_plan.auto_enroll_scope", &format!("{group}.scope")])?;
        let (scope_key, name, scope_shown) = scope.map_or_else(
            || (format!("{group}.scope"), "all_eligible_employees", "left out: all_eligible_employees".to_owned()),
            |said| (said.key, said.value, said.shown),
        );
        match name {
            "all_eligible_employees" => {
                self.plan.enrollment.auto_hired_from = Some(from);
                self.found.took(scope_key, scope_shown, "enrollment.auto_hired_from is given: employees, too");
                self.found.took(key, value, format!("enrollment.auto_hired_from = {}", iso(from.0)));
            }
            // The Studio's name of the same.
            "all_eligible" if scope_key.starts_with("dc_plan") => {
                self.plan.enrollment.auto_hired_from = Some(from);
                self.found.took(scope_key, scope_shown, "enrollment.auto_hired_from is given: employees, too");
                self.found.took(key, value, format!("enrollment.auto_hired_from = {}", iso(from.0)));
            }
            "new_hires_only" => {
                self.found.took(scope_key, scope_shown, "enrollment.auto_hired_from is left out: new hires only");
                let first = first_of_year(self.start_year);
                if !enabled || from.0 == first {
                    self.found.ignores(key, value, "changes nothing");
                } else if from.0 < first {
                    let differs = "PlanAlign enrolls employees hired from this day on, too, in the first year; here new hires only";
                    self.found.lacks(key, value, differs);
                } else {
                    let differs = "PlanAlign enrolls no hire of the first year before this day; here all new hires";
                    self.found.lacks(key, value, differs);
                }
            }
            other => {
                let what = format!(
                    "`{}` is no scope; known: new_hires_only, all_eligible_employees (in dc_plan all_eligible)",
                    crate::console::one_line(other)
                );
                let node = self.config.find(&scope_key);
                return Err(node.map_or_else(
                    || self.config.missing(&scope_key, &what),
                    |node| self.config.error(&scope_key, node, what.clone()),
                ));
            }
        }
        Ok(())
    }

    fn proactive_days(&mut self, automatic: bool) -> Result<()> {
        let group = "enrollment.proactive_enrollment.timing_window";
        let first = self.whole(&[&format!("{group}.min_days")], 7, [0, 365])?;
        let last = self.whole(&[&format!("{group}.max_days")], 35, [0, 365])?;
        if last.value < first.value {
            let what = format!("{} is before {}, the first day", last.value, first.value);
            let node = self.config.find(&last.key).or_else(|| self.config.find(&first.key));
            return Err(node.map_or_else(
                || self.config.missing(&last.key, &what),
                |node| self.config.error(&last.key, node, what.clone()),
            ));
        }
        // PlanAlign never draws the last day. Without automatic enrollment its hires enroll on the day of hire.
        let end = (last.value - 1).max(first.value);
        let (days, note) = match automatic {
            true => ([first.value as i32, end as i32], "PlanAlign draws every day but the last"),
            false => ([0, 0], "without automatic enrollment PlanAlign's hires enroll on the day of hire"),
        };
        self.plan.enrollment.proactive_days = days;
        let values = format!("{}, {}", first.shown, last.shown);
        self.found.took(format!("{group}.*"), values, format!("enrollment.proactive_days = {} ({note})", shown(&days)));
        Ok(())
    }

    fn opt_out(&mut self) -> Result<()> {
        let target = self.number(&[("enrollment.auto_enrollment.opt_out_rates.target", 1.0)], 0.09, [0.0, 1.0])?;
        let [age, income] = OPT_OUT;
        let age = self.each(
            "dc_plan",
            ["opt_out_rate_young", "opt_out_rate_mid", "opt_out_rate_mature", "opt_out_rate_senior"],
            age.map(|factor| target.value * factor),
            [0.0, 1.0],
        )?;
        let income = self.each(
            "dc_plan",
            ["opt_out_rate_low_income", "opt_out_rate_moderate", "opt_out_rate_high", "opt_out_rate_executive"],
            income.map(|factor| target.value * factor),
            [0.0, 1.0],
        )?;
        // PlanAlign divides by the moderate rate.
        let base = income.value[1];
        let factors = if base > 0.0 { income.value.map(|rate| rate / base) } else { [1.0; 4] };
        if base == 0.0 && age.value.iter().any(|rate| *rate > 0.0) {
            return Err(self.config.missing("dc_plan.opt_out_rate_moderate above 0", "by which PlanAlign divides"));
        }
        let table = chances(age.value, factors, [1.0; 4], [1.0; 3], 1.0);
        let to =
            format!("enrollment.opt_out.by_age = {}, by_income = {}", shown(&table.by_age), shown(&table.by_income));
        self.found.took(target.key, target.shown, to.clone());
        if age.written || income.written {
            self.found.took("dc_plan.opt_out_rate_*", format!("{}; {}", age.shown, income.shown), to);
        }
        self.plan.enrollment.opt_out = table;
        Ok(())
    }
}

/// Says so where rounding changed one of some deferral rates.
fn rounded_rates(rates: &[BasisPoints], values: &[f64]) -> &'static str {
    let notes = rates.iter().zip(values).map(|(rate, value)| rounded(rate.0, *value, BasisPoints::PER_ONE));
    notes.max().unwrap_or_default()
}

/// A table of chances. Where one by age is above 1, all of them move into the factors by pay, as far as needed.
fn chances(age: [f64; 4], income: [f64; 4], level: [f64; 4], tenure: [f64; 3], factor: f64) -> Chances {
    let age = age.map(|chance| chance * factor);
    let most = age.iter().copied().fold(1.0, f64::max);
    Chances {
        by_age: age.map(|chance| Ppm(ppm(chance / most).0.min(MILLION))),
        by_income: income.map(|factor| ppm(factor * most)),
        by_level: level.map(ppm),
        by_tenure: tenure.map(ppm),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_above_one_move_into_the_factors() {
        let table = chances([1.8, 0.9, 0.0, 0.45], [1.0, 0.5, 2.0, 1.0], [1.0; 4], [1.0; 3], 1.0);
        assert_eq!(table.by_age.map(|chance| chance.0), [1_000_000, 500_000, 0, 250_000]);
        assert_eq!(table.by_income.map(|factor| factor.0), [1_800_000, 900_000, 3_600_000, 1_800_000]);
        let half = chances([0.5, 0.25, 0.0, 1.0], [1.0; 4], [1.0; 4], [1.0; 3], 0.5);
        assert_eq!(half.by_age.map(|chance| chance.0), [250_000, 125_000, 0, 500_000]);
    }
}
