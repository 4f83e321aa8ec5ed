//! What is written beside a verdict may fail; the verdict stands, and the failure is told.

mod common;

use assert_cmd::Command;
use common::{check, folder, json, planbench_in, read};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

const SLOW: &[(&str, &str)] = &[("PLANBENCH_TEST_PADDING", "reference:time=5000")];

fn run(place: &Path, variables: &[(&str, &str)]) {
    let arguments = "run --quick --modes reference --runs 4 -q --format json";
    check(planbench_in(place, arguments).envs(variables.iter().copied()), 0, &[]);
}

/// A folder with a baseline, and results that are far from it, or close.
fn judged(variables: &[(&str, &str)]) -> tempfile::TempDir {
    let place = folder();
    run(place.path(), &[]);
    check(planbench_in(place.path(), "baseline-update --from out --modes reference --yes"), 0, &[]);
    run(place.path(), variables);
    place
}

/// Judges the results that are there: the same verdict every time.
fn verdict(place: &Path, variables: &[(&str, &str)]) -> std::process::Output {
    // Limits that noise does not reach.
    let wide = "--time-threshold 900 --throughput-threshold 95 --memory-threshold 90";
    planbench_in(place, "regression-check --from out")
        .args(wide.split_whitespace())
        .envs(variables.iter().copied())
        .output()
        .expect("it starts")
}

#[test]
fn a_verdict_stands_whatever_becomes_of_what_is_written_beside_it() {
    for (variables, code, word) in [(SLOW, 1, ": FAIL"), (&[], 0, ": PASS")] {
        let place = judged(variables);
        let plain = check(&verdict(place.path(), &[]), code, &[word]);
        assert!(!plain.contains("warning:"), "{plain}");
        let spoil = |text: &str| check(&verdict(place.path(), &[("GITHUB_STEP_SUMMARY", text)]), code, &[word]);
        let written = ["out/reports/check.md", "out/reports/check.json"].map(|file| place.path().join(file));
        // The job summary.
        fs::create_dir(place.path().join("summary")).unwrap();
        fs::write(place.path().join("file"), "").unwrap();
        for unusable in ["summary", "file/summary.md", "/no/such/folder/summary.md"] {
            let text = spoil(unusable);
            assert!(text.contains("warning: ") && text.contains(unusable), "{text}");
        }
        assert!(!spoil(" ").contains("warning:"), "a blank variable does not count");
        // Its own files, one by one and both.
        for file in &written {
            fs::remove_file(file).unwrap();
            fs::create_dir(file).unwrap();
            let text = check(&verdict(place.path(), &[]), code, &[word, "warning: "]);
            assert!(text.contains(file.file_name().unwrap().to_str().unwrap()), "{text}");
            fs::remove_dir(file).unwrap();
        }
        fs::remove_dir_all(place.path().join("out/reports")).unwrap();
        fs::write(place.path().join("out/reports"), "in the way").unwrap();
        check(
            &verdict(place.path(), &[]),
            code,
            &[word, "warning: out/reports/check.json", "warning: out/reports/check.md"],
        );
        fs::remove_file(place.path().join("out/reports")).unwrap();
        // A day of the history that cannot be read.
        fs::create_dir(place.path().join("history")).unwrap();
        fs::write(place.path().join("history/broken.json"), "{").unwrap();
        check(&verdict(place.path(), &[]), code, &[word, "warning: ", "history/broken.json"]);
        fs::remove_dir_all(place.path().join("history")).unwrap();
        // A template of one's own that cannot be used.
        fs::create_dir(place.path().join("mine")).unwrap();
        fs::write(place.path().join("mine/check.md.tera"), "{{ nonsense }}").unwrap();
        let templates = place.path().join("planbench.toml");
        fs::write(&templates, "templates_dir = 'mine'").unwrap();
        check(&verdict(place.path(), &[]), code, &[word, "warning: template", "check.md.tera"]);
        assert!(written[1].is_file(), "the other file is written all the same");
        fs::remove_file(templates).unwrap();
        // Standard error.
        if Path::new("/dev/full").exists() {
            let line = format!("{} regression-check --from out 2>/dev/full", env!("CARGO_BIN_EXE_planbench"));
            let wide = " --time-threshold 900 --throughput-threshold 95 --memory-threshold 90";
            let mut shell = common::command_of("sh");
            let output =
                shell.args(["-c", &(line + wide)]).current_dir(place.path()).env("BENCHMARK_OUTPUT_DIR", "out");
            check(&output.env("GITHUB_STEP_SUMMARY", "summary").output().unwrap(), code, &[word]);
        }
    }
}

#[test]
fn talk_that_cannot_be_said_ends_no_measurement() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let place = folder();
    let line =
        format!("{} run --quick --modes reference --runs 2 --verbose 2>/dev/full", env!("CARGO_BIN_EXE_planbench"));
    let mut shell = common::command_of("sh");
    let output =
        shell.args(["-c", &line]).current_dir(place.path()).env("BENCHMARK_OUTPUT_DIR", "out").output().unwrap();
    check(&output, 0, &["quick/reference"]);
}

#[test]
fn a_comparisons_verdict_stands_too() {
    let place = folder();
    let crashing = place.path().join("crashing");
    fs::write(&crashing, "#!/bin/sh\n[ \"$1\" = --version ] && { echo planbench 9; exit 0; }\nexit 7\n").unwrap();
    fs::set_permissions(&crashing, fs::Permissions::from_mode(0o755)).unwrap();
    fs::create_dir_all(place.path().join("out/reports/compare.json")).unwrap();
    let own = env!("CARGO_BIN_EXE_planbench");
    let arguments = ["compare", own, crashing.to_str().unwrap(), "--scenarios", "quick", "--modes", "reference"];
    let output = planbench_in(place.path(), "")
        .args(arguments)
        .env("GITHUB_STEP_SUMMARY", "out")
        .env("GITHUB_ACTIONS", "true")
        .output()
        .unwrap();
    let text = check(
        &output,
        1,
        &["FAIL", "warning: out/reports/compare.json", "warning: out: ", "::error title=quick/reference"],
    );
    assert!(place.path().join("out/reports/compare.md").is_file(), "{text}");
    // Standard output is for results.
    assert!(!String::from_utf8_lossy(&output.stdout).contains("::error"));
}

#[test]
fn a_setting_that_cannot_be_used_is_refused_before_anything_is_measured() {
    let place = judged(&[]);
    let runs = place.path().join("out/criterion/quick_reference/runs");
    let count = || fs::read_dir(&runs).unwrap().count();
    let before = count();
    let check_it = "regression-check --scenarios quick --modes reference --runs 2";
    let variables = [("BENCHMARK_FAIL_ON_REGRESSION", "maybe")];
    check(planbench_in(place.path(), check_it).envs(variables), 2, &["BENCHMARK_FAIL_ON_REGRESSION=maybe"]);
    check(planbench_in(place.path(), "compare x").envs(variables), 2, &["BENCHMARK_FAIL_ON_REGRESSION=maybe"]);
    // A folder that was asked for, while there is nothing to lose yet.
    fs::write(place.path().join("file"), "").unwrap();
    check(planbench_in(place.path(), check_it).args(["--to", "file"]), 2, &["file: ", "--to"]);
    assert_eq!(count(), before, "something was measured");
}

#[test]
fn the_check_of_the_day_does_not_depend_on_the_chart_of_the_history() {
    let place = folder();
    run(place.path(), &[]);
    check(planbench_in(place.path(), "baseline-update --from out --modes reference --yes"), 0, &[]);
    fs::create_dir_all(place.path().join("out/reports/trend.html")).unwrap();
    let wide = [
        ("BENCHMARK_TIME_THRESHOLD", "900"),
        ("BENCHMARK_THROUGHPUT_THRESHOLD", "95"),
        ("BENCHMARK_MEMORY_THRESHOLD", "90"),
    ];
    let daily = "daily-monitor --scenarios quick --modes reference --runs 4";
    let text = check(
        planbench_in(place.path(), daily).envs(wide),
        0,
        &["trend.html", "warning: ", "regression check against main: PASS"],
    );
    assert!(text.contains("$ planbench regression-check"), "{text}");
    assert_eq!(json(&place.path().join("out/reports/check.json"))["verdict"], "pass");
    assert!(read(&place.path().join("out/reports/check.md")).contains("PASS"));
}

#[test]
fn a_verdict_does_not_wait_for_a_pipe_that_nobody_reads() {
    let place = judged(&[]);
    Command::new("mkfifo").arg(place.path().join("pipe")).assert().success();
    let text = check(&verdict(place.path(), &[("GITHUB_STEP_SUMMARY", "pipe")]), 0, &["PASS", "warning: pipe: "]);
    assert!(text.contains("no job summary"), "{text}");
}

#[test]
fn a_settings_file_that_is_a_pipe_is_refused_and_not_waited_for() {
    let place = folder();
    Command::new("mkfifo").arg(place.path().join("planbench.toml")).assert().success();
    check(planbench_in(place.path(), "scenarios"), 2, &["planbench.toml", "is no file", "--config"]);
}

#[test]
fn a_dash_is_no_folder() {
    let place = folder();
    let generate = "generate --mode reference --scenario quick --out -";
    check(planbench_in(place.path(), generate), 2, &["--out", "./-"]);
    check(planbench_in(place.path(), "completions man --to -"), 2, &["--to", "several files"]);
    assert!(!place.path().join("-").exists());
}
