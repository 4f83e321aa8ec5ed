//! The workforce plan: how many leave and join in a year, with exact balance, and their split over levels.

use crate::error::{Input, Result};
use crate::rules::assumptions::{Workforce, YearRates};
use crate::rules::units::MILLION;
use crate::rules::vocabulary::{MAX_LEVELS, PerLevel};

/// Most hires in one year: the six digits of a generated employee id.
pub const MAX_HIRES: i64 = 999_999;

/// Head counts of one simulated year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct YearPlan {
    /// Employed on 1 January.
    pub headcount: i64,
    /// Employed after 31 December, exactly.
    pub target: i64,
    /// People of 1 January who leave in the year.
    pub leavers: i64,
    /// People who join in the year.
    pub hires: i64,
    /// Those of the year's hires who leave in the same year.
    pub new_hire_leavers: i64,
}

impl YearPlan {
    /// The plan for `headcount` people, of whom `recent_hires` joined in the year before, during the run.
    pub fn new(headcount: i64, recent_hires: i64, rates: YearRates) -> Self {
        let target = (headcount * (MILLION + rates.growth.0) + MILLION / 2) / MILLION;
        let experienced = headcount - recent_hires;
        let leavers = (experienced * rates.termination.0 + recent_hires * rates.new_hire_termination.0) / MILLION;
        let net = target - (headcount - leavers);
        if net > 0 {
            let staying = MILLION - rates.new_hire_termination.0;
            let hires = (net * MILLION + staying - 1) / staying;
            Self { headcount, target, leavers, hires, new_hire_leavers: hires - net }
        } else {
            Self { headcount, target, leavers: leavers - net, hires: 0, new_hire_leavers: 0 }
        }
    }

    /// Hires of this year who are still employed on 1 January of the next.
    pub fn remaining_hires(&self) -> i64 {
        self.hires - self.new_hire_leavers
    }
}

/// The plans of every year from `start_year` to `end_year`, checked before any work is done.
///
/// # Errors
/// Names the year in which the assumptions ask for more hires than the rules allow (half the head count, or
/// [`MAX_HIRES`]).
pub fn project(headcount: i64, start_year: i32, end_year: i32, rates: &Workforce) -> Result<Vec<YearPlan>> {
    let (mut people, mut recent) = (headcount, 0);
    (start_year..=end_year)
        .map(|year| {
            let plan = YearPlan::new(people, recent, rates.of_year(year));
            let limit = (people / 2).min(MAX_HIRES);
            if plan.hires > limit {
                let hires = plan.hires;
                return Err(Input::TooManyHires { year, hires, people, limit, most: MAX_HIRES }.into());
            }
            people = plan.target;
            recent = plan.remaining_hires();
            Ok(plan)
        })
        .collect()
}

/// Splits `total` over levels in proportion to `weights` by largest remainder (ties: lower level first).
///
/// Where the weights are head counts, no share exceeds its level's as long as `total` does not exceed the sum.
pub fn split_over_levels(total: i64, weights: PerLevel) -> PerLevel {
    let sum: i64 = weights.iter().sum();
    if sum == 0 {
        return [0; MAX_LEVELS];
    }
    let mut shares = weights.map(|weight| total * weight / sum);
    let mut by_remainder: Vec<usize> = (0..MAX_LEVELS).collect();
    by_remainder.sort_by_key(|&level| (-(total * weights[level] % sum), level));
    let missing = (total - shares.iter().sum::<i64>()) as usize;
    for &level in &by_remainder[..missing] {
        shares[level] += 1;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::assumptions::Assumptions;
    use crate::rules::units::Ppm;
    use proptest::prelude::*;

    #[test]
    fn the_default_plan_of_a_thousand() {
        let plan = YearPlan::new(1_000, 0, Assumptions::default().workforce.of_year(2025));
        assert_eq!(plan, YearPlan { headcount: 1_000, target: 1_030, leavers: 120, hires: 200, new_hire_leavers: 50 });
    }

    #[test]
    fn a_year_of_its_own_has_its_own_rates() {
        let toml = "[workforce]\ngrowth_by_year = { 2026 = -0.1 }\ntermination_by_year = { 2027 = 0.2 }\n\
                    new_hire_termination_by_year = { 2025 = 0.0 }";
        let plans = project(1_000, 2025, 2027, &Assumptions::from_toml(toml).unwrap().workforce).unwrap();
        assert_eq!(plans.iter().map(|plan| plan.target).collect::<Vec<_>>(), [1_030, 927, 955]);
        assert_eq!((plans[0].new_hire_leavers, plans[2].leavers > 170), (0, true));
    }

    #[test]
    fn too_many_hires_are_refused_with_the_year() {
        let rates = Workforce { growth: Ppm(900_000), ..Assumptions::default().workforce };
        let error = project(1_000, 2025, 2026, &rates).unwrap_err().to_string();
        assert!(error.contains("2025") && error.contains("workforce.growth"), "{error}");
    }

    proptest! {
        #[test]
        fn every_year_balances(
            people in 0i64..3_000_000, share in 0i64..=1_000_000,
            growth in -1_000_000i64..=1_000_000, termination in 0i64..=1_000_000, new_hire in 0i64..990_000,
        ) {
            let rates = YearRates { growth: Ppm(growth), termination: Ppm(termination), new_hire_termination: Ppm(new_hire) };
            let plan = YearPlan::new(people, people * share / 1_000_000, rates);
            prop_assert_eq!(plan.headcount - plan.leavers + plan.hires - plan.new_hire_leavers, plan.target);
            prop_assert!(0 <= plan.leavers && plan.leavers <= people);
            prop_assert!(0 <= plan.new_hire_leavers && plan.new_hire_leavers <= plan.hires);
        }

        #[test]
        fn shares_add_up_and_never_exceed_a_level(counts in prop::array::uniform9(0i64..2_000), part in 0i64..=1_000) {
            let people: i64 = counts.iter().sum();
            let total = people * part / 1_000;
            let shares = split_over_levels(total, counts);
            prop_assert_eq!(shares.iter().sum::<i64>(), total);
            for (share, count) in shares.iter().zip(counts) {
                prop_assert!(0 <= *share && *share <= count);
            }
        }
    }

    #[test]
    fn remainder_ties_go_to_the_lower_level() {
        assert_eq!(split_over_levels(2, [1, 1, 1, 1, 0, 0, 0, 0, 0]), [1, 1, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(split_over_levels(3, [0, 0, 0, 0, 7, 0, 0, 0, 0]), [0, 0, 0, 0, 3, 0, 0, 0, 0]);
    }
}
