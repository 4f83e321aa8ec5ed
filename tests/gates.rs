//! Baselines, regression checks and performance gates, with slow-downs that are planted.

mod common;

use assert_cmd::Command;
use common::{check, folder, json, leftovers, planbench_in, read};
use std::fs;
use std::path::Path;

/// A baseline of quick/reference, the fastest to make.
fn baseline(place: &Path) {
    let update = "baseline-update --scenarios quick --modes reference --runs 6 --no-criterion --yes";
    check(planbench_in(place, update), 0, &["target-baselines/quick_reference.json"]);
}

/// A check with limits that noise does not reach: what is planted is far beyond them.
fn checked(place: &Path, more: &str, padding: &str) -> std::process::Output {
    let wide = "--time-threshold 300 --throughput-threshold 75 --memory-threshold 30 --runs 6";
    let line = format!("regression-check --scenarios quick --modes reference {wide} {more}");
    planbench_in(place, &line).env("PLANBENCH_TEST_PADDING", padding).output().expect("it starts")
}

#[test]
fn a_planted_slow_down_is_found_and_named_and_nothing_else_is() {
    let place = folder();
    baseline(place.path());
    let file = place.path().join("target-baselines/quick_reference.json");
    let made = json(&file);
    for key in [
        "scenario_name",
        "mode",
        "baseline_execution_time",
        "baseline_events_per_second",
        "baseline_memory_mb",
        "baseline_cpu_percent",
        "timestamp",
        "git_commit",
        "build_number",
    ] {
        assert!(made.get(key).is_some(), "{key}");
    }
    assert_eq!(made["samples"]["execution_time_seconds"].as_array().unwrap().len(), 6);

    check(&checked(place.path(), "", ""), vec![0, 3], &[]);
    let text =
        check(&checked(place.path(), "", "reference:time=5000"), 1, &["regressed: quick/reference", "execution_time"]);
    assert!(text.contains("critical") && text.contains("padded on purpose"), "{text}");
    let written = json(&place.path().join("out/reports/check.json"));
    assert_eq!(written["verdict"], "fail");
    assert_eq!(written["benchmarks"][0]["id"], "quick/reference");
    assert!(read(&place.path().join("out/reports/check.md")).contains("**FAIL (critical)**"));
    check(&checked(place.path(), "--no-fail-on-regression", "reference:time=5000"), 0, &["FAIL"]);
    // What was asked for and has no baseline is not left out silently.
    check(planbench_in(place.path(), "regression-check").env("BENCHMARK_SCENARIOS", "quick 1kx3"), 2, &["of 1kx3"]);
    let both = "regression-check --scenarios quick --modes reference sql";
    check(planbench_in(place.path(), both), 2, &["of quick/sql"]);
    let text = check(&checked(place.path(), "", "reference:memory=100"), 1, &["peak_memory"]);
    assert!(text.contains("FAIL          peak_memory"), "{text}");
    // Padding of another mode changes nothing here.
    check(&checked(place.path(), "", "sql:time=5000"), vec![0, 3], &[]);
    assert!(leftovers(place.path()).is_empty());
}

#[test]
fn a_baseline_that_cannot_be_used_is_refused_with_the_reason() {
    let place = folder();
    baseline(place.path());
    let file = place.path().join("target-baselines/quick_reference.json");
    let whole = read(&file);
    fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    check(&checked(place.path(), "", ""), 2, &["target-baselines/quick_reference.json", "not a whole baseline"]);
    fs::write(&file, "[]").unwrap();
    check(&checked(place.path(), "", ""), 2, &["target-baselines/quick_reference.json"]);
    let version = |version: &str| whole.replacen("\"format_version\": 2", &format!("\"format_version\": {version}"), 1);
    // Another version has another layout: it is told by its version, and never as damage.
    for other in [version("99"), "{\"format_version\": 99}".to_owned()] {
        fs::write(&file, other).unwrap();
        let text = check(&checked(place.path(), "", ""), 2, &["format 99", "baseline-update"]);
        assert!(!text.contains("not a whole"), "{text}");
    }
    let cpus = json_number(&whole, "usable_cpus");
    fs::write(&file, whole.replacen(&cpus, "\"usable_cpus\": 977", 1)).unwrap();
    let text = check(&checked(place.path(), "", ""), 3, &["UNFIT", "another machine", "977 CPUs"]);
    assert!(!text.contains("run 1"), "it measured although it could not compare:\n{text}");
    check(&checked(place.path(), "--allow-inconclusive", ""), 0, &["UNFIT"]);
    let print = json(&file)["fingerprint"].as_str().unwrap().to_owned();
    let zeros = "0".repeat(32);
    fs::write(&file, whole.replacen(&print, &format!("2:{zeros}"), 1)).unwrap();
    check(&checked(place.path(), "", ""), 3, &["the output changed", "--allow-output-change"]);
    // A fingerprint of the first version cannot tell.
    fs::write(&file, whole.replacen(&print, &zeros, 1)).unwrap();
    check(&checked(place.path(), "", ""), vec![0, 3], &["only the number of events was compared"]);
    // Format 1, which had no `sequence`, is read.
    fs::write(&file, version("1").replacen("  \"sequence\": null,\n", "", 1)).unwrap();
    assert!(!read(&file).contains("sequence"));
    check(&checked(place.path(), "", ""), vec![0, 3], &[]);
    fs::write(&file, &whole).unwrap();
    check(planbench_in(place.path(), "regression-check --scenarios 1kx3"), 2, &["no baseline `main` of 1kx3"]);
    assert_eq!(read(&file), whole);
}

fn json_number(text: &str, key: &str) -> String {
    let start = text.find(&format!("\"{key}\"")).expect("the key");
    text[start..].split([',', '\n']).next().expect("a value").to_owned()
}

#[test]
fn criterions_own_baselines_are_kept_and_checked() {
    let place = folder();
    let bench = |baseline: &str| {
        planbench_in(place.path(), "--bench --noplot --measurement-time 0.5 --save-baseline")
            .args([baseline, "quick/reference/wall_time"])
            .output()
            .unwrap()
    };
    check(&bench("before"), 0, &[]);
    let own = "regression-check --baseline before -q";
    check(planbench_in(place.path(), own), 3, &["UNFIT", "is the baseline itself"]);
    check(&bench("after"), 0, &[]);
    let against = |name: &str, padding: &str| {
        let line = format!("regression-check --baseline {name} --time-threshold 300 --throughput-threshold 75");
        planbench_in(place.path(), &line).env("PLANBENCH_TEST_PADDING", padding).output().unwrap()
    };
    check(&against("before", ""), vec![0, 3], &["quick/reference", "between processes"]);
    check(&against("nightly", ""), 2, &["no baseline `nightly`", "Criterion keeps: after, before"]);
    let padded = planbench_in(place.path(), "--bench --noplot --measurement-time 0.5 quick/reference/wall_time")
        .env("PLANBENCH_TEST_PADDING", "reference:time=5000")
        .output()
        .unwrap();
    check(&padded, 0, &["padded on purpose"]);
    check(&against("before", ""), 1, &["regressed: quick/reference"]);
    // `report` compares too, without gating.
    check(planbench_in(place.path(), "report --baseline before"), 0, &["FAIL"]);
    check(planbench_in(place.path(), "baseline-update --yes --from out"), 2, &["two or more processes"]);
}

#[test]
fn results_that_are_there_become_a_baseline() {
    let place = folder();
    check(planbench_in(place.path(), "--bench --noplot --quick quick/reference"), 0, &[]);
    check(planbench_in(place.path(), "run --quick --modes reference --runs 3"), 0, &[]);
    let output = planbench_in(place.path(), "baseline-update --from out --baseline kept").output().unwrap();
    check(&output, 0, &["target-baselines/kept/quick_reference.json", "wall_time kept as kept"]);
    assert!(place.path().join("out/criterion/quick_reference/wall_time/kept/sample.json").is_file());
    // Held against itself, it proves nothing.
    let check_it = "regression-check --from out --baseline kept";
    check(planbench_in(place.path(), check_it), 3, &["UNFIT", "the baseline's own"]);
    check(planbench_in(place.path(), "run --quick --modes reference --runs 3"), 0, &[]);
    let again = planbench_in(place.path(), check_it).args(["--memory-threshold", "50"]).output().unwrap();
    check(&again, vec![0, 1, 3], &[]);
    assert!(String::from_utf8_lossy(&again.stdout).contains("PASS          peak_memory"));
}

#[test]
fn a_side_branch_does_not_become_the_yardstick_unasked() {
    let place = folder();
    let git = |arguments: &[&str]| {
        Command::new("git").current_dir(place.path()).args(arguments).assert().success();
    };
    git(&["init", "-q", "-b", "feature"]);
    let update = "baseline-update --scenarios quick --modes reference --runs 2 --no-criterion";
    check(planbench_in(place.path(), update), 2, &["on branch feature", "--yes"]);
    check(
        planbench_in(place.path(), update).env("CI", "true").env("GITHUB_REF_NAME", "12/merge"),
        2,
        &["12/merge", "--yes"],
    );
    check(planbench_in(place.path(), update).env("CI", "true").env("GITHUB_REF_NAME", "main"), 0, &[]);
    git(&["symbolic-ref", "HEAD", "refs/heads/main"]);
    check(planbench_in(place.path(), update), 0, &["quick_reference.json"]);
    check(
        planbench_in(place.path(), update).env("PLANBENCH_TEST_PADDING", "reference:time=40"),
        2,
        &["padded figures make no baseline"],
    );
}

#[test]
fn a_gate_needs_the_whole_interval() {
    let place = folder();
    let gate = |more: &str| {
        let line = format!("performance-gate --scenario quick --mode reference {more}");
        planbench_in(place.path(), &line).output().unwrap()
    };
    check(&gate("--target-time 60 --runs 3"), 0, &["PASS quick/reference time", "limit 60.0 s"]);
    // Never a pass; a busy machine may leave it undecided.
    check(&gate("--target-time 0.000001 --runs 8"), vec![1, 3], &[]);
    check(&gate("--target-time 60 --runs 1"), 3, &["INCONCLUSIVE", "no interval"]);
    check(&gate("--target-time 60 --runs 1 --allow-inconclusive"), 0, &["INCONCLUSIVE"]);
    check(&gate("--runs 3 --min-throughput 1000 --max-memory-mb 8000"), 0, &["events/s", "peak memory"]);
    check(&gate("--runs 3 --max-memory-mb 1"), 1, &["FAIL quick/reference peak memory"]);
}

#[test]
fn github_is_told_in_its_own_forms() {
    let place = folder();
    baseline(place.path());
    let arguments = "regression-check --scenarios quick --modes reference --runs 6 --time-threshold 300";
    let variables = [
        ("PLANBENCH_TEST_PADDING", "reference:time=5000"),
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_STEP_SUMMARY", "summary.md"),
        ("BENCHMARK_FAIL_ON_REGRESSION", "false"),
    ];
    check(
        planbench_in(place.path(), arguments).envs(variables),
        0,
        &["::error title=quick/reference regressed::execution_time"],
    );
    assert!(read(&place.path().join("summary.md")).contains("Regression check against `main`: FAIL"));
}
