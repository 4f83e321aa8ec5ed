//! The decision on paired rounds: base and head each run once per round, in balanced random order, and at most two looks
//! are taken at the figures (`docs/verdicts.md`, "Paired run").

use super::decision::{Measured, whose};
use super::outcome::{Severity, Verdict};
use super::rounds::{POWER, Rounds};
use super::thresholds::Thresholds;
use crate::record::metric::Gated;
use crate::results::comparison::Effect;
use crate::stats::{
    CONFIDENCE, Interval, cohens_d, hedges_g, hodges_lehmann, minimum_detectable_effect, paired_difference,
    signed_rank_test, standard_deviation, student_t_test, welch_t_test,
};
use serde::{Deserialize, Serialize};

/// What was decided about one figure of one benchmark.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PairedJudgement {
    /// The figure.
    pub figure: Gated,
    /// Threshold, percent.
    pub threshold_percent: f64,
    /// Rounds done.
    pub rounds: usize,
    /// Hodges-Lehmann estimate of the base, on logarithms.
    pub base: Option<f64>,
    /// The base times the ratio, so that the two differ by the change that is judged.
    pub head: Option<f64>,
    /// Hodges-Lehmann estimate of `head / base`.
    pub ratio: Option<f64>,
    /// The figure whose threshold decided: of time and throughput, which share interval and verdict, the one whose
    /// threshold is reached first. Absent in files from before they did.
    #[serde(default)]
    pub decided_by: Option<Gated>,
    /// Its exact 95 % interval (Wilcoxon signed rank).
    pub ratio_interval: Option<Interval>,
    /// 95 % interval of the ratio by Student's t on logarithms, beside it.
    pub t_interval: Option<Interval>,
    /// The decision.
    pub verdict: Verdict,
    /// For a FAIL, by the end of the interval that is nearer to no change.
    pub severity: Option<Severity>,
    /// Why, in words.
    pub reason: String,
    /// Smallest change for the worse, percent, that so many rounds show with 80 % power on this machine.
    pub detectable_percent: Option<f64>,
    /// Rounds that would settle it; for an INCONCLUSIVE.
    pub rounds_needed: Option<usize>,
    /// Of no change at all (signed rank).
    pub p_value: Option<f64>,
    /// Student's t test, p.
    pub student_p_value: Option<f64>,
    /// Welch's t test, p.
    pub welch_p_value: Option<f64>,
    /// Cohen's d.
    pub cohens_d: Option<Effect>,
    /// Hedges' g.
    pub hedges_g: Option<Effect>,
}

/// How the estimate is made, in one line.
pub const METHOD: &str = "Hodges-Lehmann over the rounds' ln(head / base), interval: exact Wilcoxon signed rank, 95 %; base: \
                          Hodges-Lehmann of its own logarithms, head: base times change";

/// Judges execution time and throughput, which are one measurement: seconds, value by value, base and head of one round
/// belong together; and the events of one run of each side. Without events there is no throughput.
///
/// At the first look (fewer than [`SECOND_LOOK`](super::rounds::SECOND_LOOK) rounds) only PASS or INCONCLUSIVE come out; FAIL needs the second, the
/// whole pooled interval beyond a threshold, and the median of the fresh rounds beyond it too.
pub fn judge_time(base: &[f64], head: &[f64], events: (u64, u64), thresholds: &Thresholds) -> Vec<PairedJudgement> {
    judge(Measured::time(events.0, events.1), base, head, thresholds)
}

/// Judges peak memory, bytes, as [`judge_time`].
pub fn judge_memory(base: &[f64], head: &[f64], thresholds: &Thresholds) -> Vec<PairedJudgement> {
    judge(Measured::Memory, base, head, thresholds)
}

fn judge(measured: Measured, base: &[f64], head: &[f64], thresholds: &Thresholds) -> Vec<PairedJudgement> {
    let usable = |values: &[f64]| values.iter().all(|value| value.is_finite() && *value > 0.0);
    let rounds = if base.len() == head.len() && usable(base) && usable(head) { base.len() } else { 0 };
    let logs: Vec<f64> = base.iter().zip(head).take(rounds).map(|(base, head)| (head / base).ln()).collect();
    let estimate = hodges_lehmann(&logs, CONFIDENCE);
    let interval = estimate.and_then(|estimate| estimate.interval?.map(f64::exp));
    let ratio = estimate.map(|estimate| estimate.value.exp());
    let rounds = Rounds { deviation: standard_deviation(&logs), logs, interval };
    let sides = ratio.and_then(|ratio| {
        let base: Vec<f64> = base.iter().map(|value| value.ln()).collect();
        let base = hodges_lehmann(&base, CONFIDENCE)?.value.exp();
        Some((base, base * ratio))
    });
    let said = rounds.say(measured, thresholds);
    let (verdict, severity) = said.verdict();
    let needed = rounds.needed(measured, thresholds, verdict);
    let (decided_by, _) = measured.decider(thresholds);
    let effect = |deviation| minimum_detectable_effect(deviation, rounds.logs.len(), CONFIDENCE, POWER);
    let detectable = rounds.deviation.and_then(effect).map(f64::exp);
    let of_figure = |&figure: &Gated| {
        let own = |ratio: f64| measured.ratio_of(figure, ratio);
        let values = sides.map(|sides| measured.values_of(figure, sides));
        let each = |values: &[f64], now: bool| -> Vec<f64> {
            let of = |&value: &f64| {
                let values = measured.values_of(figure, (value, value));
                if now { values.1 } else { values.0 }
            };
            values.iter().map(of).collect()
        };
        let (base, head) = (each(base, false), each(head, true));
        PairedJudgement {
            figure,
            threshold_percent: thresholds.of(figure).value(),
            rounds: rounds.logs.len(),
            base: values.map(|values| values.0),
            head: values.map(|values| values.1),
            ratio: ratio.map(own),
            decided_by: Some(decided_by),
            ratio_interval: rounds.interval.and_then(|interval| interval.map(own)),
            t_interval: paired_logs(&base, &head).and_then(|interval| interval.map(f64::exp)),
            verdict,
            severity,
            reason: said.words(whose(figure, decided_by), rounds.logs.len()),
            // Of the noise alone: the events of both sides are known.
            detectable_percent: detectable
                .map(|ratio| 100.0 * (if figure.lower_is_better() { ratio } else { 1.0 / ratio } - 1.0)),
            rounds_needed: needed,
            p_value: signed_rank_test(&rounds.logs),
            student_p_value: student_t_test(&base, &head).map(|test| test.p_value),
            welch_p_value: welch_t_test(&base, &head).map(|test| test.p_value),
            cohens_d: Effect::of(cohens_d(&base, &head)),
            hedges_g: Effect::of(hedges_g(&base, &head)),
        }
    };
    measured.figures().iter().map(of_figure).collect()
}

fn paired_logs(base: &[f64], head: &[f64]) -> Option<Interval> {
    let logs = |values: &[f64]| values.iter().map(|value| value.ln()).collect::<Vec<_>>();
    paired_difference(&logs(base), &logs(head), CONFIDENCE)?.interval
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::rounds::{FIRST_LOOK, SECOND_LOOK};
    use crate::verdict::thresholds::Percent;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng, SeedableRng};
    use statrs::distribution::{ContinuousCDF, Normal};

    fn time(base: &[f64], head: &[f64]) -> PairedJudgement {
        let judged = judge_time(base, head, (459, 459), &time_alone());
        assert!(judged.iter().all(|judgement| judgement.verdict == judged[0].verdict), "{judged:?}");
        judged.into_iter().next().expect("time")
    }

    fn memory(base: &[f64], head: &[f64]) -> PairedJudgement {
        judge_memory(base, head, &Thresholds::default()).into_iter().next().expect("memory")
    }

    /// +15 % time decides: -50 % throughput is further away.
    fn time_alone() -> Thresholds {
        Thresholds { throughput_percent: Percent::try_from(50.0).expect("a percentage"), ..Thresholds::default() }
    }

    /// Base and head of `rounds` rounds: log-normal with this spread, head `ratio` times the base.
    fn rounds(random: &mut ChaCha8Rng, count: usize, ratio: f64, spread: f64) -> (Vec<f64>, Vec<f64>) {
        let normal = Normal::standard();
        let mut draw = || {
            let uniform = (random.next_u64() >> 11) as f64 / (1u64 << 53) as f64 + 1e-17;
            (spread * normal.inverse_cdf(uniform)).exp()
        };
        (0..count).map(|_| (draw(), ratio * draw())).unzip()
    }

    /// Shares of PASS and FAIL under the two looks.
    fn rates(ratio: f64, spread: f64, seed: u64) -> (f64, f64) {
        let trials = 400;
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let (mut passed, mut failed) = (0, 0);
        for _ in 0..trials {
            let (base, head) = rounds(&mut random, SECOND_LOOK, ratio, spread);
            let first = time(&base[..FIRST_LOOK], &head[..FIRST_LOOK]);
            assert_ne!(first.verdict, Verdict::Fail, "never at the first look");
            let last = if first.verdict == Verdict::Pass { first } else { time(&base, &head) };
            passed += u32::from(last.verdict == Verdict::Pass);
            failed += u32::from(last.verdict == Verdict::Fail);
        }
        (f64::from(passed) / f64::from(trials), f64::from(failed) / f64::from(trials))
    }

    #[test]
    fn the_two_looks_have_the_rates_that_the_page_says() {
        // Spread between processes 4 %; bounds are the page's, and three standard errors where it gives a power.
        let (pass, fail) = rates(1.0, 0.04, 1);
        assert!(pass >= 0.95 && fail == 0.0, "no change: {pass} passed, {fail} failed");
        assert!(rates(1.10, 0.04, 2).1 <= 0.01, "+10 % is within the threshold");
        assert!(rates(1.15, 0.04, 3).1 <= 0.06, "at the threshold");
        let at_twenty = rates(1.20, 0.04, 4);
        assert!(at_twenty.1 >= 0.80 && at_twenty.0 == 0.0, "+20 %: {at_twenty:?}");
        assert_eq!(rates(1.30, 0.05, 5), (0.0, 1.0));
    }

    #[test]
    fn little_or_odd_evidence_is_undecided() {
        for (base, head) in [
            (vec![], vec![]),
            (vec![1.0; 5], vec![9.0; 5]),
            (vec![1.0; 20], vec![0.0; 20]),
            (vec![1.0; 20], vec![f64::NAN; 20]),
            (vec![1.0; 20], vec![1.0; 19]),
        ] {
            for judged in [memory(&base, &head), time(&base, &head)] {
                assert_eq!((judged.verdict, judged.rounds_needed), (Verdict::Inconclusive, Some(FIRST_LOOK)));
            }
        }
        // No spread at all is evidence.
        let verdict = |head: f64| memory(&[5.0; 20], &[head; 20]);
        assert_eq!(verdict(5.0).verdict, Verdict::Pass);
        assert_eq!((verdict(8.0).verdict, verdict(8.0).severity), (Verdict::Fail, Some(Severity::Major)));
        let judged = judge_time(&[0.7; 20], &[1.0; 20], (70, 70), &Thresholds::default());
        let throughput = &judged[1];
        assert_eq!((throughput.verdict, throughput.severity), (Verdict::Fail, Some(Severity::Major)));
    }

    #[test]
    fn the_fresh_rounds_must_agree() {
        let base = vec![1.0; 20];
        let head: Vec<f64> =
            (0..20).map(|round| if round < 10 { 1.9 + 0.001 * f64::from(round) } else { 1.1 }).collect();
        let judgement = time(&base, &head);
        assert_eq!(judgement.verdict, Verdict::Inconclusive);
        assert!(
            judgement.detectable_percent.is_some_and(|percent| percent > 0.0)
                && judgement.rounds_needed.is_some_and(|count| count > 20)
        );
    }

    #[test]
    fn time_and_throughput_share_interval_and_verdict() {
        let mut random = ChaCha8Rng::seed_from_u64(9);
        for ratio in [0.8, 1.0, 1.08, 1.12, 1.14, 1.3] {
            let (base, head) = rounds(&mut random, SECOND_LOOK, ratio, 0.04);
            let judged = judge_time(&base, &head, (459, 459), &Thresholds::default());
            let [time, throughput] = judged.as_slice() else { panic!("two figures") };
            assert_eq!((time.verdict, time.severity), (throughput.verdict, throughput.severity));
            assert_eq!(time.decided_by, Some(Gated::Throughput));
            let (interval, rates) = (time.ratio_interval.expect("one"), throughput.ratio_interval.expect("one"));
            assert!((interval.lower * rates.upper - 1.0).abs() < 1e-12);
            let within = rates.lower >= 0.9;
            assert_eq!(time.verdict == Verdict::Pass, within, "{judged:?}");
            assert!(throughput.detectable_percent.is_some_and(|percent| percent < 0.0));
        }
    }

    #[test]
    fn the_sides_shown_differ_by_the_change_shown() {
        // One slow round on each side: medians say +0.0 %, the rounds say otherwise.
        let base = [1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 1.0, 1.0, 1.0, 1.0];
        let head = [1.0, 1.1, 1.0, 1.1, 1.0, 2.2, 1.0, 1.1, 1.1, 1.0];
        for judgement in judge_time(&base, &head, (459, 459), &Thresholds::default()) {
            let (base, head) = (judgement.base.expect("one"), judgement.head.expect("one"));
            assert!((head / base / judgement.ratio.expect("one") - 1.0).abs() < 1e-12, "{judgement:?}");
        }
    }
}
