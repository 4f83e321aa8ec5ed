//! What a file is that is no census: told by its first bytes, with what to do about it.

use super::format::same_name;
use super::names::NAMES;

/// How many bytes are looked at.
pub(super) const LOOKED_AT: usize = 8_192;

const MAKE_TEXT: &str = "save it as CSV with UTF-8 (in Excel: \"CSV UTF-8\"), or as Parquet";
const UNPACK: &str = "unpack it first";
const CONVERT: &str = "convert it to Parquet or to CSV";

/// First bytes, what they belong to, and what to do.
const KNOWN: [(&[u8], &str, &str); 21] = [
    (b"PARE", "a Parquet file with an encrypted footer", "write it without encryption"),
    (
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
        "an Excel workbook of the old kind (.xls), or one with a password",
        MAKE_TEXT,
    ),
    (b"\x04\x22\x4D\x18", "compressed with lz4", UNPACK),
    (b"BZh", "compressed with bzip2", UNPACK),
    (b"\xFD7zXZ\0", "compressed with xz", UNPACK),
    (b"7z\xBC\xAF\x27\x1C", "a 7z archive", UNPACK),
    (b"Rar!\x1A\x07", "a RAR archive", UNPACK),
    (b"\xFF\xFE\0\0", "text in UTF-32", MAKE_TEXT),
    (b"\0\0\xFE\xFF", "text in UTF-32", MAKE_TEXT),
    (b"ARROW1", "an Arrow file (Feather)", CONVERT),
    (b"FEA1", "a Feather file", CONVERT),
    (b"\xFF\xFF\xFF\xFF", "an Arrow stream", CONVERT),
    (b"Obj\x01", "an Avro file", CONVERT),
    (b"ORC", "an ORC file", CONVERT),
    (b"SQLite format 3\0", "an SQLite database", CONVERT),
    (b"\x89HDF", "an HDF5 file", CONVERT),
    (b"%PDF", "a PDF", CONVERT),
    (b"{\\rtf", "an RTF document", MAKE_TEXT),
    (b"<stata_dta>", "a Stata file", CONVERT),
    (b"$FL2", "an SPSS file", CONVERT),
    (b"\x89PNG", "a picture", CONVERT),
];

/// What the bytes at the beginning of a file show it to be, if that is neither Parquet nor text, and what to do.
pub(super) fn named(beginning: &[u8]) -> Option<String> {
    if beginning.starts_with(b"PAR1") {
        return None;
    }
    if beginning.is_empty() {
        return Some("an empty file; was it written completely?".into());
    }
    if beginning.starts_with(b"PK\x03\x04") || beginning.starts_with(b"PK\x05\x06") {
        let holds = |part: &[u8]| beginning.windows(part.len()).any(|window| window == part);
        let (what, remedy) = if holds(b"xl/") {
            ("an Excel workbook (.xlsx)", MAKE_TEXT)
        } else if holds(b"opendocument.spreadsheet") {
            ("an OpenDocument spreadsheet (.ods)", MAKE_TEXT)
        } else if holds(b"[Content_Types].xml") {
            ("an Office document, such as an Excel workbook (.xlsx)", MAKE_TEXT)
        } else {
            ("a zip archive", UNPACK)
        };
        return Some(format!("{what}; {remedy}"));
    }
    // Three letters alone may begin a text, too.
    let text = |magic: &[u8]| magic.iter().all(u8::is_ascii_alphanumeric) && !beginning.contains(&0);
    if let Some((_, what, remedy)) = KNOWN.iter().find(|(magic, ..)| beginning.starts_with(magic) && !text(magic)) {
        return Some(format!("{what}; {remedy}"));
    }
    if beginning.get(8..12) == Some(b"DUCK") {
        return Some(format!("a DuckDB database; {CONVERT}"));
    }
    if beginning.get(257..262) == Some(b"ustar") {
        return Some(format!("a tar archive; {UNPACK}"));
    }
    // With a byte order mark the zeros are halves of letters.
    if !beginning.contains(&0) || beginning.starts_with(b"\xFF\xFE") || beginning.starts_with(b"\xFE\xFF") {
        return None;
    }
    // Without a mark, UTF-16 of Western letters has a zero in every other byte.
    let zeros = |first: usize| {
        let bytes = beginning.iter().skip(first).step_by(2);
        bytes.clone().filter(|&&byte| byte == 0).count() * 10 >= bytes.count() * 9
    };
    let what = match (zeros(0), zeros(1)) {
        (false, true) | (true, false) if beginning.len() > 3 => {
            format!("text in UTF-16 without a byte order mark; {MAKE_TEXT}")
        }
        _ => {
            let before = beginning.split(|&byte| byte == 0).next().unwrap_or_default();
            let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
            format!("neither Parquet nor text, for line {line} has a byte that is 0; {CONVERT}")
        }
    };
    Some(what)
}

/// Why a text may not have the columns of a census.
pub(super) fn explain(beginning: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(beginning);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let lower = text.get(..512.min(text.len())).unwrap_or(text).to_ascii_lowercase();
    if lower.starts_with('<') {
        let what = if lower.contains("<html") || lower.starts_with("<!doctype html") || lower.contains("<table") {
            "HTML: a web page, perhaps of a login or an error"
        } else {
            "XML"
        };
        return Some(format!("it is {what}, not CSV; export it as CSV or Parquet"));
    }
    if text.starts_with(['{', '[']) {
        return Some(format!("it is JSON, not CSV; {CONVERT}"));
    }
    let first_line = text.lines().next().unwrap_or_default();
    let mut cells = first_line.split('|').map(|cell| cell.trim().trim_matches('"').trim());
    let bars = first_line.contains('|') && cells.any(|cell| NAMES.iter().any(|known| same_name(known, cell)));
    bars.then(|| "its cells are separated by vertical bars; separate them by commas, semicolons or tabs".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_census_is_called_by_its_name() {
        let wide = |text: &str, little: bool| -> Vec<u8> {
            text.encode_utf16().flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
        };
        let cases: [(Vec<u8>, &str); 13] = [
            (b"".to_vec(), "empty"),
            (b"PK\x03\x04......xl/workbook.xml".to_vec(), "Excel"),
            (b"PK\x03\x04......people.csv".to_vec(), "zip"),
            (b"PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.spreadsheet".to_vec(), "OpenDocument"),
            (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0\0".to_vec(), "Excel"),
            ([vec![b'p'; 257], b"ustar\0".to_vec()].concat(), "tar"),
            (wide("employee_id,active", true), "UTF-16"),
            (wide("employee_id,active", false), "UTF-16"),
            (b"ARROW1\0\0".to_vec(), "Arrow"),
            (b"PARE\0".to_vec(), "encrypted"),
            (b"ORC\0\x08".to_vec(), "ORC"),
            (b"........DUCK\0".to_vec(), "DuckDB"),
            (vec![0; 4_096], "neither Parquet nor text"),
        ];
        for (bytes, what) in cases {
            assert!(named(&bytes).is_some_and(|text| text.contains(what)), "{what}: {:?}", named(&bytes));
        }
        assert_eq!(named(b"PAR1\0\0"), None);
        for low_first in [true, false] {
            assert_eq!(named(&wide("\u{feff}employee_id", low_first)), None);
        }
        for text in ["employee_id,active\n", "ORCHARD,employee_id\n", "\u{feff}employee_id\n", "BZh,x\n", "é\n", " "] {
            assert_eq!(named(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn other_text_is_called_by_its_name() {
        for (text, what) in [
            ("Active|\"employee_id\"", "vertical bars"),
            ("\n {\"employee_id\": \"A\"}", "JSON"),
            ("[{\"employee_id\": \"A\"}]", "JSON"),
            ("<!DOCTYPE html><html>", "HTML"),
            ("<?xml version=\"1.0\"?><Workbook>", "XML"),
        ] {
            assert!(explain(text.as_bytes()).is_some_and(|found| found.contains(what)), "{text}");
        }
        for text in ["name,birth\n", "a;b\n", ""] {
            assert_eq!(explain(text.as_bytes()), None, "{text}");
        }
    }
}
