//! github-action-benchmark's custom files: one direction a file.

use super::row::{Row, Unit};
use crate::error::{Error, Result};
use crate::stats::Statistic;
use serde_json::{Value, json};

pub(super) fn render(rows: &[Row<'_>], bigger_is_better: bool) -> Result<String> {
    let mut entries: Vec<Value> = Vec::new();
    for row in rows {
        for (name, unit, figure) in row.figures() {
            let (factor, unit, bigger) = match unit {
                Unit::Seconds => (1e3, "ms", false),
                Unit::Bytes => (1e-6, "MB", false),
                Unit::EventsPerSecond => (1.0, "events/s", true),
            };
            if bigger != bigger_is_better {
                continue;
            }
            let mut entry =
                json!({ "name": format!("{}/{name}", row.id()), "unit": unit, "value": figure.estimate * factor });
            if let Some(interval) = figure.ci95 {
                entry["range"] = json!(format!("{} to {}", interval.lower * factor, interval.upper * factor));
            }
            let extra = format!(
                "{} of {}, machine {}; range is the 95 % interval",
                match figure.statistic {
                    Statistic::GeometricMean => "geometric mean",
                    Statistic::Mean => "mean",
                },
                figure.count,
                row.machine
            );
            entry["extra"] = json!(extra);
            entries.push(entry);
        }
    }
    let text = serde_json::to_string_pretty(&entries);
    Ok(text.map_err(|e| Error::failed("github-action-benchmark", e))? + "\n")
}
