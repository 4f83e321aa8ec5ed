//! The people at the start: read from a PlanAlign file or drawn from a seed, checked, sorted by employee id.

mod csv_file;
mod file;
mod synthetic;

use crate::error::{Error, Result};
use crate::rules::calendar::{Day, civil, first_of_year, year_of};
use crate::rules::identity::MAX_EMPLOYEE_ID_LEN;
use crate::rules::tables::Tables;
use crate::scenario::RunSpec;
use crate::text_column::TextColumn;

pub use synthetic::synthetic;

/// Offending cells shown in an error; all are counted.
const SHOWN: usize = 10;
/// Highest accepted pay: 1,000 million dollars a year, in cents.
const MAX_PAY_CENTS: i64 = 100_000_000_000;

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

/// One person as a source states it, before checks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Person<'a> {
    /// Where in the source, for messages (data row, starting at 1).
    pub row: usize,
    pub employee_id: &'a str,
    pub employee_ssn: Option<&'a str>,
    pub birth_date: Day,
    pub hire_date: Day,
    pub compensation_cents: i64,
    pub deferral_bp: i64,
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
    /// Implausible but kept rows, counted.
    pub warnings: Vec<Warning>,
}

/// A kind of implausible row with its count and first examples.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Warning {
    /// What is implausible.
    pub what: &'static str,
    /// Rows concerned.
    pub rows: usize,
    /// First rows, as text.
    pub examples: Vec<String>,
}

/// Collects cells that make a census unusable: all counted, the first few kept.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    count: usize,
    shown: Vec<String>,
}

impl Problems {
    pub fn add(&mut self, row: usize, column: &str, value: &str, what: &str) {
        self.count += 1;
        if self.shown.len() < SHOWN {
            self.shown.push(format!("row {row}, column {column}, value {value:?}: {what}"));
        }
    }

    fn into_result(self, source: &str) -> Result<()> {
        if self.count == 0 {
            return Ok(());
        }
        let more = if self.count > self.shown.len() {
            format!(" (the first {} shown)", self.shown.len())
        } else {
            String::new()
        };
        Err(Error::Census(format!("{source}: {} unusable value(s){more}\n  {}", self.count, self.shown.join("\n  "))))
    }
}

/// Loads a census file for a run.
///
/// Rows are numbered from 1, the header not counted. Parquet and CSV are told apart by the file's first bytes.
///
/// # Errors
/// Names file, row, column and value of what cannot be used; with `strict` also of what is merely implausible.
pub fn load(path: &std::path::Path, run: &RunSpec, strict: bool) -> Result<LoadedCensus> {
    file::load(path, run, strict)
}

/// Checks and sorts people into a census.
fn assemble(
    mut people: Vec<Person<'_>>,
    source: String,
    inactive: usize,
    mut problems: Problems,
    run: &RunSpec,
    strict: bool,
) -> Result<LoadedCensus> {
    let start = first_of_year(run.start_year);
    people.sort_by(|a, b| a.employee_id.cmp(b.employee_id).then(a.row.cmp(&b.row)));
    for pair in people.windows(2) {
        if pair[0].employee_id == pair[1].employee_id {
            let what = format!("duplicate id, also in row {}", pair[0].row);
            problems.add(pair[1].row, "employee_id", pair[1].employee_id, &what);
        }
    }
    for person in &people {
        check(person, start, run, &mut problems);
    }
    problems.into_result(&source)?;

    let warnings = implausible(&people, run.start_year);
    if strict && !warnings.is_empty() {
        let lines: Vec<_> =
            warnings.iter().map(|w| format!("{} row(s) {}: {}", w.rows, w.what, w.examples.join("; "))).collect();
        return Err(Error::Census(format!(
            "{source}: implausible rows, refused by --strict\n  {}",
            lines.join("\n  ")
        )));
    }

    let tables = Tables::new(&run.assumptions);
    let mut census = Census {
        employee_id: TextColumn::with_capacity(people.len(), 12),
        employee_ssn: TextColumn::with_capacity(people.len(), 12),
        ..Census::default()
    };
    for person in &people {
        census.employee_id.push(person.employee_id);
        census.employee_ssn.push_option(person.employee_ssn);
        census.birth_date.push(person.birth_date);
        census.hire_date.push(person.hire_date);
        census.level_id.push(tables.level_of_pay(person.compensation_cents));
        census.compensation_cents.push(person.compensation_cents);
        census.deferral_bp.push(person.deferral_bp as i32);
    }
    Ok(LoadedCensus { census, source, synthetic: false, inactive, warnings })
}

fn check(person: &Person<'_>, start: Day, run: &RunSpec, problems: &mut Problems) {
    let id = person.employee_id;
    if id.is_empty() || id.len() > MAX_EMPLOYEE_ID_LEN {
        problems.add(person.row, "employee_id", id, &format!("an id has 1 to {MAX_EMPLOYEE_ID_LEN} bytes"));
    }
    if run.years().any(|year| id.starts_with(&format!("NH_{year}_"))) {
        problems.add(person.row, "employee_id", id, "reserved for people hired in a simulated year");
    }
    if person.hire_date >= start {
        let date = crate::rules::calendar::iso(person.hire_date);
        let what = format!("hired on or after 1 January {}, the start of the simulation", run.start_year);
        problems.add(person.row, "employee_hire_date", &date, &what);
    }
    if !(0..=MAX_PAY_CENTS).contains(&person.compensation_cents) {
        let pay = format!("{:.2}", person.compensation_cents as f64 / 100.0);
        problems.add(person.row, "employee_gross_compensation", &pay, "pay must be from 0 to 1,000,000,000 dollars");
    }
    if !(0..=10_000).contains(&person.deferral_bp) {
        let rate = format!("{:.4}", person.deferral_bp as f64 / 10_000.0);
        problems.add(person.row, "employee_deferral_rate", &rate, "a deferral rate is a fraction from 0 to 1");
    }
    for (column, date) in [("employee_birth_date", person.birth_date), ("employee_hire_date", person.hire_date)] {
        if !(1800..2200).contains(&year_of(date)) {
            problems.add(person.row, column, &crate::rules::calendar::iso(date), "a date lies between 1800 and 2199");
        }
    }
}

fn implausible(people: &[Person<'_>], start_year: i32) -> Vec<Warning> {
    let mut kinds: [(&'static str, Vec<&Person<'_>>); 3] =
        [("hired before birth", vec![]), ("under 14 years old", vec![]), ("over 100 years old", vec![])];
    for person in people {
        let age = start_year - civil(person.birth_date).0;
        let hits = [person.hire_date < person.birth_date, age < 14, age > 100];
        for (kind, hit) in kinds.iter_mut().zip(hits) {
            if hit {
                kind.1.push(person);
            }
        }
    }
    let iso = crate::rules::calendar::iso;
    let example = |p: &&Person<'_>| {
        format!("row {}, {}: born {}, hired {}", p.row, p.employee_id, iso(p.birth_date), iso(p.hire_date))
    };
    kinds
        .into_iter()
        .filter(|(_, rows)| !rows.is_empty())
        .map(|(what, mut rows)| {
            rows.sort_by_key(|person| person.row);
            Warning { what, rows: rows.len(), examples: rows.iter().take(3).map(example).collect() }
        })
        .collect()
}
