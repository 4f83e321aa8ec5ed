//! Names that become parts of paths, and the ids of sessions. What a file says is checked like what a person says: a
//! record that calls its mode `../../x` must not lead anywhere.

use crate::error::{Error, Flaw, Result};
use crate::files::unique_digits;
use std::path::{Path, PathBuf};

/// Longest part of a path that is ours, bytes.
const LONGEST: usize = 100;

/// Why a text cannot be part of a path, if it cannot.
fn unusable(text: &str) -> bool {
    let usable = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    text.is_empty() || text.len() > LONGEST || text.starts_with('.') || !text.chars().all(usable)
}

/// Refuses a field of `file` that cannot be part of a path.
///
/// # Errors
/// Names the file and the field.
pub(crate) fn check_part(file: &Path, field: &str, text: &str) -> Result<()> {
    if unusable(text) {
        return Err(Error::file(file, Flaw::ForeignField { field: field.to_owned(), given: shown(text) }));
    }
    Ok(())
}

/// A text for a message: one line, not endless.
fn shown(text: &str) -> String {
    text.chars().take(60).flat_map(char::escape_debug).collect()
}

/// Digits of a session's number in file names, which sort by it.
pub(super) const DIGITS: usize = 8;

/// Whether a text is a number without a sign.
pub(super) fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `<number>-<rest>`, so that names sort by the number.
pub(super) fn numbered(sequence: u64, rest: &str) -> String {
    format!("{sequence:0DIGITS$}-{rest}")
}

/// The number before the first hyphen or underscore of a file's name.
pub(super) fn number_of(file: &Path) -> Option<u64> {
    let name = file.file_name()?.to_str()?;
    let number = name.get(..DIGITS).filter(|number| digits(number))?;
    name[DIGITS..].starts_with(['-', '_']).then(|| number.parse().ok())?
}

/// One more than the highest of `numbers`.
pub(super) fn next(folder: &Path, numbers: impl Iterator<Item = u64>) -> Result<u64> {
    let next = numbers.max().unwrap_or(0).saturating_add(1);
    if next >= 10u64.pow(DIGITS as u32) {
        return Err(Error::file(folder, Flaw::NumbersUsedUp));
    }
    Ok(next)
}

/// The id of a new session: when it started, for people, and digits that no other session has, whatever its clock,
/// process id and machine.
pub fn new_session() -> String {
    session_at(jiff::Timestamp::now())
}

fn session_at(now: jiff::Timestamp) -> String {
    format!("{}-{}", now.strftime("%Y%m%dT%H%M%SZ"), unique_digits())
}

/// When a session started by the clock of its machine, `20261123T173124Z`, if its id says so. Texts compare as times.
pub(crate) fn start_of(session: &str) -> Option<&str> {
    let (start, rest) = session.split_once('-')?;
    let (date, time) = start.strip_suffix('Z')?.split_once('T')?;
    let digits = |text: &str, count| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    (digits(date, 8) && digits(time, 6) && !rest.is_empty()).then_some(start)
}

/// What was found in a file that is left out of the figures: the others are reported all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file or folder.
    pub path: PathBuf,
    /// What is wrong with it, and what to do.
    pub what: String,
}

impl Problem {
    /// About a path.
    pub fn new(path: &Path, what: impl Into<String>) -> Self {
        Self { path: path.to_path_buf(), what: what.into() }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::File { path, cause } => Self { path, what: cause.to_string() },
            other => Self { path: PathBuf::new(), what: other.to_string() },
        }
    }
}

impl From<&Problem> for Error {
    fn from(problem: &Problem) -> Self {
        Error::file(&problem.path, Flaw::LeftOut { what: problem.what.clone(), more: 0 })
    }
}

/// The error of several problems: the first, and how many more there are.
///
/// # Errors
/// If there is a problem.
pub fn none_of(problems: &[Problem]) -> Result<()> {
    let Some(first) = problems.first() else { return Ok(()) };
    Err(Error::file(&first.path, Flaw::LeftOut { what: first.what.clone(), more: problems.len() - 1 }))
}

/// What clocks contradict, said once: the first, how often else, and what it means.
pub(crate) fn once(found: &[String]) -> Option<String> {
    let first = found.first()?;
    let more = if found.len() > 1 { format!(" (and {} more)", found.len() - 1) } else { String::new() };
    Some(format!(
        "{first}{more}: the clock was set back, or clocks of machines disagree; the order is that of the sessions' numbers"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_of_one_second_are_told_apart() {
        let now = jiff::Timestamp::from_second(1_780_000_000).unwrap();
        let (a, b) = (session_at(now), session_at(now));
        assert_ne!(a, b);
        assert_eq!((start_of(&a), start_of(&b)), (Some("20260528T202640Z"), Some("20260528T202640Z")));
        assert!(!unusable(&a));
        for foreign in ["", "x", "20260528T202640Z", "20260528T202640Z-", "2026-05-28", "20260528T20264Z-1"] {
            assert_eq!(start_of(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn what_clocks_contradict_is_said_once() {
        let found: Vec<String> = ["a", "b", "c"].map(str::to_owned).into();
        assert!(once(&found).is_some_and(|text| text.starts_with("a (and 2 more): the clock was set back")));
        assert_eq!(once(&[]), None);
    }

    #[test]
    fn what_leads_elsewhere_is_no_part_of_a_path() {
        for bad in ["", ".", "..", "../x", "/x", "a/b", "a\\b", "a\0", "a b", ".hidden", "ä", &"x".repeat(101), "C:x"]
        {
            assert!(check_part(Path::new("f"), "mode", bad).is_err(), "{bad}");
        }
        for good in ["quick", "5kx5-seed7", "20260528T202640Z-4711", "a_b.c"] {
            check_part(Path::new("f"), "mode", good).unwrap();
        }
    }
}
