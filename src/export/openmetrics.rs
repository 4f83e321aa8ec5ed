//! OpenMetrics 1.0 text: a family per figure, its unit in its name, `# EOF` at the end.

use super::row::Row;
use std::fmt::Write;

const FAMILIES: [(&str, &str, &str, &str); 5] = [
    ("wall_time", "bench_wall_time_seconds", "seconds", "Geometric mean of the wall time of one run"),
    ("first_run", "bench_first_run_seconds", "seconds", "Geometric mean of the first run of a process"),
    (
        "whole_run",
        "bench_whole_run_seconds",
        "seconds",
        "Geometric mean of the whole run of an engine that is run once",
    ),
    (
        "throughput",
        "bench_throughput_events_per_second",
        "events_per_second",
        "Geometric mean of the events per second of wall time",
    ),
    ("peak_memory", "bench_peak_memory_bytes", "bytes", "Geometric mean of a process' peak resident memory"),
];

pub(super) fn render(rows: &[Row<'_>]) -> String {
    let mut text = String::new();
    for (figure_name, family, unit, help) in FAMILIES {
        let mut samples = String::new();
        for row in rows {
            let Some((_, _, figure)) = row.figures().into_iter().find(|(name, _, _)| *name == figure_name) else {
                continue;
            };
            let labels = [("scenario", row.scenario), ("mode", row.mode), ("machine", &row.machine)]
                .map(|(name, value)| format!("{name}=\"{}\"", escape(value)))
                .join(",");
            let _ = writeln!(samples, "{family}{{{labels}}} {}", figure.estimate);
        }
        // A family without samples is not mentioned: its figure was not observed.
        if !samples.is_empty() {
            let _ = write!(text, "# TYPE {family} gauge\n# UNIT {family} {unit}\n# HELP {family} {help}\n{samples}");
        }
    }
    text + "# EOF\n"
}

fn escape(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
