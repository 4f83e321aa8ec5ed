//! What a reader must know before trusting a figure. What holds for several benchmarks is said once.

use crate::remarks::{Remark, gather};
use crate::results::{Basis, Group, ModeResults, Results};

/// The notes of results.
pub(super) fn notes(results: &Results) -> Vec<String> {
    let modes = results.groups.iter().flat_map(|group| &group.modes).flat_map(of_mode);
    let groups = results.groups.iter().flat_map(of_group);
    let mut notes: Vec<String> = gather(modes.chain(groups)).iter().map(Remark::to_string).collect();
    notes.extend(namesakes(results));
    let runs = || results.groups.iter().flat_map(|group| &group.modes).filter_map(|mode| mode.runs.first());
    let busiest = runs().filter_map(|run| Some((run.machine.load_average_1m?, run.machine.key.usable_cpus)));
    if let Some((load, cpus)) = busiest.max_by(|a, b| a.0.total_cmp(&b.0))
        && load > cpus as f64 / 2.0
    {
        notes.push(format!("The machine was busy when a session started: load {load:.1} on {cpus} CPUs."));
    }
    notes
}

/// Remarks about one benchmark, each with what it is about.
fn of_mode(mode: &ModeResults) -> Vec<(String, String)> {
    let mut said = Vec::new();
    let id = || mode.id.clone();
    let paddings = mode.runs.iter().map(|run| &run.padding).chain(mode.sampled.iter().map(|s| &s.context.padding));
    if let Some(padding) = paddings.flatten().next() {
        let text = format!("was measured with deliberate padding ({padding}), which says nothing about the engine.");
        said.push((id(), text));
    }
    for run in mode.failed() {
        let error = run.error.as_deref().unwrap_or("no output");
        said.push((format!("{} run {}", mode.id, run.run_number), format!("failed and is in no figure: {error}")));
    }
    if let Some(planned) = mode.runs.first().and_then(|run| run.planned_runs)
        && (mode.runs.len() as u32) < planned
    {
        let done = mode.runs.len();
        let text = format!("its latest session was cut off after {done} of {planned} runs; measure it again.");
        said.push((id(), text));
    }
    if mode.best_basis() == Some(Basis::OneProcess) {
        let text = "the execution time is of one process (`cargo bench`); the spread between processes, usually larger, is \
                    not in its interval. `planbench run` measures it.";
        said.push((id(), text.to_owned()));
    }
    said
}

fn of_group(group: &Group) -> Option<(String, String)> {
    let mut sessions: Vec<_> =
        group.modes.iter().filter_map(|mode| mode.runs.first()).map(|run| &run.session).collect();
    sessions.dedup();
    let interleaved = group.modes.iter().flat_map(|mode| &mode.runs).all(|run| run.interleaved);
    let text = "the modes did not take turns (`cargo bench`, or several sessions), so drift of the machine is in their \
                comparison. `planbench run` interleaves them.";
    (group.modes.len() > 1 && (sessions.len() > 1 || !interleaved)).then(|| (group.name.clone(), text.to_owned()))
}

/// Groups that go by one name and are not the same.
fn namesakes(results: &Results) -> Vec<String> {
    let base = |group: &Group| group.modes[0].benchmark.group.clone();
    let mut seen: Vec<String> = Vec::new();
    let mut notes = Vec::new();
    for group in &results.groups {
        let same: Vec<&str> =
            results.groups.iter().filter(|other| base(other) == base(group)).map(|other| other.name.as_str()).collect();
        if same.len() > 1 && !seen.contains(&base(group)) {
            seen.push(base(group));
            notes.push(format!(
                "{}: not the same work, or measured on different machines, and not compared with each other.",
                same.join(", ")
            ));
        }
    }
    notes
}
