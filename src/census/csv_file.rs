//! A census in CSV as a frame of text columns; whatever is wrong with the file is said by row and line.

use crate::error::{Error, Result};
use csv::{ErrorKind, ReaderBuilder, StringRecord, Trim};
use polars::prelude::{Column, DataFrame, PlSmallStr};
use std::io::Read;
use std::path::Path;

/// Reads it all; blank lines do not count as rows.
pub(super) fn read(path: &Path, source: impl Read) -> Result<DataFrame> {
    let mut reader = ReaderBuilder::new().trim(Trim::Headers).from_reader(source);
    let broken = |error: &csv::Error, row: usize| Error::Census(format!("{}: {}", path.display(), explain(error, row)));
    let header = reader.headers().map_err(|e| broken(&e, 0))?.clone();
    if let Some(twice) = (1..header.len()).find(|&index| header.iter().take(index).any(|name| *name == header[index])) {
        let text = format!("{}: column {} stands twice in the header", path.display(), &header[twice]);
        return Err(Error::Census(text));
    }
    let mut columns: Vec<Vec<Option<String>>> = vec![Vec::new(); header.len()];
    let mut record = StringRecord::new();
    let mut row = 1;
    while reader.read_record(&mut record).map_err(|e| broken(&e, row))? {
        for (column, text) in columns.iter_mut().zip(&record) {
            column.push((!text.is_empty()).then(|| text.to_owned()));
        }
        row += 1;
    }
    let height = row - 1;
    let columns = header.iter().zip(columns).map(|(name, texts)| Column::new(PlSmallStr::from(name), texts)).collect();
    DataFrame::new(height, columns).map_err(|e| Error::file(path, e))
}

fn explain(error: &csv::Error, row: usize) -> String {
    match error.kind() {
        ErrorKind::UnequalLengths { pos, expected_len, len } => {
            let line = pos.as_ref().map_or_else(String::new, |pos| format!(" (line {})", pos.line()));
            format!(
                "row {row}{line} has {len} cell(s), the header has {expected_len}; is a comma too much, or a quote not closed?"
            )
        }
        ErrorKind::Utf8 { pos, err } => {
            let line = pos.as_ref().map_or_else(String::new, |pos| format!(" (line {})", pos.line()));
            format!("row {row}{line}, cell {}: not UTF-8; save the file as UTF-8", err.field() + 1)
        }
        _ => format!("row {row}: {error}"),
    }
}
