//! What an engine tells about a run.

use super::fault::{Fault, Step};
use super::spec::Spec;
use crate::error::Result;
use std::collections::BTreeMap;
use std::time::Duration;

/// What an engine told about a run.
pub(super) struct Told {
    pub events: u64,
    pub year_seconds: Vec<f64>,
    pub step_seconds: BTreeMap<String, f64>,
}

impl Told {
    /// Refuses times that cannot be.
    pub fn new(
        spec: &Spec,
        years: usize,
        took: Duration,
        events: u64,
        year_seconds: Option<Vec<f64>>,
        step_seconds: Option<BTreeMap<String, f64>>,
    ) -> Result<Self> {
        let (year_seconds, step_seconds) = (year_seconds.unwrap_or_default(), step_seconds.unwrap_or_default());
        let fault = |got: String, wanted: &str| Fault::new(spec, Step::Asked("generate")).impossible(got, wanted);
        if !year_seconds.is_empty() && year_seconds.len() != years {
            let got = format!("with {} year_seconds", year_seconds.len());
            return Err(fault(got, &format!("one for each of {years} year(s), or none at all")));
        }
        let possible = |seconds: &f64| seconds.is_finite() && *seconds >= 0.0;
        if let Some(bad) = year_seconds.iter().chain(step_seconds.values()).find(|seconds| !possible(seconds)) {
            return Err(fault(format!("with {bad} seconds for a year or step"), "a time of 0 or more"));
        }
        // Years come one after the other; clocks differ by a little.
        let sum: f64 = year_seconds.iter().sum();
        if sum > 1.01 * took.as_secs_f64() + 0.01 {
            let got = format!("with year_seconds of {sum:.3} s together");
            return Err(fault(got, &format!("no more than generate took, {:.3} s", took.as_secs_f64())));
        }
        Ok(Self { events, year_seconds, step_seconds })
    }
}
