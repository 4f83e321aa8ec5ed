//! `planbench run`: fresh processes that take turns, then reports.

use super::context::{Context, PASS};
use super::messages::{Messages, More};
use super::report::Reports;
use super::selection::{failures, observe, resolve, results_of};
use crate::console;
use crate::error::{Input, Result};
use crate::files::check_writable;
use crate::record::baseline::Baseline;
use crate::record::history;
use crate::results::Results;
use crate::settings::flags::{Measure, Runs, TargetTime};
use crate::settings::session::Settings;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    measure: Measure,
    #[command(flatten)]
    runs: Runs,
    /// Scenario quick alone
    #[arg(long, conflicts_with_all = ["scenarios", "full", "employee_count", "census"])]
    quick: bool,
    /// All named scenarios and modes, 10 runs unless --runs says otherwise
    #[arg(long, conflicts_with_all = ["scenarios", "modes", "employee_count", "census"])]
    full: bool,
    #[command(flatten)]
    target: TargetTime,
    #[command(flatten)]
    reports: Reports,
    /// Also add the figures to this history
    #[arg(long, value_name = "DIR")]
    history: Option<PathBuf>,
    /// Say what would be measured and written, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    more: More,
}

/// Runs per scenario and mode where nobody says.
pub(super) const RUNS: u32 = 5;
/// With `--full`.
pub(super) const FULL_RUNS: u32 = 10;

pub(super) fn run(args: Args, context: &Context) -> Result<u8> {
    let mut measure = args.measure;
    if args.quick {
        measure.what.selected.scenarios = vec!["quick".into()];
    }
    let mut settings = resolve(&measure, context)?;
    for selection in &mut settings.selections {
        selection.target_time_seconds = args.target.target_time.or(selection.target_time_seconds);
    }
    let runs = args.runs.or(if args.full { FULL_RUNS } else { RUNS });
    if args.history.is_some() && runs < 2 {
        return Err(Input::OneRun { what: "an entry of a history" }.into());
    }
    let messages = context.messages_of(args.more);
    let place = args.reports.place(&settings.folders.reports)?;
    if args.dry_run {
        println!("{}", plan(&settings, runs));
        println!("reports would be written to {place}");
        return Ok(PASS);
    }
    args.reports.check(&place, context)?;
    if let Some(folder) = &args.history {
        check_writable(folder)?;
    }
    let records = observe(&settings, runs, messages)?;
    let outcome = failures(&records);
    if records.iter().all(|record| !record.success) {
        return Err(outcome.err().unwrap_or_else(|| Input::NothingTo { what: "report" }.into()));
    }
    let results = results_of(records);
    args.reports.make(&results, &place, context, messages)?;
    let added = args.history.as_deref().map_or(Ok(()), |folder| add(&results, folder, messages));
    // A failed run says more than a history that cannot be written.
    outcome.and(added).map(|()| PASS)
}

/// Adds what can be added to a history, and says what is not.
fn add(results: &Results, folder: &Path, messages: Messages) -> Result<()> {
    let mut outcome = Ok(());
    for mode in results.groups.iter().flat_map(|group| &group.modes) {
        let runs: Vec<_> = mode.runs.iter().collect();
        let entry = match Baseline::from_records(history::NAME, &mode.benchmark, &runs) {
            Ok(entry) => entry,
            Err(unusable) => {
                console::warning(format!("not added to the history: {unusable}"));
                continue;
            }
        };
        match history::append(folder, &entry) {
            Ok(file) => messages.say(&format!("added: {}", console::path(&file))),
            // The others can still be kept.
            Err(error) => {
                console::warning(format!("not added to the history: {}: {error}", mode.benchmark.id()));
                outcome = outcome.and(Err(error));
            }
        }
    }
    outcome
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
    lines.push(format!("run records would be written below {}", console::path(&settings.folders.criterion)));
    lines.join("\n")
}
