//! Whether time grows no faster than the work: the slope of log time over log person-years.

use super::group::{Basis, Group, ModeResults};
use super::names::describe;
use super::reading::Results;
use crate::engine::Mode;
use crate::machine::Machine;
use crate::record::key::Conditions;
use crate::stats::CONFIDENCE;
use crate::stats::{Estimate, geometric_mean, log_log_slope};
use serde::Serialize;
use std::collections::BTreeSet;

/// Slopes up to this count as linear: one, and room for what no measurement tells apart from it.
pub const LINEAR: f64 = 1.05;
/// Fewest sizes that carry a slope with an interval.
pub const FEWEST_SIZES: usize = 3;

/// How a mode's time grows, under one set of conditions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scaling {
    /// Mode.
    pub mode: Mode,
    /// Seed, threads, and where the people came from, in words: the same for all points.
    pub conditions: String,
    /// What the times are.
    pub basis: Basis,
    /// `basis` in words.
    pub basis_words: &'static str,
    /// Group names, smallest first.
    pub over: Vec<String>,
    /// Log-log slope of time (geometric mean) over person-years: 1 is linear, below 1 a fixed cost is still visible.
    pub slope: Estimate,
    /// Memory bandwidth of the machine, bytes a second, where it was measured beside.
    pub memory_bandwidth_bytes_per_second: Option<f64>,
    /// CPUs that the processes could use.
    pub usable_cpus: usize,
    /// Whether the slope is no steeper than linear: the upper end of its interval is at most [`LINEAR`]; absent if
    /// undecided.
    pub linear: Option<bool>,
}

/// A mode's times over the work, under one set of conditions.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    mode: Mode,
    conditions: String,
    basis: Basis,
    /// Person-years, seconds (geometric mean), name of the group; smallest first.
    points: Vec<(f64, f64, String)>,
    machine: Machine,
}

/// The lines of two or more sizes, by mode and conditions, each on the best basis that has most to show. An engine that
/// follows rules of its own has none: its times grow with other work.
pub fn lines(results: &Results) -> Vec<Line> {
    let all: Vec<(Conditions, &Group, &ModeResults)> = results
        .groups
        .iter()
        .flat_map(|group| group.comparable().map(move |found| (group, found)))
        .filter_map(|(group, found)| Some((Conditions::of(&found.benchmark, &group.machine)?, group, found)))
        .collect();
    let modes: BTreeSet<Mode> = all.iter().map(|(conditions, _, _)| conditions.mode).collect();
    let mut lines: Vec<Line> = Vec::new();
    for mode in modes {
        let mut seen: Vec<&Conditions> = Vec::new();
        for (conditions, _, _) in all.iter().filter(|(conditions, _, _)| conditions.mode == mode) {
            if seen.contains(&conditions) {
                continue;
            }
            seen.push(conditions);
            let found: Vec<_> = all.iter().filter(|point| point.0 == *conditions).map(|p| (p.1, p.2)).collect();
            if let Some(mut line) = line(mode, conditions, &found) {
                if lines.iter().any(|other| other.mode == mode && other.conditions == line.conditions) {
                    line.conditions = format!("{}, {}", line.conditions, describe(&conditions.machine));
                }
                lines.push(line);
            }
        }
    }
    lines
}

fn line(mode: Mode, conditions: &Conditions, found: &[(&Group, &ModeResults)]) -> Option<Line> {
    let machine = found.last().and_then(|(_, found)| machine(found))?.clone();
    let on = |basis: Basis| {
        let mut points: Vec<(f64, f64, String)> = found
            .iter()
            .filter_map(|(group, found)| {
                let time = geometric_mean(&found.execution_times(basis))?;
                Some((found.benchmark.person_years(), time, group.name.clone()))
            })
            .collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        let sizes = points.chunk_by(|a, b| a.0 == b.0).count();
        (sizes, Line { mode, conditions: conditions.words(), basis, points, machine: machine.clone() })
    };
    let bases = Basis::ALL.map(on);
    let with = |least: usize| bases.iter().find(|(sizes, _)| *sizes >= least).map(|(_, line)| line.clone());
    with(FEWEST_SIZES).or_else(|| with(2))
}

impl Line {
    /// Mode.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Seed, threads, and where the people came from.
    pub fn conditions(&self) -> &str {
        &self.conditions
    }

    /// What the seconds are.
    pub fn basis(&self) -> Basis {
        self.basis
    }

    /// Person-years and seconds, smallest first.
    pub fn points(&self) -> Vec<(f64, f64)> {
        self.points.iter().map(|(x, y, _)| (*x, *y)).collect()
    }

    /// How it grows; `None` for fewer than three sizes.
    pub fn scaling(&self) -> Option<Scaling> {
        let slope = slope(&self.points())?;
        Some(Scaling {
            mode: self.mode,
            conditions: self.conditions.clone(),
            basis: self.basis,
            basis_words: self.basis.words(),
            over: self.points.iter().map(|point| point.2.clone()).collect(),
            slope,
            memory_bandwidth_bytes_per_second: self.machine.memory_bandwidth_bytes_per_second,
            usable_cpus: self.machine.key.usable_cpus,
            linear: linear(&slope),
        })
    }
}

/// The slope over points `(person-years, seconds)` in order of size; `None` for fewer than three sizes.
pub(super) fn slope(points: &[(f64, f64)]) -> Option<Estimate> {
    let sizes = points.chunk_by(|a, b| a.0 == b.0).count();
    if sizes < FEWEST_SIZES { None } else { log_log_slope(points, CONFIDENCE) }
}

fn machine(found: &ModeResults) -> Option<&Machine> {
    let ran = found.runs.first().map(|run| &run.machine);
    ran.or(found.sampled.first().map(|sampled| &sampled.context.machine))
}

/// Whether a slope is no steeper than linear; `None` if its interval reaches both sides.
pub fn linear(slope: &Estimate) -> Option<bool> {
    slope.interval.and_then(|interval| match interval {
        _ if interval.upper <= LINEAR => Some(true),
        _ if interval.lower > LINEAR => Some(false),
        _ => None,
    })
}
