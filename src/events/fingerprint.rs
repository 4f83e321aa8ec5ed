//! A digest of an event log that anybody can compute: by column, by year, and of the whole run. `docs/event-rules.md`,
//! "Fingerprint", defines it, and `scripts/fingerprint.py` computes it from files with pyarrow.

use super::schema::{EVENT_COLUMNS, Kind};
use super::texts::Texts;
use super::year::Events;
use arrow::array::{Array, ArrayData, ArrayRef};
use rayon::prelude::*;
use std::fmt;
use xxhash_rust::xxh3::Xxh3Default;

/// Rows of a block: its validity comes before its values, and the lengths of its texts before their bytes.
const BLOCK: usize = 65_536;
/// Version of the definition.
const VERSION: u8 = 2;

/// 128-bit digest of a run's events, shown as `2:` for the version of its definition and 32 hexadecimal digits. Version 1,
/// of records from before, has no prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint {
    version: u8,
    digest: u128,
}

impl Fingerprint {
    /// A digest of this version of the definition.
    pub(crate) const fn new(digest: u128) -> Self {
        Self { version: VERSION, digest }
    }

    /// A digest of the first version of a definition.
    pub(crate) const fn first_version(digest: u128) -> Self {
        Self { version: 1, digest }
    }

    /// Whether two digests are defined alike: only then does it say anything that they differ.
    pub fn comparable(self, other: Self) -> bool {
        self.version == other.version
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = if self.version == 1 { String::new() } else { format!("{}:", self.version) };
        f.pad(&format!("{version}{:032x}", self.digest))
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
        let (version, digits) = text.split_once(':').unwrap_or(("1", &text));
        let known = version.parse().ok().zip(u128::from_str_radix(digits, 16).ok());
        let known = known.map(|(version, digest)| Self { version, digest }).filter(|known| known.to_string() == text);
        known.ok_or_else(|| format!("`{text}` is no fingerprint: it has 32 hexadecimal digits, behind `2:` or alone"))
    }
}

/// Takes in years in order.
#[derive(Clone, Default)]
pub struct Fingerprinter(Xxh3Default);

impl Fingerprinter {
    /// Adds the next year: `year (i32 LE) | row count (u64 LE) | digest of each column (u128 LE)`.
    pub fn add_year(&mut self, events: &Events) {
        self.0.update(&events.year.to_le_bytes());
        self.0.update(&(events.len() as u64).to_le_bytes());
        let columns: Vec<Vec<&ArrayRef>> =
            (0..EVENT_COLUMNS.len()).map(|index| events.arrays(index).collect()).collect();
        let digests: Vec<u128> = columns
            .par_iter()
            .zip(&EVENT_COLUMNS)
            .map(|(arrays, column)| {
                let mut digest = ColumnDigest::default();
                arrays.iter().for_each(|array| digest.add(array, column.kind));
                digest.finish()
            })
            .collect();
        digests.iter().for_each(|digest| self.0.update(&digest.to_le_bytes()));
    }

    /// The digest of everything added.
    pub fn finish(&self) -> Fingerprint {
        Fingerprint::new(self.0.digest128())
    }
}

/// The digest of a column: XXH3-128 of its blocks of [`BLOCK`] rows, one after the other. A block is a bit for each row,
/// 1 where there is a value, in bytes from the lowest bit; then the values. Text is the length of each in bytes (i32 LE,
/// 0 when missing) and then the bytes of all; anything else is each integer in its own width (LE, 0 when missing).
#[derive(Default)]
struct ColumnDigest {
    hash: Xxh3Default,
    rows: usize,
    /// The validity of the block so far.
    valid: Vec<u8>,
    /// Its integers, or lengths.
    fixed: Vec<u8>,
    /// Its bytes of text.
    bytes: Vec<u8>,
}

impl ColumnDigest {
    fn add(&mut self, array: &ArrayRef, kind: Kind) {
        let mut start = 0;
        while start < array.len() {
            let rows = (BLOCK - self.rows).min(array.len() - start);
            let piece = array.slice(start, rows);
            self.add_validity(&piece);
            match kind {
                Kind::Text => self.add_texts(&piece),
                Kind::Int | Kind::Date => self.add_integers::<4>(&piece.to_data()),
                Kind::Decimal { .. } => self.add_integers::<16>(&piece.to_data()),
            }
            self.rows += rows;
            start += rows;
            if self.rows == BLOCK {
                self.end_block();
            }
        }
    }

    /// Appends a bit for each row behind those that are there.
    fn add_validity(&mut self, piece: &ArrayRef) {
        let (start, rows) = (self.rows, piece.len());
        self.valid.resize((start + rows).div_ceil(8), 0);
        match piece.logical_nulls().filter(|nulls| nulls.null_count() > 0) {
            None => set_bits(&mut self.valid, start, rows),
            Some(nulls) => {
                nulls.valid_slices().for_each(|(from, to)| set_bits(&mut self.valid, start + from, to - from))
            }
        }
    }

    fn add_integers<const WIDTH: usize>(&mut self, data: &ArrayData) {
        let values = &data.buffers()[0].as_slice()[data.offset() * WIDTH..(data.offset() + data.len()) * WIDTH];
        let start = self.fixed.len();
        self.fixed.extend_from_slice(values);
        if let Some(nulls) = data.nulls().filter(|nulls| nulls.null_count() > 0) {
            for (row, value) in self.fixed[start..].as_chunks_mut::<WIDTH>().0.iter_mut().enumerate() {
                if nulls.is_null(row) {
                    *value = [0; WIDTH];
                }
            }
        }
    }

    fn add_texts(&mut self, piece: &ArrayRef) {
        let texts = Texts::new(piece);
        for row in 0..piece.len() {
            let text = texts.get(row).unwrap_or_default();
            self.fixed.extend_from_slice(&(text.len() as i32).to_le_bytes());
            self.bytes.extend_from_slice(text.as_bytes());
        }
    }

    fn end_block(&mut self) {
        for part in [&mut self.valid, &mut self.fixed, &mut self.bytes] {
            self.hash.update(part);
            part.clear();
        }
        self.rows = 0;
    }

    fn finish(mut self) -> u128 {
        self.end_block();
        self.hash.digest128()
    }
}

/// Sets `count` bits from `start`, a whole byte at a time where there is one.
fn set_bits(bytes: &mut [u8], start: usize, count: usize) {
    let end = start + count;
    let (first, last) = (start.next_multiple_of(8).min(end), (end / 8 * 8).max(start));
    let set = |bytes: &mut [u8], bits: std::ops::Range<usize>| bits.for_each(|bit| bytes[bit / 8] |= 1 << (bit % 8));
    set(bytes, start..first);
    if first < last {
        bytes[first / 8..last / 8].fill(0xFF);
        set(bytes, last..end);
    } else {
        set(bytes, first..end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{
        Decimal128Array, DictionaryArray, Int32Array, LargeStringArray, StringArray, StringViewArray, UInt8Array,
    };
    use std::sync::Arc;
    use xxhash_rust::xxh3::xxh3_128;

    fn digest(arrays: &[ArrayRef], kind: Kind) -> u128 {
        let mut digest = ColumnDigest::default();
        arrays.iter().for_each(|array| digest.add(array, kind));
        digest.finish()
    }

    #[test]
    fn a_digest_is_the_documented_bytes() {
        let check_values = include_str!("../../docs/event-rules.md");
        let stated = |digest: u128| check_values.contains(&format!("`{digest:032x}`"));
        let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("ab"), None]));
        assert_eq!(digest(std::slice::from_ref(&texts), Kind::Text), xxh3_128(b"\x01\x02\0\0\0\0\0\0\0ab"));
        assert!(stated(digest(&[texts], Kind::Text)) && stated(digest(&[], Kind::Text)));
        let numbers: ArrayRef = Arc::new(Int32Array::from(vec![Some(-2), None]));
        assert_eq!(digest(std::slice::from_ref(&numbers), Kind::Int), xxh3_128(b"\x01\xfe\xff\xff\xff\0\0\0\0"));
        assert!(stated(digest(&[numbers], Kind::Int)));
        let kind = Kind::Decimal { precision: 5, scale: 4 };
        let decimals: ArrayRef = Arc::new(Decimal128Array::from(vec![Some(600)]));
        assert_eq!(digest(&[decimals], kind), xxh3_128(b"\x01\x58\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0"));
        assert_eq!(digest(&[], kind), xxh3_128(b""));
    }

    #[test]
    fn layout_and_chunks_do_not_count_and_values_and_order_do() {
        let rows = 2 * BLOCK + 77;
        let value = |row: usize| (row % 7 != 3).then(|| ["a", "", "žluť", "wo", "x"][row % 5]);
        let plain: StringArray = (0..rows).map(value).collect();
        let keys: UInt8Array =
            (0..rows).map(|row| (row % 7 != 3 && row % 11 != 0).then_some(((row % 5) + 1) as u8)).collect();
        let expected = digest(&[Arc::new(plain.clone())], Kind::Text);
        let views: StringViewArray = plain.iter().collect();
        let long: LargeStringArray = plain.iter().collect();
        let pieces = |array: ArrayRef, size: usize| -> Vec<ArrayRef> {
            (0..rows).step_by(size).map(|start| array.slice(start, size.min(rows - start))).collect()
        };
        for array in [Arc::new(plain) as ArrayRef, Arc::new(views), Arc::new(long)] {
            for size in [rows, 2_048, 999, BLOCK] {
                assert_eq!(digest(&pieces(array.clone(), size), Kind::Text), expected, "{size}");
            }
        }
        // A dictionary whose missing values are missing keys and missing texts.
        let texts = StringArray::from(vec![None, Some("a"), Some(""), Some("žluť"), Some("wo"), Some("x")]);
        let as_plain: StringArray = (0..rows).map(|row| if row % 11 == 0 { None } else { value(row) }).collect();
        let dictionary: ArrayRef = Arc::new(DictionaryArray::new(keys, Arc::new(texts)));
        assert_eq!(digest(&pieces(dictionary, 1_001), Kind::Text), digest(&[Arc::new(as_plain.clone())], Kind::Text));
        assert_ne!(digest(&[Arc::new(as_plain)], Kind::Text), expected);
        // What lies beneath a missing value does not count.
        let numbers = |beneath: i32| -> ArrayRef {
            Arc::new(Int32Array::new(vec![1, beneath, 3].into(), Some(vec![true, false, true].into())))
        };
        assert_eq!(digest(&[numbers(0)], Kind::Int), digest(&[numbers(9)], Kind::Int));
        let sliced = [numbers(5).slice(1, 2)];
        assert_eq!(digest(&sliced, Kind::Int), xxh3_128(b"\x02\0\0\0\0\x03\0\0\0"));
    }

    #[test]
    fn a_fingerprint_is_read_as_it_is_shown() {
        for text in ["2:00000000000000000000000000000abc", "1505a10ebacad831d07637939fb8a0f1"] {
            assert_eq!(Fingerprint::try_from(text.to_owned()).unwrap().to_string(), text);
        }
        for other in ["", "abc", "x:00000000000000000000000000000abc", "2:", "+505a10ebacad831d07637939fb8a0f1"] {
            assert!(Fingerprint::try_from(other.to_owned()).is_err(), "{other}");
        }
    }
}
