//! A digest of the people of a census.

use super::people::Census;
use crate::events::fingerprint::Fingerprint;
use xxhash_rust::xxh3::{Xxh3Default, xxh3_128};

/// Digest of the people of a census (`docs/event-rules.md`, "Fingerprint"): XXH3-128 of the number of people (u64 LE) and
/// the digest of each column (u128 LE), in the order of [`Census`]'s fields.
pub fn census_fingerprint(census: &Census) -> Fingerprint {
    let ints = |values: &[i32]| integers(values.iter().map(|&value| Some(value.into())));
    let mut hash = Xxh3Default::new();
    hash.update(&(census.len() as u64).to_le_bytes());
    for digest in [
        texts(census.employee_id.iter()),
        texts(census.employee_ssn.iter()),
        ints(&census.birth_date),
        ints(&census.hire_date),
        ints(&census.level_id),
        integers(census.compensation_cents.iter().map(|&cents| Some(cents))),
        ints(&census.deferral_bp),
        integers(census.escalation_opt_out.iter().map(|&out| Some(out.into()))),
    ] {
        hash.update(&digest.to_le_bytes());
    }
    Fingerprint::first_version(hash.digest128())
}

/// Digest of a column of text: of each value its length (u32 LE) and bytes.
fn texts<'a>(values: impl Iterator<Item = Option<&'a str>>) -> u128 {
    column(values.map(|text| text.map(|text| [&(text.len() as u32).to_le_bytes(), text.as_bytes()].concat())))
}

/// Digest of any other column: of each value the integer (i64 LE): number, day, or unscaled decimal.
fn integers(values: impl Iterator<Item = Option<i64>>) -> u128 {
    column(values.map(|value| value.map(i64::to_le_bytes)))
}

/// XXH3-128 over the values in row order: 0 for a missing one, else 1 and the value's bytes.
fn column<B: AsRef<[u8]>>(values: impl Iterator<Item = Option<B>>) -> u128 {
    let mut bytes = Vec::new();
    for value in values {
        bytes.push(u8::from(value.is_some()));
        value.iter().for_each(|value| bytes.extend_from_slice(value.as_ref()));
    }
    xxh3_128(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::census;
    use crate::rules::assumptions::Assumptions;
    use crate::scenario::SCENARIOS;

    /// The value of "Check values" in `docs/event-rules.md`.
    #[test]
    fn the_digest_is_the_pages_and_every_column_is_in_it() {
        let run = SCENARIOS[0].run_spec(42, Assumptions::default()).unwrap();
        let people = census::synthetic(SCENARIOS[0].employee_count, &run).census;
        let digest = census_fingerprint(&people);
        assert_eq!(digest.to_string(), "534b4e8d88c59c1c129335b7a2e1cf17");
        let mut other = people.clone();
        other.escalation_opt_out[99] = true;
        assert_ne!(census_fingerprint(&other), digest);
    }
}
