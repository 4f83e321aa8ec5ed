//! The engines by name.

use crate::error::{Error, Input, Result};
use serde::{Deserialize, Serialize};
use std::fmt;

/// How events are generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", try_from = "String")]
pub enum Mode {
    /// Set-based SQL in DuckDB.
    Sql,
    /// Lazy expressions in Polars.
    Polars,
    /// Plain Rust, employee by employee: the oracle and the floor.
    Reference,
}

impl Mode {
    /// Every mode.
    pub const ALL: [Mode; 3] = [Mode::Sql, Mode::Polars, Mode::Reference];

    /// Name on command lines, in benchmark ids and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Mode::Sql => "sql",
            Mode::Polars => "polars",
            Mode::Reference => "reference",
        }
    }

    /// The mode of that name.
    ///
    /// # Errors
    /// Lists the known names.
    pub fn named(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name).ok_or_else(|| {
            let known = Self::ALL.map(Mode::name).join(", ");
            Input::UnknownName { what: "mode", given: name.to_owned(), known }.into()
        })
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl TryFrom<String> for Mode {
    type Error = Error;

    fn try_from(name: String) -> Result<Self> {
        Self::named(&name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ValueEnum;

    #[test]
    fn all_are_all_and_have_one_name() {
        assert_eq!(Mode::value_variants(), Mode::ALL);
        for mode in Mode::ALL {
            assert_eq!(serde_json::to_value(mode).unwrap(), mode.name());
            assert_eq!(mode.to_possible_value().unwrap().get_name(), mode.name());
        }
    }
}
