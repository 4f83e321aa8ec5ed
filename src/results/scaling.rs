//! Whether time grows no faster than the work: the slope of log time over log person-years.

use super::{Basis, Group, ModeResults, Results};
use crate::engine::Mode;
use crate::measure::machine::Machine;
use crate::record::benchmark::SCALING;
use crate::stats::{Estimate, log_log_slope, median};
use crate::verdict::stored::CONFIDENCE;
use serde::Serialize;

/// Slopes up to this count as linear: one, and room for what no measurement tells apart from it.
pub const LINEAR: f64 = 1.05;

/// How a mode's time grows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scaling {
    /// Mode name.
    pub mode: &'static str,
    /// What the times are.
    pub basis: Basis,
    /// Group names, smallest first.
    pub over: Vec<String>,
    /// Log-log slope of median time over person-years: 1 is linear, below 1 a fixed cost is still visible.
    pub slope: Estimate,
    /// Memory bandwidth of the machine, bytes a second, where it was measured beside.
    pub memory_bandwidth_bytes_per_second: Option<f64>,
    /// CPUs that the processes could use.
    pub usable_cpus: usize,
    /// Whether the slope is no steeper than linear: the upper end of its interval is at most [`LINEAR`]; absent if
    /// undecided.
    pub linear: Option<bool>,
}

/// The slope of each mode that has three or more sizes on one basis and one machine.
pub fn scaling(results: &Results) -> Vec<Scaling> {
    Mode::ALL.into_iter().filter_map(|mode| of_mode(results, mode)).collect()
}

/// The groups of one machine, seed and number of threads, those of the mode's most sizes: only their times say how time
/// grows with the work. Scaling benchmarks are not mixed with other scenarios, whose years differ too.
fn comparable(results: &Results, mode: Mode) -> impl Iterator<Item = &Group> {
    let conditions = move |group: &Group| {
        let found = group.mode(mode)?;
        let machine = &machine(found)?.key;
        // Nobody to simulate is no size.
        let benchmark = &found.benchmark;
        let same_years = benchmark.scenario == SCALING;
        (benchmark.employees > 0).then(|| (machine.clone(), benchmark.seed, benchmark.threads, same_years))
    };
    let all: Vec<_> = results.groups.iter().filter_map(conditions).collect();
    let most = all.iter().max_by_key(|one| all.iter().filter(|other| other == one).count()).cloned();
    results.groups.iter().filter(move |group| most.is_some() && conditions(group) == most)
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

fn of_mode(results: &Results, mode: Mode) -> Option<Scaling> {
    [Basis::Processes, Basis::OneProcess, Basis::FirstRun].into_iter().find_map(|basis| {
        let mut points: Vec<(f64, f64, String)> = comparable(results, mode)
            .filter_map(|group| {
                let found = group.mode(mode)?;
                Some((found.benchmark.person_years(), median(&found.execution_times(basis))?, group.name.clone()))
            })
            .collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        points.dedup_by(|a, b| a.0 == b.0);
        if points.len() < 3 {
            return None;
        }
        let slope = log_log_slope(&points.iter().map(|(x, y, _)| (*x, *y)).collect::<Vec<_>>(), CONFIDENCE)?;
        let machine = comparable(results, mode).filter_map(|group| machine(group.mode(mode)?)).last()?;
        Some(Scaling {
            mode: mode.name(),
            basis,
            over: points.into_iter().map(|point| point.2).collect(),
            slope,
            memory_bandwidth_bytes_per_second: machine.memory_bandwidth_bytes_per_second,
            usable_cpus: machine.key.usable_cpus,
            linear: linear(&slope),
        })
    })
}
