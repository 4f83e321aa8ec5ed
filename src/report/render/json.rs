//! The report for machines: scenarios and modes by name, figures unrounded.

use crate::error::{Error, Result};
use crate::report::model::Report;
use serde_json::{Map, Value};

/// The report as JSON.
///
/// # Errors
/// When a figure cannot be written as JSON.
pub fn render(report: &Report) -> Result<String> {
    let unusable = |error: serde_json::Error| Error::failed("report as JSON", error);
    let mut value = serde_json::to_value(report).map_err(unusable)?;
    if let Some(object) = value.as_object_mut()
        && let Some(scenarios) = object.remove("scenarios")
    {
        let mut scenarios = by_name(scenarios, "name");
        for scenario in scenarios.values_mut().filter_map(Value::as_object_mut) {
            for (list, by_mode) in [("modes", "results_by_mode"), ("other_work", "other_work")] {
                if let Some(modes) = scenario.remove(list) {
                    scenario.insert(by_mode.into(), by_name(modes, "mode").into());
                }
            }
        }
        object.insert("scenarios_tested".into(), scenarios.into());
    }
    Ok(serde_json::to_string_pretty(&value).map_err(unusable)? + "\n")
}

/// A list of objects as one object, by a field of theirs.
fn by_name(list: Value, field: &str) -> Map<String, Value> {
    let Value::Array(items) = list else { return Map::new() };
    items.into_iter().filter_map(|item| Some((item.get(field)?.as_str()?.to_owned(), item))).collect()
}
