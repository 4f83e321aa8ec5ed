//! One simulated year in lazy expressions: everybody's timeline, one step per function. Each step adds columns; there is
//! one row per person employed in the year.

use super::bands::{by_years, position_of};
use super::expr::{bounded, draw, int, lookup, one_if, smaller, times_ppm};
use crate::rules::calendar::{Day, day, first_of_year, last_of_year, month_span};
use crate::rules::draws::{Slot, YearDraws};
use crate::rules::plan::YearPlan;
use crate::rules::run::RunSpec;
use crate::rules::tables::Tables;
use crate::rules::vocabulary::{PROMOTION_AGE_BELOW, PerLevel};
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

pub(super) fn null(dtype: DataType) -> Expr {
    lit(NULL).cast(dtype)
}

/// Whether a person is employed on a day and does not leave on it: on the day of a termination nothing else happens.
pub(super) fn employed_on(day: Expr) -> Expr {
    col("termination_date").is_null().or(day.lt(col("termination_date")))
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
        Ok(self.sequence(self.enrollments(self.raises(self.promotions(self.people(roster))))))
    }

    /// Age, tenure, bands and segments on 1 January, and whose deferral rate goes up.
    fn people(&self, roster: LazyFrame) -> LazyFrame {
        let tables = self.tables;
        let served = date(self.first_day()) - col("hire_date");
        let served = when(served.clone().gt(int(0))).then(served).otherwise(int(0));
        let birth_year = col("birth_date").cast(DataType::Int32).cast(DataType::Date).dt().year().cast(DataType::Int64);
        roster
            .with_columns([
                (int(i64::from(self.year)) - birth_year).alias("age"),
                (served * int(4)).floor_div(int(1_461)).alias("tenure"),
            ])
            .with_columns([
                position_of("age").alias("age_position"),
                position_of("tenure").alias("tenure_position"),
                self.escalates().alias("escalates"),
                self.escalated_rate().alias("escalated_rate_bp"),
            ])
            .with_columns([
                by_years("age_position", |age| tables.age_bands.index(age)).alias("age_band"),
                by_years("tenure_position", |tenure| tables.tenure_bands.index(tenure)).alias("tenure_band"),
                self.choice_cell().alias("choice_cell"),
            ])
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
            .and(col("age").lt(int(PROMOTION_AGE_BELOW.into())))
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
        let of_level = |values: Vec<i64>| match values.iter().all(|value| *value == values[0]) {
            true => int(values[0]),
            false => lookup(values, col("level_id") - int(1)),
        };
        let promotion_raise = of_level(least) + bounded(Slot::PromotionRaise, of_level(choices));
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
