//! Text in UTF-16, as Excel's "Unicode Text" is, passed on as UTF-8.

use super::broken::BrokenText;
use crate::error::Flaw;
use std::io::{self, Read};

/// Which byte of a unit of two comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    LowFirst,
    HighFirst,
}

/// Reads UTF-16 and gives UTF-8. What is no UTF-16 is an error, never another letter.
pub(super) struct Utf16<R> {
    source: R,
    order: Order,
    /// Bytes that are no whole letter yet.
    raw: Vec<u8>,
    /// Letters that were not fetched yet, from `given` on.
    text: String,
    given: usize,
}

impl<R: Read> Utf16<R> {
    pub fn new(source: R, order: Order) -> Self {
        Self { source, order, raw: Vec::new(), text: String::new(), given: 0 }
    }

    /// Decodes the next bytes; whether there were any.
    fn decode(&mut self) -> io::Result<bool> {
        let mut bytes = [0; 1 << 14];
        let read = self.source.read(&mut bytes)?;
        self.raw.extend_from_slice(&bytes[..read]);
        self.text.clear();
        self.given = 0;
        let broken = || io::Error::other(BrokenText(Flaw::Utf16));
        let unit = |pair: &[u8]| match self.order {
            Order::LowFirst => u16::from_le_bytes([pair[0], pair[1]]),
            Order::HighFirst => u16::from_be_bytes([pair[0], pair[1]]),
        };
        let mut units: Vec<u16> = self.raw.chunks_exact(2).map(unit).collect();
        // The second half of a letter of two units may be still to come.
        if read > 0 && units.last().is_some_and(|last| (0xD800..0xDC00).contains(last)) {
            units.pop();
        }
        self.raw.drain(..units.len() * 2);
        if read == 0 && !self.raw.is_empty() {
            return Err(broken());
        }
        for letter in char::decode_utf16(units) {
            self.text.push(letter.map_err(|_| broken())?);
        }
        Ok(read > 0)
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() {
            if !self.decode()? {
                return Ok(0);
            }
        }
        let left = &self.text.as_bytes()[self.given..];
        let count = left.len().min(buffer.len());
        buffer[..count].copy_from_slice(&left[..count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Gives so many bytes at a time.
    struct Trickle<'a>(&'a [u8], usize);

    impl Read for Trickle<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(buffer.len()).min(self.0.len());
            let (now, later) = self.0.split_at(count);
            buffer[..count].copy_from_slice(now);
            self.0 = later;
            Ok(count)
        }
    }

    fn bytes(text: &str, order: Order) -> Vec<u8> {
        let split = |unit: u16| if order == Order::LowFirst { unit.to_le_bytes() } else { unit.to_be_bytes() };
        text.encode_utf16().flat_map(split).collect()
    }

    proptest! {
        #[test]
        fn text_is_the_same_however_its_bytes_arrive(text in "\\PC{0,80}", at_once in 1usize..7, low: bool) {
            let order = if low { Order::LowFirst } else { Order::HighFirst };
            let mut read = String::new();
            Utf16::new(Trickle(&bytes(&text, order), at_once), order).read_to_string(&mut read).unwrap();
            prop_assert_eq!(read, text);
        }
    }

    #[test]
    fn what_is_no_utf_16_is_an_error() {
        let whole = bytes("a😀b", Order::LowFirst);
        for broken in [&whole[..1], &whole[..3], &whole[..4], &[0, 0xDC, 0x61, 0], &[0, 0xD8, 0x61, 0]] {
            assert!(Utf16::new(broken, Order::LowFirst).read_to_end(&mut Vec::new()).is_err(), "{broken:?}");
        }
    }
}
