//! What is left behind, and what becomes of an engine when planbench is interrupted or killed.

use crate::common;
use crate::shop::{Shop, wait};
use std::fs;
use std::os::unix::process::CommandExt;
use std::process::{Child, Stdio};

#[test]
fn what_an_engine_leaves_behind_is_ended_and_said() {
    let shop = Shop::new();
    shop.session("child", "close() { sleep 600 & exit 0; }", "");
    let fork = "(setsid sh -c 'sleep 600 & exit' </dev/null >/dev/null 2>&1 &)";
    shop.session("forks", &format!("generate() {{ {fork}; answer generated ',\"events\":457'; }}"), "");
    // One that fails is no reason to look away.
    shop.session("crash", &format!("generate() {{ {fork}; sleep 600 & exit 1; }}"), "");
    shop.check("run --scenarios quick --runs 1 --modes child forks crash reference", 2, &["quick/reference"]);
    for name in ["child", "forks"] {
        let record = shop.record(name);
        let error = record["error"].as_str().unwrap();
        for part in
            [&*format!("engine {name}, close: it left processes behind"), "sleep (process ", "wait for what it starts"]
        {
            assert!(error.contains(part), "{part:?} not in {error}");
        }
    }
    let crash = shop.record("crash");
    assert!(crash["error"].as_str().unwrap().contains("exit status: 1"), "{crash}");
}

/// An engine that marks that it generates, and does so for ever.
fn endless(shop: &Shop) {
    shop.session("endless", "generate() { touch generates; sleep 600; }", "");
}

/// planbench in a process group of its own, as a terminal has it, once the engine generates.
fn generating(shop: &Shop, line: &str) -> Child {
    let mut command = shop.process();
    command.args(line.split_whitespace()).process_group(0).stdin(Stdio::null());
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait(|| shop.place().join("generates").exists());
    fs::remove_file(shop.place().join("generates")).unwrap();
    assert!(shop.processes().len() >= 3, "{:?}", shop.processes());
    child
}

/// To the process alone, or to its group as a terminal does.
fn send(child: &Child, signal: i32, group: bool) {
    let pid = child.id() as libc::pid_t;
    // SAFETY: a signal to a child of this test, or to the group that it leads.
    unsafe { libc::kill(if group { -pid } else { pid }, signal) };
}

#[test]
fn an_interrupt_ends_the_engine() {
    let shop = Shop::empty();
    endless(&shop);
    let run = "run --scenarios quick --runs 1 --modes endless";
    let generate = "generate --mode endless --scenario quick --out events";
    for (line, group) in [(run, true), (generate, true), (generate, false)] {
        let child = generating(&shop, line);
        send(&child, libc::SIGINT, group);
        common::check(&child.wait_with_output().unwrap(), 130, &["interrupted"]);
        shop.all_end();
        shop.nothing_is_left();
        assert!(!shop.place().join("events").exists());
    }
    // Whoever stops a job sends a signal to planbench alone.
    for signal in [libc::SIGINT, libc::SIGTERM] {
        let child = generating(&shop, run);
        send(&child, signal, false);
        common::check(&child.wait_with_output().unwrap(), 130, &["interrupted"]);
        shop.all_end();
    }
}

#[test]
fn who_is_killed_takes_the_engine_along_and_the_next_tidies_up() {
    let shop = Shop::new();
    endless(&shop);
    shop.session("good", "", "");
    let run = "run --scenarios quick --runs 1 --modes endless";
    for line in [
        run,
        "parity --scenarios quick --modes reference endless",
        "generate --mode endless --scenario quick --out events",
    ] {
        let mut child = generating(&shop, line);
        send(&child, libc::SIGKILL, false);
        assert!(!child.wait().unwrap().success());
        shop.all_end();
    }
    // The engine's own folder is that of the run; the others' are tidied up by whoever works there next.
    let left = || fs::read_dir(shop.tmp()).unwrap().count();
    assert!(left() > 0, "that they leave something is why there is something to tidy up");
    common::check(shop.planbench("parity --scenarios quick --modes reference good"), 0, &["identical"]);
    assert_eq!(left(), 0);
    let mut again = generating(&shop, run);
    send(&again, libc::SIGKILL, false);
    assert!(!again.wait().unwrap().success());
    shop.all_end();
    let folder = shop.place().join("out/criterion/quick_endless");
    let hidden =
        || fs::read_dir(&folder).unwrap().flatten().filter(|e| e.file_name().as_encoded_bytes()[0] == b'.').count();
    assert!(hidden() <= 1, "{:?}", fs::read_dir(&folder).unwrap().flatten().map(|e| e.file_name()).collect::<Vec<_>>());
}
