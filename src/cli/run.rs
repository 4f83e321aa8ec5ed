//! `planbench run`: fresh processes that take turns, then reports.

use super::report::Reports;
use super::selection::{Measure, failures, observe, resolve, results_of};
use super::talk::Talk;
use super::{Context, PASS};
use crate::error::{Error, Result};
use crate::files::check_writable;
use crate::record::baseline::Baseline;
use crate::record::history;
use crate::settings::Settings;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    measure: Measure,
    /// Scenario quick alone
    #[arg(long, conflicts_with_all = ["scenarios", "full", "employee_count", "census"])]
    quick: bool,
    /// All named scenarios and modes, 10 runs unless --runs says otherwise
    #[arg(long, conflicts_with_all = ["scenarios", "modes", "employee_count", "census"])]
    full: bool,
    /// Time that a run may take at the most, instead of the scenario's own, seconds
    #[arg(long, value_name = "SECONDS", env = "BENCHMARK_TARGET_TIME", value_parser = positive)]
    target_time: Option<f64>,
    #[command(flatten)]
    reports: Reports,
    /// Also add the figures to this history
    #[arg(long, value_name = "DIR")]
    history: Option<PathBuf>,
    /// Say what would be measured and written, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    talk: Talk,
}

/// A number above zero.
pub(super) fn positive(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|number| *number > 0.0 && number.is_finite());
    number.ok_or_else(|| format!("`{text}` is not a number above zero"))
}

/// Runs per scenario and mode where nobody says.
const RUNS: u32 = 5;
/// With `--full`.
const FULL_RUNS: u32 = 10;

pub(super) fn run(args: Args, context: &Context) -> Result<u8> {
    let mut measure = args.measure.clone();
    if args.quick {
        measure.selected.scenarios = vec!["quick".into()];
    }
    let mut choices = measure.choices(&context.config)?;
    if args.full {
        (choices.scenarios, choices.modes) = (context.catalogue.names(), Vec::new());
    }
    let mut settings = resolve(&choices, context)?;
    for selection in &mut settings.selections {
        selection.target_time_seconds = args.target_time.or(selection.target_time_seconds);
    }
    let runs = measure.runs(&context.config, if args.full { FULL_RUNS } else { RUNS });
    let folder = args.reports.folder(&settings.folders.reports);
    if args.dry_run {
        println!("{}", plan(&settings, runs));
        println!("reports would be written to {}", folder.display());
        return Ok(PASS);
    }
    args.reports.check(&folder, context)?;
    if let Some(folder) = &args.history {
        check_writable(folder)?;
    }
    let records = observe(&settings, runs, args.talk)?;
    let outcome = failures(&records);
    if records.iter().all(|record| !record.success) {
        return Err(outcome.err().unwrap_or_else(|| Error::Config("nothing was measured".into())));
    }
    let results = results_of(records);
    args.reports.make(&results, &folder, context, args.talk)?;
    if let Some(folder) = &args.history {
        for mode in results.groups.iter().flat_map(|group| &group.modes).filter(|mode| mode.failed().is_empty()) {
            let runs: Vec<_> = mode.runs.iter().collect();
            let file = history::append(folder, &Baseline::from_records(history::NAME, &mode.benchmark, &runs)?)?;
            args.talk.say(&format!("added: {}", file.display()));
        }
    }
    outcome.map(|()| PASS)
}

/// What a session would do.
pub(super) fn plan(settings: &Settings, runs: u32) -> String {
    let mut lines = Vec::new();
    for selection in &settings.selections {
        for mode in &settings.modes {
            lines.push(format!(
                "{}/{}: {runs} fresh process(es), {} people, {} to {}, seed {}, {} thread(s)",
                selection.group,
                mode.name(),
                selection.employee_count,
                selection.run.start_year,
                selection.run.end_year,
                selection.run.seed,
                settings.options.threads
            ));
        }
    }
    lines.push(format!("run records would be written below {}", settings.folders.criterion.display()));
    lines.join("\n")
}
