//! What the end-to-end tests share: the real binary, away from the settings of whoever runs the tests.
#![allow(dead_code)] // each test file uses its part

use std::path::Path;
use std::process::{Command, Output};

/// The binary, without any variable that could change what it does.
pub fn command() -> Command {
    command_of(env!("CARGO_BIN_EXE_planbench"))
}

/// Another program, likewise.
pub fn command_of(program: &str) -> Command {
    let mut command = Command::new(program);
    let ours = ["BENCHMARK_", "PLANBENCH_", "GITHUB_", "DD_", "CRITERION_", "BUILD_NUMBER", "CARGO_TARGET_DIR"];
    for (name, _) in std::env::vars() {
        if name == "CI" || ours.iter().any(|prefix| name.starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    command
}

/// Runs the binary.
pub fn planbench(arguments: &[&str]) -> Output {
    command().args(arguments).output().expect("the binary starts")
}

/// Runs the binary in a folder, with results below it, and variables.
pub fn planbench_in(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = command();
    command.current_dir(folder).env("BENCHMARK_OUTPUT_DIR", "out").envs(variables.iter().copied());
    command.args(arguments).output().expect("the binary starts")
}

/// Exit code and parts of the output; all of it.
#[track_caller]
pub fn check(output: &Output, code: i32, parts: &[&str]) -> String {
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{text}");
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
            if name.starts_with(".partial-") || name.starts_with(".scratch-") || name.starts_with(".staging-") {
                found.push(path.display().to_string());
            }
            if path.is_dir() {
                folders.push(path);
            }
        }
    }
    found
}
