//! Growth, turnover, levels and hires.

use super::by_year::{ByYear, of_year};
use crate::rules::units::{Cents, Ppm};
use serde::{Deserialize, Serialize};

/// Growth and turnover, as fractions of the head count per year.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Workforce {
    /// Head-count growth, -1 to 1.
    pub growth: Ppm,
    /// Years with another growth.
    pub growth_by_year: ByYear,
    /// Share of experienced people who leave, 0 to 1.
    pub termination: Ppm,
    /// Years in which another share of them leaves.
    pub termination_by_year: ByYear,
    /// Share of new hires who leave in their first year, 0 to below 0.99.
    pub new_hire_termination: Ppm,
    /// Years in which another share of them leaves.
    pub new_hire_termination_by_year: ByYear,
}

/// Growth and turnover of one year, in parts per million.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct YearRates {
    /// Head-count growth.
    pub growth: Ppm,
    /// Share of experienced people who leave.
    pub termination: Ppm,
    /// Share of new hires who leave.
    pub new_hire_termination: Ppm,
}

impl Workforce {
    /// The rates of a year.
    pub fn of_year(&self, year: i32) -> YearRates {
        YearRates {
            growth: of_year(&self.growth_by_year, self.growth, year),
            termination: of_year(&self.termination_by_year, self.termination, year),
            new_hire_termination: of_year(&self.new_hire_termination_by_year, self.new_hire_termination, year),
        }
    }
}

impl Default for Workforce {
    fn default() -> Self {
        Self {
            growth: Ppm(30_000),
            growth_by_year: ByYear::new(),
            termination: Ppm(120_000),
            termination_by_year: ByYear::new(),
            new_hire_termination: Ppm(250_000),
            new_hire_termination_by_year: ByYear::new(),
        }
    }
}

/// What a level pays and grants.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// Name, for people.
    pub name: String,
    /// Lowest pay of the range, dollars a year.
    pub pay_min: Cents,
    /// Highest pay of the range, dollars a year.
    pub pay_max: Cents,
    /// Merit part of the annual raise.
    pub merit: Ppm,
    /// Where in the range a new hire starts, 0 to 1.
    pub hire_percentile: Ppm,
    /// Market factor on a new hire's pay.
    pub hire_market_factor: Ppm,
}

/// One to nine levels, lowest first; an override lists all of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Levels(pub Vec<Level>);

impl Default for Levels {
    fn default() -> Self {
        let level = |name: &str, min: i64, max: i64, merit, percentile, factor| Level {
            name: name.into(),
            pay_min: Cents(min * 100),
            pay_max: Cents(max * 100),
            merit: Ppm(merit),
            hire_percentile: Ppm(percentile),
            hire_market_factor: Ppm(factor),
        };
        Self(vec![
            level("Staff", 56_000, 80_000, 35_000, 300_000, 1_020_000),
            level("Manager", 81_000, 120_000, 40_000, 400_000, 1_000_000),
            level("SrMgr", 121_000, 160_000, 45_000, 500_000, 980_000),
            level("Director", 161_000, 300_000, 50_000, 650_000, 1_050_000),
            level("VP", 275_000, 500_000, 55_000, 700_000, 1_100_000),
        ])
    }
}

/// A value with its weight in a distribution.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeightedAge {
    /// Age in years.
    pub age: i32,
    /// Relative weight.
    pub weight: u32,
}

/// Who is hired, at what pay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hiring {
    /// Ages of new hires with their weights.
    pub ages: Vec<WeightedAge>,
    /// Uniform spread of pay around the level's hiring point (0.10 = plus or minus 10 %).
    pub pay_spread: Ppm,
    /// Share of the hires at each level, in any proportion; without it they are split as the head count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level_shares: Option<Vec<Ppm>>,
}

impl Default for Hiring {
    fn default() -> Self {
        let ages = [(22, 5), (25, 15), (28, 20), (32, 25), (35, 15), (40, 10), (45, 8), (50, 2)];
        Self {
            ages: ages.map(|(age, weight)| WeightedAge { age, weight }).to_vec(),
            pay_spread: Ppm(100_000),
            level_shares: None,
        }
    }
}
