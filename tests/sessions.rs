//! Sessions, their records and histories under bad conditions: clocks that were set, torn and foreign files, other
//! versions, writers at the same time.
#![allow(clippy::unwrap_used)] // helpers of tests: a panic says where

mod common;

use common::{check, folder, json, leftovers, planbench_in, read};
use planalign_bench::record::baseline::Baseline;
use planalign_bench::record::history;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

fn run(place: &Path, more: &str) -> std::process::Output {
    planbench_in(place, &format!("run --quick --modes reference --runs 2 -q {more}")).output().unwrap()
}

/// Two modes of quick.
const BOTH: &str = "run --quick --modes reference polars --runs 2";

/// Runs it while every process that it starts for mode reference is killed from outside.
#[cfg(target_os = "linux")]
fn with_reference_killed(place: &Path, line: &str) -> std::process::Output {
    use std::process::{Command, Stdio};
    let mut command = common::command();
    command.current_dir(place).env("BENCHMARK_OUTPUT_DIR", "out").args(line.split_whitespace());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let parent = format!("PPid:\t{}\n", child.id());
    while child.try_wait().unwrap().is_none() {
        for process in fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path()) {
            let text = |name: &str| fs::read_to_string(process.join(name)).unwrap_or_default();
            if text("status").contains(&parent) && text("cmdline").contains(r#""mode":"reference""#) {
                let id = process.file_name().unwrap().to_owned();
                // It may just have ended by itself.
                let _ = Command::new("kill").arg("-KILL").arg(id).stderr(Stdio::null()).status();
            }
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    child.wait_with_output().unwrap()
}

/// The JSON files of a folder, by name.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    files
}

fn records(place: &Path) -> Vec<PathBuf> {
    files(&place.join("out/criterion/quick_reference/runs"))
}

fn write(file: &Path, value: &Value) {
    fs::write(file, serde_json::to_string(value).unwrap()).unwrap();
}

/// Makes the latest session one that started then by its clock.
fn set_clock(place: &Path, start: &str, started_at: &str) {
    for file in records(place) {
        let mut record = json(&file);
        let session = record["session"].as_str().unwrap().to_owned();
        let other = format!("{start}-{}", session.split_once('-').unwrap().1);
        record["session"] = other.clone().into();
        record["started_at"] = started_at.into();
        let name = file.file_name().unwrap().to_str().unwrap().replace(&session, &other);
        fs::remove_file(&file).unwrap();
        write(&file.with_file_name(name), &record);
    }
}

fn report(place: &Path) -> Value {
    json(&place.join("out/reports/report.json"))
}

fn session_in_report(place: &Path) -> String {
    let report = report(place);
    let runs = &report["scenarios_tested"]["quick"]["results_by_mode"]["reference"]["detailed_runs"];
    runs[0]["session"].as_str().unwrap().to_owned()
}

#[test]
fn the_last_session_is_the_latest_whatever_clocks_say() {
    let place = folder();
    check(&run(place.path(), ""), 0, &[]);
    set_clock(place.path(), "20900101T000000Z", "2090-01-01T00:00:00Z");
    check(planbench_in(place.path(), "report"), 0, &["yet to come", "clock was set back"]);
    assert!(session_in_report(place.path()).starts_with("2090"));
    // The clock is set back: what is measured now is the latest all the same, and it is said.
    check(&run(place.path(), ""), 0, &["warning: quick/reference", "clock was set back"]);
    check(planbench_in(place.path(), "report"), 0, &["clock was set back"]);
    assert!(!session_in_report(place.path()).starts_with("2090"));
    let numbers: Vec<u64> = records(place.path()).iter().map(|file| json(file)["sequence"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [1, 1, 2, 2]);
    assert!(leftovers(place.path()).is_empty());
}

#[test]
fn sessions_at_the_same_time_keep_all_their_records() {
    let place = folder();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| check(&run(place.path(), ""), 0, &[]));
        }
    });
    let records = records(place.path());
    assert_eq!(records.len(), 8);
    let mut sessions: Vec<String> = records.iter().map(|file| json(file)["session"].to_string()).collect();
    sessions.dedup();
    assert_eq!(sessions.len(), 4);
    let left = fs::read_dir(place.path().join("out/criterion/quick_reference/runs")).unwrap().count();
    assert_eq!(left, 8, "nothing but records is left");
}

#[test]
fn the_same_mode_on_fewer_cpus_is_no_later_session_of_the_same_work() {
    let place = folder();
    check(&run(place.path(), ""), 0, &[]);
    // As `taskset -c 0` would leave them, on a machine of any size.
    for file in records(place.path()) {
        let mut record = json(&file);
        let session = "20300101T000000Z-0123456789abcdef";
        let name = format!("{:08}-{session}-{:04}.json", 2, record["run_number"].as_u64().unwrap());
        (record["sequence"], record["session"]) = (2.into(), session.into());
        record["machine"]["key"]["usable_cpus"] = 1_000.into();
        record["benchmark"]["threads"] = 1_000.into();
        write(&file.with_file_name(name), &record);
    }
    let text = check(planbench_in(place.path(), "report"), 0, &["quick/reference", "quick ("]);
    let scenarios = report(place.path())["scenarios_tested"].clone();
    assert_eq!(scenarios.as_object().unwrap().len(), 2, "{text}");
    let csv = read(&place.path().join("out/reports/runs.csv"));
    assert_eq!(csv.lines().count(), 1 + 4, "{csv}");
    // A baseline is held against the work that it is of.
    let update = "baseline-update --scenarios quick --modes reference --no-criterion --yes --runs 2";
    let other = folder();
    check(planbench_in(other.path(), update), 0, &[]);
    let baselines = other.path().join("target-baselines");
    let wide = "--time-threshold 1000 --throughput-threshold 99 --memory-threshold 1000";
    let judged = format!("regression-check --from out {wide} --baseline-dir");
    let text = check(planbench_in(place.path(), &judged).arg(baselines), 0, &["PASS"]);
    assert!(!text.contains("UNFIT"), "{text}");
}

#[test]
fn a_torn_file_costs_its_own_figures_only() {
    let place = folder();
    check(planbench_in(place.path(), BOTH), 0, &[]);
    let torn = &records(place.path())[0];
    let whole = read(torn);
    fs::write(torn, &whole[..whole.len() / 2]).unwrap();
    let name = torn.file_name().unwrap().to_str().unwrap();
    let said = [name, "not a whole run record", "quick/polars", "quick/reference"];
    let text = check(planbench_in(place.path(), "report"), 2, &said);
    assert!(!text.contains("was cut off after"), "the session was not: {text}");
    let modes = report(place.path())["scenarios_tested"]["quick"]["results_by_mode"].clone();
    assert_eq!(modes["reference"]["detailed_runs"].as_array().unwrap().len(), 1);
    assert_eq!(modes["polars"]["detailed_runs"].as_array().unwrap().len(), 2);
    check(
        planbench_in(place.path(), "export --format openmetrics"),
        2,
        &["mode=\"polars\"", "mode=\"reference\"", name],
    );
    // Another mode's file is no matter; a verdict is not given on what happens to be readable.
    check(planbench_in(place.path(), "report --modes polars"), 0, &[]);
    let gate = |mode: &str| {
        let gate = format!("performance-gate --scenarios quick --modes {mode} --from out --target-time 60");
        planbench_in(place.path(), &gate).output().unwrap()
    };
    check(&gate("reference"), 2, &[name]);
    check(&gate("polars"), 0, &["PASS"]);
    // A copy of a folder does not count every run twice.
    fs::write(torn, &whole).unwrap();
    let own = place.path().join("out/criterion/quick_polars/runs");
    let copy = place.path().join("out/criterion/quick_polars.old/runs");
    fs::create_dir_all(&copy).unwrap();
    for file in files(&own) {
        fs::copy(&file, copy.join(file.file_name().unwrap())).unwrap();
    }
    check(planbench_in(place.path(), "report"), 2, &["quick_polars.old", "left out"]);
    let modes = report(place.path())["scenarios_tested"]["quick"]["results_by_mode"].clone();
    assert_eq!(modes["polars"]["detailed_runs"].as_array().unwrap().len(), 2);
}

#[test]
fn records_of_another_version_are_named_as_that_and_block_nothing_newer() {
    let place = folder();
    let runs = place.path().join("out/criterion/quick_reference/runs");
    fs::create_dir_all(&runs).unwrap();
    let older = runs.join("20251123T173124Z-4711-0001.json");
    fs::write(&older, r#"{"format_version": 2, "session": "20251123T173124Z-4711"}"#).unwrap();
    let words = ["20251123T173124Z-4711-0001.json", "format 2", "older version", "measure again"];
    check(planbench_in(place.path(), "report"), 2, &words);
    check(&run(place.path(), ""), 0, &[]);
    check(planbench_in(place.path(), "report"), 0, &["quick/reference"]);
    assert!(older.is_file(), "a version that reads it may come back");
    // One that a newer version left is not passed over: it is the latest.
    let newer = runs.join("00000002-20261123T173124Z-00000000000000aa-0001.json");
    fs::write(&newer, r#"{"format_version": 99}"#).unwrap();
    check(planbench_in(place.path(), "report"), 2, &["format 99", "newer version"]);
    check(&run(place.path(), ""), 0, &[]);
    check(planbench_in(place.path(), "report"), 0, &["quick/reference"]);
}

#[test]
fn a_name_in_a_file_leads_nowhere() {
    let place = folder();
    check(&run(place.path(), "--history history"), 0, &[]);
    let record = &records(place.path())[0];
    let whole = json(record);
    for (field, value) in [("mode", "../../../escaped"), ("group", "/absolute"), ("mode", "Spark"), ("scenario", "..")]
    {
        let mut record_now = whole.clone();
        record_now["benchmark"][field] = value.into();
        write(record, &record_now);
        let from = "baseline-update --from out --yes";
        check(planbench_in(place.path(), from), 2, &[record.file_name().unwrap().to_str().unwrap(), value]);
    }
    let entry = &files(&place.path().join("history"))[0];
    let whole = json(entry);
    for field in ["session", "baseline_name"] {
        let mut changed = whole.clone();
        changed[field] = "../../escaped".into();
        write(entry, &changed);
        check(planbench_in(place.path(), "trend"), 2, &["escaped", field]);
    }
    assert!(!place.path().join("target-baselines").read_dir().is_ok_and(|mut folder| folder.next().is_some()));
}

#[test]
fn a_history_takes_what_is_good_and_names_what_is_not() {
    let place = folder();
    let both = format!("{BOTH} --history history");
    let names = || -> Vec<String> {
        let name = |file: &PathBuf| file.file_name().unwrap().to_str().unwrap().to_owned();
        files(&place.path().join("history")).iter().map(name).collect()
    };
    let padded = planbench_in(place.path(), &both).env("PLANBENCH_TEST_PADDING", "reference:time=20").output().unwrap();
    let text =
        check(&padded, 0, &["not added to the history: quick/reference: the runs were padded on purpose", "added:"]);
    assert!(!text.contains("baseline"), "{text}");
    assert!(names().len() == 1 && names()[0].ends_with("_quick_polars.json"), "{:?}", names());
    #[cfg(target_os = "linux")]
    {
        let failed = with_reference_killed(place.path(), &both);
        check(&failed, 2, &["not added to the history: quick/reference: run 1 failed", "quick_polars.json"]);
        assert!(names().len() == 2 && names()[1].starts_with("00000002-"), "{:?}", names());
    }
    check(&run(place.path(), "--history history --runs 1"), 2, &["--runs"]);
    // One damaged entry costs neither the trend of the others nor a verdict.
    let torn = files(&place.path().join("history"))[0].clone();
    fs::write(&torn, "{").unwrap();
    let torn = torn.file_name().unwrap().to_str().unwrap();
    check(planbench_in(place.path(), "trend"), 2, &["quick/polars", torn]);
}

#[test]
fn a_baseline_update_keeps_what_is_good_and_names_what_is_not() {
    let place = folder();
    check(planbench_in(place.path(), BOTH).env("PLANBENCH_TEST_PADDING", "reference:time=20"), 0, &[]);
    let update = "baseline-update --from out --yes";
    check(planbench_in(place.path(), update), 2, &["quick/reference: the runs were padded", "as it was"]);
    let kept = files(&place.path().join("target-baselines"));
    assert!(kept.len() == 1 && kept[0].ends_with("quick_polars.json"), "{kept:?}");
}

#[test]
fn writers_of_a_history_lose_nothing_and_the_order_is_that_of_writing() {
    let place = folder();
    check(&run(place.path(), "--history seed"), 0, &[]);
    let seed = Baseline::read_file(&files(&place.path().join("seed"))[0]).unwrap();
    let history = place.path().join("history");
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let (seed, history) = (&seed, &history);
            scope.spawn(move || {
                for number in 0..5 {
                    // The same second for all.
                    let session = format!("20260101T000000Z-{thread:08x}{number:08x}");
                    let entry = Baseline { session, ..seed.clone() };
                    history::append(history, &entry).unwrap();
                    history::append(history, &entry).unwrap();
                }
            });
        }
    });
    let read = history::read(&history).unwrap();
    assert_eq!((read.entries.len(), read.problems.len(), files(&history).len()), (40, 0, 40));
    // A later one is later, whatever its clock says; and it is said.
    let late = Baseline {
        session: "20200101T000000Z-aa".into(),
        timestamp: "2020-01-01T00:00:00Z".to_owned().try_into().unwrap(),
        ..seed.clone()
    };
    history::append(&history, &late).unwrap();
    // Entries from before there were numbers come first, and are read.
    let mut older = json(&files(&history)[0]);
    older.as_object_mut().unwrap().remove("sequence");
    older["format_version"] = 1.into();
    older["session"] = "20190101T000000Z-4711".into();
    older["timestamp"] = "2019-01-01T00:00:00Z".into();
    write(&history.join("20190101T000000Z-4711_quick_reference.json"), &older);
    // The same entry by another name counts once.
    fs::copy(&files(&history)[3], history.join("copy.json")).unwrap();
    let read = history::read(&history).unwrap();
    assert_eq!(read.entries.len(), 42);
    assert_eq!(read.entries[0].session, "20190101T000000Z-4711");
    assert_eq!(read.entries[41].session, late.session);
    assert_eq!(history::contradictions(&read.entries).len(), 1, "and no two have one number");
    // As where two machines' histories were copied into one folder.
    let merged = ["20260101T000000Z-aa", "20270101T000000Z-bb"].map(|session| Baseline {
        session: session.into(),
        sequence: Some(1),
        ..seed.clone()
    });
    assert!(history::contradictions(&merged).iter().any(|text| text.contains("both have number 1")));
    check(planbench_in(place.path(), "trend"), 0, &["2020-01-01", "clock was set back"]);
    // Other figures under a session that is there are not passed over.
    let other = Baseline { events: seed.events + 1, ..late };
    assert!(history::append(&history, &other).unwrap_err().to_string().contains("other figures"));
}

#[test]
fn modes_with_long_names_do_not_meet() {
    let place = folder();
    let settings = "[[scenario]]\nname = 'abcdefghijklmnopqrstuvwx'\nemployee_count = 30\nstart_year = 2025\nend_year = 2025\npurpose = 'long'\n";
    fs::write(place.path().join("planbench.toml"), settings).unwrap();
    let variables = [
        ("BENCHMARK_SEED", "18446744073709551615"),
        ("BENCHMARK_SCENARIOS", "abcdefghijklmnopqrstuvwx"),
        ("BENCHMARK_THREADS", "3"),
    ];
    let bench = "--bench --quick --noplot --save-baseline kept";
    check(planbench_in(place.path(), bench).envs(variables), 0, &["abcdefghijklmnopqrstuvwx-30x2025"]);
    check(planbench_in(place.path(), "run --runs 2").envs(variables), 0, &[]);
    let folders: Vec<String> = fs::read_dir(place.path().join("out/criterion"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("abcdef"))
        .collect();
    assert_eq!(folders.len(), 3, "{folders:?}");
    for folder in &folders {
        let group = place.path().join("out/criterion").join(folder);
        for function in ["wall_time", "cpu_time", "peak_memory"] {
            for baseline in ["new", "kept"] {
                let identity = json(&group.join(function).join(baseline).join("benchmark.json"));
                assert_eq!(identity["directory_name"], format!("{folder}/{function}"));
                let context = json(&group.join("context").join(baseline).join(format!("{function}.json")));
                let of = format!("{}_{}", context["benchmark"]["group"], context["benchmark"]["mode"]).replace('"', "");
                assert_eq!(of, *folder);
            }
        }
    }
    check(planbench_in(place.path(), "report"), 0, &[]);
    let report = report(place.path());
    let scenario = report["scenarios_tested"].as_object().unwrap().values().next().unwrap();
    for mode in ["sql", "polars", "reference"] {
        assert_eq!(scenario["results_by_mode"][mode]["detailed_runs"].as_array().unwrap().len(), 2, "{mode}");
    }
}

#[test]
fn a_copy_of_criterions_folder_is_no_second_measurement() {
    let place = folder();
    let bench = "--bench --quick --noplot quick/reference/wall_time";
    check(planbench_in(place.path(), bench), 0, &[]);
    let criterion = place.path().join("out/criterion");
    let copied = [criterion.join("quick_reference"), criterion.join("old")];
    assert_cmd::Command::new("cp").arg("-r").args(copied).assert().success();
    check(planbench_in(place.path(), "report"), 2, &["old/wall_time", "is a copy", "quick/reference"]);
}
