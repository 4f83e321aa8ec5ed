//! What a program says on standard error: the end of it is kept, for messages.

use std::collections::VecDeque;
use std::io::Read;
use std::process::ChildStderr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Bytes that are kept.
const KEPT: usize = 8_192;
/// Lines that are shown.
const SHOWN: usize = 5;
/// Longest text that is shown, characters.
const LONGEST: usize = 1_000;
/// Time in which a program that has ended is heard to the end.
const LATE: Duration = Duration::from_millis(500);

/// The end of what a program said.
#[derive(Clone, Default)]
pub(super) struct Words(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    bytes: VecDeque<u8>,
    is_over: bool,
}

impl Words {
    /// Listens until the program says no more.
    pub fn listen(mut talk: ChildStderr) -> Self {
        let words = Self::default();
        let kept = words.clone();
        // It ends with what it listens to.
        std::thread::spawn(move || {
            let mut buffer = [0; 4_096];
            loop {
                let read = talk.read(&mut buffer).unwrap_or(0);
                let mut kept = kept.0.lock().unwrap_or_else(PoisonError::into_inner);
                if read == 0 {
                    kept.is_over = true;
                    return;
                }
                kept.bytes.extend(&buffer[..read]);
                let more = kept.bytes.len().saturating_sub(KEPT);
                kept.bytes.drain(..more);
            }
        });
        words
    }

    /// The last lines, on one line; empty if there are none. Waits a moment for what a program that has just ended said last.
    pub fn last(&self) -> String {
        let clock = Instant::now();
        loop {
            let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.is_over || clock.elapsed() > LATE {
                let bytes: Vec<u8> = kept.bytes.iter().copied().collect();
                return last_lines(&bytes);
            }
            drop(kept);
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// The last lines of a text, on one line.
pub(super) fn last_lines(said: &[u8]) -> String {
    let text = String::from_utf8_lossy(said);
    let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    let shown = lines[lines.len().saturating_sub(SHOWN)..].join(" | ");
    let more = shown.chars().count().saturating_sub(LONGEST);
    if more == 0 { shown } else { format!("…{}", shown.chars().skip(more).collect::<String>()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_what_was_said_is_shown() {
        assert_eq!(last_lines(b"a\n\nb \nc\nd\ne\nf\n"), "b | c | d | e | f");
        assert_eq!(last_lines(b""), "");
        assert!(last_lines(&[b'x'; 5_000]).chars().count() <= LONGEST + 1);
    }
}
