//! `planbench performance-gate`: a target must be met, with its uncertainty.

use super::context::{Context, FAILED, INCONCLUSIVE, PASS};
use super::messages::{More, coloured};
use super::output::readable;
use super::selection::{given_up, observe, resolve, results_of};
use crate::console;
use crate::error::{Error, Result};
use crate::figures;
use crate::record::baseline::BYTES_PER_MB;
use crate::report::model::Report;
use crate::report::model::ReportRow;
use crate::results::comparison::BASE;
use crate::results::{Results, criterion_folder};
use crate::settings::flags::{Measure, Runs, TargetTime, positive};
use crate::stats::Figure;
use crate::verdict::limit::{above, below};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    measure: Measure,
    #[command(flatten)]
    runs: Runs,
    #[command(flatten)]
    pub limits: Limits,
    /// Judge these results instead of measuring: an output folder, or Criterion's
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
    /// Exit with 0 instead of 3 when the figures do not decide
    #[arg(long)]
    allow_inconclusive: bool,
    #[command(flatten)]
    more: More,
}

/// What must be met.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub(super) struct Limits {
    #[command(flatten)]
    pub target: TargetTime,
    /// Events per second that must be exceeded
    #[arg(long, value_name = "RATE", value_parser = positive)]
    pub min_throughput: Option<f64>,
    /// Peak memory to stay below, megabytes
    #[arg(long, value_name = "MB", value_parser = positive)]
    pub max_memory_mb: Option<f64>,
}

/// Scenario, mode and runs of the gate where nobody says.
pub(super) const SCENARIO: &str = "5kx5";
pub(super) const MODE: &str = "polars";
pub(super) const RUNS: u32 = 5;

pub(super) fn run(args: Args, context: &Context) -> Result<u8> {
    let (mut measure, limits, messages) = (args.measure, args.limits, context.messages_of(args.more));
    if !measure.what.is_said() {
        measure.what.only(&[SCENARIO]);
    }
    if measure.what.selected.modes.is_empty() {
        measure.what.selected.modes = vec![MODE.into()];
    }
    let settings = resolve(&measure, context)?;
    let has_target = settings.selections.iter().any(|selection| selection.target_time_seconds.is_some());
    if !has_target
        && limits.target.target_time.is_none()
        && limits.min_throughput.is_none()
        && limits.max_memory_mb.is_none()
    {
        return Err(nothing_to_gate());
    }
    let mut lost = Ok(());
    let results = match &args.from {
        Some(folder) => {
            readable(folder)?;
            let scenarios: Vec<String> = settings.selections.iter().map(|s| s.group.clone()).collect();
            Results::read(&criterion_folder(folder))?.select(&scenarios, &settings.modes)?.whole()?
        }
        // Failed runs are judged too: they miss the gate.
        None => {
            let records = observe(&settings, args.runs.or(RUNS), messages)?;
            lost = given_up(&records);
            results_of(records)
        }
    };
    let report = Report::new(&results, BASE, context.command.clone());
    let outcome = judge(&report, args.limits)?;
    if outcome != FAILED {
        lost?;
    }
    Ok(if outcome == INCONCLUSIVE && args.allow_inconclusive { PASS } else { outcome })
}

/// Prints each limit of each benchmark with its outcome; the exit code of the worst.
pub(super) fn judge(report: &Report, limits: Limits) -> Result<u8> {
    let mut codes = Vec::new();
    for scenario in &report.scenarios {
        for mode in scenario.rows() {
            let id = format!("{}/{}", scenario.name, mode.mode);
            if !mode.failures.is_empty() {
                let failed = format!("{id}: {} run(s) failed: {}", mode.failures.len(), mode.failures[0]);
                println!("{}", console::escaped(&failed));
                // Whoever was ended by somebody else has missed nothing.
                let outside =
                    mode.detailed_runs.iter().filter(|run| run.has_failed()).all(|run| run.ended_from_outside);
                codes.push(if outside { INCONCLUSIVE } else { FAILED });
                continue;
            }
            let target = limits.target.target_time.or(scenario.target_time_seconds);
            for (what, figure, limit, show, met) in requirements(mode, target, limits) {
                codes.push(tell(&id, what, figure, limit, show, met));
            }
        }
    }
    if codes.is_empty() {
        return Err(nothing_to_gate());
    }
    // A missed limit outweighs one that is undecided.
    Ok(if codes.contains(&FAILED) { FAILED } else { codes.into_iter().max().unwrap_or(INCONCLUSIVE) })
}

fn nothing_to_gate() -> Error {
    let what = "there is nothing to gate: the scenario has no target time".into();
    Error::Missing { what, settings: &["target_time"], variable: "" }
}

type Requirement = (&'static str, Option<Figure>, f64, fn(f64) -> String, fn(Figure, f64) -> Option<bool>);

fn requirements(mode: &ReportRow, target: Option<f64>, limits: Limits) -> Vec<Requirement> {
    let time = mode.batch_seconds.or(mode.execution_time);
    let mut requirements: Vec<Requirement> = Vec::new();
    requirements.extend(target.map(|limit| ("time", time, limit, figures::seconds as _, below as _)));
    let rate = |limit| ("events/s", mode.events_per_second, limit, figures::rate as _, above as _);
    requirements.extend(limits.min_throughput.map(rate));
    let memory = |mb: f64| ("peak memory", mode.peak_memory_bytes, mb * BYTES_PER_MB, figures::bytes as _, below as _);
    requirements.extend(limits.max_memory_mb.map(memory));
    requirements
}

fn tell(
    id: &str,
    what: &str,
    figure: Option<Figure>,
    limit: f64,
    show: fn(f64) -> String,
    met: fn(Figure, f64) -> Option<bool>,
) -> u8 {
    let outcome = figure.and_then(|figure| met(figure, limit));
    let word = match outcome {
        Some(true) => "PASS",
        Some(false) => "FAIL",
        None => "INCONCLUSIVE",
    };
    let observed = match figure {
        None => "not observed".to_owned(),
        Some(figure) => match figure.ci95 {
            Some(i) => format!("{}, 95 % {} to {}", show(figure.estimate), show(i.lower), show(i.upper)),
            None => format!("{}, one run has no interval: run more", show(figure.estimate)),
        },
    };
    anstream::println!("{} {id} {what}: {observed}; limit {}", coloured(word, outcome), show(limit));
    match outcome {
        Some(true) => PASS,
        Some(false) => FAILED,
        None => INCONCLUSIVE,
    }
}
