//! What a decision comes to, and how bad that is.

use crate::record::metric::Gated;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Outcome of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Shown to be within the margin.
    Pass,
    /// Neither shown to be within the margin nor beyond it. Never a pass.
    Inconclusive,
    /// Not comparable: another machine, other work, or a machine that is not fit to measure.
    Unfit,
    /// Shown to be beyond the margin.
    Fail,
}

impl Verdict {
    /// As reports write it.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Pass => "PASS",
            Verdict::Inconclusive => "INCONCLUSIVE",
            Verdict::Unfit => "UNFIT",
            Verdict::Fail => "FAIL",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// How bad a regression is, by the worsening that is proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Beyond the threshold.
    Minor,
    /// Beyond twice the threshold.
    Major,
    /// Beyond four times the threshold.
    Critical,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Severity::Minor => "minor",
            Severity::Major => "major",
            Severity::Critical => "critical",
        })
    }
}

/// What the judgements of a benchmark come to: the worst verdict, the worst severity, and the figures whose thresholds
/// decided, of which a judgement without an interval names none.
pub fn together(
    judgements: impl Iterator<Item = (Verdict, Option<Severity>, Option<Gated>)> + Clone,
) -> (Verdict, Option<Severity>, Vec<Gated>) {
    let verdict = judgements.clone().map(|(verdict, ..)| verdict).max().unwrap_or(Verdict::Inconclusive);
    let severity = judgements.clone().filter_map(|(_, severity, _)| severity).max();
    let worst = judgements.filter(|judged| judged.0 == verdict && verdict != Verdict::Pass);
    let mut decided_by: Vec<Gated> = worst.filter_map(|(.., decider)| decider).collect();
    decided_by.dedup();
    (verdict, severity, decided_by)
}
