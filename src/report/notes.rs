//! What a reader must know before trusting a figure. What holds for several benchmarks is said once.

use crate::engine::Mode;
use crate::machine::load::NOISE;
use crate::record::names::Problem;
use crate::record::run::RunRecord;
use crate::remarks::{Remark, gather};
use crate::results::comparison::base_of;
use crate::results::{Basis, Group, ModeResults, Results};
use crate::stats::mean;

/// The notes of results.
pub(super) fn notes(results: &Results, base: Mode) -> Vec<String> {
    let left_out = |problem: &Problem| format!("{} is in no figure: {}", problem.path.display(), problem.what);
    let mut notes: Vec<String> = results.problems.iter().map(left_out).collect();
    notes.extend(results.remarks.iter().cloned());
    let modes = results.groups.iter().flat_map(|group| &group.modes).flat_map(|mode| of_mode(mode, &results.problems));
    let groups = results.groups.iter().flat_map(of_group);
    let bases = results.groups.iter().filter_map(|group| other_base(group, base));
    notes.extend(gather(modes.chain(groups).chain(bases)).iter().map(Remark::to_string));
    notes.extend(namesakes(results));
    let busiest = results.groups.iter().flat_map(|group| &group.modes).filter_map(|mode| {
        let others: Vec<f64> = mode.runs.iter().filter_map(|run| run.machine.others_cpus).collect();
        Some((mean(&others)?, mode.runs.first()?.machine.key.usable_cpus, &mode.id))
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

/// Remarks about one benchmark, each with what it is about.
fn of_mode(mode: &ModeResults, problems: &[Problem]) -> Vec<(String, String)> {
    let mut said = Vec::new();
    let id = || mode.id.clone();
    let paddings = mode.runs.iter().map(|run| &run.padding).chain(mode.sampled.iter().map(|s| &s.context.padding));
    if let Some(padding) = paddings.flatten().next() {
        let text = format!("was measured with deliberate padding ({padding}), which says nothing about the engine.");
        said.push((id(), text));
    }
    for run in mode.runs.iter().filter(|run| run.replaced_by.is_some()) {
        let error = run.error.as_deref().unwrap_or("no output");
        said.push((id(), format!("a process was ended from outside and is in no figure: {error}.")));
    }
    for run in mode.failed() {
        let error = run.error.as_deref().unwrap_or("no output");
        said.push((format!("{} run {}", mode.id, run.run_number), format!("failed and is in no figure: {error}")));
    }
    let given_up = mode.failed().iter().any(|run| run.ended_from_outside);
    if let Some(first) = mode.runs.first()
        && let Some(planned) = first.planned_runs
        && let done = mode.runs.iter().filter(|run| run.replaced_by.is_none()).count() + unreadable(problems, first)
        && (done as u32) < planned
        && !given_up
    {
        let text = format!("its latest session was cut off after {done} of {planned} runs; measure it again.");
        said.push((id(), text));
    }
    if mode.best_basis() == Some(Basis::OneProcess) {
        let text = "the execution time is of one process (`cargo bench`); the spread between processes, usually larger, is \
                    not in its interval. `planbench run` measures it.";
        said.push((id(), text.to_owned()));
    }
    if mode.is_other_work() {
        let text = "follows rules of its own: its figures are of other work, and are held against nothing.";
        said.push((id(), text.to_owned()));
    } else if mode.is_run_once() {
        let text = "is run once and has no execution time; it is compared by its whole runs.";
        said.push((id(), text.to_owned()));
    }
    said
}

/// Where another mode than `base` is the one that the others are held against.
fn other_base(group: &Group, base: Mode) -> Option<(String, String)> {
    let found = base_of(group, base).filter(|found| *found != base)?;
    let text = format!(
        "{base}, the base, has no figures here that others could be held against; they are held against {found}."
    );
    (group.comparable().filter(|mode| mode.has_times()).count() > 1).then(|| (group.name.clone(), text))
}

/// Records of the same session and benchmark that were done, but cannot be read.
fn unreadable(problems: &[Problem], record: &RunRecord) -> usize {
    let name = record.file_name();
    let session = name.rsplit_once('-').map_or("", |(session, _)| session);
    let of_session = |problem: &&Problem| {
        problem.path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(session))
    };
    problems.iter().filter(of_session).count()
}

fn of_group(group: &Group) -> Option<(String, String)> {
    let mut sessions: Vec<_> =
        group.comparable().filter_map(|mode| mode.runs.first()).map(|run| &run.session).collect();
    sessions.dedup();
    let interleaved = group.comparable().flat_map(|mode| &mode.runs).all(|run| run.interleaved);
    let text = "the modes did not take turns (`cargo bench`, or several sessions), so drift of the machine is in their \
                comparison. `planbench run` interleaves them.";
    (group.comparable().count() > 1 && (sessions.len() > 1 || !interleaved))
        .then(|| (group.name.clone(), text.to_owned()))
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
