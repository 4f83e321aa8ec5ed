//! How a benchmark's figures went over the sessions of a history: series, change points, and growth with the work.

use super::names::describe;
use super::scaling::{linear, slope};
use crate::engine::Mode;
use crate::record::baseline::Baseline;
use crate::record::key::{Conditions, Key};
use crate::record::metric::Gated;
use crate::record::timestamp::Timestamp;
use crate::remarks::{Remark, gather};
use crate::stats::{ChangePointSearch, Estimate, geometric_mean};
use serde::Serialize;
use std::collections::BTreeMap;

/// Seed of the permutation tests: the same history gives the same change points.
const SEED: u64 = 0x7E5D;

/// A whole history.
#[derive(Debug, Clone, Serialize)]
pub struct Trend {
    /// When it was made, UTC.
    pub generated_at: Timestamp,
    /// The command, for who wants to repeat it.
    pub command: String,
    /// By benchmark (the whole work, not its name alone), machine and figure.
    pub series: Vec<Series>,
    /// How the latest execution times grow with the work, by mode, machine, seed, threads and kind of people.
    pub growth: Vec<Growth>,
    /// What holds for several series.
    pub notes: Vec<Remark>,
}

/// One figure of one benchmark on one machine.
#[derive(Debug, Clone, Serialize)]
pub struct Series {
    /// `<group>/<mode>`.
    pub id: String,
    /// The machine key in words.
    pub machine: String,
    /// Seed, threads, and where the people came from, in words; nothing without people.
    pub conditions: String,
    /// The figure.
    pub figure: Gated,
    /// By session, oldest first.
    pub points: Vec<Point>,
    /// Geometric mean of all sessions.
    pub geometric_mean: f64,
    /// Where it changed; absent if there are too few sessions to tell.
    pub changes: Option<Vec<Change>>,
}

/// One session.
#[derive(Debug, Clone, Serialize)]
pub struct Point {
    /// When it was measured, UTC.
    pub timestamp: Timestamp,
    /// Commit that was built.
    pub commit: Option<String>,
    /// Geometric mean over the session's processes; seconds, events per second or bytes.
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
    /// Mode.
    pub mode: Mode,
    /// The machine key in words.
    pub machine: String,
    /// Seed, threads, and where the people came from, in words: the same for all points.
    pub conditions: String,
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
        let mut by_benchmark: BTreeMap<(String, Key), Vec<&Baseline>> = BTreeMap::new();
        for entry in entries {
            by_benchmark.entry((entry.benchmark.id(), entry.key())).or_default().push(entry);
        }
        let figures = [Gated::ExecutionTime, Gated::PeakMemory];
        let series: Vec<Series> = by_benchmark
            .values()
            .flat_map(|entries| figures.iter().filter_map(|&figure| series(entries, figure)))
            .collect();
        let mut notes = notes(&series);
        notes.extend(whole_runs(entries));
        Self { generated_at: Timestamp::now(), command, series, growth: growth(entries), notes }
    }
}

/// What the search for changes came to where it found none.
fn notes(series: &[Series]) -> Vec<Remark> {
    let name = |one: &Series| {
        let namesakes = series.iter().filter(|other| (&other.id, other.figure) == (&one.id, one.figure)).count();
        let name = format!("{} {}", one.id, one.figure.name());
        if namesakes > 1 { format!("{name} ({}; {})", one.machine, one.conditions) } else { name }
    };
    gather(series.iter().filter_map(|series| {
        let text = match &series.changes {
            None => "too few sessions to look for changes: ten are needed",
            Some(changes) if changes.is_empty() => "no change found",
            Some(_) => return None,
        };
        Some((name(series), text.to_owned()))
    }))
}

/// Whose times are whole runs, for want of an execution time.
fn whole_runs(entries: &[Baseline]) -> Vec<Remark> {
    let once = entries.iter().filter(|entry| !entry.samples.whole_run_seconds.is_empty());
    let text = "the engine is run once, and its times are of whole runs";
    gather(once.map(|entry| (entry.benchmark.id(), text.to_owned())))
}

fn series(entries: &[&Baseline], figure: Gated) -> Option<Series> {
    let points: Vec<Point> = entries
        .iter()
        .filter_map(|entry| {
            let value = geometric_mean(&entry.samples.gated(figure, entry.events))?;
            Some(Point { timestamp: entry.timestamp, commit: entry.git_commit.clone(), value })
        })
        .collect();
    let values: Vec<f64> = points.iter().map(|point| point.value).collect();
    let first = entries.first()?;
    let conditions = Conditions::of(&first.benchmark, &first.machine.key);
    Some(Series {
        id: first.benchmark.id(),
        machine: describe(&first.machine.key),
        conditions: conditions.map(|conditions| conditions.words()).unwrap_or_default(),
        figure,
        geometric_mean: geometric_mean(&values)?,
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
    // The latest of each group, under each set of conditions; in order of their first entry.
    let mut latest: Vec<(Conditions, BTreeMap<&str, &Baseline>)> = Vec::new();
    for entry in entries {
        let Some(conditions) = Conditions::of(&entry.benchmark, &entry.machine.key) else { continue };
        let group = entry.benchmark.group.as_str();
        match latest.iter_mut().find(|(known, _)| *known == conditions) {
            Some((_, groups)) => drop(groups.insert(group, entry)),
            None => latest.push((conditions, BTreeMap::from([(group, entry)]))),
        }
    }
    let judged = latest.into_iter().filter_map(|(conditions, groups)| {
        let mut points: Vec<(f64, f64, &str)> = groups
            .into_iter()
            .filter_map(|(group, entry)| {
                let time = geometric_mean(entry.samples.time())?;
                Some((entry.benchmark.person_years(), time, group))
            })
            .collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        let slope = slope(&points.iter().map(|(x, y, _)| (*x, *y)).collect::<Vec<_>>())?;
        Some(Growth {
            mode: conditions.mode,
            machine: describe(&conditions.machine),
            conditions: conditions.words(),
            over: points.into_iter().map(|(_, _, group)| group.to_owned()).collect(),
            slope,
            linear: linear(&slope),
        })
    });
    judged.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::external::{Protocol, Rules};
    use crate::record::run::RunRecord;
    use crate::results::examples::session_of;

    #[test]
    fn an_engine_that_is_run_once_has_whole_runs_in_its_history() {
        let runs = session_of("spark", Protocol::Once, Rules::Planalign, 5.0);
        let runs: Vec<&RunRecord> = runs.iter().collect();
        let entry = Baseline::from_records("history", &runs[0].benchmark, &runs).expect("an entry");
        let trend = Trend::new(&[entry], String::new());
        assert!((trend.series[0].geometric_mean / 10.0 - 1.0).abs() < 0.01, "{:?}", trend.series[0]);
        let said: Vec<String> = trend.notes.iter().map(Remark::to_string).collect();
        assert!(said.iter().any(|note| note.starts_with("quick/spark: the engine is run once")), "{said:?}");
    }
}
