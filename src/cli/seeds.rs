//! Seeds as single numbers and ranges.

use crate::settings::flags::no_seed;
use crate::settings::names::split;
use std::ops::RangeInclusive;

/// Seeds of one argument, as they were given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seeds(Vec<RangeInclusive<u64>>);

impl From<u64> for Seeds {
    fn from(seed: u64) -> Self {
        Self(vec![seed..=seed])
    }
}

/// Reads `42`, `1..20` (both ends included), or several of them with blanks or commas.
pub(super) fn parse(text: &str) -> Result<Seeds, String> {
    let number = |part: &str| part.parse::<u64>().map_err(|_| format!("{}, or a range such as 1..20", no_seed(part)));
    let one = |part: &str| -> Result<RangeInclusive<u64>, String> {
        let range = match part.split_once("..") {
            None => number(part)?..=number(part)?,
            Some((first, last)) => number(first)?..=number(last.strip_prefix('=').unwrap_or(last))?,
        };
        if range.is_empty() { Err(format!("{part} holds no seed")) } else { Ok(range) }
    };
    let ranges = split(text).map(one).collect::<Result<Vec<_>, _>>()?;
    if ranges.is_empty() { Err(no_seed(text)) } else { Ok(Seeds(ranges)) }
}

/// All seeds that were given, each once and in ascending order. A range may be as long as there are numbers.
pub(super) fn all(given: &[Seeds]) -> impl Iterator<Item = u64> + Clone {
    let mut ranges: Vec<_> = given.iter().flat_map(|seeds| seeds.0.iter().cloned()).collect();
    ranges.sort_by_key(|range| (*range.start(), *range.end()));
    let mut merged: Vec<RangeInclusive<u64>> = Vec::new();
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start() <= last.end() => *last = *last.start()..=*last.end().max(range.end()),
            _ => merged.push(range),
        }
    }
    merged.into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seeds(arguments: &[&str]) -> Vec<u64> {
        all(&arguments.iter().map(|text| parse(text).expect(text)).collect::<Vec<_>>()).take(30).collect()
    }

    #[test]
    fn seed_ranges_include_both_ends() {
        assert_eq!(seeds(&["1..20"]), (1..=20).collect::<Vec<_>>());
        assert_eq!(seeds(&["1..=3"]), [1, 2, 3]);
        assert_eq!(seeds(&["7"]), [7]);
        for bad in ["", " ", "a", "1..", "5..1", "-1", "1...3", "1..==3", "18446744073709551616", "1.5", "1..2..3"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_seed_that_is_given_twice_is_taken_once() {
        assert_eq!(seeds(&["1..3", "2..5", "4", "9,8 8"]), [1, 2, 3, 4, 5, 8, 9]);
        let end = u64::MAX.to_string();
        assert_eq!(seeds(&[&end, &end]), [u64::MAX]);
        assert_eq!(seeds(&[&format!("0..{end}")]).len(), 30);
    }
}
