//! A census in CSV. Whatever is wrong with the file is said by row and line; only cells of columns that are used are read.

use super::cell::Cell;
use super::columns::{self, NAMES};
use super::draft::Draft;
use super::foreign;
use super::lines::Lines;
use super::problems::Place;
use crate::error::{Error, Flaw, Result};
use csv::{ByteRecord, ReaderBuilder};
use std::io::Read;
use std::path::Path;

/// Reads it all; blank lines do not count as rows. `beginning` is what the file's first bytes are, again.
pub(super) fn read(path: &Path, source: impl Read, beginning: &[u8], draft: &mut Draft<'_>) -> Result<()> {
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(Lines::new(source));
    let failed = |error: csv::Error| Error::file(path, error);
    let mut record = ByteRecord::new();
    if !reader.read_byte_record(&mut record).map_err(failed)? {
        return Err(Error::file(path, Flaw::BlankLines));
    }
    let header: Vec<String> = record.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
    let found = columns::find(path, &header, &draft.format.columns, || foreign::explain(beginning))?;
    let mut row = 0;
    while reader.read_byte_record(&mut record).map_err(failed)? {
        row += 1;
        let lines = reader.get_ref();
        let place = Place { row, line: lines.line(record.position().map_or(0, csv::Position::byte)) };
        if record.len() == header.len() {
            let mut cells = [Cell::Missing; NAMES.len()];
            for (cell, index) in cells.iter_mut().zip(&found) {
                *cell = index.and_then(|index| record.get(index)).map_or(Cell::Missing, Cell::of_bytes);
            }
            draft.row(place, &cells)?;
        } else {
            draft.problems.add(|| {
                format!(
                    "{place} has {} cell(s), the header has {}; is a comma too much, or a quote not closed?",
                    record.len(),
                    header.len()
                )
            });
        }
    }
    while let Some(broken) = reader.get_ref().broken() {
        draft.problems.add(|| broken);
    }
    if let Some(line) = reader.get_ref().unclosed() {
        draft.problems.add(|| format!("line {line}: a quote opens a cell there and is closed nowhere"));
    }
    Ok(())
}
