//! What a reader must know before trusting a figure.

use crate::measure::load::NOISE;
use crate::results::{Basis, Results};
use crate::stats::mean;

/// The notes of results.
pub(super) fn notes(results: &Results) -> Vec<String> {
    let mut notes = Vec::new();
    for mode in results.groups.iter().flat_map(|group| &group.modes) {
        let id = mode.benchmark.id();
        let paddings = mode.runs.iter().map(|run| &run.padding).chain(mode.sampled.iter().map(|s| &s.context.padding));
        if let Some(padding) = paddings.flatten().next() {
            notes.push(format!(
                "{id} was measured with deliberate padding ({padding}): its figures say nothing about the engine."
            ));
        }
        for run in mode.runs.iter().filter(|run| run.replaced_by.is_some()) {
            let error = run.error.as_deref().unwrap_or("no output");
            notes.push(format!("{id}: a process was ended from outside and is in no figure: {error}."));
        }
        for run in mode.failed() {
            let error = run.error.as_deref().unwrap_or("no output");
            notes.push(format!("{id} run {} failed and is in no figure: {error}", run.run_number));
        }
        let done = mode.runs.iter().filter(|run| run.replaced_by.is_none()).count();
        let given_up = mode.failed().iter().any(|run| run.ended_from_outside);
        if let Some(planned) = mode.runs.first().and_then(|run| run.planned_runs)
            && (done as u32) < planned
            && !given_up
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
    let busiest = results.groups.iter().flat_map(|group| &group.modes).filter_map(|mode| {
        let others: Vec<f64> = mode.runs.iter().filter_map(|run| run.machine.others_cpus).collect();
        Some((mean(&others)?, mode.runs.first()?.machine.key.usable_cpus, mode.benchmark.id()))
    });
    if let Some((others, cpus, id)) = busiest.max_by(|a, b| a.0.total_cmp(&b.0))
        && others >= NOISE * cpus as f64
    {
        notes.push(format!(
            "The machine was busy: other programs used {others:.1} of {cpus} CPUs while {id} was measured; measure again when \
             it is quiet."
        ));
    }
    notes
}
