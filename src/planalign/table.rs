//! PlanAlign's seed tables: CSV files that its models read beside the configuration.

use super::config::file_name;
use super::node::number;
use crate::error::{Error, Flaw, Result};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The seed tables that were given.
#[derive(Debug, Default)]
pub(super) struct Seeds {
    /// By name, without `.csv`.
    tables: BTreeMap<String, Table>,
    /// Whether a folder was given.
    pub given: bool,
}

/// One table.
#[derive(Debug)]
pub(super) struct Table {
    path: PathBuf,
    header: Vec<String>,
    rows: Vec<Row>,
}

/// One row, and the line on which it begins.
#[derive(Debug)]
struct Row {
    line: u64,
    cells: Vec<String>,
}

impl Seeds {
    /// Reads every `.csv` of a folder.
    ///
    /// # Errors
    /// Names the folder that cannot be read or holds none, or the file and line that is no table.
    pub fn read(folder: &Path) -> Result<Self> {
        let mut tables = BTreeMap::new();
        for entry in std::fs::read_dir(folder).map_err(|e| Error::file(folder, e))? {
            let path = entry.map_err(|e| Error::file(folder, e))?.path();
            let is_table = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("csv"));
            if is_table && !file_name(&path).starts_with('.') {
                let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                tables.insert(name, Table::read(path)?);
            }
        }
        if tables.is_empty() {
            let what = "the folder holds no .csv file; give PlanAlign's dbt/seeds, or a folder like it".into();
            return Err(Error::file(folder, Flaw::SeedTable { what }));
        }
        Ok(Self { tables, given: true })
    }

    /// A table, if it is there.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.get(name)
    }

    /// Every table with its name.
    pub fn all(&self) -> impl Iterator<Item = (&str, &Table)> {
        self.tables.iter().map(|(name, table)| (name.as_str(), table))
    }
}

impl Table {
    fn read(path: PathBuf) -> Result<Self> {
        let wrong = |error: csv::Error| Error::file(&path, error);
        let bytes = std::fs::read(&path).map_err(|e| Error::file(&path, e))?;
        if let Err(error) = std::str::from_utf8(&bytes) {
            let line = line_of(&bytes, error.valid_up_to());
            let what = format!("line {line} is not UTF-8; save the file as UTF-8, in Excel as \"CSV UTF-8\"");
            return Err(Error::file(&path, Flaw::SeedTable { what }));
        }
        let mut reader = csv::ReaderBuilder::new().has_headers(true).trim(csv::Trim::All).from_reader(&bytes[..]);
        let header: Vec<String> = reader
            .headers()
            .map_err(wrong)?
            .iter()
            .map(|name| name.trim_start_matches('\u{feff}').to_owned())
            .collect();
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(wrong)?;
            let line = record.position().map_or(0, |at| line_of(&bytes, at.byte() as usize));
            rows.push(Row { line, cells: record.iter().map(str::to_owned).collect() });
        }
        let table = Self { path, header, rows };
        let twice = |(at, name): &(usize, &String)| table.header[..*at].contains(name);
        match table.header.iter().enumerate().find(twice) {
            Some((_, name)) => Err(table.error(format!("column {name} stands twice in the header"))),
            None => Ok(table),
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// What is wrong with the table.
    pub fn error(&self, what: impl Into<String>) -> Error {
        Error::file(&self.path, Flaw::SeedTable { what: what.into() })
    }

    /// The rows, with the columns that are asked for.
    ///
    /// # Errors
    /// Names the columns that are missing, or says that there are no rows.
    pub fn rows<const N: usize>(&self, columns: [&'static str; N]) -> Result<Vec<Cells<'_, N>>> {
        let places = columns.map(|column| self.header.iter().position(|name| name == column));
        let missing: Vec<&str> =
            columns.iter().zip(places).filter(|(_, at)| at.is_none()).map(|(name, _)| *name).collect();
        if !missing.is_empty() {
            let there = crate::console::one_line(&self.header.join(", "));
            let separator = self.header.len() == 1 && self.header[0].contains([';', '\t', '|']);
            let hint = if separator { "; PlanAlign's tables have commas between cells" } else { "" };
            let what = format!("missing column(s) {}; the file has {there}{hint}", missing.join(", "));
            return Err(self.error(what));
        }
        if self.rows.is_empty() {
            return Err(self.error("a header and no rows"));
        }
        let cells = |row: &Row| places.map(|at| at.and_then(|at| row.cells.get(at)).cloned().unwrap_or_default());
        Ok(self.rows.iter().map(|row| Cells { table: self, line: row.line, columns, cells: cells(row) }).collect())
    }
}

/// The line of the row that begins at a byte or behind blank lines there, as an editor counts.
fn line_of(bytes: &[u8], mut at: usize) -> u64 {
    while bytes.get(at).is_some_and(|byte| b"\r\n".contains(byte)) {
        at += 1;
    }
    1 + bytes.iter().take(at).filter(|byte| **byte == b'\n').count() as u64
}

/// Some cells of a row.
#[derive(Debug, Clone)]
pub(super) struct Cells<'a, const N: usize> {
    table: &'a Table,
    line: u64,
    columns: [&'static str; N],
    cells: [String; N],
}

impl<const N: usize> Cells<'_, N> {
    /// The text of a column, by its place among those asked for.
    pub fn text(&self, at: usize) -> &str {
        &self.cells[at]
    }

    /// What is wrong with a cell.
    pub fn error(&self, at: usize, what: impl std::fmt::Display) -> Error {
        self.table.error(format!("line {}, column {}: {what}", self.line, self.columns[at]))
    }

    /// A number within limits, rounded to the decimals that the table's column has in PlanAlign's database.
    ///
    /// # Errors
    /// Names the cell.
    pub fn number(&self, at: usize, decimals: i32, [least, most]: [f64; 2]) -> Result<f64> {
        let text = self.text(at);
        let shown = crate::console::one_line(text);
        let value = number(text).ok_or_else(|| self.error(at, format!("`{shown}` is not a number")))?;
        if !(least..=most).contains(&value) {
            return Err(self.error(at, format!("{shown} is outside {least} to {most}")));
        }
        let scale = 10f64.powi(decimals);
        Ok((value * scale).round() / scale)
    }

    /// A whole number within limits.
    ///
    /// # Errors
    /// Names the cell.
    pub fn whole(&self, at: usize, limits: [i32; 2]) -> Result<i32> {
        let value = self.number(at, 6, limits.map(f64::from))?;
        let whole = value.round() as i32;
        if f64::from(whole) == value {
            return Ok(whole);
        }
        Err(self.error(at, format!("{} is not a whole number", self.text(at))))
    }

    /// True or false.
    ///
    /// # Errors
    /// Names the cell.
    pub fn flag(&self, at: usize) -> Result<bool> {
        match self.text(at).to_ascii_lowercase().as_str() {
            "true" | "t" | "yes" | "1" => Ok(true),
            "false" | "f" | "no" | "0" => Ok(false),
            other => Err(self.error(at, format!("`{}` is neither true nor false", crate::console::one_line(other)))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seeds(text: &str) -> Result<Seeds> {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("t.csv"), text).expect("written");
        Seeds::read(folder.path())
    }

    #[test]
    fn cells_are_named_by_line_and_column() {
        let seeds = seeds("a,b,extra\n1,0.123456,x\n\n2.5,yes,\n").expect("a table");
        let rows = seeds.table("t").expect("t").rows(["b", "a"]).expect("rows");
        assert_eq!((rows[0].number(0, 4, [0.0, 1.0]).unwrap(), rows[0].whole(1, [0, 9]).unwrap()), (0.1235, 1));
        assert!(rows[1].flag(0).unwrap());
        for (error, words) in [
            (rows[1].whole(1, [0, 9]).unwrap_err(), ["line 4, column a", "not a whole number"]),
            (rows[1].number(0, 4, [0.0, 1.0]).unwrap_err(), ["line 4, column b", "`yes` is not a number"]),
            (rows[0].number(0, 4, [1.0, 2.0]).unwrap_err(), ["t.csv", "outside 1 to 2"]),
            (rows[0].flag(0).unwrap_err(), ["column b", "neither"]),
            (seeds.table("t").unwrap().rows(["c"]).unwrap_err(), ["missing column(s) c", "a, b, extra"]),
        ] {
            assert!(words.iter().all(|word| error.to_string().contains(word)), "{error}");
        }
    }

    #[test]
    fn what_is_no_table_is_refused() {
        assert!(seeds("a,a\n1,2\n").unwrap_err().to_string().contains("stands twice"));
        assert!(seeds("a,b\n1\n").unwrap_err().to_string().contains("t.csv"));
        let none = seeds("a\n").expect("a table");
        assert!(none.table("t").unwrap().rows(["a"]).unwrap_err().to_string().contains("no rows"));
        assert!(Seeds::read(tempfile::tempdir().unwrap().path()).unwrap_err().to_string().contains("no .csv"));
    }
}
