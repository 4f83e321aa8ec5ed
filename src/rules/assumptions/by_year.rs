//! Rates that single years have of their own.

use crate::rules::units::Ppm;
use std::collections::BTreeMap;

/// Rates of single years, by year, beside one that holds in all others.
pub type ByYear = BTreeMap<i32, Ppm>;

/// A rate of a year: its own, or the one of all years.
pub(super) fn of_year(by_year: &ByYear, otherwise: Ppm, year: i32) -> Ppm {
    by_year.get(&year).copied().unwrap_or(otherwise)
}
