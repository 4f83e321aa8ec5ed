//! Words: remedies that fit the verb, names that pass for nothing else, results alone on standard output.

mod common;

use common::{check, command, folder, planbench, planbench_in};
use std::collections::BTreeMap;
use std::fs;
use std::process::Output;

fn flags(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    words.filter(|word| word.starts_with("--") && word.len() > 2).map(str::to_owned).collect()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The verbs that the program lists.
fn verbs() -> Vec<String> {
    let help = check(planbench("--help"), 0, &["Commands:"]);
    let (_, list) = help.split_once("Commands:").expect("a list");
    let (list, _) = list.split_once("\n\n").expect("its end");
    let names = list.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names: Vec<String> = names.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect();
    assert!(names.len() > 15, "{names:?}");
    names.into_iter().filter(|name| name != "help").collect()
}

/// The flags of a verb that take a file or folder, as its help lists them.
fn path_flags(help: &str) -> Vec<String> {
    let takes = |line: &&str| line.contains("<FILE>") || line.contains("<DIR>");
    let lines = help.lines().filter(|line| line.trim_start().starts_with("--")).filter(takes);
    lines.filter_map(|line| flags(line).into_iter().next()).collect()
}

/// What makes a verb reach the path that a flag names.
fn needed(verb: &str, flag: &str) -> Vec<&'static str> {
    let years = ["--start-year", "2025", "--end-year", "2025"];
    match (verb, flag) {
        ("generate", "--census") => [&["--mode", "reference", "--out", "new"], &years[..]].concat(),
        ("generate", "--out") => vec!["--mode", "reference", "--scenario", "quick"],
        ("generate", "--database") => vec!["--mode", "sql", "--scenario", "quick", "--out", "new"],
        ("generate", _) => vec!["--mode", "reference", "--scenario", "quick", "--out", "new"],
        ("parity", "--census") => years.to_vec(),
        (_, "--census") => [&["--scenarios", "custom"], &years[..]].concat(),
        ("parity", _) => vec!["--scenarios", "quick"],
        ("export", _) => vec!["--format", "bencher"],
        ("completions", _) => vec!["man"],
        ("calibrate", _) => vec!["--scenarios", "quick", "--modes", "reference", "--plain", "1", "--per-level", "0"],
        ("trend", _) => vec![],
        ("baseline-update", "--from") => vec!["--baseline", "other"],
        ("baseline-update", _) => {
            vec!["--scenarios", "quick", "--modes", "reference", "--runs", "2", "--yes", "--no-criterion"]
        }
        ("scenarios" | "doctor", _) => vec![],
        ("import-planalign", "--out") => vec!["plan.yaml"],
        ("import-planalign", _) => vec!["plan.yaml", "--out", "plan"],
        ("report", "--baseline-dir" | "--history") => vec!["--baseline", "main"],
        ("report", _) => vec![],
        ("run" | "regression-check" | "performance-gate", _) => {
            vec!["--scenarios", "quick", "--modes", "reference", "--runs", "2"]
        }
        _ => vec!["--scenarios", "quick", "--modes", "reference"],
    }
}

/// Each verb, each of its flags for a path, and a path that cannot be: whatever flag the words name, the verb has it; and
/// where a file or folder is at fault, its own flag is named.
#[test]
fn a_verb_is_never_told_a_flag_that_it_does_not_have() {
    let place = folder();
    let prepared = place.path();
    let run = "run --quick --modes reference --runs 2 --history history -q";
    check(planbench_in(prepared, run), 0, &[]);
    let update = "baseline-update --from out --modes reference --yes";
    check(planbench_in(prepared, update), 0, &[]);
    fs::write(prepared.join("file"), "").unwrap();
    fs::write(prepared.join("plan.yaml"), "simulation: {start_year: 2025, end_year: 2025}\ncompensation: {}\n")
        .unwrap();
    let long = "x".repeat(300);
    let mut told = BTreeMap::<String, usize>::new();
    for verb in verbs() {
        let help = String::from_utf8(planbench(&format!("{verb} --help")).output().unwrap().stdout).expect("UTF-8");
        let known = flags(&help);
        for flag in path_flags(&help) {
            // Folders to write to are made where there are none.
            let read = [
                "--config",
                "--census",
                "--assumptions",
                "--from",
                "--against",
                "--templates",
                "--seeds",
                "--scenario",
            ];
            let nowhere = read.contains(&flag.as_str()).then_some("nowhere/at/all");
            for bad in ["file/inside", long.as_str()].into_iter().chain(nowhere) {
                // A comparison would build and run for what is only written in the end; it is looked at by itself.
                let mut arguments = vec![verb.as_str()];
                if verb == "compare" {
                    arguments.push(env!("CARGO_BIN_EXE_planbench"));
                    arguments.extend(["--max-time", "0.001"]);
                }
                arguments.extend(needed(&verb, &flag));
                arguments.extend([flag.as_str(), bad]);
                let output = planbench_in(prepared, "").args(&arguments).output().unwrap();
                let words = said(&output);
                let Some(error) =
                    words.lines().find(|line| line.starts_with("error: ") || line.starts_with("warning: "))
                else {
                    continue;
                };
                for named in flags(error) {
                    assert!(known.contains(&named), "{verb} has no {named}: {error}");
                }
                if error.contains("os error") {
                    assert!(flags(error).contains(&flag), "{verb} {flag} {bad}: {error}");
                    *told.entry(flag.clone()).or_default() += 1;
                }
            }
        }
    }
    for flag in [
        "--config",
        "--census",
        "--assumptions",
        "--out",
        "--output-dir",
        "--to",
        "--baseline-dir",
        "--history",
        "--seeds",
    ] {
        assert!(told.contains_key(flag), "{flag} was never at fault: {told:?}");
    }
}

#[test]
fn a_temporary_folder_that_cannot_be_used_is_told_as_that() {
    let place = folder();
    let own = env!("CARGO_BIN_EXE_planbench");
    for arguments in [&["compare", own, "--max-time", "1"][..], &["calibrate", "--plain", "1", "--per-level", "0"]] {
        let output = planbench_in(place.path(), "").args(arguments).env("TMPDIR", "/no/such/folder").output().unwrap();
        let text = check(&output, 2, &["/no/such/folder", "set TMPDIR"]);
        assert!(!text.contains("--"), "{text}");
    }
}

#[test]
fn a_name_passes_for_nothing_else_in_a_log() {
    let place = folder();
    let nasty = "x\n::error::planted";
    let also = "x\r::error::planted\u{1b}[2J\n  ::warning::planted ##[error]planted";
    fs::create_dir(place.path().join("y\n::error::planted")).unwrap();
    fs::write(
        place.path().join("census.csv"),
        format!(
            "employee_id,employee_birth_date,employee_hire_date,employee_gross_compensation\n\"{nasty}\",1990-05-05,1980-01-01,60000\n\"{nasty}\",,,x\n"
        ),
    )
    .unwrap();
    let years = ["--start-year", "2025", "--end-year", "2025"];
    for name in [nasty, also] {
        for arguments in [
            vec!["scenarios", "--config", name],
            vec!["run", "--scenarios", name],
            vec!["run", "--quick", "--modes", name],
            vec!["run", "--runs", name],
            vec![name],
            vec!["report", "--from", name],
            vec!["report", "--baseline", name],
            vec!["generate", "--mode", name, "--scenario", "quick", "--out", "o"],
            vec!["parity", "--against", name],
            vec!["compare", name],
            vec!["trend", "--history", name],
            vec!["export", "--format", "bencher", "--from", name],
            [&["parity", "--census", name], &years[..]].concat(),
            [&["parity", "--census", "census.csv"], &years[..]].concat(),
            vec!["baseline-update", "--dry-run", "--baseline-dir", name],
            vec!["run", "--quick", "--dry-run", "--output-dir", name],
            vec!["daily-monitor", "--dry-run", "--history", name],
        ] {
            let output = planbench_in(place.path(), "").args(&arguments).output().unwrap();
            let text = format!("{}\n{}", String::from_utf8_lossy(&output.stdout), said(&output));
            for line in text.lines() {
                assert!(!line.trim_start().starts_with("::"), "{arguments:?}:\n{text}");
                assert!(!line.contains("##["), "{arguments:?}:\n{text}");
                assert!(!line.contains(['\r', '\u{1b}']), "{arguments:?}:\n{text}");
            }
        }
    }
    let variable = planbench_in(place.path(), "run --quick").env("BENCHMARK_RUNS", nasty).output().unwrap();
    assert!(!said(&variable).contains("\n::"), "{}", said(&variable));
}

#[test]
fn a_dash_stands_for_standard_output_and_nothing_else_is_there() {
    let place = folder();
    let run = "run --quick --modes reference --runs 2 --format json --to -";
    let parsed = |output: &Output| -> serde_json::Value {
        check(output, 0, &[]);
        serde_json::from_slice(&output.stdout).expect("JSON and nothing else")
    };
    let report = parsed(&planbench_in(place.path(), run).output().unwrap());
    assert_eq!(report["scenarios_tested"]["quick"]["results_by_mode"]["reference"]["mode"], "reference");
    assert!(!place.path().join("-").exists() && !place.path().join("out/reports").exists());
    parsed(&planbench_in(place.path(), "report --format json --to -").output().unwrap());
    let csv = planbench_in(place.path(), "report --format csv --to -").output().unwrap();
    let text = String::from_utf8(csv.stdout).expect("UTF-8");
    assert!(text.starts_with("scenario_name,mode,run_number,") && text.lines().count() == 3, "{text}");
    for format in ["--format json,csv", "--format html", ""] {
        check(planbench_in(place.path(), &format!("report --to - {format}")), 2, &["--format json or --format csv"]);
    }
    let both = "report --format json --to - --baseline main";
    check(planbench_in(place.path(), both), 2, &["--baseline"]);
    let export = planbench_in(place.path(), "export --format bencher --to -").output().unwrap();
    assert!(parsed(&export)["quick/reference"]["latency"]["value"].is_number());

    check(planbench_in(place.path(), "baseline-update --from out --modes reference --yes"), 0, &[]);
    check(planbench_in(place.path(), "run --quick --modes reference --runs 2 -q --history history"), 0, &[]);
    let judged = "regression-check --from out --to - --allow-inconclusive --no-fail-on-regression";
    let output = planbench_in(place.path(), judged).env("GITHUB_ACTIONS", "true").output().unwrap();
    assert!(parsed(&output)["benchmarks"][0]["id"].is_string());
    assert!(said(&output).contains("regression check against main"), "people are told on standard error");
    let trend = planbench_in(place.path(), "trend --to -").output().unwrap();
    assert!(parsed(&trend)["series"][0].is_object());
    assert!(!place.path().join("-").exists());
}

#[test]
fn results_are_read_where_and_as_the_variables_say() {
    let place = folder();
    let run = "run --quick --modes reference polars --runs 2 -q --history kept";
    check(planbench_in(place.path(), run), 0, &[]);
    let history = [("BENCHMARK_HISTORY_DIR", "kept")];
    check(planbench_in(place.path(), "trend").envs(history), 0, &["quick/reference"]);
    // A file there that is not whole shows who looks.
    fs::write(place.path().join("kept/broken.json"), "{").unwrap();
    check(planbench_in(place.path(), "baseline-update --from out --yes"), 0, &[]);
    let warned = "warning: not in the spread between days: kept/broken.json";
    check(planbench_in(place.path(), "report --baseline main").envs(history), 0, &[warned]);
    check(planbench_in(place.path(), "regression-check --from out").envs(history), 3, &[warned]);
    let only = |name: &str, value: &str, line: &str| {
        check(planbench_in(place.path(), line).env(name, value), 0, &["quick/reference"])
    };
    assert!(!only("BENCHMARK_MODES", "reference", "report").contains("quick/polars"));
    check(planbench_in(place.path(), "report").env("BENCHMARK_SCENARIOS", "5kx5"), 2, &["5kx5", "quick/reference"]);
    // What a settings file wants measured hides nothing that was.
    fs::write(place.path().join("planbench.toml"), "scenarios = ['5kx5']\nmodes = ['sql']\n").unwrap();
    check(planbench_in(place.path(), "report"), 0, &["quick/reference", "quick/polars"]);
}

#[test]
fn names_may_be_separated_by_blanks_or_commas_in_every_verb() {
    let place = folder();
    for names in [&["--scenarios", "quick", "1kx3"][..], &["--scenarios", "quick,1kx3"], &["--scenario", "quick 1kx3"]]
    {
        for verb in ["run", "baseline-update"] {
            let arguments = [&[verb, "--dry-run", "--mode", "sql,reference"], names].concat();
            let text = check(planbench_in(place.path(), "").args(&arguments), 0, &["quick/sql", "1kx3/reference"]);
            assert!(!text.contains("polars"), "{text}");
        }
        let arguments = [&["release-gate", "--dry-run"], names].concat();
        check(planbench_in(place.path(), "").args(&arguments), 0, &["performance-gate --scenarios quick 1kx3"]);
    }
    for verb in ["run", "report", "trend", "calibrate", "daily-monitor", "performance-gate"] {
        check(planbench_in(place.path(), &format!("{verb} --scenarios")).arg(" "), 2, &["names nothing"]);
    }
}

#[test]
fn runs_of_the_settings_file_go_before_an_automations_own() {
    let place = folder();
    let daily = |variables: &[(&str, &str)]| {
        check(
            planbench_in(place.path(), "daily-monitor --dry-run").envs(variables.iter().copied()),
            0,
            &["planbench trend"],
        )
    };
    assert!(daily(&[]).contains("run --scenarios quick 1kx3 5kx5 --runs 10"));
    fs::write(place.path().join("planbench.toml"), "runs = 4\n").unwrap();
    assert!(daily(&[]).contains("--runs 4"));
    assert!(daily(&[("BENCHMARK_RUNS", "6")]).contains("--runs 6"));
}

#[test]
fn every_page_of_the_manual_is_written_and_clean() {
    let place = folder();
    check(planbench_in(place.path(), "completions man --to man"), 0, &["man/planbench-run.1"]);
    let pages: Vec<_> = fs::read_dir(place.path().join("man")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(pages.len(), 1 + verbs().len());
    check(planbench_in(place.path(), "completions bash --to man"), 2, &["completions man"]);
    // What can be said without the tool is said beside the code.
    if let Ok(lint) = std::process::Command::new("mandoc").arg("-Tlint").args(&pages).output() {
        assert!(lint.status.success() && lint.stdout.is_empty(), "{}", String::from_utf8_lossy(&lint.stdout));
    }
}

#[test]
fn completions_offer_scenarios_and_modes_those_of_the_settings_file_too() {
    let place = folder();
    let text = "[[scenario]]\nname = 'ours-9'\nemployee_count = 7\nstart_year = 2025\nend_year = 2025\n";
    fs::write(place.path().join("planbench.toml"), text).unwrap();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = check(planbench_in(place.path(), &format!("completions {shell}")), 0, &[]);
        if ["bash", "zsh", "fish"].contains(&shell) {
            for offered in ["1kx3", "ours-9", "custom", "reference"] {
                assert!(script.contains(offered), "{shell} does not offer {offered}");
            }
        }
    }
    // As bash would ask.
    let script = place.path().join("script");
    fs::write(&script, command().args(["completions", "bash"]).current_dir(place.path()).output().unwrap().stdout)
        .unwrap();
    let ask = format!(
        ". {}; COMP_WORDS=(planbench run --scenarios 1k); COMP_CWORD=3; _planbench planbench 1k --scenarios; echo \"${{COMPREPLY[@]}}\"",
        script.display()
    );
    let answer = std::process::Command::new("bash").args(["-c", &ask]).output().expect("bash");
    assert_eq!(String::from_utf8_lossy(&answer.stdout).trim(), "1kx3", "{}", String::from_utf8_lossy(&answer.stderr));
}
