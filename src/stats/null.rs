//! The distribution of the signed-rank statistic when nothing has changed.

use super::distribution::{normal_quantile, normal_upper};

/// How a whole-numbered rank statistic is distributed under the null hypothesis.
pub(super) enum Null {
    /// P(statistic <= i) at index i.
    Exact(Vec<f64>),
    /// The normal approximation, used with continuity correction.
    Normal { mean: f64, deviation: f64 },
}

impl Null {
    /// From the probabilities of 0, 1, 2 and so on.
    pub(super) fn exact(probabilities: Vec<f64>) -> Self {
        let mut sum = 0.0;
        Self::Exact(
            probabilities
                .into_iter()
                .map(|probability| {
                    sum += probability;
                    sum
                })
                .collect(),
        )
    }

    /// P(statistic <= value). Without spread the value is the mean, and half a step of continuity makes this one.
    fn at_most(&self, value: f64) -> f64 {
        match self {
            Self::Exact(cumulative) => cumulative.get(value as usize).copied().unwrap_or(1.0).min(1.0),
            Self::Normal { mean, deviation } => normal_upper((mean - value - 0.5) / deviation),
        }
    }

    /// The two-sided p value of a statistic whose smaller side is `smaller`.
    pub(super) fn two_sided(&self, smaller: f64) -> f64 {
        (2.0 * self.at_most(smaller)).min(1.0)
    }

    /// The largest k with P(statistic < k) <= `tail`: so many of the ordered averages or differences may be cut off at
    /// each end, less one. `None` where not even the first may.
    pub(super) fn cut(&self, tail: f64) -> Option<usize> {
        let cut = match self {
            Self::Exact(cumulative) => cumulative.partition_point(|&probability| probability <= tail),
            Self::Normal { mean, deviation } => {
                (mean + 0.5 - normal_quantile(tail) * deviation).floor().max(0.0) as usize
            }
        };
        (cut > 0).then_some(cut)
    }
}
