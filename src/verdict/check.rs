//! A regression check: every benchmark against its stored baseline, and what they say together.

use super::stored::{ENOUGH_SESSIONS, Judgement, day_to_day, judge};
use super::thresholds::Thresholds;
use super::{Gated, Severity, Verdict};
use crate::measure::machine::{Build, MachineKey};
use crate::record::baseline::{Baseline, Samples};
use crate::record::criterion::Sampled;
use crate::results::ModeResults;
use crate::stats::median;
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
    /// The command, for who wants to repeat it.
    pub command: String,
    /// When it was made, UTC.
    pub generated_at: String,
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
    /// What the evidence is.
    pub evidence: &'static str,
    /// When the baseline was measured, UTC.
    pub baseline_timestamp: String,
    /// Commit of the baseline.
    pub baseline_commit: Option<String>,
    /// By figure; empty if unfit.
    pub judgements: Vec<Judgement>,
    /// What else differs or has to be known.
    pub remarks: Vec<String>,
}

impl Check {
    /// Puts benchmarks together; the verdict is the worst of theirs, in the order FAIL, UNFIT, INCONCLUSIVE, PASS.
    pub fn new(baseline_name: &str, thresholds: Thresholds, benchmarks: Vec<BenchmarkCheck>, command: String) -> Self {
        // Nothing judged is no pass.
        let verdict = benchmarks.iter().map(|benchmark| benchmark.verdict).max().unwrap_or(Verdict::Inconclusive);
        let (baseline_name, generated_at) = (baseline_name.to_owned(), crate::record::now());
        Self { baseline_name, verdict, thresholds, benchmarks, command, generated_at }
    }

    /// Failed benchmarks, each with its worst figure.
    pub fn failures(&self) -> impl Iterator<Item = &BenchmarkCheck> {
        self.benchmarks.iter().filter(|benchmark| benchmark.verdict == Verdict::Fail)
    }
}

/// Why figures of two machines are not compared; `None` for the same machine.
pub fn other_machine(baseline: &MachineKey, current: &MachineKey) -> Option<String> {
    if baseline == current {
        return None;
    }
    let show = |key: &MachineKey| {
        let model = key.cpu_model.as_deref().unwrap_or("unknown CPU");
        let memory = key.memory_bucket_gib.map_or_else(|| "unknown".to_owned(), |gib| format!("{gib} GiB"));
        let kind = match key.virtualised {
            Some(true) => "virtual",
            Some(false) => "not virtual",
            None => "virtual or not unknown",
        };
        format!("{} {model}, {} CPUs, {memory} memory, {kind}", key.architecture, key.usable_cpus)
    };
    Some(format!(
        "the baseline is of another machine ({}; this one: {}); measure a baseline here with `planbench baseline-update`",
        show(baseline),
        show(current)
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
    let mut check = BenchmarkCheck {
        id: results.benchmark.id(),
        verdict: Verdict::Unfit,
        severity: None,
        evidence: "processes of two sessions",
        baseline_timestamp: baseline.timestamp.clone(),
        baseline_commit: baseline.git_commit.clone(),
        judgements: Vec::new(),
        remarks: Vec::new(),
    };
    let failures = results.failed();
    if !failures.is_empty() {
        (check.verdict, check.severity) = (Verdict::Fail, Some(Severity::Critical));
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
    if baseline.fingerprint != seen.fingerprint && !allow_output_change {
        check.remarks.push(format!(
            "the output changed: fingerprint {} instead of {}; figures of different work are not compared \
             (`planbench regression-check --allow-output-change` does)",
            seen.fingerprint, baseline.fingerprint
        ));
        return check;
    }
    check.remarks = differing_builds(&baseline.build, &run.build);
    check.remarks.extend(run.padding.iter().map(|padding| format!("padded on purpose: {padding}")));
    let current = results.samples();
    let values = |samples: &Samples, figure, events| samples.gated(figure, events);
    for figure in Gated::ALL {
        let (before, now) = (values(&baseline.samples, figure, baseline.events), values(&current, figure, seen.events));
        // A platform that tells neither side its memory has no such figure.
        if !(before.is_empty() && now.is_empty()) {
            let days = day_to_day(&sessions(history, baseline, figure));
            check.judgements.push(judge(figure, &before, &now, thresholds, days));
        }
    }
    if check.judgements.iter().all(|judgement| judgement.between_days) {
        check.evidence = "processes of two sessions, and the spread between days from the history";
    } else {
        check.remarks.push(format!(
            "the spread between days is not in these intervals: the history holds fewer than {ENOUGH_SESSIONS} sessions"
        ));
    }
    conclude(check)
}

/// A figure's value in every session of the same work on the same machine.
fn sessions(history: &[Baseline], baseline: &Baseline, figure: Gated) -> Vec<f64> {
    let same =
        |entry: &&Baseline| entry.benchmark.same_work(&baseline.benchmark) && entry.machine.key == baseline.machine.key;
    history.iter().filter(same).filter_map(|entry| median(&entry.samples.gated(figure, entry.events))).collect()
}

/// Checks Criterion's latest measurement of a benchmark against a baseline that Criterion saved: one process a side.
pub fn against_criterion(saved: &[Sampled], latest: &[Sampled], thresholds: &Thresholds) -> Option<BenchmarkCheck> {
    let first = saved.first()?;
    let mut check = BenchmarkCheck {
        id: first.context.benchmark.id(),
        verdict: Verdict::Unfit,
        severity: None,
        evidence: "Criterion's samples, one process a side",
        baseline_timestamp: first.context.session.clone(),
        baseline_commit: first.context.build.git_commit.clone(),
        judgements: Vec::new(),
        remarks: Vec::new(),
    };
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
        let events = new.context.events as f64;
        let rates = |values: &[f64]| values.iter().map(|seconds| events / seconds).collect::<Vec<_>>();
        match old.function.as_str() {
            "wall_time" => {
                check.judgements.push(judge(Gated::ExecutionTime, &old.values, &new.values, thresholds, None));
                check.judgements.push(judge(
                    Gated::Throughput,
                    &rates(&old.values),
                    &rates(&new.values),
                    thresholds,
                    None,
                ));
            }
            "peak_memory" => {
                check.judgements.push(judge(Gated::PeakMemory, &old.values, &new.values, thresholds, None))
            }
            _ => {}
        }
        check.remarks = differing_builds(&old.context.build, &new.context.build);
        check.remarks.extend(new.context.padding.iter().map(|padding| format!("padded on purpose: {padding}")));
    }
    if check.judgements.is_empty() {
        return None;
    }
    check.remarks.push("nothing was measured for this check: it is of what Criterion measured last".into());
    let word = "the spread between processes is not in these intervals; `planbench baseline-update` makes a baseline that has it";
    check.remarks.push(word.into());
    Some(conclude(check))
}

fn conclude(mut check: BenchmarkCheck) -> BenchmarkCheck {
    check.verdict = check.judgements.iter().map(|judgement| judgement.verdict).max().unwrap_or(Verdict::Inconclusive);
    check.severity = check.judgements.iter().filter_map(|judgement| judgement.severity).max();
    check
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
