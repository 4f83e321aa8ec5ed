//! Words about a file: what is wrong with a cell, and text of the file itself within a message.

use std::borrow::Cow;

/// What is wrong with a cell.
pub(super) type Unusable = Cow<'static, str>;

/// Text of a file as it may stand in a message: on one line, and not endless.
pub(super) fn printable(text: &str) -> String {
    const LONGEST: usize = 80;
    let unsafe_to_print = |c: char| c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let mut shown = String::new();
    for (index, c) in text.chars().enumerate() {
        match c {
            _ if index == LONGEST => {
                shown.push('…');
                break;
            }
            _ if unsafe_to_print(c) => shown.extend(c.escape_default()),
            _ => shown.push(c),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_a_file_begins_a_line() {
        let shown = printable("a\n::error::b\r\u{1b}[31m\u{2028}\u{202e}O'Brien \"ž\"");
        assert_eq!(shown, "a\\n::error::b\\r\\u{1b}[31m\\u{2028}\\u{202e}O'Brien \"ž\"");
        assert_eq!(printable(&"x".repeat(5_000)).chars().count(), 81);
    }
}
