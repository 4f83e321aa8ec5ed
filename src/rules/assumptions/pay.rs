//! Promotions and the annual raise.

use super::by_year::{ByYear, of_year};
use super::exact::exact;
use crate::rules::units::{Cents, Ppm};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A raise drawn evenly from a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table with min and max")]
pub struct RaiseRange {
    /// Lowest raise.
    pub min: Ppm,
    /// Highest raise (inclusive).
    pub max: Ppm,
}

/// Promotion hazard and raise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Promotion {
    /// Base probability per year.
    pub base: Ppm,
    /// Multiplier by age band.
    pub age_multipliers: Vec<Ppm>,
    /// Multiplier by tenure band.
    pub tenure_multipliers: Vec<Ppm>,
    /// How much each level above the first dampens the hazard.
    pub level_dampener: Ppm,
    /// Multiplier of the whole run.
    pub run_multiplier: Ppm,
    /// Lowest raise on promotion.
    pub raise_min: Ppm,
    /// Highest raise on promotion (inclusive).
    pub raise_max: Ppm,
    /// Another range for promotions from these levels.
    pub raise_by_level: BTreeMap<i32, RaiseRange>,
    /// Cap on the raise as a share of pay.
    pub raise_cap: Ppm,
    /// Cap on the raise in dollars a year.
    pub raise_cap_amount: Cents,
}

impl Promotion {
    /// The raise of a promotion from a level.
    pub fn raise_from(&self, level_id: i32) -> RaiseRange {
        let everywhere = RaiseRange { min: self.raise_min, max: self.raise_max };
        self.raise_by_level.get(&level_id).copied().unwrap_or(everywhere)
    }
}

impl Default for Promotion {
    fn default() -> Self {
        Self {
            base: Ppm(20_000),
            age_multipliers: [1_600_000, 1_400_000, 1_100_000, 700_000, 300_000, 100_000].map(Ppm).into(),
            tenure_multipliers: [500_000, 1_500_000, 1_800_000, 800_000, 200_000].map(Ppm).into(),
            level_dampener: Ppm(150_000),
            run_multiplier: Ppm(1_000_000),
            raise_min: Ppm(150_000),
            raise_max: Ppm(250_000),
            raise_by_level: BTreeMap::new(),
            raise_cap: Ppm(300_000),
            raise_cap_amount: Cents(50_000_000),
        }
    }
}

/// The annual raise; the merit part stands with the levels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Raise {
    /// Cost-of-living adjustment.
    pub cola: Ppm,
    /// Years with another cost-of-living adjustment.
    pub cola_by_year: ByYear,
    /// Relative weight of each month, January first.
    #[serde(deserialize_with = "exact")]
    pub month_weights: [u32; 12],
    /// Cap on the raise as a share of pay.
    pub cap: Ppm,
    /// Cap on the raise in dollars a year.
    pub cap_amount: Cents,
}

impl Raise {
    /// Cost-of-living adjustment of a year, in parts per million.
    pub fn cola_ppm(&self, year: i32) -> i64 {
        of_year(&self.cola_by_year, self.cola, year).0
    }
}

impl Default for Raise {
    fn default() -> Self {
        Self {
            cola: Ppm(25_000),
            cola_by_year: ByYear::new(),
            month_weights: [28, 3, 7, 18, 4, 5, 23, 3, 4, 8, 2, 2],
            cap: Ppm(500_000),
            cap_amount: Cents(25_000_000),
        }
    }
}
