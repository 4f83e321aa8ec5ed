//! Programs under the supervisor: how they end, why they do not begin, and that nothing of them is left.
#![cfg(target_os = "linux")]

mod common;

use common::{folder, read};
use planalign_bench::engine::external::supervisor::{Ended, Order, Supervised};
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Far longer than anything here takes: then a test fails instead of waiting for ever.
const LONG: Duration = Duration::from_secs(120);

fn order(place: &Path, command: &[&str]) -> Order {
    Order {
        command: command.iter().map(|word| (*word).to_owned()).collect(),
        folder: place.to_path_buf(),
        environment: [("ENGINE_WORD".to_owned(), "of the settings".to_owned())].into(),
        report: place.join("report.json"),
    }
}

fn start(order: &Order) -> Supervised {
    Supervised::start(Path::new(env!("CARGO_BIN_EXE_planbench")), order).expect("the supervisor starts")
}

fn shell(place: &Path, line: &str) -> Supervised {
    start(&order(place, &["sh", "-c", line]))
}

fn end(mut supervised: Supervised) -> Ended {
    supervised.wait_until(Instant::now() + LONG).expect("a report").expect("in time")
}

/// Numbers that a program writes, one a line.
fn numbers(supervised: &mut Supervised, count: usize) -> Vec<u32> {
    let output = BufReader::new(supervised.take_stdout().expect("a pipe"));
    let lines = output.lines().take(count).map(|line| line.expect("text").trim().parse().expect("a number"));
    lines.collect()
}

fn is_there(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(") ").next().is_some_and(|fields| !stat.is_empty() && !fields.starts_with(['Z', 'X']))
}

#[track_caller]
fn none_is_there(pids: &[u32]) {
    let left: Vec<_> = pids.iter().filter(|pid| is_there(**pid)).collect();
    assert!(left.is_empty(), "{left:?} of {pids:?}");
}

#[test]
fn exit_codes_signals_and_times_are_those_of_the_program() {
    let place = folder();
    let ended = end(shell(place.path(), "sleep 0.2; exit 7"));
    assert_eq!((ended.status.code(), &ended.left_behind, &ended.not_started), (Some(7), &vec![], &None));
    assert!(ended.seconds >= 0.2 && ended.cpu_seconds.is_some() && ended.disk_io.is_some(), "{ended:?}");
    let ended = end(shell(place.path(), "kill -KILL $$"));
    assert_eq!((ended.status.signal(), ended.status.code()), (Some(libc::SIGKILL), None));
    let mut again = shell(place.path(), "exit 0");
    let first = again.wait_until(Instant::now() + LONG).expect("a report");
    assert!(first.as_ref().is_some_and(|ended| ended.status.success()));
    assert_eq!(again.wait_until(Instant::now()).expect("the same"), first);
    assert_eq!(common::leftovers(place.path()), Vec::<String>::new());
}

#[test]
fn folder_variables_and_pipes_are_the_programs() {
    let place = folder();
    let cafe = place.path().join(OsStr::from_bytes(b"caf\xe9"));
    std::fs::create_dir(&cafe).expect("this file system has names that are no text");
    let line = r#"cat > typed; echo "$ENGINE_WORD|$PLANALIGN_SUPERVISOR_ORDER|"; echo aside >&2"#;
    let mut supervised = shell(&cafe, line);
    supervised.take_stdin().expect("a pipe").write_all(b"a request\n").expect("it reads");
    let (mut output, mut aside) = (String::new(), String::new());
    supervised.take_stdout().expect("a pipe").read_to_string(&mut output).expect("text");
    supervised.take_stderr().expect("a pipe").read_to_string(&mut aside).expect("text");
    assert!(end(supervised).status.success());
    assert_eq!((output.as_str(), aside.as_str()), ("of the settings||\n", "aside\n"));
    assert_eq!(read(&cafe.join("typed")), "a request\n");
    assert!(cafe.join("report.json").is_file());
}

#[test]
fn why_a_program_does_not_begin_is_told() {
    let place = folder();
    let told = |order: &Order| {
        let ended = end(start(order));
        assert!(!ended.status.success() && ended.seconds == 0.0, "{ended:?}");
        ended.not_started.expect("it did not start")
    };
    let kind = |command: &[&str]| told(&order(place.path(), command)).kind;
    std::fs::write(place.path().join("plain"), "no program").expect("written");
    assert_eq!(kind(&["no-such-program-anywhere"]), "not found");
    assert_eq!(kind(&["./missing", "x"]), "not found");
    assert_eq!(kind(&["./plain"]), "permission denied");
    assert!(told(&order(place.path(), &[])).text.contains("empty"));
    let gone = told(&Order { folder: place.path().join("gone"), ..order(place.path(), &["true"]) });
    assert!(gone.kind == "not found" && gone.text.contains("gone"), "{gone:?}");

    let error = Supervised::start(Path::new("/nowhere/planbench"), &order(place.path(), &["true"])).expect_err("none");
    assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
}

#[test]
fn what_a_program_leaves_behind_is_named_and_ended() {
    let place = folder();
    let line = "sleep 300 & echo $!; (setsid sleep 301 & echo $!); sh -c 'trap \"\" TERM HUP; sleep 302' & echo $!";
    let mut supervised = shell(place.path(), &format!("{line}; exit 3"));
    let pids = numbers(&mut supervised, 3);
    let ended = end(supervised);
    assert_eq!(ended.status.code(), Some(3));
    let is_named = |pid: &u32| ended.left_behind.iter().any(|name| name.ends_with(&format!("(process {pid})")));
    assert!(pids.len() == 3 && pids.iter().all(is_named), "{pids:?} in {ended:?}");
    assert!(ended.left_behind.iter().any(|name| name.starts_with("sleep (")), "{ended:?}");
    none_is_there(&pids);
    // The wait for them is no time of the program's.
    assert!(ended.seconds < 3.0, "{ended:?}");

    let ended = end(shell(place.path(), "sleep 0.3 & exit 0"));
    assert!(ended.status.success() && ended.left_behind.is_empty(), "gone by itself: {ended:?}");
}

const FAMILY: &str = "trap '' TERM HUP INT; sleep 300 & echo $!; (setsid sleep 300 & echo $!); \
                      sh -c 'sleep 300 & echo $!; wait' & echo $!; echo $$; wait";

#[test]
fn killing_it_ends_everything() {
    let place = folder();
    let mut supervised = shell(place.path(), FAMILY);
    let mut pids = numbers(&mut supervised, 5);
    pids.push(supervised.pid());
    assert!(pids.len() == 6 && pids.iter().all(|pid| is_there(*pid)), "{pids:?}");
    assert_eq!(supervised.wait_until(Instant::now() + Duration::from_millis(50)).expect("no fault"), None);
    supervised.kill();
    none_is_there(&pids);

    let mut supervised = shell(place.path(), FAMILY);
    let pids = numbers(&mut supervised, 5);
    drop(supervised);
    none_is_there(&pids);
    assert!(!place.path().join("report.json").exists(), "who was ended has no report");
}

#[test]
fn a_program_does_not_outlive_a_supervisor_that_is_killed() {
    let place = folder();
    let mut supervised = shell(place.path(), "echo $$; exec sleep 300");
    let pids = numbers(&mut supervised, 1);
    send(supervised.pid(), libc::SIGKILL);
    let error = supervised.wait_until(Instant::now() + LONG).expect_err("no report").to_string();
    assert!(error.contains("signal: 9") && error.contains("no report"), "{error}");
    until_none_is_there(&pids);
}

#[test]
fn the_tree_goes_with_who_ordered_it() {
    let place = folder();
    let this = std::env::current_exe().expect("own executable");
    let mut caller = Command::new(this)
        .args(["caller", "--exact", "--ignored", "--nocapture"])
        .env("SUPERVISE_IN", place.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let lines = BufReader::new(caller.stdout.take().expect("a pipe")).lines();
    let lines = lines.map_while(Result::ok).filter_map(|line| line.trim().parse().ok());
    let pids: Vec<u32> = lines.take(6).collect();
    assert!(pids.len() == 6 && pids.iter().all(|pid| is_there(*pid)), "{pids:?}");
    caller.kill().expect("it ends");
    caller.wait().expect("it ended");
    until_none_is_there(&pids);
}

/// A program for the test above: starts a family, tells its numbers and waits.
#[test]
#[ignore = "a program that a test here starts"]
fn caller() {
    let Some(place) = std::env::var_os("SUPERVISE_IN") else { return };
    let mut supervised = shell(Path::new(&place), FAMILY);
    println!();
    println!("{}", supervised.pid());
    numbers(&mut supervised, 5).iter().for_each(|pid| println!("{pid}"));
    let _ = supervised.wait_until(Instant::now() + LONG);
}

#[track_caller]
fn until_none_is_there(pids: &[u32]) {
    let start = Instant::now();
    while pids.iter().any(|pid| is_there(*pid)) && start.elapsed() < LONG {
        std::thread::sleep(Duration::from_millis(10));
    }
    none_is_there(pids);
}

fn send(pid: u32, signal: libc::c_int) {
    // SAFETY: sends a signal to a process that this test started.
    unsafe { libc::kill(pid as libc::pid_t, signal) };
}
