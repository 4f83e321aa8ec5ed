//! Bands and segments: the groups into which people fall by age, tenure, pay and level.

use super::exact::exact;
use crate::rules::units::Cents;
use serde::{Deserialize, Serialize};

/// Bands of age and tenure. A band begins at its lower bound; the first has none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Bands {
    /// Lowest age, in years, of each band after the first.
    pub age_from: Vec<i32>,
    /// What the event row calls the age bands; made from the bounds where none are given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age_labels: Option<Vec<String>>,
    /// Lowest tenure, in years, of each band after the first.
    pub tenure_from: Vec<i32>,
    /// What the event row calls the tenure bands; made from the bounds where none are given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenure_labels: Option<Vec<String>>,
}

impl Default for Bands {
    fn default() -> Self {
        Self {
            age_from: vec![25, 35, 45, 55, 65],
            age_labels: None,
            tenure_from: vec![2, 5, 10, 20],
            tenure_labels: None,
        }
    }
}

/// Segments that enrollment goes by. Each list holds the lower bound of every segment after the first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Segments {
    /// Ages, in years, from which people count as mid_career, mature and senior where they enroll by choice.
    #[serde(deserialize_with = "exact")]
    pub choice_age_from: [i32; 3],
    /// The same where the plan enrolls them.
    #[serde(deserialize_with = "exact")]
    pub auto_age_from: [i32; 3],
    /// Pay, dollars a year, from which people count as moderate, high and executive.
    #[serde(deserialize_with = "exact")]
    pub income_from: [Cents; 3],
    /// Levels from which people count as senior, manager and executive; below the first they are individual.
    #[serde(deserialize_with = "exact")]
    pub level_from: [i32; 3],
    /// Tenure, in years, from which people count as established and veteran; below the first they are new_employee.
    #[serde(deserialize_with = "exact")]
    pub tenure_from: [i32; 2],
}

impl Default for Segments {
    fn default() -> Self {
        Self {
            choice_age_from: [31, 46, 56],
            auto_age_from: [30, 45, 60],
            income_from: [5_000_000, 10_000_000, 20_000_000].map(Cents),
            level_from: [3, 5, 7],
            tenure_from: [2, 5],
        }
    }
}
