//! The decision against a stored baseline: one session's processes against another session's. Weaker evidence than a
//! paired run, because whatever changed on the machine in between is in the difference.

use super::decision::{Measured, Shown, whose};
use super::outcome::{Severity, Verdict};
use super::thresholds::Thresholds;
use crate::record::metric::Gated;
use crate::stats::{CONFIDENCE, Interval, geometric_mean, t_interval, welch_difference};
use serde::Serialize;

/// What was decided about one figure of one benchmark.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StoredJudgement {
    /// The figure.
    pub figure: Gated,
    /// Threshold, percent.
    pub threshold_percent: f64,
    /// Geometric mean of the baseline's processes.
    pub baseline: Option<f64>,
    /// Geometric mean of the processes now.
    pub current: Option<f64>,
    /// `current / baseline`.
    pub ratio: Option<f64>,
    /// 95 % interval of the ratio (Welch, on logarithms).
    pub ratio_interval: Option<Interval>,
    /// The figure whose threshold decided: of time and throughput, which share interval and verdict, the one whose
    /// threshold is reached first.
    pub decided_by: Gated,
    /// Whether the spread between days is in the interval.
    pub between_days: bool,
    /// Processes of the baseline and now.
    pub processes: (usize, usize),
    /// The decision.
    pub verdict: Verdict,
    /// For [`Verdict::Fail`], by the end of the interval that is nearer to no change.
    pub severity: Option<Severity>,
    /// Why, in words.
    pub reason: String,
}

/// Sessions of one benchmark on one machine that a history must hold before the spread between days is known.
pub const ENOUGH_SESSIONS: usize = 10;

/// How far two sessions on different days lie apart by themselves: half the width of the 95 % interval of the difference
/// of two session values, in logarithms. `None` for fewer than [`ENOUGH_SESSIONS`] values.
pub fn day_to_day(session_values: &[f64]) -> Option<f64> {
    if session_values.len() < ENOUGH_SESSIONS || session_values.iter().any(|value| !value.is_finite() || *value <= 0.0)
    {
        return None;
    }
    let logs: Vec<f64> = session_values.iter().map(|value| value.ln()).collect();
    // A t interval of the mean, scaled from the mean of all sessions to the difference of two.
    Some(t_interval(&logs, CONFIDENCE)?.width() / 2.0 * (2.0 * logs.len() as f64).sqrt())
}

/// Judges execution time and throughput, which are one measurement: seconds, one value per process on each side, and the
/// events of one run then and now. `between_days` is [`day_to_day`] of the times where the history tells it; it widens
/// the interval. Without events there is no throughput.
pub fn judge_time(
    baseline: &[f64],
    current: &[f64],
    events: (u64, u64),
    thresholds: &Thresholds,
    between_days: Option<f64>,
) -> Vec<StoredJudgement> {
    judge(Measured::time(events.0, events.1), baseline, current, thresholds, between_days)
}

/// Judges peak memory: bytes, one value per process on each side. `between_days` as for [`judge_time`].
pub fn judge_memory(
    baseline: &[f64],
    current: &[f64],
    thresholds: &Thresholds,
    between_days: Option<f64>,
) -> Vec<StoredJudgement> {
    judge(Measured::Memory, baseline, current, thresholds, between_days)
}

/// FAIL needs point and whole interval beyond a threshold; PASS needs the whole interval within all.
fn judge(
    measured: Measured,
    baseline: &[f64],
    current: &[f64],
    thresholds: &Thresholds,
    between_days: Option<f64>,
) -> Vec<StoredJudgement> {
    let (before, now) = (geometric_mean(baseline), geometric_mean(current));
    let interval = before.zip(now).and_then(|sides| ratio_interval(sides, baseline, current, between_days));
    let (decided_by, _) = measured.decider(thresholds);
    let (verdict, severity) = match interval.map(|interval| measured.shown(thresholds, interval)) {
        Some(Shown::Beyond(severity)) => (Verdict::Fail, Some(severity)),
        Some(Shown::Within) => (Verdict::Pass, None),
        Some(Shown::Both) | None => (Verdict::Inconclusive, None),
    };
    let of_figure = |&figure: &Gated| {
        let own = |ratio: f64| measured.ratio_of(figure, ratio);
        let values = before.zip(now).map(|sides| measured.values_of(figure, sides));
        // Where one side is missing, the other is still shown.
        let one = |value: Option<f64>| value.map(|value| measured.values_of(figure, (value, value)));
        StoredJudgement {
            figure,
            threshold_percent: thresholds.of(figure).value(),
            baseline: one(before).map(|values| values.0),
            current: one(now).map(|values| values.1),
            ratio: values.map(|(before, now)| now / before),
            ratio_interval: interval.and_then(|interval| interval.map(own)),
            decided_by,
            between_days: interval.is_some() && between_days.is_some(),
            processes: (baseline.len(), current.len()),
            verdict,
            severity,
            reason: match (values, verdict) {
                (None, _) => "not observed on both sides".to_owned(),
                (_, Verdict::Fail) => format!("the whole interval is beyond {}", whose(figure, decided_by)),
                (_, Verdict::Pass) => format!("the whole interval is within {}", whose(figure, decided_by)),
                _ if interval.is_some() => {
                    format!("the interval reaches both sides of {}", whose(figure, decided_by))
                }
                _ => format!("{} and {} process(es) show no spread: run more", baseline.len(), current.len()),
            },
        }
    };
    measured.figures().iter().map(of_figure).collect()
}

/// Welch's interval of the ratio of geometric means, on logarithms, widened by the spread between days where it is known.
fn ratio_interval(
    (before, now): (f64, f64),
    baseline: &[f64],
    current: &[f64],
    between_days: Option<f64>,
) -> Option<Interval> {
    let logs = |values: &[f64], of: f64| values.iter().map(|value| value.ln() - of.ln()).collect::<Vec<_>>();
    let half = welch_difference(&logs(baseline, before), &logs(current, now), CONFIDENCE)?.interval?.width() / 2.0;
    let half = between_days.map_or(half, |days| half.hypot(days));
    let ratio = now / before;
    Interval::new(ratio * (-half).exp(), ratio * half.exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten values about `centre` with a spread of some two percent.
    fn about(centre: f64) -> Vec<f64> {
        [-0.03, -0.02, -0.01, -0.01, 0.0, 0.0, 0.01, 0.01, 0.02, 0.03].map(|d| centre * (1.0 + d)).to_vec()
    }

    fn outcome(judgements: &[StoredJudgement]) -> (Verdict, Option<Severity>) {
        for judgement in judgements {
            assert!(!judgement.reason.is_empty());
            assert_eq!((judgement.verdict, judgement.severity), (judgements[0].verdict, judgements[0].severity));
        }
        (judgements[0].verdict, judgements[0].severity)
    }

    fn times(baseline: &[f64], current: &[f64], days: Option<f64>) -> Vec<StoredJudgement> {
        judge_time(baseline, current, (459, 459), &Thresholds::default(), days)
    }

    fn memory(baseline: &[f64], current: &[f64]) -> (Verdict, Option<Severity>) {
        outcome(&judge_memory(baseline, current, &Thresholds::default(), None))
    }

    #[test]
    fn the_whole_interval_decides() {
        let time = |ratio| outcome(&times(&about(1.0), &about(ratio), None));
        assert_eq!(time(1.0), (Verdict::Pass, None));
        assert_eq!(time(0.3), (Verdict::Pass, None));
        // -10 % throughput is +11.1 % time, which is reached before +15 %.
        assert_eq!(time(1.08), (Verdict::Pass, None));
        assert_eq!(time(1.11), (Verdict::Inconclusive, None));
        assert_eq!(time(1.15), (Verdict::Fail, Some(Severity::Minor)));
        assert_eq!(time(1.40), (Verdict::Fail, Some(Severity::Major)));
        assert_eq!(time(2.0), (Verdict::Fail, Some(Severity::Critical)));
        let of = |ratio| memory(&about(1.0), &about(ratio));
        assert_eq!(of(1.15), (Verdict::Pass, None));
        assert_eq!(of(1.20), (Verdict::Inconclusive, None));
        assert_eq!(of(1.25), (Verdict::Fail, Some(Severity::Minor)));
    }

    #[test]
    fn time_and_throughput_are_one_interval_with_one_verdict() {
        // Faster, but so unsteady that +15 % time is excluded and -10 % throughput is not: undecided, once.
        let base = [1.0, 1.3, 0.8, 1.1, 0.9, 1.25];
        let unsteady = [0.9, 1.12, 0.76, 1.0, 0.85, 1.08];
        let judged = times(&base, &unsteady, None);
        let [time, throughput] = judged.as_slice() else { panic!("two figures: {judged:?}") };
        let (interval, rates) = (time.ratio_interval.expect("one"), throughput.ratio_interval.expect("one"));
        assert!((1.11..1.15).contains(&interval.upper), "{interval:?}");
        assert!(
            (rates.lower * interval.upper - 1.0).abs() < 1e-12 && (rates.upper * interval.lower - 1.0).abs() < 1e-12
        );
        assert!((time.ratio.expect("one") * throughput.ratio.expect("one") - 1.0).abs() < 1e-12);
        assert_eq!((time.verdict, throughput.verdict), (Verdict::Inconclusive, Verdict::Inconclusive));
        assert_eq!((time.decided_by, throughput.decided_by), (Gated::Throughput, Gated::Throughput));
        assert!(time.reason.contains("throughput, which is reached first"), "{}", time.reason);
        // Half the events in as much time: as fast a run, but half the throughput.
        let halved = judge_time(&about(1.0), &about(1.0), (200, 100), &Thresholds::default(), None);
        assert_eq!(outcome(&halved).0, Verdict::Fail);
        assert!(
            (halved[0].ratio.expect("one") - 1.0).abs() < 1e-9 && (halved[1].ratio.expect("one") - 0.5).abs() < 1e-9
        );
        // Nobody to simulate: no rate, and no NaN.
        assert_eq!(judge_time(&about(1.0), &about(1.0), (0, 0), &Thresholds::default(), None).len(), 1);
    }

    #[test]
    fn the_spread_between_days_widens_the_interval() {
        let sessions: Vec<f64> = (0..12).map(|day| 1.0 + 0.1 * f64::from(day % 3 - 1)).collect();
        let half = day_to_day(&sessions).expect("enough sessions");
        assert!((0.2..0.4).contains(&half), "{half}");
        assert_eq!(day_to_day(&sessions[..9]), None);
        let judged = |days| times(&about(1.0), &about(1.25), days);
        assert_eq!(outcome(&judged(None)).0, Verdict::Fail);
        assert_eq!(outcome(&judged(Some(half))).0, Verdict::Inconclusive);
        assert!(judged(Some(half)).iter().all(|judgement| judgement.between_days));
    }

    #[test]
    fn little_or_odd_evidence_is_no_pass() {
        for (baseline, current) in [
            (vec![], about(1.0)),
            (vec![1.0], vec![1.0]),
            (vec![1.0], vec![3.0]),
            (vec![0.0, 1.0], about(1.0)),
            (vec![f64::NAN, 1.0], about(1.0)),
        ] {
            assert_eq!(memory(&baseline, &current), (Verdict::Inconclusive, None));
            assert_eq!(outcome(&times(&baseline, &current, None)), (Verdict::Inconclusive, None));
        }
        // Equal values on both sides have no spread, and that is evidence.
        assert_eq!(memory(&[5.0; 3], &[5.0; 3]), (Verdict::Pass, None));
        assert_eq!(memory(&[5.0; 3], &[6.5; 3]), (Verdict::Fail, Some(Severity::Minor)));
    }
}
