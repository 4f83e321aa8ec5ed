//! What is simulated: the named scenarios, and the full specification of one run.

use crate::error::{Error, Result};
use crate::rules::assumptions::Assumptions;
use crate::rules::plan::{YearPlan, project};
use std::ops::RangeInclusive;

/// Seed used where none is given.
pub const DEFAULT_SEED: u64 = 42;
/// First year of the named scenarios.
pub const DEFAULT_START_YEAR: i32 = 2025;
/// Plan design used where none is given.
pub const DEFAULT_PLAN_DESIGN: &str = "default";
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
    Err(Error::Config(format!("{employees} employees are more than the {MAX_EMPLOYEES} that a run can hold")))
}

/// Years a run may cover.
const YEARS: RangeInclusive<i32> = 1990..=2199;
/// Most years in one run.
const MAX_HORIZON: i32 = 100;

/// A named size with what it is for and what it must deliver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scenario {
    /// Name on command lines and in reports.
    pub name: &'static str,
    /// Employees of the synthetic census.
    pub employee_count: usize,
    /// Simulated years.
    pub years: i32,
    /// What the scenario is for.
    pub purpose: &'static str,
    /// Time that one run may take at the most, seconds.
    pub target_time_seconds: u32,
    /// Events it must produce with [`DEFAULT_SEED`] and default assumptions.
    pub expected_events: u64,
    /// Fingerprint of those events (`docs/event-rules.md`, "Fingerprint").
    pub expected_fingerprint: &'static str,
}

/// Every named scenario, smallest first.
pub const SCENARIOS: [Scenario; 4] = [
    Scenario {
        name: "quick",
        employee_count: 100,
        years: 2,
        purpose: "fast validation",
        target_time_seconds: 5,
        expected_events: 459,
        expected_fingerprint: "9b1deb3c123790b423cf0c0bfbcc963f",
    },
    Scenario {
        name: "1kx3",
        employee_count: 1_000,
        years: 3,
        purpose: "development testing",
        target_time_seconds: 10,
        expected_events: 6_808,
        expected_fingerprint: "7769507f5d9c7a927a918fb3c60d0af7",
    },
    Scenario {
        name: "5kx5",
        employee_count: 5_000,
        years: 5,
        purpose: "production target",
        target_time_seconds: 60,
        expected_events: 58_253,
        expected_fingerprint: "6b64631557d680f0bc4033ff3b850a8a",
    },
    Scenario {
        name: "stress",
        employee_count: 10_000,
        years: 10,
        purpose: "stress testing",
        target_time_seconds: 300,
        expected_events: 245_664,
        expected_fingerprint: "1014c7d7b205d949b4228d33ee7ba397",
    },
];

impl Scenario {
    /// The scenario of that name.
    ///
    /// # Errors
    /// Lists the known names.
    pub fn named(name: &str) -> Result<Self> {
        SCENARIOS.into_iter().find(|scenario| scenario.name == name).ok_or_else(|| {
            let known: Vec<_> = SCENARIOS.iter().map(|scenario| scenario.name).collect();
            Error::Config(format!("unknown scenario `{name}`; known: {}", known.join(", ")))
        })
    }

    /// Last simulated year.
    pub fn end_year(&self) -> i32 {
        DEFAULT_START_YEAR + self.years - 1
    }

    /// The run of this scenario with a seed and assumptions.
    pub fn run_spec(&self, seed: u64, assumptions: Assumptions) -> Result<RunSpec> {
        RunSpec::new(self.name, DEFAULT_PLAN_DESIGN, seed, DEFAULT_START_YEAR, self.end_year(), assumptions)
    }
}

/// Everything that decides the events of a run, apart from its census.
#[derive(Debug, Clone, PartialEq)]
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
        assumptions.validate()?;
        if !YEARS.contains(&start_year) || !YEARS.contains(&end_year) {
            return Err(Error::Config(format!(
                "years {start_year} to {end_year} are outside {} to {}",
                YEARS.start(),
                YEARS.end()
            )));
        }
        if end_year < start_year || end_year - start_year >= MAX_HORIZON {
            return Err(Error::Config(format!(
                "a run covers 1 to {MAX_HORIZON} years; start year {start_year} with end year {end_year} does not"
            )));
        }
        Ok(Self {
            scenario_id: scenario_id.to_owned(),
            plan_design_id: plan_design_id.to_owned(),
            seed,
            start_year,
            end_year,
            assumptions,
        })
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
    fn unknown_scenarios_list_the_known() {
        let error = Scenario::named("5kx6").unwrap_err().to_string();
        assert!(error.contains("5kx6") && error.contains("quick, 1kx3, 5kx5, stress"), "{error}");
    }

    #[test]
    fn impossible_horizons_are_refused() {
        for (start, end) in [(2025, 2024), (1900, 1901), (2000, 2100), (2025, 2500)] {
            assert!(RunSpec::new("s", "p", 1, start, end, Assumptions::default()).is_err(), "{start}..{end}");
        }
    }
}
