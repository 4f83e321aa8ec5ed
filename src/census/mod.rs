//! The people at the start: read from a PlanAlign file or drawn from a seed, checked, sorted by employee id.

mod cell;
mod columns;
mod csv_file;
mod day;
mod draft;
mod foreign;
mod lines;
mod parquet_file;
mod parquet_type;
mod problems;
mod source;
mod synthetic;

use crate::error::Result;
use crate::rules::calendar::Day;
use crate::scenario::RunSpec;
use crate::text_column::TextColumn;

pub use problems::Warning;
pub use source::CensusFile;
pub(crate) use source::{check_same, load as load_as};
pub use synthetic::synthetic;

/// Employees on 1 January of the start year, in ascending order of `employee_id` (bytewise).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Census {
    /// Unique id.
    pub employee_id: TextColumn,
    /// Social security number, where the source has one.
    pub employee_ssn: TextColumn,
    /// Date of birth.
    pub birth_date: Vec<Day>,
    /// Date of hire.
    pub hire_date: Vec<Day>,
    /// Level, 1 to 5, derived from pay.
    pub level_id: Vec<i32>,
    /// Annual pay in cents.
    pub compensation_cents: Vec<i64>,
    /// Deferral rate in basis points; above 0 means enrolled since hire.
    pub deferral_bp: Vec<i32>,
}

impl Census {
    /// Number of employees.
    pub fn len(&self) -> usize {
        self.birth_date.len()
    }

    /// Whether nobody is employed.
    pub fn is_empty(&self) -> bool {
        self.birth_date.is_empty()
    }

    /// Day since which a person is enrolled, if at all: people with a deferral rate count as enrolled since hire.
    pub fn enrollment_date(&self, row: usize) -> Option<Day> {
        (self.deferral_bp[row] > 0).then(|| self.hire_date[row])
    }
}

/// A census with what was remarkable about its source.
#[derive(Debug, Clone)]
pub struct LoadedCensus {
    /// The employees.
    pub census: Census,
    /// Where they came from.
    pub source: String,
    /// Whether they were drawn from the seed rather than read.
    pub synthetic: bool,
    /// Rows of the source that were left out as inactive.
    pub inactive: usize,
    /// Rows that are remarkable but no reason to refuse the file, counted.
    pub warnings: Vec<Warning>,
}

/// Loads a census file for a run.
///
/// Rows are numbered from 1, the header not counted; lines of a CSV file as an editor counts them. Parquet and CSV are told
/// apart by the file's first bytes. What is to be read more than once, perhaps by other processes, is opened as a
/// [`CensusFile`].
///
/// # Errors
/// Names file, row, column and value of what cannot be used; with `strict` also of what is merely implausible. Names what
/// the file is when it is neither Parquet nor CSV.
pub fn load(path: &std::path::Path, run: &RunSpec, strict: bool) -> Result<LoadedCensus> {
    CensusFile::open(path)?.load(run, strict)
}
