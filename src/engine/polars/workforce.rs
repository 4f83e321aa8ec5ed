//! The year's people in lazy expressions: who leaves and who joins, as the SQL files `02_terminations.sql` and
//! `03_hires.sql` say it.

use super::expr::{bounded, draws, employee_keys, int, lookup, nth_smallest, one_if, times_ppm, typed};
use super::year::{Year, date, null};
use crate::rules::calendar::{days_in_year, first_of_year};
use crate::rules::draws::Slot;
use crate::rules::plan::split_over_levels;
use crate::rules::units::{MILLION, share_ppm};
use crate::rules::vocabulary::MAX_LEVELS;
use polars::prelude::*;

impl Year<'_> {
    /// Terminations of people employed on 1 January: per level, the quota with the lowest draws.
    pub(super) fn terminations(&self, state: LazyFrame) -> LazyFrame {
        let quota = split_over_levels(self.plan.leavers, self.headcount);
        let shares: [i64; MAX_LEVELS] = std::array::from_fn(|level| share_ppm(quota[level], self.headcount[level]));
        let cutoff = (0..self.tables.levels.len())
            .map(|level| (col("level_id").eq(int(level as i64 + 1)), quota[level]))
            .fold(typed(0u64), |others, (members, count)| {
                when(members.clone()).then(nth_smallest(col("rank_key"), Some(members), count)).otherwise(others)
            });
        let day = date(self.first_day()) + bounded(Slot::TerminationDay, int(i64::from(days_in_year(self.year))));
        state
            .with_column(draws(self.draws()).alias("draws"))
            .unnest(cols(["draws"]), None)
            .with_row_index("position", Some(1))
            .with_column(rank_key(Slot::TerminationRank))
            .with_columns([
                when(col("rank_key").lt_eq(cutoff))
                    .then(day)
                    .otherwise(null(DataType::Int64))
                    .alias("termination_date"),
                lookup(shares, col("level_id") - int(1)).alias("termination_ppm"),
                lit(false).alias("is_hire"),
            ])
            .drop(cols(["rank_key", "position"]))
    }

    /// The year's hires, and which of them leave again before it ends.
    pub(super) fn hires(&self) -> LazyFrame {
        let per_level = split_over_levels(self.plan.hires, self.tables.hire_weights(self.headcount));
        let level_id = (1..self.tables.levels.len())
            .fold(int(1), |level, below| level + one_if(col("position").gt(int(per_level[..below].iter().sum()))));
        let points: Vec<i64> = self.tables.levels.iter().map(|level| level.hire_point_cents).collect();
        let ages: Vec<i64> = self.tables.hire_age.iter().map(|&age| i64::from(age)).collect();
        let weight_sum = int(ages.len() as i64);
        let (births, birth_days): (Vec<i64>, Vec<i64>) = self
            .tables
            .hire_age
            .iter()
            .map(|age| (i64::from(first_of_year(self.year - age)), i64::from(days_in_year(self.year - age))))
            .unzip();
        let spread = self.run.assumptions.hiring.pay_spread.0;
        let factor = int(MILLION - spread) + bounded(Slot::HirePay, int(2 * spread + 1));
        let leaves = col("rank_key").lt_eq(nth_smallest(col("rank_key"), None, self.plan.new_hire_leavers));
        let days_left = date(self.last_day()) - col("hire_date");
        let leaving_day = col("hire_date") + int(1) + bounded(Slot::NewHireTerminationDay, days_left);

        DataFrame::empty()
            .lazy()
            .select([int_range(int(1), int(self.plan.hires + 1), 1, DataType::Int64).alias("position")])
            .select([
                concat_str(
                    [lit(format!("NH_{}_", self.year)), col("position").cast(DataType::String).str().zfill(int(6))],
                    "",
                    false,
                )
                .alias("employee_id"),
                concat_str(
                    [lit("SSN-"), (col("position") + int(900_000_000 + self.hired_before)).cast(DataType::String)],
                    "",
                    false,
                )
                .alias("employee_ssn"),
                level_id.alias("level_id"),
                col("position"),
            ])
            .with_column(employee_keys().alias("draw_key"))
            .with_column(draws(self.draws()).alias("draws"))
            .unnest(cols(["draws"]), None)
            .with_columns([
                rank_key(Slot::NewHireTerminationRank),
                bounded(Slot::HireAge, weight_sum).alias("age_pick"),
            ])
            .with_columns([
                (lookup(births, col("age_pick")) + bounded(Slot::HireBirthday, lookup(birth_days, col("age_pick"))))
                    .alias("birth_date"),
                (date(self.first_day()) + bounded(Slot::HireDay, int(i64::from(days_in_year(self.year)) - 1)))
                    .alias("hire_date"),
                times_ppm(lookup(points, col("level_id") - int(1)), factor).alias("compensation_cents"),
            ])
            .with_columns([
                when(leaves).then(leaving_day).otherwise(null(DataType::Int64)).alias("termination_date"),
                int(share_ppm(self.plan.new_hire_leavers, self.plan.hires)).alias("termination_ppm"),
                lit(true).alias("is_hire"),
                int(0).alias("deferral_bp"),
                null(DataType::Int64).alias("enrollment_date"),
                lit(false).alias("ever_opted_out"),
                lit(false).alias("escalation_opt_out"),
            ])
            .select(
                ROSTER
                    .iter()
                    .map(|name| col(*name))
                    .chain(Slot::ALL.iter().map(|slot| col(slot.name())))
                    .chain([col("termination_date"), col("termination_ppm"), col("is_hire")])
                    .collect::<Vec<_>>(),
            )
    }
}

/// The columns of the state, in the order of the roster.
const ROSTER: [&str; 11] = [
    "employee_id",
    "employee_ssn",
    "draw_key",
    "birth_date",
    "hire_date",
    "level_id",
    "compensation_cents",
    "deferral_bp",
    "enrollment_date",
    "ever_opted_out",
    "escalation_opt_out",
];

/// Rank of a person within a group: by draw, then by position, which is the order of employee ids.
fn rank_key(slot: Slot) -> Expr {
    (col(slot.name()).cast(DataType::UInt64) * typed(1u64 << 32) + col("position").cast(DataType::UInt64))
        .alias("rank_key")
}
