//! What is to be reached, and whether it was: a target is met or missed only when the whole interval says so.

use super::model::ScenarioReport;
use crate::figures;
use crate::results::scaling::{LINEAR, Scaling};
use crate::stats::Figure;
use serde::Serialize;

/// Events per second that a run must exceed.
pub const EVENTS_PER_SECOND: f64 = 1_000.0;
/// Peak memory that a run must stay below, bytes.
pub const PEAK_MEMORY_BYTES: f64 = 8e9;

/// One target of one benchmark.
#[derive(Debug, Clone, Serialize)]
pub struct Target {
    /// `<group>/<mode>`, or the mode for scaling.
    pub subject: String,
    /// What is to be reached, in words.
    pub target: String,
    /// What was observed, in words.
    pub observed: String,
    /// Whether it is met; absent if the figures do not decide.
    pub met: Option<bool>,
}

/// Whether a figure is below a limit: its whole 95 % interval decides; a single value decides nothing.
pub fn below(figure: Figure, limit: f64) -> Option<bool> {
    let interval = figure.ci95?;
    match interval {
        _ if interval.upper < limit => Some(true),
        _ if interval.lower >= limit => Some(false),
        _ => None,
    }
}

/// Whether a figure is above a limit.
pub fn above(figure: Figure, limit: f64) -> Option<bool> {
    let interval = figure.ci95?;
    match interval {
        _ if interval.lower > limit => Some(true),
        _ if interval.upper <= limit => Some(false),
        _ => None,
    }
}

/// The targets of everything measured.
pub fn targets(scenarios: &[ScenarioReport], scaling: &[Scaling]) -> Vec<Target> {
    let mut targets = Vec::new();
    for scenario in scenarios {
        for mode in &scenario.modes {
            let subject = format!("{}/{}", scenario.name, mode.mode);
            let mut add = |target: String,
                           figure: Option<Figure>,
                           show: fn(f64) -> String,
                           met: fn(Figure, f64) -> Option<bool>,
                           limit: f64| {
                if let Some(figure) = figure {
                    let observed = match figure.ci95 {
                        Some(interval) => {
                            format!("{} ({} to {})", show(figure.estimate), show(interval.lower), show(interval.upper))
                        }
                        None => format!("{} ({} value(s), no interval)", show(figure.estimate), figure.count),
                    };
                    targets.push(Target { subject: subject.clone(), target, observed, met: met(figure, limit) });
                }
            };
            if let Some(seconds) = scenario.target_time_seconds {
                let (figure, what) = match mode.batch_seconds {
                    Some(figure) => (Some(figure), "whole run"),
                    None => (mode.execution_time, "generation"),
                };
                add(format!("{what} below {seconds} s"), figure, figures::seconds, below, seconds);
            }
            let rate = format!("above {} events/s", figures::count(EVENTS_PER_SECOND));
            add(rate, mode.events_per_second, figures::rate, above, EVENTS_PER_SECOND);
            let memory = format!("peak memory below {} GB", PEAK_MEMORY_BYTES / 1e9);
            add(memory, mode.peak_memory_bytes, figures::bytes, below, PEAK_MEMORY_BYTES);
        }
    }
    for scaling in scaling {
        let interval =
            scaling.slope.interval.map_or_else(String::new, |i| format!(" ({:.2} to {:.2})", i.lower, i.upper));
        targets.push(Target {
            subject: format!("{} ({})", scaling.mode, scaling.conditions),
            target: format!("linear scaling: log-log slope of time over employees x years at most {LINEAR}"),
            observed: format!("{:.2}{interval}", scaling.slope.value),
            met: scaling.linear,
        });
    }
    targets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_decides_nothing_and_the_whole_interval_must_agree() {
        let figure = |values: &[f64]| Figure::of(values).expect("a figure");
        assert_eq!(below(figure(&[1.0]), 60.0), None);
        assert_eq!(below(figure(&[1.0, 1.1, 0.9]), 60.0), Some(true));
        assert_eq!(below(figure(&[61.0, 61.1, 61.2]), 60.0), Some(false));
        assert_eq!(below(figure(&[50.0, 59.0, 65.0]), 60.0), None);
        assert_eq!(above(figure(&[2000.0, 2001.0]), 1000.0), Some(true));
        assert_eq!(above(figure(&[200.0, 201.0]), 1000.0), Some(false));
    }
}
