//! A census in CSV. Whatever is wrong with the file is said by row and line; only cells of columns that are used are read.

use super::broken::unread;
use super::cell::Cell;
use super::columns::{self};
use super::draft::Draft;
use super::lines::Lines;
use super::names::NAMES;
use super::problems::Place;
use super::separator::{LONGEST, layout, word};
use crate::error::{Error, Result};
use csv::{ByteRecord, ErrorKind, ReaderBuilder};
use std::io::Read;
use std::path::Path;

/// Reads it all; blank lines do not count as rows.
pub(super) fn read(path: &Path, mut source: impl Read, draft: &mut Draft<'_>) -> Result<()> {
    let mut beginning = Vec::new();
    source.by_ref().take(LONGEST as u64).read_to_end(&mut beginning).map_err(|error| unread(path, error))?;
    let layout = layout(path, &beginning, &draft.format.columns)?;
    let (found, alike) = columns::find(path, &layout.header, &draft.format.columns)?;
    draft.alike = alike;
    draft.other_commas = layout.separator != b',';
    let first_line = if layout.skipped > 0 { 2 } else { 1 };
    let lines = Lines::new(beginning[layout.skipped..].chain(source), layout.separator, first_line);
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).delimiter(layout.separator).from_reader(lines);
    let failed = |error: csv::Error| match error.into_kind() {
        ErrorKind::Io(error) => unread(path, error),
        other => Error::file(path, csv_error(other)),
    };
    let mut record = ByteRecord::new();
    reader.read_byte_record(&mut record).map_err(failed)?;
    let mut row = 0;
    while reader.read_byte_record(&mut record).map_err(failed)? {
        row += 1;
        let lines = reader.get_ref();
        let place = Place { row, line: lines.line(record.position().map_or(0, csv::Position::byte)) };
        if record.len() == layout.header.len() {
            let mut cells = [Cell::Missing; NAMES.len()];
            for (cell, index) in cells.iter_mut().zip(&found) {
                *cell = index.and_then(|index| record.get(index)).map_or(Cell::Missing, Cell::of_bytes);
            }
            draft.row(place, &cells)?;
        } else {
            draft.problems.add(|| {
                format!(
                    "{place} has {} cell(s), the header has {}; is a {} too much, or a quote not closed?",
                    record.len(),
                    layout.header.len(),
                    word(layout.separator)
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

/// What the library says of anything but reading, of which there is nothing in records of bytes and of any length.
fn csv_error(kind: ErrorKind) -> std::io::Error {
    std::io::Error::other(format!("{kind:?}"))
}
