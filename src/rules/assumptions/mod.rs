//! Assumptions of a simulation: one typed structure with the documented defaults, overridable from a TOML file.
//!
//! Every key may be left out (the default stands); an unknown key is refused. The defaults are the published rates of
//! the Fidelity PlanAlign Engine, as listed in `docs/event-rules.md`, "Tables".

mod check;
mod dates;
mod enrollment;
mod groups;
mod pay;
mod people;

pub use dates::{IsoDay, MonthDay};
pub use enrollment::{Chances, Enrollment, Escalation};
pub use groups::{Bands, Segments};
pub use pay::{Promotion, Raise, RaiseRange};
pub use people::{Hiring, Level, Levels, WeightedAge, Workforce, YearRates};

use crate::error::{Error, Input, Result};
use crate::rules::units::Ppm;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// Rates of single years, by year, beside one that holds in all others.
pub type ByYear = BTreeMap<i32, Ppm>;

/// Everything a run assumes about people and plan.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Assumptions {
    /// Growth and turnover.
    pub workforce: Workforce,
    /// One to nine levels, lowest first.
    pub levels: Levels,
    /// Bands of age and tenure, which the event row shows and promotions go by.
    pub bands: Bands,
    /// Groups of people that enrollment goes by.
    pub segments: Segments,
    /// Who is hired, at what pay.
    pub hiring: Hiring,
    /// Promotion hazard and raise.
    pub promotion: Promotion,
    /// The annual raise.
    pub raise: Raise,
    /// Enrollment, opt-out and deferral rates.
    pub enrollment: Enrollment,
    /// Automatic escalation of deferral rates.
    pub escalation: Escalation,
}

impl Assumptions {
    /// Reads a TOML file that overrides the defaults, and validates the result.
    ///
    /// # Errors
    /// Names the file and the key, line or limit that was violated.
    pub fn from_file(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|e| Error::file(path, e))?;
        Self::from_toml(&text).map_err(|e| Error::file(path, e))
    }

    /// Parses TOML text that overrides the defaults, and validates the result.
    ///
    /// # Errors
    /// Names the key, line or limit that was violated.
    pub fn from_toml(text: &str) -> Result<Self> {
        let assumptions: Self = toml::from_str(text).map_err(|e| Input::Toml { error: e.into() })?;
        assumptions.validate()?;
        Ok(assumptions)
    }
}

/// A rate of a year: its own, or the one of all years.
fn of_year(by_year: &ByYear, otherwise: Ppm, year: i32) -> Ppm {
    by_year.get(&year).copied().unwrap_or(otherwise)
}
