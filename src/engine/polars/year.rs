//! One simulated year in lazy expressions: everybody's timeline, one step per function. Each step adds columns; there is
//! one row per person employed in the year.

use super::expr::{band, bounded, draw, int, lookup, one_if, smaller, times_ppm, typed};
use crate::rules::calendar::{Day, day, first_of_year, last_of_year, month_span};
use crate::rules::draws::{Slot, YearDraws};
use crate::rules::plan::YearPlan;
use crate::rules::run::RunSpec;
use crate::rules::tables::{EnrollmentTerms, Tables};
use crate::rules::vocabulary::{
    AGE_BAND_FROM, AGE_BANDS, AGE_SEGMENT_FROM, Category, INCOME_SEGMENT_FROM_CENTS, INCOME_SEGMENTS, LEVELS,
    TENURE_BAND_FROM, TENURE_BANDS,
};
use polars::prelude::*;

/// What is the same for everybody in one year.
pub(super) struct Year<'a> {
    pub year: i32,
    pub run: &'a RunSpec,
    pub tables: &'a Tables,
    pub plan: &'a YearPlan,
    /// People per level on 1 January.
    pub headcount: [i64; LEVELS],
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

/// Whether a person still works on a day: the day of termination is the last.
fn employed_on(day: Expr) -> Expr {
    col("termination_date").is_null().or(day.lt_eq(col("termination_date")))
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
                band(col("age"), &AGE_BAND_FROM.map(i64::from)).alias("age_band"),
                band(col("tenure"), &TENURE_BAND_FROM.map(i64::from)).alias("tenure_band"),
                (band(col("age"), &AGE_SEGMENT_FROM.map(i64::from)) * int(INCOME_SEGMENTS.len() as i64)
                    + band(col("compensation_cents"), &INCOME_SEGMENT_FROM_CENTS))
                .alias("enrollment_segment"),
            ])
    }

    /// Who is promoted on 1 February.
    fn promotions(&self, people: LazyFrame) -> LazyFrame {
        let (thresholds, ppms): (Vec<i64>, Vec<i64>) =
            self.tables.promotion.iter().map(|chance| (chance.threshold, chance.ppm)).unzip();
        let index = ((col("level_id") - int(1)) * int(AGE_BANDS.len() as i64) + col("age_band"))
            * int(TENURE_BANDS.len() as i64)
            + col("tenure_band");
        let eligible = col("level_id")
            .lt(int(LEVELS as i64))
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
        let choices = int(promotion.raise_max.0 - promotion.raise_min.0 + 1);
        let promotion_raise = int(promotion.raise_min.0) + bounded(Slot::PromotionRaise, choices);
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
            lookup(values, col("enrollment_segment"))
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
        let can_choose = col("is_hire")
            .not()
            .and(col("enrollment_date").is_null())
            .and(col("ever_opted_out").not())
            .and(enrolls(choice_threshold));
        let proactive = col("is_hire").and(enrolls(terms(|t| t.proactive.threshold)));
        let automatic = col("is_hire").and(lit(rules.auto_enrollment));
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
        let proactive_day = capped(col("hire_date") + int(7) + bounded(Slot::EnrollmentDay, int(29)));
        let automatic_day = capped(col("hire_date") + int(45));
        let opts_out = col("is_automatic")
            .and(draw(Slot::OptOut).lt(terms(|t| t.opt_out.threshold)))
            .and(employed_on(col("opt_out_date")));
        people
            .with_columns([
                can_choose.alias("chooses"),
                proactive.alias("is_proactive"),
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
                pick(choice_ppm, terms(|t| t.proactive.ppm), terms(|t| t.auto_ppm), int(0)).alias("enrollment_ppm"),
                capped(col("new_enrollment_date") + int(30)).alias("opt_out_date"),
                terms(|t| t.opt_out.ppm).alias("opt_out_ppm"),
                (col("is_automatic").and(col("is_proactive").not()).and(col("enrolls"))).alias("is_automatic"),
            ])
            .with_column(opts_out.alias("opts_out"))
    }

    /// Whose deferral rate goes up on 1 January.
    fn deferral_escalations(&self, people: LazyFrame) -> LazyFrame {
        let rules = &self.run.assumptions.escalation;
        people.with_columns([
            col("enrollment_date").is_not_null().and(col("deferral_bp").lt(int(rules.cap.0))).alias("escalates"),
            smaller(col("deferral_bp") + int(rules.increment.0), int(rules.cap.0)).alias("escalated_rate_bp"),
        ])
    }

    /// The number of each event among the person's events of the year: by date, same-day events by category code.
    fn sequence(&self, people: LazyFrame) -> LazyFrame {
        let promotion_day = date(self.promotion_day());
        let enrolled_by = |day: Expr| one_if(col("enrolls").and(col("new_enrollment_date").lt(day)));
        let raised_by = |day: Expr| one_if(col("raise_date").lt_eq(day).fill_null(lit(false)));
        let promoted_by = |day: Expr| one_if(col("is_promoted").and(promotion_day.clone().lt_eq(day)));
        let first = int(1) + one_if(col("escalates").or(col("is_hire")));
        people.with_columns([
            (first.clone()
                + promoted_by(col("raise_date")).fill_null(int(0))
                + enrolled_by(col("raise_date")).fill_null(int(0)))
            .alias("raise_sequence"),
            (first.clone() + one_if(col("raised_early")) + enrolled_by(promotion_day.clone()))
                .alias("promotion_sequence"),
            (first.clone()
                + raised_by(col("new_enrollment_date"))
                + promoted_by(col("new_enrollment_date")).fill_null(int(0)))
            .alias("enrollment_sequence"),
            (first
                + one_if(col("raise_date").is_not_null())
                + one_if(col("is_promoted"))
                + one_if(col("enrolls"))
                + one_if(col("opts_out")))
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
    ])
}
