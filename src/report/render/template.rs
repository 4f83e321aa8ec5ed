//! Reports for people, from Tera templates: the built-in ones in `templates/`, or a user's own of the same names.

use super::charts;
use crate::engine::external::{Protocol, Rules};
use crate::error::{Error, Flaw, Input, Result};
use crate::figures;
use crate::record::run::OwnEngine;
use crate::report::model::{Report, ScenarioReport};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;
use tera::{Context, Kwargs, State, Tera, Value};

/// Templates by the name of what they make; `<name>.tera` is the file.
const BUILT_IN: [(&str, &str); 9] = [
    ("report.md", include_str!("../../../templates/report.md.tera")),
    ("report.html", include_str!("../../../templates/report.html.tera")),
    ("check.md", include_str!("../../../templates/check.md.tera")),
    ("trend.html", include_str!("../../../templates/trend.html.tera")),
    ("trend.txt", include_str!("../../../templates/trend.txt.tera")),
    ("calibration.md", include_str!("../../../templates/calibration.md.tera")),
    ("compare.md", include_str!("../../../templates/compare.md.tera")),
    ("compare.txt", include_str!("../../../templates/compare.txt.tera")),
    ("check.txt", include_str!("../../../templates/check.txt.tera")),
];

/// Renders the report by the template that makes `name`; one of that name in `folder` takes precedence.
///
/// # Errors
/// Names the template, the place in it, and what is wrong.
pub fn render(name: &str, report: &Report, folder: Option<&Path>) -> Result<String> {
    let mut context = Context::from_serialize(report).map_err(|e| Error::failed(format!("template {name}"), e))?;
    let has_other_work = report.scenarios.iter().any(|scenario| !scenario.other_work.is_empty());
    context.insert("has_other_work", &has_other_work);
    context.insert("engine_words", &engine_words(report));
    if name.ends_with(".html") {
        let palette = charts::Palette::of(&report.modes);
        context.insert("charts", &chart_texts(&report.scenarios, &palette)?);
        let growth = (!report.growth.is_empty()).then(|| charts::growth(&report.growth, &palette)).transpose()?;
        context.insert("growth_chart", &growth);
    }
    render_context(name, &context, folder)
}

/// An engine that is not built in, in words.
#[derive(Serialize)]
struct EngineWords {
    mode: &'static str,
    words: String,
}

fn engine_words(report: &Report) -> Vec<EngineWords> {
    let words = |(mode, engine): (&&'static str, &OwnEngine)| {
        let mut parts: Vec<String> =
            engine.versions.iter().map(|(what, version)| format!("{what} {version}")).collect();
        parts.push(if engine.protocol == Protocol::Once { "run once" } else { "session" }.to_owned());
        parts.push(if engine.rules == Rules::Own { "rules of its own" } else { "PlanAlign's rules" }.to_owned());
        parts.extend(engine.draws.then(|| "draws as files".to_owned()));
        EngineWords { mode, words: parts.join(", ") }
    };
    report.engines.iter().map(words).collect()
}

/// Renders anything that serialises to an object by the template that makes `name`.
///
/// # Errors
/// As [`render`].
pub fn render_value(name: &str, value: &impl Serialize, folder: Option<&Path>) -> Result<String> {
    let context = Context::from_serialize(value).map_err(|e| Error::failed(format!("template {name}"), e))?;
    render_context(name, &context, folder)
}

/// As [`render_value`], with one more name for the template to use.
///
/// # Errors
/// As [`render`].
pub fn render_value_with(
    name: &str,
    value: &impl Serialize,
    key: &'static str,
    extra: &impl Serialize,
    folder: Option<&Path>,
) -> Result<String> {
    let mut context = Context::from_serialize(value).map_err(|e| Error::failed(format!("template {name}"), e))?;
    context.insert(key, extra);
    render_context(name, &context, folder)
}

fn render_context(name: &str, context: &Context, folder: Option<&Path>) -> Result<String> {
    let (source, text) = source(name, folder)?;
    let broken = |error: tera::Error| Error::failed(format!("template {source}"), error);
    let mut tera = engine();
    tera.add_raw_template(name, &text).map_err(broken)?;
    tera.render(name, context).map_err(broken)
}

/// Makes sure that a folder's templates can be understood.
///
/// # Errors
/// Names the template and the place in it.
pub fn check(folder: Option<&Path>) -> Result<()> {
    for (name, _) in BUILT_IN {
        let (source, text) = source(name, folder)?;
        engine().add_raw_template(name, &text).map_err(|e| Error::failed(format!("template {source}"), e))?;
    }
    Ok(())
}

/// Where a template comes from, and its text.
fn source(name: &str, folder: Option<&Path>) -> Result<(String, String)> {
    let file = folder.map(|folder| folder.join(format!("{name}.tera")));
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        return Err(Error::file(folder, Flaw::NoFolder { of: " of templates" }));
    }
    if let Some(file) = file.filter(|file| file.is_file()) {
        let text = std::fs::read_to_string(&file).map_err(|e| Error::file(&file, e))?;
        return Ok((crate::console::path(&file), text));
    }
    let built_in = BUILT_IN.iter().find(|(known, _)| *known == name);
    let known = || BUILT_IN.map(|(known, _)| known).join(", ");
    let unknown = || Input::UnknownName { what: "template", given: name.to_owned(), known: known() };
    let (_, text) = built_in.ok_or_else(unknown)?;
    Ok((format!("{name}.tera (built in)"), (*text).to_owned()))
}

fn engine() -> Tera {
    let mut tera = Tera::new();
    tera.autoescape_on(vec![".html"]);
    let mut figure = |name: &'static str, show: fn(f64) -> String| {
        tera.register_filter(name, move |value: &Value, _: Kwargs, _: &State<'_>| {
            value.as_number().map_or_else(|| figures::ABSENT.to_owned(), |number| show(number.as_float()))
        });
    };
    figure("seconds", figures::seconds);
    figure("bytes", figures::bytes);
    figure("count", figures::count);
    figure("rate", figures::rate);
    figure("ratio", figures::ratio);
    figure("change", figures::change);
    figure("percent", figures::percent);
    figure("share", |share| figures::percent(100.0 * share));
    figure("probability", figures::probability);
    figure("signed_percent", |value| format!("{value:+.1} %"));
    figure("decimal", |value| format!("{value:.2}"));
    tera.register_filter("figure", |value: &Value, arguments: Kwargs, _: &State<'_>| -> tera::TeraResult<String> {
        let show = match arguments.must_get::<&str>("kind")? {
            "execution_time" => figures::seconds,
            "throughput" => |rate| format!("{}/s", figures::rate(rate)),
            _ => figures::bytes,
        };
        Ok(value.as_number().map_or_else(|| figures::ABSENT.to_owned(), |number| show(number.as_float())))
    });
    tera.register_filter("left", |text: &str, arguments: Kwargs, _: &State<'_>| -> tera::TeraResult<String> {
        let width = arguments.must_get::<usize>("width")?;
        Ok(format!("{text:<width$}"))
    });
    // In a Markdown table a bar or a line break of the text would end the cell.
    tera.register_filter("cell", |text: &str, _: Kwargs, _: &State<'_>| text.replace('|', "\\|").replace('\n', " "));
    tera
}

/// A chart per scenario, by name.
fn chart_texts<'a>(scenarios: &'a [ScenarioReport], palette: &charts::Palette) -> Result<BTreeMap<&'a str, String>> {
    let drawable = scenarios.iter().filter(|scenario| !scenario.chart_values.is_empty());
    drawable.map(|scenario| Ok((scenario.name.as_str(), charts::dots(&scenario.chart_values, palette)?))).collect()
}

#[cfg(test)]
mod tests {
    use crate::verdict::check::{BenchmarkCheck, Check};
    use crate::verdict::stored::{judge_memory, judge_time};
    use crate::verdict::thresholds::Thresholds;

    /// A check with failed figures, one that passed, and one that nothing was observed for; and one remark about both.
    fn check() -> Check {
        let thresholds = Thresholds::default();
        let judgements = [
            judge_time(&[0.1; 3], &[0.14; 3], (459, 459), &thresholds, None),
            judge_memory(&[8e7; 3], &[8e7; 3], &thresholds, None),
        ]
        .concat();
        let benchmark = BenchmarkCheck {
            id: "quick/polars".into(),
            verdict: crate::verdict::Verdict::Fail,
            severity: judgements[0].severity,
            decided_by: vec![judgements[0].decided_by],
            evidence: "processes of two sessions",
            baseline_timestamp: "2026-01-02T03:04:05Z".into(),
            baseline_commit: None,
            judgements,
            remarks: vec!["a | b".into()],
        };
        // Nothing was observed of this one on one side.
        let unseen = BenchmarkCheck {
            id: "quick/sql".into(),
            verdict: crate::verdict::Verdict::Inconclusive,
            severity: None,
            decided_by: Vec::new(),
            judgements: judge_time(&[], &[5.0; 3], (459, 459), &thresholds, None),
            ..benchmark.clone()
        };
        let mut check = Check::new("main", thresholds, vec![benchmark, unseen], "planbench regression-check".into());
        check.generated_at = "2026-01-03T00:00:00Z".to_owned().try_into().expect("a time");
        check
    }

    #[test]
    fn a_check_reads_like_this() {
        insta::assert_snapshot!("check_text", super::render_value("check.txt", &check(), None).expect("text"));
        insta::assert_snapshot!("check_markdown", super::render_value("check.md", &check(), None).expect("Markdown"));
    }
}
