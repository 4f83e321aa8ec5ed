//! The engines by name.

use crate::error::{Error, Result};

/// How events are generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, clap::ValueEnum, serde::Serialize)]
#[serde(rename_all = "lowercase")]
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
            Error::Config(format!("unknown mode `{name}`; known: {known}"))
        })
    }
}
