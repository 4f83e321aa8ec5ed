//! How a benchmark's figures went over the sessions of a history: series, change points, and growth with the work.

use super::scaling::linear;
use crate::measure::machine::MachineKey;
use crate::record::baseline::Baseline;
use crate::stats::{ChangePointSearch, Estimate, log_log_slope, median};
use crate::verdict::Gated;
use crate::verdict::stored::CONFIDENCE;
use serde::Serialize;
use std::collections::BTreeMap;

/// Seed of the permutation tests: the same history gives the same change points.
const SEED: u64 = 0x7E5D;

/// A whole history.
#[derive(Debug, Clone, Serialize)]
pub struct Trend {
    /// When it was made, UTC.
    pub generated_at: String,
    /// The command, for who wants to repeat it.
    pub command: String,
    /// By benchmark, machine and figure.
    pub series: Vec<Series>,
    /// How the latest execution times grow with the work, by mode and machine.
    pub growth: Vec<Growth>,
}

/// One figure of one benchmark on one machine.
#[derive(Debug, Clone, Serialize)]
pub struct Series {
    /// `<group>/<mode>`.
    pub id: String,
    /// CPU model and number of usable CPUs.
    pub machine: String,
    /// The figure.
    pub figure: Gated,
    /// By session, oldest first.
    pub points: Vec<Point>,
    /// Median of all sessions.
    pub median: f64,
    /// Where it changed; absent if there are too few sessions to tell.
    pub changes: Option<Vec<Change>>,
}

/// One session.
#[derive(Debug, Clone, Serialize)]
pub struct Point {
    /// When it was measured, UTC.
    pub timestamp: String,
    /// Commit that was built.
    pub commit: Option<String>,
    /// Median over the session's processes; seconds, events per second or bytes.
    pub value: f64,
}

/// A change point: between two sessions, and so between two commits.
#[derive(Debug, Clone, Serialize)]
pub struct Change {
    /// Index of the first session after it.
    pub index: usize,
    /// The session before it.
    pub last_before: Point,
    /// The first session after it.
    pub first_after: Point,
    /// Mean after over mean before.
    pub ratio: f64,
    /// Of the permutation test.
    pub p_value: f64,
    /// Whether it is for the worse.
    pub worse: bool,
}

/// How a mode's time grows with the work.
#[derive(Debug, Clone, Serialize)]
pub struct Growth {
    /// Mode name.
    pub mode: String,
    /// CPU model and number of usable CPUs.
    pub machine: String,
    /// Group names, smallest first.
    pub over: Vec<String>,
    /// Log-log slope of time over person-years.
    pub slope: Estimate,
    /// Whether it is no steeper than linear; absent if undecided.
    pub linear: Option<bool>,
}

impl Trend {
    /// The trend of a history's entries, oldest first.
    pub fn new(entries: &[Baseline], command: String) -> Self {
        let mut by_benchmark: BTreeMap<(String, String), Vec<&Baseline>> = BTreeMap::new();
        for entry in entries {
            // The key as a whole, so that two machines are never one series.
            let machine = serde_json::to_string(&entry.machine.key).unwrap_or_default();
            let work = format!("{} {} {}", entry.benchmark.id(), entry.benchmark.census_fingerprint, machine);
            by_benchmark.entry((entry.benchmark.id(), work)).or_default().push(entry);
        }
        let figures = [Gated::ExecutionTime, Gated::PeakMemory];
        let series =
            by_benchmark.values().flat_map(|entries| figures.iter().filter_map(|&figure| series(entries, figure)));
        Self { generated_at: crate::record::now(), command, series: series.collect(), growth: growth(entries) }
    }
}

fn describe(key: &MachineKey) -> String {
    format!("{}, {} CPUs", key.cpu_model.as_deref().unwrap_or("unknown CPU"), key.usable_cpus)
}

fn series(entries: &[&Baseline], figure: Gated) -> Option<Series> {
    let points: Vec<Point> = entries
        .iter()
        .filter_map(|entry| {
            let value = median(&entry.samples.gated(figure, entry.events))?;
            Some(Point { timestamp: entry.timestamp.clone(), commit: entry.git_commit.clone(), value })
        })
        .collect();
    let values: Vec<f64> = points.iter().map(|point| point.value).collect();
    let first = entries.first()?;
    Some(Series {
        id: first.benchmark.id(),
        machine: describe(&first.machine.key),
        figure,
        median: median(&values)?,
        changes: changes(&points, &values, figure),
        points,
    })
}

fn changes(points: &[Point], values: &[f64], figure: Gated) -> Option<Vec<Change>> {
    let found = ChangePointSearch::default().find(values, SEED)?;
    let change = |point: crate::stats::ChangePoint| {
        let ratio = point.after_mean / point.before_mean;
        Some(Change {
            index: point.index,
            last_before: points.get(point.index.checked_sub(1)?)?.clone(),
            first_after: points.get(point.index)?.clone(),
            ratio,
            p_value: point.p_value,
            worse: (ratio > 1.0) == figure.lower_is_better(),
        })
    };
    Some(found.into_iter().filter_map(change).collect())
}

fn growth(entries: &[Baseline]) -> Vec<Growth> {
    let mut latest: BTreeMap<(String, String), BTreeMap<String, &Baseline>> = BTreeMap::new();
    for entry in entries {
        let machine = serde_json::to_string(&entry.machine.key).unwrap_or_default();
        let of_mode = latest.entry((entry.mode.clone(), machine)).or_default();
        of_mode.insert(entry.benchmark.group.clone(), entry);
    }
    let judged = latest.into_values().filter_map(|groups| {
        let mut sizes: Vec<&Baseline> = groups.into_values().collect();
        sizes.sort_by(|a, b| a.benchmark.person_years().total_cmp(&b.benchmark.person_years()));
        sizes.dedup_by(|a, b| a.benchmark.person_years() == b.benchmark.person_years());
        if sizes.len() < 3 {
            return None;
        }
        let points: Option<Vec<(f64, f64)>> = sizes
            .iter()
            .map(|entry| Some((entry.benchmark.person_years(), median(&entry.samples.execution_time_seconds)?)))
            .collect();
        let slope = log_log_slope(&points?, CONFIDENCE)?;
        Some(Growth {
            mode: sizes[0].mode.clone(),
            machine: describe(&sizes[0].machine.key),
            over: sizes.iter().map(|entry| entry.benchmark.group.clone()).collect(),
            slope,
            linear: linear(&slope),
        })
    });
    judged.collect()
}
