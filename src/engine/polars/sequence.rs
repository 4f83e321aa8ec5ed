//! The order of a person's events, in lazy expressions.

use super::expr::{int, one_if};
use super::year::{Year, date};
use polars::prelude::*;

impl Year<'_> {
    /// The number of each event among the person's events of the year: by date, on the same day by category code.
    pub(super) fn sequence(&self, people: LazyFrame) -> LazyFrame {
        let [promotion, escalation] = [self.promotion_day(), self.escalation_day()];
        let no = || lit(false);
        let count = |events: Vec<Option<Expr>>| events.into_iter().flatten().fold(int(1), |sum, one| sum + one_if(one));
        // Whether an event happens, and before a day, or on it if its code is the lower one. What cannot be is left out: most of
        // a year of few people is planning.
        let raised_before = |day: Expr| Some(col("raise_date").lt(day).fill_null(no()));
        let promoted_before = |day: Expr| Some(col("is_promoted").and(date(promotion).lt(day)).fill_null(no()));
        let enrolled_by = |day: Expr| Some(col("enrolls").and(col("new_enrollment_date").lt_eq(day)).fill_null(no()));
        let employees_opt_out = self.tables.auto_scope.employees_from.is_some();
        let opted_out_by =
            |day: Expr| employees_opt_out.then(|| col("opts_out").and(col("opt_out_date").lt_eq(day)).fill_null(no()));
        let escalates_first = escalation == self.first_day();
        let escalated_by_raise = match escalates_first {
            true => col("escalates"),
            false => col("escalates").and(date(escalation).lt_eq(col("raise_date"))).fill_null(no()),
        };
        let enrollment_day = || col("new_enrollment_date");
        let escalates_by_promotion = escalation <= promotion;
        let escalation = (!escalates_first).then(|| {
            count(vec![raised_before(date(escalation)), (promotion < escalation).then(|| col("is_promoted"))])
                .alias("escalation_sequence")
        });
        let opt_out = employees_opt_out.then(|| {
            let before = |day| vec![raised_before(col(day)), promoted_before(col(day))];
            count([vec![Some(col("is_hire")), Some(col("enrolls"))], before("opt_out_date")].concat())
                .alias("opt_out_sequence")
        });
        let always = [
            count(vec![
                escalates_by_promotion.then(|| col("escalates")),
                enrolled_by(date(promotion)),
                opted_out_by(date(promotion)),
                Some(col("raised_early")),
            ])
            .alias("promotion_sequence"),
            count(vec![
                Some(escalated_by_raise),
                enrolled_by(col("raise_date")),
                opted_out_by(col("raise_date")),
                Some(col("is_promoted").and(col("raised_late"))),
            ])
            .alias("raise_sequence"),
            count(vec![Some(col("is_hire")), raised_before(enrollment_day()), promoted_before(enrollment_day())])
                .alias("enrollment_sequence"),
            count(
                ["is_hire", "escalates", "is_promoted", "enrolls", "opts_out"]
                    .map(|flag| Some(col(flag)))
                    .into_iter()
                    .chain([Some(col("raise_date").is_not_null())])
                    .collect(),
            )
            .alias("termination_sequence"),
        ];
        people.with_columns(always.into_iter().chain(escalation).chain(opt_out).collect::<Vec<_>>())
    }
}
