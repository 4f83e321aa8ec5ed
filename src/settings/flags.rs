//! Settings, each declared once: its flag, its variable, its limits, its default and its help. The settings file has the
//! same names ([`super::layers`]).

use super::names::{Names, listed, split};
use crate::census::{CensusFile, CensusFormat, ColumnNames, DateFormat};
use crate::engine::{ALL, EngineOptions, Engines, Mode};
use crate::error::{Error, Result};
use crate::machine::available_threads;
use crate::results::comparison::BASE;
use crate::scenario::DEFAULT_SEED;
use crate::verdict::thresholds::{Percent, Thresholds};
use clap::{Args, Command, FromArgMatches};
use std::path::PathBuf;
use std::str::FromStr;

/// Which scenarios and modes. What holds where nobody says differs from verb to verb.
#[derive(Debug, Clone, Default, Args)]
pub struct Selected {
    /// Scenarios, or `custom`
    #[arg(long, visible_alias = "scenario", env = "BENCHMARK_SCENARIOS", value_name = "NAME", num_args = 1.., hide_possible_values = true, value_parser = Names::scenarios())]
    pub scenarios: Vec<String>,
    /// Modes: sql, polars, reference, an engine of the settings file, or `all`
    #[arg(long, visible_alias = "mode", env = "BENCHMARK_MODES", value_name = "MODE", num_args = 1.., hide_possible_values = true, value_parser = Names::modes())]
    pub modes: Vec<String>,
}

impl Selected {
    /// Names of scenarios, each once.
    pub fn scenarios(&self) -> Vec<String> {
        listed(&self.scenarios)
    }

    /// The modes that are named, each once.
    ///
    /// # Errors
    /// Lists the known modes.
    pub fn named_modes(&self, engines: &Engines) -> Result<Vec<Mode>> {
        engines.all_named(&listed(&self.modes))
    }

    /// The modes that are named, for who looks at results: also of engines that no settings file describes any more. None is
    /// every one.
    ///
    /// # Errors
    /// Lists the known modes.
    pub fn modes_of_results(&self, engines: &Engines) -> Result<Vec<Mode>> {
        let names = listed(&self.modes);
        if names.iter().any(|name| name == ALL) {
            return Ok(Vec::new());
        }
        names.iter().map(|name| Mode::try_from(name.clone()).or_else(|_| engines.named(name))).collect()
    }

    /// As [`Selected::named_modes`]; the built-in ones if none is named.
    ///
    /// # Errors
    /// Lists the known modes.
    pub fn modes(&self, engines: &Engines) -> Result<Vec<Mode>> {
        Ok(Some(self.named_modes(engines)?)
            .filter(|modes| !modes.is_empty())
            .unwrap_or_else(|| Mode::BUILT_IN.to_vec()))
    }
}

/// What is simulated, and with which resources.
#[derive(Debug, Clone, Args)]
pub struct What {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub selected: Selected,
    /// Employees of scenario custom, whose census is then synthetic
    #[arg(long, env = "BENCHMARK_EMPLOYEE_COUNT", value_name = "N")]
    pub employee_count: Option<usize>,
    /// First simulated year of scenario custom
    #[arg(long, env = "BENCHMARK_START_YEAR", value_name = "YEAR")]
    pub start_year: Option<i32>,
    /// Last simulated year of scenario custom
    #[arg(long, env = "BENCHMARK_END_YEAR", value_name = "YEAR")]
    pub end_year: Option<i32>,
    /// Census file of scenario custom in PlanAlign's columns, Parquet or CSV
    #[arg(long, env = "BENCHMARK_CENSUS", value_name = "FILE")]
    pub census: Option<PathBuf>,
    /// A column of the census that has another name in the file, such as employee_id=EMP_ID; may be given several times
    #[arg(long, visible_alias = "columns", env = "BENCHMARK_COLUMNS", value_name = "NAME=THEIRS", value_parser = ColumnNames::from_str)]
    pub column: Vec<ColumnNames>,
    /// How the census writes dates, such as MM/DD/YYYY or %m/%d/%Y [default: YYYY-MM-DD]
    #[arg(long, env = "BENCHMARK_DATE_FORMAT", value_name = "FORMAT", value_parser = DateFormat::from_str)]
    pub date_format: Option<DateFormat>,
    /// Worker threads of every engine [default: usable CPUs]
    #[arg(long, env = "BENCHMARK_THREADS", value_name = "N", default_value_t = available_threads(), hide_default_value = true, value_parser = threads)]
    pub threads: usize,
}

impl What {
    /// Whether it says what is simulated.
    pub fn is_said(&self) -> bool {
        !self.selected.scenarios.is_empty() || self.is_custom()
    }

    /// Whether people or years of the custom scenario are given.
    pub fn is_custom(&self) -> bool {
        self.employee_count.is_some() || self.census.is_some() || self.start_year.is_some() || self.end_year.is_some()
    }

    /// Exactly these scenarios, and nobody's people or years.
    pub fn only(&mut self, scenarios: &[&str]) {
        self.selected.scenarios = scenarios.iter().map(|name| (*name).to_owned()).collect();
        (self.employee_count, self.census, self.start_year, self.end_year) = Default::default();
        (self.column, self.date_format) = Default::default();
    }

    /// What is said about how a census file is to be read.
    ///
    /// # Errors
    /// When a column is given two names, or two get one.
    pub fn census_format(&self) -> Result<CensusFormat> {
        Ok(CensusFormat { columns: ColumnNames::merged(&self.column)?, date_format: self.date_format.clone() })
    }

    /// The census file, if there is one.
    ///
    /// # Errors
    /// As [`What::census_format`] and [`CensusFile::open`]; when it is said how to read a file that there is none of.
    pub fn census_file(&self) -> Result<Option<CensusFile>> {
        let format = self.census_format()?;
        match &self.census {
            Some(file) => Ok(Some(CensusFile::open(file)?.read_as(format))),
            None if format != CensusFormat::default() => Err(no_file_to_read()),
            None => Ok(None),
        }
    }
}

/// It is said how to read a census file, and there is none.
pub(crate) fn no_file_to_read() -> Error {
    let what = "names of columns and a format of dates are about a census file".into();
    Error::Missing { what, settings: &["census"], variable: "BENCHMARK_CENSUS" }
}

/// Seed of a run.
#[derive(Debug, Clone, Copy, Args)]
pub struct Seed {
    /// Seed of every draw
    #[arg(long, visible_alias = "seeds", env = "BENCHMARK_SEED", value_name = "N", allow_negative_numbers = true, default_value_t = DEFAULT_SEED, value_parser = seed)]
    pub seed: u64,
}

/// Where results are, or go.
#[derive(Debug, Clone, Default, Args)]
pub struct Place {
    /// Folder of all results [default: cargo's target folder]
    #[arg(long, env = "BENCHMARK_OUTPUT_DIR", value_name = "DIR")]
    pub output_dir: Option<PathBuf>,
}

/// What to measure.
#[derive(Debug, Clone, Args)]
#[allow(missing_docs)]
pub struct Measure {
    #[command(flatten)]
    pub what: What,
    #[command(flatten)]
    pub seed: Seed,
    #[command(flatten)]
    pub place: Place,
}

/// Fresh processes.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct Runs {
    /// Fresh processes per scenario and mode
    #[arg(long, env = "BENCHMARK_RUNS", value_name = "N", value_parser = runs)]
    pub runs: Option<u32>,
}

impl Runs {
    /// How many, or a verb's own number.
    pub fn or(self, default: u32) -> u32 {
        self.runs.unwrap_or(default)
    }
}

/// Where the baseline files are.
#[derive(Debug, Clone, Default, Args)]
pub struct BaselineDir {
    /// Folder of the baseline files
    #[arg(long, env = "BENCHMARK_BASELINE_DIR", value_name = "DIR")]
    pub baseline_dir: Option<PathBuf>,
}

/// Where the history is.
#[derive(Debug, Clone, Default, Args)]
pub struct HistoryDir {
    /// Folder of the history [default: history]
    #[arg(long, visible_alias = "history-dir", env = "BENCHMARK_HISTORY_DIR", value_name = "DIR")]
    pub history: Option<PathBuf>,
}

/// Where report templates are.
#[derive(Debug, Clone, Default, Args)]
pub struct Templates {
    /// Folder with report.md.tera or report.html.tera to use instead of the built-in ones
    #[arg(long, env = "PLANBENCH_TEMPLATES", value_name = "DIR")]
    pub templates: Option<PathBuf>,
}

/// The mode that others are held against.
#[derive(Debug, Clone, Args)]
pub struct BaseMode {
    /// Mode that the others are held against in summaries and recommendations
    #[arg(long, env = "BENCHMARK_BASE_MODE", value_name = "MODE", hide_possible_values = true, default_value = BASE.name(), value_parser = Names::modes())]
    base_mode: String,
}

impl BaseMode {
    /// The mode: a known one, or one that is among those `measured`, whose engine no settings file need describe any more.
    ///
    /// # Errors
    /// Lists the known modes.
    pub fn mode(&self, engines: &Engines, measured: &[Mode]) -> Result<Mode> {
        let name = self.base_mode.trim();
        let found = measured.iter().find(|mode| mode.name() == name);
        found.map_or_else(|| engines.named(name), |mode| Ok(*mode))
    }
}

/// What a run may take.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct TargetTime {
    /// Time that a whole run may take at the most, seconds [default: the scenario's own]
    #[arg(long, env = "BENCHMARK_TARGET_TIME", value_name = "SECONDS", value_parser = positive)]
    pub target_time: Option<f64>,
}

/// When a difference counts.
#[derive(Debug, Clone, Copy, Args)]
pub struct Margins {
    /// Slower by more than this counts, percent
    #[arg(long, env = "BENCHMARK_TIME_THRESHOLD", value_name = "PERCENT", default_value_t = Thresholds::default().time_percent)]
    pub time_threshold: Percent,
    /// Fewer events per second by more than this counts, percent
    #[arg(long, env = "BENCHMARK_THROUGHPUT_THRESHOLD", value_name = "PERCENT", default_value_t = Thresholds::default().throughput_percent, value_parser = Percent::of_a_fall)]
    pub throughput_threshold: Percent,
    /// More peak memory by more than this counts, percent
    #[arg(long, env = "BENCHMARK_MEMORY_THRESHOLD", value_name = "PERCENT", default_value_t = Thresholds::default().memory_percent)]
    pub memory_threshold: Percent,
}

impl Margins {
    /// As verdicts want them.
    pub fn thresholds(self) -> Thresholds {
        Thresholds {
            time_percent: self.time_threshold,
            throughput_percent: self.throughput_threshold,
            memory_percent: self.memory_threshold,
        }
    }
}

/// What a regression does to the exit code.
#[derive(Debug, Clone, Copy, Args)]
pub struct OnRegression {
    /// Exit with 1 on a confirmed regression; this is the default
    #[arg(
        long,
        env = "BENCHMARK_FAIL_ON_REGRESSION",
        default_value = "true",
        overrides_with = "no_fail_on_regression"
    )]
    fail_on_regression: bool,
    /// Report a confirmed regression, but exit with 0
    #[arg(long, overrides_with = "fail_on_regression")]
    no_fail_on_regression: bool,
}

impl OnRegression {
    /// Whether a process that found one fails.
    pub fn fails(self) -> bool {
        self.fail_on_regression && !self.no_fail_on_regression
    }
}

/// Every setting that has a variable.
#[derive(Debug, Clone, Args)]
#[allow(missing_docs)]
pub struct Every {
    #[command(flatten)]
    pub measure: Measure,
    #[command(flatten)]
    pub runs: Runs,
    #[command(flatten)]
    pub baseline: BaselineDir,
    #[command(flatten)]
    pub history: HistoryDir,
    #[command(flatten)]
    pub templates: Templates,
    #[command(flatten)]
    base: BaseMode,
    #[command(flatten)]
    target: TargetTime,
    #[command(flatten)]
    pub margins: Margins,
    #[command(flatten)]
    on_regression: OnRegression,
}

impl Every {
    /// Their declarations.
    pub fn command() -> Command {
        Self::augment_args(Command::new("planbench").no_binary_name(true))
    }

    /// What a command of [`Every::command`] makes of an empty command line.
    pub(crate) fn without_flags(command: Command) -> Self {
        let matches = command.get_matches_from::<_, &str>([]);
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }
}

/// The most fresh processes of a scenario and mode.
const MAX_RUNS: u32 = 10_000;

fn runs(text: &str) -> Result<u32, String> {
    let number = text.parse().ok().filter(|runs| (1..=MAX_RUNS).contains(runs));
    number.ok_or_else(|| format!("give 1 to {MAX_RUNS}"))
}

fn threads(text: &str) -> Result<usize, String> {
    let threads = text.parse().map_err(|_| format!("`{text}` is no number of threads"))?;
    EngineOptions { threads, ..EngineOptions::default() }.check_threads().map_err(|e| e.to_string())?;
    Ok(threads)
}

fn seed(text: &str) -> Result<u64, String> {
    let several = text.contains("..") || split(text).nth(1).is_some();
    text.trim().parse().map_err(|_| {
        if several { "give one seed here, such as 42; `parity` takes several".into() } else { no_seed(text) }
    })
}

/// Why a text is no seed.
pub(crate) fn no_seed(text: &str) -> String {
    format!("`{text}` is no seed; give a whole number from 0 to {}, such as 42", u64::MAX)
}

/// A number above zero.
pub(crate) fn positive(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|number| *number > 0.0 && number.is_finite());
    number.ok_or_else(|| format!("`{text}` is not a number above zero"))
}
