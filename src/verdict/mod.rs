//! When something has regressed: thresholds, and the decisions against a stored baseline and on paired rounds
//! (`docs/verdicts.md` is the procedure).

pub mod check;
mod days;
mod decision;
pub mod paired;
mod rounds;
pub mod stored;
pub mod thresholds;

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
