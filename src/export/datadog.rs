//! Datadog's series, version 2: a gauge per figure, tagged.

use super::row::{Row, Unit};
use crate::error::{Error, Outside, Result};
use serde_json::{Value, json};

/// Datadog's number for a gauge.
const GAUGE: u8 = 3;
/// The largest body that Datadog takes, bytes.
pub(super) const LARGEST_BODY: usize = 500_000;
/// The oldest point that Datadog takes, seconds.
pub(super) const OLDEST_POINT: i64 = 3_600;
/// The point furthest ahead that Datadog takes, seconds.
pub(super) const NEWEST_POINT: i64 = 600;

pub(super) fn render(rows: &[Row<'_>], host: Option<&str>) -> Result<String> {
    let mut series: Vec<Value> = Vec::new();
    for row in rows {
        let Some(timestamp) = row.timestamp else {
            return Err(Outside::TimeUnknown { benchmark: row.id() }.into());
        };
        for (name, unit, figure) in row.figures() {
            let unit = match unit {
                Unit::Seconds => "second",
                Unit::Bytes => "byte",
                Unit::EventsPerSecond => "event",
            };
            let tags = [("scenario", row.scenario), ("mode", row.mode), ("machine", &row.machine)];
            let mut entry = json!({
                "metric": format!("bench.{name}"),
                "type": GAUGE,
                "unit": unit,
                "points": [{ "timestamp": timestamp, "value": figure.estimate }],
                "tags": tags.map(|(name, value)| format!("{name}:{value}")),
            });
            if let Some(host) = host {
                entry["resources"] = json!([{ "name": host, "type": "host" }]);
            }
            series.push(entry);
        }
    }
    let text = serde_json::to_string(&json!({ "series": series })).map_err(|e| Error::failed("datadog", e))?;
    if text.len() > LARGEST_BODY {
        return Err(Outside::TooLarge { bytes: text.len(), most: LARGEST_BODY }.into());
    }
    Ok(text + "\n")
}
