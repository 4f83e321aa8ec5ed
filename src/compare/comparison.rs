//! What a comparison found: data, in `compare.json` and in the trials of a calibration.

use super::side::Observed;
use crate::machine::Machine;
use crate::record::metric::Gated;
use crate::record::timestamp::Timestamp;
use crate::remarks::Remark;
use crate::verdict::paired::PairedJudgement;
use crate::verdict::thresholds::Thresholds;
use crate::verdict::{Severity, Verdict};
use serde::{Deserialize, Serialize};

/// A whole comparison.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Comparison {
    /// When it ended, UTC.
    pub generated_at: Timestamp,
    /// The command, for who wants to repeat it.
    pub command: String,
    /// What the base is.
    pub base: String,
    /// What the head is.
    pub head: String,
    /// The worst of the benchmarks' verdicts, or UNFIT.
    pub verdict: Verdict,
    /// Thresholds in force.
    pub thresholds: Thresholds,
    /// How estimates and intervals are made; empty in files from before it was said.
    #[serde(default)]
    pub method: String,
    /// By benchmark.
    pub benchmarks: Vec<BenchmarkComparison>,
    /// Figures that changed at all, however little (Benjamini-Hochberg over all of them, q = 0.05); advice, not a gate.
    pub changed: Vec<String>,
    /// Spread of equal work before the first round.
    pub burn_in_spread: Option<f64>,
    /// Why it is unfit, or what else has to be known.
    pub remarks: Vec<String>,
    /// The benchmarks' remarks, equal ones put together; empty in files from before they were.
    #[serde(default)]
    pub notes: Vec<Remark>,
    /// The machine.
    pub machine: Machine,
    /// How long it took, seconds.
    pub seconds: f64,
}

/// One benchmark of both sides.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BenchmarkComparison {
    /// `<group>/<mode>`.
    pub id: String,
    /// The worst of the figures' verdicts.
    pub verdict: Verdict,
    /// The worst severity.
    pub severity: Option<Severity>,
    /// The figures whose thresholds decided; empty if all are within theirs or nothing was judged.
    #[serde(default)]
    pub decided_by: Vec<Gated>,
    /// Head against base.
    pub judgements: Vec<PairedJudgement>,
    /// Base against itself: what the machine does by itself.
    pub null_judgements: Vec<PairedJudgement>,
    /// Whether both sides gave the same events.
    pub same_output: bool,
    /// What else has to be known.
    pub remarks: Vec<String>,
    /// The figures of every round.
    pub rounds: Vec<Round>,
}

impl BenchmarkComparison {
    /// Decided by something else than figures, whatever these said so far.
    pub(super) fn ended(mut self, verdict: Verdict, reason: String) -> Self {
        self.remarks.push(reason);
        Self { verdict, decided_by: Vec::new(), judgements: Vec::new(), null_judgements: Vec::new(), ..self }
    }
}

/// The figures of one round.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Round {
    /// Base.
    pub base: Observed,
    /// Head.
    pub head: Observed,
    /// Base again.
    pub null: Observed,
}
