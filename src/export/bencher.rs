//! Bencher Metric Format: by benchmark and measure a value with its bounds; latency in nanoseconds.

use super::row::{Row, Unit};
use crate::error::{Error, Result};
use serde_json::{Map, Value, json};

pub(super) fn render(rows: &[Row<'_>]) -> Result<String> {
    let mut benchmarks = Map::new();
    for row in rows {
        let mut measures = Map::new();
        for (name, unit, figure) in row.figures() {
            let (measure, factor) = match (name, unit) {
                ("wall_time", _) => ("latency", 1e9),
                (name, Unit::Seconds) => (name, 1e9),
                (name, _) => (name, 1.0),
            };
            let mut value = json!({ "value": figure.estimate * factor });
            if let Some(interval) = figure.ci95 {
                value["lower_value"] = json!(interval.lower * factor);
                value["upper_value"] = json!(interval.upper * factor);
            }
            measures.insert(measure.replace('_', "-"), value);
        }
        benchmarks.insert(row.id(), Value::Object(measures));
    }
    let text = serde_json::to_string_pretty(&benchmarks).map_err(|e| Error::failed("bencher", e))?;
    Ok(text + "\n")
}
