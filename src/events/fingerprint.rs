//! A digest of an event log that any implementation can compute: by column, by year, and of the whole run.

use crate::events::event_table::{EventTable, Values};
use crate::events::schema::EVENT_COLUMNS;
use rayon::prelude::*;
use std::fmt;
use xxhash_rust::xxh3::Xxh3Default;

/// 128-bit digest of a run's events, shown as 32 hexadecimal digits (`docs/event-rules.md`, "Fingerprint").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint(u128);

impl Fingerprint {
    /// A digest.
    pub(crate) const fn new(digest: u128) -> Self {
        Self(digest)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:032x}", self.0))
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> Self {
        fingerprint.to_string()
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let known = u128::from_str_radix(&text, 16).map(Self).ok().filter(|known| known.to_string() == text);
        known.ok_or_else(|| format!("`{text}` is no fingerprint: it has 32 hexadecimal digits"))
    }
}

/// Takes in years in order.
#[derive(Clone, Default)]
pub struct Fingerprinter(Xxh3Default);

impl Fingerprinter {
    /// Adds the next year: `year (i32 LE) | row count (u64 LE) | digest of each column (u128 LE)`.
    pub fn add_year(&mut self, year: i32, table: &EventTable) {
        self.0.update(&year.to_le_bytes());
        self.0.update(&(table.len() as u64).to_le_bytes());
        let digests: Vec<u128> = table.columns().par_iter().map(column_digest).collect();
        debug_assert_eq!(digests.len(), EVENT_COLUMNS.len());
        digests.iter().for_each(|digest| self.0.update(&digest.to_le_bytes()));
    }

    /// The digest of everything added.
    pub fn finish(&self) -> Fingerprint {
        Fingerprint(self.0.digest128())
    }
}

/// XXH3-128 over the column's values in row order. A missing value is the byte 0. Any other is the byte 1 and then
/// the text's length (u32 LE) and UTF-8 bytes, or the integer (i64 LE): number, day, or unscaled decimal.
pub(crate) fn column_digest(values: &Values) -> u128 {
    let mut hash = Xxh3Default::new();
    // One update per block of values: the streaming hash is slow on tiny pieces.
    let mut block = Vec::with_capacity(1 << 16);
    let flush = |block: &mut Vec<u8>, hash: &mut Xxh3Default| {
        hash.update(block);
        block.clear();
    };
    let mut add = |value: Option<(&[u8], Option<u32>)>| {
        match value {
            None => block.push(0),
            Some((bytes, length)) => {
                block.push(1);
                if let Some(length) = length {
                    block.extend_from_slice(&length.to_le_bytes());
                }
                block.extend_from_slice(bytes);
            }
        }
        if block.len() > (1 << 16) - 256 {
            flush(&mut block, &mut hash);
        }
    };
    match values {
        Values::Text(texts) => texts.iter().for_each(|text| add(text.map(|t| (t.as_bytes(), Some(t.len() as u32))))),
        Values::Int(numbers) => {
            for number in numbers {
                let bytes = number.map(i64::to_le_bytes);
                add(bytes.as_ref().map(|bytes| (bytes.as_slice(), None)));
            }
        }
    }
    flush(&mut block, &mut hash);
    hash.digest128()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_the_documented_bytes() {
        let column = Values::text([Some("ab"), None].into_iter());
        assert_eq!(column_digest(&column), xxhash_rust::xxh3::xxh3_128(b"\x01\x02\0\0\0ab\0"));
        let column = Values::int([Some(-2i32), None].into_iter());
        assert_eq!(column_digest(&column), xxhash_rust::xxh3::xxh3_128(b"\x01\xfe\xff\xff\xff\xff\xff\xff\xff\0"));
    }

    #[test]
    fn order_year_and_missing_all_count() {
        let digest = |years: &[(i32, &[Option<&str>])]| {
            let mut printer = Fingerprinter::default();
            for (year, ids) in years {
                let rows = ids.len();
                let columns = EVENT_COLUMNS.iter().map(|column| match Values::empty(column.kind) {
                    Values::Text(_) => Values::text(ids.iter().copied()),
                    Values::Int(_) => Values::int((0..rows).map(|_| None::<i64>)),
                });
                printer.add_year(*year, &EventTable::new(columns.collect()).unwrap());
            }
            printer.finish().to_string()
        };
        let base = digest(&[(2025, &[Some("a"), Some("b")])]);
        assert_eq!(base.len(), 32);
        for other in [
            digest(&[(2025, &[Some("b"), Some("a")])]),
            digest(&[(2026, &[Some("a"), Some("b")])]),
            digest(&[(2025, &[Some("ab"), Some("")])]),
            digest(&[(2025, &[Some("a"), None])]),
            digest(&[(2025, &[Some("a")]), (2026, &[Some("b")])]),
        ] {
            assert_ne!(base, other);
        }
    }
}
