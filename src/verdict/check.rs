//! A regression check: every benchmark against its stored baseline, and what they say together.

use super::days::Days;
use super::outcome::{Severity, Verdict, together};
use super::stored::{StoredJudgement, judge_memory, judge_time};
use super::thresholds::Thresholds;
use crate::engine::external::Protocol;
use crate::events::fingerprint::Fingerprint;
use crate::machine::{Build, MachineKey};
use crate::record::baseline::{Baseline, Samples};
use crate::record::criterion::Sampled;
use crate::record::key::{UNKNOWN_OUTPUT, WHOLE_RUNS, other_output};
use crate::record::metric::Gated;
use crate::record::run::OwnEngine;
use crate::record::timestamp::Timestamp;
use crate::remarks::{Remark, gather};
use crate::results::{ModeResults, describe};
use serde::Serialize;

/// A whole check.
#[derive(Debug, Clone, Serialize)]
pub struct Check {
    /// Name of the baseline.
    pub baseline_name: String,
    /// The worst of the benchmarks' verdicts.
    pub verdict: Verdict,
    /// Thresholds in force.
    pub thresholds: Thresholds,
    /// By benchmark.
    pub benchmarks: Vec<BenchmarkCheck>,
    /// The benchmarks' remarks, equal ones put together.
    pub remarks: Vec<Remark>,
    /// The command, for who wants to repeat it.
    pub command: String,
    /// When it was made, UTC.
    pub generated_at: Timestamp,
}

/// One benchmark against its baseline.
#[derive(Debug, Clone, Serialize)]
pub struct BenchmarkCheck {
    /// `<group>/<mode>`.
    pub id: String,
    /// The worst of the figures' verdicts.
    pub verdict: Verdict,
    /// The worst severity.
    pub severity: Option<Severity>,
    /// The figures whose thresholds decided; empty if all are within theirs or nothing was judged.
    pub decided_by: Vec<Gated>,
    /// What the evidence is.
    pub evidence: &'static str,
    /// When the baseline was measured, UTC.
    pub baseline_timestamp: String,
    /// Commit of the baseline.
    pub baseline_commit: Option<String>,
    /// By figure; empty if unfit.
    pub judgements: Vec<StoredJudgement>,
    /// What else differs or has to be known.
    pub remarks: Vec<String>,
}

impl Check {
    /// Puts benchmarks together; the verdict is the worst of theirs, in the order FAIL, UNFIT, INCONCLUSIVE, PASS.
    pub fn new(baseline_name: &str, thresholds: Thresholds, benchmarks: Vec<BenchmarkCheck>, command: String) -> Self {
        // Nothing judged is no pass.
        let verdict = benchmarks.iter().map(|benchmark| benchmark.verdict).max().unwrap_or(Verdict::Inconclusive);
        let (baseline_name, generated_at) = (baseline_name.to_owned(), Timestamp::now());
        let said = benchmarks.iter().flat_map(|b| b.remarks.iter().map(|remark| (b.id.clone(), remark.clone())));
        let remarks = gather(said);
        Self { baseline_name, verdict, thresholds, benchmarks, remarks, command, generated_at }
    }

    /// Failed benchmarks, each with its worst figure.
    pub fn failures(&self) -> impl Iterator<Item = &BenchmarkCheck> {
        self.benchmarks.iter().filter(|benchmark| benchmark.verdict == Verdict::Fail)
    }
}

impl BenchmarkCheck {
    /// One that nothing was judged of yet; the baseline is told by when it was measured, and its commit.
    pub fn unfit(id: String, evidence: &'static str, (measured, commit): (String, Option<String>)) -> Self {
        Self {
            id,
            verdict: Verdict::Unfit,
            severity: None,
            decided_by: Vec::new(),
            evidence,
            baseline_timestamp: measured,
            baseline_commit: commit,
            judgements: Vec::new(),
            remarks: Vec::new(),
        }
    }
}

/// Why figures of two machines are not compared; `None` for the same machine.
pub fn other_machine(baseline: &MachineKey, current: &MachineKey) -> Option<String> {
    if baseline == current {
        return None;
    }
    Some(format!(
        "the baseline is of another machine ({}; this one: {}); measure a baseline here with `planbench baseline-update`",
        describe(baseline),
        describe(current)
    ))
}

/// Checks a session's runs against a baseline file.
pub fn against_baseline(
    baseline: &Baseline,
    results: &ModeResults,
    thresholds: &Thresholds,
    allow_output_change: bool,
    history: &[Baseline],
) -> BenchmarkCheck {
    let mut check = BenchmarkCheck::unfit(
        results.id.clone(),
        "processes of two sessions",
        (baseline.timestamp.to_string(), baseline.git_commit.clone()),
    );
    let failures = results.failed();
    if !failures.is_empty() {
        // Whoever was ended by somebody else has proven nothing.
        if !failures.iter().all(|run| run.ended_from_outside) {
            (check.verdict, check.severity) = (Verdict::Fail, Some(Severity::Critical));
        }
        let error = failures[0].error.as_deref().unwrap_or("no output");
        check.remarks.push(format!("{} of {} run(s) failed: {error}", failures.len(), results.runs.len()));
        return check;
    }
    let Some((run, seen)) = results.runs.iter().find_map(|run| Some((run, run.observation.as_ref()?))) else {
        check.remarks.push("no runs".into());
        return check;
    };
    if let Some(reason) = other_machine(&baseline.machine.key, &run.machine.key) {
        check.remarks.push(reason);
        return check;
    }
    if baseline.session == run.session {
        check.remarks.push("these runs are the baseline's own: measure again".into());
        return check;
    }
    if !baseline.benchmark.same_work(&run.benchmark) {
        check.remarks.push("the baseline is of other work (people, years, seed or threads); update it".into());
        return check;
    }
    if !allow_output_change && other_output((baseline.events, baseline.fingerprint), (seen.events, seen.fingerprint)) {
        check.remarks.push(format!(
            "the output changed: {} instead of {}; figures of different work are not compared \
             (`planbench regression-check --allow-output-change` does)",
            output(seen.events, seen.fingerprint),
            output(baseline.events, baseline.fingerprint)
        ));
        return check;
    }
    check.remarks = differing_builds(&baseline.build, &run.build);
    check.remarks.extend(run.padding.iter().map(|padding| format!("padded on purpose: {padding}")));
    let comparable = |(old, new): (Fingerprint, Fingerprint)| old.comparable(new);
    if baseline.fingerprint.zip(seen.fingerprint).is_some_and(|both| !comparable(both)) {
        check.remarks.push(UNKNOWN_OUTPUT.into());
    }
    if run.engine.as_ref().is_some_and(|engine| engine.protocol == Protocol::Once) {
        check.remarks.push(WHOLE_RUNS.into());
    }
    check.remarks.extend(other_versions(baseline.engine.as_ref(), run.engine.as_ref()));
    let current = results.samples();
    let days = Days::of(history, baseline, run);
    let (before, now) = (&baseline.samples, &current);
    check.judgements =
        judge_time(before.time(), now.time(), (baseline.events, seen.events), thresholds, days.spread(Samples::time));
    // A platform that tells neither side its memory has no such figure.
    if !(before.peak_memory_bytes.is_empty() && now.peak_memory_bytes.is_empty()) {
        let spread = days.spread(|samples| &samples.peak_memory_bytes);
        let memory = judge_memory(&before.peak_memory_bytes, &now.peak_memory_bytes, thresholds, spread);
        check.judgements.extend(memory);
    }
    if check.judgements.iter().all(|judgement| judgement.between_days) {
        check.evidence = "processes of two sessions, and the spread between days from the history";
    } else {
        check.remarks.push(format!("the spread between days is not in these intervals: {}", days.words()));
    }
    conclude(check)
}

/// Checks Criterion's latest measurement of a benchmark against a baseline that Criterion saved: one process a side.
pub fn against_criterion(saved: &[Sampled], latest: &[Sampled], thresholds: &Thresholds) -> Option<BenchmarkCheck> {
    let first = saved.first()?;
    let mut check = BenchmarkCheck::unfit(
        first.context.benchmark.id(),
        "Criterion's samples, one process a side",
        (first.context.session.clone(), first.context.build.git_commit.clone()),
    );
    for old in saved {
        let Some(new) = latest.iter().find(|sampled| sampled.function == old.function) else { continue };
        if let Some(reason) = other_machine(&old.context.machine.key, &new.context.machine.key) {
            check.remarks.push(reason);
            return Some(check);
        }
        if old.context.session == new.context.session {
            check.remarks.push(format!(
                "Criterion's latest measurement of {} is the baseline itself: nothing was measured since; run `cargo bench` again",
                old.function
            ));
            return Some(check);
        }
        if !old.context.benchmark.same_work(&new.context.benchmark) || old.context.events != new.context.events {
            check.remarks.push("the baseline is of other work".into());
            return Some(check);
        }
        let events = (old.context.events, new.context.events);
        check.judgements.extend(match old.function.as_str() {
            "wall_time" => judge_time(&old.values, &new.values, events, thresholds, None),
            "peak_memory" => judge_memory(&old.values, &new.values, thresholds, None),
            _ => Vec::new(),
        });
        check.remarks.extend(differing_builds(&old.context.build, &new.context.build));
        check.remarks.extend(new.context.padding.iter().map(|padding| format!("padded on purpose: {padding}")));
    }
    if check.judgements.is_empty() {
        return None;
    }
    check.remarks.sort();
    check.remarks.dedup();
    check.remarks.push("nothing was measured for this check: it is of what Criterion measured last".into());
    let word = "the spread between processes is not in these intervals; `planbench baseline-update` makes a baseline that has it";
    check.remarks.push(word.into());
    Some(conclude(check))
}

fn conclude(mut check: BenchmarkCheck) -> BenchmarkCheck {
    let judged = check.judgements.iter().map(|j| (j.verdict, j.severity, j.ratio_interval.map(|_| j.decided_by)));
    (check.verdict, check.severity, check.decided_by) = together(judged);
    check
}

/// An output in words.
fn output(events: u64, fingerprint: Option<Fingerprint>) -> String {
    fingerprint.map_or_else(|| format!("{events} events"), |print| format!("fingerprint {print}"))
}

/// What an engine of one's own consists of now and did not then.
fn other_versions(then: Option<&OwnEngine>, now: Option<&OwnEngine>) -> Vec<String> {
    let Some((then, now)) = then.zip(now) else { return Vec::new() };
    let differs = |name: &&String| then.versions.get(*name) != now.versions.get(*name);
    let mut names: Vec<&String> = then.versions.keys().chain(now.versions.keys()).filter(differs).collect();
    names.sort();
    names.dedup();
    let shown = |versions: &std::collections::BTreeMap<String, String>, name: &String| {
        versions.get(name).map_or_else(|| "unknown".to_owned(), Clone::clone)
    };
    let of =
        |name: &String| format!("{name}: {} instead of {}", shown(&now.versions, name), shown(&then.versions, name));
    names.into_iter().map(of).collect()
}

/// What differs between two builds and may explain a difference.
fn differing_builds(old: &Build, new: &Build) -> Vec<String> {
    let absent = || "unknown".to_owned();
    let facts = |build: &Build| {
        [
            ("rustc", build.rustc.clone().unwrap_or_else(absent)),
            ("RUSTFLAGS", build.rustflags.clone().unwrap_or_default()),
            ("profile", build.profile.clone()),
            ("allocator", build.allocator.clone()),
            ("DuckDB", format!("{} ({})", build.versions.duckdb, build.versions.duckdb_route)),
            ("Polars", build.versions.polars.clone()),
            ("rules", build.versions.rules.to_string()),
        ]
    };
    facts(old)
        .into_iter()
        .zip(facts(new))
        .filter(|(old, new)| old.1 != new.1)
        .map(|((name, old), (_, new))| format!("{name} differs: {old} then, {new} now"))
        .collect()
}
