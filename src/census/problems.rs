//! What is wrong with a census: all counted, the first few shown.

use super::date_format::DateFormat;
use super::date_guess::DateGuess;
use super::words::printable;
use crate::error::{Error, Flaw, Result};
use std::fmt;

/// Offending cells shown in an error; all are counted.
const SHOWN: usize = 10;
/// Rows shown with a warning.
const EXAMPLES: usize = 3;

/// Where a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Data row, from 1.
    pub row: u64,
    /// Line of a CSV file on which it begins, as an editor counts; 0 where there are no lines.
    pub line: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "row {}", self.row)?;
        if self.line > 0 { write!(f, " (line {})", self.line) } else { Ok(()) }
    }
}

/// Collects what makes a census unusable.
#[derive(Default)]
pub(super) struct Problems {
    count: usize,
    shown: Vec<String>,
    /// How the dates may be written that could not be read.
    pub dates: DateGuess,
}

impl Problems {
    /// A cell that cannot be used.
    pub fn cell(&mut self, place: Place, column: &str, value: &str, what: &str) {
        self.add(|| describe(place, column, value, what));
    }

    /// Something else.
    pub fn add(&mut self, what: impl FnOnce() -> String) {
        self.count += 1;
        if self.shown.len() < SHOWN {
            self.shown.push(what());
        }
    }

    /// Nothing, or all of it; `given` is how dates were read.
    pub fn into_result(self, source: &str, given: Option<&DateFormat>) -> Result<()> {
        let Self { count, shown, dates } = self;
        if count == 0 {
            return Ok(());
        }
        Err(Error::file(source, Flaw::Cells { count, shown, forms: dates.forms(), remark: dates.remark(given) }))
    }
}

/// One line about a cell.
pub(super) fn describe(place: Place, column: &str, value: &str, what: &str) -> String {
    format!("{place}, column {column}, value \"{}\": {what}", printable(value))
}

/// A kind of remarkable row with its count and first examples.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RowWarning {
    /// What is remarkable.
    pub what: &'static str,
    /// Rows concerned.
    pub rows: usize,
    /// First rows, as text.
    pub examples: Vec<String>,
}

impl RowWarning {
    pub(super) const HIRED_BEFORE_BIRTH: &str = "hired before birth";
    pub(super) const UNDER_14: &str = "under 14 years old";
    pub(super) const OVER_100: &str = "over 100 years old";
    pub(super) const NUMBER_LIKE_ID: &str =
        "with an id that looks like a number from a spreadsheet or a floating-point column";
    pub(super) const ZONE_UNNAMED: &str =
        "with a time of day in a column of instants that names no time zone, read in UTC";
    pub(super) const TERMINATION_ZONE_UNNAMED: &str =
        "active or not by an instant of termination with a time of day, read in UTC for no time zone is named";
    pub(super) const INACTIVE_UNUSABLE: &str = "inactive and with an unusable value";
    pub(super) const HIRED_LATER: &str = "hired on or after the first simulated day";
    pub(super) const LATER_UNUSABLE: &str = "hired later and with an unusable value";
    pub(super) const LATER_ZONE_UNNAMED: &str =
        "hired later by an instant with a time of day, read in UTC for no time zone is named";

    /// What became of its rows, where that is the same for all.
    fn fate(&self) -> &'static str {
        match self.what {
            Self::INACTIVE_UNUSABLE | Self::LATER_UNUSABLE | Self::LATER_ZONE_UNNAMED => ", left out",
            Self::TERMINATION_ZONE_UNNAMED => "",
            _ => ", kept",
        }
    }
}

impl fmt::Display for RowWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} row(s) {}{}: {}", self.rows, self.what, self.fate(), self.examples.join("; "))
    }
}

/// Collects warnings by kind.
#[derive(Debug, Default)]
pub(super) struct RowWarnings(Vec<RowWarning>);

impl RowWarnings {
    pub fn add(&mut self, what: &'static str, example: impl FnOnce() -> String) {
        let warning = match self.0.iter().position(|warning| warning.what == what) {
            Some(index) => &mut self.0[index],
            None => {
                self.0.push(RowWarning { what, rows: 0, examples: Vec::new() });
                let last = self.0.len() - 1;
                &mut self.0[last]
            }
        };
        warning.rows += 1;
        if warning.examples.len() < EXAMPLES {
            warning.examples.push(example());
        }
    }

    /// Adds all of another.
    pub fn append(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The warnings; in strict mode they are errors.
    pub fn into_result(self, source: &str, strict: bool) -> Result<Vec<RowWarning>> {
        if !strict || self.0.is_empty() {
            return Ok(self.0);
        }
        let rows = self.0.iter().map(|w| format!("{} row(s) {}: {}", w.rows, w.what, w.examples.join("; "))).collect();
        Err(Error::file(source, Flaw::Implausible { rows }))
    }
}
