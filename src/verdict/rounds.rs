//! What paired rounds say at a look (`docs/verdicts.md`, "Paired run").

use super::decision::{Measured, Shown};
use super::outcome::{Severity, Verdict};
use super::thresholds::Thresholds;
use crate::stats::{CONFIDENCE, Interval, hodges_lehmann, median, rounds_needed};

/// Rounds before the first look.
pub const FIRST_LOOK: usize = 10;
/// Rounds before the second, and last.
pub const SECOND_LOOK: usize = 20;
/// Power at which the smallest effect that could have been shown is stated.
pub(super) const POWER: f64 = 0.80;

/// The rounds of a measurement, as logarithms of `head / base`.
pub(super) struct Rounds {
    pub logs: Vec<f64>,
    /// Their standard deviation.
    pub deviation: Option<f64>,
    /// Interval of the ratio.
    pub interval: Option<Interval>,
}

/// What the rounds say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Said {
    /// No interval.
    TooFew,
    /// The whole interval is within the threshold.
    Within,
    /// The interval reaches both sides.
    BothSides,
    /// Beyond at the first look.
    ToBeConfirmed,
    /// Beyond, and the fresh rounds agree.
    Confirmed(Severity),
    /// Beyond, but the fresh rounds do not agree.
    NotConfirmed,
}

impl Said {
    pub(super) fn verdict(self) -> (Verdict, Option<Severity>) {
        match self {
            Said::Within => (Verdict::Pass, None),
            Said::Confirmed(severity) => (Verdict::Fail, Some(severity)),
            _ => (Verdict::Inconclusive, None),
        }
    }

    pub(super) fn words(self, threshold: &str, rounds: usize) -> String {
        match self {
            Said::TooFew => format!("{rounds} round(s) carry no interval"),
            Said::Within => format!("the whole interval is within {threshold}"),
            Said::BothSides => format!("the interval reaches both sides of {threshold}"),
            Said::ToBeConfirmed => format!("beyond {threshold} at the first look, to be confirmed"),
            Said::Confirmed(_) => format!("the whole interval is beyond {threshold}, and the fresh rounds agree"),
            Said::NotConfirmed => format!("beyond {threshold}, but the fresh rounds do not agree"),
        }
    }
}

impl Rounds {
    pub(super) fn say(&self, measured: Measured, thresholds: &Thresholds) -> Said {
        let rounds = self.logs.len();
        let Some(interval) = self.interval else { return Said::TooFew };
        let fresh = median(&self.logs[FIRST_LOOK.min(rounds)..]).map(f64::exp);
        let fresh_agrees = fresh.is_some_and(|fresh| measured.severity(thresholds, fresh).is_some());
        match measured.shown(thresholds, interval) {
            Shown::Within => Said::Within,
            Shown::Both => Said::BothSides,
            Shown::Beyond(_) if rounds < SECOND_LOOK => Said::ToBeConfirmed,
            Shown::Beyond(severity) if fresh_agrees => Said::Confirmed(severity),
            Shown::Beyond(_) => Said::NotConfirmed,
        }
    }

    /// Rounds that would settle what these did not.
    pub(super) fn needed(&self, measured: Measured, thresholds: &Thresholds, verdict: Verdict) -> Option<usize> {
        let rounds = self.logs.len();
        if self.interval.is_none() {
            return Some(next_look(rounds));
        }
        if verdict != Verdict::Inconclusive {
            return None;
        }
        let (_, margin) = measured.decider(thresholds);
        let distance = (hodges_lehmann(&self.logs, CONFIDENCE)?.value - margin).abs();
        rounds_needed(self.deviation?, distance, CONFIDENCE, POWER).map(|count| count.max(next_look(rounds)))
    }
}

/// The least rounds at which anything new can be decided.
fn next_look(rounds: usize) -> usize {
    [FIRST_LOOK, SECOND_LOOK].into_iter().find(|&look| rounds < look).unwrap_or(rounds + 1)
}
