//! `planbench regression-check`: now against a stored baseline.

use super::baseline_update::BaselinePlace;
use super::checking::{Against, print_check, sessions_of, unknown_baseline, write_files};
use super::context::{Context, FAILED, INCONCLUSIVE, PASS};
use super::messages::More;
use super::output::{Output, readable};
use super::selection::{given_up, observe, resolve, results_of};
use crate::engine::Mode;
use crate::error::Result;
use crate::files::check_writable;
use crate::record::baseline::{Baseline, check_name};
use crate::record::criterion::baselines;
use crate::results::{Results, criterion_folder};
use crate::settings::flags::{HistoryDir, Margins, Measure, OnRegression, Runs};
use crate::settings::session::{Selection, Settings};
use crate::verdict::Verdict;
use crate::verdict::check::{BenchmarkCheck, Check, other_machine};
use crate::verdict::thresholds::Thresholds;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    measure: Measure,
    #[command(flatten)]
    runs: Runs,
    #[command(flatten)]
    baseline: BaselinePlace,
    #[command(flatten)]
    pub margins: Margins,
    /// Check these results instead of measuring: an output folder, or Criterion's
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
    #[command(flatten)]
    pub outcome: OutcomeFlags,
    /// Compare although the events are not those of the baseline
    #[arg(long)]
    allow_output_change: bool,
    /// Folder to write check.md (a comment's body) and check.json to, or `-` to write the latter to standard output and nothing
    /// else there [default: `reports` in the folder of all results]
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
    #[command(flatten)]
    history: HistoryDir,
    #[command(flatten)]
    more: More,
}

/// What a verdict does to the exit code.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct OutcomeFlags {
    #[command(flatten)]
    on_regression: OnRegression,
    /// Exit with 0 instead of 3 when the figures do not decide
    #[arg(long)]
    allow_inconclusive: bool,
}

impl OutcomeFlags {
    /// The exit code of a verdict.
    pub fn code(self, verdict: Verdict) -> u8 {
        match verdict {
            Verdict::Pass => PASS,
            Verdict::Fail if self.on_regression.fails() => FAILED,
            Verdict::Inconclusive | Verdict::Unfit if !self.allow_inconclusive => INCONCLUSIVE,
            Verdict::Fail | Verdict::Inconclusive | Verdict::Unfit => PASS,
        }
    }
}

/// Processes per benchmark where nobody says.
pub(super) const RUNS: u32 = 10;

pub(super) fn run(args: Args, context: &Context) -> Result<u8> {
    check_name(&args.baseline.baseline)?;
    let (thresholds, outcome) = (args.margins.thresholds(), args.outcome);
    let messages = context.messages_of(args.more);
    let baselines = context.baseline_folder(&args.baseline.dir);
    let what = &args.measure.what;
    let asked = Asked { scenarios: what.is_said(), modes: !what.selected.modes.is_empty() };
    let mut settings = resolve(&args.measure, context)?;
    let reports = Output::new(args.to.as_deref(), &settings.folders.reports);
    // What cannot be read is told before anything is measured for it.
    let history = sessions_of(&context.history_folder(&args.history))?;
    let mut lost = Ok(());
    let (results, source) = match &args.from {
        Some(folder) => {
            readable(folder)?;
            let source = criterion_folder(folder);
            (Results::read(&source)?.select(&groups(&settings, asked), &settings.modes)?.whole()?, source)
        }
        None => {
            let with = keep_those_with_baseline(&mut settings, &baselines, &args.baseline.baseline, asked)?;
            let source = settings.folders.criterion.clone();
            if !with {
                messages.say(&format!(
                    "nothing is measured: there is no baseline file, so what Criterion keeps as {} is held against its \
                     latest measurement",
                    args.baseline.baseline
                ));
                (Results::read(&source)?.select(&groups(&settings, asked), &settings.modes)?.whole()?, source)
            } else if let Some(check) =
                unfit_before_measuring(&settings, &baselines, &args.baseline.baseline, thresholds, context)?
            {
                return conclude(&check, &reports, outcome, context);
            } else {
                if let (Some(_), Output::Place(folder)) = (&args.to, &reports) {
                    check_writable(folder)?;
                }
                let records = observe(&settings, args.runs.or(RUNS), messages)?;
                lost = given_up(&records);
                (results_of(records), source)
            }
        }
    };
    let against = Against {
        name: &args.baseline.baseline,
        files: &baselines,
        criterion: &source,
        thresholds,
        allow_output_change: args.allow_output_change,
        history: &history,
    };
    let check = against.check(&results, context)?;
    let code = conclude(&check, &reports, outcome, context)?;
    // What was found of the others stands; but not everything was checked.
    if code != FAILED {
        lost?;
    }
    Ok(code)
}

/// The scenarios that were asked for; none stands for all.
fn groups(settings: &Settings, asked: Asked) -> Vec<String> {
    if asked.scenarios {
        settings.selections.iter().map(|selection| selection.group.clone()).collect()
    } else {
        Vec::new()
    }
}

fn conclude(check: &Check, output: &Output, outcome: OutcomeFlags, context: &Context) -> Result<u8> {
    print_check(check, output)?;
    write_files(check, output, context);
    Ok(outcome.code(check.verdict))
}

/// What somebody asked for, by whatever means; only then is a missing baseline an error.
#[derive(Clone, Copy)]
struct Asked {
    scenarios: bool,
    modes: bool,
}

/// Narrows the settings to benchmarks that have a baseline file; whatever was asked for must have one. `false` if there
/// is no file at all but Criterion keeps a baseline of that name.
fn keep_those_with_baseline(settings: &mut Settings, folder: &Path, name: &str, asked: Asked) -> Result<bool> {
    let threads = settings.options.threads;
    let has =
        |selection: &Selection, mode: Mode| Baseline::path(folder, name, &selection.benchmark(mode, threads)).is_file();
    let pairs =
        || settings.selections.iter().flat_map(|selection| settings.modes.iter().map(move |&mode| (selection, mode)));
    let kept = baselines(&settings.folders.criterion)?;
    let any = pairs().any(|(selection, mode)| has(selection, mode));
    if !any && kept.iter().any(|known| known == name) {
        return Ok(false);
    }
    let id = |selection: &Selection, mode: Mode| format!("{}/{}", selection.group, mode.name());
    let missing: Vec<String> = match asked {
        Asked { scenarios: true, modes: true } => pairs().filter(|(s, m)| !has(s, *m)).map(|(s, m)| id(s, m)).collect(),
        Asked { scenarios: true, modes: false } => {
            let without = |s: &&Selection| !settings.modes.iter().any(|&m| has(s, m));
            settings.selections.iter().filter(without).map(|s| s.group.clone()).collect()
        }
        Asked { scenarios: false, modes: true } => {
            let without = |m: &&Mode| !settings.selections.iter().any(|s| has(s, **m));
            settings.modes.iter().filter(without).map(|m| m.name().to_owned()).collect()
        }
        Asked { scenarios: false, modes: false } if any => Vec::new(),
        Asked { .. } => settings.selections.iter().map(|s| s.group.clone()).collect(),
    };
    if !missing.is_empty() {
        return Err(unknown_baseline(name, &missing, folder, &kept));
    }
    let modes = settings.modes.clone();
    settings.selections.retain(|selection| modes.iter().any(|&mode| has(selection, mode)));
    let selections = &settings.selections;
    settings.modes.retain(|&mode| selections.iter().any(|selection| has(selection, mode)));
    Ok(true)
}

/// A baseline of another machine needs no measurement to be refused.
fn unfit_before_measuring(
    settings: &Settings,
    folder: &Path,
    name: &str,
    thresholds: Thresholds,
    context: &Context,
) -> Result<Option<Check>> {
    let mut unfit = Vec::new();
    let mut all = 0;
    for selection in &settings.selections {
        for &mode in &settings.modes {
            let benchmark = selection.benchmark(mode, settings.options.threads);
            let Some(baseline) = Baseline::read(folder, name, &benchmark)? else { continue };
            all += 1;
            if let Some(reason) = other_machine(&baseline.machine.key, &settings.machine.key) {
                let of_baseline = (baseline.timestamp.to_string(), baseline.git_commit);
                let check = BenchmarkCheck::unfit(benchmark.id(), "none", of_baseline);
                unfit.push(BenchmarkCheck { remarks: vec![reason], ..check });
            }
        }
    }
    Ok((all > 0 && unfit.len() == all).then(|| Check::new(name, thresholds, unfit, context.command.clone())))
}
