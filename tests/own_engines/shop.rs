//! A folder with a settings file and engines in shell, and a look at what they leave behind.

use crate::common;
use assert_cmd::Command;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Events of scenario quick.
pub const EVENTS: u64 = 457;

/// Answers as it should, with events that were generated before; a test puts other functions in the place of these.
const SESSION: &str = r#"
answer() { printf '{"answer":"%s","id":%s%s}\n' "$1" "$id" "$2"; }
open() { answer ready ',"versions":{"shell":"1.0"}'; }
generate() { answer generated ',"events":457'; }
copy() { cp -r "$made"/simulation_year=* "$output"; }
write() { copy; answer written; }
close() { exit 0; }
"#;

/// Reads requests to their end. Paths of the tests hold nothing that JSON escapes.
const LOOP: &str = r#"
while IFS= read -r line; do
    id=${line#*\"id\":}
    id=${id%%[!0-9]*}
    case $line in
    *'"request":"open"'*) input=${line#*\"input\":\"} && input=${input%%\"*} && open ;;
    *'"request":"generate"'*) generate ;;
    *'"request":"write"'*) output=${line#*\"output\":\"} && output=${output%%\"*} && write ;;
    *'"request":"close"'*) close ;;
    esac
done
"#;

/// The folder; all of it goes with it.
pub struct Shop {
    folder: TempDir,
}

impl Shop {
    /// With the events of scenario quick, and without engines.
    pub fn new() -> Self {
        let shop = Self::empty();
        let out = shop.made("quick");
        let made = common::planbench("generate --mode reference --scenario quick --out").arg(out).output().unwrap();
        common::check(&made, 0, &["457 events"]);
        shop
    }

    /// Without any events.
    pub fn empty() -> Self {
        let folder = common::folder();
        for name in ["place", "tmp", "made"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        fs::write(folder.path().join("place/planbench.toml"), "").unwrap();
        Self { folder }
    }

    /// Where planbench is called.
    pub fn place(&self) -> PathBuf {
        self.folder.path().join("place")
    }

    /// A folder of events.
    pub fn made(&self, name: &str) -> PathBuf {
        self.folder.path().join("made").join(name)
    }

    /// The folder for temporary files of planbench and the engines.
    pub fn tmp(&self) -> PathBuf {
        self.folder.path().join("tmp")
    }

    /// Adds lines to the settings file.
    pub fn settings(&self, lines: &str) {
        let file = self.place().join("planbench.toml");
        let text = fs::read_to_string(&file).unwrap() + lines + "\n";
        fs::write(file, text).unwrap();
    }

    /// An engine in a session, with functions of its own and lines of settings.
    pub fn session(&self, name: &str, functions: &str, settings: &str) {
        self.script(name, &format!("{SESSION}{functions}\n{LOOP}"));
        self.settings(&format!("[[engine]]\nname = '{name}'\ncommand = ['sh', '{name}.sh']\n{settings}"));
    }

    /// An engine that is run once: what it does with `$input` and `$output`.
    pub fn once(&self, name: &str, work: &str, settings: &str) {
        self.script(
            name,
            &format!("input=$1 output=$2\ncopy() {{ cp -r \"$made\"/simulation_year=* \"$output\"; }}\n{work}"),
        );
        let command = format!("command = ['sh', '{name}.sh', '{{input}}', '{{output}}']\nprotocol = 'once'");
        self.settings(&format!("[[engine]]\nname = '{name}'\n{command}\n{settings}"));
    }

    /// A file in shell that knows where events are.
    fn script(&self, name: &str, text: &str) {
        let made = self.made("quick");
        let text = format!("#!/bin/sh\nmade='{}'\n{text}", made.display());
        fs::write(self.place().join(format!("{name}.sh")), text).unwrap();
    }

    /// planbench there, with the words of a line. All that it starts has a variable by which it is found.
    pub fn planbench(&self, line: &str) -> Command {
        let mut command = Command::from_std(self.process());
        command.args(line.split_whitespace());
        command
    }

    /// Likewise as a process that a test starts and stops by itself.
    pub fn process(&self) -> std::process::Command {
        let mut command = common::command();
        command.current_dir(self.place()).env("BENCHMARK_OUTPUT_DIR", "out").env("TMPDIR", self.tmp());
        command.env(MARK, self.folder.path()).env("PROGRAM", env!("CARGO_BIN_EXE_planbench"));
        command
    }

    /// Exit code and words of planbench; then no process and no temporary file is left of it.
    #[track_caller]
    pub fn check(&self, line: &str, code: i32, parts: &[&str]) -> String {
        let text = common::check(self.planbench(line), code, parts);
        self.nothing_is_left();
        text
    }

    /// No process and no temporary folder.
    #[track_caller]
    pub fn nothing_is_left(&self) {
        assert_eq!(self.processes(), Vec::<String>::new(), "processes are left");
        let left: Vec<PathBuf> = fs::read_dir(self.tmp()).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(left, Vec::<PathBuf>::new(), "temporary files are left");
        assert_eq!(common::leftovers(&self.place()), Vec::<String>::new());
    }

    /// Waits until everything has ended that was started here.
    #[track_caller]
    pub fn all_end(&self) {
        wait(|| self.processes().is_empty());
    }

    /// What runs of what was started here.
    pub fn processes(&self) -> Vec<String> {
        let mark = format!("{MARK}={}", self.folder.path().display());
        let marked = |folder: &Path| {
            let variables = fs::read(folder.join("environ")).unwrap_or_default();
            variables.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes())
        };
        let all = fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
        let words = |folder: PathBuf| {
            let line = fs::read(folder.join("cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&line).replace('\0', " ")
        };
        all.filter(|folder| marked(folder)).map(words).collect()
    }

    /// The records of an engine and scenario quick.
    pub fn records(&self, engine: &str) -> Vec<Value> {
        records_in(&self.place().join("out"), engine)
    }

    /// The only one.
    #[track_caller]
    pub fn record(&self, engine: &str) -> Value {
        let records = self.records(engine);
        assert_eq!(records.len(), 1, "{engine}");
        records[0].clone()
    }
}

/// Found in the environment of all that a test starts.
const MARK: &str = "PROCESSES_OF_A_TEST";

/// The records of an engine and scenario quick below a folder of results.
pub fn records_in(results: &Path, engine: &str) -> Vec<Value> {
    let folder = results.join(format!("criterion/quick_{engine}/runs"));
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| common::json(file)).collect()
}

/// Waits until something is so.
#[track_caller]
pub fn wait(is_so: impl Fn() -> bool) {
    let clock = Instant::now();
    while !is_so() {
        assert!(clock.elapsed() < Duration::from_secs(30), "it does not come");
        std::thread::sleep(Duration::from_millis(10));
    }
}
