//! What comes from outside: processes that somebody kills, limits of the system, and what they leave of a measurement.
#![cfg(target_os = "linux")]

mod common;

use common::{check, command, folder, json, leftovers};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

/// Observation processes of `parent` for a mode: their ids.
fn workers(parent: u32, mode: &str) -> Vec<u32> {
    let of_proc = std::fs::read_dir("/proc").expect("proc").flatten();
    let ids = of_proc.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let is_worker = |id: &u32| {
        let file = |name: &str| std::fs::read_to_string(format!("/proc/{id}/{name}")).unwrap_or_default();
        let status = file("status");
        let of = status.lines().find_map(|line| line.strip_prefix("PPid:")).and_then(|id| id.trim().parse().ok());
        of == Some(parent) && file("cmdline").contains(&format!("\"mode\":\"{mode}\""))
    };
    ids.filter(is_worker).collect()
}

/// Runs planbench and kills observation processes of a mode: so many, one after the other, or all.
fn with_kills(place: &Path, line: &str, mode: &str, signal: i32, most: usize) -> Output {
    let mut child: Child = command()
        .args(line.split_whitespace())
        .current_dir(place)
        .env("BENCHMARK_OUTPUT_DIR", "out")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut killed = Vec::new();
    while child.try_wait().expect("a child").is_none() {
        for id in workers(child.id(), mode) {
            if killed.len() < most && !killed.contains(&id) {
                // SAFETY: sends a signal to a process that this test has just seen as its own grandchild.
                unsafe { libc::kill(id as libc::pid_t, signal) };
                killed.push(id);
            }
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(!killed.is_empty(), "no process of {mode} was seen");
    child.wait_with_output().expect("its words")
}

/// The run records of a benchmark, by run number.
fn records(place: &Path, benchmark: &str) -> Vec<Value> {
    let folder = place.join("out/criterion").join(benchmark).join("runs");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).expect("records").map(|e| e.expect("one").path()).collect();
    files.sort();
    let mut records: Vec<Value> = files.iter().map(|file| json(file)).collect();
    records.sort_by_key(|record| record["run_number"].as_u64());
    records
}

const RUN: &str = "run --scenarios quick --modes sql reference --runs 3";

#[test]
fn a_process_that_was_killed_once_is_done_again_and_said() {
    let place = folder();
    let output = with_kills(place.path(), RUN, "sql", libc::SIGKILL, 1);
    let text = check(&output, 0, &["SIGKILL", "tried again as run", "[6/6]", "ended from outside and is in no figure"]);
    assert!(!text.contains("[7/6]"), "{text}");
    let sql = records(place.path(), "quick_sql");
    // The rounds are whole, so that every run has its pair; the one that was killed is after them.
    assert_eq!(sql.iter().map(|r| r["run_number"].as_u64().unwrap()).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert!(sql[..3].iter().all(|record| record["success"] == true));
    let lost = &sql[3];
    assert_eq!(
        (&lost["success"], &lost["ended_from_outside"], &lost["observation"]),
        (&false.into(), &true.into(), &Value::Null)
    );
    let again = lost["replaced_by"].as_u64().expect("the run in its stead");
    assert!((1..=3).contains(&again) && lost["error"].as_str().unwrap().contains("signal: 9"), "{lost}");
    assert_eq!(records(place.path(), "quick_reference").len(), 3);
    // Whole, so it makes a baseline.
    let update = "baseline-update --yes --from out";
    check(
        &common::planbench_in(place.path(), update).output().unwrap(),
        0,
        &["quick_sql.json", "quick_reference.json"],
    );
    assert_eq!(leftovers(place.path()), Vec::<String>::new());
}

#[test]
fn a_benchmark_that_is_killed_again_is_given_up_and_the_others_go_on() {
    let place = folder();
    let output = with_kills(place.path(), RUN, "sql", libc::SIGTERM, usize::MAX);
    let text = check(&output, 2, &["quick/sql run 1", "SIGTERM", "second try", "1 of 1 run(s) failed"]);
    assert!(text.contains("written: out/reports/report.json"), "the others are reported:\n{text}");
    let (sql, reference) = (records(place.path(), "quick_sql"), records(place.path(), "quick_reference"));
    assert_eq!((sql.len(), reference.len()), (2, 3), "no third process of what is given up");
    assert!(sql.iter().all(|record| record["success"] == false) && reference.iter().all(|r| r["success"] == true));
    assert_eq!(leftovers(place.path()), Vec::<String>::new());

    // Nothing is proven by it: neither a missed gate nor a regression.
    let gate = "performance-gate --scenario quick --modes sql reference --target-time 60 --runs 3";
    let text = check(&with_kills(place.path(), gate, "sql", libc::SIGKILL, usize::MAX), 2, &["quick/sql", "SIGKILL"]);
    assert!(text.contains("PASS quick/reference time"), "{text}");
}

#[test]
fn a_criterion_benchmark_without_its_processes_leaves_no_figure() {
    let place = folder();
    let bench = "--bench --noplot --quick quick/(sql|reference)/peak_memory";
    let output = with_kills(place.path(), bench, "sql", libc::SIGKILL, usize::MAX);
    check(
        &output,
        2,
        &["quick/sql/peak_memory", "SIGKILL", "1 benchmark(s) left no figure", "quick/reference/peak_memory"],
    );
    let group = |mode: &str| place.path().join(format!("out/criterion/quick_{mode}"));
    assert!(!group("sql").join("peak_memory/new").exists() && !group("sql").join("context").exists());
    assert!(group("reference").join("peak_memory/new/sample.json").is_file());
    assert!(group("reference").join("context/new/peak_memory.json").is_file());
    let text = check(&common::planbench_in(place.path(), "report").output().unwrap(), 0, &["quick/reference"]);
    assert!(text.contains("quick/sql run 2: failed and is in no figure"), "{text}");

    // One process is made good, and the figure is there.
    let output = with_kills(place.path(), bench, "sql", libc::SIGKILL, 1);
    check(&output, 0, &["warning: quick/sql run", "tried again as run"]);
    assert!(group("sql").join("peak_memory/new/sample.json").is_file());
}

#[test]
fn a_busy_machine_is_what_others_do_and_not_what_the_load_average_says() {
    let place = folder();
    let run = "run --scenarios quick --modes reference --runs 2 --quiet";
    check(&common::planbench_in(place.path(), run).output().unwrap(), 0, &[]);
    let runs = place.path().join("out/criterion/quick_reference/runs");
    let report = |load: f64, others: Value| {
        for file in std::fs::read_dir(&runs).expect("records").flatten() {
            let mut record = json(&file.path());
            let cpus = record["machine"]["key"]["usable_cpus"].as_f64().expect("CPUs");
            record["machine"]["load_average_1m"] = load.into();
            record["machine"]["others_cpus"] = others.as_f64().map_or(Value::Null, |share| (share * cpus).into());
            std::fs::write(file.path(), record.to_string()).expect("written");
        }
        check(&common::planbench_in(place.path(), "report").output().unwrap(), 0, &["quick/reference"])
    };
    // A build of one's own that has just ended.
    assert!(!report(50.0, 0.01.into()).contains("busy"));
    assert!(!report(50.0, Value::Null).contains("busy"));
    assert!(report(0.0, 0.9.into()).contains("The machine was busy: other programs used"));
}

/// A shell's limits, then planbench.
fn limited(limit: &str, arguments: &str) -> Output {
    let place = folder();
    let line = format!("{limit} && exec {} {arguments}", env!("CARGO_BIN_EXE_planbench"));
    let mut clean = Command::new("sh");
    for (name, value) in command().get_envs() {
        match value {
            Some(value) => clean.env(name, value),
            None => clean.env_remove(name),
        };
    }
    clean.env_remove("RUST_BACKTRACE").args(["-c", &line]).current_dir(place.path()).output().expect("sh starts")
}

#[test]
fn fewer_threads_files_or_bytes_than_wanted_are_an_error_with_a_name() {
    let named = |output: &Output, parts: &[&str]| {
        let text = check(output, 2, parts);
        for word in ["panicked", "RUST_BACKTRACE", "unwrap()", "stack backtrace"] {
            assert!(!text.contains(word), "{word} in\n{text}");
        }
    };
    // Each thread needs a stack, and there is no room for so many. Whether the pool finds out first or a thread that it has
    // started already is chance.
    let many = "parity --scenarios quick --threads 1000";
    named(&limited("ulimit -v 3000000", many), &["cannot start", "--threads", "ulimit -u"]);
    let run = "run --quick --runs 1 --modes polars --threads 1000 --output-dir out";
    named(&limited("ulimit -v 5000000", run), &["quick-threads1000/polars run 1", "cannot start", "--threads"]);
    let bench = "--bench --test --exact quick-threads1000/polars/wall_time";
    let output = limited("export BENCHMARK_THREADS=1000 && ulimit -v 5000000", bench);
    named(&output, &["quick-threads1000/polars/wall_time", "cannot start"]);
    // Which of the engines finds out first, and how, is its own affair.
    named(&limited("ulimit -n 5", "parity --scenarios quick"), &["open", "files", "ulimit -n"]);
    // Too little for the census: whoever aborts is named, too.
    let large =
        "generate --mode reference --employee-count 2000000 --start-year 2025 --end-year 2030 --out events --threads 1";
    check(&limited("ulimit -v 500000", large), 2, &["this process was aborted", "memory", "ulimit -v"]);
}
