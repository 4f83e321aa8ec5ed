//! The shapes.

use super::row::rows;
use super::{bencher, datadog, github_action_benchmark, openmetrics};
use crate::error::Result;
use crate::report::model::Report;

/// A shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Shape {
    /// Datadog's series, version 2 of its interface.
    Datadog,
    /// OpenMetrics 1.0 text, as Prometheus reads it.
    Openmetrics,
    /// Bencher Metric Format.
    Bencher,
    /// github-action-benchmark, custom smaller (or bigger) is better.
    GithubActionBenchmark,
}

/// What shapes may be told.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// github-action-benchmark: the figures of which more is better, instead of the others.
    pub bigger_is_better: bool,
    /// Datadog: host that the figures are of.
    pub host: Option<String>,
}

impl Shape {
    /// A report in this shape.
    ///
    /// # Errors
    /// When a figure cannot be written.
    pub fn render(self, report: &Report, options: &Options) -> Result<String> {
        let rows = rows(report);
        match self {
            Shape::Datadog => datadog::render(&rows, options.host.as_deref()),
            Shape::Openmetrics => Ok(openmetrics::render(&rows)),
            Shape::Bencher => bencher::render(&rows),
            Shape::GithubActionBenchmark => github_action_benchmark::render(&rows, options.bigger_is_better),
        }
    }

    /// Media type of a request's body.
    pub fn content_type(self) -> &'static str {
        match self {
            Shape::Openmetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            _ => "application/json",
        }
    }
}
