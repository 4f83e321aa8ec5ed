//! The proof of the verdicts: many comparisons of a program with itself, plain and with a planted slow-down, and what the
//! decisions made of them. Every trial is kept as it ends, so that an interrupted proof goes on where it stopped.

use super::side::{Side, Work};
use super::{Benchmark, Comparison, Plan, Round, compare};
use crate::error::{Error, Result};
use crate::measure::machine::{Build, Machine, MachineKey};
use crate::record::{json_files, read_json, write_json};
use crate::stats::{Interval, median, standard_deviation};
use crate::verdict::thresholds::Thresholds;
use crate::verdict::{Gated, Verdict};
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::f64::consts::SQRT_2;
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
    fn words(self) -> String {
        match self {
            Planted::Nothing => "nothing (A/A)".to_owned(),
            Planted::Time(percent) => format!("time +{percent} %"),
            Planted::Memory(percent) => format!("memory +{percent} %"),
        }
    }

    /// For the test hook.
    fn padding(self, mode: &str) -> Option<String> {
        match self {
            Planted::Nothing => None,
            Planted::Time(percent) => Some(format!("{mode}:time={percent}")),
            Planted::Memory(percent) => Some(format!("{mode}:memory={percent}")),
        }
    }

    /// The figures it is in.
    fn figures(self) -> &'static [Gated] {
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
    planted: Planted,
    /// Mode in which it was planted.
    mode: String,
    /// The program that was tried; absent in trials from before it was recorded.
    program: Option<Build>,
    comparison: Comparison,
}

impl Trial {
    /// Why it is no trial of this proof, if it is not.
    fn foreign(&self, proof: &Proof, machine: &MachineKey) -> Option<&'static str> {
        let (found, wanted): (BTreeSet<_>, BTreeSet<_>) = (
            self.comparison.benchmarks.iter().map(|b| b.id.clone()).collect(),
            proof.work.iter().map(Work::id).collect(),
        );
        [
            (found != wanted, "other scenarios or modes"),
            (self.planted != Planted::Nothing && self.mode != proof.padded_mode, "slow-downs planted in another mode"),
            (self.comparison.machine.key != *machine, "another machine"),
            (self.program.as_ref() != Some(&program()), "another build of this program"),
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
    pub work: Vec<Work>,
    /// Mode in which slow-downs are planted; the others must stay quiet.
    pub padded_mode: String,
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
        let (base, null) = (self.side.copied(place, "base")?, self.side.copied(place, "null")?);
        let head = self.side.copied(place, "head")?;
        let trials = self.trials();
        let machine = Machine::current().key;
        // A page is of one program, one machine and one kind of work; nothing is mixed in, and nothing is thrown away.
        for (file, trial) in read_all(&self.folder)? {
            if let Some(what) = trial.foreign(self, &machine) {
                let remedy = "give another folder with --trials, or move this one away";
                return Err(Error::file(&file, format!("is a trial of {what}; {remedy}")));
            }
        }
        for (index, (planted, number)) in trials.iter().enumerate() {
            let file = self.file(*planted, *number);
            if file.is_file() {
                continue;
            }
            progress(index + 1, trials.len(), &planted.words());
            let head = Side { padding: planted.padding(&self.padded_mode), ..head.clone() };
            let plan = Plan {
                base: base.clone(),
                null: null.clone(),
                head,
                work: self.work.clone(),
                thresholds: Thresholds::default(),
                allow_output_change: false,
                max_time: None,
            };
            let comparison = compare(&plan, "", &mut |_, _| ())?;
            let mode = self.padded_mode.clone();
            write_json(
                &file,
                &Trial {
                    format_version: FORMAT_VERSION,
                    planted: *planted,
                    mode,
                    program: Some(program()),
                    comparison,
                },
            )?;
        }
        Ok(())
    }
}

/// The proof in figures.
#[derive(Debug, Clone, Serialize)]
pub struct Calibration {
    /// When it was written, UTC.
    pub generated_at: String,
    /// The command that makes it.
    pub command: String,
    /// First and last trial, UTC.
    pub from: String,
    /// First and last trial, UTC.
    pub to: String,
    /// Hours that the trials took.
    pub hours: f64,
    /// By what was planted.
    pub levels: Vec<Level>,
    /// Runs against itself.
    pub plain_runs: usize,
    /// Those of them that ended with FAIL.
    pub false_alarms: usize,
    /// 95 % upper bound of the share of false alarms per run, percent.
    pub false_alarm_bound_percent: f64,
    /// Verdicts of benchmarks in which nothing was planted, over all trials.
    pub quiet: Counts,
    /// By benchmark.
    pub noise: Vec<Noise>,
    /// The machine.
    pub machine: Machine,
    /// The program that was tried; absent where that was not recorded.
    pub program: Option<Build>,
}

/// Verdicts counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// PASS.
    pub pass: usize,
    /// FAIL.
    pub fail: usize,
    /// INCONCLUSIVE.
    pub inconclusive: usize,
    /// UNFIT.
    pub unfit: usize,
}

impl Counts {
    fn add(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Pass => self.pass += 1,
            Verdict::Fail => self.fail += 1,
            Verdict::Inconclusive => self.inconclusive += 1,
            Verdict::Unfit => self.unfit += 1,
        }
    }
}

/// What became of one level.
#[derive(Debug, Clone, Serialize)]
pub struct Level {
    /// What was planted.
    pub planted: String,
    /// Verdicts of whole runs, as the exit code tells them.
    pub runs: Counts,
    /// Verdicts of the benchmarks in which it was planted, on the figures that it is in.
    pub benchmarks: Counts,
    /// Median of the estimated change in the planted figure, percent.
    pub median_estimate_percent: Option<f64>,
}

/// How noisy a benchmark is here.
#[derive(Debug, Clone, Serialize)]
pub struct Noise {
    /// `<group>/<mode>`.
    pub id: String,
    /// The figure.
    pub figure: Gated,
    /// Median over trials of the coefficient of variation between the base's processes, percent.
    pub between_processes_percent: f64,
    /// The same of what is left between the two base processes of a round, which took turns: the standard deviation of
    /// the null pair's differences over the square root of two, percent.
    pub within_rounds_percent: f64,
    /// Median over trials of the smallest change that the rounds show with 80 % power, percent.
    pub detectable_percent: Option<f64>,
}

/// This program; which run of a pipeline it was started by makes no other program of it.
fn program() -> Build {
    Build { build_number: None, ..Build::current() }
}

/// The trials of a folder, with their files.
fn read_all(folder: &Path) -> Result<Vec<(PathBuf, Trial)>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let read = |file: PathBuf| {
        let trial: Trial = read_json(&file, "trial of a calibration")?;
        if trial.format_version != FORMAT_VERSION {
            let found = trial.format_version;
            return Err(Error::file(&file, format!("trial format {found}, this program reads {FORMAT_VERSION}")));
        }
        Ok((file, trial))
    };
    json_files(folder)?.into_iter().map(read).collect()
}

impl Calibration {
    /// Reads a folder of trials; `None` if there are none.
    ///
    /// # Errors
    /// Names a file that is not whole.
    pub fn read(folder: &Path, command: String) -> Result<Option<Self>> {
        let mut trials: Vec<Trial> = read_all(folder)?.into_iter().map(|(_, trial)| trial).collect();
        trials.sort_by(|a, b| a.comparison.generated_at.cmp(&b.comparison.generated_at));
        let (Some(first), Some(last)) = (trials.first(), trials.last()) else { return Ok(None) };
        let plain: Vec<&Trial> = trials.iter().filter(|trial| trial.planted == Planted::Nothing).collect();
        let false_alarms = plain.iter().filter(|trial| trial.comparison.verdict == Verdict::Fail).count();
        Ok(Some(Self {
            generated_at: crate::record::now(),
            command,
            from: first.comparison.generated_at.clone(),
            to: last.comparison.generated_at.clone(),
            hours: trials.iter().map(|trial| trial.comparison.seconds).sum::<f64>() / 3_600.0,
            levels: levels(&trials),
            plain_runs: plain.len(),
            false_alarms,
            false_alarm_bound_percent: 100.0 * upper_bound(false_alarms, plain.len()),
            quiet: quiet(&trials),
            noise: noise(&plain),
            machine: last.comparison.machine.clone(),
            program: last.program.clone(),
        }))
    }
}

fn is_padded(trial: &Trial, benchmark: &Benchmark) -> bool {
    trial.planted != Planted::Nothing && benchmark.id.ends_with(&format!("/{}", trial.mode))
}

fn levels(trials: &[Trial]) -> Vec<Level> {
    let mut planted: Vec<Planted> = trials.iter().map(|trial| trial.planted).collect();
    planted.sort();
    planted.dedup();
    let level = |planted: Planted| {
        let (mut runs, mut benchmarks, mut estimates) = (Counts::default(), Counts::default(), Vec::new());
        for trial in trials.iter().filter(|trial| trial.planted == planted) {
            runs.add(trial.comparison.verdict);
            for benchmark in
                trial.comparison.benchmarks.iter().filter(|b| planted == Planted::Nothing || is_padded(trial, b))
            {
                let judged = benchmark.judgements.iter().filter(|j| planted.figures().contains(&j.figure));
                benchmarks.add(judged.map(|j| j.verdict).max().unwrap_or(Verdict::Inconclusive));
                let estimate = benchmark.judgements.iter().find(|j| j.figure == planted.figures()[0]);
                estimates.extend(estimate.and_then(|j| j.ratio).map(|ratio| 100.0 * (ratio - 1.0)));
            }
        }
        Level { planted: planted.words(), runs, benchmarks, median_estimate_percent: median(&estimates) }
    };
    planted.into_iter().map(level).collect()
}

/// Verdicts of benchmarks in which nothing was planted.
fn quiet(trials: &[Trial]) -> Counts {
    let mut counts = Counts::default();
    for trial in trials {
        for benchmark in trial.comparison.benchmarks.iter().filter(|benchmark| !is_padded(trial, benchmark)) {
            counts.add(benchmark.verdict);
        }
    }
    counts
}

fn noise(plain: &[&Trial]) -> Vec<Noise> {
    let mut ids: Vec<String> = plain
        .iter()
        .flat_map(|trial| trial.comparison.benchmarks.iter().map(|benchmark| benchmark.id.clone()))
        .collect();
    ids.sort();
    ids.dedup();
    let mut noise = Vec::new();
    for id in ids {
        for figure in [Gated::ExecutionTime, Gated::PeakMemory] {
            let of_id =
                || plain.iter().flat_map(|trial| &trial.comparison.benchmarks).filter(|benchmark| benchmark.id == id);
            let spread = |of: &dyn Fn(&Round) -> Option<f64>| {
                let of_trial = |benchmark: &Benchmark| {
                    standard_deviation(&benchmark.rounds.iter().filter_map(of).collect::<Vec<_>>())
                };
                median(&of_id().filter_map(of_trial).collect::<Vec<_>>()).map(|spread| 100.0 * spread)
            };
            let base = |round: &Round| round.base.figure(figure).map(f64::ln);
            let null = |round: &Round| Some((round.null.figure(figure)?.ln() - base(round)?) / SQRT_2);
            let judged = of_id().flat_map(|benchmark| benchmark.judgements.iter().filter(|j| j.figure == figure));
            let detectable: Vec<f64> = judged.filter_map(|judgement| judgement.detectable_percent).collect();
            if let Some((between_processes_percent, within_rounds_percent)) = spread(&base).zip(spread(&null)) {
                let (id, detectable_percent) = (id.clone(), median(&detectable));
                noise.push(Noise { id, figure, between_processes_percent, within_rounds_percent, detectable_percent });
            }
        }
    }
    noise
}

/// One-sided 95 % upper bound of a share (Clopper and Pearson, 1934), by bisection of the binomial distribution.
fn upper_bound(found: usize, of: usize) -> f64 {
    if of == 0 || found >= of {
        return 1.0;
    }
    // Probability of `found` or fewer at a share.
    let at_most = |share: f64| {
        let mut term = (1.0 - share).powi(of as i32);
        let mut sum = term;
        for k in 0..found {
            term *= (of - k) as f64 / (k + 1) as f64 * share / (1.0 - share);
            sum += term;
        }
        sum
    };
    let mut range = Interval { lower: 0.0, upper: 1.0 };
    for _ in 0..60 {
        let middle = (range.lower + range.upper) / 2.0;
        if at_most(middle) > 0.05 { range.lower = middle } else { range.upper = middle }
    }
    range.upper
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_those_of_clopper_and_pearson() {
        // 0 of 60: 1 - 0.05^(1/60); 3 of 60: scipy 1.17, beta.ppf(0.95, 4, 57).
        assert!((upper_bound(0, 60) - 0.048_703).abs() < 1e-5, "{}", upper_bound(0, 60));
        assert!((upper_bound(3, 60) - 0.123_752).abs() < 1e-3, "{}", upper_bound(3, 60));
        assert_eq!((upper_bound(5, 5), upper_bound(0, 0)), (1.0, 1.0));
    }
}
