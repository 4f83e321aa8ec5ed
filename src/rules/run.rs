//! The full specification of one run, apart from its people.

use crate::error::{Input, Result};
use crate::rules::assumptions::Assumptions;
use crate::rules::plan::{YearPlan, project};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// Most employees of a census; with these, a year's hires still fit the six digits of their ids.
pub const MAX_EMPLOYEES: usize = 5_000_000;

/// Refuses head counts beyond [`MAX_EMPLOYEES`].
///
/// # Errors
/// Says how many are allowed.
pub fn check_headcount(employees: usize) -> Result<()> {
    if employees <= MAX_EMPLOYEES {
        return Ok(());
    }
    Err(Input::TooManyPeople { given: employees, most: MAX_EMPLOYEES }.into())
}

/// Years a run may cover.
const YEARS: RangeInclusive<i32> = 1990..=2199;
/// Most years in one run.
const MAX_HORIZON: i32 = 100;

/// Everything that decides the events of a run, apart from its census.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunSpec {
    /// Value of the `scenario_id` column.
    pub scenario_id: String,
    /// Value of the `plan_design_id` column.
    pub plan_design_id: String,
    /// Seed of every draw.
    pub seed: u64,
    /// First simulated year.
    pub start_year: i32,
    /// Last simulated year.
    pub end_year: i32,
    /// Validated assumptions.
    pub assumptions: Assumptions,
}

impl RunSpec {
    /// A checked specification.
    ///
    /// # Errors
    /// Names the year range or the assumption that is out of bounds.
    pub fn new(
        scenario_id: &str,
        plan_design_id: &str,
        seed: u64,
        start_year: i32,
        end_year: i32,
        assumptions: Assumptions,
    ) -> Result<Self> {
        let (scenario_id, plan_design_id) = (scenario_id.to_owned(), plan_design_id.to_owned());
        let run = Self { scenario_id, plan_design_id, seed, start_year, end_year, assumptions };
        run.check().map(|()| run)
    }

    /// Refuses what no run may be, for one that was read.
    ///
    /// # Errors
    /// Names the year range or the assumption that is out of bounds.
    pub fn check(&self) -> Result<()> {
        let Self { start_year, end_year, .. } = *self;
        self.assumptions.validate()?;
        if !YEARS.contains(&start_year) || !YEARS.contains(&end_year) {
            let (least, most) = YEARS.into_inner();
            return Err(Input::Years { first: start_year, last: end_year, least, most }.into());
        }
        if end_year < start_year || end_year - start_year >= MAX_HORIZON {
            return Err(Input::Horizon { first: start_year, last: end_year, most: MAX_HORIZON }.into());
        }
        Ok(())
    }

    /// The simulated years in order.
    pub fn years(&self) -> RangeInclusive<i32> {
        self.start_year..=self.end_year
    }

    /// The head-count plan of every year for a census of `headcount` people.
    ///
    /// # Errors
    /// When there are more than [`MAX_EMPLOYEES`], or a year's plan cannot be met.
    pub fn plans(&self, headcount: usize) -> Result<Vec<YearPlan>> {
        check_headcount(headcount)?;
        project(headcount as i64, self.start_year, self.end_year, &self.assumptions.workforce)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_horizons_are_refused() {
        for (start, end) in [(2025, 2024), (1900, 1901), (2000, 2100), (2025, 2500)] {
            assert!(RunSpec::new("s", "p", 1, start, end, Assumptions::default()).is_err(), "{start}..{end}");
        }
    }
}
