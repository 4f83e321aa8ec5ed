//! Lists of a settings file that have one length.

use serde::{Deserialize, Deserializer, de};

/// As many entries as there are, neither fewer nor more: what is beyond the last would otherwise be dropped without a word.
pub(super) fn exact<'de, D: Deserializer<'de>, T: Deserialize<'de>, const N: usize>(
    deserializer: D,
) -> Result<[T; N], D::Error> {
    of_length(Vec::deserialize(deserializer)?)
}

/// The same of rows of entries.
pub(super) fn exact_rows<'de, D: Deserializer<'de>, T: Deserialize<'de>, const N: usize, const M: usize>(
    deserializer: D,
) -> Result<[[T; M]; N], D::Error> {
    let rows: Vec<Vec<T>> = Vec::deserialize(deserializer)?;
    of_length(rows.into_iter().map(of_length).collect::<Result<_, _>>()?)
}

fn of_length<T, E: de::Error, const N: usize>(list: Vec<T>) -> Result<[T; N], E> {
    let given = list.len();
    list.try_into().map_err(|_| E::custom(format!("an array of {N} entries is wanted, and this one has {given}")))
}
