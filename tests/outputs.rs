//! Where `generate` writes: whole or not at all, one at a time, and nothing left behind.

#![expect(clippy::unwrap_used, reason = "a test that cannot prepare its case has failed")]

mod common;

use common::{check, command, folder, json, planbench};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const QUICK: [&str; 5] = ["generate", "--mode", "reference", "--scenario", "quick"];

fn generate(place: &Path, out: impl AsRef<OsStr>, more: &[&str]) -> Output {
    command().current_dir(place).args(QUICK).args(more).arg("--out").arg(out).output().unwrap()
}

fn seed_of(out: &Path) -> u64 {
    json(&out.join("generation_summary.json"))["seed"].as_u64().unwrap()
}

fn names(place: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(place).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// A run that takes seconds, in its own process.
fn long_run(place: &Path, seed: &str) -> Child {
    let size = ["--employee-count", "400000", "--start-year", "2025", "--end-year", "2029", "--seed", seed];
    let mut command = command();
    command.current_dir(place).args(["generate", "--mode", "reference", "--force", "--out", "events"]).args(size);
    command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits until a run has come to a point, or to its end.
fn wait_for(run: &mut Child, what: impl Fn() -> bool) {
    let clock = Instant::now();
    while !what() && run.try_wait().unwrap().is_none() {
        assert!(clock.elapsed() < Duration::from_secs(60), "it does not come");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn signal(run: &Child, signal: i32) {
    // SAFETY: sends a signal to a process of this test, which has not been waited for.
    assert_eq!(unsafe { libc::kill(run.id() as i32, signal) }, 0);
}

#[test]
fn what_a_kill_leaves_never_stands_in_the_way() {
    let place = folder();
    let place = place.path();
    let out = place.join("events");
    check(&generate(place, "events", &["--seed", "1"]), 0, &[]);
    // Early, while it computes, and while it writes.
    for moment in 0..4 {
        let mut child = long_run(place, "2");
        let hidden = place.join(".events.staging");
        wait_for(&mut child, || hidden.join("lock").exists());
        match moment {
            0 => {}
            1 => std::thread::sleep(Duration::from_millis(150)),
            2 => wait_for(&mut child, || hidden.join("new/simulation_year=2025").exists()),
            _ => wait_for(&mut child, || hidden.join("new/simulation_year=2026/events.parquet").exists()),
        }
        child.kill().unwrap();
        // Where this test was kept waiting the run may have come to its end; then its output is whole.
        let ended = child.wait().unwrap().success();
        let seed = seed_of(&out);
        assert!(seed == 2 || (seed == 1 && !ended), "{seed}");
        check(planbench("parity --modes reference --against").arg(&out), 0, &["identical"]);
        check(&generate(place, "events", &["--seed", "1", "--force"]), 0, &[]);
        assert_eq!(names(place), ["events"], "moment {moment}");
    }
}

/// Some systems cannot exchange folders, and earlier versions did not: the only copy may be hidden away.
#[test]
fn an_old_output_that_lost_its_place_is_put_back() {
    let place = folder();
    let place = place.path();
    let (out, hidden) = (place.join("events"), place.join(".events.staging"));
    for former in [false, true] {
        check(&generate(place, "events", &["--seed", "1"]), 0, &[]);
        fs::create_dir_all(hidden.join("new/simulation_year=2025")).unwrap();
        let old = if former { place.join(".events.replaced") } else { hidden.join("old") };
        fs::rename(&out, &old).unwrap();
        fs::create_dir_all(place.join(".events.staging-4711/simulation_year=2025")).unwrap();
        check(&generate(place, "events", &[]), 2, &["not empty", "--force"]);
        assert_eq!((seed_of(&out), names(place)), (1, vec!["events".to_owned()]));
        // With a new output in its place it is only left over.
        fs::create_dir_all(&hidden).unwrap();
        let copied = Command::new("cp").arg("-r").arg(&out).arg(&old).status().unwrap();
        assert!(copied.success());
        check(&generate(place, "events", &["--seed", "3", "--force"]), 0, &[]);
        assert_eq!((seed_of(&out), names(place)), (3, vec!["events".to_owned()]));
        fs::remove_dir_all(&out).unwrap();
    }
    // What is not ours is nobody's to remove.
    let theirs = place.join(".events.replaced");
    fs::create_dir(&theirs).unwrap();
    fs::write(theirs.join("diary"), "mine").unwrap();
    check(&generate(place, "events", &[]), 0, &[]);
    assert!(theirs.join("diary").is_file());
    check(&generate(place, "events", &["--force"]), 0, &[]);
    assert!(theirs.join("diary").is_file());
}

#[test]
fn a_second_writer_is_refused_before_it_computes() {
    let place = folder();
    let place = place.path();
    let mut first = long_run(place, "2");
    wait_for(&mut first, || place.join(".events.staging/new").exists());
    signal(&first, libc::SIGSTOP);
    for more in [&["--force"][..], &[]] {
        check(&generate(place, "events", more), 2, &["another `planbench generate` writes there"]);
    }
    // Beside it, anybody may write.
    check(&generate(place, "events.v2", &[]), 0, &[]);
    check(&generate(place, "more", &[]), 0, &[]);
    signal(&first, libc::SIGCONT);
    let first = first.wait_with_output().unwrap();
    check(&first, 0, &[]);
    assert_eq!(
        (seed_of(&place.join("events")), names(place)),
        (2, vec!["events".into(), "events.v2".into(), "more".into()])
    );
}

#[test]
fn a_place_may_be_named_in_many_ways() {
    let place = folder();
    let place = fs::canonicalize(place.path()).unwrap();
    let make = |name: &str| {
        let made = place.join(name);
        fs::create_dir_all(&made).unwrap();
        made
    };
    let whole = |out: &Path| assert_eq!(seed_of(out), 42, "{}", out.display());
    // A trailing slash, dots, a folder that is not there yet, and one that is there and empty.
    check(&generate(&place, "a/", &[]), 0, &[]);
    check(&generate(&place, "./b/../c", &[]), 2, &["b/../c", "No such file"]);
    assert_eq!(names(&place), ["a"]);
    check(&generate(&place, "./a/../a/.", &["--force"]), 0, &[]);
    whole(&place.join("a"));
    check(&generate(&place, "deep/er/c", &[]), 0, &[]);
    whole(&place.join("deep/er/c"));
    let empty = make("empty");
    fs::set_permissions(&empty, fs::Permissions::from_mode(0o750)).unwrap();
    check(&generate(&place, "empty", &[]), 0, &[]);
    whole(&empty);
    assert_eq!(fs::metadata(&empty).unwrap().permissions().mode() & 0o777, 0o750, "rights stay");
    // The folder one is in, and the one above.
    let here = make("here");
    check(&generate(&here, ".", &[]), 0, &["go into it again"]);
    check(&generate(&here, ".", &["--force"]), 0, &[]);
    whole(&here);
    let above = make("above/below");
    fs::remove_dir(&above).unwrap();
    let above = make("above");
    check(&generate(&make("above-it"), "../above", &[]), 0, &[]);
    whole(&above);
    // A link stays a link, also one whose target is not there yet.
    make("targets/old");
    symlink("targets/old", place.join("link")).unwrap();
    symlink("targets/new", place.join("dangling")).unwrap();
    for link in ["link", "dangling", "link/", "dangling/"] {
        check(&generate(&place, link, &["--force"]), 0, &[]);
        assert!(fs::symlink_metadata(place.join(link.trim_end_matches('/'))).unwrap().is_symlink());
    }
    whole(&place.join("targets/old"));
    whole(&place.join("targets/new"));
    assert_eq!(names(&place.join("targets")), ["new", "old"]);
    symlink("loop", place.join("loop")).unwrap();
    check(&generate(&place, "loop", &[]), 2, &["loop"]);
    // What cannot be a folder of its own.
    fs::write(place.join("file"), "x").unwrap();
    check(&generate(&place, "file", &["--force"]), 2, &["is a file"]);
    check(&generate(&place, "file/events", &[]), 2, &["file"]);
    check(&generate(&place, "/", &["--force"]), 2, &["give"]);
    #[cfg(target_os = "linux")]
    check(&generate(&place, "/proc", &["--force"]), 2, &["is a mount point", "give a folder in it"]);
    assert_eq!(fs::read_to_string(place.join("file")).unwrap(), "x");
    let hidden: Vec<_> = names(&place).into_iter().filter(|name| name.starts_with('.')).collect();
    assert!(hidden.is_empty(), "{hidden:?}");
}

#[test]
fn names_are_bytes() {
    let place = folder();
    let long = "x".repeat(255);
    for name in [&b"caf\xe9 \xff"[..], b"it's 100% * ? [a-z] {i} \"x\";", "ünï→".as_bytes(), long.as_bytes()] {
        let name = OsStr::from_bytes(name);
        for mode in ["sql", "polars", "reference"] {
            let mut command = command();
            command.current_dir(place.path()).args(["generate", "--scenario", "quick", "--force", "--mode", mode]);
            check(&command.arg("--out").arg(name).output().unwrap(), 0, &["457 events"]);
            assert_eq!(json(&place.path().join(name).join("generation_summary.json"))["mode"], mode);
            let mut parity = common::command();
            parity.current_dir(place.path()).args(["parity", "--modes", "reference", "--against"]).arg(name);
            check(&parity.output().unwrap(), 0, &["identical"]);
        }
        let only: Vec<_> = fs::read_dir(place.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(only, [name]);
        fs::remove_dir_all(place.path().join(name)).unwrap();
    }
}

#[test]
fn what_is_refused_leaves_no_folders() {
    let place = folder();
    check(&generate(place.path(), "a/b/events", &["--census", "nobody.csv"]), 2, &["nobody.csv"]);
    check(&generate(place.path(), "a/b/events", &["--assumptions", "none.toml"]), 2, &["none.toml"]);
    assert!(names(place.path()).is_empty(), "{:?}", names(place.path()));
}

/// DuckDB puts on disk what its memory does not hold: in the hidden folder, never in the working folder or beside the
/// database.
#[test]
fn duckdb_leaves_no_temporary_files() {
    let place = folder();
    let (work, temporary) = (place.path().join("work"), place.path().join("tmp"));
    fs::create_dir_all(&temporary).unwrap();
    fs::create_dir_all(&work).unwrap();
    let run = |limit: &str, database: bool| {
        let mut command = command();
        command.current_dir(&work).env("TMPDIR", &temporary);
        let size = ["--employee-count", "60000", "--start-year", "2025", "--end-year", "2027", "--threads", "1"];
        command
            .args(["generate", "--mode", "sql", "--force", "--out", "../out/events", "--memory-limit", limit])
            .args(size);
        if database {
            command.args(["--database", "../base.duckdb"]);
        }
        command.output().unwrap()
    };
    for database in [false, true] {
        check(&run("150MB", database), 0, &["events, fingerprint"]);
        // Not enough, whatever is put on disk.
        check(&run("5MB", database), 2, &["emory"]);
        assert_eq!((names(&work), names(&temporary)), (Vec::new(), Vec::new()));
        assert_eq!(names(&place.path().join("out")), ["events"]);
        fs::remove_file(place.path().join("base.duckdb")).ok();
    }
    assert_eq!(names(place.path()), ["out", "tmp", "work"]);
    // A killed run's files in TMPDIR go with the next run; what another one holds does not.
    let left = temporary.join(".scratch-planbench-killed");
    fs::create_dir(&left).unwrap();
    fs::write(left.join("duckdb_temp_storage-0.tmp"), "x").unwrap();
    let mut command = command();
    check(
        &command
            .current_dir(&work)
            .env("TMPDIR", &temporary)
            .args(["parity", "--scenarios", "quick"])
            .output()
            .unwrap(),
        0,
        &[],
    );
    assert_eq!((names(&work), names(&temporary)), (Vec::new(), Vec::new()));
    // Without a folder for temporary files there is no spilling, and still a run.
    let mut command = common::command();
    command.current_dir(&work).env("TMPDIR", "/nowhere").args(["parity", "--scenarios", "quick"]);
    check(&command.output().unwrap(), 0, &["identical"]);
    assert!(names(&work).is_empty());
}

#[test]
fn a_memory_limit_is_a_size() {
    let place = folder();
    let limited = |limit: &str| {
        let flag = format!("--memory-limit={limit}");
        let arguments = ["generate", "--mode", "sql", "--scenario", "quick", "--out", "events", &flag];
        command().current_dir(place.path()).args(arguments).output().unwrap()
    };
    for bad in ["-1", "-1GB", "0", "0GB", "4", "80%", "none", "lots", "", "GB", "1e3GB", "4GBx"] {
        check(&limited(bad), 2, &["--memory-limit"]);
        assert!(names(place.path()).is_empty(), "{bad}");
    }
    let apart = ["generate", "--mode", "sql", "--scenario", "quick", "--out", "events", "--memory-limit", "-1"];
    check(&command().current_dir(place.path()).args(apart).output().unwrap(), 2, &["such as 4GB"]);
    check(&limited("1.5 GiB"), 0, &["457 events"]);
    let _: PathBuf = place.path().join("events");
}
