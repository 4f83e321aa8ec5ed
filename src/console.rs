//! Words to people. Names, paths and cells of others' making are in them, so nothing in them may pass for a command to
//! whoever reads the log, or for a line of its own; and what cannot be said ends no work.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::Write;
use std::path::Path;

/// Text as it may be shown: without control characters other than tabs and line breaks, without characters that turn the
/// direction of what follows, and so that no line of it is a command of a CI runner (`::error::`, `##[error]`).
pub fn escaped(text: &str) -> Cow<'_, str> {
    let unusual = |c: char| c.is_control() && c != '\n' && c != '\t' || turns(c);
    if !text.contains(unusual) && !text.contains("::") && !text.contains("##[") {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    if begins_command(text) {
        shown.push('\\');
    }
    for (at, c) in text.char_indices() {
        match c {
            // No line of ours begins like that: the break is somebody else's.
            '\n' if begins_command(&text[at + 1..]) => shown.push_str("\\n"),
            '[' if text[..at].ends_with("##") => shown.push_str("\\["),
            c if unusual(c) => shown.extend(c.escape_default()),
            c => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

/// Runners look past leading blanks.
fn begins_command(text: &str) -> bool {
    text.trim_start().starts_with("::")
}

/// Line separators that are no control characters, and marks that turn the direction of writing.
fn turns(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A name, path or cell as it may be shown in the middle of a sentence: on one line.
pub fn one_line(text: &str) -> String {
    escaped(text).replace('\n', "\\n")
}

/// A path as it may be shown. Only for people: what is not UTF-8 is replaced in it.
pub fn path(path: &Path) -> String {
    one_line(&path.to_string_lossy())
}

/// A line on standard error. If nobody can be told, the work goes on.
pub fn line(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", escaped(text));
}

/// A result, on standard output: a line, or several.
pub fn result(text: &str) {
    println!("{}", escaped(text.strip_suffix('\n').unwrap_or(text)));
}

/// A warning: something that has to be known, and that changes no outcome.
pub fn warning(text: impl Display) {
    line(&format!("warning: {text}"));
}

/// An error, as the last words of a process.
pub fn error(text: impl Display) {
    line(&format!("error: {text}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_passes_for_a_runners_command() {
        for (text, shown) in [
            ("plain\n  second line\tof ours", "plain\n  second line\tof ours"),
            ("a\n::error::x", "a\\n::error::x"),
            ("a\n  ::warning file=x::y\nb", "a\\n  ::warning file=x::y\nb"),
            ("a\n\n::x", "a\\n\\n::x"),
            ("::set-output name=x::y", "\\::set-output name=x::y"),
            (" ::x", "\\ ::x"),
            ("a ##[error]b", "a ##\\[error]b"),
            ("a\r::error::x\u{1b}[31m", "a\\r::error::x\\u{1b}[31m"),
            ("a\u{2028}b\u{202e}c", "a\\u{2028}b\\u{202e}c"),
            ("std::path", "std::path"),
            ("Zoë", "Zoë"),
        ] {
            assert_eq!(escaped(text), shown);
            for line in escaped(text).lines() {
                assert!(!line.trim_start().starts_with("::") && !line.contains("##["), "{line}");
            }
        }
        assert_eq!(path(Path::new("a\nb\n::c")), "a\\nb\\n::c");
    }
}
