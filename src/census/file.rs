//! Reads a census file in PlanAlign's own columns, Parquet or CSV, into checked people.

use super::{LoadedCensus, Person, Problems, assemble};
use crate::error::{Error, Result};
use crate::rules::calendar::{Day, day, first_of_year, month_span};
use crate::rules::units::{BasisPoints, Cents};
use crate::scenario::RunSpec;
use polars::prelude::*;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

const ID: &str = "employee_id";
const SSN: &str = "employee_ssn";
const BIRTH: &str = "employee_birth_date";
const HIRE: &str = "employee_hire_date";
const TERMINATION: &str = "employee_termination_date";
const PAY: &str = "employee_gross_compensation";
const DEFERRAL: &str = "employee_deferral_rate";
const ACTIVE: &str = "active";

/// What a cell holds: a usable value, nothing, or something already reported as a problem.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Cell<T> {
    Value(T),
    Missing,
    Unusable,
}

impl<T> Cell<T> {
    fn value(self) -> Option<T> {
        match self {
            Cell::Value(value) => Some(value),
            Cell::Missing | Cell::Unusable => None,
        }
    }
}

pub(super) fn load(path: &Path, run: &RunSpec, strict: bool) -> Result<LoadedCensus> {
    let frame = read(path)?;
    let missing: Vec<_> = [ID, BIRTH, HIRE, PAY].into_iter().filter(|name| frame.column(name).is_err()).collect();
    if !missing.is_empty() {
        let present: Vec<_> = frame.get_column_names().into_iter().map(PlSmallStr::as_str).collect();
        return Err(Error::Census(format!(
            "{}: missing column(s) {}; the file has {}",
            path.display(),
            missing.join(", "),
            present.join(", ")
        )));
    }
    let mut problems = Problems::default();
    let cells = Cells { frame: &frame, path };
    let (ids, ssns) = (cells.texts(ID)?, cells.texts(SSN)?);
    let births = cells.dates(BIRTH, &mut problems)?;
    let hires = cells.dates(HIRE, &mut problems)?;
    let terminations = cells.dates(TERMINATION, &mut problems)?;
    let pay = cells.scaled(PAY, Cents::PER_ONE, &mut problems)?;
    let deferral = cells.scaled(DEFERRAL, BasisPoints::PER_ONE, &mut problems)?;
    let active = cells.flags(ACTIVE, &mut problems)?;

    let start = first_of_year(run.start_year);
    let (mut people, mut inactive) = (Vec::with_capacity(frame.height()), 0);
    for index in 0..frame.height() {
        let row = index + 1;
        // Without a flag, somebody whose termination date lies before the start is not there any more.
        let left_before = terminations[index].value().is_some_and(|date| date < start);
        if !active[index].value().unwrap_or(!left_before) {
            inactive += 1;
            continue;
        }
        let absent = [
            (ID, ids[index].is_none()),
            (BIRTH, births[index] == Cell::Missing),
            (HIRE, hires[index] == Cell::Missing),
            (PAY, pay[index] == Cell::Missing),
        ];
        for (column, _) in absent.into_iter().filter(|(_, absent)| *absent) {
            problems.add(row, column, "", "missing value");
        }
        if let (Some(employee_id), Some(birth_date), Some(hire_date), Some(compensation_cents)) =
            (ids[index].as_deref(), births[index].value(), hires[index].value(), pay[index].value())
        {
            let employee_ssn = ssns[index].as_deref();
            let deferral_bp = deferral[index].value().unwrap_or(0);
            people.push(Person {
                row,
                employee_id,
                employee_ssn,
                birth_date,
                hire_date,
                compensation_cents,
                deferral_bp,
            });
        }
    }
    let loaded = assemble(people, path.display().to_string(), inactive, problems, run, strict)?;
    if loaded.census.is_empty() {
        return Err(Error::Census(format!("{}: no active employee among {} row(s)", path.display(), frame.height())));
    }
    Ok(loaded)
}

/// The whole file as a frame; CSV cells stay text.
fn read(path: &Path) -> Result<DataFrame> {
    let mut file = File::open(path).map_err(|e| Error::file(path, e))?;
    let mut magic = Vec::new();
    file.by_ref().take(4).read_to_end(&mut magic).map_err(|e| Error::file(path, e))?;
    if magic != b"PAR1" {
        // What was read already goes first: a pipe cannot be read again.
        return super::csv_file::read(path, magic.chain(file));
    }
    file.rewind().map_err(|e| Error::file(path, format!("Parquet cannot be read from a pipe: {e}")))?;
    ParquetReader::new(file).finish().map_err(|e| Error::file(path, format!("not a readable Parquet file: {e}")))
}

/// Typed views of a frame's columns; an absent column reads as all missing.
struct Cells<'a> {
    frame: &'a DataFrame,
    path: &'a Path,
}

impl Cells<'_> {
    /// The column, cast if need be; `None` when the file does not have it.
    fn column(&self, name: &str, dtype: &DataType) -> Result<Option<Series>> {
        let Ok(column) = self.frame.column(name) else { return Ok(None) };
        let series = column.as_materialized_series();
        // A number or a flag would cast to a date, and a flag to a number, without meaning one.
        let meant = match dtype {
            DataType::Date => matches!(series.dtype(), DataType::Date | DataType::Datetime(..) | DataType::Null),
            DataType::Float64 => series.dtype().is_numeric() || matches!(series.dtype(), DataType::Null),
            _ => true,
        };
        series.strict_cast(dtype).ok().filter(|_| meant).map(Some).ok_or_else(|| {
            Error::Census(format!(
                "{}: column {name} is of type {}, which cannot be read as {dtype}",
                self.path.display(),
                series.dtype()
            ))
        })
    }

    fn is_text(&self, name: &str) -> bool {
        self.frame
            .column(name)
            .is_ok_and(|column| matches!(column.dtype(), DataType::String | DataType::Categorical(..)))
    }

    fn texts(&self, name: &str) -> Result<Vec<Option<String>>> {
        let Some(series) = self.column(name, &DataType::String)? else { return Ok(vec![None; self.frame.height()]) };
        let texts = series.str().map_err(|e| Error::file(self.path, e))?;
        Ok(texts.iter().map(|text| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)).collect())
    }

    /// Parses text cells, reporting what does not parse.
    fn parsed<T: Copy>(
        &self,
        name: &str,
        problems: &mut Problems,
        what: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Vec<Cell<T>>> {
        let cells = self.texts(name)?.into_iter().enumerate().map(|(index, text)| match text {
            None => Cell::Missing,
            Some(text) => parse(&text).map_or_else(
                || {
                    problems.add(index + 1, name, &text, what);
                    Cell::Unusable
                },
                Cell::Value,
            ),
        });
        Ok(cells.collect())
    }

    fn dates(&self, name: &str, problems: &mut Problems) -> Result<Vec<Cell<Day>>> {
        if self.is_text(name) {
            return self.parsed(name, problems, "not a date of the form YYYY-MM-DD", parse_day);
        }
        let Some(series) = self.column(name, &DataType::Date)? else {
            return Ok(vec![Cell::Missing; self.frame.height()]);
        };
        let days = series.to_physical_repr();
        let days = days.i32().map_err(|e| Error::file(self.path, e))?;
        Ok(days.iter().map(|day| day.map_or(Cell::Missing, Cell::Value)).collect())
    }

    /// Numbers times `per_one`, rounded to whole units.
    fn scaled(&self, name: &str, per_one: i64, problems: &mut Problems) -> Result<Vec<Cell<i64>>> {
        let numbers = if self.is_text(name) {
            self.parsed(name, problems, "not a number", |text| text.parse::<f64>().ok())?
        } else {
            match self.column(name, &DataType::Float64)? {
                None => vec![Cell::Missing; self.frame.height()],
                Some(series) => {
                    let numbers = series.f64().map_err(|e| Error::file(self.path, e))?;
                    numbers.iter().map(|number| number.map_or(Cell::Missing, Cell::Value)).collect()
                }
            }
        };
        let whole = numbers.into_iter().enumerate().map(|(index, cell)| match cell {
            Cell::Value(number) => {
                let units = (number * per_one as f64).round();
                // Whether the amount is a sensible one is checked later; here it only has to be a number.
                if units.abs() < 9.0e15 {
                    return Cell::Value(units as i64);
                }
                problems.add(index + 1, name, &number.to_string(), "not a finite number of usable size");
                Cell::Unusable
            }
            Cell::Missing => Cell::Missing,
            Cell::Unusable => Cell::Unusable,
        });
        Ok(whole.collect())
    }

    fn flags(&self, name: &str, problems: &mut Problems) -> Result<Vec<Cell<bool>>> {
        self.parsed(name, problems, "neither true nor false", |text| match text.to_ascii_lowercase().as_str() {
            "true" | "t" | "yes" | "y" | "1" | "1.0" => Some(true),
            "false" | "f" | "no" | "n" | "0" | "0.0" => Some(false),
            _ => None,
        })
    }
}

/// `YYYY-MM-DD`, optionally followed by a time of day, which is dropped.
fn parse_day(text: &str) -> Option<Day> {
    let (date, time) = text.split_at_checked(10)?;
    if !(time.is_empty() || time.starts_with(['T', ' '])) {
        return None;
    }
    let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<i32>().ok()).flatten();
    let (year, rest) = date.split_at_checked(4)?;
    let (month, day_of_month) = rest.strip_prefix('-')?.split_once('-').filter(|(month, _)| month.len() == 2)?;
    let (year, month, day_of_month) = (number(year)?, number(month)?, number(day_of_month)?);
    let valid = (1..=12).contains(&month) && (1..=month_span(year, month).1).contains(&day_of_month);
    valid.then(|| day(year, month, day_of_month))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iso_dates_with_and_without_time() {
        assert_eq!(parse_day("1970-01-02"), Some(1));
        assert_eq!(parse_day("2024-02-29T00:00:00"), parse_day("2024-02-29 12:30:00.000"));
        for bad in [
            "2023-02-29",
            "01/02/2020",
            "2020-13-01",
            "2020-1-1",
            "2020-01-011",
            "",
            "2020-01-0é",
            "2020-1-001",
            "20-001-01x",
        ] {
            assert_eq!(parse_day(bad), None, "{bad}");
        }
    }
}
