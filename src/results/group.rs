//! What was measured of one work on one machine, by mode.

use crate::engine::Mode;
use crate::engine::external::{Protocol, Rules};
use crate::machine::MachineKey;
use crate::record::baseline::Samples;
use crate::record::benchmark::Benchmark;
use crate::record::criterion::Sampled;
use crate::record::run::{Observation, OwnEngine, RunRecord};
use serde::Serialize;

/// Which observations an execution time rests on, the best evidence first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// One value per fresh process: the median of its later runs.
    Processes,
    /// Criterion's samples within one process: their spread does not contain the spread between processes.
    OneProcess,
    /// One value per fresh process: its first run.
    FirstRun,
    /// One value per fresh process: everything from the start of the engine to its written files.
    WholeRun,
}

impl Basis {
    /// The best evidence first.
    pub const ALL: [Basis; 4] = [Basis::Processes, Basis::OneProcess, Basis::FirstRun, Basis::WholeRun];
    /// Those of an execution time, which a whole run is not.
    pub const OF_EXECUTION: [Basis; 3] = [Basis::Processes, Basis::OneProcess, Basis::FirstRun];

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Basis::Processes => "warm, median per process",
            Basis::OneProcess => "warm, samples of one process",
            Basis::FirstRun => "cold, first run per process",
            Basis::WholeRun => "whole run per process",
        }
    }
}

/// One scenario (with whatever is not the default) on one machine: the same work for all its modes. Only what is in one
/// group is ever compared.
#[derive(Debug, Clone)]
pub struct Group {
    /// Name in benchmark ids; where other work or another machine goes by that name too, with what differs, such as
    /// `quick (1 CPU)`.
    pub name: String,
    /// The machine.
    pub machine: MachineKey,
    /// Its modes, in the order sql, polars, reference and then the others by name; each once.
    pub modes: Vec<ModeResults>,
}

/// One scenario by one mode.
#[derive(Debug, Clone)]
pub struct ModeResults {
    /// `<name of the group>/<mode>`: no other results have it.
    pub id: String,
    /// What ran.
    pub benchmark: Benchmark,
    /// The latest session's runs in fresh processes, failed ones too.
    pub runs: Vec<RunRecord>,
    /// Criterion's latest measurements in one process, by function.
    pub sampled: Vec<Sampled>,
}

impl ModeResults {
    /// Values of the runs that succeeded.
    pub fn samples(&self) -> Samples {
        Samples::of(&self.runs.iter().collect::<Vec<_>>())
    }

    /// Criterion's values of a function.
    pub fn criterion(&self, function: &str) -> Option<&Sampled> {
        self.sampled.iter().find(|sampled| sampled.function == function)
    }

    /// Execution times on a basis, seconds; empty if there are none.
    pub fn execution_times(&self, basis: Basis) -> Vec<f64> {
        match basis {
            Basis::Processes => self.samples().execution_time_seconds,
            // Criterion's samples of an engine that is run once are whole runs.
            Basis::OneProcess if self.is_run_once() => Vec::new(),
            Basis::OneProcess => self.sampled_times(),
            Basis::FirstRun => self.samples().first_run_seconds,
            Basis::WholeRun => match self.whole_runs() {
                none if none.is_empty() && self.is_run_once() => self.sampled_times(),
                whole => whole,
            },
        }
    }

    fn sampled_times(&self) -> Vec<f64> {
        self.criterion("wall_time").map_or_else(Vec::new, |sampled| sampled.values.clone())
    }

    /// Whole runs of the processes that succeeded, seconds.
    pub fn whole_runs(&self) -> Vec<f64> {
        let seen = self.runs.iter().filter(|run| run.success).filter_map(|run| run.observation.as_ref());
        seen.filter_map(Observation::batch_seconds).collect()
    }

    /// The best basis of an execution time that there is, which a whole run is not.
    pub fn best_basis(&self) -> Option<Basis> {
        Basis::OF_EXECUTION.into_iter().find(|&basis| !self.execution_times(basis).is_empty())
    }

    /// Whether there is a time on any basis.
    pub fn has_times(&self) -> bool {
        Basis::ALL.into_iter().any(|basis| !self.execution_times(basis).is_empty())
    }

    /// The engine, where it is not built in and a file told.
    pub fn engine(&self) -> Option<&OwnEngine> {
        let recorded = self.runs.iter().find_map(|run| run.engine.as_ref());
        recorded.or_else(|| self.sampled.iter().find_map(|sampled| sampled.context.engine.as_ref()))
    }

    /// Whether it follows rules of its own, and so does other work than the rest of its group.
    pub fn is_other_work(&self) -> bool {
        self.engine().is_some_and(|engine| engine.rules == Rules::Own)
    }

    /// Whether it is run once, and has a whole run and no execution time.
    pub fn is_run_once(&self) -> bool {
        self.engine().is_some_and(|engine| engine.protocol == Protocol::Once)
    }

    /// Events of one run, where a run told.
    pub fn events(&self) -> Option<u64> {
        let recorded = self.runs.iter().find_map(|run| run.observation.as_ref().map(|seen| seen.events));
        recorded.or_else(|| self.sampled.first().map(|sampled| sampled.context.events))
    }

    /// Runs that failed, apart from those that were done again.
    pub fn failed(&self) -> Vec<&RunRecord> {
        self.runs.iter().filter(|run| run.has_failed()).collect()
    }
}

impl Group {
    /// A mode's results.
    pub fn mode(&self, mode: Mode) -> Option<&ModeResults> {
        self.modes.iter().find(|results| results.benchmark.mode == mode)
    }

    /// The modes that do the same work, and so may be held against each other.
    pub fn comparable(&self) -> impl Iterator<Item = &ModeResults> + Clone {
        self.modes.iter().filter(|results| !results.is_other_work())
    }
}
