//! One side of a comparison: a planbench binary, and a fresh process of it.
//!
//! A side is only used through its command line (`run --format json`), the report that this writes, and the turns that it
//! takes (`measure::turns`), so that an older build can be compared with a newer one.

use crate::engine::external::Protocol;
use crate::engine::{EngineOptions, Mode};
use crate::error::{Error, Flaw, Input, Outside, Result};
use crate::events::fingerprint::Fingerprint;
use crate::files::{Workspace, read_versioned, temporary_workspace};
use crate::interrupt::check_interrupt;
use crate::machine::MachineKey;
use crate::measure::padding;
use crate::measure::turns;
use crate::record::metric::Gated;
use crate::report;
use crate::scenario::{CUSTOM, SCENARIOS};
use crate::settings::session::{Selection, Settings};
use crate::stats::median;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::ffi::OsString;
use std::fs::File;
use std::io::{ErrorKind, Read, Seek};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

/// A build that can be run.
#[derive(Debug, Clone)]
pub struct Side {
    /// As the user named it, with the commit where it is one.
    pub name: String,
    /// The binary.
    pub binary: PathBuf,
    /// The commit that it was built from, where this program built it.
    pub commit: Option<String>,
    /// Padding of its runs, a test hook.
    pub padding: Option<String>,
}

/// Beginnings of the variables that a side does not get: what it is asked to do comes with its arguments, and what changes
/// an engine's work or memory would hit builds unequally that know it and builds that do not.
const CLEANED: [&str; 10] = [
    "BENCHMARK_",
    "PLANBENCH_",
    "CRITERION_",
    "GITHUB_",
    "DD_",
    "POLARS_",
    "RAYON_",
    "TOKIO_",
    "MALLOC_",
    "GLIBC_TUNABLES",
];

/// What a process of a side is asked to run: one benchmark, as command-line arguments.
#[derive(Debug, Clone)]
pub struct Task {
    group: String,
    mode: Mode,
    arguments: Vec<OsString>,
    /// What a side's settings file says: the engine, where the mode is not built in.
    settings: String,
    /// Whether the engine is run once, and its times are whole runs.
    pub is_run_once: bool,
}

/// What one process of a side showed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Observed {
    /// Median of its later runs, seconds; of an engine that is run once, the whole run.
    pub execution_time: f64,
    /// Its first run, seconds.
    pub first_run: f64,
    /// Peak resident memory, bytes, where the platform tells.
    pub peak_memory: Option<f64>,
    /// Events of one run.
    pub events: u64,
    /// Digest of the events; absent where an engine follows rules of its own.
    pub fingerprint: Option<Fingerprint>,
    /// The machine.
    pub machine: MachineKey,
    /// Worker threads.
    pub threads: u64,
}

impl Observed {
    /// A gated figure.
    pub fn figure(&self, figure: Gated) -> Option<f64> {
        match figure {
            Gated::ExecutionTime => Some(self.execution_time),
            Gated::Throughput => Some(self.events as f64 / self.execution_time),
            Gated::PeakMemory => self.peak_memory,
        }
    }
}

impl Task {
    /// One run of a scenario by a mode.
    pub fn new(selection: &Selection, mode: Mode, options: &EngineOptions) -> Self {
        let threads = options.threads;
        let run = &selection.run;
        // A side does not see the settings file, and another build may not know the scenario.
        let known = SCENARIOS.iter().any(|scenario| scenario.name == selection.name);
        let name = if known { selection.name.clone() } else { CUSTOM.to_owned() };
        let mut arguments: Vec<OsString> = vec!["--scenarios".into(), name.into()];
        let mut add = |flag: &str, value: OsString| arguments.extend([flag.into(), value]);
        add("--modes", mode.name().into());
        add("--seed", run.seed.to_string().into());
        add("--threads", threads.to_string().into());
        if !known {
            add("--start-year", run.start_year.to_string().into());
            add("--end-year", run.end_year.to_string().into());
            match &selection.census_file {
                Some(file) => {
                    add("--census", file.path().into());
                    let format = file.format();
                    format.columns.written().for_each(|column| add("--column", column.into()));
                    format.date_format.iter().for_each(|format| add("--date-format", format.to_string().into()));
                }
                None => add("--employee-count", selection.employee_count.to_string().into()),
            }
        }
        let engine = options.engines.only(mode);
        let settings = if engine.is_empty() { String::new() } else { engine.settings() };
        let is_run_once = options.engines.spec(mode).is_ok_and(|spec| spec.protocol == Protocol::Once);
        Self { group: selection.group.clone(), mode, arguments, settings, is_run_once }
    }

    /// Those of scenarios and modes.
    ///
    /// # Errors
    /// When there is none.
    pub fn all(settings: &Settings) -> Result<Vec<Self>> {
        let of = |selection| settings.modes.iter().map(move |&mode| Self::new(selection, mode, &settings.options));
        let tasks: Vec<Self> = settings.selections.iter().flat_map(of).collect();
        if tasks.is_empty() { Err(Input::NothingTo { what: "compare" }.into()) } else { Ok(tasks) }
    }

    /// `<group>/<mode>`.
    pub fn id(&self) -> String {
        format!("{}/{}", self.group, self.mode)
    }
}

impl Side {
    /// A side that is a binary.
    ///
    /// # Errors
    /// When it does not run.
    pub fn from_binary(name: &str, binary: &Path) -> Result<Self> {
        let binary = std::path::absolute(binary).map_err(|e| Error::file(binary, e))?;
        let output = Command::new(&binary).arg("--version").stdin(Stdio::null()).output();
        let version = output.map_err(|e| match e.kind() {
            ErrorKind::PermissionDenied if !is_executable(&binary) => Error::file(&binary, Flaw::NotExecutable),
            _ => Error::file(&binary, e),
        })?;
        if !String::from_utf8_lossy(&version.stdout).starts_with("planbench") {
            return Err(Error::file(&binary, Flaw::NotPlanbench));
        }
        Ok(Self { name: name.to_owned(), binary, commit: None, padding: None })
    }

    /// The same side, run from a copy in `place`.
    ///
    /// # Errors
    /// When it cannot be copied.
    pub fn copied(&self, place: &Path, name: &str) -> Result<Self> {
        let binary = place.join(name).join("planbench");
        let folder = binary.parent().unwrap_or(place);
        std::fs::create_dir_all(folder).map_err(|e| Error::file(folder, e))?;
        std::fs::copy(&self.binary, &binary).map_err(|e| Error::file(&binary, e))?;
        Ok(Self { binary, ..self.clone() })
    }

    /// Starts a fresh process, which waits for its first turn.
    ///
    /// # Errors
    /// What it said when it ended before that.
    pub fn start(&self, task: &Task) -> Result<Process> {
        let place = temporary_workspace()?;
        let words = tempfile::tempfile().map_err(Error::temporary)?;
        let heard = words.try_clone().map_err(Error::temporary)?;
        // The nearest settings file, so that none of the user's is taken: flags say everything else.
        crate::files::write_whole(&place.path().join(crate::settings::file::FILE), &task.settings)?;
        let (door, address) = turns::open()?;
        let mut command = Command::new(&self.binary);
        for (name, _) in std::env::vars_os() {
            if CLEANED.iter().any(|prefix| name.as_encoded_bytes().starts_with(prefix.as_bytes())) {
                command.env_remove(name);
            }
        }
        if let Some(text) = &self.padding {
            command.env(padding::VARIABLE, text);
        }
        command.env(turns::VARIABLE, address);
        command.arg("run").args(&task.arguments).args(["--runs", "1", "--quiet", "--format", "json", "--to", "."]);
        command.args(["--output-dir", "."]).current_dir(place.path());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(heard);
        let child = command.spawn().map_err(|e| Error::file(&self.binary, e))?;
        let mut process = Process {
            name: self.name.clone(),
            binary: self.binary.clone(),
            commit: self.commit.clone(),
            task: task.clone(),
            place,
            words,
            child,
            player: None,
            joined: false,
        };
        process.player = process.admit(&door)?;
        process.joined = process.player.is_some();
        Ok(process)
    }
}

/// A fresh process of a side.
pub struct Process {
    name: String,
    binary: PathBuf,
    commit: Option<String>,
    task: Task,
    /// Its current folder, with the report.
    place: Workspace,
    /// What it says on standard error.
    words: File,
    child: Child,
    /// `None` once it takes no more turns.
    player: Option<turns::Player>,
    /// Whether it ever asked for turns.
    joined: bool,
}

impl Process {
    /// Waits until it asks for its first turn; `None` if it ends without having asked.
    fn admit(&mut self, door: &TcpListener) -> Result<Option<turns::Player>> {
        loop {
            if let Some(player) = turns::admit(door)? {
                return Ok(Some(player));
            }
            if self.child.try_wait().map_err(|e| Error::file(&self.binary, e))?.is_some() {
                return Ok(None);
            }
            check_interrupt()?;
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Gives it one turn; how long it took, `None` once it takes no more.
    pub fn take_turn(&mut self) -> Option<Duration> {
        let took = self.player.as_mut()?.take_turn();
        if took.is_none() {
            self.player = None;
        }
        took
    }

    /// Lets it do the rest by itself, and waits for that.
    pub fn go_on_alone(&mut self) {
        if self.player.take().is_some_and(turns::Player::go_on_alone) {
            // How it ended is looked at in the end.
            let _ = self.child.wait();
        }
    }

    /// Whether it takes turns.
    pub fn takes_turns(&self) -> bool {
        self.player.is_some()
    }

    /// Ends its turns; what it showed.
    ///
    /// # Errors
    /// What it said when it failed, or what is wrong with its report.
    pub fn finish(mut self) -> Result<Observed> {
        self.player = None;
        // As the user named it: the copy that ran is gone when this is read.
        let side = PathBuf::from(&self.name);
        let status = self.child.wait().map_err(|e| Error::file(&self.binary, e))?;
        let id = self.task.id();
        if !status.success() {
            let mut said = Vec::new();
            // What cannot be read was not said.
            let _ = self.words.rewind().and_then(|()| self.words.read_to_end(&mut said));
            let said = last_lines(&said);
            return Err(Outside::Ended { program: side, what: format!("{id}:"), status, said }.into());
        }
        if !self.joined {
            return Err(Outside::NoTurns { side }.into());
        }
        let report: Value = read_versioned(
            &self.place.path().join("report.json"),
            "report",
            1..=report::model::FORMAT_VERSION,
            "compare with another build",
        )?;
        let of = report["build"]["git_commit"].as_str();
        if let Some((of, wanted)) = of.zip(self.commit.as_deref()).filter(|(of, wanted)| of != wanted) {
            let (built_from, wanted) = (of.to_owned(), wanted.to_owned());
            return Err(Outside::OtherCommit { side, built_from, wanted }.into());
        }
        observed(&report, &self.task).ok_or_else(|| Outside::NoFigures { side, benchmark: id }.into())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Only matters where the comparison is given up half-way; an ended process cannot be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether a file's own permissions let it be run; its file system may still refuse.
fn is_executable(file: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::metadata(file).is_ok_and(|data| data.permissions().mode() & 0o111 != 0)
    }
    #[cfg(not(unix))]
    file.is_file()
}

fn observed(report: &Value, task: &Task) -> Option<Observed> {
    // One scenario was asked for; a side may name it otherwise.
    let scenario = report["scenarios_tested"].as_object()?.values().next()?;
    let mode = &scenario["results_by_mode"][task.mode.name()];
    let run = &mode["detailed_runs"][0];
    let seen = &run["observation"];
    let warm: Vec<f64> = seen["warm_wall_seconds"].as_array()?.iter().filter_map(Value::as_f64).collect();
    Some(Observed {
        execution_time: median(&warm).or(seen["whole_seconds"].as_f64())?,
        first_run: seen["wall_seconds"].as_f64().or(seen["whole_seconds"].as_f64())?,
        peak_memory: seen["peak_memory_bytes"].as_f64(),
        events: seen["events"].as_u64()?,
        fingerprint: serde_json::from_value(seen["fingerprint"].clone()).ok()?,
        machine: serde_json::from_value(run["machine"]["key"].clone()).ok()?,
        threads: run["benchmark"]["threads"].as_u64()?,
    })
}

/// The end of what a process said on standard error.
pub(super) fn said(output: &Output) -> String {
    last_lines(&output.stderr)
}

fn last_lines(said: &[u8]) -> String {
    let text = String::from_utf8_lossy(said);
    let lines: Vec<&str> = text.trim().lines().collect();
    lines[lines.len().saturating_sub(5)..].join(" | ")
}
