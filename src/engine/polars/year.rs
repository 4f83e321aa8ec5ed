//! One simulated year in lazy expressions: everybody's timeline, one step per function. Each step adds columns; there is
//! one row per person employed in the year.

use super::expr::{band, bounded, draw, int, lookup, one_if, smaller, times_ppm, typed};
use crate::rules::calendar::{Day, day, first_of_year, last_of_year, month_span};
use crate::rules::draws::{Slot, YearDraws};
use crate::rules::plan::YearPlan;
use crate::rules::run::RunSpec;
use crate::rules::tables::{Chance, EnrollmentTerms, GROUPS, Tables};
use crate::rules::units::MILLION;
use crate::rules::vocabulary::{Category, LEVEL_SEGMENTS, PerLevel, TENURE_SEGMENTS};
use polars::prelude::*;

/// What is the same for everybody in one year.
pub(super) struct Year<'a> {
    pub year: i32,
    pub run: &'a RunSpec,
    pub tables: &'a Tables,
    pub plan: &'a YearPlan,
    /// People per level on 1 January.
    pub headcount: PerLevel,
    /// People hired in earlier years of the run.
    pub hired_before: i64,
}

pub(super) fn date(day: Day) -> Expr {
    int(i64::from(day))
}

fn code(category: Category) -> Expr {
    typed(category as u8)
}

pub(super) fn null(dtype: DataType) -> Expr {
    lit(NULL).cast(dtype)
}

/// Whether a person is employed on a day and does not leave on it: on the day of a termination nothing else happens.
fn employed_on(day: Expr) -> Expr {
    col("termination_date").is_null().or(day.lt(col("termination_date")))
}

/// How many lower bounds an age, a tenure or a level reaches.
fn years_band(value: &str, bounds: &[i32]) -> Expr {
    let bounds: Vec<i64> = bounds.iter().map(|&bound| i64::from(bound)).collect();
    band(col(value), &bounds)
}

impl Year<'_> {
    pub(super) fn first_day(&self) -> Day {
        first_of_year(self.year)
    }

    pub(super) fn last_day(&self) -> Day {
        last_of_year(self.year)
    }

    pub(super) fn draws(&self) -> YearDraws {
        YearDraws::new(self.run.seed, self.year)
    }

    /// Everybody employed in the year, in order of employee id, with everything that happens to them.
    ///
    /// `before` is how many of the state's rows sort before the ids of the year's hires.
    pub fn timeline(&self, state: LazyFrame, before: usize) -> PolarsResult<LazyFrame> {
        let staff = self.terminations(state);
        let parts = [staff.clone().slice(0, before as IdxSize), self.hires(), staff.slice(before as i64, IdxSize::MAX)];
        let after = self.headcount.iter().sum::<i64>() as usize > before;
        let roster = concat(&parts[..if after { 3 } else { 2 }], UnionArgs::default())?;
        Ok(self
            .sequence(self.deferral_escalations(self.enrollments(self.raises(self.promotions(self.people(roster)))))))
    }

    /// Age, tenure, bands and segments on 1 January.
    fn people(&self, roster: LazyFrame) -> LazyFrame {
        let served = date(self.first_day()) - col("hire_date");
        let served = when(served.clone().gt(int(0))).then(served).otherwise(int(0));
        let birth_year = col("birth_date").cast(DataType::Int32).cast(DataType::Date).dt().year().cast(DataType::Int64);
        roster
            .with_columns([
                (int(i64::from(self.year)) - birth_year).alias("age"),
                (served * int(4)).floor_div(int(1_461)).alias("tenure"),
            ])
            .with_columns([
                years_band("age", &self.tables.age_bands.from).alias("age_band"),
                years_band("tenure", &self.tables.tenure_bands.from).alias("tenure_band"),
                self.enrollment_group().alias("enrollment_group"),
            ])
            .with_columns([
                (years_band("age", &self.tables.segments.choice_age) * int(GROUPS as i64) + col("enrollment_group"))
                    .alias("choice_cell"),
                (years_band("age", &self.tables.segments.auto_age) * int(GROUPS as i64) + col("enrollment_group"))
                    .alias("auto_cell"),
            ])
    }

    /// Income, level and tenure segment together.
    fn enrollment_group(&self) -> Expr {
        let segments = &self.tables.segments;
        let income = band(col("compensation_cents"), &segments.income_cents);
        let income_and_level = income * int(LEVEL_SEGMENTS as i64) + years_band("level_id", &segments.level);
        income_and_level * int(TENURE_SEGMENTS as i64) + years_band("tenure", &segments.tenure)
    }

    /// Who is promoted on 1 February.
    fn promotions(&self, people: LazyFrame) -> LazyFrame {
        let (thresholds, ppms): (Vec<i64>, Vec<i64>) =
            self.tables.promotion.iter().map(|chance| (chance.threshold, chance.ppm)).unzip();
        let (ages, tenures) = (&self.tables.age_bands.labels, &self.tables.tenure_bands.labels);
        let index = ((col("level_id") - int(1)) * int(ages.len() as i64) + col("age_band")) * int(tenures.len() as i64)
            + col("tenure_band");
        let eligible = col("level_id")
            .lt(int(self.tables.levels.len() as i64))
            .and(col("tenure").gt_eq(int(1)))
            .and(col("age").lt(int(65)))
            .and(employed_on(date(self.promotion_day())));
        people.with_column(index.alias("promotion_index")).with_columns([
            eligible.and(draw(Slot::Promotion).lt(lookup(thresholds, col("promotion_index")))).alias("is_promoted"),
            lookup(ppms, col("promotion_index")).alias("promotion_ppm"),
        ])
    }

    pub fn promotion_day(&self) -> Day {
        day(self.year, 2, 1)
    }

    /// The annual raise and, in date order with it, the promotion's.
    fn raises(&self, people: LazyFrame) -> LazyFrame {
        let months: Vec<(Day, i32)> =
            self.tables.raise_month.iter().map(|&month| month_span(self.year, month)).collect();
        let (first_days, lengths): (Vec<i64>, Vec<i64>) =
            months.iter().map(|&(first, days)| (i64::from(first), i64::from(days))).unzip();
        let raise_date =
            lookup(first_days, col("raise_pick")) + bounded(Slot::RaiseDay, lookup(lengths, col("raise_pick")));
        let merits: Vec<i64> = self.tables.levels.iter().map(|level| level.merit_ppm).collect();

        let promotion = &self.run.assumptions.promotion;
        let (least, choices): (Vec<i64>, Vec<i64>) = self
            .tables
            .levels
            .iter()
            .map(|level| (level.promotion_raise_min_ppm, level.promotion_raise_choices))
            .unzip();
        let level = || col("level_id") - int(1);
        let promotion_raise = lookup(least, level()) + bounded(Slot::PromotionRaise, lookup(choices, level()));
        let raised = |pay: &str| {
            let rules = &self.run.assumptions.raise;
            let rate = col("merit_ppm") + int(rules.cola_ppm(self.year));
            raised_pay(col(pay), rate, rules.cap.0, rules.cap_amount.0)
        };
        let promoted = raised_pay(
            col("early_pay_cents"),
            col("promotion_raise_ppm"),
            promotion.raise_cap.0,
            promotion.raise_cap_amount.0,
        );
        let early = col("raise_date").lt(date(self.promotion_day())).fill_null(lit(false));
        let late = col("raise_date").gt_eq(date(self.promotion_day())).fill_null(lit(false));
        people
            .with_columns([
                bounded(Slot::RaiseMonth, int(months.len() as i64)).alias("raise_pick"),
                promotion_raise.alias("promotion_raise_ppm"),
                (col("level_id") + one_if(col("is_promoted"))).alias("final_level_id"),
            ])
            .with_column(raise_date.alias("raise_date"))
            .with_column(
                when(col("tenure").gt_eq(int(1)).and(employed_on(col("raise_date"))))
                    .then(col("raise_date"))
                    .otherwise(null(DataType::Int64))
                    .alias("raise_date"),
            )
            .with_columns([early.alias("raised_early"), late.alias("raised_late")])
            .with_column(
                when(col("raised_late")).then(col("final_level_id")).otherwise(col("level_id")).alias("raise_level_id"),
            )
            .with_column(lookup(merits, col("raise_level_id") - int(1)).alias("merit_ppm"))
            .with_column(
                when(col("raised_early"))
                    .then(raised("compensation_cents"))
                    .otherwise(col("compensation_cents"))
                    .alias("early_pay_cents"),
            )
            .with_column(
                when(col("is_promoted")).then(promoted).otherwise(col("early_pay_cents")).alias("promoted_pay_cents"),
            )
            .with_column(
                when(col("raised_late"))
                    .then(raised("promoted_pay_cents"))
                    .otherwise(col("promoted_pay_cents"))
                    .alias("final_pay_cents"),
            )
    }

    /// Who enrolls how, and who opts out again.
    fn enrollments(&self, people: LazyFrame) -> LazyFrame {
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
        let hired_from = |from: Option<Day>| match from {
            Some(from) => col("hire_date").gt_eq(date(from)),
            None => lit(false),
        };
        let scope = self.tables.auto_scope;
        // Of these three the first that holds counts.
        let automatic = col("is_hire").and(hired_from(scope.hires_from));
        let automatic = match scope.employees_from {
            Some(_) => automatic.or(open().and(hired_from(scope.employees_from))),
            None => automatic,
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
        let opts_out = col("is_automatic")
            .and(draw(Slot::OptOut).lt(opt_out(|chance| chance.threshold)))
            .and(employed_on(col("opt_out_date")));
        people
            .with_columns([
                open().and(enrolls(choice_threshold)).alias("chooses"),
                col("is_hire").and(enrolls(terms(|t| t.proactive.threshold))).alias("is_proactive"),
                automatic.alias("is_automatic"),
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
                (col("is_automatic").and(col("is_proactive").not()).and(col("chooses").not()).and(col("enrolls")))
                    .alias("is_automatic"),
            ])
            .with_column(opts_out.alias("opts_out"))
    }

    /// Whose deferral rate goes up.
    fn deferral_escalations(&self, people: LazyFrame) -> LazyFrame {
        let rules = &self.run.assumptions.escalation;
        let escalates = if rules.enabled {
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
        } else {
            lit(false)
        };
        people.with_columns([
            escalates.alias("escalates"),
            smaller(col("deferral_bp") + int(rules.increment.0), int(rules.cap.0)).alias("escalated_rate_bp"),
        ])
    }

    pub fn escalation_day(&self) -> Day {
        self.run.assumptions.escalation.day.of(self.year)
    }

    /// The number of each event among the person's events of the year: by date, on the same day by category code.
    fn sequence(&self, people: LazyFrame) -> LazyFrame {
        let [promotion, escalation] = [self.promotion_day(), self.escalation_day()];
        let no = || lit(false);
        let count = |flags: Vec<Expr>| flags.into_iter().fold(int(1), |sum, flag| sum + one_if(flag));
        // Whether an event happens, and before a day, or on it if its code is the lower one.
        let raised_before = |day: Expr| col("raise_date").lt(day).fill_null(no());
        let promoted_before = |day: Expr| col("is_promoted").and(date(promotion).lt(day)).fill_null(no());
        let enrolled_by = |day: Expr| col("enrolls").and(col("new_enrollment_date").lt_eq(day)).fill_null(no());
        let opted_out_by = |day: Expr| col("opts_out").and(col("opt_out_date").lt_eq(day)).fill_null(no());
        let escalated_by = |day: Expr| col("escalates").and(date(escalation).lt_eq(day)).fill_null(no());
        let (enrollment_day, opt_out_day) = (|| col("new_enrollment_date"), || col("opt_out_date"));
        people.with_columns([
            count(vec![raised_before(date(escalation)), promoted_before(date(escalation))])
                .alias("escalation_sequence"),
            count(vec![
                escalated_by(date(promotion)),
                enrolled_by(date(promotion)),
                opted_out_by(date(promotion)),
                col("raised_early"),
            ])
            .alias("promotion_sequence"),
            count(vec![
                escalated_by(col("raise_date")),
                enrolled_by(col("raise_date")),
                opted_out_by(col("raise_date")),
                col("is_promoted").and(col("raised_late")),
            ])
            .alias("raise_sequence"),
            count(vec![col("is_hire"), raised_before(enrollment_day()), promoted_before(enrollment_day())])
                .alias("enrollment_sequence"),
            count(vec![col("is_hire"), col("enrolls"), raised_before(opt_out_day()), promoted_before(opt_out_day())])
                .alias("opt_out_sequence"),
            count(vec![
                col("is_hire"),
                col("escalates"),
                col("raise_date").is_not_null(),
                col("is_promoted"),
                col("enrolls"),
                col("opts_out"),
            ])
            .alias("termination_sequence"),
        ])
    }
}

fn raised_pay(pay: Expr, rate_ppm: Expr, cap_ppm: i64, cap_cents: i64) -> Expr {
    let raise = smaller(times_ppm(pay.clone(), rate_ppm), times_ppm(pay.clone(), int(cap_ppm)));
    pay + smaller(raise, int(cap_cents))
}

/// The state on 1 January of the next year: those who stay, with what the year made of them.
pub(super) fn roll_forward(timeline: LazyFrame) -> LazyFrame {
    let enrolled = when(col("opts_out"))
        .then(null(DataType::Int64))
        .when(col("enrolls"))
        .then(col("new_enrollment_date"))
        .otherwise(col("enrollment_date"));
    let rate = when(col("opts_out"))
        .then(int(0))
        .when(col("enrolls"))
        .then(col("enrollment_rate_bp"))
        .when(col("escalates"))
        .then(col("escalated_rate_bp"))
        .otherwise(col("deferral_bp"));
    timeline.filter(col("termination_date").is_null()).select([
        col("employee_id"),
        col("employee_ssn"),
        col("draw_key"),
        col("birth_date"),
        col("hire_date"),
        col("final_level_id").alias("level_id"),
        col("final_pay_cents").alias("compensation_cents"),
        rate.alias("deferral_bp"),
        enrolled.alias("enrollment_date"),
        col("ever_opted_out").or(col("opts_out")).alias("ever_opted_out"),
        col("escalation_opt_out"),
    ])
}
