//! The people of a run, in columns.

use super::problems::RowWarning;
use crate::rules::calendar::Day;
use arrow::array::StringArray;

/// Employees on 1 January of the start year, in ascending order of `employee_id` (bytewise).
#[derive(Debug, Clone, PartialEq)]
pub struct Census {
    /// Unique id.
    pub employee_id: StringArray,
    /// Social security number, where the source has one.
    pub employee_ssn: StringArray,
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
    /// Whether a person has opted out of escalating the deferral rate every year.
    pub escalation_opt_out: Vec<bool>,
}

impl Default for Census {
    fn default() -> Self {
        let nobody = || StringArray::from(Vec::<&str>::new());
        Self {
            employee_id: nobody(),
            employee_ssn: nobody(),
            birth_date: Vec::new(),
            hire_date: Vec::new(),
            level_id: Vec::new(),
            compensation_cents: Vec::new(),
            deferral_bp: Vec::new(),
            escalation_opt_out: Vec::new(),
        }
    }
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
    /// Rows of people hired on or after 1 January of the start year, left out, too.
    pub hired_later: usize,
    /// Columns of a census that the source lacks, each with a column that looks like it and was not read.
    pub alike: Vec<(&'static str, String)>,
    /// Rows that are remarkable but no reason to refuse the file, counted.
    pub warnings: Vec<RowWarning>,
}
