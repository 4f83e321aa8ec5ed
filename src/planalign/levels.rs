//! Levels: pay ranges, merit, pay and number of hires.

use super::importer::{Importer, cents, ppm, shown};
use super::levers::{Levers, listed, most};
use crate::error::Result;
use crate::rules::assumptions::Level;
use crate::rules::units::{MILLION, Ppm};
use crate::rules::vocabulary::MAX_LEVELS;

/// PlanAlign's, where its tables have no row for the scenario.
const FALLBACK_PERCENTILE: f64 = 0.5;
/// Highest pay that an assumption may name, dollars.
pub(super) const HIGHEST_PAY: f64 = 10_000_000.0;

/// What a configuration lacks whose levels are other than those that are built in.
fn lacking(levers: Option<&Levers>) -> &'static str {
    if levers.is_some() { "row in comp_levers.csv" } else { "seed table comp_levers.csv" }
}

impl Importer<'_> {
    pub fn levels(&mut self, levers: Option<&Levers>) -> Result<()> {
        self.pay_ranges()?;
        self.merit(levers)?;
        self.hire_pay(levers)?;
        self.level_shares()
    }

    fn years(&self) -> std::ops::RangeInclusive<i32> {
        self.start_year..=self.end_year
    }

    fn pay_ranges(&mut self) -> Result<()> {
        let Some(table) = self.seeds.table("config_job_levels") else {
            self.found.took("config_job_levels", "not given", "levels, their names and pay ranges as built in");
            return Ok(());
        };
        let mut rows = Vec::new();
        for row in table.rows(["level_id", "name", "min_compensation", "max_compensation"])? {
            let level = row.whole(0, [1, MAX_LEVELS as i32])?;
            let low = row.number(2, 2, [0.0, HIGHEST_PAY])?;
            if row.text(3).is_empty() {
                return Err(row.error(3, "no highest pay; give one"));
            }
            let high = row.number(3, 2, [low, HIGHEST_PAY])?;
            rows.push((level, row.text(1).to_owned(), low, high));
        }
        rows.sort_by_key(|row| row.0);
        for (at, (level, _, low, _)) in rows.iter().enumerate() {
            if *level != at as i32 + 1 {
                return Err(table.error(format!(
                    "level {} is missing or stands twice: give 1 to {}",
                    at + 1,
                    rows.len()
                )));
            }
            if at > 0 && *low <= rows[at - 1].2 {
                let what = format!("column min_compensation: level {level} begins at {low}, not above level {at}");
                return Err(table.error(what));
            }
        }
        let blank = self.plan.levels.0[0].clone();
        self.plan.levels.0 = rows
            .into_iter()
            .map(|(level, name, low, high)| Level {
                name: if name.is_empty() { format!("Level {level}") } else { name },
                pay_min: cents(low),
                pay_max: cents(high),
                ..blank.clone()
            })
            .collect();
        let count = self.plan.levels.0.len();
        let to = format!("levels (pay_min, pay_max, name) = {count} levels");
        self.found.took("config_job_levels.csv", format!("{} rows", table.len()), to);
        if count != 5 {
            let differs =
                "PlanAlign promotes from levels below 5, whatever the number of levels; here nobody leaves the highest";
            self.found.lacks("config_job_levels.csv", format!("{count} levels"), differs);
        }
        Ok(())
    }

    /// PlanAlign scales its table of merit so that the average is the budget.
    fn merit(&mut self, levers: Option<&Levers>) -> Result<()> {
        let keys = [("compensation.merit_budget_percent", 0.01), ("compensation.merit_budget", 1.0)];
        let budget = self.number(&keys, 0.035, [0.0, 1.0])?;
        let count = self.plan.levels.0.len() as i32;
        let built_in = [0.035, 0.040, 0.045, 0.050, 0.055];
        let mut by_year: Vec<(i32, Vec<Ppm>)> = Vec::new();
        let mut outside = Vec::new();
        for year in self.years() {
            let values = match levers {
                Some(levers) => levers.all("default", "merit_base", year),
                None => built_in.to_vec(),
            };
            if values.is_empty() {
                outside.push(year);
                continue;
            }
            let average = values.iter().sum::<f64>() / values.len() as f64;
            let scale = if average > 0.0 { budget.value / average } else { 0.0 };
            let mut merits = Vec::new();
            for level in 1..=count {
                let base = match levers {
                    Some(levers) => levers.value("default", "merit_base", year, level),
                    None => built_in.get(level as usize - 1).copied(),
                };
                let Some(base) = base else {
                    let why = format!("which level {level} needs for its merit_base in {year} (scenario default)");
                    return Err(self.config.missing(lacking(levers), &why));
                };
                merits.push(ppm(base * scale));
            }
            by_year.push((year, merits));
        }
        let (merits, others) = match most(&by_year) {
            Some(found) => found,
            // Nothing of the table holds in any year: PlanAlign's own values, which no budget scales.
            None if count <= 5 => (built_in[..count as usize].iter().map(|merit| ppm(*merit)).collect(), Vec::new()),
            None => {
                return Err(self
                    .config
                    .missing(lacking(levers), "with a merit_base of every level in a simulated year"));
            }
        };
        if let Some(merit) = merits.iter().find(|merit| merit.0 > MILLION) {
            let what = format!("merit of a level comes to {}, above 1", shown(merit));
            return Err(self.config.missing("usable compensation.merit_budget", &what));
        }
        for (level, merit) in self.plan.levels.0.iter_mut().zip(&merits) {
            level.merit = *merit;
        }
        let of = if levers.is_some() { "comp_levers.csv" } else { "the built-in merits" };
        let to = format!("levels.merit = {} ({of}, scaled to this average)", shown(&merits));
        self.found.took(budget.key, budget.shown, to);
        for (years, differs) in [
            (others, "merit differs by year in PlanAlign; here the values of most years hold in all"),
            (outside, "the table does not have these years: PlanAlign then pays its own merit, which no budget scales"),
        ] {
            if !years.is_empty() {
                self.found.lacks("comp_levers.csv merit_base", listed(&years), differs);
            }
        }
        if merits.iter().any(|merit| merit.0 == 0) {
            let differs = "PlanAlign pays no raise where merit is 0, no cost of living either; here it is paid";
            self.found.lacks("levels without merit", shown(&merits), differs);
        }
        Ok(())
    }

    fn hire_pay(&mut self, levers: Option<&Levers>) -> Result<()> {
        let market = self.market()?;
        let ranges = self.hire_ranges()?;
        let levels = self.plan.levels.0.clone();
        let plain = market == 0.0 && ranges.is_none();
        let Some(levers) = levers else {
            if levels.len() != 5 {
                let why = format!("which {} levels need: pay of hires is built in for five", levels.len());
                return Err(self.config.missing("seed table comp_levers.csv", &why));
            }
            let built_in = crate::rules::assumptions::Levels::default().0;
            for (at, level) in self.plan.levels.0.iter_mut().enumerate() {
                (level.hire_percentile, level.hire_market_factor) =
                    (built_in[at].hire_percentile, built_in[at].hire_market_factor);
            }
            self.found.took(
                "comp_levers (HIRE)",
                "not given",
                "levels.hire_percentile, hire_market_factor as built in",
            );
            if !plain {
                let point = |at: usize| {
                    let unit = MILLION as f64;
                    let (share, factor) =
                        (built_in[at].hire_percentile.0 as f64, built_in[at].hire_market_factor.0 as f64);
                    share / unit * factor / unit * (1.0 + market)
                };
                self.set_hire_pay(&(0..5).map(point).collect::<Vec<_>>(), ranges.as_deref());
            }
            return Ok(());
        };
        let mut by_year = Vec::new();
        for year in self.years() {
            let of = |name, level, otherwise| levers.value(&self.scenario_id, name, year, level).unwrap_or(otherwise);
            let point = |level| {
                let percentile = of("compensation_percentile", level, FALLBACK_PERCENTILE);
                ppm(percentile * of("market_adjustment_multiplier", level, 1.0))
            };
            by_year.push((year, (1..=levels.len() as i32).map(point).collect::<Vec<_>>()));
        }
        let Some((points, others)) = most(&by_year) else { return Ok(()) };
        let given = |year| !levers.all(&self.scenario_id, "compensation_percentile", year).is_empty();
        let without: Vec<i32> = self.years().filter(|year| !given(*year)).collect();
        let shares: Vec<f64> = points.iter().map(|point| point.0 as f64 / MILLION as f64 * (1.0 + market)).collect();
        self.set_hire_pay(&shares, ranges.as_deref());
        let to: Vec<Ppm> = self.plan.levels.0.iter().map(|level| level.hire_percentile).collect();
        let value =
            if without.is_empty() { "HIRE rows".to_owned() } else { format!("HIRE, no rows for {}", listed(&without)) };
        let note = if without.is_empty() {
            String::new()
        } else {
            let id = crate::console::one_line(&self.scenario_id);
            format!("; without rows of scenario {id} PlanAlign takes the middle of the range")
        };
        self.found.took(
            "comp_levers.csv",
            value,
            format!("levels.hire_percentile = {} (percentile times market){note}", shown(&to)),
        );
        if !others.is_empty() {
            let shown: Vec<String> = by_year
                .iter()
                .filter(|(year, _)| others.contains(year))
                .map(|(year, p)| format!("{year}: {}", shown(p)))
                .collect();
            let differs = "pay of hires differs by year in PlanAlign; here the values of most years hold in all";
            self.found.lacks("comp_levers.csv HIRE", shown.join("; "), differs);
        }
        Ok(())
    }

    /// Puts hiring points, as shares of PlanAlign's range for hires, into shares of the level's range.
    fn set_hire_pay(&mut self, shares: &[f64], ranges: Option<&[(f64, f64)]>) {
        for (at, (level, share)) in self.plan.levels.0.iter_mut().zip(shares).enumerate() {
            let (low, high) = (level.pay_min.0 as f64 / 100.0, level.pay_max.0 as f64 / 100.0);
            let (from, to) = ranges.map_or((low, high), |ranges| ranges[at]);
            let pay = from + (to - from) * share;
            let place = if high > low { (pay - low) / (high - low) } else { 0.0 };
            let (place, factor) = if (0.0..=1.0).contains(&place) && (high > low || pay == low) {
                (place, 1.0)
            } else if pay > high && high > 0.0 {
                (1.0, pay / high)
            } else {
                (0.0, if low > 0.0 { pay / low } else { 1.0 })
            };
            (level.hire_percentile, level.hire_market_factor) = (ppm(place), ppm(factor));
        }
    }
}
