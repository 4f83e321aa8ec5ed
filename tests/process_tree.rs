//! Figures of a tree of processes: programs that fork, at the same time and one after the other, hold memory of known
//! sizes and use the CPU for known times, under the supervisor as an engine of one's own would be.
#![cfg(target_os = "linux")]

mod common;

use common::folder;
use planalign_bench::engine::external::supervisor::{Ended, Order, Supervised};
use planalign_bench::machine::process::{cpu_time, disk_io};
use planalign_bench::machine::tree::{Tree, TreeSampler};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const MB: u64 = 1_000_000;
/// For processes of this test binary and shells beside what they are told to hold.
const BESIDE: u64 = 60 * MB;
/// Far longer than anything here takes: then a test fails instead of waiting for ever.
const LONG: Duration = Duration::from_secs(120);

/// A program for the tests: this test binary, told by variables what to hold.
#[test]
#[ignore = "a program that the tests here start"]
fn hold() {
    let Ok(told) = std::env::var("HOLD") else { return };
    let words: Vec<&str> = told.split(' ').collect();
    let [name, held, freed, busy] = words[..] else { panic!("{told}") };
    let megabytes = |words: &str| vec![1u8; words.parse::<usize>().expect("a number") * MB as usize];
    drop(std::hint::black_box(megabytes(freed)));
    let memory = std::hint::black_box(megabytes(held));
    let busy = cpu_time() + Duration::from_millis(busy.parse().expect("a number"));
    while cpu_time() < busy {
        std::hint::spin_loop();
    }
    std::fs::write(format!("{name}.ready"), "").expect("written");
    wait_for(Path::new(&format!("{name}.go")));
    drop(memory);
}

/// Words for a shell: that program holds so much until it may go, has freed so much before, and used the CPU so long.
fn holder(name: &str, held_mb: u64, freed_mb: u64, busy_ms: u64) -> String {
    format!(r#"HOLD="{name} {held_mb} {freed_mb} {busy_ms}" "$HOLDER" hold --exact --ignored >/dev/null 2>&1"#)
}

fn wait_for(file: &Path) {
    let start = Instant::now();
    while !file.exists() {
        assert!(start.elapsed() < LONG, "{} never came", file.display());
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A shell under the supervisor.
struct Engine {
    place: tempfile::TempDir,
    supervised: Supervised,
}

impl Engine {
    fn start(line: &str) -> Self {
        Self::start_in(folder(), line)
    }

    fn start_in(place: tempfile::TempDir, line: &str) -> Self {
        let this = std::env::current_exe().expect("own executable").to_str().expect("text").to_owned();
        let order = Order {
            command: ["sh", "-c", line].map(str::to_owned).to_vec(),
            folder: place.path().to_path_buf(),
            environment: [("HOLDER".to_owned(), this)].into(),
            report: place.path().join("report.json"),
        };
        let supervised = Supervised::start(Path::new(env!("CARGO_BIN_EXE_planbench")), &order).expect("it starts");
        Self { place, supervised }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    fn ready(&self, name: &str) {
        wait_for(&self.file(&format!("{name}.ready")));
    }

    fn go(&self, name: &str) {
        std::fs::write(self.file(&format!("{name}.go")), "").expect("written");
    }

    fn tree(&self) -> Tree {
        Tree::under(self.supervised.pid()).expect("Linux tells")
    }

    fn sampler(&self) -> TreeSampler {
        TreeSampler::start(self.supervised.pid()).expect("a thread")
    }

    #[track_caller]
    fn ends(mut self) -> Ended {
        let ended = self.supervised.wait_until(Instant::now() + LONG).expect("a report").expect("in time");
        assert!(ended.status.success() && ended.left_behind.is_empty() && ended.not_started.is_none(), "{ended:?}");
        ended
    }
}

#[track_caller]
fn about(found: u64, expected_mb: u64) {
    let (least, most) = (expected_mb * MB, expected_mb * MB + BESIDE);
    assert!((least..=most).contains(&found), "{} MB are not about {expected_mb}", found / MB);
}

#[test]
fn what_is_held_at_the_same_time_adds_up() {
    let engine = Engine::start(&format!("{} & {} & wait", holder("a", 200, 0, 0), holder("b", 150, 0, 0)));
    let sampler = engine.sampler();
    engine.ready("a");
    engine.ready("b");
    about(sampler.peak_so_far().expect("told"), 350);
    engine.go("a");
    engine.go("b");
    about(engine.ends().largest_process_bytes.expect("told"), 200);
    about(sampler.finish().peak_memory_bytes.expect("told"), 350);
}

#[test]
fn what_is_held_at_different_times_does_not() {
    let engine = Engine::start(&format!("{}; {}", holder("a", 150, 0, 0), holder("b", 200, 0, 0)));
    let sampler = engine.sampler();
    for (name, peak) in [("a", 150), ("b", 200)] {
        engine.ready(name);
        about(sampler.peak_so_far().expect("told"), peak);
        engine.go(name);
    }
    engine.ends();
    about(sampler.finish().peak_memory_bytes.expect("told"), 200);
}

#[test]
fn a_peak_between_two_looks_is_seen_and_only_once() {
    let line = format!("{} & read go; {} & wait", holder("a", 0, 300, 0), holder("b", 300, 0, 0));
    let mut engine = Engine::start(&line);
    engine.ready("a");
    // The first look is after the memory was freed.
    let sampler = engine.sampler();
    about(sampler.peak_so_far().expect("told"), 300);
    engine.supervised.take_stdin().expect("a pipe").write_all(b"\n").expect("it reads");
    engine.ready("b");
    about(sampler.peak_so_far().expect("told"), 300);
    engine.go("a");
    engine.go("b");
    engine.ends();
    let usage = sampler.finish();
    about(usage.peak_memory_bytes.expect("told"), 300);
}

#[test]
fn the_mean_is_that_of_what_was_held_since_the_mark() {
    let engine = Engine::start(&format!("{} & {} & wait", holder("a", 100, 300, 0), holder("b", 50, 0, 0)));
    let sampler = engine.sampler();
    engine.ready("a");
    engine.ready("b");
    sampler.mark();
    std::thread::sleep(Duration::from_millis(300));
    let usage = sampler.finish();
    about(usage.mean_memory_bytes.expect("told") as u64, 150);
    assert!(usage.peak_memory_bytes.expect("told") >= 300 * MB, "{usage:?}");
    assert!(usage.looks >= 2 && usage.interval.expect("looks") >= Duration::from_millis(4), "{usage:?}");
    // They wait, and little else.
    assert!(usage.peak_cpu_utilisation.expect("long enough") < 0.5, "{usage:?}");
    engine.go("a");
    engine.go("b");
    engine.ends();
}

#[test]
fn who_was_started_by_way_of_another_that_ended_is_in_it() {
    let line = format!("( ( setsid sh -c '{}' & ) & ) ; read end; : > a.go", holder("a", 200, 0, 50));
    let mut engine = Engine::start(&line);
    let sampler = engine.sampler();
    engine.ready("a");
    about(sampler.peak_so_far().expect("told"), 200);
    let mut tree = engine.tree();
    let names = tree.names();
    assert!(names.iter().any(|name| name.starts_with("process_tree")), "{names:?}");
    assert_eq!(names.len(), tree.pids().len());
    assert!(tree.cpu_time().expect("told") >= Duration::from_millis(50));
    drop(engine.supervised.take_stdin());
    engine.ends();
}

#[test]
fn the_time_of_processes_that_come_and_go_is_counted_once() {
    // All but the last go at once.
    let burn = |name: &str| format!(": > {name}.go; {}", holder(name, 0, 0, 150));
    // One ends below the shell, two below a shell that ends, one below nobody.
    let work = format!("{}; sh -c '{}; {}'; ( {} & )", burn("a"), burn("b"), burn("c"), burn("d"));
    let live = holder("e", 0, 0, 150);
    let mut engine = Engine::start(&format!("read go; {work}; {live} & read end; : > e.go; wait"));
    let mut tree = engine.tree();
    let before = tree.cpu_time().expect("told");
    let mut input = engine.supervised.take_stdin().expect("a pipe");
    input.write_all(b"\n").expect("it reads");
    ["a", "b", "c", "d", "e"].iter().for_each(|name| engine.ready(name));
    let used = tree.cpu_time().expect("told") - before;
    // Two hundredths are lost to rounding for who waited; starting five processes takes some time, too.
    assert!(used >= Duration::from_millis(5 * 150 - 40), "{used:?}");
    assert!(used <= Duration::from_millis(2 * 5 * 150), "{used:?}");
    drop(input);
    let total = engine.ends().cpu_seconds.expect("told");
    assert!(total >= used.as_secs_f64() - 0.05 && total < 2.0 * used.as_secs_f64(), "{total} in all, {used:?} of it");
}

#[test]
fn what_children_wrote_to_storage_is_counted_once() {
    // Beside the test itself: temporary files are often memory, which never reaches storage.
    let own = std::env::current_exe().expect("own executable");
    let place = tempfile::tempdir_in(own.parent().expect("a folder")).expect("a folder");
    let before = disk_io().expect("Linux tells");
    std::fs::write(place.path().join("file"), vec![7u8; 8_000_000]).expect("written");
    let stored = disk_io().expect("Linux tells").written_bytes - before.written_bytes >= 8_000_000;

    let copy = |name: &str| format!("dd if=/dev/zero of={name} bs=1000000 count=8 2>/dev/null");
    let line = format!("read go; {}; sh -c '{}; : '; : > all.ready; read end", copy("a"), copy("b"));
    let mut engine = Engine::start_in(place, &line);
    let mut tree = engine.tree();
    let before = tree.disk_io().expect("told");
    let mut input = engine.supervised.take_stdin().expect("a pipe");
    input.write_all(b"\n").expect("it reads");
    engine.ready("all");
    let written = tree.disk_io().expect("told").written_bytes - before.written_bytes;
    assert!(!stored || (16_000_000..20_000_000).contains(&written), "{written} bytes");
    drop(input);
    // `read` fails at the end of the input, and with it the shell.
    let ended = engine.supervised.wait_until(Instant::now() + LONG).expect("a report").expect("in time");
    let in_all = ended.disk_io.expect("told").written_bytes;
    assert!(!stored || (16_000_000..20_000_000).contains(&in_all), "{in_all} bytes");
}

#[test]
fn figures_end_with_the_process_at_the_top() {
    let mut engine = Engine::start("read end");
    let (mut tree, sampler) = (engine.tree(), engine.sampler());
    assert!(sampler.peak_so_far().is_some());
    drop(engine.supervised.take_stdin());
    engine.supervised.wait_until(Instant::now() + LONG).expect("a report").expect("in time");
    assert_eq!((tree.cpu_time(), tree.disk_io()), (None, None));
    assert!(Tree::under(engine.supervised.pid()).is_none());
    // What was seen until then stays.
    assert!(sampler.finish().peak_memory_bytes.is_some());
}
