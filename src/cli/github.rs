//! What GitHub's runners read: the job summary and annotations. Elsewhere nothing happens.

use crate::error::{Error, Flaw, Result};
use std::io::Write;
use std::path::PathBuf;

/// GitHub refuses a job summary above one mebibyte.
const LIMIT: u64 = 1 << 20;

/// Appends Markdown to the job summary, if `GITHUB_STEP_SUMMARY` names one.
pub(super) fn summarise(markdown: &str) -> Result<()> {
    let named = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|file| !file.to_string_lossy().trim().is_empty());
    let Some(file) = named.map(PathBuf::from) else { return Ok(()) };
    let data = std::fs::metadata(&file);
    if data.as_ref().is_ok_and(|data| !data.is_file()) {
        // A pipe that nobody reads would hold the verdict back for ever.
        return Err(Error::file(&file, Flaw::NoJobSummary));
    }
    let there = data.map_or(0, |data| data.len());
    let room = LIMIT.saturating_sub(there + 100) as usize;
    let mut end = markdown.len().min(room);
    while !markdown.is_char_boundary(end) {
        end -= 1;
    }
    let cut = if end < markdown.len() { "\n\n(cut: a job summary holds 1 MiB)\n" } else { "\n" };
    let mut open =
        std::fs::OpenOptions::new().append(true).create(true).open(&file).map_err(|e| Error::file(&file, e))?;
    open.write_all(format!("{}{cut}", &markdown[..end]).as_bytes()).map_err(|e| Error::file(&file, e))
}

/// An annotation, on GitHub's runners, which look for it on standard error too; standard output is for results.
pub(super) fn error(title: &str, text: &str) {
    if std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| !value.is_empty()) {
        // Told or not, the verdict stands. The one line that is meant as a command is not escaped as text is.
        let _ = writeln!(std::io::stderr().lock(), "{}", annotation(title, text));
    }
}

fn annotation(title: &str, text: &str) -> String {
    let data = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = data(title).replace(':', "%3A").replace(',', "%2C");
    format!("::error title={property}::{}", data(text))
}

#[cfg(test)]
mod tests {
    #[test]
    fn annotations_are_escaped() {
        assert_eq!(super::annotation("a:b,c", "+40 %\nmore"), "::error title=a%3Ab%2Cc::+40 %25%0Amore");
    }
}
