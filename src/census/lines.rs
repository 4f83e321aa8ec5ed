//! Lines of a CSV file as an editor counts them, and quotes that are not closed where they should be.
//!
//! The CSV reader takes blank lines and line breaks in quoted cells as they come, and a quote that is never closed for
//! the rest of the file, in which people would be lost. This looks at the same bytes as they pass.

use super::broken::BrokenText;
use crate::error::Flaw;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, Read};

/// The longest row, bytes: what is longer is no row of a census, and would fill the memory.
const LONGEST_ROW: u64 = 64 << 20;

/// Passes bytes on and keeps what it saw.
pub(super) struct Lines<R> {
    source: R,
    seen: RefCell<Seen>,
}

struct Seen {
    separator: u8,
    /// Bytes seen.
    offset: u64,
    /// Line of the next byte.
    line: u64,
    /// Whether nothing of that line was seen yet.
    fresh: bool,
    /// Whether the last byte was a carriage return: a line feed belongs to it.
    after_return: bool,
    /// Where lines that are not blank begin: offset and line.
    beginnings: VecDeque<(u64, u64)>,
    state: State,
    /// Line on which the last quoted cell began.
    opened: u64,
    broken: VecDeque<String>,
    /// Where the row began: offset and line.
    row: (u64, u64),
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Begin,
    Plain,
    Quoted,
    Closed,
}

impl<R> Lines<R> {
    /// With this between cells, from this line on.
    pub fn new(source: R, separator: u8, line: u64) -> Self {
        let seen = Seen {
            separator,
            offset: 0,
            line,
            fresh: true,
            after_return: false,
            beginnings: VecDeque::new(),
            state: State::Begin,
            opened: 0,
            broken: VecDeque::new(),
            row: (0, line),
        };
        Self { source, seen: RefCell::new(seen) }
    }

    /// The line on which a record begins whose bytes, perhaps after blank lines, begin at `offset`. Ask in ascending order.
    pub fn line(&self, offset: u64) -> u64 {
        let mut seen = self.seen.borrow_mut();
        while seen.beginnings.front().is_some_and(|(begins, _)| *begins < offset) {
            seen.beginnings.pop_front();
        }
        seen.beginnings.front().map_or(seen.line, |(_, line)| *line)
    }

    /// What is wrong with the quotes of what was read, once each.
    pub fn broken(&self) -> Option<String> {
        self.seen.borrow_mut().broken.pop_front()
    }

    /// The line on which a quoted cell begins that was still open at the end.
    pub fn unclosed(&self) -> Option<u64> {
        let seen = self.seen.borrow();
        (seen.state == State::Quoted).then_some(seen.opened)
    }
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        let seen = self.seen.get_mut();
        seen.scan(&buffer[..read]);
        let (begins, line) = seen.row;
        if seen.offset - begins > LONGEST_ROW {
            return Err(io::Error::other(BrokenText(Flaw::EndlessRow { line, most: LONGEST_ROW >> 20 })));
        }
        Ok(read)
    }
}

impl Seen {
    fn scan(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            let (offset, second_half) = (self.offset, byte == b'\n' && self.after_return);
            self.offset += 1;
            self.after_return = byte == b'\r';
            if second_half {
                continue;
            }
            let ends_line = matches!(byte, b'\n' | b'\r');
            if self.fresh && !ends_line {
                self.beginnings.push_back((offset, self.line));
            }
            self.state = match (self.state, byte) {
                (State::Begin, b'"') => {
                    self.opened = self.line;
                    State::Quoted
                }
                (State::Quoted, b'"') => State::Closed,
                (State::Quoted, _) => State::Quoted,
                (State::Closed, b'"') => State::Quoted,
                (_, b'\n' | b'\r') => State::Begin,
                (_, byte) if byte == self.separator => State::Begin,
                (State::Closed, other) => {
                    if !matches!(other, b' ' | b'\t') {
                        let text = format!(
                            "line {}: text behind the closing quote of a cell that begins on line {}; is a quote missing, \
                             or one within the cell not doubled?",
                            self.line, self.opened
                        );
                        self.broken.push_back(text);
                    }
                    State::Plain
                }
                (State::Begin | State::Plain, _) => State::Plain,
            };
            self.fresh = ends_line;
            self.line += u64::from(ends_line);
            if ends_line && self.state == State::Begin {
                self.row = (self.offset, self.line);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str) -> Lines<&[u8]> {
        let mut lines = Lines::new(text.as_bytes(), b',', 1);
        io::copy(&mut lines, &mut io::sink()).expect("text in memory");
        lines
    }

    #[test]
    fn a_line_is_where_an_editor_shows_it() {
        for text in ["a\nb\n\n\nc", "a\r\nb\r\n\r\n\r\nc", "a\rb\r\r\rc", "a\n\"x\ny\nz\"\nc"] {
            assert_eq!(seen(text).line(text.len() as u64 - 1), 5, "{text:?}");
        }
        let lines = seen("\n\nh\n\nr");
        assert_eq!((lines.line(0), lines.line(3)), (3, 5));
    }

    #[test]
    fn a_row_without_an_end_is_given_up() {
        let endless = |text: &'static [u8]| {
            let rows = b"a,b\n1,\"x\ny\"\n".chain(io::repeat(b'z').take(LONGEST_ROW - 9)).chain(text);
            io::copy(&mut Lines::new(rows, b',', 1), &mut io::sink())
        };
        assert!(endless(b"\n").is_ok());
        let error = endless(b"zzzzzzzzzz").expect_err("no end").to_string();
        assert!(error.contains("line 4") && error.contains("64 MiB"), "{error}");
    }

    #[test]
    fn cells_end_where_their_separator_stands() {
        let mut lines = Lines::new(&b"a;b\n\"x\";y\n\"x\",z;\"\"\n"[..], b';', 2);
        io::copy(&mut lines, &mut io::sink()).expect("text in memory");
        assert!(lines.broken().is_some_and(|broken| broken.contains("line 4")), "text behind a quote");
        assert_eq!((lines.broken(), lines.unclosed()), (None, None));
    }

    #[test]
    fn quotes_that_lose_rows_are_found() {
        assert_eq!(seen("a,b\n1,\"x\n2,y\n").unclosed(), Some(2));
        assert_eq!(seen("a,b\n1,\"x\"\n2,\"y\"\"z, \n\"").unclosed(), None);
        assert!(seen("a,b\n1,\"x\n2,\"y\"\n").broken().expect("broken").contains("line 3"));
        for good in ["a,5\" pipe,c\n", "\"a\" ,b\n", "\"\",\"\"\n", "\"a\"\"b\"\r\n"] {
            let lines = seen(good);
            assert_eq!((lines.broken(), lines.unclosed()), (None, None), "{good:?}");
        }
    }
}
