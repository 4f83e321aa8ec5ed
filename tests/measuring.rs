//! Measurements against known quantities, and the suite as a user runs it.

mod common;

use common::check;
use planalign_bench::machine::available_threads;
use planalign_bench::record::run::{Parity, RunRecord};
use planalign_bench::record::sessions::latest_session;
use planalign_bench::scenario::SCENARIOS;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, SystemTime};

fn planbench() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_planbench"))
}

/// Runs the suite (as `cargo bench` would, but from the binary) with arguments and variables, results in `folder`.
fn bench(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = common::command();
    command.arg("--bench").args(arguments).env("BENCHMARK_OUTPUT_DIR", folder).envs(variables.iter().copied());
    command.output().expect("the suite starts")
}

/// What a fresh process shows of itself that has allocated and touched so many bytes.
fn allocate(bytes: usize) -> (Option<u64>, Option<u64>) {
    let request = format!("{{\"Allocate\":{bytes}}}");
    let output = common::command().args(["--planalign-worker", &request]).output().expect("it starts");
    let seen: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    (seen["peak_memory_bytes"].as_u64(), seen["idle_memory_bytes"].as_u64())
}

#[test]
fn a_known_allocation_is_found_within_two_percent() {
    for bytes in [200_000_000usize, 600_000_000] {
        let (Some(peak), Some(idle)) = allocate(bytes) else {
            if cfg!(target_os = "linux") {
                panic!("Linux tells");
            }
            return;
        };
        let found = (peak - idle) as f64;
        assert!((found / bytes as f64 - 1.0).abs() < 0.02, "{found} bytes found of {bytes}");
    }
}

#[test]
fn what_this_process_holds_is_not_charged_to_the_observed_one() {
    let (Some(alone), _) = allocate(50_000_000) else { return };
    let ballast = std::hint::black_box(vec![1u8; 500_000_000]);
    let beside = allocate(50_000_000).0.expect("told before");
    drop(ballast);
    assert!((beside as f64 / alone as f64 - 1.0).abs() < 0.02, "{alone} alone, {beside} beside 500 MB");
}

/// The records of the latest session, all of them whole.
fn records_of(group: &Path) -> Vec<RunRecord> {
    let latest = latest_session(group).expect("a folder");
    assert_eq!(latest.problems, []);
    latest.records
}

#[test]
fn a_benchmark_leaves_criterion_files_and_whole_records() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = check(&bench(folder.path(), &["--quick", "quick/reference"], &[]), 0, &["quick/reference/wall_time"]);
    assert!(text.contains("quick/reference/cpu_time") && text.contains("quick/reference/peak_memory"), "{text}");
    let group = folder.path().join("criterion/quick_reference");
    for function in ["wall_time", "cpu_time", "peak_memory"] {
        assert!(group.join(function).join("new/estimates.json").is_file(), "{function}");
    }
    let records = records_of(&group);
    assert!(!records.is_empty());
    for record in &records {
        assert!(record.success && record.error.is_none() && record.parity == Parity::Identical);
        let seen = record.observation.as_ref().expect("an observation");
        assert_eq!((seen.events, seen.phases.years.len()), (SCENARIOS[0].golden.expect("known").events, 2));
        let wall = seen.wall_seconds.expect("an execution time");
        assert!(wall > 0.0 && seen.cpu_seconds.is_some_and(|seconds| seconds > 0.0));
        assert!(seen.phases.years.iter().sum::<f64>() <= wall);
        // A run of a fraction of a millisecond is too short for a window: absent, not 0 or 100 %.
        assert_eq!(seen.cpu_utilisation_peak, None);
        assert_eq!(seen.metrics[0].name, "events_per_cpu_second");
        assert_eq!(seen.events_by_type.values().sum::<u64>(), seen.events);
        assert!(seen.peak_above_idle_bytes().is_none_or(|above| above > 0));
    }
}

#[test]
fn selections_come_from_the_environment() {
    let folder = tempfile::tempdir().expect("a folder");
    let list = |variables: &[(&str, &str)]| bench(folder.path(), &["--list"], variables);
    let text = check(
        &list(&[("BENCHMARK_SCENARIOS", "1kx3"), ("BENCHMARK_MODES", "polars")]),
        0,
        &["1kx3/polars/peak_memory"],
    );
    assert!(!text.contains("sql") && !text.contains("quick"), "{text}");
    check(
        &list(&[("BENCHMARK_SCENARIOS", "quick 2kx3")]),
        2,
        &["unknown scenario `2kx3`", "quick, 1kx3, 5kx5, stress"],
    );
    check(&list(&[("BENCHMARK_MODES", "sql,spark")]), 2, &["unknown mode `spark`", "sql, polars, reference"]);
    check(&list(&[("BENCHMARK_THREADS", "two")]), 2, &["BENCHMARK_THREADS=two"]);
    check(&list(&[("BENCHMARK_SCENARIOS", "custom")]), 2, &["BENCHMARK_START_YEAR"]);
    let custom = [
        ("BENCHMARK_SCENARIOS", "custom"),
        ("BENCHMARK_MODES", "sql polars"),
        ("BENCHMARK_EMPLOYEE_COUNT", "60"),
        ("BENCHMARK_START_YEAR", "2027"),
        ("BENCHMARK_END_YEAR", "2027"),
        ("BENCHMARK_SEED", "5"),
    ];
    check(
        &bench(folder.path(), &["--test", "custom"], &custom),
        0,
        &["custom-60x2027-2027-seed5/sql/wall_time", "custom-60x2027-2027-seed5/polars/peak_memory"],
    );
    check(
        &bench(folder.path(), &["--test", "nothing/like/this"], &[]),
        2,
        &["no benchmark selected", "quick, 1kx3, 5kx5, stress"],
    );
}

#[test]
fn a_killed_bench_leaves_only_whole_records_and_the_next_works() {
    let folder = tempfile::tempdir().expect("a folder");
    let group = folder.path().join("criterion/quick_reference");
    for delay in [150, 400, 700] {
        let mut child = Command::new(planbench())
            .args(["--bench", "--measurement-time", "2", "quick/reference/peak_memory"])
            .env("BENCHMARK_OUTPUT_DIR", folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the suite starts");
        std::thread::sleep(Duration::from_millis(delay));
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
        records_of(&group);
    }
    check(&bench(folder.path(), &["--quick", "quick/reference/peak_memory"], &[]), 0, &["peak_memory"]);
    assert!(!records_of(&group).is_empty());
}

#[test]
fn a_profile_is_a_flame_graph_with_engine_frames() {
    let folder = tempfile::tempdir().expect("a folder");
    for (mode, frame) in [("polars", "polars_"), ("sql", "duckdb::")] {
        let name = format!("1kx3/{mode}/wall_time");
        check(&bench(folder.path(), &["--profile-time", "2", &name], &[]), 0, &["flame graph"]);
        let file = folder.path().join(format!("criterion/1kx3_{mode}/wall_time/profile/flamegraph.svg"));
        let svg = std::fs::read_to_string(&file).expect("a flame graph");
        assert!(svg.contains("<svg") && svg.contains(frame), "{frame} frames in {}", file.display());
    }
}

#[test]
fn what_criterion_cannot_use_or_save_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    for (arguments, part) in [
        (&["--baseline", "nope", "quick/reference/wall_time"][..], "nope"),
        (&["["][..], "regex"),
        (&["--sample-size", "1", "quick/reference/wall_time"][..], "give 10 to 1000000"),
    ] {
        let output = bench(folder.path(), arguments, &[]);
        let text = check(&output, 2, &[]).to_lowercase();
        assert!(text.contains(part), "{part} not in {text}");
    }
    let taken = folder.path().join("taken");
    std::fs::write(&taken, "").expect("a file where a folder should be");
    check(&bench(&taken, &["--quick", "quick/reference/wall_time"], &[]), 2, &["Criterion did not save"]);
    check(
        &bench(folder.path(), &["--list"], &[("BENCHMARK_SCENARIO", "quick")]),
        0,
        &["BENCHMARK_SCENARIO is not a variable of this program"],
    );
}

/// Files below a folder that say that something was measured.
fn figures(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut found: Vec<PathBuf> = paths
        .flat_map(|path| if path.is_dir() { figures(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    found.sort();
    found
}

#[test]
fn the_suite_takes_every_option_that_criterion_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let help = check(&bench(folder.path(), &["--help"], &[]), 0, &["--save-baseline"]);
    let mut options: Vec<Vec<String>> = Vec::new();
    for line in help.lines().map(str::trim_start).filter(|line| line.starts_with('-')) {
        for option in line.split([' ', ',']).filter(|word| word.starts_with('-') && *word != "-h" && *word != "--help")
        {
            let value = line.contains('<').then_some(match option {
                "--color" | "-c" => "never",
                "--format" => "terse",
                "--output-format" => "bencher",
                "--plotting-backend" => "plotters",
                "--confidence-level" | "--significance-level" => "0.5",
                _ => "10",
            });
            let needed = (option == "--load-baseline").then_some(["--baseline", "other"]);
            let words = [option].into_iter().chain(value).chain(needed.into_iter().flatten());
            options.push(words.map(str::to_owned).collect());
        }
    }
    assert!(options.len() > 25, "{options:?}");
    let hidden = ["--test", "--nocapture", "--show-output", "--include-ignored", "--version", "-V", "--colour=never"];
    options.extend(hidden.map(|option| vec![option.to_owned()]));
    for option in options {
        // Among ignored benchmarks, of which there are none: nothing runs, whatever the option does.
        let arguments: Vec<&str> = ["--ignored"]
            .into_iter()
            .filter(|_| option[0] != "--ignored")
            .chain(option.iter().map(String::as_str))
            .collect();
        check(&bench(folder.path(), &arguments, &[]), 0, &[]);
    }
    assert!(figures(folder.path()).is_empty());
}

#[test]
fn what_measures_or_keeps_nothing_ends_well_and_leaves_no_figures() {
    let folder = tempfile::tempdir().expect("a folder");
    let name = "quick/reference/wall_time";
    check(&bench(folder.path(), &["--quick", "--noplot", "-smain", name], &[]), 0, &[]);
    let before = figures(folder.path());
    let group = folder.path().join("criterion/quick_reference");
    assert!(before.contains(&group.join("context/main/wall_time.json")), "{before:?}");
    for arguments in [
        &["--list"][..],
        &["--list", "--ignored"],
        &["--list", "--format", "terse", "nothing/like/this"],
        &["--list", "--save-baseline", "other"],
        &["--ignored"],
        &["--ignored", "--save-baseline=other"],
        &["--test", "quick/reference"],
        &["--test", "--exact", name, "--save-baseline", "other"],
        &["--profile-time", "1", name],
        &["--discard-baseline", "--quick", "--noplot", "quick/reference"],
        &[
            "--discard-baseline",
            "--noplot",
            "--sample-size",
            "10",
            "--measurement-time",
            "0.5",
            "--warm-up-time",
            "0.1",
            name,
        ],
        &["--load-baseline", "main", "--baseline", "main", name],
        &["--load-baseline=new", "-bmain", "--noplot", "--exact", name],
        &["--load-baseline", "main", "--baseline", "base", "--ignored"],
    ] {
        let output = bench(folder.path(), arguments, &[]);
        check(&output, 0, &[]);
        let changes = |path: &PathBuf| path.starts_with(group.join("wall_time/change"));
        let after: Vec<_> = figures(folder.path()).into_iter().filter(|path| !changes(path)).collect();
        assert_eq!(after, before, "{arguments:?}");
        if arguments.contains(&"nothing/like/this") || arguments.contains(&"--ignored") {
            assert!(output.stdout.is_empty(), "{arguments:?}");
        }
    }
    // `cargo test --benches` passes no `--bench`: each benchmark once, and no figures.
    let mut suite = common::command();
    suite.args(["--bench", "--test", "quick/reference"]).env("BENCHMARK_OUTPUT_DIR", folder.path());
    check(&suite.output().expect("it starts"), 0, &["Success"]);
}

#[test]
fn names_are_looked_at_before_anything_is_measured() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("a/b/c/out");
    let name = "quick/reference/wall_time";
    for (arguments, part) in [
        (&["--save-baseline", "../../../esc"][..], "../../../esc"),
        (&["--save-baseline", ""], "baseline name ``"),
        (&["--save-baseline="], "baseline name ``"),
        (&["-sa/b"], "a/b"),
        (&["-s", "new"], "taken"),
        (&["--baseline", "../main"], "../main"),
        (&["--baseline-lenient", "a/b"], "a/b"),
        (&["--load-baseline", "..", "--baseline", "main"], "`..`"),
        (&["--baseline", "nope"], "no baseline `nope` of quick/reference/wall_time (Criterion keeps: none)"),
        (&["--baseline", "base"], "a measurement makes it"),
        (&["--load-baseline", "nope", "--baseline", "nope"], "no baseline `nope`"),
        (&["--quick", "--sample-size", "10"], "cannot be used with"),
        (&["--discard-baseline", "-s", "x"], "cannot be used with"),
        (&["--load-baseline", "x"], "--baseline <baseline>"),
        (&["--bogus"], "--bogus"),
        (&["another"], "unexpected argument"),
    ] {
        let output = bench(&out, &[arguments, &[name]].concat(), &[]);
        let text = check(&output, 2, &[part]);
        assert!(!text.contains("panicked") && !text.contains("Benchmarking"), "{arguments:?}:\n{text}");
        assert!(!folder.path().join("a").exists(), "{arguments:?} left something");
    }
    check(&bench(&out, &["--quick", "--noplot", "-s", "kept", name], &[]), 0, &[]);
    check(
        &bench(&out, &["--quick", "--noplot", "-b", "kept", "quick/reference"], &[]),
        2,
        &["no baseline `kept` of quick/reference/cpu_time, quick/reference/peak_memory (Criterion keeps: kept)"],
    );
    check(
        &bench(&out, &["--quick", "--noplot", "--baseline-lenient", "nope", name], &[]),
        0,
        &["no baseline `nope` (Criterion keeps: kept), so nothing is compared"],
    );
    check(&bench(&out, &["--list"], &[("CARGO_CRITERION_PORT", "1")]), 2, &["cargo bench"]);
}

/// The same measurement again: what is there from before must not pass for it.
#[test]
fn a_measurement_that_is_not_saved_is_not_taken_for_the_one_before() {
    let folder = tempfile::tempdir().expect("a folder");
    let measure = || bench(folder.path(), &["--quick", "--noplot", "quick/reference/wall_time"], &[]);
    check(&measure(), 0, &[]);
    let new = folder.path().join("criterion/quick_reference/wall_time/new");
    // Times of files are no help: this one was written tomorrow.
    let sample = std::fs::File::options().write(true).open(new.join("sample.json")).expect("a sample");
    sample.set_modified(SystemTime::now() + Duration::from_secs(86_400)).expect("the time is set");
    check(&measure(), 0, &[]);
    // A folder where the file should be: Criterion cannot write, root or not.
    std::fs::remove_file(new.join("sample.json")).expect("it can go");
    std::fs::create_dir(new.join("sample.json")).expect("a folder");
    check(&measure(), 2, &["did not save"]);
}

#[test]
fn the_number_of_threads_is_set_before_a_census_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let census = folder.path().join("people.parquet");
    let duckdb = duckdb::Connection::open_in_memory().expect("DuckDB");
    duckdb
        .execute_batch(&format!(
            "COPY (SELECT 'E' || i AS employee_id, DATE '1980-01-01' + i::INTEGER AS employee_birth_date, DATE '2010-01-01' AS \
             employee_hire_date, 50000.0 AS employee_gross_compensation FROM range(30) t(i)) TO '{}' (FORMAT parquet)",
            census.display()
        ))
        .expect("a census");
    let census = census.to_str().expect("text");
    let threads = available_threads() + 1;
    let number = threads.to_string();
    let variables = [
        ("BENCHMARK_CENSUS", census),
        ("BENCHMARK_START_YEAR", "2025"),
        ("BENCHMARK_END_YEAR", "2025"),
        ("BENCHMARK_MODES", "polars"),
        ("BENCHMARK_THREADS", &number),
    ];
    check(&bench(folder.path(), &["--test"], &variables), 0, &[&format!("threads{threads}/polars/wall_time")]);
    for (name, value) in [("BENCHMARK_THREADS", "0"), ("BENCHMARK_SEED", "abc"), ("BENCHMARK_SEED", "-1")] {
        check(&bench(folder.path(), &["--list"], &[(name, value)]), 2, &[&format!("{name}={value}")]);
    }
    let missing =
        check(&bench(folder.path(), &["--list"], &[("BENCHMARK_SCENARIOS", "custom")]), 2, &["BENCHMARK_START_YEAR"]);
    assert!(!missing.contains("--start-year"), "the suite has no such flag:\n{missing}");
}
