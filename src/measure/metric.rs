//! Metrics of one's own: implement [`Metric`] as [`EventsPerCpuSecond`] does, add it to [`all`], and it appears in every run
//! record and report.

pub use crate::record::metric::{Direction, MetricValue};
use std::time::Duration;

/// What a metric may know about the observed run.
#[derive(Debug, Clone, Copy)]
#[allow(dead_code, reason = "for metrics to come")]
pub struct Run {
    /// Events generated.
    pub events: u64,
    /// Wall time of generation.
    pub wall: Duration,
    /// CPU time of generation, all threads and processes, where the platform tells.
    pub cpu: Option<Duration>,
    /// Peak resident memory, where the platform tells.
    pub peak_memory_bytes: Option<u64>,
}

/// A figure read around one run of an engine, in a fresh process.
pub trait Metric {
    /// Name in records and reports, `snake_case`.
    fn name(&self) -> &'static str;

    /// Unit of the value.
    fn unit(&self) -> &'static str;

    /// Which way is good.
    fn direction(&self) -> Direction;

    /// Called right before the run: read counters here.
    fn start(&mut self) {}

    /// Called right after the run: read counters again here.
    fn stop(&mut self) {}

    /// The value, once everything about the run is known; `None` when this run has no such figure.
    fn finish(&mut self, run: &Run) -> Option<f64>;
}

/// Every registered metric.
pub fn all() -> Vec<Box<dyn Metric>> {
    vec![Box::new(EventsPerCpuSecond)]
}

/// Events per second of CPU time: throughput that does not improve by using more cores.
struct EventsPerCpuSecond;

impl Metric for EventsPerCpuSecond {
    fn name(&self) -> &'static str {
        "events_per_cpu_second"
    }

    fn unit(&self) -> &'static str {
        "events/s"
    }

    fn direction(&self) -> Direction {
        Direction::HigherIsBetter
    }

    fn finish(&mut self, run: &Run) -> Option<f64> {
        let cpu = run.cpu.filter(|cpu| !cpu.is_zero())?;
        Some(run.events as f64 / cpu.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_of_one_metric() {
        let names: std::collections::BTreeSet<_> = all().iter().map(|metric| metric.name()).collect();
        assert_eq!(names.len(), all().len());
    }

    #[test]
    fn no_cpu_time_is_no_figure() {
        let mut run = Run { events: 10, wall: Duration::ZERO, cpu: Some(Duration::ZERO), peak_memory_bytes: None };
        assert_eq!(EventsPerCpuSecond.finish(&run), None);
        run.cpu = Some(Duration::from_millis(500));
        assert_eq!(EventsPerCpuSecond.finish(&run), Some(20.0));
    }
}
