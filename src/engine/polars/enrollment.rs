//! Enrollment, opting out and escalation of deferral rates, in lazy expressions.

use super::bands::by_years;
use super::expr::{band, bounded, draw, int, lookup, smaller, typed};
use super::year::{Year, date, employed_on, null};
use crate::rules::calendar::{Day, day};
use crate::rules::draws::Slot;
use crate::rules::tables::{Chance, EnrollmentTerms, GROUPS};
use crate::rules::units::MILLION;
use crate::rules::vocabulary::{Category, LEVEL_SEGMENTS, TENURE_SEGMENTS, band as band_of};
use polars::prelude::*;

fn code(category: Category) -> Expr {
    typed(category as u8)
}

impl Year<'_> {
    /// Age segment by choice, income, level and tenure segment together.
    pub(super) fn choice_cell(&self) -> Expr {
        let segments = &self.tables.segments;
        let income = band(col("compensation_cents"), &segments.income_cents);
        let levels = (1..=self.tables.levels.len() as i32).map(|level| band_of(level, &segments.level));
        let levels: Vec<i64> = levels.map(|segment| (segment * TENURE_SEGMENTS) as i64).collect();
        by_years("age_position", |age| band_of(age, &segments.choice_age) * GROUPS)
            + income * int((LEVEL_SEGMENTS * TENURE_SEGMENTS) as i64)
            + lookup(levels, col("level_id") - int(1))
            + by_years("tenure_position", |tenure| band_of(tenure, &segments.tenure))
    }

    /// The same with the plan's age segments.
    fn auto_cell(&self) -> Expr {
        let bounds = &self.tables.segments.auto_age;
        by_years("age_position", |age| band_of(age, bounds) * GROUPS) + col("choice_cell") % int(GROUPS as i64)
    }

    /// Who enrolls how, and who opts out again.
    pub(super) fn enrollments(&self, people: LazyFrame) -> LazyFrame {
        let terms = |field: fn(&EnrollmentTerms) -> i64| {
            let values: Vec<i64> = self.tables.enrollment.iter().map(field).collect();
            lookup(values, col("choice_cell"))
        };
        let opt_out = |field: fn(&Chance) -> i64| {
            let values: Vec<i64> = self.tables.opt_out.iter().map(field).collect();
            lookup(values, col("auto_cell"))
        };
        let rules = &self.run.assumptions.enrollment;
        let first_year = self.year == self.run.start_year;
        let (by_choice, choice_day, choice_threshold, choice_ppm, choice_rate) = if first_year {
            (
                Category::VoluntaryEnrollment,
                day(self.year, 1, 15),
                terms(|t| t.voluntary.threshold),
                terms(|t| t.voluntary.ppm),
                terms(|t| i64::from(t.rate_bp)),
            )
        } else {
            (
                Category::YearOverYearConversion,
                day(self.year, 6, 15),
                terms(|t| t.conversion.threshold),
                terms(|t| t.conversion.ppm),
                terms(|t| i64::from(t.conversion_rate_bp)),
            )
        };
        let enrolls = |threshold: Expr| draw(Slot::Enrollment).lt(threshold);
        let open = || col("is_hire").not().and(col("enrollment_date").is_null()).and(col("ever_opted_out").not());
        let scope = self.tables.auto_scope;
        // Of the three ways the first that is open counts.
        let automatic = match (scope.hires_from, scope.employees_from) {
            (None, _) => lit(false),
            (Some(_), None) => col("is_hire"),
            (Some(_), Some(from)) => col("is_hire").or(open()).and(col("hire_date").gt_eq(date(from))),
        };
        let pick = |choice: Expr, proactively: Expr, automatically: Expr, none: Expr| {
            when(col("chooses"))
                .then(choice)
                .when(col("is_proactive"))
                .then(proactively)
                .when(col("is_automatic"))
                .then(automatically)
                .otherwise(none)
        };
        let capped = |day: Expr| smaller(day, date(self.last_day()));
        let [first, last] = rules.proactive_days.map(i64::from);
        let proactive_day = capped(col("hire_date") + int(first) + bounded(Slot::EnrollmentDay, int(last - first + 1)));
        let hires_day = capped(col("hire_date") + int(rules.auto_window_days.into()));
        let (automatic_day, automatic_ppm) = match scope.employees_from {
            Some(_) => (
                when(col("is_hire")).then(hires_day).otherwise(date(day(self.year, 1, 15))),
                int(MILLION) - when(col("is_hire")).then(terms(|t| t.proactive.ppm)).otherwise(choice_ppm.clone()),
            ),
            None => (hires_day, int(MILLION) - terms(|t| t.proactive.ppm)),
        };
        let not_chosen = if scope.employees_from.is_some() { col("chooses").not() } else { lit(true) };
        let opts_out = col("is_automatic")
            .and(draw(Slot::OptOut).lt(opt_out(|chance| chance.threshold)))
            .and(employed_on(col("opt_out_date")));
        people
            .with_columns([
                open().and(enrolls(choice_threshold)).alias("chooses"),
                col("is_hire").and(enrolls(terms(|t| t.proactive.threshold))).alias("is_proactive"),
                automatic.alias("is_automatic"),
                self.auto_cell().alias("auto_cell"),
            ])
            .with_column(
                pick(date(choice_day), proactive_day, automatic_day, null(DataType::Int64))
                    .alias("new_enrollment_date"),
            )
            .with_column(
                col("new_enrollment_date").is_not_null().and(employed_on(col("new_enrollment_date"))).alias("enrolls"),
            )
            .with_columns([
                pick(code(by_choice), code(Category::ProactiveVoluntary), code(Category::AutoEnrollment), typed(0u8))
                    .alias("enrollment_code"),
                pick(choice_rate, terms(|t| i64::from(t.rate_bp)), int(rules.auto_rate.0), int(0))
                    .alias("enrollment_rate_bp"),
                pick(choice_ppm, terms(|t| t.proactive.ppm), automatic_ppm, int(0)).alias("enrollment_ppm"),
                capped(col("new_enrollment_date") + int(rules.opt_out_grace_days.into())).alias("opt_out_date"),
                opt_out(|chance| chance.ppm).alias("opt_out_ppm"),
                (col("is_automatic").and(col("is_proactive").not()).and(not_chosen).and(col("enrolls")))
                    .alias("is_automatic"),
            ])
            .with_column(opts_out.alias("opts_out"))
    }

    /// Whether somebody's deferral rate goes up.
    pub(super) fn escalates(&self) -> Expr {
        let rules = &self.run.assumptions.escalation;
        if !rules.enabled {
            return lit(false);
        }
        let eligible = col("enrollment_date")
            .lt(date(rules.enrolled_before(self.year)))
            .fill_null(lit(false))
            .and(col("escalation_opt_out").not())
            .and(col("deferral_bp").lt(int(rules.cap.0)))
            .and(employed_on(date(self.escalation_day())));
        match rules.hired_from {
            Some(from) => eligible.and(col("hire_date").gt_eq(date(from.0))),
            None => eligible,
        }
    }

    pub(super) fn escalated_rate(&self) -> Expr {
        let rules = &self.run.assumptions.escalation;
        smaller(col("deferral_bp") + int(rules.increment.0), int(rules.cap.0))
    }

    pub(super) fn escalation_day(&self) -> Day {
        self.run.assumptions.escalation.day.of(self.year)
    }
}
