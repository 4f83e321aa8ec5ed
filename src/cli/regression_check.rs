//! `planbench regression-check`: now against a stored baseline.

use super::baseline_update::BaselinePlace;
use super::messages::More;
use super::report::{Output, print_check, readable};
use super::selection::{given_up, observe, resolve, results_of};
use super::{Context, FAILED, INCONCLUSIVE, PASS};
use crate::console;
use crate::engine::Mode;
use crate::error::{Error, Flaw, Result};
use crate::files::{check_writable, write_whole};
use crate::record::baseline::{Baseline, check_name};
use crate::record::criterion::{LATEST, Sampled, baselines, read};
use crate::record::history::{self, History};
use crate::record::names::{Problem, none_of};
use crate::report::render::template::render_value;
use crate::results::{ModeResults, Results, criterion_folder, may_be_of};
use crate::settings::flags::{HistoryDir, Margins, Measure, OnRegression, Runs};
use crate::settings::session::{Selection, Settings};
use crate::verdict::Verdict;
use crate::verdict::check::{BenchmarkCheck, Check, against_baseline, against_criterion};
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

/// The sessions of a history. What cannot be read is named: the spread between days does not rest on one day.
pub(super) fn sessions_of(folder: &Path) -> Result<Vec<Baseline>> {
    let History { entries, problems } = history::read(folder)?;
    for problem in problems {
        let file = console::path(&problem.path);
        console::warning(format!("not in the spread between days: {file}: {}", problem.what));
    }
    Ok(entries)
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

fn unknown_baseline(name: &str, missing: &[String], folder: &Path, kept: &[String]) -> Error {
    let kept = if kept.is_empty() { String::new() } else { format!(" (Criterion keeps: {})", kept.join(", ")) };
    Error::file(folder, Flaw::NoBaseline { name: name.to_owned(), of: missing.join(", "), kept })
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
            if let Some(reason) = crate::verdict::check::other_machine(&baseline.machine.key, &settings.machine.key) {
                let of_baseline = (baseline.timestamp.to_string(), baseline.git_commit);
                let check = BenchmarkCheck::unfit(benchmark.id(), "none", of_baseline);
                unfit.push(BenchmarkCheck { remarks: vec![reason], ..check });
            }
        }
    }
    Ok((all > 0 && unfit.len() == all).then(|| Check::new(name, thresholds, unfit, context.command.clone())))
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
            let has_processes = mode.failed().len() + mode.samples().execution_time_seconds.len() > 0;
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

/// Writes `check.json` and `check.md`, adds the latter to GitHub's job summary, and tells GitHub what regressed. The verdict
/// stands whatever becomes of these.
pub(super) fn write_files(check: &Check, output: &Output, context: &Context) {
    let markdown = render_value("check.md", check, context.file.templates());
    match output {
        Output::Place(folder) => {
            context.side(crate::files::write_json(&folder.join("check.json"), check));
            if let Ok(markdown) = &markdown {
                context.side(write_whole(&folder.join("check.md"), markdown));
            }
        }
        Output::Standard => context.side(print_json(check)),
    }
    context.side(markdown.and_then(|markdown| super::github::summarise(&markdown)));
    for benchmark in check.failures() {
        let failed = benchmark.judgements.iter().filter(|judgement| judgement.verdict == Verdict::Fail);
        let changes = failed.map(|judgement| {
            let change = judgement.ratio.map_or_else(String::new, crate::figures::change);
            format!("{} {change}", judgement.figure.name())
        });
        let changes: Vec<String> = changes.collect();
        let what = if changes.is_empty() { benchmark.remarks.join("; ") } else { changes.join(", ") };
        let text = format!("{what} against {}", check.baseline_name);
        super::github::error(&format!("{} regressed", benchmark.id), &text);
    }
}

/// A value as JSON on standard output.
pub(super) fn print_json(value: &impl serde::Serialize) -> Result<()> {
    let text = serde_json::to_string_pretty(value).map_err(|e| Error::failed("JSON", e))?;
    println!("{text}");
    Ok(())
}
