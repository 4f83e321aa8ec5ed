//! The paired run: rounds in balanced random order, a null pair alongside, two looks.

use super::comparison::{BenchmarkComparison, Comparison, Round};
use super::round;
use super::side::{Observed, Side, Task};
use crate::error::{Error, Outside, Result};
use crate::interrupt::check_interrupt;
use crate::machine::Machine;
use crate::machine::fitness::{MOST_SPREAD, burn_in};
use crate::measure::rounds::Order;
use crate::record::key::{UNKNOWN_OUTPUT, WHOLE_RUNS, other_output, same_place};
use crate::record::metric::Gated;
use crate::record::timestamp::Timestamp;
use crate::remarks::{Remark, gather};
use crate::stats::benjamini_hochberg;
use crate::verdict::paired::{METHOD, PairedJudgement, judge_memory, judge_time};
use crate::verdict::rounds::{FIRST_LOOK, SECOND_LOOK};
use crate::verdict::thresholds::Thresholds;
use crate::verdict::{Severity, Verdict, together};
use std::time::{Duration, Instant};

/// False discovery rate of the list of what changed at all.
const FALSE_DISCOVERY_RATE: f64 = 0.05;

/// What is compared, and how far to go.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The yardstick.
    pub base: Side,
    /// The base again, from another file: what differs between the two is the machine's doing.
    pub null: Side,
    /// What is judged.
    pub head: Side,
    /// What each round runs.
    pub tasks: Vec<Task>,
    /// When a difference counts.
    pub thresholds: Thresholds,
    /// Judge although the events differ.
    pub allow_output_change: bool,
    /// No round starts after this time.
    pub max_time: Option<Duration>,
}

/// A round that begins.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// Id of the benchmark.
    pub benchmark: &'a str,
    /// Which of the benchmarks it is, from 1.
    pub number: usize,
    /// Benchmarks in all.
    pub benchmarks: usize,
    /// Which round of this benchmark, from 1.
    pub round: usize,
    /// Rounds until the next look at this benchmark.
    pub rounds: usize,
    /// Rounds until the first look, as every benchmark has.
    pub rounds_of_each: usize,
}

/// Compares; `progress` hears of every round.
///
/// # Errors
/// When a side cannot be run at all, or somebody interrupts.
pub fn compare(plan: &Plan, command: &str, progress: &mut dyn FnMut(Step<'_>)) -> Result<Comparison> {
    let clock = Instant::now();
    let machine = Machine::current();
    let burn_in_spread = burn_in(Duration::from_millis(500));
    let mut benchmarks = Vec::new();
    for (index, task) in plan.tasks.iter().enumerate() {
        benchmarks.push(one(plan, task, index + 1, clock, progress)?);
    }
    let mut comparison = Comparison {
        generated_at: Timestamp::now(),
        command: command.to_owned(),
        base: plan.base.name.clone(),
        head: plan.head.name.clone(),
        verdict: Verdict::Inconclusive,
        thresholds: plan.thresholds,
        method: METHOD.to_owned(),
        changed: changed(&benchmarks),
        benchmarks,
        burn_in_spread,
        remarks: Vec::new(),
        notes: Vec::new(),
        machine,
        seconds: clock.elapsed().as_secs_f64(),
    };
    conclude(&mut comparison);
    for (what, side) in [("base", &plan.base), ("head", &plan.head)] {
        if let Some(padding) = &side.padding {
            comparison
                .remarks
                .push(format!("the {what} was padded on purpose ({padding}): its figures are not the build's"));
        }
    }
    Ok(comparison)
}

/// The verdict of all, and why.
fn conclude(comparison: &mut Comparison) {
    comparison.verdict =
        comparison.benchmarks.iter().map(|benchmark| benchmark.verdict).max().unwrap_or(Verdict::Inconclusive);
    let said = |benchmark: &BenchmarkComparison| {
        let id = benchmark.id.clone();
        benchmark.remarks.iter().map(move |remark| (id.clone(), remark.clone())).collect::<Vec<_>>()
    };
    comparison.notes = gather(comparison.benchmarks.iter().flat_map(said));
    let invented = comparison
        .benchmarks
        .iter()
        .filter(|benchmark| benchmark.null_judgements.iter().any(|judgement| judgement.verdict == Verdict::Fail));
    let reason = "base against itself failed, so this machine invents differences";
    let invented = gather(invented.map(|benchmark| (benchmark.id.clone(), reason.to_owned())));
    let mut unfit: Vec<String> = invented.iter().map(Remark::to_string).collect();
    if let Some(spread) = comparison.burn_in_spread.filter(|spread| *spread > MOST_SPREAD) {
        unfit.push(format!(
            "equal work varied by {:.0} % before the first round: the machine is too noisy now",
            100.0 * spread
        ));
    }
    // A crash is seen on any machine.
    let crashed = comparison
        .benchmarks
        .iter()
        .any(|benchmark| benchmark.judgements.is_empty() && benchmark.verdict == Verdict::Fail);
    if !unfit.is_empty() && !crashed && comparison.verdict != Verdict::Pass {
        comparison.verdict = Verdict::Unfit;
    }
    comparison.remarks = unfit;
}

fn one(
    plan: &Plan,
    task: &Task,
    number: usize,
    clock: Instant,
    progress: &mut dyn FnMut(Step<'_>),
) -> Result<BenchmarkComparison> {
    let mut benchmark = BenchmarkComparison {
        id: task.id(),
        verdict: Verdict::Inconclusive,
        severity: None,
        decided_by: Vec::new(),
        judgements: Vec::new(),
        null_judgements: Vec::new(),
        same_output: true,
        remarks: Vec::new(),
        rounds: Vec::new(),
    };
    let mut order = Order::new(&[0, 1, 2]);
    let mut alone = None;
    for look in [FIRST_LOOK, SECOND_LOOK] {
        while benchmark.rounds.len() < look {
            check_interrupt()?;
            if plan.max_time.is_some_and(|most| clock.elapsed() >= most) {
                benchmark.remarks.push(format!("out of time after {} round(s)", benchmark.rounds.len()));
                break;
            }
            progress(Step {
                benchmark: &benchmark.id,
                number,
                benchmarks: plan.tasks.len(),
                round: benchmark.rounds.len() + 1,
                rounds: look,
                rounds_of_each: FIRST_LOOK,
            });
            let round = match round(plan, task, &mut order, &mut alone, &mut benchmark.remarks)? {
                Ok(round) => round,
                Err(error) => {
                    let reason = format!("the head does not run: {error}");
                    return Ok(BenchmarkComparison {
                        severity: Some(Severity::Critical),
                        ..benchmark.ended(Verdict::Fail, reason)
                    });
                }
            };
            if let Some(((same_output, verdict), reason)) = incomparable(&round, plan.allow_output_change) {
                return Ok(BenchmarkComparison { same_output, ..benchmark.ended(verdict, reason) });
            }
            if benchmark.rounds.is_empty() && task.is_run_once {
                benchmark.remarks.push(WHOLE_RUNS.into());
            }
            if benchmark.rounds.is_empty() && !comparable(&round) {
                benchmark.remarks.push(UNKNOWN_OUTPUT.into());
            }
            benchmark.rounds.push(round);
        }
        benchmark.judgements = judgements(&benchmark.rounds, |round| &round.head, &plan.thresholds);
        benchmark.null_judgements = judgements(&benchmark.rounds, |round| &round.null, &plan.thresholds);
        let judged = benchmark.judgements.iter().map(|j| (j.verdict, j.severity, j.ratio_interval.and(j.decided_by)));
        (benchmark.verdict, benchmark.severity, benchmark.decided_by) = together(judged);
        if benchmark.verdict == Verdict::Pass || benchmark.rounds.len() < look {
            break;
        }
    }
    Ok(benchmark)
}

/// One round; the error of the head where it does not run and the base does.
fn round(
    plan: &Plan,
    task: &Task,
    order: &mut Order<usize>,
    alone: &mut Option<bool>,
    remarks: &mut Vec<String>,
) -> Result<std::result::Result<Round, Error>> {
    let sides = [&plan.base, &plan.head, &plan.null];
    let mut shown = round::observe(sides, task, order, alone)?;
    if let Some(Err(error)) = shown.iter().find(|side| side.as_ref().is_err_and(is_its_own)) {
        // One that takes too much memory may have brought down another: who fails alone has failed.
        remarks.push(format!("failed beside the others, so from then on they ran one after the other: {error}"));
        *alone = Some(true);
        shown = round::observe(sides, task, order, alone)?;
    }
    let [base, head, null] = shown;
    let (base, null) = (base?, null?);
    match head {
        Ok(head) => Ok(Ok(Round { base, head, null })),
        Err(error) if is_its_own(&error) => Ok(Err(error)),
        Err(error) => Err(error),
    }
}

/// Whether a side has failed, and not the comparison.
fn is_its_own(error: &Error) -> bool {
    matches!(error, Error::File { .. } | Error::Outside(Outside::Ended { .. } | Outside::NoFigures { .. }))
}

/// Whether fingerprints tell if the output is the same.
fn comparable(round: &Round) -> bool {
    round.base.fingerprint.zip(round.head.fingerprint).is_none_or(|(base, head)| base.comparable(head))
}

fn digest(side: &Observed) -> String {
    side.fingerprint.map_or_else(|| "none".to_owned(), |digest| digest.to_string())
}

/// Why a round's figures must not be compared: whether the output is the same, the verdict, and the reason.
fn incomparable(round: &Round, allow_output_change: bool) -> Option<((bool, Verdict), String)> {
    let output = |side: &Observed| (side.events, side.fingerprint);
    if !allow_output_change && other_output(output(&round.base), output(&round.head)) {
        let reason = format!(
            "OUTPUT CHANGED: the head gives {} events (fingerprint {}), the base {} ({}); figures of different work are not \
             compared (--allow-output-change does)",
            round.head.events,
            digest(&round.head),
            round.base.events,
            digest(&round.base)
        );
        return Some(((false, Verdict::Fail), reason));
    }
    if !same_place(&round.base.machine, &round.head.machine) || round.base.threads != round.head.threads {
        return Some(((true, Verdict::Unfit), "the sides ran with another machine key or number of threads".into()));
    }
    None
}

fn judgements(rounds: &[Round], of: fn(&Round) -> &Observed, thresholds: &Thresholds) -> Vec<PairedJudgement> {
    let values = |of: &dyn Fn(&Round) -> Option<f64>| rounds.iter().filter_map(of).collect::<Vec<_>>();
    let Some(first) = rounds.first() else { return Vec::new() };
    let base = values(&|round| Some(round.base.execution_time));
    let head = values(&|round| Some(of(round).execution_time));
    let mut judgements = judge_time(&base, &head, (first.base.events, of(first).events), thresholds);
    let base = values(&|round| round.base.peak_memory);
    // A platform that tells no memory has no such figure.
    if !base.is_empty() {
        judgements.extend(judge_memory(&base, &values(&|round| of(round).peak_memory), thresholds));
    }
    judgements
}

/// Ids and figures that changed at all.
fn changed(benchmarks: &[BenchmarkComparison]) -> Vec<String> {
    let all: Vec<(String, f64)> = benchmarks
        .iter()
        .flat_map(|benchmark| {
            benchmark.judgements.iter().filter_map(|judgement| {
                // Throughput is execution time the other way round.
                let p_value = judgement.p_value.filter(|_| judgement.figure != Gated::Throughput)?;
                let change = crate::figures::change(judgement.ratio?);
                Some((format!("{} {} {change}", benchmark.id, judgement.figure.name()), p_value))
            })
        })
        .collect();
    let p_values: Vec<f64> = all.iter().map(|(_, p_value)| *p_value).collect();
    let rejected = benjamini_hochberg(&p_values, FALSE_DISCOVERY_RATE).unwrap_or_default();
    all.into_iter().zip(rejected).filter(|(_, rejected)| *rejected).map(|((name, _), _)| name).collect()
}
