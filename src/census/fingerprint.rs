//! A digest of the people of a census.

use super::people::Census;
use crate::events::fingerprint::Fingerprint;
use arrow::array::StringArray;
use xxhash_rust::xxh3::Xxh3Default;

/// Digest of the people of a census (`docs/event-rules.md`, "Fingerprint"): XXH3-128 of the number of people (u64 LE) and
/// the digest of each column (u128 LE), in the order of [`Census`]'s fields.
pub fn census_fingerprint(census: &Census) -> Fingerprint {
    let ints = |values: &[i32]| column(values.iter().map(|&value| Some(i64::from(value).to_le_bytes())));
    let cents = census.compensation_cents.iter().map(|cents| Some(cents.to_le_bytes()));
    let mut hash = Xxh3Default::new();
    hash.update(&(census.len() as u64).to_le_bytes());
    for digest in [
        texts(&census.employee_id),
        texts(&census.employee_ssn),
        ints(&census.birth_date),
        ints(&census.hire_date),
        ints(&census.level_id),
        column(cents),
        ints(&census.deferral_bp),
    ] {
        hash.update(&digest.to_le_bytes());
    }
    Fingerprint::first_version(hash.digest128())
}

/// A text's length (u32 LE) and bytes.
fn texts(texts: &StringArray) -> u128 {
    column(texts.iter().map(|text| text.map(|text| [&(text.len() as u32).to_le_bytes(), text.as_bytes()].concat())))
}

/// XXH3-128 over the column's values in row order. A missing value is the byte 0. Any other is the byte 1 and then
/// the value's bytes.
fn column<B: AsRef<[u8]>>(values: impl Iterator<Item = Option<B>>) -> u128 {
    let mut bytes = Vec::new();
    for value in values {
        bytes.push(u8::from(value.is_some()));
        value.iter().for_each(|value| bytes.extend_from_slice(value.as_ref()));
    }
    xxhash_rust::xxh3::xxh3_128(&bytes)
}
