//! A digest of the people of a census.

use super::people::Census;
use crate::events::event_table::Values;
use crate::events::fingerprint::{Fingerprint, column_digest};
use xxhash_rust::xxh3::Xxh3Default;

/// Digest of the people of a census, columns in the order of [`Census`]'s fields.
pub fn census_fingerprint(census: &Census) -> Fingerprint {
    let ints = |values: &[i32]| Values::int(values.iter().map(|&value| Some(value)));
    let columns = [
        Values::Text(census.employee_id.clone()),
        Values::Text(census.employee_ssn.clone()),
        ints(&census.birth_date),
        ints(&census.hire_date),
        ints(&census.level_id),
        Values::int(census.compensation_cents.iter().map(|&value| Some(value))),
        ints(&census.deferral_bp),
    ];
    let mut hash = Xxh3Default::new();
    hash.update(&(census.len() as u64).to_le_bytes());
    columns.iter().for_each(|column| hash.update(&column_digest(column).to_le_bytes()));
    Fingerprint::new(hash.digest128())
}
