//! What stands between the cells of a CSV file, told by its header: commas, semicolons or tabs.

use super::foreign::explain;
use super::format::{ColumnNames, same_name};
use super::names::{NAMES, REQUIRED};
use crate::error::{Error, Flaw, Result};
use csv::{ByteRecord, ReaderBuilder};
use std::path::Path;

/// What may stand between cells.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];
/// The longest header, bytes.
pub(super) const LONGEST: usize = 1 << 20;

/// How a CSV file is written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub separator: u8,
    /// Bytes before the header that are an instruction to Excel.
    pub skipped: usize,
    /// Names of its columns.
    pub header: Vec<String>,
}

/// A separator in words, several of it.
pub(super) fn word(separator: u8) -> &'static str {
    match separator {
        b';' => "semicolon",
        b'\t' => "tab",
        _ => "comma",
    }
}

/// Looks at the beginning of a file: all of it, or as much as a header may have.
pub(super) fn layout(path: &Path, beginning: &[u8], names: &ColumnNames) -> Result<Layout> {
    let refused = |flaw: Flaw| Error::file(path, flaw);
    let (said, skipped) = instruction(beginning).map_err(|found| refused(Flaw::OtherText { found }))?;
    let text = &beginning[skipped..];
    let header = |separator: u8| header(text, separator);
    let mut all = Vec::new();
    for separator in SEPARATORS.into_iter().filter(|&separator| said.is_none_or(|said| said == separator)) {
        let (header, end) = header(separator).map_err(|error| Error::file(path, error))?;
        if end == text.len() && beginning.len() >= LONGEST {
            return Err(refused(Flaw::EndlessHeader { most: LONGEST >> 20 }));
        }
        all.push(Layout { separator, skipped, header });
    }
    if all.iter().all(|layout| layout.header.is_empty()) {
        return Err(refused(Flaw::BlankLines));
    }
    let known = |layout: &Layout, column: usize| {
        let name = names.of(NAMES[column]).unwrap_or(NAMES[column]);
        layout.header.iter().any(|theirs| same_name(theirs, name))
    };
    let fit: Vec<u8> = all
        .iter()
        .filter(|layout| REQUIRED.iter().all(|&column| known(layout, column)))
        .map(|layout| layout.separator)
        .collect();
    if let [one, other, ..] = fit[..] {
        return Err(refused(Flaw::TwoSeparators { one: word(one), other: word(other) }));
    }
    // Without all that is needed it is only a matter of saying what is missing; the first of equals is the comma.
    let rank = |layout: &Layout| {
        let columns = (0..NAMES.len()).filter(|&column| known(layout, column)).count();
        (fit.contains(&layout.separator), columns, layout.header.len())
    };
    let best = all.into_iter().reduce(|best, next| if rank(&next) > rank(&best) { next } else { best });
    let best = best.ok_or_else(|| refused(Flaw::BlankLines))?;
    match explain(beginning).filter(|_| fit.is_empty()) {
        Some(found) => Err(refused(Flaw::OtherText { found })),
        None => Ok(best),
    }
}

/// The first record that is not blank, and where it ends.
fn header(text: &[u8], separator: u8) -> std::result::Result<(Vec<String>, usize), csv::Error> {
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(text);
    let mut record = ByteRecord::new();
    reader.read_byte_record(&mut record)?;
    let names = record.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
    Ok((names, usize::try_from(reader.position().byte()).unwrap_or(usize::MAX)))
}

/// What a first line such as `sep=;` says stands between cells, and how long that line is.
fn instruction(text: &[u8]) -> std::result::Result<(Option<u8>, usize), String> {
    let end = text.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(text.len());
    let quoted = text[..end].strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\""));
    let line = quoted.unwrap_or(&text[..end]);
    if line.len() < 4 || !line[..4].eq_ignore_ascii_case(b"sep=") {
        return Ok((None, 0));
    }
    let ended = if text[end..].starts_with(b"\r\n") { end + 2 } else { (end + 1).min(text.len()) };
    match line[4..] {
        [separator] if SEPARATORS.contains(&separator) => Ok((Some(separator), ended)),
        _ => {
            let said = super::words::printable(&String::from_utf8_lossy(&line[4..]));
            Err(format!(
                "its first line is an instruction to Excel (sep=) that names `{said}`; separate cells by commas, semicolons \
                 or tabs"
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: [&str; 5] =
        ["employee_id", "Employee_Birth_Date", "employee_hire_date", "employee_gross_compensation", "x, y; z"];

    fn found(text: &str) -> Result<Layout> {
        layout(Path::new("people.csv"), text.as_bytes(), &ColumnNames::default())
    }

    #[test]
    fn a_header_shows_what_separates_its_cells() {
        for (separator, between) in [(b',', ","), (b';', ";"), (b'\t', "\t")] {
            let quoted = HEADER.map(|name| format!("\"{name}\"")).join(between);
            for (text, skipped) in [
                (format!("{quoted}\nA,B;C\td\n"), 0),
                (format!("\n\r\n{quoted}\r\n"), 0),
                (format!("sep={between}\r\n{quoted}\n"), 7),
                (format!("SEP={between}\n{quoted}\n"), 6),
                (format!("\"sep={between}\"\n{quoted}\n"), 8),
            ] {
                let layout = found(&text).unwrap_or_else(|error| panic!("{error}"));
                let header = HEADER.map(str::to_owned).to_vec();
                assert_eq!(layout, Layout { separator, skipped, header }, "{text:?}");
            }
        }
        let names = "employee_id=EMP;employee_birth_date=B;employee_hire_date=H;employee_gross_compensation=P";
        let names: ColumnNames = names.parse().unwrap();
        let text = b"EMP;B;H;P;a,b,c,d,e,f,g\n";
        assert_eq!(layout(Path::new("people.csv"), text, &names).unwrap().separator, b';');
    }

    #[test]
    fn what_is_no_header_of_a_census_is_refused_in_words() {
        let four = HEADER[..4].join(",");
        for (text, words) in [
            ("".to_owned(), "blank lines"),
            ("\n\r\n\n".to_owned(), "blank lines"),
            ("sep=|\nemployee_id|active\n".to_owned(), "names `|`"),
            ("sep=\nemployee_id\n".to_owned(), "names ``"),
            (HEADER[..4].join("|"), "vertical bars"),
            (format!("a;{};b,{four},c", HEADER[..4].join(";")), "by commas and by semicolons"),
            ("{\"employee_id\": 1}".to_owned(), "JSON"),
            (format!("\"{}", "a,b;c".repeat(LONGEST)), "no end within 1 MiB"),
        ] {
            let error = found(&text).expect_err("refused").to_string();
            assert!(error.contains(words), "{words} not in {error}");
        }
        // Nothing fits: the columns are listed as they are most probably meant.
        assert_eq!(found("EMP_ID;BIRTH,DATE;HIRED\n").unwrap().header, ["EMP_ID", "BIRTH,DATE", "HIRED"]);
        assert_eq!(found("EMP_ID").unwrap().separator, b',');
        assert_eq!(found("employee_id;active,x,y").unwrap().separator, b';');
    }
}
