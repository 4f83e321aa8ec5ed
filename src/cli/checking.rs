//! A check of results against a baseline: what the verbs share that make one.

use super::context::Context;
use super::github;
use super::output::{Output, tell, word_of, write_beside};
use crate::console;
use crate::error::{Error, Flaw, Result};
use crate::record::baseline::{Baseline, check_name};
use crate::record::criterion::{LATEST, Sampled, baselines, read};
use crate::record::history::{self, History};
use crate::record::names::{Problem, none_of};
use crate::report::render::template::render_value;
use crate::results::{ModeResults, Results, may_be_of};
use crate::verdict::Verdict;
use crate::verdict::check::{BenchmarkCheck, Check, against_baseline, against_criterion};
use crate::verdict::thresholds::Thresholds;
use std::path::Path;

/// The sessions of a history. What cannot be read is named: the spread between days does not rest on one day.
pub(super) fn sessions_of(folder: &Path) -> Result<Vec<Baseline>> {
    let History { entries, problems } = history::read(folder)?;
    for problem in problems {
        let file = console::path(&problem.path);
        console::warning(format!("not in the spread between days: {file}: {}", problem.what));
    }
    Ok(entries)
}

/// What results are checked against.
pub(super) struct Against<'a> {
    /// Name of the baseline.
    pub name: &'a str,
    /// Folder of the baseline files.
    pub files: &'a Path,
    /// Criterion's folder.
    pub criterion: &'a Path,
    /// When a difference counts.
    pub thresholds: Thresholds,
    /// Compare although the events are not those of the baseline.
    pub allow_output_change: bool,
    /// The history, for the spread between days; it may be empty.
    pub history: &'a [Baseline],
}

impl Against<'_> {
    /// Checks against baseline files, and where there is none against what Criterion keeps under that name.
    pub fn check(&self, results: &Results, context: &Context) -> Result<Check> {
        check_name(self.name)?;
        let ((saved, mut unread), (latest, more)) = (read(self.criterion, self.name)?, read(self.criterion, LATEST)?);
        unread.extend(more);
        let of = |all: &'_ [Sampled], id: &str| -> Vec<Sampled> {
            all.iter().filter(|sampled| sampled.context.benchmark.id() == id).cloned().collect()
        };
        let mut checks = Vec::new();
        let modes = || results.groups.iter().flat_map(|group| &group.modes);
        for mode in modes() {
            let id = mode.benchmark.id();
            let has_processes = mode.failed().len() + mode.samples().time().len() > 0;
            match Baseline::read(self.files, self.name, &mode.benchmark)?.filter(|_| has_processes) {
                // Where work of one name is several, the baseline is of one of them alone.
                Some(baseline) if !fits(&baseline, mode) && modes().any(|other| fits(&baseline, other)) => {}
                Some(baseline) => {
                    let allow = self.allow_output_change;
                    checks.push(against_baseline(&baseline, mode, &self.thresholds, allow, self.history));
                }
                None => {
                    let scenario = [mode.benchmark.scenario.clone()];
                    let its = |problem: &&Problem| may_be_of(&problem.path, &scenario, &[mode.benchmark.mode]);
                    none_of(&unread.iter().filter(its).cloned().collect::<Vec<_>>())?;
                    // Where work of one name is several, what Criterion measured is of one of them alone.
                    let taken = modes().any(|other| other.benchmark.id() == id && !other.sampled.is_empty());
                    let latest = if taken { mode.sampled.clone() } else { of(&latest, &id) };
                    let check = against_criterion(&of(&saved, &id), &latest, &self.thresholds);
                    checks.extend(check.map(|check| BenchmarkCheck { id: mode.id.clone(), ..check }));
                }
            }
        }
        if checks.is_empty() {
            return Err(unknown_baseline(self.name, &results.ids(), self.files, &baselines(self.criterion)?));
        }
        Ok(Check::new(self.name, self.thresholds, checks, context.command.clone()))
    }
}

/// Whether a baseline is of this very work, on this machine, and can be held against processes of it.
fn fits(baseline: &Baseline, mode: &ModeResults) -> bool {
    mode.runs.first().is_some_and(|run| run.key() == baseline.key())
}

/// The error of benchmarks without a baseline; `kept` are the names that Criterion keeps.
pub(super) fn unknown_baseline(name: &str, missing: &[String], folder: &Path, kept: &[String]) -> Error {
    let kept = if kept.is_empty() { String::new() } else { format!(" (Criterion keeps: {})", kept.join(", ")) };
    Error::file(folder, Flaw::NoBaseline { name: name.to_owned(), of: missing.join(", "), kept })
}

/// A check, in words.
pub(super) fn print_check(check: &Check, output: &Output) -> Result<()> {
    let text = render_value("check.txt", check, None)?;
    let verdict = word_of(check.verdict, output);
    let mut text = console::escaped(&text).into_owned();
    text += &format!("regression check against {}: {verdict}\n", check.baseline_name);
    let failed: Vec<&str> = check.failures().map(|benchmark: &BenchmarkCheck| benchmark.id.as_str()).collect();
    if !failed.is_empty() {
        text += &format!("regressed: {}\na paired run is the proof: `planbench compare`\n", failed.join(", "));
    }
    tell(output, &text);
    Ok(())
}

/// Writes `check.json` and `check.md`, and tells GitHub what regressed.
pub(super) fn write_files(check: &Check, output: &Output, context: &Context) {
    write_beside("check", check, output, context);
    for benchmark in check.failures() {
        let failed = benchmark.judgements.iter().filter(|judgement| judgement.verdict == Verdict::Fail);
        let changes = failed.map(|judgement| {
            let change = judgement.ratio.map_or_else(String::new, crate::figures::change);
            format!("{} {change}", judgement.figure.name())
        });
        let changes: Vec<String> = changes.collect();
        let what = if changes.is_empty() { benchmark.remarks.join("; ") } else { changes.join(", ") };
        let text = format!("{what} against {}", check.baseline_name);
        github::error(&format!("{} regressed", benchmark.id), &text);
    }
}
