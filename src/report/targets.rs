//! What is to be reached, and whether it was: a target is met or missed only when the whole interval says so.

use super::model::{ScenarioReport, Target};
use crate::figures;
use crate::results::Basis;
use crate::results::scaling::{LINEAR, Scaling};
use crate::stats::Figure;
use crate::verdict::limit::{EVENTS_PER_SECOND, PEAK_MEMORY_BYTES, above, below};

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
                    let (mode, subject) = (mode.mode, subject.clone());
                    targets.push(Target { mode, subject, target, observed, met: met(figure, limit) });
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
            mode: scaling.mode,
            subject: format!("{} ({})", scaling.mode, scaling.conditions),
            target: format!(
                "linear scaling: log-log slope of {} over employees x years at most {LINEAR}",
                what(scaling)
            ),
            observed: format!("{:.2}{interval}", scaling.slope.value),
            met: scaling.linear,
        });
    }
    targets
}

/// What grows; an execution time is meant where nothing is said.
fn what(scaling: &Scaling) -> &'static str {
    if scaling.basis == Basis::WholeRun { "whole run" } else { "time" }
}
