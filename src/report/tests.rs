//! Reports of engines of one's own beside the built-in ones.

use super::model::Report;
use super::render::{csv, json, template};
use crate::engine::Mode;
use crate::engine::external::{Protocol, Rules};
use crate::record::run::{Parity, RunRecord};
use crate::results::comparison::BASE;
use crate::results::examples::{own, sampled, session, session_of};
use crate::results::{Basis, Results};

fn built_in(mode: Mode, seconds: f64) -> Vec<RunRecord> {
    let mut runs = session("s", None, seconds);
    runs.iter_mut().for_each(|run| run.benchmark.mode = mode);
    runs
}

fn talking(name: &str, seconds: f64) -> Vec<RunRecord> {
    session_of(name, Protocol::Session, Rules::Planalign, seconds)
}

fn once(name: &str, seconds: f64) -> Vec<RunRecord> {
    session_of(name, Protocol::Once, Rules::Planalign, seconds)
}

/// The built-in modes, two that talk, one that is run once, and one that does other work.
fn all() -> Vec<RunRecord> {
    let mut records = [
        built_in(Mode::Sql, 0.1),
        built_in(Mode::Polars, 0.05),
        built_in(Mode::Reference, 0.01),
        talking("polars-python", 0.06),
        talking("dbt", 1.0),
        once("spark", 5.0),
        session_of("old", Protocol::Session, Rules::Own, 0.001),
    ]
    .concat();
    for run in records.iter_mut().filter(|run| run.benchmark.mode == own("dbt")) {
        let steps = [("dbt itself", 1.6), ("events", 0.3), ("timeline", 0.1)];
        let seen = run.observation.as_mut().unwrap();
        seen.step_seconds = steps.into_iter().map(|(name, seconds)| (name.to_owned(), seconds)).collect();
    }
    records
}

fn report_of(records: Vec<RunRecord>, base: Mode) -> Report {
    Report::new(&Results::new(records, Vec::new()), base, "planbench report".into())
}

#[test]
fn every_pair_is_compared_and_the_base_comes_first_in_its_pairs() {
    let report = report_of(all(), BASE);
    let scenario = &report.scenarios[0];
    assert_eq!(scenario.comparisons.len(), 6 * 5 / 2);
    assert_eq!(scenario.base_mode, Some(Mode::Sql));
    let with_base: Vec<Mode> = scenario.with_base().map(|c| c.faster_candidate).collect();
    assert_eq!(with_base, [Mode::Polars, own("dbt"), own("polars-python"), own("spark")]);
    assert_eq!(scenario.against_base, with_base);
    let polars = scenario.with_base().next().unwrap();
    assert!((polars.speedup - 2.0).abs() < 1e-9 && polars.paired && polars.winner == Some(Mode::Polars));
    // What readers know stays.
    assert_eq!(scenario.comparison.as_ref(), Some(polars));
    let wins = &report.summary.performance_comparison;
    assert_eq!((wins.total_comparisons, wins.polars_wins, wins.sql_wins, wins.undecided), (1, 1, 0, 0));
    assert_eq!((wins.scenarios_compared, wins.scenarios_undecided), (1, 0));
    let of = |name: &str| wins.by_mode[name];
    assert_eq!((of("polars").scenarios_won, of("polars").wins, of("polars").losses), (1, 4, 0));
    assert_eq!((of("sql").wins, of("sql").losses, of("spark").losses), (2, 2, 4));
    assert!(!wins.by_mode.contains_key("reference") && !wins.by_mode.contains_key("old"));
    // Another base.
    let report = report_of(all(), own("dbt"));
    assert_eq!(report.scenarios[0].base_mode, Some(own("dbt")));
    assert!(report.scenarios[0].with_base().all(|c| c.slower_candidate == own("dbt")));
    assert_eq!(report.scenarios[0].comparisons.len(), 15);
    assert!((report.scenarios[0].comparison.as_ref().unwrap().speedup - 2.0).abs() < 1e-9);
    let report = report_of(all(), Mode::Reference);
    assert_eq!(report.scenarios[0].with_base().count(), 5);
}

#[test]
fn where_the_base_was_not_measured_the_first_mode_is_it_and_the_report_says_so() {
    let records = [built_in(Mode::Polars, 0.05), talking("dbt", 1.0)].concat();
    let report = report_of(records, BASE);
    assert_eq!((report.base_mode, report.scenarios[0].base_mode), (Mode::Sql, Some(Mode::Polars)));
    let said =
        "quick: sql, the base, has no figures here that others could be held against; they are held against polars.";
    assert!(report.notes.iter().any(|note| note == said), "{:?}", report.notes);
    // Who was measured and failed has no figures either.
    let mut failed = built_in(Mode::Sql, 0.1);
    failed.iter_mut().for_each(|run| (run.success, run.observation) = (false, None));
    let report = report_of([failed, built_in(Mode::Polars, 0.05), talking("dbt", 1.0)].concat(), BASE);
    assert_eq!(report.scenarios[0].base_mode, Some(Mode::Polars));
    // One alone is held against nothing.
    assert!(report_of(built_in(Mode::Polars, 0.05), BASE).notes.iter().all(|note| !note.contains("base")));
}

#[test]
fn other_work_is_compared_with_nothing() {
    let report = report_of(all(), BASE);
    let scenario = &report.scenarios[0];
    let old = own("old");
    assert_eq!(scenario.other_work.iter().map(|row| row.mode).collect::<Vec<_>>(), [old]);
    assert_eq!((scenario.other_work[0].events, scenario.events), (Some(77), Some(459)));
    assert!(scenario.modes.iter().all(|row| row.mode != old));
    assert!(scenario.comparisons.iter().all(|c| ![c.slower_candidate, c.faster_candidate].contains(&old)));
    assert!(report.targets.iter().all(|target| target.mode != old));
    assert!(report.recommendations.iter().all(|text| !text.contains("old")), "{:?}", report.recommendations);
    assert!(report.scenarios[0].chart_values.iter().all(|(name, _)| name != "old"));
    assert!(report.layers.as_ref().unwrap().scenarios[0].rows.iter().all(|row| row.mode != old));
    // Not as the base either, and its rows prove nothing.
    assert_eq!(report_of(all(), old).scenarios[0].base_mode, Some(Mode::Sql));
    assert_eq!(report.summary.parity, Some(Parity::Identical));
    let alone = report_of(session_of("old", Protocol::Session, Rules::Own, 1.0), BASE);
    assert_eq!((alone.summary.parity, alone.layers.is_some()), (None, false));
    assert_eq!(alone.scenarios[0].base_mode, None);
    let markdown = template::render("report.md", &alone, None).unwrap();
    assert!(markdown.contains("## Other work") && markdown.contains("| quick/old | 77 |"), "{markdown}");
    let read: serde_json::Value = serde_json::from_str(&json::render(&report).unwrap()).unwrap();
    assert!(read["scenarios_tested"]["quick"]["other_work"]["old"]["execution_time"]["estimate"].is_f64());
    assert!(read["scenarios_tested"]["quick"]["results_by_mode"]["old"].is_null());
}

#[test]
fn an_engine_that_is_run_once_is_compared_by_whole_runs() {
    let report = report_of(all(), BASE);
    let scenario = &report.scenarios[0];
    let spark = scenario.modes.iter().find(|row| row.mode == own("spark")).unwrap();
    assert!(spark.execution_time.is_none() && spark.basis.is_none() && spark.events_per_second.is_none());
    assert!((spark.batch_seconds.unwrap().estimate / 10.0 - 1.0).abs() < 0.01);
    let against = scenario.with_base().find(|c| c.faster_candidate == own("spark")).unwrap();
    assert_eq!((against.basis, against.paired, against.winner), (Basis::WholeRun, true, Some(Mode::Sql)));
    // 2 * 0.1 s and four phases of 0.1 s against 10 s.
    assert!((1.0 / against.speedup / (10.0 / 0.6) - 1.0).abs() < 0.01, "{}", against.speedup);
    assert!(report.notes.iter().any(|note| note.contains("quick/spark: is run once")), "{:?}", report.notes);
    let target = |limit: f64| {
        let mut records = all();
        records.iter_mut().for_each(|run| run.benchmark.target_time_seconds = Some(limit));
        let report = report_of(records, BASE);
        let found = report.scenarios[0].modes.iter().find(|row| row.mode == own("spark")).unwrap().meets_target;
        let other = report.scenarios[0].other_work[0].meets_target;
        (found, other)
    };
    assert_eq!((target(20.0), target(1.0)), ((Some(true), None), (Some(false), None)));
    let runs = csv::runs(&report).unwrap();
    let line = runs.lines().find(|line| line.starts_with("quick,spark,1,,,")).unwrap_or_else(|| panic!("{runs}"));
    assert!(line.ends_with(",planalign,once,process_tree"), "{line}");
}

/// Criterion's samples of an engine that is run once are whole runs, and the context says whose rules it follows.
#[test]
fn samples_of_criterion_are_what_their_context_says() {
    let records = built_in(Mode::Sql, 0.1);
    let of = |mode: &str, protocol: Protocol, rules: Rules| {
        let run = session_of(mode, protocol, rules, 1.0).remove(0);
        let mut sampled = sampled(&run.benchmark, &run.machine, 5.0);
        sampled.context.engine = run.engine;
        sampled
    };
    let samples = vec![
        sampled(&records[0].benchmark, &records[0].machine, 0.1),
        of("spark", Protocol::Once, Rules::Planalign),
        of("old", Protocol::Session, Rules::Own),
    ];
    let report = Report::new(&Results::new(records, samples), BASE, String::new());
    let scenario = &report.scenarios[0];
    assert_eq!(scenario.other_work[0].mode, own("old"));
    assert_eq!(scenario.comparisons.len(), 1);
    assert_eq!((scenario.comparisons[0].basis, scenario.comparisons[0].paired), (Basis::WholeRun, false));
    assert!(scenario.modes.iter().all(|row| row.mode == Mode::Sql || row.execution_time.is_none()));
}

#[test]
fn layers_say_what_each_costs() {
    let report = report_of(all(), BASE);
    let table = &report.layers.as_ref().unwrap().scenarios[0];
    let row = |name: &str| table.rows.iter().find(|row| row.mode.name() == name).unwrap();
    assert_eq!(table.rows.len(), 6);
    let dbt = row("dbt");
    let (execution, whole) = (dbt.execution_ratio.as_ref().unwrap(), dbt.whole_run_ratio.as_ref().unwrap());
    assert!((execution.ratio.value - 10.0).abs() < 1e-9 && execution.paired && execution.counts == (10, 10));
    let interval = execution.ratio.interval.unwrap();
    assert!((interval.lower - 10.0).abs() < 1e-6 && (interval.upper - 10.0).abs() < 1e-6, "{interval:?}");
    assert!((whole.ratio.value / (2.4 / 0.6) - 1.0).abs() < 0.01 && whole.paired, "{whole:?}");
    assert!((dbt.start_up_seconds.unwrap().estimate - 0.2).abs() < 1e-9);
    let steps: Vec<(&str, f64)> = dbt.steps.iter().map(|step| (&*step.name, step.seconds.estimate)).collect();
    assert_eq!(steps[0].0, "dbt itself");
    assert!((steps[0].1 - 1.6).abs() < 1e-9 && (dbt.steps[0].share.unwrap() - 0.8).abs() < 0.01);
    let spark = row("spark");
    assert!(spark.execution_time.is_none() && spark.execution_ratio.is_none() && spark.start_up_seconds.is_none());
    assert!(spark.whole_run_ratio.is_some());
    let sql = row("sql");
    assert!(sql.execution_ratio.is_none() && sql.whole_run_ratio.is_none() && sql.steps.is_empty());
    // Built-in modes alone have no layers.
    assert!(report_of([built_in(Mode::Sql, 0.1), built_in(Mode::Polars, 0.05)].concat(), BASE).layers.is_none());
}

#[test]
fn recommendations_name_the_base_and_leave_out_who_failed() {
    let texts = report_of(all(), BASE).recommendations;
    assert!(
        texts[0].starts_with("polars is faster than every other engine in every scenario measured (1), by at least ")
    );
    assert!(texts[0].ends_with("Engines that are run once are in it by their whole runs."), "{texts:?}");
    for part in [
        "Against sql, the base, by execution time: polars is faster in quick (by at least 2.00x).",
        "Against sql, the base, by execution time: dbt is slower in quick (by at least 10.00x).",
        "Against sql, the base, by whole runs: spark is slower in quick",
        "30.0 MB with dbt, 30.0 MB with polars-python and 30.0 MB with spark (all its processes)",
    ] {
        assert!(texts.iter().any(|text| text.contains(part)), "{part}: {texts:#?}");
    }
    let mut failing = all();
    let run = failing.iter_mut().find(|run| run.benchmark.mode == Mode::Polars).unwrap();
    (run.success, run.error) = (false, Some("no memory".into()));
    let texts = report_of(failing, BASE).recommendations;
    assert!(texts[0].starts_with("polars-python is faster than every other"), "{texts:?}");
    assert!(texts.iter().all(|text| !text.contains("polars ") && !text.contains("no memory")), "{texts:#?}");
    // Two engines: the other one is named.
    let texts = report_of([built_in(Mode::Sql, 0.1), built_in(Mode::Polars, 0.05)].concat(), BASE).recommendations;
    assert!(
        texts[0].starts_with("polars is faster than sql, the base, in every scenario measured (1), by at least 2.00x"),
        "{texts:?}"
    );
    let texts = report_of(built_in(Mode::Sql, 0.1), BASE).recommendations;
    assert!(texts[0].contains("nothing to choose between"), "{texts:?}");
    let texts = report_of([built_in(Mode::Sql, 0.1), built_in(Mode::Polars, 0.1)].concat(), BASE).recommendations;
    assert!(texts[0].starts_with("No engine is shown to be faster"), "{texts:?}");
}

/// Every row of a table has as many cells as its header.
fn tables_are_whole(markdown: &str) {
    let cells = |line: &str| line.replace("\\|", "").matches('|').count();
    for pair in markdown.lines().collect::<Vec<_>>().windows(2) {
        if pair.iter().all(|line| line.starts_with('|')) {
            assert_eq!(cells(pair[0]), cells(pair[1]), "{pair:#?}");
        }
    }
}

#[test]
fn all_of_it_stands_in_markdown_and_html() {
    let mut records = all();
    for (employees, factor) in [(1_000, 3.0), (10_000, 20.0)] {
        for mut run in all() {
            run.benchmark.employees = employees;
            run.benchmark.group = format!("scaling-{employees}");
            run.benchmark.scenario = "scaling".into();
            let fixed = run.benchmark.mode == own("dbt");
            let seen = run.observation.as_mut().unwrap();
            if !fixed {
                seen.warm_wall_seconds.iter_mut().for_each(|seconds| *seconds *= factor);
            }
            records.push(run);
        }
    }
    let report = report_of(records, BASE);
    let words: Vec<&str> = report.layers.as_ref().unwrap().overtaking.iter().map(|o| &*o.words).collect();
    assert!(words.iter().any(|words| words.starts_with("dbt overtakes sql at ")), "{words:#?}");
    let markdown = template::render("report.md", &report, None).unwrap();
    tables_are_whole(&markdown);
    let html = template::render("report.html", &report, None).unwrap();
    for text in [&markdown, &html] {
        for part in [
            "sql, polars, reference, dbt, old, polars-python, spark",
            "What each layer costs",
            "Every pair",
            "Who is faster from which size on",
            "dbt overtakes sql at ",
            "Other work",
            "dbt itself 1.60 s (80 %)",
            "all its processes",
            "run once, PlanAlign",
            "version 1.0, session, rules of its own",
        ] {
            assert!(text.contains(part), "{part} not in\n{text}");
        }
    }
    let plain = report_of([built_in(Mode::Sql, 0.1), built_in(Mode::Polars, 0.05)].concat(), BASE);
    let plain = template::render("report.md", &plain, None).unwrap();
    tables_are_whole(&plain);
    for absent in ["layer", "Every pair", "Other work"] {
        assert!(!plain.contains(absent), "{absent} in\n{plain}");
    }
    if let Ok(place) = std::env::var("SHOW_REPORT") {
        std::fs::write(format!("{place}/r.md"), &markdown).unwrap();
        std::fs::write(format!("{place}/plain.md"), &plain).unwrap();
        std::fs::write(format!("{place}/r.html"), &html).unwrap();
    }
}
