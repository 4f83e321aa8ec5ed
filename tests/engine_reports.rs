//! Reports, exports, gates and trends of engines of one's own, from records that were written by hand.
#![allow(clippy::unwrap_used)] // helpers of tests: a panic says where

mod common;

use common::{check, folder, json, planbench_in, read};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// Results of three built-in modes; the records of `polars` again as those of an engine that talks, of one that is run once
/// and of one that follows rules of its own.
fn measured(place: &Path) {
    check(planbench_in(place, "run --quick --runs 3 -q"), 0, &[]);
    let engine = |protocol: &str, rules: &str| json!({ "protocol": protocol, "rules": rules, "draws": false, "versions": { "version": "1.2" } });
    copy(place, "dbt", |record| {
        record["engine"] = engine("session", "planalign");
        record["observation"]["step_seconds"] = json!({ "dbt itself": 0.9, "events": 0.1 });
        record["observation"]["memory_method"] = "process_tree".into();
        for time in record["observation"]["warm_wall_seconds"].as_array_mut().unwrap() {
            *time = (100.0 * time.as_f64().unwrap()).into();
        }
    });
    copy(place, "spark", |record| {
        record["engine"] = engine("once", "planalign");
        let run = record["run_number"].as_f64().unwrap();
        let seen = &mut record["observation"];
        seen["whole_seconds"] = (20.0 + 0.1 * run).into();
        (seen["wall_seconds"], seen["warm_wall_seconds"]) = (Value::Null, json!([]));
        for (phase, seconds) in seen["phases"].as_object_mut().unwrap() {
            *seconds = if phase == "years" { json!([]) } else { Value::Null };
        }
    });
    copy(place, "old-plan", |record| {
        record["engine"] = engine("session", "own");
        record["parity"] = "other_rules".into();
        (record["observation"]["events"], record["observation"]["fingerprint"]) = (77.into(), Value::Null);
    });
}

fn copy(place: &Path, mode: &str, change: impl Fn(&mut Value)) {
    let criterion = place.join("out/criterion");
    let runs = criterion.join(format!("quick_{mode}/runs"));
    fs::create_dir_all(&runs).unwrap();
    for entry in fs::read_dir(criterion.join("quick_polars/runs")).unwrap() {
        let file = entry.unwrap().path();
        let mut record = json(&file);
        record["benchmark"]["mode"] = mode.into();
        change(&mut record);
        fs::write(runs.join(file.file_name().unwrap()), record.to_string()).unwrap();
    }
}

#[test]
fn every_report_shows_engines_of_ones_own() {
    let place = folder();
    let place = place.path();
    measured(place);
    let report = || json(&place.join("out/reports/report.json"));
    let text = check(
        planbench_in(place, "report"),
        0,
        &[
            "whole run",
            "the time of dbt: sql is faster",
            "the time of spark, by whole runs: sql is faster",
            "quick/old-plan: follows rules of its own",
        ],
    );
    assert!(!text.contains("the time of old-plan") && !text.contains("the time of reference"), "{text}");
    let first = report();
    let scenario = &first["scenarios_tested"]["quick"];
    assert_eq!((&first["base_mode"], &scenario["base_mode"]), (&"sql".into(), &"sql".into()));
    assert_eq!(scenario["comparisons"].as_array().unwrap().len(), 5 * 4 / 2);
    assert_eq!(first["summary"]["performance_comparison"]["total_comparisons"], 1);
    assert_eq!(first["summary"]["performance_comparison"]["by_mode"]["spark"]["losses"], 3);
    assert_eq!(first["summary"]["parity"], "identical");
    assert_eq!(first["engines"]["spark"]["versions"]["version"], "1.2");
    assert!(scenario["results_by_mode"]["old-plan"].is_null() && scenario["other_work"]["old-plan"].is_object());
    let rows = first["layers"]["scenarios"][0]["rows"].as_array().unwrap();
    let row = |mode: &str| rows.iter().find(|row| row["mode"] == mode).unwrap();
    assert_eq!(row("dbt")["steps"][0]["name"], "dbt itself");
    assert_eq!((&row("dbt")["memory_of"], &row("sql")["memory_of"]), (&"process_tree".into(), &"one_process".into()));
    assert!(row("dbt")["execution_ratio"]["ratio"]["value"].as_f64().unwrap() > 1.0);
    assert!(row("spark")["execution_time"].is_null() && row("spark")["whole_run_ratio"]["paired"] == true);
    for file in ["report.md", "report.html"] {
        let text = read(&place.join("out/reports").join(file));
        for part in ["What each layer costs", "Other work", "all its processes", "version 1.2, run once"] {
            assert!(text.contains(part), "{part} not in {file}");
        }
    }
    let csv = read(&place.join("out/reports/runs.csv"));
    assert!(csv.lines().next().unwrap().ends_with(",started_at,rules,protocol,memory_method"), "{csv}");
    assert_eq!(csv.lines().filter(|line| line.contains(",own,session,")).count(), 3);

    // The base: by flag, variable and file; also an engine that no settings file describes any more.
    check(planbench_in(place, "report --base-mode dbt"), 0, &["dbt takes", "the time of sql: sql is faster"]);
    assert_eq!(report()["scenarios_tested"]["quick"]["base_mode"], "dbt");
    check(planbench_in(place, "report").env("BENCHMARK_BASE_MODE", "spark"), 0, &["spark takes", "by whole runs"]);
    check(planbench_in(place, "report --base-mode plars"), 2, &["unknown mode `plars`", "known: sql, polars"]);
    check(planbench_in(place, "run --quick --base-mode plars"), 2, &["unknown mode `plars`"]);
    let note =
        "quick: sql, the base, has no figures here that others could be held against; they are held against polars";
    check(planbench_in(place, "report --modes polars dbt"), 0, &[note, "polars takes"]);
    fs::write(place.join("planbench.toml"), "base_mode = 'polars'\n").unwrap();
    check(planbench_in(place, "report"), 0, &["polars takes", "the time of sql: polars is faster"]);
    fs::write(place.join("planbench.toml"), "base_mode = 'spark'\n").unwrap();
    check(planbench_in(place, "report"), 2, &["planbench.toml", "base_mode", "unknown mode `spark`"]);
}

#[test]
fn gates_exports_and_trends_take_engines_of_ones_own() {
    let place = folder();
    let place = place.path();
    measured(place);
    let engine = |name: &str| format!("[[engine]]\nname = '{name}'\ncommand = ['true']\n");
    fs::write(place.join("planbench.toml"), ["dbt", "spark", "old-plan"].map(engine).concat()).unwrap();
    let gate = |more: &str| planbench_in(place, &format!("performance-gate --from out --scenarios quick {more}"));
    check(
        gate("--modes dbt spark old-plan --target-time 60"),
        0,
        &["PASS quick/dbt", "PASS quick/spark", "quick/old-plan"],
    );
    check(gate("--modes spark --target-time 5"), 1, &["FAIL quick/spark time"]);
    check(
        gate("--modes spark --target-time 60 --min-throughput 1"),
        3,
        &["INCONCLUSIVE quick/spark events/s: not observed"],
    );

    check(planbench_in(place, "export --format openmetrics --to file"), 0, &[]);
    let text = read(&place.join("file"));
    assert!(text.contains("bench_whole_run_seconds{scenario=\"quick\",mode=\"spark\""), "{text}");
    assert!(!text.contains("bench_wall_time_seconds{scenario=\"quick\",mode=\"spark\""), "{text}");
    assert_eq!(text.matches("bench_whole_run_seconds{").count(), 1, "{text}");
    assert!(text.contains("mode=\"dbt\"") && text.contains("mode=\"old-plan\""), "{text}");
    for format in ["bencher", "datadog", "github-action-benchmark"] {
        check(planbench_in(place, &format!("export --format {format}")), 0, &["spark", "whole"]);
    }
}
