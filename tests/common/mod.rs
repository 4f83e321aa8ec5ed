//! What the end-to-end tests share: the real binary, away from the settings of whoever runs the tests.
#![allow(dead_code)] // each test file uses its part

use assert_cmd::Command;
use assert_cmd::assert::{Assert, IntoCodePredicate, OutputAssertExt};
use predicates::Predicate;
use std::path::Path;
use std::process;

/// The binary with the words of a line as arguments, without any variable that could change what it does.
pub fn planbench(line: &str) -> Command {
    let mut command = Command::from_std(command());
    command.args(line.split_whitespace());
    command
}

/// Likewise in a folder, with results below it.
pub fn planbench_in(folder: &Path, line: &str) -> Command {
    let mut command = planbench(line);
    command.current_dir(folder).env("BENCHMARK_OUTPUT_DIR", "out");
    command
}

/// The binary as a process that a test starts and stops by itself.
pub fn command() -> process::Command {
    command_of(env!("CARGO_BIN_EXE_planbench"))
}

/// Another program, likewise.
pub fn command_of(program: &str) -> process::Command {
    let mut command = process::Command::new(program);
    let ours = ["BENCHMARK_", "PLANBENCH_", "GITHUB_", "DD_", "CRITERION_", "BUILD_NUMBER", "CARGO_TARGET_DIR"];
    for (name, _) in std::env::vars() {
        if name == "CI" || ours.iter().any(|prefix| name.starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    command
}

/// What has run, or is to be run now.
pub trait Run {
    fn run(self) -> Assert;
}

impl Run for Command {
    fn run(mut self) -> Assert {
        self.assert()
    }
}

impl Run for &mut Command {
    fn run(self) -> Assert {
        self.assert()
    }
}

impl Run for &process::Output {
    fn run(self) -> Assert {
        self.clone().assert()
    }
}

/// Exit code (or codes) and parts of the output; all of it.
#[track_caller]
pub fn check<P: Predicate<i32>>(run: impl Run, code: impl IntoCodePredicate<P>, parts: &[&str]) -> String {
    let assert = run.run().code(code);
    let output = assert.get_output();
    let text = String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned();
    for part in parts {
        assert!(text.contains(part), "{part:?} not in\n{text}");
    }
    text
}

pub fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

pub fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

pub fn json(file: &Path) -> serde_json::Value {
    serde_json::from_str(&read(file)).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// Files below a folder that are not whole yet: none may ever be left.
pub fn leftovers(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            let unfinished = [".partial-", ".scratch-", ".staging-", ".planbench-"];
            if unfinished.iter().any(|prefix| name.starts_with(prefix)) {
                found.push(path.display().to_string());
            }
            if path.is_dir() {
                folders.push(path);
            }
        }
    }
    found
}
