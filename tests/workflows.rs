//! Every line that the workflows run: planbench's are run, with small work; the others are known.

mod common;

use common::{check, command, folder, read};
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The shell lines of a workflow's steps.
fn run_lines(workflow: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut block: Option<usize> = None;
    for line in workflow.lines() {
        let indent = line.len() - line.trim_start().len();
        if let Some(outer) = block {
            if line.trim().is_empty() || indent > outer {
                lines.extend(Some(line.trim().to_owned()).filter(|line| !line.is_empty()));
                continue;
            }
            block = None;
        }
        let step = line.trim_start().trim_start_matches("- ");
        match step.strip_prefix("run:").map(str::trim) {
            Some("|") => block = Some(indent),
            Some(command) => lines.push(command.to_owned()),
            None => {}
        }
    }
    lines
}

/// Runs a shell line as a runner would, with planbench on the path, for the fastest benchmark there is.
fn shell(line: &str, place: &Path, mode: &str) -> std::process::Output {
    let binary = Path::new(env!("CARGO_BIN_EXE_planbench"));
    let path = format!("{}:{}", binary.parent().expect("a folder").display(), std::env::var("PATH").expect("PATH"));
    // Its environment, cleaned of the test runner's own settings.
    let mut clean = Command::new("sh");
    for (name, value) in command().get_envs() {
        match value {
            Some(value) => clean.env(name, value),
            None => clean.env_remove(name),
        };
    }
    clean
        .args(["-c", line])
        .current_dir(place)
        .env("PATH", path)
        .envs([("CI", "true"), ("GITHUB_ACTIONS", "true"), ("GITHUB_REF_NAME", "main"), ("MODE", mode)])
        .envs([
            ("BENCHMARK_OUTPUT_DIR", "results"),
            ("BENCHMARK_BASELINE_DIR", "baselines"),
            ("BENCHMARK_SCENARIOS", "quick"),
        ])
        .envs([("BENCHMARK_MODES", "reference"), ("BENCHMARK_RUNS", "4"), ("BENCHMARK_TARGET_TIME", "")])
        .envs([
            ("BENCHMARK_TIME_THRESHOLD", "900"),
            ("BENCHMARK_THROUGHPUT_THRESHOLD", "95"),
            ("BENCHMARK_FAIL_ON_REGRESSION", "true"),
        ])
        .env("GITHUB_STEP_SUMMARY", "summary.md")
        .output()
        .expect("sh starts")
}

#[test]
fn every_planbench_line_of_the_workflows_works() {
    let workflow = read(&root().join(".github/workflows/performance-benchmark.yml"));
    let lines: Vec<String> = run_lines(&workflow).into_iter().filter(|line| line.starts_with("planbench")).collect();
    assert!(lines.len() >= 6, "{lines:?}");
    let place = folder();
    for line in &lines {
        let modes: Vec<&str> = match line.contains("$MODE") {
            true => workflow
                .lines()
                .find_map(|line| line.trim().strip_prefix("options: ["))
                .expect("the modes")
                .trim_end_matches(']')
                .split(", ")
                .collect(),
            false => vec![""],
        };
        for mode in modes {
            check(&shell(line, place.path(), mode), 0, &[]);
        }
    }
    assert!(place.path().join("baselines/quick_reference.json").is_file());
    assert!(place.path().join("baselines/pull-request-base/quick_reference.json").is_file());
    assert!(read(&place.path().join("summary.md")).contains("Regression check"));
    assert!(place.path().join("results/reports/check.md").is_file(), "what is uploaded and commented");
}

#[test]
fn the_other_lines_are_known() {
    // What runs elsewhere, or is run by another test; a new line has to be added here and tested.
    let known = [
        "rustup toolchain install",
        "rustup default stable",
        "echo ",
        "bash .ci/run",
        "make build",
        "make lint-workflows",
        "git checkout --quiet",
        "sh scripts/github-report.sh",
    ];
    for file in ["build-and-test.yml", "performance-benchmark.yml"] {
        for line in run_lines(&read(&root().join(".github/workflows").join(file))) {
            assert!(
                line.starts_with("planbench") || known.iter().any(|known| line.starts_with(known)),
                "{file}: {line}"
            );
        }
    }
}

/// GitHub's client is replaced by one that tells what it was asked.
#[test]
fn reports_reach_pull_requests_and_issues() {
    let place = folder();
    let script = root().join("scripts/github-report.sh");
    let fake = place.path().join("gh");
    std::fs::write(&fake, "#!/bin/sh\necho \"gh $*\"\n").expect("a file");
    Command::new("chmod").arg("755").arg(&fake).status().expect("chmod");
    let heading = |verdict: &str| format!("## Regression check against `main`: {verdict}\n");
    std::fs::write(place.path().join("check.md"), heading("FAIL")).expect("a file");
    std::fs::write(place.path().join("open.md"), heading("INCONCLUSIVE")).expect("a file");
    let run = |arguments: &[&str]| {
        let path = format!("{}:{}", place.path().display(), std::env::var("PATH").expect("PATH"));
        let mut command = Command::new("sh");
        command.arg(&script).args(arguments).current_dir(place.path()).env("PATH", path).output().expect("sh starts")
    };
    check(
        &run(&["comment", "12", "check.md"]),
        0,
        &["gh pr comment 12 --body-file check.md --edit-last --create-if-none"],
    );
    check(&run(&["comment", "12", "none.md"]), 0, &["no none.md"]);
    // The fake answers the search for an open issue, so a comment is added to that one.
    check(&run(&["issue", "check.md"]), 0, &["gh issue comment"]);
    std::fs::write(&fake, "#!/bin/sh\n[ \"$2\" = list ] || echo \"gh $*\"\n").expect("a file");
    check(&run(&["issue", "check.md"]), 0, &["gh issue create --title Performance regression"]);
    check(&run(&["issue", "open.md"]), 0, &["no issue"]);
    check(&run(&["shout"]), 2, &["comment NUMBER FILE"]);
}
