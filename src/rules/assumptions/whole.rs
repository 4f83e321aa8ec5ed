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

#[cfg(test)]
mod tests {
    use super::*;

    /// The page lists every key with its default.
    #[test]
    fn the_page_has_the_defaults() {
        let page = include_str!("../../../docs/event-rules.md");
        let block = page.split("\nAll defaults:\n").nth(1).and_then(|rest| rest.split("```").nth(1)).expect("a block");
        let written = block.strip_prefix("toml").expect("TOML");
        assert_eq!(Assumptions::from_toml(written).unwrap(), Assumptions::default());
        let keys = |text: &str| -> Vec<String> {
            fn collect(prefix: &str, value: &toml::Value, keys: &mut Vec<String>) {
                match value.as_table() {
                    Some(table) if !table.is_empty() => {
                        table.iter().for_each(|(name, value)| collect(&format!("{prefix}.{name}"), value, keys));
                    }
                    _ => keys.push(prefix.to_owned()),
                }
            }
            let mut keys = Vec::new();
            collect("", &toml::from_str(text).unwrap(), &mut keys);
            keys
        };
        let listed = keys(written);
        // Factors that are 1 everywhere may be left out, and a list of chances by age stands for its table.
        let left_out = |key: &str| {
            key.ends_with(".by_level") || key.ends_with(".by_tenure") || key.starts_with(".enrollment.proactive.")
        };
        for key in keys(&toml::to_string(&Assumptions::default()).unwrap()) {
            assert!(listed.contains(&key) || left_out(&key), "{key} is not on the page");
        }
    }
}
