//! What a report says, before it has a form: data, and nothing that makes it.

use crate::engine::Mode;
use crate::machine::{Build, Machine, MachineKey, MemoryMethod};
use crate::record::metric::Direction;
use crate::record::run::{OwnEngine, Parity, RunRecord};
use crate::record::timestamp::Timestamp;
use crate::results::Basis;
use crate::results::comparison::ModeComparison;
use crate::results::overtaking::Overtaking;
use crate::results::scaling::Scaling;
use crate::stats::{Estimate, Figure};
use serde::Serialize;
use std::collections::BTreeMap;

/// Version of the JSON report. Since 2, `ci95` is the interval of `estimate`, which is a geometric mean for times, rates
/// and memory; and work that goes by a name that is taken has what differs in its own.
pub(crate) const FORMAT_VERSION: u32 = 2;

/// A whole report.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Version of this format.
    pub format_version: u32,
    /// When it was made, UTC.
    pub generated_at: Timestamp,
    /// The command that made it.
    pub command: String,
    /// The figures in brief.
    pub summary: Overview,
    /// The mode that the others are held against, as it was asked for; each scenario says which one it was there.
    pub base_mode: Mode,
    /// Every mode in the report.
    pub modes: Vec<Mode>,
    /// Engines that are not built in, by name.
    pub engines: BTreeMap<&'static str, OwnEngine>,
    /// By scenario.
    pub scenarios: Vec<ScenarioReport>,
    /// How time grows with the work.
    pub scaling: Vec<Scaling>,
    /// What each layer costs; absent where no engine of one's own was measured by the rules that all follow.
    pub layers: Option<Layers>,
    /// What was to be reached.
    pub targets: Vec<Target>,
    /// What follows.
    pub recommendations: Vec<String>,
    /// What a reader must know before trusting a figure.
    pub notes: Vec<String>,
    /// Machine of the latest measurement.
    pub machine: Option<Machine>,
    /// Build of the latest measurement.
    pub build: Option<Build>,
    /// Lines of the growth chart, by name: person-years and seconds.
    #[serde(skip)]
    pub growth: Vec<(String, Vec<(f64, f64)>)>,
}

/// The figures in brief.
#[derive(Debug, Clone, Serialize)]
pub struct Overview {
    /// SQL against Polars.
    pub performance_comparison: Wins,
    /// Scenarios in the report.
    pub scenarios: usize,
    /// Runs in fresh processes.
    pub runs: usize,
    /// Those that failed.
    pub failed_runs: usize,
    /// Whether every run gave the same rows as the reference; absent if no run was checked. Runs by other rules are not.
    pub parity: Option<Parity>,
    /// Targets reached, missed, undecided.
    pub targets_met: usize,
    /// Targets missed.
    pub targets_missed: usize,
    /// Targets that the figures do not decide.
    pub targets_undecided: usize,
}

/// Scenarios won; a win needs an interval that excludes a tie.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Wins {
    /// Scenarios in which Polars is faster.
    pub polars_wins: usize,
    /// Scenarios in which SQL is faster.
    pub sql_wins: usize,
    /// Scenarios without a winner.
    pub undecided: usize,
    /// Scenarios in which both were measured.
    pub total_comparisons: usize,
    /// Scenarios in which two or more engines were compared, the reference apart.
    pub scenarios_compared: usize,
    /// Those of them in which no engine is certainly faster than every other.
    pub scenarios_undecided: usize,
    /// Engines by name, the reference apart.
    pub by_mode: BTreeMap<&'static str, ModeWins>,
}

/// How an engine did against the others, the reference apart. A win needs an interval that excludes a tie.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ModeWins {
    /// Scenarios in which it is faster than every other.
    pub scenarios_won: usize,
    /// Comparisons in which it is the faster one.
    pub wins: usize,
    /// Comparisons in which it is the slower one.
    pub losses: usize,
    /// Comparisons without a winner.
    pub undecided: usize,
}

/// One scenario.
#[derive(Debug, Clone, Serialize)]
pub struct ScenarioReport {
    /// Name in benchmark ids; where other work or another machine goes by that name too, with what differs.
    pub name: String,
    /// The machine of all its modes.
    pub machine: MachineKey,
    /// Employees on 1 January of the start year.
    pub employees: usize,
    /// First simulated year.
    pub start_year: i32,
    /// Last simulated year.
    pub end_year: i32,
    /// Seed of every draw.
    pub seed: u64,
    /// Worker threads of every engine.
    pub threads: usize,
    /// Events of one run.
    pub events: Option<u64>,
    /// Time that one run may take at the most, seconds.
    pub target_time_seconds: Option<f64>,
    /// By mode, of all that do the same work.
    pub modes: Vec<ReportRow>,
    /// By mode, of engines with rules of their own: other work, compared with nothing.
    pub other_work: Vec<ReportRow>,
    /// The mode that the others are held against here; absent where there is no time.
    pub base_mode: Option<Mode>,
    /// The modes that `comparisons` hold against the base, the reference apart: that is a floor, and here as a base only.
    pub against_base: Vec<Mode>,
    /// SQL against Polars.
    pub comparison: Option<ModeComparison>,
    /// Each engine against the reference.
    pub against_reference: Vec<ModeComparison>,
    /// Every pair of modes; in those with the base it is `slower_candidate`.
    pub comparisons: Vec<ModeComparison>,
    /// A chart of the execution times, SVG; made when rendering HTML.
    #[serde(skip)]
    pub chart_values: Vec<(String, Vec<f64>)>,
}

impl ScenarioReport {
    /// Every mode, also those that do other work.
    pub fn rows(&self) -> impl Iterator<Item = &ReportRow> {
        self.modes.iter().chain(&self.other_work)
    }

    /// The comparisons of `against_base`, in which the base is the slower candidate.
    pub fn with_base(&self) -> impl Iterator<Item = &ModeComparison> {
        let with_base = |c: &&ModeComparison| Some(c.slower_candidate) == self.base_mode;
        self.comparisons.iter().filter(with_base).filter(|c| self.against_base.contains(&c.faster_candidate))
    }
}

/// A metric of the suite over the runs.
#[derive(Debug, Clone, Serialize)]
pub struct MetricFigure {
    /// Metric name.
    pub name: String,
    /// Unit.
    pub unit: String,
    /// Which way is good.
    pub direction: Direction,
    /// Its values.
    pub figure: Option<Figure>,
}

/// One scenario by one mode. Times are seconds, memory bytes, CPU percent of one CPU.
#[derive(Debug, Clone, Serialize)]
pub struct ReportRow {
    /// Mode.
    pub mode: Mode,
    /// The engine, where it is not built in.
    pub engine: Option<OwnEngine>,
    /// Events of one run.
    pub events: Option<u64>,
    /// Arithmetic mean of the execution times on `basis`, seconds; `execution_time` has the estimate that is shown.
    pub avg_execution_time: Option<f64>,
    /// Arithmetic mean of the events per second of execution time; `events_per_second` has the estimate that is shown.
    pub avg_events_per_second: Option<f64>,
    /// Whether a batch run stays within the scenario's target; absent without target or if undecided.
    pub meets_target: Option<bool>,
    /// What the execution times are.
    pub basis: Option<Basis>,
    /// `basis` in words.
    pub basis_words: Option<&'static str>,
    /// Execution time on `basis`.
    pub execution_time: Option<Figure>,
    /// Throughput on `basis`.
    pub events_per_second: Option<Figure>,
    /// First run of a fresh process.
    pub first_run_seconds: Option<Figure>,
    /// Engine start, census, first run and Parquet.
    pub batch_seconds: Option<Figure>,
    /// Peak resident memory.
    pub peak_memory_bytes: Option<Figure>,
    /// Whose memory that is; absent where none was observed.
    pub memory_of: Option<MemoryMethod>,
    /// Peak above the idle process.
    pub peak_above_idle_bytes: Option<Figure>,
    /// Mean resident memory.
    pub mean_memory_bytes: Option<Figure>,
    /// Mean CPU utilisation of the first run.
    pub cpu_percent: Option<Figure>,
    /// Peak CPU utilisation over windows of 40 ms.
    pub cpu_percent_peak: Option<Figure>,
    /// Bytes read from storage.
    pub disk_read_bytes: Option<Figure>,
    /// Bytes written to storage.
    pub disk_written_bytes: Option<Figure>,
    /// Phases by name, seconds.
    pub phases: BTreeMap<&'static str, Figure>,
    /// Metrics of the suite.
    pub metrics: Vec<MetricFigure>,
    /// Events by type.
    pub events_by_type: BTreeMap<String, u64>,
    /// Criterion's measurements in one process, by function; seconds, or bytes for `peak_memory`.
    pub criterion: BTreeMap<String, Figure>,
    /// Runs that succeeded.
    pub runs_succeeded: usize,
    /// What went wrong in the runs that failed.
    pub failures: Vec<String>,
    /// When the latest run started, UTC.
    pub measured_at: Option<Timestamp>,
    /// The runs, whole.
    pub detailed_runs: Vec<RunRecord>,
    /// Criterion's samples by function, for `samples.csv`.
    #[serde(skip)]
    pub samples: BTreeMap<String, Vec<f64>>,
}

/// What each layer costs: engines of one's own beside the built-in ones.
#[derive(Debug, Clone, Serialize)]
pub struct Layers {
    /// By scenario.
    pub scenarios: Vec<LayerTable>,
    /// Which mode is faster from which size on, for every pair.
    pub overtaking: Vec<Overtaking>,
}

/// The layers of one scenario.
#[derive(Debug, Clone, Serialize)]
pub struct LayerTable {
    /// Name of the scenario.
    pub scenario: String,
    /// The mode that ratios are to.
    pub base_mode: Option<Mode>,
    /// By mode.
    pub rows: Vec<LayerRow>,
}

/// What one mode costs. Times are seconds, memory bytes.
#[derive(Debug, Clone, Serialize)]
pub struct LayerRow {
    /// Mode.
    pub mode: Mode,
    /// Generation; absent of an engine that is run once.
    pub execution_time: Option<Figure>,
    /// Engine start and loading of its census.
    pub start_up_seconds: Option<Figure>,
    /// From the start of the engine to its written files.
    pub whole_run_seconds: Option<Figure>,
    /// Peak resident memory.
    pub peak_memory_bytes: Option<Figure>,
    /// Whose memory that is.
    pub memory_of: Option<MemoryMethod>,
    /// Execution time over the base's; absent of the base itself.
    pub execution_ratio: Option<LayerRatio>,
    /// Whole run over the base's; absent of the base itself.
    pub whole_run_ratio: Option<LayerRatio>,
    /// The largest steps that the engine tells of, the largest first.
    pub steps: Vec<LayerStep>,
}

/// A mode's time over the base's.
#[derive(Debug, Clone, Serialize)]
pub struct LayerRatio {
    /// Ratio of geometric means, with its 95 % interval.
    pub ratio: Estimate,
    /// What the times are, in words.
    pub basis_words: &'static str,
    /// Whether runs of the same round make pairs.
    pub paired: bool,
    /// Values of the mode and of the base.
    pub counts: (usize, usize),
}

/// A step of an engine.
#[derive(Debug, Clone, Serialize)]
pub struct LayerStep {
    /// Its name, as the engine tells it.
    pub name: String,
    /// Time of it in a first run.
    pub seconds: Figure,
    /// Its share of the first run, or of the whole run of an engine that is run once.
    pub share: Option<f64>,
}

/// One target of one benchmark.
#[derive(Debug, Clone, Serialize)]
pub struct Target {
    /// The mode.
    #[serde(skip)]
    pub mode: Mode,
    /// `<group>/<mode>`, or the mode for scaling.
    pub subject: String,
    /// What is to be reached, in words.
    pub target: String,
    /// What was observed, in words.
    pub observed: String,
    /// Whether it is met; absent if the figures do not decide.
    pub met: Option<bool>,
}
