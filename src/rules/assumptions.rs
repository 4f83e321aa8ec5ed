//! Assumptions of a simulation: one typed structure with the documented defaults, overridable from a TOML file.
//!
//! Every key may be left out (the default stands); an unknown key is refused. The defaults are the published rates of
//! the Fidelity PlanAlign Engine, as listed in `docs/event-rules.md`, "Tables".

use crate::error::{Error, Input, Result};
use crate::rules::units::{BasisPoints, Cents, Ppm};
use crate::rules::vocabulary::LEVELS;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// Everything a run assumes about people and plan.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Assumptions {
    /// Growth and turnover.
    pub workforce: Workforce,
    /// The five levels, lowest first.
    pub levels: Levels,
    /// Who is hired, at what pay.
    pub hiring: Hiring,
    /// Promotion hazard and raise.
    pub promotion: Promotion,
    /// The annual raise.
    pub raise: Raise,
    /// Enrollment, opt-out and deferral rates.
    pub enrollment: Enrollment,
    /// Automatic escalation of deferral rates.
    pub escalation: Escalation,
}

impl Assumptions {
    /// Reads a TOML file that overrides the defaults, and validates the result.
    ///
    /// # Errors
    /// Names the file and the key, line or limit that was violated.
    pub fn from_file(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|e| Error::file(path, e))?;
        Self::from_toml(&text).map_err(|e| Error::file(path, e))
    }

    /// Parses TOML text that overrides the defaults, and validates the result.
    pub fn from_toml(text: &str) -> Result<Self> {
        let assumptions: Self = toml::from_str(text).map_err(|e| Input::Toml { error: e.into() })?;
        assumptions.validate()?;
        Ok(assumptions)
    }
}

/// Growth and turnover, as fractions of the head count per year.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Workforce {
    /// Head-count growth, -1 to 1.
    pub growth: Ppm,
    /// Share of experienced people who leave, 0 to 1.
    pub termination: Ppm,
    /// Share of new hires who leave in their first year, 0 to below 0.99.
    pub new_hire_termination: Ppm,
}

impl Default for Workforce {
    fn default() -> Self {
        Self { growth: Ppm(30_000), termination: Ppm(120_000), new_hire_termination: Ppm(250_000) }
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

/// The five levels, lowest first; an override lists all five.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Levels(pub [Level; LEVELS]);

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
        Self([
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
}

impl Default for Hiring {
    fn default() -> Self {
        let ages = [(22, 5), (25, 15), (28, 20), (32, 25), (35, 15), (40, 10), (45, 8), (50, 2)];
        Self { ages: ages.map(|(age, weight)| WeightedAge { age, weight }).to_vec(), pay_spread: Ppm(100_000) }
    }
}

/// Promotion hazard and raise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Promotion {
    /// Base probability per year.
    pub base: Ppm,
    /// Multiplier by age band.
    pub age_multipliers: [Ppm; 6],
    /// Multiplier by tenure band.
    pub tenure_multipliers: [Ppm; 5],
    /// How much each level above the first dampens the hazard.
    pub level_dampener: Ppm,
    /// Multiplier of the whole run.
    pub run_multiplier: Ppm,
    /// Lowest raise on promotion.
    pub raise_min: Ppm,
    /// Highest raise on promotion (inclusive).
    pub raise_max: Ppm,
    /// Cap on the raise as a share of pay.
    pub raise_cap: Ppm,
    /// Cap on the raise in dollars a year.
    pub raise_cap_amount: Cents,
}

impl Default for Promotion {
    fn default() -> Self {
        Self {
            base: Ppm(20_000),
            age_multipliers: [1_600_000, 1_400_000, 1_100_000, 700_000, 300_000, 100_000].map(Ppm),
            tenure_multipliers: [500_000, 1_500_000, 1_800_000, 800_000, 200_000].map(Ppm),
            level_dampener: Ppm(150_000),
            run_multiplier: Ppm(1_000_000),
            raise_min: Ppm(150_000),
            raise_max: Ppm(250_000),
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
    pub cola_by_year: BTreeMap<i32, Ppm>,
    /// Relative weight of each month, January first.
    pub month_weights: [u32; 12],
    /// Cap on the raise as a share of pay.
    pub cap: Ppm,
    /// Cap on the raise in dollars a year.
    pub cap_amount: Cents,
}

impl Raise {
    /// Cost-of-living adjustment of a year, in parts per million.
    pub fn cola_ppm(&self, year: i32) -> i64 {
        self.cola_by_year.get(&year).unwrap_or(&self.cola).0
    }
}

impl Default for Raise {
    fn default() -> Self {
        Self {
            cola: Ppm(25_000),
            cola_by_year: BTreeMap::new(),
            month_weights: [28, 3, 7, 18, 4, 5, 23, 3, 4, 8, 2, 2],
            cap: Ppm(500_000),
            cap_amount: Cents(25_000_000),
        }
    }
}

/// A probability by age segment, times a factor by income segment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByAgeAndIncome {
    /// Probability for young, mid_career, mature, senior.
    pub by_age: [Ppm; 4],
    /// Factor for low_income, moderate, high, executive.
    pub by_income: [Ppm; 4],
}

impl ByAgeAndIncome {
    fn new(by_age: [i64; 4], by_income: [i64; 4]) -> Self {
        Self { by_age: by_age.map(Ppm), by_income: by_income.map(Ppm) }
    }
}

/// Enrollment, opt-out and deferral rates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Enrollment {
    /// First year: employees who are not enrolled.
    pub voluntary: ByAgeAndIncome,
    /// Later years: employees who are not enrolled.
    pub conversion: ByAgeAndIncome,
    /// Deferral rate of a conversion, by age segment.
    pub conversion_rates: [BasisPoints; 4],
    /// New hires who enroll by themselves, by age segment.
    pub proactive: [Ppm; 4],
    /// Whether the plan enrolls the other new hires.
    pub auto_enrollment: bool,
    /// Deferral rate of auto-enrollment.
    pub auto_rate: BasisPoints,
    /// People auto-enrolled this year who opt out.
    pub opt_out: ByAgeAndIncome,
    /// Deferral rate of voluntary and proactive enrollment: a row per age segment, a column per income segment.
    pub rates: [[BasisPoints; 4]; 4],
}

impl Default for Enrollment {
    fn default() -> Self {
        Self {
            voluntary: ByAgeAndIncome::new(
                [300_000, 550_000, 700_000, 800_000],
                [700_000, 1_000_000, 1_150_000, 1_250_000],
            ),
            conversion: ByAgeAndIncome::new(
                [30_000, 50_000, 70_000, 80_000],
                [800_000, 1_000_000, 1_200_000, 1_300_000],
            ),
            conversion_rates: [300, 400, 500, 600].map(BasisPoints),
            proactive: [250_000, 450_000, 650_000, 750_000].map(Ppm),
            auto_enrollment: true,
            auto_rate: BasisPoints(200),
            opt_out: ByAgeAndIncome::new([100_000, 70_000, 50_000, 30_000], [1_200_000, 1_000_000, 700_000, 500_000]),
            rates: [[300, 300, 400, 600], [400, 600, 800, 1_000], [500, 800, 1_000, 1_200], [600, 1_000, 1_200, 1_500]]
                .map(|row| row.map(BasisPoints)),
        }
    }
}

/// Automatic escalation of deferral rates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Escalation {
    /// Step per year.
    pub increment: BasisPoints,
    /// Rate at which it stops.
    pub cap: BasisPoints,
}

impl Default for Escalation {
    fn default() -> Self {
        Self { increment: BasisPoints(100), cap: BasisPoints(1_000) }
    }
}
