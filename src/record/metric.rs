//! Figures by name: those that are gated, and those that somebody added.

use serde::{Deserialize, Serialize};

/// Which way is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// More is better.
    HigherIsBetter,
    /// Less is better.
    LowerIsBetter,
}

/// A metric's value in a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MetricValue {
    /// Metric name.
    pub name: String,
    /// Unit of the value.
    pub unit: String,
    /// Which way is good.
    pub direction: Direction,
    /// The value; absent when the run has none.
    pub value: Option<f64>,
}

/// A figure that is gated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gated {
    /// Wall time of one run, seconds.
    ExecutionTime,
    /// Events per second of wall time.
    Throughput,
    /// Peak resident memory of a fresh process, bytes.
    PeakMemory,
}

impl Gated {
    /// Every gated figure.
    pub const ALL: [Gated; 3] = [Gated::ExecutionTime, Gated::Throughput, Gated::PeakMemory];

    /// Name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Gated::ExecutionTime => "execution_time",
            Gated::Throughput => "throughput",
            Gated::PeakMemory => "peak_memory",
        }
    }

    /// Whether more is worse.
    pub fn lower_is_better(self) -> bool {
        self != Gated::Throughput
    }
}
