//! What somebody says about a census file: the names of its columns, and how it writes dates.

use super::date_format::DateFormat;
use super::names::NAMES;
use crate::error::{Error, Input, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::str::FromStr;

/// How a census file is to be read, beyond what the file itself shows. The default: columns under their own names, dates as
/// `YYYY-MM-DD`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CensusFormat {
    /// Columns that the file has under other names.
    pub columns: ColumnNames,
    /// How text says a day, where that is not `YYYY-MM-DD`.
    pub date_format: Option<DateFormat>,
}

impl CensusFormat {
    /// What this says, and what another says where this says nothing.
    ///
    /// # Errors
    /// As [`ColumnNames::over`].
    pub fn over(&self, other: &Self) -> Result<Self> {
        let date_format = self.date_format.clone().or_else(|| other.date_format.clone());
        Ok(Self { columns: self.columns.over(&other.columns)?, date_format })
    }
}

/// Columns of a census (`employee_id`) and what a file calls them (`EMP_ID`); each at most once, and no two of one name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<String, String>", into = "BTreeMap<String, String>")]
pub struct ColumnNames(BTreeMap<&'static str, String>);

impl ColumnNames {
    /// From pairs of a column of a census and the file's name for it.
    ///
    /// # Errors
    /// Names the column that no census has (and those that it has), that is given two names, or that is given the name of
    /// another.
    pub fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Result<Self> {
        let mut names = Self::default();
        for (column, theirs) in pairs {
            names.add(&column, &theirs)?;
        }
        Ok(names)
    }

    /// All of several, as a flag that is given several times says them.
    ///
    /// # Errors
    /// As [`ColumnNames::new`].
    pub fn merged(all: &[Self]) -> Result<Self> {
        Self::new(all.iter().flat_map(|names| names.pairs()).map(|(column, theirs)| (column.into(), theirs.into())))
    }

    fn add(&mut self, column: &str, theirs: &str) -> Result<()> {
        let (column, theirs) = (column.trim(), theirs.trim());
        let Some(&known) = NAMES.iter().find(|known| same_name(known, column)) else {
            let (given, known) = (super::words::printable(column), NAMES.join(", "));
            return Err(Input::UnknownName { what: "column of a census", given, known }.into());
        };
        let refused = |given: String, wanted: &str| Err(Input::Unusable { given, wanted: wanted.to_owned() }.into());
        if theirs.is_empty() {
            return refused(format!("column {known} is given no name"), "the name that it has in the file");
        }
        if let Some(before) = self.0.get(known).filter(|before| !same_name(before, theirs)) {
            return refused(format!("column {known} is given two names, {before} and {theirs}"), "one");
        }
        if let Some((other, _)) = self.0.iter().find(|(other, name)| **other != known && same_name(name, theirs)) {
            return refused(format!("the file's column {theirs} is given for {other} and for {known}"), "it for one");
        }
        self.0.insert(known, theirs.to_owned());
        Ok(())
    }

    /// The file's name for a column, if it was given one.
    pub fn of(&self, column: &str) -> Option<&str> {
        self.0.get(column).map(String::as_str)
    }

    /// Columns and the file's names for them.
    pub fn pairs(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(column, theirs)| (*column, theirs.as_str()))
    }

    /// These over others of the same columns.
    ///
    /// # Errors
    /// When two columns come to have one name.
    pub fn over(&self, others: &Self) -> Result<Self> {
        let left = others.pairs().filter(|(column, _)| self.of(column).is_none());
        Self::new(self.pairs().chain(left).map(|(column, theirs)| (column.into(), theirs.into())))
    }

    /// As a flag says each, `employee_id=EMP_ID`.
    pub fn written(&self) -> impl Iterator<Item = String> {
        self.pairs().map(|(column, theirs)| format!("{column}={theirs}"))
    }
}

/// Whether two names of columns are one: without case, and without white space at their ends.
pub(super) fn same_name(one: &str, other: &str) -> bool {
    let folded = |name: &str| name.trim().chars().flat_map(char::to_lowercase).collect::<String>();
    one.trim().eq_ignore_ascii_case(other.trim()) || folded(one) == folded(other)
}

/// `employee_id=EMP_ID`, or several with a semicolon or a line break between them, for a variable has one value.
impl FromStr for ColumnNames {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let mut names = Self::default();
        let mut rest = text;
        loop {
            let end = rest.char_indices().find(|&(at, c)| matches!(c, ';' | '\n') && begins_pair(&rest[at + 1..]));
            let (pair, left) = end.map_or((rest, ""), |(at, _)| (&rest[..at], &rest[at + 1..]));
            let Some((column, theirs)) = pair.split_once('=') else {
                let given = format!("`{}` names no column", super::words::printable(pair.trim()));
                let wanted = "a column of a census and the file's name for it, such as employee_id=EMP_ID".to_owned();
                return Err(Input::Unusable { given, wanted }.into());
            };
            names.add(column, theirs)?;
            if end.is_none() {
                return Ok(names);
            }
            rest = left.trim_start();
        }
    }
}

/// Whether a text begins with a word and an equals sign: only then what stands before it is at its end, for names of columns
/// may have semicolons and line breaks in them.
fn begins_pair(text: &str) -> bool {
    let text = text.trim_start();
    let word = text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    word > 0 && text[word..].trim_start().starts_with('=')
}

impl TryFrom<BTreeMap<String, String>> for ColumnNames {
    type Error = Error;

    fn try_from(pairs: BTreeMap<String, String>) -> Result<Self> {
        Self::new(pairs)
    }
}

impl From<ColumnNames> for BTreeMap<String, String> {
    fn from(names: ColumnNames) -> Self {
        names.0.into_iter().map(|(column, theirs)| (column.to_owned(), theirs)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<String> {
        text.parse::<ColumnNames>().unwrap_or_else(|error| panic!("{text:?}: {error}")).written().collect()
    }

    #[test]
    fn names_are_those_of_a_census_and_each_is_given_once() {
        assert_eq!(pairs(" Employee_ID = EMP ID "), ["employee_id=EMP ID"]);
        assert_eq!(pairs("active=a=b"), ["active=a=b"]);
        for several in ["employee_id=ID;active=A", "employee_id=ID ;\n active = A", "active=A\nemployee_id=ID"] {
            assert_eq!(pairs(several), ["active=A", "employee_id=ID"], "{several:?}");
        }
        assert_eq!(pairs("active=Act;ive"), ["active=Act;ive"]);
        assert_eq!(pairs("active=Act\nive"), ["active=Act\nive"]);
        for (text, part) in [
            ("EMP_ID", "employee_id=EMP_ID"),
            ("", "names no column"),
            ("id=EMP_ID", "unknown column of a census `id`; known: employee_id"),
            ("employee_id=A;employe_ssn=B", "unknown column of a census `employe_ssn`"),
            ("employee_id= ", "is given no name"),
            ("employee_id=A;employee_id=B", "two names, A and B"),
            ("employee_id=A;employee_ssn= a", "given for employee_id and for employee_ssn"),
        ] {
            let error = text.parse::<ColumnNames>().expect_err(text).to_string();
            assert!(error.contains(part), "{text:?}: {error}");
        }
        let [one, other] = ["employee_id=A", "employee_ssn=A"].map(|text| text.parse::<ColumnNames>().unwrap());
        assert_eq!(ColumnNames::merged(&[one.clone(), one.clone()]).unwrap(), one);
        assert!(ColumnNames::merged(&[one, other]).is_err());
    }

    #[test]
    fn a_format_survives_being_written_down() {
        let columns = "employee_id=EMP ID;active=Ärzte".parse().unwrap();
        let format = CensusFormat { columns, date_format: Some("%m/%d/%Y".parse().unwrap()) };
        let json = serde_json::to_string(&format).unwrap();
        assert_eq!(serde_json::from_str::<CensusFormat>(&json).unwrap(), format);
        assert_eq!(serde_json::from_str::<CensusFormat>("{}").unwrap(), CensusFormat::default());
        for bad in [r#"{"columns":{"id":"X"}}"#, r#"{"date_format":"%m/%d/%y"}"#, r#"{"date":"%F"}"#] {
            assert!(serde_json::from_str::<CensusFormat>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn names_are_the_same_without_case_and_white_space() {
        for (one, other) in [("EMP_ID ", "emp_id"), ("\u{a0}Ärzte", "ÄRZTE"), ("x", "X")] {
            assert!(same_name(one, other), "{one} {other}");
        }
        assert!(!same_name("emp id", "emp_id"));
    }
}
