//! What libraries say of a file, in words of who wrote the file.

use std::error::Error;
use std::fmt;

/// Words of Rust and of serde in an error about TOML, and what they mean to others.
const WORDS: [(&str, &str); 13] = [
    ("invalid type: map", "invalid type: table"),
    ("invalid type: sequence", "invalid type: list"),
    ("invalid digit found in string", "not a whole number"),
    ("expected f64", "expected a number"),
    ("expected i32", "expected a whole number"),
    ("expected i64", "expected a whole number"),
    ("expected u32", "expected a whole number from 0 on"),
    ("expected u64", "expected a whole number from 0 on"),
    ("expected usize", "expected a whole number from 0 on"),
    ("expected a sequence", "expected a list"),
    ("expected a map", "expected a table"),
    ("expected a boolean", "expected true or false"),
    ("expected struct ", "expected a table of "),
];

/// An error about TOML.
#[derive(Debug)]
pub struct TomlError(pub toml::de::Error);

impl fmt::Display for TomlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Before the message stand the line and what is in it, which stay as they are.
        let (all, message) = (self.0.to_string(), self.0.message());
        let plain = WORDS.iter().fold(message.to_owned(), |text, (word, meaning)| text.replace(word, meaning));
        match all.rfind(message) {
            Some(at) if !message.is_empty() => write!(f, "{}{plain}{}", &all[..at], &all[at + message.len()..]),
            _ => f.write_str(&all),
        }
    }
}

impl Error for TomlError {}

/// An error about CSV.
#[derive(Debug)]
pub struct CsvError(pub csv::Error);

impl fmt::Display for CsvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |position: &Option<csv::Position>| position.as_ref().map_or(0, csv::Position::line);
        match self.0.kind() {
            csv::ErrorKind::UnequalLengths { pos, expected_len, len } => {
                let line = line(pos);
                write!(f, "the row at line {line} has {len} cell(s), the header has {expected_len}; is a comma or a ")?;
                f.write_str("quote too much, or missing?")
            }
            // The position is that of the row before.
            csv::ErrorKind::Utf8 { .. } => {
                f.write_str("a row is not UTF-8; save the file as UTF-8, in Excel as \"CSV UTF-8\"")
            }
            _ => self.0.fmt(f),
        }
    }
}

impl Error for CsvError {}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use std::collections::BTreeMap;

    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Settings {
        rate: Option<f64>,
        years: Option<i32>,
        list: Option<Vec<f64>>,
        table: Option<BTreeMap<i32, f64>>,
        flag: Option<bool>,
    }

    #[test]
    fn nobody_is_told_the_types_of_a_program() {
        for (toml, words) in [
            ("rate = 'f64'", "invalid type: string \"f64\", expected a number"),
            ("years = 'x'", "expected a whole number"),
            ("list = 3", "expected a list"),
            ("table = 3", "expected a table"),
            ("flag = 3", "expected true or false"),
            ("table = { a = 1.0 }", "a"),
            ("list = { a = 1 }", "invalid type: table, expected a list"),
        ] {
            let error = TomlError(toml::from_str::<Settings>(toml).unwrap_err()).to_string();
            assert!(error.contains(words), "{error}");
            for word in ["expected f64", "i32", "sequence", "struct", "invalid digit"] {
                assert!(!error.contains(word), "{error}");
            }
            assert!(error.contains(toml), "the line is shown as it is: {error}");
        }
    }

    #[test]
    fn a_row_that_does_not_fit_is_told_by_its_line() {
        let error = |bytes: &[u8]| {
            let mut reader = csv::Reader::from_reader(bytes);
            CsvError(reader.records().find_map(Result::err).expect("an error")).to_string()
        };
        let short = error(b"a,b\n1,2\n3\n");
        assert!(short.contains("line 3 has 1 cell(s), the header has 2"), "{short}");
        let latin = error(b"a,b\n1,\xEB\n");
        assert!(latin.contains("a row is not UTF-8"), "{latin}");
    }
}
