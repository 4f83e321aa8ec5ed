//! The decision against a stored baseline: one session's processes against another session's. Weaker evidence than a
//! paired run, because whatever changed on the machine in between is in the difference.

use super::thresholds::Thresholds;
use super::{Gated, Severity, Verdict};
use crate::stats::{Interval, t_interval, welch_difference};
use serde::Serialize;

/// Confidence of every interval here.
pub const CONFIDENCE: f64 = 0.95;

/// What was decided about one figure of one benchmark.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Judgement {
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

/// Judges one figure: one value per process on each side, positive. `between_days` is [`day_to_day`] where the history
/// tells it; it widens the interval.
///
/// FAIL needs point and whole interval beyond the threshold; PASS needs the whole interval within.
pub fn judge(
    figure: Gated,
    baseline: &[f64],
    current: &[f64],
    thresholds: &Thresholds,
    between_days: Option<f64>,
) -> Judgement {
    let mut judgement = Judgement {
        figure,
        threshold_percent: thresholds.of(figure).value(),
        baseline: geometric_mean(baseline),
        current: geometric_mean(current),
        ratio: None,
        ratio_interval: None,
        between_days: false,
        processes: (baseline.len(), current.len()),
        verdict: Verdict::Inconclusive,
        severity: None,
        reason: String::new(),
    };
    let (Some(before), Some(now)) = (judgement.baseline, judgement.current) else {
        judgement.reason = "not observed on both sides".into();
        return judgement;
    };
    let ratio = now / before;
    judgement.ratio = Some(ratio);
    let logs = |values: &[f64]| values.iter().map(|value| value.ln()).collect::<Vec<_>>();
    let Some(interval) = welch_difference(&logs(baseline), &logs(current), CONFIDENCE).and_then(|d| d.interval) else {
        judgement.reason = format!("{} and {} process(es) show no spread: run more", baseline.len(), current.len());
        return judgement;
    };
    let (centre, half) = (ratio.ln(), interval.width() / 2.0);
    // Where the spread between days is not known, the interval is Welch's alone, and the judgement says so.
    let half = between_days.map_or(half, |days| half.hypot(days));
    let interval = Interval { lower: (centre - half).exp(), upper: (centre + half).exp() };
    judgement.between_days = between_days.is_some();
    judgement.ratio_interval = Some(interval);
    let (best, worst) =
        if figure.lower_is_better() { (interval.lower, interval.upper) } else { (interval.upper, interval.lower) };
    let proven = thresholds.severity(figure, best);
    (judgement.verdict, judgement.severity, judgement.reason) = match (proven, thresholds.severity(figure, worst)) {
        (Some(severity), _) => (Verdict::Fail, Some(severity), "the whole interval is beyond the threshold".into()),
        (None, None) => (Verdict::Pass, None, "the whole interval is within the threshold".into()),
        (None, Some(_)) => (Verdict::Inconclusive, None, "the interval reaches both sides of the threshold".into()),
    };
    judgement
}

/// `None` for no values or one that has no logarithm.
fn geometric_mean(values: &[f64]) -> Option<f64> {
    if values.is_empty() || values.iter().any(|value| !value.is_finite() || *value <= 0.0) {
        return None;
    }
    Some((values.iter().map(|value| value.ln()).sum::<f64>() / values.len() as f64).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten values about `centre` with a spread of some two percent.
    fn about(centre: f64) -> Vec<f64> {
        [-0.03, -0.02, -0.01, -0.01, 0.0, 0.0, 0.01, 0.01, 0.02, 0.03].map(|d| centre * (1.0 + d)).to_vec()
    }

    fn verdict(figure: Gated, baseline: &[f64], current: &[f64]) -> (Verdict, Option<Severity>) {
        let judgement = judge(figure, baseline, current, &Thresholds::default(), None);
        assert!(!judgement.reason.is_empty());
        (judgement.verdict, judgement.severity)
    }

    #[test]
    fn the_whole_interval_decides() {
        let time = |ratio| verdict(Gated::ExecutionTime, &about(1.0), &about(ratio));
        assert_eq!(time(1.0), (Verdict::Pass, None));
        assert_eq!(time(0.3), (Verdict::Pass, None));
        assert_eq!(time(1.10), (Verdict::Pass, None));
        assert_eq!(time(1.15), (Verdict::Inconclusive, None));
        assert_eq!(time(1.20), (Verdict::Fail, Some(Severity::Minor)));
        assert_eq!(time(1.40), (Verdict::Fail, Some(Severity::Major)));
        assert_eq!(time(2.0), (Verdict::Fail, Some(Severity::Critical)));
        let throughput = |ratio| verdict(Gated::Throughput, &about(1.0), &about(ratio));
        assert_eq!(throughput(0.80), (Verdict::Fail, Some(Severity::Minor)));
        assert_eq!(throughput(0.90), (Verdict::Inconclusive, None));
        assert_eq!(throughput(1.5), (Verdict::Pass, None));
    }

    #[test]
    fn the_spread_between_days_widens_the_interval() {
        let sessions: Vec<f64> = (0..12).map(|day| 1.0 + 0.1 * f64::from(day % 3 - 1)).collect();
        let half = day_to_day(&sessions).expect("enough sessions");
        assert!((0.2..0.4).contains(&half), "{half}");
        assert_eq!(day_to_day(&sessions[..9]), None);
        let judged = |days| judge(Gated::ExecutionTime, &about(1.0), &about(1.25), &Thresholds::default(), days);
        assert_eq!(judged(None).verdict, Verdict::Fail);
        assert_eq!(judged(Some(half)).verdict, Verdict::Inconclusive);
        assert!(judged(Some(half)).between_days);
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
            assert_eq!(verdict(Gated::PeakMemory, &baseline, &current), (Verdict::Inconclusive, None));
        }
        // Equal values on both sides have no spread, and that is evidence.
        assert_eq!(verdict(Gated::PeakMemory, &[5.0; 3], &[5.0; 3]), (Verdict::Pass, None));
        assert_eq!(verdict(Gated::PeakMemory, &[5.0; 3], &[6.5; 3]), (Verdict::Fail, Some(Severity::Minor)));
    }
}
