//! All assumptions together, and their file.

use super::enrollment::{Enrollment, Escalation};
use super::groups::{Bands, Segments};
use super::pay::{Promotion, Raise};
use super::people::{Hiring, Levels, Workforce};
use crate::error::{Error, Input, Result, TomlError};
use serde::{Deserialize, Serialize};
use std::path::Path;

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
        let assumptions: Self = toml::from_str(text).map_err(|e| Input::Toml { error: TomlError(e).into() })?;
        assumptions.validate()?;
        Ok(assumptions)
    }
}
