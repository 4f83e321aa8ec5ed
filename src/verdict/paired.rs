//! The decision on paired rounds: base and head each run once per round, in balanced random order, and at most two looks
//! are taken at the figures (`docs/verdicts.md`, "Paired run").

use super::thresholds::Thresholds;
use super::{Gated, Severity, Verdict};
use crate::results::comparison::Effect;
use crate::stats::{
    Interval, cohens_d, hedges_g, hodges_lehmann, median, minimum_detectable_effect, paired_difference, rounds_needed,
    signed_rank_test, standard_deviation, student_t_test, welch_t_test,
};
use serde::{Deserialize, Serialize};

/// Rounds before the first look.
pub const FIRST_LOOK: usize = 10;
/// Rounds before the second, and last.
pub const SECOND_LOOK: usize = 20;
const CONFIDENCE: f64 = 0.95;
/// Power at which the smallest effect that could have been shown is stated.
const POWER: f64 = 0.80;

/// What was decided about one figure of one benchmark.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// The figure.
    pub figure: Gated,
    /// Threshold, percent.
    pub threshold_percent: f64,
    /// Rounds done.
    pub rounds: usize,
    /// Median of the base.
    pub base: Option<f64>,
    /// Median of the head.
    pub head: Option<f64>,
    /// Hodges-Lehmann estimate of `head / base`.
    pub ratio: Option<f64>,
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
    /// Smallest change, percent, that so many rounds show with 80 % power on this machine.
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

/// Judges one figure after `base.len()` rounds: value by value, base and head of one round belong together.
///
/// At the first look (fewer than [`SECOND_LOOK`] rounds) only PASS or INCONCLUSIVE come out; FAIL needs the second, the
/// whole pooled interval beyond the threshold, and the median of the fresh rounds beyond it too.
pub fn judge(figure: Gated, base: &[f64], head: &[f64], thresholds: &Thresholds) -> Judgement {
    let usable = |values: &[f64]| values.iter().all(|value| value.is_finite() && *value > 0.0);
    let rounds = if base.len() == head.len() && usable(base) && usable(head) { base.len() } else { 0 };
    let logs: Vec<f64> = base.iter().zip(head).take(rounds).map(|(base, head)| (head / base).ln()).collect();
    let estimate = hodges_lehmann(&logs, CONFIDENCE);
    let deviation = standard_deviation(&logs);
    let percent = |log: f64| 100.0 * log.exp_m1();
    let mut judgement = Judgement {
        figure,
        threshold_percent: thresholds.of(figure).value(),
        rounds,
        base: median(base),
        head: median(head),
        ratio: estimate.map(|estimate| estimate.value.exp()),
        ratio_interval: estimate.and_then(|estimate| estimate.interval?.map(f64::exp)),
        t_interval: paired_logs(base, head).and_then(|interval| interval.map(f64::exp)),
        verdict: Verdict::Inconclusive,
        severity: None,
        reason: String::new(),
        detectable_percent: deviation
            .and_then(|deviation| minimum_detectable_effect(deviation, rounds, CONFIDENCE, POWER))
            .map(percent),
        rounds_needed: None,
        p_value: signed_rank_test(&logs).map(|test| test.p_value),
        student_p_value: student_t_test(base, head).map(|test| test.p_value),
        welch_p_value: welch_t_test(base, head).map(|test| test.p_value),
        cohens_d: Effect::of(cohens_d(base, head)),
        hedges_g: Effect::of(hedges_g(base, head)),
    };
    let Some(interval) = judgement.ratio_interval else {
        judgement.reason = format!("{rounds} round(s) carry no interval");
        judgement.rounds_needed = Some(next_look(rounds));
        return judgement;
    };
    let (best, worst) =
        if figure.lower_is_better() { (interval.lower, interval.upper) } else { (interval.upper, interval.lower) };
    if thresholds.severity(figure, worst).is_none() {
        judgement.verdict = Verdict::Pass;
        judgement.reason = "the whole interval is within the threshold".into();
        return judgement;
    }
    let fresh = median(&logs[FIRST_LOOK.min(logs.len())..]).map(f64::exp);
    let fresh_agrees = fresh.is_some_and(|fresh| thresholds.severity(figure, fresh).is_some());
    match thresholds.severity(figure, best) {
        Some(_) if rounds < SECOND_LOOK => {
            judgement.reason = "beyond the threshold at the first look, to be confirmed".into()
        }
        Some(severity) if fresh_agrees => {
            (judgement.verdict, judgement.severity) = (Verdict::Fail, Some(severity));
            judgement.reason = "the whole interval is beyond the threshold, and the fresh rounds agree".into();
        }
        Some(_) => judgement.reason = "beyond the threshold, but the fresh rounds do not agree".into(),
        None => judgement.reason = "the interval reaches both sides of the threshold".into(),
    }
    if judgement.verdict == Verdict::Inconclusive {
        let margin = thresholds.log_margin(figure);
        let distance = judgement.ratio.map(|ratio| (ratio.ln() - margin).abs());
        let settle = |(deviation, distance)| rounds_needed(deviation, distance, CONFIDENCE, POWER);
        judgement.rounds_needed = deviation.zip(distance).and_then(settle).map(|count| count.max(next_look(rounds)));
    }
    judgement
}

/// The least rounds at which anything new can be decided.
fn next_look(rounds: usize) -> usize {
    [FIRST_LOOK, SECOND_LOOK].into_iter().find(|&look| rounds < look).unwrap_or(rounds + 1)
}

fn paired_logs(base: &[f64], head: &[f64]) -> Option<Interval> {
    let logs = |values: &[f64]| values.iter().map(|value| value.ln()).collect::<Vec<_>>();
    paired_difference(&logs(base), &logs(head), CONFIDENCE)?.interval
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng, SeedableRng};
    use statrs::distribution::{ContinuousCDF, Normal};

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
        let (trials, thresholds) = (400, Thresholds::default());
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let (mut passed, mut failed) = (0, 0);
        for _ in 0..trials {
            let (base, head) = rounds(&mut random, SECOND_LOOK, ratio, spread);
            let first = judge(Gated::ExecutionTime, &base[..FIRST_LOOK], &head[..FIRST_LOOK], &thresholds);
            assert_ne!(first.verdict, Verdict::Fail, "never at the first look");
            let last = if first.verdict == Verdict::Pass {
                first
            } else {
                judge(Gated::ExecutionTime, &base, &head, &thresholds)
            };
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
        let thresholds = Thresholds::default();
        for (base, head) in [
            (vec![], vec![]),
            (vec![1.0; 5], vec![9.0; 5]),
            (vec![1.0; 20], vec![0.0; 20]),
            (vec![1.0; 20], vec![f64::NAN; 20]),
            (vec![1.0; 20], vec![1.0; 19]),
        ] {
            let judged = judge(Gated::PeakMemory, &base, &head, &thresholds);
            assert_eq!((judged.verdict, judged.rounds_needed), (Verdict::Inconclusive, Some(FIRST_LOOK)));
        }
        // No spread at all is evidence.
        let verdict = |head: f64| judge(Gated::PeakMemory, &[5.0; 20], &[head; 20], &thresholds);
        assert_eq!(verdict(5.0).verdict, Verdict::Pass);
        assert_eq!((verdict(8.0).verdict, verdict(8.0).severity), (Verdict::Fail, Some(Severity::Major)));
        let throughput = judge(Gated::Throughput, &[100.0; 20], &[70.0; 20], &thresholds);
        assert_eq!((throughput.verdict, throughput.severity), (Verdict::Fail, Some(Severity::Major)));
    }

    #[test]
    fn the_fresh_rounds_must_agree() {
        let base = vec![1.0; 20];
        let head: Vec<f64> =
            (0..20).map(|round| if round < 10 { 1.9 + 0.001 * f64::from(round) } else { 1.1 }).collect();
        let judgement = judge(Gated::ExecutionTime, &base, &head, &Thresholds::default());
        assert_eq!(judgement.verdict, Verdict::Inconclusive);
        assert!(
            judgement.detectable_percent.is_some_and(|percent| percent > 0.0)
                && judgement.rounds_needed.is_some_and(|count| count > 20)
        );
    }
}
