//! `generation_summary.json`: what was generated from what.

use crate::engine::EventLog;
use crate::error::Result;
use crate::events::fingerprint::{Fingerprint, Fingerprinter};
use crate::machine::Versions;
use crate::record::timestamp::Timestamp;
use crate::rules::assumptions::Assumptions;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Version of the summary's format.
pub(super) const FORMAT_VERSION: u32 = 1;
/// Name of the summary within the folder.
pub const SUMMARY: &str = "generation_summary.json";

/// `generation_summary.json`: what was generated from what, and how long it took.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// Version of this format.
    pub format_version: u32,
    /// When the run ended, UTC.
    pub created_at: Timestamp,
    /// Engine.
    pub mode: String,
    /// Scenario name, `custom` for a custom one.
    pub scenario_id: String,
    /// Plan design.
    pub plan_design_id: String,
    /// Seed of every draw.
    pub seed: u64,
    /// First simulated year.
    pub start_year: i32,
    /// Last simulated year.
    pub end_year: i32,
    /// Where the people came from.
    pub census: CensusSummary,
    /// Assumptions in force.
    pub assumptions: Assumptions,
    /// Worker threads.
    pub threads: usize,
    /// Versions.
    pub versions: Versions,
    /// Versions that an engine told which is not built in, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub engine_versions: BTreeMap<String, String>,
    /// Events of all years.
    pub events: u64,
    /// Digest of all events (`docs/event-rules.md`, "Fingerprint").
    pub fingerprint: Fingerprint,
    /// Events by `event_type`.
    pub events_by_type: BTreeMap<String, u64>,
    /// Events by `event_category`.
    pub events_by_category: BTreeMap<String, u64>,
    /// Year by year.
    pub years: Vec<YearSummary>,
    /// Wall times in seconds.
    pub timings_seconds: Timings,
}

/// The census of a run.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CensusSummary {
    /// File or description.
    pub source: String,
    /// Whether it was drawn from the seed rather than read.
    pub synthetic: bool,
    /// People on 1 January of the start year.
    pub employees: usize,
    /// Rows left out as inactive.
    pub inactive: usize,
    /// Rows left out for people hired on or after 1 January of the start year.
    #[serde(default)]
    pub hired_later: usize,
    /// Implausible rows that were kept, by kind.
    pub implausible: BTreeMap<String, usize>,
    /// Digest of the people (`docs/event-rules.md`, "Fingerprint").
    pub fingerprint: String,
}

/// Head counts and events of one year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct YearSummary {
    /// The simulated year.
    pub year: i32,
    /// Employed on 1 January.
    pub headcount_start: i64,
    /// Employed after 31 December.
    pub headcount_end: i64,
    /// Events of the year.
    pub events: u64,
    /// Events by `event_category`.
    pub events_by_category: BTreeMap<String, u64>,
}

/// Where the time went, seconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timings {
    /// Starting the engine and loading the census into it.
    pub setup: f64,
    /// Generating all events in the engine's memory: what benchmarks time.
    pub generation: f64,
    /// Writing Parquet.
    pub persist: f64,
}

/// What the events of a run come to.
#[derive(Debug)]
pub(super) struct Figures {
    pub events: u64,
    pub fingerprint: Fingerprint,
    pub events_by_type: BTreeMap<String, u64>,
    pub events_by_category: BTreeMap<String, u64>,
    pub years: Vec<YearSummary>,
}

/// Counts a log's events; `headcount` are the people before the first year.
pub(super) fn figures(log: &dyn EventLog, headcount: usize) -> Result<Figures> {
    let mut printer = Fingerprinter::default();
    let (mut events_by_type, mut events_by_category) = (BTreeMap::new(), BTreeMap::new());
    let mut years = Vec::new();
    let mut headcount = headcount as i64;
    for events in log.years() {
        let events = events?;
        printer.add_year(&events);
        events.count_values("event_type", &mut events_by_type);
        let mut by_category = BTreeMap::new();
        events.count_values("event_category", &mut by_category);
        for (category, events) in &by_category {
            *events_by_category.entry(category.clone()).or_default() += events;
        }
        let of_type = |categories: &[&str]| categories.iter().filter_map(|c| by_category.get(*c)).sum::<u64>() as i64;
        let end = headcount + of_type(&["hiring"]) - of_type(&["termination", "new_hire_termination"]);
        years.push(YearSummary {
            year: events.year,
            headcount_start: headcount,
            headcount_end: end,
            events: events.len() as u64,
            events_by_category: by_category,
        });
        headcount = end;
    }
    let events = years.iter().map(|year| year.events).sum();
    Ok(Figures { events, fingerprint: printer.finish(), events_by_type, events_by_category, years })
}
