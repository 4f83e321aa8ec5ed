//! JSON files of this program, which are read by their version.

use crate::error::{Error, Flaw, Result};
use serde::de::DeserializeOwned;
use std::fs;
use std::ops::RangeInclusive;
use std::path::Path;

/// Reads a JSON file; `what` says what it should hold.
///
/// # Errors
/// Names the file when it cannot be read, is cut off, or holds something else.
pub fn read_json<T: DeserializeOwned>(path: &Path, what: &str) -> Result<T> {
    let text = fs::read_to_string(path).map_err(|e| Error::file(path, e))?;
    serde_json::from_str(&text).map_err(|e| not_whole(path, what, e))
}

fn not_whole(path: &Path, what: &str, error: serde_json::Error) -> Error {
    Error::file(path, Flaw::NotWhole { what: what.to_owned(), error })
}

/// Reads a JSON file of this program that carries `format_version`, which is looked at before anything else: what
/// another version of this program wrote is whole and ours, but not to be read here. `versions` are those that this program
/// reads, and `remedy` says how to get one of them.
///
/// # Errors
/// Names the file when it cannot be read, is cut off or something else, or is of another version.
pub fn read_versioned<T: DeserializeOwned>(
    path: &Path,
    what: &str,
    versions: RangeInclusive<u32>,
    remedy: &str,
) -> Result<T> {
    #[derive(serde::Deserialize)]
    struct Versioned {
        format_version: u32,
    }
    let text = fs::read_to_string(path).map_err(|e| Error::file(path, e))?;
    let found = serde_json::from_str::<Versioned>(&text).map_err(|e| not_whole(path, what, e))?.format_version;
    if !versions.contains(&found) {
        let (first, last) = versions.into_inner();
        let age = if found < first { "an older" } else { "a newer" };
        let read = if first == last { last.to_string() } else { format!("{first} to {last}") };
        let (what, remedy) = (what.to_owned(), remedy.to_owned());
        return Err(Error::file(path, Flaw::OtherVersion { what, found, age, read, remedy }));
    }
    serde_json::from_str(&text).map_err(|e| not_whole(path, what, e))
}

#[cfg(test)]
mod tests {
    use super::*;
    #[derive(Debug, serde::Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Second {
        format_version: u32,
        figure: f64,
    }

    #[test]
    fn another_version_is_named_as_that_and_not_as_damage() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("record.json");
        let said = |text: &str| {
            fs::write(&file, text).unwrap();
            read_versioned::<Second>(&file, "record", 2..=2, "measure again").map_err(|e| e.to_string())
        };
        assert_eq!(said(r#"{"format_version": 2, "figure": 1.5}"#), Ok(Second { format_version: 2, figure: 1.5 }));
        let older = said(r#"{"format_version": 1, "other": []}"#).unwrap_err();
        assert!(older.contains("format 1") && older.contains("older") && older.contains("measure again"), "{older}");
        assert!(said(r#"{"format_version": 3}"#).unwrap_err().contains("newer"));
        for damaged in [r#"{"format_version": 2, "fig"#, "{}", "[]", "", r#"{"format_version": 2, "figure": "x"}"#] {
            assert!(said(damaged).unwrap_err().contains("not a whole record"), "{damaged}");
        }
    }
}
