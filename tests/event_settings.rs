//! `generate` and `parity` follow the settings as the other verbs do: a flag, then a variable, then the file.

mod common;

use common::{check, folder, json, planbench_in};
use std::fs;
use std::path::Path;
use std::process::Output;

const SETTINGS: &str = "seed = 7\nthreads = 1\nscenarios = ['ours']\nmodes = ['sql', 'polars']\n\
                        [[scenario]]\nname = 'ours'\nemployee_count = 50\nstart_year = 2025\nend_year = 2025\n";

/// Runs `generate --force --out events` in a folder with these settings; its summary.
fn generated(place: &Path, flags: &str, variables: &[(&str, &str)]) -> serde_json::Value {
    let line = format!("generate --force --out events {flags}");
    check(planbench_in(place, &line).envs(variables.iter().copied()), 0, &["fingerprint"]);
    json(&place.join("events/generation_summary.json"))
}

#[test]
fn generate_follows_flag_variable_and_file() {
    let place = folder();
    let place = place.path();
    fs::write(place.join("planbench.toml"), SETTINGS).expect("settings");
    let sql = "--mode sql";
    let said = generated(place, sql, &[]);
    assert_eq!((&said["seed"], &said["threads"], &said["scenario_id"]), (&7.into(), &1.into(), &"ours".into()));
    let said =
        generated(place, sql, &[("BENCHMARK_SEED", "9"), ("BENCHMARK_THREADS", "2"), ("BENCHMARK_SCENARIOS", "quick")]);
    assert_eq!((&said["seed"], &said["threads"], &said["scenario_id"]), (&9.into(), &2.into(), &"quick".into()));
    let flags = "--modes polars --seeds 11 --threads 3 --scenarios ours";
    let variables = [
        ("BENCHMARK_SEED", "9"),
        ("BENCHMARK_THREADS", "2"),
        ("BENCHMARK_MODES", "sql"),
        ("BENCHMARK_SCENARIOS", "quick"),
        ("BENCHMARK_EMPLOYEE_COUNT", "9"),
        ("BENCHMARK_START_YEAR", "2030"),
        ("BENCHMARK_END_YEAR", "2030"),
    ];
    let said = generated(place, flags, &variables);
    assert_eq!((&said["seed"], &said["threads"], &said["scenario_id"]), (&11.into(), &3.into(), &"ours".into()));
    assert_eq!((&said["mode"], &said["start_year"]), (&"polars".into(), &2025.into()));

    // What is simulated comes from one source.
    let custom = &variables[4..];
    let said = generated(place, "--mode reference", custom);
    assert_eq!(
        (&said["scenario_id"], &said["census"]["employees"], &said["start_year"]),
        (&"custom".into(), &9.into(), &2030.into())
    );
    let people = "employee_id,employee_birth_date,employee_hire_date,employee_gross_compensation\nA,1990-01-01,2010-01-01,50000\n\
                  B,1990-01-01,2010-01-01,50000\n";
    fs::write(place.join("people.csv"), people).expect("a census");
    let census = [("BENCHMARK_CENSUS", "people.csv"), custom[1], custom[2]];
    let said = generated(place, "--mode reference --strict", &census);
    assert_eq!((&said["census"]["employees"], &said["census"]["synthetic"]), (&2.into(), &false.into()));
    let flags = "--mode reference --employee-count 30 --start-year 2026 --end-year 2026";
    let said = generated(place, flags, &[&variables[3..4], &census[..]].concat());
    assert_eq!(
        (&said["scenario_id"], &said["census"]["employees"], &said["start_year"]),
        (&"custom".into(), &30.into(), &2026.into())
    );
}

#[test]
fn generate_takes_one_of_each() {
    let place = folder();
    let place = place.path();
    let generate = |flags: &str, variables: &[(&str, &str)]| -> Output {
        let line = format!("generate --out events {flags}");
        planbench_in(place, &line).envs(variables.iter().copied()).output().unwrap()
    };
    let quick = "--scenario quick";
    check(&generate("--scenario quick --mode sql polars", &[]), 2, &["one mode", "sql, polars", "--mode"]);
    check(&generate("--scenario quick --mode sql,polars", &[]), 2, &["one mode", "sql, polars"]);
    check(&generate(quick, &[("BENCHMARK_MODES", "sql polars")]), 2, &["one mode", "BENCHMARK_MODES"]);
    check(&generate(quick, &[]), 2, &["which mode", "--mode"]);
    check(&generate("--mode sql", &[]), 2, &["say what to simulate", "BENCHMARK_SCENARIOS"]);
    check(&generate("--mode sql --scenario quick 1kx3", &[]), 2, &["one scenario", "quick, 1kx3"]);
    check(&generate("--mode sql", &[("BENCHMARK_SCENARIOS", "quick,1kx3")]), 2, &["one scenario"]);
    check(&generate("--mode sql --scenario quick --seed 1..3", &[]), 2, &["one seed"]);
    check(&generate("--mode sql --scenario quick --seed -1", &[]), 2, &["seed"]);
    check(&generate("--mode sql --scenario quick --strict", &[]), 2, &["--strict", "--census"]);
    check(&generate("--mode sql", &[("BENCHMARK_START_YEAR", "2025")]), 2, &["say what to simulate"]);
    let quick_in = [("BENCHMARK_SCENARIOS", "quick"), ("BENCHMARK_EMPLOYEE_COUNT", "5")];
    check(&generate("--mode sql", &quick_in), 2, &["quick", "brings its own"]);
    check(&generate("--mode sql --scenario quick", &[("BENCHMARK_SEED", "many")]), 2, &["BENCHMARK_SEED"]);
    assert!(!place.join("events").exists());
    // One that is named twice is one.
    check(&generate("--mode sql sql --scenario quick,quick", &[]), 0, &["457 events"]);
}

#[test]
fn parity_follows_flag_variable_and_file() {
    let place = folder();
    let place = place.path();
    let parity = |flags: &[&str], variables: &[(&str, &str)], parts: &[&str]| {
        check(planbench_in(place, "parity").args(flags).envs(variables.iter().copied()), 0, parts)
    };
    let text = parity(&["--scenario", "quick"], &[("BENCHMARK_SEED", "9")], &["quick seed 9 ", "3 modes"]);
    assert!(!text.contains("seed 42"), "{text}");
    fs::write(place.join("planbench.toml"), SETTINGS).expect("settings");
    let text = parity(&[], &[], &["ours seed 7 2025-2025, 50 people", "identical: 1 run(s)", "2 modes"]);
    assert!(!text.contains("reference"), "{text}");
    // One mode alone has nothing to agree with but the reference.
    parity(&[], &[("BENCHMARK_MODES", "polars")], &["reference ", "polars ", "2 modes"]);
    let refused = |flags: &[&str], variables: &[(&str, &str)], parts: &[&str]| {
        check(planbench_in(place, "parity").args(flags).envs(variables.iter().copied()), 2, parts)
    };
    // Nor has the reference but the others.
    parity(&[], &[("BENCHMARK_MODES", "reference")], &["reference ", "sql ", "polars ", "3 modes"]);
    refused(&["--modes", "reference"], &[], &["two or more different"]);
    refused(&["--modes", "sql", "sql"], &[], &["two or more different"]);
    refused(&["--modes", "sql", "spark"], &[], &["spark", "sql, polars, reference"]);
    refused(&["--seeds", "5..1"], &[], &["holds no seed"]);
    refused(&["--scenarios", ""], &[], &["names nothing"]);
    // Once is enough, however it is written.
    let flags = ["--mode", "sql,polars sql", "--scenarios", "quick ours", "quick", "--seeds", "1..2", "2", "1,2"];
    let text = parity(&flags, &[], &["identical: 4 run(s)", "2 modes"]);
    assert_eq!(text.matches("quick seed 2 ").count(), 1, "{text}");
    // Beside named scenarios, people and years are the custom one's.
    let custom = ["--employee-count", "20", "--start-year", "2030", "--end-year", "2030"];
    parity(
        &[&["--scenarios", "quick", "custom"], &custom[..]].concat(),
        &[],
        &["quick seed 7 2025-2026, 100 people", "custom seed 7 2030-2030, 20 people"],
    );
    refused(&[&["--scenarios", "quick"], &custom[..]].concat(), &[], &["quick", "brings its own"]);

    // A pipe is read once, also for several seeds.
    let people = "employee_id,employee_birth_date,employee_hire_date,employee_gross_compensation\\nA,1990-01-01,2010-01-01,50000";
    let binary = env!("CARGO_BIN_EXE_planbench");
    let script = format!(
        "printf '{people}\\n' | {binary} parity --census /dev/stdin --start-year 2025 --end-year 2025 --seeds 1..3"
    );
    let output = common::command_of("sh").current_dir(place).args(["-c", &script]).output().expect("a shell");
    check(&output, 0, &["custom seed 3 2025-2025, 1 people", "identical: 3 run(s)"]);

    // What a folder holds is what its summary says; settings about what to run do not count.
    check(planbench_in(place, "generate --mode sql --seed 3 --out events"), 0, &[]);
    let variables = [("BENCHMARK_SEED", "9"), ("BENCHMARK_SCENARIOS", "quick"), ("BENCHMARK_THREADS", "2")];
    parity(&["--against", "events"], &variables, &["ours seed 3 ", "sql ", "polars ", "events ", "identical"]);
    for flags in [&["--seed", "3"][..], &["--scenario", "ours"], &["--assumptions", "a.toml"]] {
        refused(&[&["--against", "events"], flags].concat(), &[], &["cannot be used with"]);
    }
}

#[test]
fn quiet_leaves_results_alone() {
    let place = folder();
    let people = "employee_id,employee_birth_date,employee_hire_date,employee_gross_compensation\n\
                  A,2020-01-01,2010-01-01,50000\nB,1990-01-01,2010-01-01,50000\n";
    fs::write(place.path().join("people.csv"), people).expect("a census");
    for verb in ["generate --mode reference --force --out events", "parity --modes sql reference"] {
        let line = format!("{verb} --census people.csv --start-year 2025 --end-year 2025");
        assert!(check(planbench_in(place.path(), &line), 0, &["2 active employees"]).contains("warning: "));
        for flag in ["--quiet", "-q"] {
            let quiet = planbench_in(place.path(), &line).arg(flag).output().unwrap();
            let said = String::from_utf8_lossy(&quiet.stderr);
            assert!(said.lines().all(|line| line.starts_with("warning: ")), "{verb}: {said}");
            assert!(!quiet.stdout.is_empty() && quiet.status.success(), "{verb}");
        }
    }
}

/// Polars reads its number of threads when it is loaded, so the process starts anew: what it has read from a pipe goes with it.
#[test]
#[cfg(unix)]
fn settings_from_a_pipe_decide_threads_too() {
    let place = folder();
    for threads in [1, 3] {
        let mut command = planbench_in(place.path(), "generate --config /dev/stdin --mode polars --force --out events");
        command.write_stdin(format!("threads = {threads}\nscenarios = ['quick']\n"));
        check(&mut command, 0, &["settings: /dev/stdin"]);
        let said = common::json(&place.path().join("events/generation_summary.json"));
        assert_eq!((&said["threads"], &said["scenario_id"]), (&threads.into(), &"quick".into()));
    }
}
