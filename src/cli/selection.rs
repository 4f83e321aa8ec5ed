//! Arguments that say what to measure, shared by the verbs that measure.

use super::Context;
use super::names::{Names, split};
use super::talk::{Talk, WARM};
use crate::error::{Error, Result};
use crate::machine::available_threads;
use crate::measure::padding;
use crate::measure::rounds;
use crate::record::history;
use crate::record::run::{Parity, RunRecord};
use crate::results::Results;
use crate::settings::choices::Choices;
use crate::settings::file::Config;
use crate::settings::session::Settings;
use clap::Args;
use std::path::PathBuf;

/// Which scenarios and modes. What holds where nobody says is in `help.rs`, for it differs from verb to verb.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct Selected {
    /// Scenarios, or `custom` [env: BENCHMARK_SCENARIOS]
    #[arg(long, visible_alias = "scenario", value_name = "NAME", num_args = 1.., hide_possible_values = true, value_parser = Names::scenarios())]
    pub scenarios: Vec<String>,
    /// Modes: sql, polars, reference [env: BENCHMARK_MODES]
    #[arg(long, visible_alias = "mode", value_name = "MODE", num_args = 1.., hide_possible_values = true, value_parser = Names::modes())]
    pub modes: Vec<String>,
}

/// Where results are, or go.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct Place {
    /// Folder of all results [env: BENCHMARK_OUTPUT_DIR] [default: cargo's target folder]
    #[arg(long, value_name = "DIR")]
    pub output_dir: Option<PathBuf>,
}

/// Where the history is.
#[derive(Debug, Clone, Args)]
pub(super) struct HistoryPlace {
    /// Folder of the history [default: history]
    #[arg(long, value_name = "DIR", env = history::VARIABLE)]
    pub history: Option<PathBuf>,
}

/// Fresh processes.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(super) struct Runs {
    /// Fresh processes per scenario and mode
    #[arg(long, value_name = "N", env = "BENCHMARK_RUNS", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub runs: Option<u32>,
}

/// What to measure.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct Measure {
    #[command(flatten)]
    pub selected: Selected,
    /// Employees of scenario custom [env: BENCHMARK_EMPLOYEE_COUNT]
    #[arg(long, value_name = "N")]
    pub employee_count: Option<usize>,
    /// First simulated year of scenario custom [env: BENCHMARK_START_YEAR]
    #[arg(long, value_name = "YEAR")]
    pub start_year: Option<i32>,
    /// Last simulated year of scenario custom [env: BENCHMARK_END_YEAR]
    #[arg(long, value_name = "YEAR")]
    pub end_year: Option<i32>,
    /// Census file of scenario custom, Parquet or CSV [env: BENCHMARK_CENSUS]
    #[arg(long, value_name = "FILE")]
    pub census: Option<PathBuf>,
    /// Seed of every draw [env: BENCHMARK_SEED] [default: 42]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Worker threads of every engine [env: BENCHMARK_THREADS] [default: usable CPUs]
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    #[command(flatten)]
    pub place: Place,
}

impl Selected {
    /// As choices of the command line.
    pub fn choices(&self) -> Choices {
        Choices { scenarios: split(&self.scenarios), modes: split(&self.modes), ..Choices::default() }
    }

    /// Of results that are there: flags, then variables. What a settings file wants measured hides nothing that was.
    pub fn of_results(&self, place: &Place, config: &Config) -> Result<Choices> {
        let flags = Choices { output_dir: place.output_dir.clone(), ..self.choices() };
        let project = config.project().to_path_buf();
        let file = Choices { output_dir: config.output_dir.clone(), project, ..Choices::default() };
        Ok(flags.or(Choices::from_environment()?).or(file))
    }
}

impl Measure {
    /// Flags, then environment, then the settings file.
    pub fn choices(&self, config: &Config) -> Result<Choices> {
        let flags = Choices {
            employee_count: self.employee_count,
            census: self.census.clone(),
            start_year: self.start_year,
            end_year: self.end_year,
            seed: self.seed,
            threads: self.threads,
            output_dir: self.place.output_dir.clone(),
            ..self.selected.choices()
        };
        flags.complete(config)
    }
}

impl Runs {
    /// Processes per scenario and mode: flag or variable, then the settings file.
    pub fn or(self, config: &Config, default: u32) -> u32 {
        self.runs.or(config.runs).unwrap_or(default)
    }
}

/// What a verb measures. The number of threads comes first, for reading a census may start them.
pub(super) fn resolve(choices: &Choices, context: &Context) -> Result<Settings> {
    super::use_threads(choices.threads.unwrap_or_else(available_threads))?;
    choices.resolve(&context.catalogue)
}

/// Observes everything in fresh processes that take turns.
pub(super) fn observe(settings: &Settings, runs: u32, talk: Talk) -> Result<Vec<RunRecord>> {
    if let Some(padding) = padding::active() {
        crate::console::warning(format!("{}={padding}: these figures are padded on purpose", padding::VARIABLE));
    }
    talk.debug(|| format!("{settings:?}"));
    crate::interrupt::watch_for_interrupts();
    let total = settings.selections.len() * settings.modes.len();
    let mut progress = talk.progress(total as u64 * u64::from(runs));
    rounds::observe(settings, runs, WARM, &mut progress)
}

/// Runs that failed are told, whatever else is done with the rest: a line for each benchmark.
pub(super) fn failures(records: &[RunRecord]) -> Result<()> {
    failed_of(records, |_| true)
}

/// Benchmarks that were given up, because their processes were ended from outside or could not be started: no verdict can
/// be had of them.
pub(super) fn given_up(records: &[RunRecord]) -> Result<()> {
    failed_of(records, |record| record.ended_from_outside)
}

fn failed_of(records: &[RunRecord], wanted: fn(&RunRecord) -> bool) -> Result<()> {
    let failed: Vec<&RunRecord> = records.iter().filter(|record| record.has_failed() && wanted(record)).collect();
    let same = |a: &RunRecord, b: &RunRecord| a.benchmark.id() == b.benchmark.id();
    let mut lines: Vec<String> = Vec::new();
    for (index, first) in failed.iter().enumerate() {
        if failed[..index].iter().any(|before| same(before, first)) {
            continue;
        }
        let of_all = records.iter().filter(|record| same(record, first) && record.replaced_by.is_none()).count();
        let count = failed.iter().filter(|record| same(record, first)).count();
        let what = first.error.as_deref().unwrap_or("no output");
        let (id, run) = (first.benchmark.id(), first.run_number);
        lines.push(format!("{id} run {run}: {what} ({count} of {of_all} run(s) failed)"));
    }
    if lines.is_empty() {
        return Ok(());
    }
    let differs = failed.iter().any(|record| record.parity == Parity::Different);
    Err(Error::Runs { what: lines.join("\n"), differs })
}

/// Results of a session's records alone.
pub(super) fn results_of(records: Vec<RunRecord>) -> Results {
    Results::new(records, Vec::new())
}
