//! The trials of a calibration: many comparisons of a program with itself, plain and with a planted slow-down. Every trial
//! is kept as it ends, so that an interrupted calibration goes on where it stopped.

use super::comparison::Comparison;
use super::paired::{Plan, compare};
use super::side::{Side, Task};
use crate::engine::Mode;
use crate::error::{Error, Flaw, Result};
use crate::files::{json_files, lock, read_versioned, write_new_json};
use crate::machine::{Build, Machine, MachineKey};
use crate::record::metric::Gated;
use crate::verdict::thresholds::Thresholds;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Version of a trial's file.
const FORMAT_VERSION: u32 = 1;

/// What is planted in the head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Planted {
    /// Nothing: a run against itself.
    Nothing,
    /// Time, percent.
    Time(u32),
    /// Peak memory, percent.
    Memory(u32),
}

impl Planted {
    /// In file names.
    fn name(self) -> String {
        match self {
            Planted::Nothing => "none".to_owned(),
            Planted::Time(percent) => format!("time-{percent}"),
            Planted::Memory(percent) => format!("memory-{percent}"),
        }
    }

    /// In words.
    pub(super) fn words(self) -> String {
        match self {
            Planted::Nothing => "nothing (A/A)".to_owned(),
            Planted::Time(percent) => format!("time +{percent} %"),
            Planted::Memory(percent) => format!("memory +{percent} %"),
        }
    }

    /// For the test hook.
    fn padding(self, mode: Mode) -> Option<String> {
        match self {
            Planted::Nothing => None,
            Planted::Time(percent) => Some(format!("{mode}:time={percent}")),
            Planted::Memory(percent) => Some(format!("{mode}:memory={percent}")),
        }
    }

    /// The figures it is in.
    pub(super) fn figures(self) -> &'static [Gated] {
        match self {
            Planted::Nothing => &Gated::ALL,
            Planted::Time(_) => &[Gated::ExecutionTime, Gated::Throughput],
            Planted::Memory(_) => &[Gated::PeakMemory],
        }
    }
}

/// Levels of the proof.
pub const TIME_LEVELS: [u32; 6] = [10, 15, 20, 25, 30, 50];
/// Levels of the proof.
pub const MEMORY_LEVELS: [u32; 4] = [10, 20, 25, 40];

/// One comparison with what was planted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Trial {
    format_version: u32,
    /// What was planted.
    pub planted: Planted,
    /// Mode in which it was planted.
    pub mode: Mode,
    /// The program that was tried; absent in trials from before it was recorded.
    pub program: Option<Build>,
    /// What was found.
    pub comparison: Comparison,
}

impl Trial {
    /// Why it is no trial of this proof, if it is not.
    fn foreign(&self, proof: &Proof, machine: &MachineKey) -> Option<&'static str> {
        let (found, wanted): (BTreeSet<_>, BTreeSet<_>) = (
            self.comparison.benchmarks.iter().map(|b| b.id.clone()).collect(),
            proof.tasks.iter().map(Task::id).collect(),
        );
        [
            (found != wanted, "other scenarios or modes"),
            (self.planted != Planted::Nothing && self.mode != proof.padded_mode, "slow-downs planted in another mode"),
            (self.comparison.machine.key != *machine, "another machine"),
            (self.program.as_ref() != Some(&Build::current().program()), "another build of this program"),
        ]
        .into_iter()
        .find_map(|(differs, what)| differs.then_some(what))
    }
}

/// What to do.
#[derive(Debug, Clone)]
pub struct Proof {
    /// The program.
    pub side: Side,
    /// What each comparison runs.
    pub tasks: Vec<Task>,
    /// Mode in which slow-downs are planted; the others must stay quiet.
    pub padded_mode: Mode,
    /// Runs against itself.
    pub plain: u32,
    /// Trials of each level.
    pub per_level: u32,
    /// Folder of the trials.
    pub folder: PathBuf,
}

impl Proof {
    /// All trials in a fixed random order, so that drift of the machine is in no level alone.
    fn trials(&self) -> Vec<(Planted, u32)> {
        let level = |planted| (1..=self.per_level).map(move |number| (planted, number));
        let mut trials: Vec<(Planted, u32)> = (1..=self.plain).map(|number| (Planted::Nothing, number)).collect();
        trials.extend(TIME_LEVELS.into_iter().flat_map(|percent| level(Planted::Time(percent))));
        trials.extend(MEMORY_LEVELS.into_iter().flat_map(|percent| level(Planted::Memory(percent))));
        trials.shuffle(&mut ChaCha8Rng::seed_from_u64(0x00CA_11B8));
        trials
    }

    fn file(&self, planted: Planted, number: u32) -> PathBuf {
        self.folder.join(format!("{}_{number:03}.json", planted.name()))
    }

    /// Does what is not done yet; `progress` hears of each trial: done, all, what.
    ///
    /// # Errors
    /// When a trial cannot be run or kept, or somebody interrupts; what is done is kept.
    pub fn run(&self, place: &Path, progress: &mut dyn FnMut(usize, usize, &str)) -> Result<()> {
        std::fs::create_dir_all(&self.folder).map_err(|e| Error::file(&self.folder, e))?;
        // Two at once would do the same trials, and disturb each other if they are on one machine.
        let _lock = lock(&self.folder, Flaw::InUse { by: "calibration writes its trials" })?;
        let (base, null) = (self.side.copied(place, "base")?, self.side.copied(place, "null")?);
        let head = self.side.copied(place, "head")?;
        let trials = self.trials();
        let machine = Machine::current().key;
        // A page is of one program, one machine and one kind of work; nothing is mixed in, and nothing is thrown away.
        for (file, trial) in read_all(&self.folder)? {
            if let Some(of) = trial.foreign(self, &machine) {
                return Err(Error::file(&file, Flaw::ForeignTrial { of }));
            }
        }
        for (index, (planted, number)) in trials.iter().enumerate() {
            let file = self.file(*planted, *number);
            if file.is_file() {
                continue;
            }
            progress(index + 1, trials.len(), &planted.words());
            let head = Side { padding: planted.padding(self.padded_mode), ..head.clone() };
            let plan = Plan {
                base: base.clone(),
                null: null.clone(),
                head,
                tasks: self.tasks.clone(),
                thresholds: Thresholds::default(),
                allow_output_change: false,
                max_time: None,
            };
            let comparison = compare(&plan, "", &mut |_| ())?;
            write_new_json(
                &file,
                &Trial {
                    format_version: FORMAT_VERSION,
                    planted: *planted,
                    mode: self.padded_mode,
                    program: Some(Build::current().program()),
                    comparison,
                },
            )?;
        }
        Ok(())
    }
}

/// The trials of a folder, with their files.
pub(super) fn read_all(folder: &Path) -> Result<Vec<(PathBuf, Trial)>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let remedy = "move it away, and it is done again";
    let read = |file: PathBuf| {
        let trial: Trial = read_versioned(&file, "trial of a calibration", FORMAT_VERSION..=FORMAT_VERSION, remedy)?;
        Ok((file, trial))
    };
    json_files(folder)?.into_iter().map(read).collect()
}
