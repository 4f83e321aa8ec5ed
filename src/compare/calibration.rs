//! What the decisions made of the trials of a calibration: the proof of the verdicts, in figures.

use super::comparison::{BenchmarkComparison, Round};
use super::trials::{Planted, Trial, read_all};
use crate::error::Result;
use crate::machine::{Build, Machine};
use crate::record::metric::Gated;
use crate::record::timestamp::Timestamp;
use crate::stats::{median, standard_deviation};
use crate::verdict::Verdict;
use serde::Serialize;
use statrs::distribution::{Beta, ContinuousCDF};
use std::f64::consts::SQRT_2;
use std::path::Path;

/// The proof in figures.
#[derive(Debug, Clone, Serialize)]
pub struct Calibration {
    /// When it was written, UTC.
    pub generated_at: Timestamp,
    /// The command that makes it.
    pub command: String,
    /// First and last trial, UTC.
    pub from: Timestamp,
    /// First and last trial, UTC.
    pub to: Timestamp,
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

impl Calibration {
    /// Reads a folder of trials; `None` if there are none.
    ///
    /// # Errors
    /// Names a file that is not whole.
    pub fn read(folder: &Path, command: String) -> Result<Option<Self>> {
        let mut trials: Vec<Trial> = read_all(folder)?.into_iter().map(|(_, trial)| trial).collect();
        trials.sort_by_key(|trial| trial.comparison.generated_at);
        let (Some(first), Some(last)) = (trials.first(), trials.last()) else { return Ok(None) };
        let plain: Vec<&Trial> = trials.iter().filter(|trial| trial.planted == Planted::Nothing).collect();
        let false_alarms = plain.iter().filter(|trial| trial.comparison.verdict == Verdict::Fail).count();
        Ok(Some(Self {
            generated_at: Timestamp::now(),
            command,
            from: first.comparison.generated_at,
            to: last.comparison.generated_at,
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

fn is_padded(trial: &Trial, benchmark: &BenchmarkComparison) -> bool {
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
                let of_trial = |benchmark: &BenchmarkComparison| {
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

/// One-sided 95 % upper bound of a share (Clopper and Pearson, 1934): a quantile of the beta distribution.
fn upper_bound(found: usize, of: usize) -> f64 {
    if found >= of {
        return 1.0;
    }
    let (failures, others) = (found as f64 + 1.0, (of - found) as f64);
    Beta::new(failures, others).map_or(1.0, |beta| beta.inverse_cdf(0.95))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_those_of_clopper_and_pearson() {
        // 0 of 60 in closed form; 1 and 3 of 60, 29 of 60: scipy 1.17.1, beta.ppf(0.95, found + 1, of - found).
        for (found, of, expected) in [
            (0, 60, 1.0 - 0.05_f64.powf(1.0 / 60.0)),
            (1, 60, 0.07663999493450441),
            (3, 60, 0.12418721047743608),
            (29, 60, 0.5965038314458101),
        ] {
            assert!(
                (upper_bound(found, of) / expected - 1.0).abs() < 1e-9,
                "{found} of {of}: {}",
                upper_bound(found, of)
            );
        }
        assert_eq!((upper_bound(5, 5), upper_bound(0, 0)), (1.0, 1.0));
    }
}
