//! Places whose names are no text: results land in exactly that folder, whichever way it is named.
#![cfg(target_os = "linux")] // other systems refuse such names, or have none

mod common;

use common::{check, command, folder, leftovers};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Output;

const PEOPLE: &str = "employee_id,employee_birth_date,employee_hire_date,employee_gross_compensation\n\
                      E1,1980-01-01,2010-01-01,50000\nE2,1990-02-03,2015-06-01,60000\nE3,1985-05-05,2020-03-01,70000\n";

/// A folder with nothing in it but one whose name is Latin-1.
struct Place {
    folder: tempfile::TempDir,
    cafe: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = folder();
        let cafe = folder.path().join(OsStr::from_bytes(b"caf\xe9"));
        fs::create_dir(&cafe).expect("this file system has names that are no text");
        fs::write(cafe.join("people.csv"), PEOPLE).expect("the test can write");
        Self { folder, cafe }
    }

    /// Runs the program beside that folder; `@x` stands for `x` in it.
    #[track_caller]
    fn run(&self, line: &str, variables: &[(&str, &str)], code: i32, parts: &[&str]) -> Output {
        let given = |word: &str| -> OsString {
            word.strip_prefix('@').map_or_else(|| word.into(), |name| self.cafe.join(name).into())
        };
        let mut command = command();
        command.current_dir(self.folder.path()).args(line.split(' ').map(given));
        command.envs(variables.iter().map(|(name, value)| (*name, given(value))));
        let output = command.output().expect("it starts");
        check(&output, code, parts);
        // Neither replacement characters nor defaults: whatever was written is where it was asked for.
        let beside = fs::read_dir(self.folder.path()).expect("a folder").map(|entry| entry.expect("an entry").path());
        assert_eq!(beside.collect::<Vec<_>>(), vec![self.cafe.clone()], "{line}");
        assert!(leftovers(self.folder.path()).is_empty());
        output
    }

    fn has(&self, file: &str) -> bool {
        self.cafe.join(file).is_file()
    }
}

fn files(folder: &Path) -> usize {
    fs::read_dir(folder).map_or(0, Iterator::count)
}

#[test]
fn what_a_session_reads_and_writes_by_flag() {
    let place = Place::new();
    fs::create_dir(place.cafe.join("mine")).unwrap();
    fs::write(place.cafe.join("mine/report.md.tera"), "mine: {{ summary.runs }}").unwrap();
    fs::write(place.cafe.join("settings.toml"), "modes = ['sql', 'polars', 'reference']\nruns = 2").unwrap();
    let custom = "--census @people.csv --start-year 2025 --end-year 2025";
    place.run(
        &format!(
            "run --config @settings.toml {custom} --output-dir @out --to @reports --history @history --templates @mine"
        ),
        &[],
        0,
        &["custom-3x2025-2025"],
    );
    assert_eq!(fs::read_to_string(place.cafe.join("reports/report.md")).unwrap(), "mine: 6");
    assert!(place.has("reports/report.html"));
    assert_eq!((files(&place.cafe.join("history")), files(&place.cafe.join("out/criterion"))), (3, 3));

    place.run("report --from @out --to @again --format json", &[], 0, &[]);
    place.run("export --from @out --format openmetrics --to @figures.txt", &[], 0, &[]);
    place.run("trend --history @history --to @trend", &[], 0, &[]);
    assert!(place.has("again/report.json") && place.has("figures.txt") && place.has("trend/trend.html"));

    let baseline = format!("{custom} --modes reference --baseline-dir @kept");
    place.run(&format!("baseline-update {baseline} --from @out --yes"), &[], 0, &[]);
    assert_eq!(files(&place.cafe.join("kept")), 1);
    let check = place.run(
        &format!("regression-check {baseline} --from @out --to @checked --history @history --allow-inconclusive"),
        &[],
        0,
        &["regression check"],
    );
    assert!(place.has("checked/check.json"), "{}", String::from_utf8_lossy(&check.stdout));
}

#[test]
fn what_a_session_reads_and_writes_by_variable() {
    let place = Place::new();
    fs::write(place.cafe.join("settings.toml"), "modes = ['reference']").unwrap();
    let variables = [
        ("PLANBENCH_CONFIG", "@settings.toml"),
        ("BENCHMARK_CENSUS", "@people.csv"),
        ("BENCHMARK_START_YEAR", "2025"),
        ("BENCHMARK_END_YEAR", "2025"),
        ("BENCHMARK_OUTPUT_DIR", "@out"),
        ("BENCHMARK_BASELINE_DIR", "@kept"),
        ("BENCHMARK_HISTORY_DIR", "@history"),
    ];
    // Fresh processes, and the suite in a process of its own, get the same places.
    place.run("baseline-update --runs 2 --yes --baseline night", &variables, 0, &["Criterion measures"]);
    let group = fs::read_dir(place.cafe.join("out/criterion")).unwrap().flatten().map(|entry| entry.path());
    let group = group.into_iter().find(|group| group.join("wall_time").is_dir()).expect("a group of Criterion");
    assert!(
        group.join("wall_time/night/sample.json").is_file() && group.join("context/night/wall_time.json").is_file()
    );
    assert_eq!(files(&place.cafe.join("kept/night")), 1);
    place.run("--bench --load-baseline night --baseline night", &variables, 0, &["/reference/wall_time"]);
    let several = [&variables[..], &[("BENCHMARK_MODES", "reference,sql")]].concat();
    place.run("quick-validate --runs 2", &several, 0, &["parity --scenarios custom", "run --scenarios custom"]);
    assert!(place.has("out/reports/report.json"));
    // With no folder of all results, Criterion's own variables say where.
    for (variable, folder) in [("CRITERION_HOME", "home"), ("CARGO_TARGET_DIR", "target")] {
        let at = format!("@{folder}");
        let variables = [("BENCHMARK_MODES", "reference"), (variable, &*at)];
        place.run("--bench --quick --noplot quick/reference/wall_time", &variables, 0, &[]);
    }
    assert!(place.cafe.join("home/quick_reference").is_dir());
    assert!(place.cafe.join("target/criterion/quick_reference").is_dir());
}

#[test]
fn every_engine_writes_events_there() {
    let place = Place::new();
    fs::write(place.cafe.join("less.toml"), "[workforce]\ngrowth = 0.01\n").unwrap();
    for mode in ["sql", "polars", "reference"] {
        let out = format!("--out @{mode} --census @people.csv --assumptions @less.toml");
        place.run(&format!("generate --mode {mode} --start-year 2025 --end-year 2026 {out}"), &[], 0, &["events"]);
        assert!(place.has(&format!("{mode}/simulation_year=2026/events.parquet")));
        place.run(&format!("parity --against @{mode} --census @people.csv"), &[], 0, &["identical"]);
    }
    place.run("generate --mode sql --scenario quick --out @again --database @work.duckdb", &[], 0, &["457 events"]);
    assert!(place.has("again/simulation_year=2025/events.parquet"));
}

#[test]
fn steps_of_an_automation_get_the_same_places() {
    let place = Place::new();
    let line =
        "daily-monitor --output-dir @out --baseline-dir @kept --history @history --config @settings.toml --dry-run";
    fs::write(place.cafe.join("settings.toml"), "").unwrap();
    let output = place.run(line, &[], 0, &[]);
    // Each is printed as it can be typed: what a shell makes of it is the path again.
    let text = String::from_utf8(output.stdout).expect("text, whatever the paths are");
    for (step, flag, at) in [
        ("run", "--output-dir", "out"),
        ("run", "--history", "history"),
        ("trend", "--history", "history"),
        ("run", "--config", "settings.toml"),
    ] {
        let line = text.lines().find(|line| line.contains(&format!(" {step} "))).expect("the step");
        let script = format!("for word in {line}; do [ \"$last\" = {flag} ] && printf %s \"$word\"; last=$word; done");
        let shell = std::process::Command::new("bash").args(["-c", &script]).output().expect("bash");
        assert_eq!(shell.stdout, place.cafe.join(at).as_os_str().as_bytes(), "{line}");
    }
    place.run("quick-validate --output-dir @out --modes reference sql --runs 2", &[], 0, &[]);
    assert!(place.has("out/reports/report.html"));
}

#[test]
fn a_side_of_a_comparison_may_lie_there() {
    let place = Place::new();
    fs::copy(env!("CARGO_BIN_EXE_planbench"), place.cafe.join("other")).unwrap();
    let what = "--census @people.csv --start-year 2025 --end-year 2025 --modes reference";
    place.run(&format!("compare @other @other {what} --max-time 1s --to @compared"), &[], 3, &["custom-3x2025-2025"]);
    assert!(place.has("compared/compare.json"));
}
