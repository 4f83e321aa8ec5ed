//! The first version of the fingerprint, value by value: of a census still, and of the events in folders from before.

use super::fingerprint::Fingerprint;
use super::schema::{EVENT_COLUMNS, Kind};
use super::year::Events;
use crate::error::Result;
use xxhash_rust::xxh3::{Xxh3Default, xxh3_128};

/// The digest that earlier versions of this program gave these events: as the second version's of a run, with a column's
/// digest as here ([`texts`], [`integers`]).
///
/// # Errors
/// When a year cannot be read.
pub(crate) fn of_events(years: impl Iterator<Item = Result<Events>>) -> Result<Fingerprint> {
    let mut hash = Xxh3Default::new();
    for events in years {
        let (events, rows) = events.map(|events| (events.year, events.rows()))?;
        hash.update(&events.to_le_bytes());
        hash.update(&(rows.len() as u64).to_le_bytes());
        for (position, column) in EVENT_COLUMNS.iter().enumerate() {
            let all = 0..rows.len();
            // No event of that time had a number beyond these.
            let narrow = |value: i128| i64::try_from(value).unwrap_or(i64::MIN);
            let digest = match column.kind {
                Kind::Text => texts(all.map(|row| rows.text(position, row))),
                Kind::Int | Kind::Date | Kind::Decimal { .. } => {
                    integers(all.map(|row| rows.int(position, row).map(narrow)))
                }
            };
            hash.update(&digest.to_le_bytes());
        }
    }
    Ok(Fingerprint::first_version(hash.digest128()))
}

/// Digest of a column of text: of each value its length (u32 LE) and bytes.
pub(crate) fn texts<'a>(values: impl Iterator<Item = Option<&'a str>>) -> u128 {
    column(values.map(|text| text.map(|text| [&(text.len() as u32).to_le_bytes(), text.as_bytes()].concat())))
}

/// Digest of any other column: of each value the integer (i64 LE): number, day, or unscaled decimal.
pub(crate) fn integers(values: impl Iterator<Item = Option<i64>>) -> u128 {
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
    use crate::engine::{EngineOptions, Mode, open};
    use crate::rules::assumptions::Assumptions;
    use crate::scenario::SCENARIOS;

    /// What earlier versions published for these scenarios.
    #[test]
    fn events_have_the_digests_that_they_had() {
        for (index, known) in [(0, "9b1deb3c123790b423cf0c0bfbcc963f"), (2, "6b64631557d680f0bc4033ff3b850a8a")] {
            let run = SCENARIOS[index].run_spec(42, Assumptions::default()).unwrap();
            let people = census::synthetic(SCENARIOS[index].employee_count, &run).census;
            let mut engine = open(Mode::Reference, &run, &people, &EngineOptions::default()).unwrap();
            let log = engine.generate().unwrap();
            assert_eq!(of_events(log.years()).unwrap().to_string(), known);
        }
    }
}
