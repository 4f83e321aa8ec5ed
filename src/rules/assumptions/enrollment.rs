//! Enrollment, opt-out and the escalation of deferral rates.

use super::dates::{IsoDay, MonthDay};
use super::exact::{exact, exact_rows};
use crate::rules::calendar::{Day, first_of_year};
use crate::rules::units::{BasisPoints, Ppm};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A probability by age segment, times factors by the other segments; at most 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chances {
    /// Probability for young, mid_career, mature, senior.
    #[serde(deserialize_with = "exact")]
    pub by_age: [Ppm; 4],
    /// Factor for low_income, moderate, high, executive.
    #[serde(default = "as_it_is", deserialize_with = "exact")]
    pub by_income: [Ppm; 4],
    /// Factor for levels that are individual, senior, manager, executive.
    #[serde(default = "as_it_is", deserialize_with = "exact")]
    pub by_level: [Ppm; 4],
    /// Factor for new_employee, established, veteran.
    #[serde(default = "as_it_is", deserialize_with = "exact")]
    pub by_tenure: [Ppm; 3],
}

/// Factors that change nothing.
fn as_it_is<const N: usize>() -> [Ppm; N] {
    [Ppm(1_000_000); N]
}

impl Chances {
    fn by_age(by_age: [i64; 4]) -> Self {
        let by_age = by_age.map(Ppm);
        Self { by_age, by_income: as_it_is(), by_level: as_it_is(), by_tenure: as_it_is() }
    }

    fn by_age_and_income(by_age: [i64; 4], by_income: [i64; 4]) -> Self {
        Self { by_income: by_income.map(Ppm), ..Self::by_age(by_age) }
    }
}

/// Chances as a table, or as the list of those by age alone.
fn list_or_table<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Chances, D::Error> {
    struct ListOrTable;
    impl<'de> Visitor<'de> for ListOrTable {
        type Value = Chances;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an array of 4 chances by age, or a table with by_age")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Chances, A::Error> {
            let by_age = exact(SeqAccessDeserializer::new(list))?;
            Ok(Chances { by_age, ..Chances::by_age([0; 4]) })
        }

        fn visit_map<A: MapAccess<'de>>(self, table: A) -> Result<Chances, A::Error> {
            Chances::deserialize(MapAccessDeserializer::new(table))
        }
    }
    deserializer.deserialize_any(ListOrTable)
}

/// Enrollment, opt-out and deferral rates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Enrollment {
    /// First year: employees who are not enrolled.
    pub voluntary: Chances,
    /// Later years: employees who are not enrolled.
    pub conversion: Chances,
    /// Deferral rate of a conversion, by age segment.
    #[serde(deserialize_with = "exact")]
    pub conversion_rates: [BasisPoints; 4],
    /// New hires who enroll by themselves.
    #[serde(deserialize_with = "list_or_table")]
    pub proactive: Chances,
    /// First and last day, counted from the hire, on which they do.
    #[serde(deserialize_with = "exact")]
    pub proactive_days: [i32; 2],
    /// Whether the plan enrolls others.
    pub auto_enrollment: bool,
    /// Deferral rate of auto-enrollment.
    pub auto_rate: BasisPoints,
    /// Days from the hire until the plan enrolls a new hire.
    pub auto_window_days: i32,
    /// Without it the plan enrolls new hires only; with it everybody hired from that day on, employees on 15 January.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_hired_from: Option<IsoDay>,
    /// Days from auto-enrollment until somebody opts out.
    pub opt_out_grace_days: i32,
    /// People auto-enrolled this year who opt out.
    pub opt_out: Chances,
    /// Deferral rate of voluntary and proactive enrollment: a row per age segment, a column per income segment.
    #[serde(deserialize_with = "exact_rows")]
    pub rates: [[BasisPoints; 4]; 4],
}

impl Default for Enrollment {
    fn default() -> Self {
        Self {
            voluntary: Chances {
                by_level: [900_000, 1_000_000, 1_100_000, 1_200_000].map(Ppm),
                ..Chances::by_age_and_income(
                    [300_000, 550_000, 700_000, 800_000],
                    [700_000, 1_000_000, 1_150_000, 1_250_000],
                )
            },
            conversion: Chances {
                by_tenure: [700_000, 1_000_000, 1_100_000].map(Ppm),
                ..Chances::by_age_and_income(
                    [30_000, 50_000, 70_000, 80_000],
                    [800_000, 1_000_000, 1_200_000, 1_300_000],
                )
            },
            conversion_rates: [300, 400, 500, 600].map(BasisPoints),
            proactive: Chances::by_age([250_000, 450_000, 650_000, 750_000]),
            proactive_days: [7, 35],
            auto_enrollment: true,
            auto_rate: BasisPoints(200),
            auto_window_days: 45,
            auto_hired_from: None,
            opt_out_grace_days: 30,
            opt_out: Chances::by_age_and_income(
                [100_000, 70_000, 50_000, 30_000],
                [1_200_000, 1_000_000, 700_000, 500_000],
            ),
            rates: [[300, 300, 400, 600], [400, 600, 800, 1_000], [500, 800, 1_000, 1_200], [600, 1_000, 1_200, 1_500]]
                .map(|row| row.map(BasisPoints)),
        }
    }
}

/// Automatic escalation of deferral rates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Escalation {
    /// Whether there is any.
    pub enabled: bool,
    /// The day of the year.
    pub day: MonthDay,
    /// Step per year.
    pub increment: BasisPoints,
    /// Rate at which it stops.
    pub cap: BasisPoints,
    /// Only for people hired from that day on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hired_from: Option<IsoDay>,
    /// Calendar years from that of the enrollment to the first step; 0 is as 1.
    pub delay_years: i32,
}

impl Escalation {
    /// Only people enrolled before that day escalate in a year.
    pub const fn enrolled_before(&self, year: i32) -> Day {
        let waited = if self.delay_years < 1 { 1 } else { self.delay_years };
        first_of_year(year - waited + 1)
    }
}

impl Default for Escalation {
    fn default() -> Self {
        Self {
            enabled: true,
            day: MonthDay { month: 1, day_of_month: 1 },
            increment: BasisPoints(100),
            cap: BasisPoints(1_000),
            hired_from: None,
            delay_years: 1,
        }
    }
}
