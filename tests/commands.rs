//! Measuring, reporting, baselines, checks and gates, as a user types them.

mod common;

use common::{check, command, folder, json, leftovers, planbench_in, read};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::Duration;

#[test]
fn a_run_leaves_four_reports_in_the_shapes_asked_for() {
    let place = folder();
    let output = planbench_in(place.path(), "run --scenarios quick --runs 2").output().unwrap();
    let text = check(&output, 0, &["quick/sql", "quick/polars", "quick/reference", "written: out/reports/report.html"]);
    assert!(text.contains("[6/6]"), "progress in plain lines off a terminal:\n{text}");
    // Results on standard output, talk on standard error.
    assert!(!String::from_utf8_lossy(&output.stdout).contains("[6/6]"));
    assert!(!String::from_utf8_lossy(&output.stderr).contains("95 % interval"));

    let reports = place.path().join("out/reports");
    let report = json(&reports.join("report.json"));
    let wins = &report["summary"]["performance_comparison"];
    assert_eq!(wins["total_comparisons"], 1);
    let decided = wins["polars_wins"].as_u64().unwrap() + wins["sql_wins"].as_u64().unwrap();
    assert_eq!(decided + wins["undecided"].as_u64().unwrap(), 1);
    let polars = &report["scenarios_tested"]["quick"]["results_by_mode"]["polars"];
    assert!(polars["avg_execution_time"].as_f64().unwrap() > 0.0);
    assert!(polars["avg_events_per_second"].as_f64().unwrap() > 0.0);
    assert!(polars.get("meets_target").is_some());
    assert_eq!(polars["detailed_runs"].as_array().unwrap().len(), 2);
    assert_eq!(polars["detailed_runs"][0]["interleaved"], true);
    assert_eq!(polars["detailed_runs"][0]["parity"], "identical");
    assert!(polars["detailed_runs"][0]["observation"]["warm_wall_seconds"].as_array().unwrap().len() >= 5);
    assert_eq!(report["summary"]["parity"], "identical");
    assert!(report["command"].as_str().unwrap().starts_with("planbench run --scenarios quick"));
    assert!(report["machine"]["key"]["usable_cpus"].as_u64().unwrap() > 0);

    let csv = read(&reports.join("runs.csv"));
    let header = "scenario_name,mode,run_number,execution_time_seconds,events_per_second,peak_memory_mb";
    assert!(csv.starts_with(header), "{csv}");
    assert_eq!(csv.lines().count(), 1 + 6);
    let samples = read(&reports.join("samples.csv"));
    assert!(samples.lines().count() > 6 * 5, "{samples}");

    let markdown = read(&reports.join("report.md"));
    for heading in [
        "## Executive summary",
        "### quick",
        "## Performance comparison",
        "## Statistics",
        "## Resource use",
        "## Targets",
        "## Recommendations",
        "## Machine",
    ] {
        assert!(markdown.contains(heading), "{heading} not in\n{markdown}");
    }
    tables_are_whole(&markdown);
    let html = read(&reports.join("report.html"));
    assert!(html.contains("<svg") && html.trim_end().ends_with("</html>"));
    assert!(!html.contains("http://www.w3.org/2000/svg&quot;"), "charts are not escaped");
    assert!(leftovers(place.path()).is_empty());

    // The same results again, by the other verb, and to another place.
    let again = planbench_in(place.path(), "report --format json,markdown --to again").output().unwrap();
    check(&again, 0, &["quick/sql", "again/report.md"]);
    assert!(!place.path().join("again/report.html").exists());
    let twice = json(&place.path().join("again/report.json"));
    assert_eq!(
        twice["scenarios_tested"]["quick"]["results_by_mode"]["polars"]["avg_execution_time"],
        polars["avg_execution_time"]
    );
}

/// Every row of a table has as many cells as its header.
fn tables_are_whole(markdown: &str) {
    let cells = |line: &str| line.replace("\\|", "").matches('|').count();
    let lines: Vec<&str> = markdown.lines().collect();
    let mut rows = 0;
    for window in lines.windows(2) {
        if window.iter().all(|line| line.starts_with('|')) {
            assert_eq!(cells(window[0]), cells(window[1]), "{window:?}");
            rows += 1;
        }
    }
    assert!(rows > 10, "{markdown}");
}

#[test]
fn a_report_needs_only_what_cargo_bench_leaves() {
    let place = folder();
    check(planbench_in(place.path(), "--bench --quick quick/reference"), 0, &["quick/reference/wall_time"]);
    let text = check(planbench_in(place.path(), "report"), 0, &["quick/reference", "of one process"]);
    assert!(!text.contains("sql takes"), "{text}");
    let report = json(&place.path().join("out/reports/report.json"));
    let mode = &report["scenarios_tested"]["quick"]["results_by_mode"]["reference"];
    assert_eq!(mode["basis"], "one_process");
    assert!(mode["criterion"]["wall_time"]["mean"].as_f64().unwrap() > 0.0);
    // Criterion divides by iterations and counts nanoseconds: a run of 457 events takes less than a second and more
    // than a microsecond.
    let seconds = mode["avg_execution_time"].as_f64().unwrap();
    assert!((1e-6..1.0).contains(&seconds), "{seconds}");
    assert_eq!(report["summary"]["performance_comparison"]["total_comparisons"], 0);
}

#[test]
fn what_is_not_there_or_not_whole_is_named() {
    let place = folder();
    check(planbench_in(place.path(), "report"), 2, &["out/criterion", "no measurements", "planbench run"]);
    check(planbench_in(place.path(), "report --from nowhere"), 2, &["nowhere"]);
    check(planbench_in(place.path(), "run --quick --modes reference --runs 1"), 0, &[]);
    check(planbench_in(place.path(), "report --scenarios 5kx5"), 2, &["5kx5", "quick/reference"]);
    check(planbench_in(place.path(), "report --modes sql"), 2, &["no measurements", "quick/reference"]);
    check(planbench_in(place.path(), "report --templates nowhere"), 2, &["nowhere", "templates"]);
    fs::create_dir(place.path().join("mine")).unwrap();
    fs::write(place.path().join("mine/report.md.tera"), "Mine: {{ summary.runs }} {{ nonsense }}").unwrap();
    check(planbench_in(place.path(), "report --templates mine"), 2, &["mine/report.md.tera", "nonsense"]);
    fs::write(place.path().join("mine/report.md.tera"), "Mine: {{ summary.runs }} run(s)").unwrap();
    check(planbench_in(place.path(), "report --templates mine"), 0, &[]);
    assert_eq!(read(&place.path().join("out/reports/report.md")), "Mine: 1 run(s)");

    let runs = place.path().join("out/criterion/quick_reference/runs");
    let record = fs::read_dir(&runs).unwrap().next().unwrap().unwrap().path();
    let whole = read(&record);
    fs::write(&record, &whole[..whole.len() / 2]).unwrap();
    let name = record.file_name().unwrap().to_str().unwrap();
    check(planbench_in(place.path(), "report"), 2, &[name, "not a whole run record"]);
    fs::write(&record, "{\"format_version\": 3, \"foreign\": true}").unwrap();
    check(planbench_in(place.path(), "report"), 2, &[name]);
    // Another version has another layout: it is told by its version, and never as damage.
    for (other, age) in
        [("{\"format_version\": 1, \"observations\": []}", "format 1"), ("{\"format_version\": 99}", "format 99")]
    {
        fs::write(&record, other).unwrap();
        let text = check(planbench_in(place.path(), "report"), 2, &[name, age, "measure again"]);
        assert!(!text.contains("not a whole"), "{text}");
    }
}

#[test]
fn nothing_is_done_in_a_dry_run_and_quiet_is_quiet() {
    let place = folder();
    check(planbench_in(place.path(), "run --quick --dry-run"), 0, &["quick/sql", "5 fresh", "out/reports"]);
    check(
        planbench_in(place.path(), "baseline-update --scenarios").args(["quick 1kx3", "--dry-run"]),
        0,
        &["target-baselines/quick_sql.json", "1kx3_polars.json"],
    );
    check(planbench_in(place.path(), "release-gate --target-time 60 --dry-run"), 0, &["performance-gate"]);
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0, "a dry run wrote something");
    let output = planbench_in(place.path(), "run --quick --modes reference --runs 1 --quiet").output().unwrap();
    check(&output, 0, &["quick/reference"]);
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!output.stdout.contains(&0x1b), "no colours where nobody sees them");
}

#[test]
fn settings_go_flag_then_variable_then_file_then_default() {
    let place = folder();
    let settings = "modes = ['reference']\nruns = 3\n[[scenario]]\nname = 'ours'\nemployee_count = 30\nstart_year = 2025\nend_year = 2025\n";
    fs::write(place.path().join("planbench.toml"), settings).unwrap();
    let plan = |more: &str, variables: &[(&str, &str)]| {
        let line = format!("run --dry-run --scenarios ours {more}");
        check(planbench_in(place.path(), &line).envs(variables.iter().copied()), 0, &["ours-30x2025-2025/"])
    };
    assert!(plan("", &[]).contains("reference: 3 fresh"));
    assert!(plan("", &[("BENCHMARK_RUNS", "4"), ("BENCHMARK_MODES", "sql")]).contains("sql: 4 fresh"));
    assert!(
        plan("--runs 6 --modes polars", &[("BENCHMARK_RUNS", "4"), ("BENCHMARK_MODES", "sql")])
            .contains("polars: 6 fresh")
    );
    assert!(plan("", &[("BENCHMARK_RUNS", " ")]).contains("3 fresh"), "a blank variable does not count");
    let said = plan("--debug", &[("BENCHMARK_SEED", "42"), ("BENCHMARK_TARGET_TIME", " ")]);
    for line in [
        "debug: scenarios = ours (--scenarios)",
        "debug: seed = 42 (BENCHMARK_SEED)",
        "debug: runs = 3 (planbench.toml)",
        "debug: target_time = the scenario's own (default)",
    ] {
        assert!(said.contains(line), "{line} not in\n{said}");
    }
    check(planbench_in(place.path(), "scenarios"), 0, &["ours", "5kx5"]);
    check(planbench_in(place.path(), "run --scenarios ours --runs 1"), 0, &["ours-30x2025-2025/reference"]);
    check(planbench_in(place.path(), "generate --mode sql --scenario ours --out events"), 0, &["events"]);
    check(planbench_in(place.path(), "--bench --list"), 0, &["ours-30x2025-2025/reference/wall_time"]);
    check(planbench_in(place.path(), "scenarios").env("PLANBENCH_CONFIG", "other.toml"), 2, &["other.toml"]);
    fs::write(place.path().join("planbench.toml"), "moods = []").unwrap();
    check(planbench_in(place.path(), "scenarios"), 2, &["planbench.toml", "moods"]);
}

#[test]
fn settings_are_found_from_any_folder_of_the_project() {
    let place = folder();
    let root = place.path().canonicalize().unwrap();
    let below = root.join("a/b");
    fs::create_dir_all(&below).unwrap();
    let settings = root.join("planbench.toml");
    let ours = "modes = ['reference']\nruns = 2\n[[scenario]]\nname = 'ours'\nemployee_count = 30\nstart_year = 2025\nend_year = 2025\n";
    fs::write(&settings, ours).unwrap();
    let run = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = command();
        command.current_dir(&below).args(arguments).envs(variables.iter().copied());
        command.output().expect("it starts")
    };
    let said = format!("settings: {}", settings.display());
    let output = run(&["scenarios"], &[]);
    check(&output, 0, &["ours", &said]);
    assert!(!String::from_utf8_lossy(&output.stdout).contains("settings:"), "talk is no result");
    let plan = ["run", "--dry-run", "--scenarios", "ours"];
    // The folder of the file is the project: everybody in it has the same results and baselines.
    let in_project = |name: &str| root.join(name).display().to_string();
    check(
        &run(&plan, &[]),
        0,
        &[&said, "reference: 2 fresh", &in_project("target/criterion"), &in_project("target/reports")],
    );
    let quiet = check(&run(&[&plan[..], &["--quiet"]].concat(), &[]), 0, &["ours"]);
    assert!(!quiet.contains("settings:"), "{quiet}");
    check(&run(&["--bench", "--list"], &[]), 0, &["ours-30x2025-2025/reference/wall_time", &said]);
    let keep = ["baseline-update", "--scenarios", "ours", "--no-criterion", "--yes"];
    check(&run(&keep, &[]), 0, &[&in_project("target-baselines/ours-30x2025-2025_reference.json")]);
    let output = planbench_in(&root, "regression-check --allow-inconclusive --no-fail-on-regression").output().unwrap();
    check(&output, 0, &["regression check", "settings: planbench.toml"]);
    check(&run(&["run", "--scenarios", "ours", "--history", "../../history"], &[]), 0, &["ours"]);
    check(&run(&["trend"], &[]), 0, &["ours"]);
    assert_eq!(fs::read_dir(&below).unwrap().count(), 0, "nothing lands where nobody looks for it");

    // What is given is where it is said to be; what the file says is relative to the file.
    check(&run(&[&plan[..], &["--output-dir", "here"]].concat(), &[]), 0, &["below here/criterion"]);
    fs::write(&settings, format!("output_dir = 'results'\nhistory_dir = 'days'\nbaseline_dir = 'kept'\n{ours}"))
        .unwrap();
    check(&run(&plan, &[]), 0, &[&in_project("results/criterion")]);
    check(&run(&["trend"], &[]), 2, &[&in_project("days")]);
    check(&run(&["baseline-update", "--scenarios", "ours", "--dry-run"], &[]), 0, &[&in_project("kept/ours")]);

    // A named file says nothing about where the project is.
    fs::write(root.join("a/other.toml"), ours).unwrap();
    let named =
        check(&run(&[&["--config", "../other.toml"], &plan[..]].concat(), &[]), 0, &["settings: ../other.toml"]);
    assert!(named.contains("below target/criterion"), "{named}");
    check(
        &run(&plan, &[("PLANBENCH_CONFIG", "../other.toml")]),
        0,
        &["settings: ../other.toml", "below target/criterion"],
    );
    check(&run(&["--bench", "--list"], &[("PLANBENCH_CONFIG", "../other.toml")]), 0, &["settings: ../other.toml"]);

    // A repository and a home folder end the search, and belong to it.
    check(&run(&plan, &[("HOME", root.join("a").to_str().unwrap())]), 2, &["unknown scenario `ours`"]);
    check(&run(&plan, &[("HOME", root.to_str().unwrap())]), 0, &[&said]);
    fs::create_dir(root.join(".git")).unwrap();
    check(&run(&plan, &[]), 0, &[&said]);
    fs::write(root.join("a/.git"), "gitdir: elsewhere").unwrap();
    check(&run(&plan, &[]), 2, &["unknown scenario `ours`"]);
    fs::remove_file(root.join("a/.git")).unwrap();
    fs::write(&settings, "moods = []").unwrap();
    check(&run(&["scenarios"], &[]), 2, &[&settings.display().to_string(), "moods"]);
    check(&run(&["completions", "bash"], &[]), 0, &["planbench"]);
    fs::remove_file(&settings).unwrap();
    std::os::unix::fs::symlink("nowhere.toml", &settings).unwrap();
    check(&run(&["scenarios"], &[]), 2, &[&settings.display().to_string()]);
}

#[test]
fn a_settings_file_of_the_variable_that_is_not_there_is_told_with_its_flag() {
    let place = folder();
    let run = |verb: &str| planbench_in(place.path(), verb).env("PLANBENCH_CONFIG", "nothere.toml").output().unwrap();
    for verb in ["run --dry-run", "parity", "scenarios"] {
        let text = check(&run(verb), 2, &["nothere.toml", "another file with --config"]);
        assert!(!text.contains("TMPDIR"), "{text}");
    }
}

#[test]
fn a_fault_of_the_settings_is_told_by_file_and_key() {
    let place = folder();
    for (text, part) in [
        ("modes = ['spark']", "planbench.toml: modes: unknown mode `spark`"),
        ("scenarios = ['5kx6']", "planbench.toml: scenarios: unknown scenario `5kx6`"),
        ("threads = 0", "planbench.toml: threads: 0 threads: give 1 to 1024"),
        ("seed = -1", "seed = -1"),
        ("runs = 0", "planbench.toml: runs: give 1 to 10000"),
        ("[thresholds]\nthroughput_percent = 100", "planbench.toml: throughput_threshold"),
    ] {
        fs::write(place.path().join("planbench.toml"), text).unwrap();
        for verb in ["scenarios", "run --dry-run", "--bench --list"] {
            check(planbench_in(place.path(), verb), 2, &["planbench.toml", part]);
        }
    }
    fs::remove_file(place.path().join("planbench.toml")).unwrap();
    for (name, value) in [("BENCHMARK_THREADS", "0"), ("BENCHMARK_SEED", "abc")] {
        for verb in ["run --dry-run", "report", "quick-validate --dry-run", "compare main"] {
            check(planbench_in(place.path(), verb).env(name, value), 2, &[&format!("{name}={value}")]);
        }
    }
    check(planbench_in(place.path(), "run --threads 0"), 2, &["--threads", "1 to 1024"]);
}

/// Criterion measures in a process of its own, which sees variables and settings, but none of the flags.
#[test]
fn what_a_baseline_is_of_is_said_to_criterion_too() {
    let place = folder();
    fs::create_dir(place.path().join("conf")).unwrap();
    fs::write(
        place.path().join("conf/ours.toml"),
        "output_dir = 'not-here'\nmodes = ['reference']\n[[scenario]]\nname = 'ours'\nemployee_count = 30\nstart_year = 2025\nend_year = 2025\n",
    )
    .unwrap();
    let keep =
        "--config conf/ours.toml baseline-update --scenarios ours --runs 2 --yes --output-dir here --baseline-dir kept";
    let of_another =
        [("BENCHMARK_START_YEAR", "2030"), ("BENCHMARK_EMPLOYEE_COUNT", "5"), ("BENCHMARK_OUTPUT_DIR", "elsewhere")];
    check(planbench_in(place.path(), keep).envs(of_another), 0, &["Criterion measures"]);
    assert!(place.path().join("here/criterion/ours-30x2025-2025_reference/wall_time/main/sample.json").is_file());
    assert!(!place.path().join("conf/not-here").exists() && !place.path().join("elsewhere").exists());
}

#[test]
fn automations_hand_on_what_they_were_told() {
    let place = folder();
    let dry = |line: &str, variables: &[(&str, &str)]| {
        check(planbench_in(place.path(), line).arg("--dry-run").envs(variables.iter().copied()), 0, &[])
    };
    let custom = [("BENCHMARK_EMPLOYEE_COUNT", "50"), ("BENCHMARK_START_YEAR", "2025"), ("BENCHMARK_END_YEAR", "2026")];
    let people = "--scenarios custom --employee-count 50 --start-year 2025 --end-year 2026";
    let text = dry("quick-validate --modes sql reference", &custom);
    let run = text.lines().find(|line| line.contains(" run --scenarios custom --modes sql reference")).expect("a run");
    let told = people.strip_prefix("--scenarios custom ").expect("the people");
    assert!(text.contains(&format!("parity {people}")) && run.ends_with(told), "{text}");
    check(
        planbench_in(place.path(), "quick-validate --modes reference sql --runs 1").envs(custom),
        0,
        &["custom-50x2025-2026/reference"],
    );
    fs::write(place.path().join("settings.toml"), "scenarios = ['1kx3']\nmodes = ['sql']").unwrap();
    let text = dry("--config settings.toml stress-test", &[]);
    assert!(text.contains("planbench --config settings.toml parity --scenarios 1kx3"), "{text}");
    assert!(!text.contains("polars"), "{text}");
    check(planbench_in(place.path(), "daily-monitor --baseline ../x"), 2, &["../x", "letters"]);
    check(planbench_in(place.path(), "report --baseline ../x"), 2, &["../x", "letters"]);
    // What a check reads is what the runs were added to.
    check(
        planbench_in(place.path(), "baseline-update --scenarios quick --modes reference --runs 2 --no-criterion --yes"),
        0,
        &[],
    );
    let text = dry("daily-monitor --scenarios quick --modes reference --history days", &[]);
    let check_line = text.lines().find(|line| line.contains("regression-check")).expect("a check");
    assert!(check_line.contains("--history days"), "{text}");
}

#[test]
fn scaling_benchmarks_run_only_by_name_and_are_reported() {
    let place = folder();
    let listed = check(planbench_in(place.path(), "--bench --list"), 0, &["quick/sql/wall_time"]);
    assert!(!listed.contains("scaling"), "{listed}");
    check(planbench_in(place.path(), "--bench scaling --list"), 0, &["scaling/polars/1000000: bench"]);
    check(planbench_in(place.path(), "--bench scaling/sql/7"), 2, &["scaling/<mode>/<head count>", "60000"]);
    let some = "--bench --noplot --measurement-time 0.2 --warm-up-time 0.1";
    let sizes = "scaling/reference/(1000|5000|20000)$";
    let bench = planbench_in(place.path(), some).args(["--save-baseline", "kept", sizes]).output().unwrap();
    check(&bench, 0, &["scaling/reference/20000", "memory bandwidth", "usable CPUs"]);
    let text = check(planbench_in(place.path(), "report"), 0, &["scaling-1000", "scaling-20000"]);
    assert!(!text.contains("scaling-60000"), "{text}");
    let report = json(&place.path().join("out/reports/report.json"));
    let growth = &report["scaling"][0];
    assert_eq!(growth["over"], serde_json::json!(["scaling-1000", "scaling-5000", "scaling-20000"]));
    assert!(growth["memory_bandwidth_bytes_per_second"].as_f64().unwrap() > 1e8);
    // Twenty times the people are more than twice the work, and much less than four hundred times.
    let slope = growth["slope"]["value"].as_f64().unwrap();
    assert!((0.25..2.0).contains(&slope), "{slope}");
    assert!(read(&place.path().join("out/reports/report.md")).contains("Memory bandwidth"));
    check(planbench_in(place.path(), "regression-check --from out --baseline kept"), 3, &["scaling-5000/reference"]);
}

#[test]
fn impossible_requests_are_usage_errors() {
    let place = folder();
    for (line, parts) in [
        ("run --runs 0", &["--runs"][..]),
        ("run --scenarios 5kx6", &["5kx6", "quick, 1kx3, 5kx5, stress"]),
        ("run --scenarios=", &["names nothing"]),
        ("run --modes spark", &["spark", "sql, polars, reference"]),
        ("run --scenarios quick --employee-count 5", &["custom"]),
        ("run --target-time=-1", &["above zero"]),
        ("run --quiet --verbose", &["--quiet"]),
        ("report --format pdf", &["pdf", "json, csv, markdown, html"]),
        ("regression-check --time-threshold 0", &["above 0"]),
        ("regression-check --throughput-threshold 100", &["below 100"]),
        ("regression-check --baseline ../x", &["../x", "letters"]),
        ("regression-check --baseline nightly", &["nightly", "baseline-update --baseline nightly"]),
        ("completions tcsh", &["tcsh", "bash"]),
        ("export --format xml", &["xml", "openmetrics"]),
    ] {
        check(planbench_in(place.path(), line), 2, parts);
    }
}

#[test]
fn an_unwritable_place_is_named_and_nothing_is_left_half_done() {
    let place = folder();
    let locked = place.path().join("locked");
    fs::create_dir(&locked).unwrap();
    // A file where a folder should be stops root too, whom permissions do not.
    fs::write(place.path().join("out"), "").unwrap();
    check(planbench_in(place.path(), "run --quick --modes reference --runs 1"), 2, &["out/reports"]);
    fs::remove_file(place.path().join("out")).unwrap();
    check(planbench_in(place.path(), "run --quick --modes reference --runs 1"), 0, &[]);
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(locked.join("probe"), "").is_err() {
        check(planbench_in(place.path(), "report --to locked"), 2, &["locked/report.json"]);
    }
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o755)).unwrap();
    if std::path::Path::new("/dev/full").exists() {
        // Every write to this device says that there is no room.
        let output = planbench_in(place.path(), "report --to /dev/full").output().unwrap();
        check(&output, 2, &["/dev/full"]);
    }
    assert!(leftovers(place.path()).is_empty());
}

#[test]
fn control_c_ends_a_run_with_what_is_finished() {
    let place = folder();
    let mut child = command()
        .args(["run", "--quick", "--modes", "reference", "--runs", "10000"])
        .current_dir(place.path())
        .env("BENCHMARK_OUTPUT_DIR", "out")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let runs = place.path().join("out/criterion/quick_reference/runs");
    for _ in 0..600 {
        std::thread::sleep(Duration::from_millis(50));
        if fs::read_dir(&runs).is_ok_and(|files| files.count() > 2) {
            break;
        }
    }
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().expect("kill").success());
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    check(planbench_in(place.path(), "report --format json"), 0, &["quick/reference"]);
    assert!(leftovers(place.path()).is_empty());
}

#[test]
fn completions_and_the_manual_come_from_the_command_line() {
    let place = folder();
    for (what, part) in [
        ("bash", "regression-check"),
        ("zsh", "#compdef planbench"),
        ("fish", "complete -c planbench"),
        ("man", ".TH PLANBENCH 1"),
    ] {
        check(planbench_in(place.path(), &format!("completions {what}")), 0, &[part]);
    }
    let text = check(planbench_in(place.path(), "doctor"), 0, &["cpu", "engines", "DuckDB 1.5.6"]);
    assert!(!text.contains("cannot be written"), "a folder that does not exist yet can be made:\n{text}");
    assert!(text.contains("noisy") || text.contains("UNFIT") || text.contains("nothing here"), "{text}");
    let sh = |line: &str| {
        let line = line.replace("planbench", env!("CARGO_BIN_EXE_planbench"));
        Command::new("bash")
            .args(["-o", "pipefail", "-c", &line])
            .current_dir(place.path())
            .output()
            .expect("bash starts")
    };
    let quiet = sh("planbench scenarios | true");
    assert!(quiet.stderr.is_empty(), "{}", String::from_utf8_lossy(&quiet.stderr));
    if std::path::Path::new("/dev/full").exists() {
        check(&sh("planbench scenarios > /dev/full"), 2, &["standard output"]);
    }
    check(planbench_in(place.path(), "--help"), 0, &["130 interrupted", "3 inconclusive"]);
}
