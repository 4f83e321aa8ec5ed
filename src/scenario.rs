//! What is simulated: the named scenarios.

use crate::error::{Input, Result};
use crate::events::fingerprint::Fingerprint;
use crate::rules::assumptions::Assumptions;
use crate::rules::run::{RunSpec, check_headcount};
use std::borrow::Cow;

/// Name of the run whose people and years are given with it.
pub const CUSTOM: &str = "custom";
/// Scenario of the scaling benchmarks. Their groups are `scaling-<head count>`; Criterion knows them as
/// `scaling/<mode>/<head count>`, and what is measured is always the wall time.
pub const SCALING: &str = "scaling";
/// Seed used where none is given.
pub const DEFAULT_SEED: u64 = 42;
/// First year of the named scenarios.
pub const DEFAULT_START_YEAR: i32 = 2025;
/// Plan design used where none is given.
pub const DEFAULT_PLAN_DESIGN: &str = "default";
/// Events that a scenario must produce with [`DEFAULT_SEED`] and default assumptions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Golden {
    /// Number of events.
    pub events: u64,
    /// Their fingerprint (`docs/event-rules.md`, "Fingerprint").
    pub fingerprint: Fingerprint,
}

impl Golden {
    /// Whether these are the events.
    pub fn is(&self, events: u64, fingerprint: Fingerprint) -> bool {
        (events, fingerprint) == (self.events, self.fingerprint)
    }
}

/// A named size with what it is for and what it must deliver.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// Name on command lines and in reports.
    pub name: Cow<'static, str>,
    /// Employees of the synthetic census.
    pub employee_count: usize,
    /// First simulated year.
    pub start_year: i32,
    /// Last simulated year.
    pub end_year: i32,
    /// What the scenario is for.
    pub purpose: Cow<'static, str>,
    /// Time that one run may take at the most, seconds; absent where nobody set one.
    pub target_time_seconds: Option<f64>,
    /// What it must produce; known for the scenarios of this crate.
    pub golden: Option<Golden>,
}

/// A scenario of this crate; all start in [`DEFAULT_START_YEAR`].
const fn built_in(
    name: &'static str,
    employee_count: usize,
    years: i32,
    purpose: &'static str,
    target_time_seconds: f64,
    events: u64,
    fingerprint: u128,
) -> Scenario {
    Scenario {
        name: Cow::Borrowed(name),
        employee_count,
        start_year: DEFAULT_START_YEAR,
        end_year: DEFAULT_START_YEAR + years - 1,
        purpose: Cow::Borrowed(purpose),
        target_time_seconds: Some(target_time_seconds),
        golden: Some(Golden { events, fingerprint: Fingerprint::new(fingerprint) }),
    }
}

/// Those that a proof takes where nobody says which.
pub const USUAL: [&str; 3] = ["quick", "1kx3", "5kx5"];

/// The scenarios of this crate.
pub static SCENARIOS: &[Scenario] = &[
    built_in("quick", 100, 2, "fast validation", 5.0, 457, 0x43719a772283e1426340c0443715e951),
    built_in("1kx3", 1_000, 3, "development testing", 10.0, 6_755, 0x21df470d6a55e896d81740aa3049d427),
    built_in("5kx5", 5_000, 5, "production target", 60.0, 58_036, 0x9d97a7d498ceb5a93296accc1d42d2d0),
    built_in("stress", 10_000, 10, "stress testing", 300.0, 246_190, 0x2abc015104a733a209e8c9f2a251cb22),
];

/// The scenarios that can be named: those of this crate, then those of a settings file.
#[derive(Debug, Clone, PartialEq)]
pub struct Catalogue(Vec<Scenario>);

impl Default for Catalogue {
    fn default() -> Self {
        Self(SCENARIOS.to_vec())
    }
}

impl Catalogue {
    /// Adds a scenario.
    ///
    /// # Errors
    /// When the name cannot be used in file names and benchmark ids or is taken, or the size is out of bounds.
    pub fn add(&mut self, scenario: Scenario) -> Result<()> {
        let name = &scenario.name;
        let usable = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if name.is_empty() || name.len() > 24 || !name.chars().all(usable) || name.starts_with('-') {
            let wanted = "up to 24 lower-case letters, digits and hyphens, a hyphen not first".into();
            return Err(Input::Unusable { given: format!("scenario name `{name}`"), wanted }.into());
        }
        if [CUSTOM, SCALING].contains(&&**name) || self.0.iter().any(|known| known.name == *name) {
            return Err(Input::TakenName { what: "scenario", given: name.to_string(), by: "" }.into());
        }
        if scenario.employee_count == 0
            || scenario.target_time_seconds.is_some_and(|target| target.is_nan() || target <= 0.0)
        {
            return Err(Input::NotAboveZero { scenario: name.to_string() }.into());
        }
        check_headcount(scenario.employee_count)?;
        scenario.run_spec(DEFAULT_SEED, Assumptions::default())?;
        self.0.push(scenario);
        Ok(())
    }

    /// All scenarios, in order.
    pub fn scenarios(&self) -> &[Scenario] {
        &self.0
    }

    /// Their names.
    pub fn names(&self) -> Vec<String> {
        self.0.iter().map(|scenario| scenario.name.to_string()).collect()
    }

    /// The scenario of that name.
    ///
    /// # Errors
    /// Lists the known names.
    pub fn named(&self, name: &str) -> Result<&Scenario> {
        self.0.iter().find(|scenario| scenario.name == name).ok_or_else(|| {
            let known = format!("{}, and custom where years can be given", self.names().join(", "));
            Input::UnknownName { what: "scenario", given: name.to_owned(), known }.into()
        })
    }
}

impl Scenario {
    /// The run of this scenario with a seed and assumptions.
    ///
    /// # Errors
    /// Names the year range or the assumption that is out of bounds.
    pub fn run_spec(&self, seed: u64, assumptions: Assumptions) -> Result<RunSpec> {
        RunSpec::new(&self.name, DEFAULT_PLAN_DESIGN, seed, self.start_year, self.end_year, assumptions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_scenarios_list_the_known() {
        let error = Catalogue::default().named("5kx6").unwrap_err().to_string();
        assert!(error.contains("5kx6") && error.contains("quick, 1kx3, 5kx5, stress"), "{error}");
    }

    #[test]
    fn names_that_cannot_be_files_are_refused() {
        let named = |name: &str| Scenario { name: Cow::Owned(name.to_owned()), golden: None, ..SCENARIOS[0].clone() };
        let mut catalogue = Catalogue::default();
        for bad in ["", "custom", "scaling", "quick", "a/b", "Big", "-x", "ä", "a name", &"x".repeat(25)] {
            assert!(catalogue.add(named(bad)).is_err(), "{bad}");
        }
        catalogue.add(named("our-plan")).expect("a usable name");
        assert!(catalogue.named("our-plan").is_ok() && catalogue.add(named("our-plan")).is_err());
        assert!(catalogue.add(Scenario { employee_count: 0, ..named("nobody") }).is_err());
        assert!(catalogue.add(Scenario { target_time_seconds: Some(f64::NAN), ..named("never") }).is_err());
    }
}
