//! What a reader must know before trusting a figure.

use crate::record::names::Problem;
use crate::record::run::RunRecord;
use crate::results::{Basis, Results};

/// The notes of results.
pub(super) fn notes(results: &Results) -> Vec<String> {
    let left_out = |problem: &Problem| format!("{} is in no figure: {}", problem.path.display(), problem.what);
    let mut notes: Vec<String> = results.problems.iter().map(left_out).collect();
    notes.extend(results.remarks.iter().cloned());
    for mode in results.groups.iter().flat_map(|group| &group.modes) {
        let id = mode.benchmark.id();
        let paddings = mode.runs.iter().map(|run| &run.padding).chain(mode.sampled.iter().map(|s| &s.context.padding));
        if let Some(padding) = paddings.flatten().next() {
            notes.push(format!(
                "{id} was measured with deliberate padding ({padding}): its figures say nothing about the engine."
            ));
        }
        for run in mode.failed() {
            let error = run.error.as_deref().unwrap_or("no output");
            notes.push(format!("{id} run {} failed and is in no figure: {error}", run.run_number));
        }
        if let Some(first) = mode.runs.first()
            && let Some(planned) = first.planned_runs
            && let done = mode.runs.len() + unreadable(results, first)
            && (done as u32) < planned
        {
            notes.push(format!(
                "{id}: its latest session was cut off after {done} of {planned} runs; measure it again."
            ));
        }
        if mode.best_basis() == Some(Basis::OneProcess) {
            notes.push(format!(
                "{id}: the execution time is of one process (`cargo bench`); the spread between processes, usually larger, \
                 is not in its interval. `planbench run` measures it."
            ));
        }
    }
    for group in &results.groups {
        let mut keys: Vec<_> =
            group.modes.iter().filter_map(|mode| mode.runs.first()).map(|run| &run.machine.key).collect();
        keys.dedup();
        if keys.len() > 1 {
            notes.push(format!("{}: the modes were measured on different machines and are not compared.", group.name));
        }
        let mut sessions: Vec<_> =
            group.modes.iter().filter_map(|mode| mode.runs.first()).map(|run| &run.session).collect();
        sessions.dedup();
        let interleaved = group.modes.iter().flat_map(|mode| &mode.runs).all(|run| run.interleaved);
        if group.modes.len() > 1 && (sessions.len() > 1 || !interleaved) {
            notes.push(format!(
                "{}: the modes did not take turns (`cargo bench`, or several sessions), so drift of the machine is in their \
                 comparison. `planbench run` interleaves them.",
                group.name
            ));
        }
    }
    let runs = || results.groups.iter().flat_map(|group| &group.modes).filter_map(|mode| mode.runs.first());
    let busiest = runs().filter_map(|run| Some((run.machine.load_average_1m?, run.machine.key.usable_cpus)));
    if let Some((load, cpus)) = busiest.max_by(|a, b| a.0.total_cmp(&b.0))
        && load > cpus as f64 / 2.0
    {
        notes.push(format!("The machine was busy when a session started: load {load:.1} on {cpus} CPUs."));
    }
    notes
}

/// Records of the same session and benchmark that were done, but cannot be read.
fn unreadable(results: &Results, record: &RunRecord) -> usize {
    let name = record.file_name();
    let session = name.rsplit_once('-').map_or("", |(session, _)| session);
    let of_session = |problem: &&Problem| {
        problem.path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(session))
    };
    results.problems.iter().filter(of_session).count()
}
