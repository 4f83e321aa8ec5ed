//! The engines by name: the built-in ones, and those that a settings file describes.

use crate::error::{Error, Input, Result};
use serde::{Deserialize, Serialize, Serializer};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// How events are generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub enum Mode {
    /// Set-based SQL in DuckDB.
    Sql,
    /// Lazy expressions in Polars.
    Polars,
    /// Plain Rust, employee by employee: the oracle and the floor.
    Reference,
    /// Another program, by the protocol of `docs/engines.md`.
    Own(OwnName),
}

/// Name of an engine that is not built in: small letters, digits and hyphens.
///
/// Names are kept for as long as the process lives, so that a mode is as cheap to hand around as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OwnName(&'static str);

/// Longest name of an engine that is not built in, bytes: it is part of file names.
pub const LONGEST_NAME: usize = 24;
/// Stands for every mode on a command line.
pub const ALL: &str = "all";

impl OwnName {
    /// A name that is not a built-in engine's.
    ///
    /// # Errors
    /// Says what a name looks like, or that it is taken.
    pub fn new(name: &str) -> Result<Self, String> {
        static KNOWN: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
        if name == ALL || Mode::BUILT_IN.iter().any(|mode| mode.name() == name) {
            return Err(format!("`{name}` is taken; give the engine another name"));
        }
        let of_letters = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let begins = name.starts_with(|c: char| c.is_ascii_lowercase()) && !name.ends_with('-');
        if !of_letters || !begins || name.len() > LONGEST_NAME {
            let shown = crate::console::one_line(name);
            return Err(format!(
                "`{shown}` is no name of an engine; give small letters, digits and hyphens, a letter first, at most {LONGEST_NAME} of them"
            ));
        }
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = known.get(name) {
            return Ok(Self(kept));
        }
        let kept: &'static str = name.to_owned().leak();
        known.insert(kept);
        Ok(Self(kept))
    }

    /// The name.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl Mode {
    /// The modes of this crate.
    pub const BUILT_IN: [Mode; 3] = [Mode::Sql, Mode::Polars, Mode::Reference];

    /// Name on command lines, in benchmark ids and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Mode::Sql => "sql",
            Mode::Polars => "polars",
            Mode::Reference => "reference",
            Mode::Own(name) => name.0,
        }
    }

    /// Whether it is an engine of this crate.
    pub const fn is_built_in(self) -> bool {
        !matches!(self, Mode::Own(_))
    }

    /// The built-in mode of that name.
    ///
    /// # Errors
    /// Lists the known names.
    pub fn built_in(name: &str) -> Result<Self> {
        Self::BUILT_IN.into_iter().find(|mode| mode.name() == name).ok_or_else(|| unknown(name, &[]))
    }
}

/// A name that is of no mode; `own` are those of the settings file.
pub(super) fn unknown(name: &str, own: &[Mode]) -> Error {
    let known = Mode::BUILT_IN.iter().chain(own).map(|mode| mode.name()).collect::<Vec<_>>().join(", ");
    Input::UnknownName { what: "mode", given: name.to_owned(), known }.into()
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for Mode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl TryFrom<String> for Mode {
    type Error = String;

    /// Of a record: any name that an engine may have.
    fn try_from(name: String) -> Result<Self, String> {
        let built_in = Self::BUILT_IN.into_iter().find(|mode| mode.name() == name);
        built_in.map_or_else(|| OwnName::new(&name).map(Mode::Own), Ok)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_is_its_name_in_files() {
        let own = Mode::Own(OwnName::new("dbt-duckdb").unwrap());
        for mode in Mode::BUILT_IN.into_iter().chain([own]) {
            assert_eq!(serde_json::to_value(mode).unwrap(), mode.name());
            assert_eq!(serde_json::from_value::<Mode>(mode.name().into()).unwrap(), mode);
        }
        assert!(Mode::Reference < own && Mode::built_in("dbt-duckdb").is_err());
    }

    #[test]
    fn names_are_parts_of_paths_and_of_one_engine() {
        for bad in ["", "SQL", "sql", "all", "-a", "a-", "a b", "a/b", "a_b", "1a", "ä", "a-name-of-twenty-five-xx"] {
            assert_eq!(OwnName::new(bad).is_err(), bad.len() != 24, "{bad}");
        }
        for good in ["a", "spark", "dbt-duckdb-in-process", "a-name-of-twenty-4-bytes"] {
            assert_eq!(OwnName::new(good).unwrap(), OwnName::new(good).unwrap());
        }
        assert!(OwnName::new(&"a".repeat(LONGEST_NAME + 1)).is_err());
    }
}
