//! The columns of a census file, and where a file has them.

use super::cell::Cell;
use super::format::{ColumnNames, same_name};
use super::lookalike::{Lookalike, lookalikes};
use super::names::{NAMES, REQUIRED};
use super::words::printable;
use crate::error::{Error, Flaw, Result};
use std::collections::HashSet;
use std::path::Path;

/// Names of a file's columns shown in an error.
const SHOWN: usize = 30;

/// A row, in the order of [`NAMES`].
pub(super) type Cells<'a> = [Cell<'a>; NAMES.len()];

/// What a file has for each of [`NAMES`]: an index into its own columns.
pub(super) type Found = [Option<usize>; NAMES.len()];

/// Looks for the columns, under the names that they were given or their own; also those that look like others.
pub(super) fn find(path: &Path, header: &[String], names: &ColumnNames) -> Result<(Found, Vec<Lookalike>)> {
    let mut found = Found::default();
    for (column, known) in NAMES.iter().enumerate() {
        let (given, name) = (names.of(known), names.of(known).unwrap_or(known));
        let mut places = (0..header.len()).filter(|&index| same_name(&header[index], name));
        found[column] = places.next();
        if places.next().is_some() {
            return Err(Error::file(path, Flaw::ColumnTwice { column: printable(name) }));
        }
        if let (Some(name), None) = (given, found[column]) {
            let (name, there) = (printable(name), list(header));
            return Err(Error::file(path, Flaw::ColumnNotThere { column: known, name, there }));
        }
    }
    for (column, place) in found.iter().enumerate().filter(|(_, place)| place.is_some()) {
        if let Some(other) = found[..column].iter().position(|other| other == place) {
            let name = printable(names.of(NAMES[column]).unwrap_or(NAMES[column]));
            return Err(Error::file(path, Flaw::OneForTwo { name, one: NAMES[other], other: NAMES[column] }));
        }
    }
    let absent: Vec<usize> = (0..NAMES.len()).filter(|&column| found[column].is_none()).collect();
    let missing: Vec<_> = REQUIRED.iter().filter(|column| absent.contains(column)).map(|&c| NAMES[c]).collect();
    let like = lookalikes(header, names, &absent);
    if missing.is_empty() {
        return Ok((found, like));
    }
    Err(Error::file(path, Flaw::ColumnsMissing { missing: missing.join(", "), there: list(header), like }))
}

/// Names of a file's columns, for a message.
fn list(header: &[String]) -> String {
    let mut seen = HashSet::new();
    let named: Vec<_> = header.iter().filter(|name| !name.is_empty() && seen.insert(name.as_str())).collect();
    if named.is_empty() {
        return "none with a name".into();
    }
    let shown = named.iter().take(SHOWN).map(|name| printable(name)).collect::<Vec<_>>().join(", ");
    if named.len() > SHOWN { format!("{shown} and {} more", named.len() - SHOWN) } else { shown }
}
