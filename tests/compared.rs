//! What the sides of a comparison are: the binary that was built, and the same surroundings for both.

mod common;

use assert_cmd::Command;
use common::{check, folder, json, planbench_in, read};
use std::path::Path;

const OWN: &str = env!("CARGO_BIN_EXE_planbench");
const QUICK: &str = "compare --scenarios quick --modes reference";

fn script(file: &Path, body: &str) -> String {
    std::fs::create_dir_all(file.parent().expect("a folder")).expect("made");
    std::fs::write(file, format!("#!/bin/sh\n{body}\n")).expect("written");
    Command::new("chmod").arg("755").arg(file).assert().success();
    file.display().to_string()
}

/// A repository whose revisions are built by a stand-in for cargo: `put` is where it puts the binary, `says` whether it
/// says so, and `commit` what the binary says of itself.
fn compare_with_cargo(put: &str, says: bool, commit: &str) -> (tempfile::TempDir, std::process::Output) {
    let place = folder();
    let git = |arguments: &[&str]| {
        let who = ["-c", "user.name=n", "-c", "user.email=n@localhost"];
        Command::new("git").current_dir(place.path()).args(who).args(arguments).assert().success();
    };
    std::fs::write(place.path().join("Makefile"), "ARGS ?=\nbuild:\n\t@$(CARGO) build --release $(ARGS)\n")
        .expect("written");
    git(&["init", "-q", "-b", "main"]);
    git(&["add", "Makefile"]);
    git(&["commit", "-qm", "first"]);
    let version = "[ \"$1\" = --version ] && { echo planbench 9; exit 0; }";
    // From an earlier build: whoever runs it, judges the wrong program.
    let stale = script(&place.path().join("built/release/planbench"), &format!("{version}; echo stale >&2; exit 7"));
    let program = format!(
        "{version}; {OWN} \"$@\" || exit; sed -i \"s/\\\"git_commit\\\": \\\"[^\\\"]*\\\"/\\\"git_commit\\\": \\\"{commit}\\\"/\" report.json"
    );
    let made = script(&place.path().join("made"), &program);
    let message =
        r#"{"reason":"compiler-artifact","target":{"kind":["bin"],"name":"planbench"},"executable":"'"$built"'"}"#;
    let tell = if says { format!("echo '{message}'") } else { "echo Finished".to_owned() };
    let cargo = script(
        &place.path().join("cargo"),
        &format!(
            "echo \"$@\" | grep -q json-render-diagnostics || exit 9\nbuilt=\"$CARGO_TARGET_DIR/{put}/planbench\"\n\
             mkdir -p \"$CARGO_TARGET_DIR/{put}\"; sed \"s/HEAD/$(git rev-parse HEAD)/\" {made} > \"$built\"; \
             chmod 755 \"$built\"\n{tell}"
        ),
    );
    let output = planbench_in(place.path(), QUICK)
        .args(["--max-time", "1s", "HEAD", OWN])
        .env("CARGO", &cargo)
        .env("CARGO_TARGET_DIR", "built")
        .output()
        .expect("it starts");
    // What was there is there again, and nothing else.
    assert!(read(Path::new(&stale)).contains("stale"));
    assert!(put == "release" || !says || !place.path().join("built").join(put).join("planbench").exists());
    (place, output)
}

#[test]
fn the_binary_is_the_one_that_cargo_made_wherever_it_is() {
    for put in ["x86_64-unknown-linux-gnu/release", "release"] {
        let (place, output) = compare_with_cargo(put, true, "HEAD");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        check(&output, vec![0, 3], &[]);
        assert!(!text.contains("stale"), "{text}");
        let rounds = json(&place.path().join("out/reports/compare.json"))["benchmarks"][0]["rounds"].clone();
        assert!(rounds.as_array().is_some_and(|rounds| !rounds.is_empty()), "{put}: it was run");
    }
}

#[test]
fn a_binary_that_is_not_the_revisions_is_never_judged() {
    let (_, output) = compare_with_cargo("x86_64-unknown-linux-gnu/release", false, "HEAD");
    check(&output, 2, &["cargo does not say where it put the binary"]);
    let (_, output) = compare_with_cargo("release", true, "0123456789012345678901234567890123456789");
    // A program that was built where there was no repository does not know its commit.
    let known = planalign_bench::machine::Build::current().git_commit.is_some();
    if known {
        check(&output, 2, &["says that it was built from 0123456789012345678901234567890123456789"]);
    }
}

#[test]
fn the_padding_hook_is_the_heads_or_refused() {
    let place = folder();
    let compare = |more: &str, padding: &str| {
        let line = format!("{QUICK} {more} --max-time 1ms");
        planbench_in(place.path(), &line).arg(OWN).env("PLANBENCH_TEST_PADDING", padding).output().unwrap()
    };
    let text = check(&compare("", "reference:time=40"), 3, &["the head's figures are padded on purpose"]);
    assert!(text.contains("note: the head was padded on purpose (reference:time=40)"), "{text}");
    assert!(read(&place.path().join("out/reports/compare.md")).contains("padded on purpose"));
    assert!(!check(&compare("", " "), 3, &[]).contains("padded"));
    check(&compare("", "reference"), 2, &["PLANBENCH_TEST_PADDING=reference", "polars:time=40"]);
    check(&compare("--pad-head reference:time=5", "reference:time=40"), 2, &["--pad-head", "not both"]);
    let calibrate = "calibrate --plain 1 --per-level 0";
    let set = [("PLANBENCH_TEST_PADDING", "reference:time=40")];
    check(planbench_in(place.path(), calibrate).envs(set), 2, &["PLANBENCH_TEST_PADDING", "unset it"]);
    let late = format!("{QUICK} --time-threshold 300 --throughput-threshold 75");
    let slow = planbench_in(place.path(), &late)
        .arg(OWN)
        .env("PLANBENCH_TEST_PADDING", "reference:time=3000")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&slow.stdout);
    assert!(text.contains("FAIL          quick/reference ("), "it is the head that is slow:\n{text}");
}

#[test]
fn both_sides_work_in_the_same_clean_surroundings() {
    let place = folder();
    let side = |name: &str| {
        let seen = place.path().join(format!("{name}.env"));
        script(&place.path().join(name), &format!("env > {}; exec {OWN} \"$@\"", seen.display()))
    };
    let (base, head) = (side("base"), side("head"));
    let set = [
        ("RAYON_NUM_THREADS", "1"),
        ("POLARS_MAX_THREADS", "1"),
        ("MALLOC_ARENA_MAX", "1"),
        ("GLIBC_TUNABLES", "glibc.malloc.arena_max=1"),
        ("CRITERION_HOME", "elsewhere"),
        ("BENCHMARK_SEED", "42"),
        ("SOMETHING_ELSE", "kept"),
    ];
    let output = planbench_in(place.path(), QUICK).args(["--max-time", "1s", &base, &head]).envs(set).output().unwrap();
    check(&output, vec![0, 3], &[]);
    let seen = |name: &str| {
        let text = read(&place.path().join(format!("{name}.env")));
        // What differs by the nature of the thing: where each works, and whom it asks for its turns.
        let own = ["PWD=", "OLDPWD=", "PLANBENCH_TURNS=", "_="];
        let mut lines: Vec<String> =
            text.lines().filter(|l| !own.iter().any(|own| l.starts_with(own))).map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(seen("base"), seen("head"));
    assert!(seen("head").contains(&"SOMETHING_ELSE=kept".to_owned()));
    for name in set.map(|(name, _)| name).iter().filter(|name| **name != "SOMETHING_ELSE") {
        assert!(!seen("head").iter().any(|line| line.starts_with(name)), "{name} reaches the sides");
    }
}
