//! Bands and segments of ages and tenures, looked up.

use super::expr::{int, lookup, smaller};
use crate::rules::vocabulary::MAX_YEARS;
use polars::prelude::*;
use std::ops::RangeInclusive;

/// Ages and tenures that bounds can tell apart: one below all of them, and up to the highest.
const YEARS: RangeInclusive<i32> = -1..=MAX_YEARS;

/// What follows from an age or a tenure, by its position in [`YEARS`]: looking it up takes fewer expressions than comparing it
/// with bounds, and most of a year of few people is planning.
pub(super) fn by_years(position: &str, value: impl Fn(i32) -> usize) -> Expr {
    lookup(YEARS.map(|years| value(years) as i64).collect::<Vec<_>>(), col(position))
}

/// An age or a tenure as its position in [`YEARS`].
pub(super) fn position_of(years: &str) -> Expr {
    let (least, most) = (int((*YEARS.start()).into()), int((*YEARS.end()).into()));
    smaller(when(col(years).gt(least.clone())).then(col(years)).otherwise(least), most) + int(1)
}
