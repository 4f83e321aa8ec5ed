//! One side of a comparison: a planbench binary, or a git revision that is built for it.
//!
//! A side is only used through its command line (`run --format json`) and the report that this writes, so that an older
//! build can be compared with a newer one.

use crate::engine::{Mode, padding};
use crate::error::{Error, Result};
use crate::measure::machine::MachineKey;
use crate::settings::Selection;
use crate::stats::median;
use crate::verdict::Gated;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A build that can be run.
#[derive(Debug, Clone)]
pub struct Side {
    /// As the user named it, with the commit where it is one.
    pub name: String,
    /// The binary.
    pub binary: PathBuf,
    /// Padding of its runs, a test hook.
    pub padding: Option<String>,
}

/// One benchmark, as command-line arguments.
#[derive(Debug, Clone)]
pub struct Work {
    group: String,
    mode: Mode,
    arguments: Vec<String>,
}

/// What one process of a side showed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Observed {
    /// Median of its later runs, seconds.
    pub execution_time: f64,
    /// Its first run, seconds.
    pub first_run: f64,
    /// Peak resident memory, bytes, where the platform tells.
    pub peak_memory: Option<f64>,
    /// Events of one run.
    pub events: u64,
    /// Digest of the events.
    pub fingerprint: String,
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

impl Work {
    /// One run of a scenario by a mode.
    pub fn new(selection: &Selection, mode: Mode, threads: usize) -> Self {
        let run = &selection.run;
        let mut arguments = vec!["--scenarios".to_owned(), selection.name.clone()];
        let mut add = |flag: &str, value: String| arguments.extend([flag.to_owned(), value]);
        add("--modes", mode.name().to_owned());
        add("--seed", run.seed.to_string());
        add("--threads", threads.to_string());
        if selection.name == "custom" {
            add("--start-year", run.start_year.to_string());
            add("--end-year", run.end_year.to_string());
            match &selection.census_file {
                Some(file) => add("--census", std::path::absolute(file).unwrap_or(file.clone()).display().to_string()),
                None => add("--employee-count", selection.employee_count.to_string()),
            }
        }
        Self { group: selection.group.clone(), mode, arguments }
    }

    /// `<group>/<mode>`.
    pub fn id(&self) -> String {
        format!("{}/{}", self.group, self.mode.name())
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
        let version = output.map_err(|e| Error::file(&binary, format!("cannot be run: {e}")))?;
        if !String::from_utf8_lossy(&version.stdout).starts_with("planbench") {
            return Err(Error::file(&binary, "is no planbench: it does not answer to --version as one"));
        }
        Ok(Self { name: name.to_owned(), binary, padding: None })
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

    /// Has a fresh process do one run.
    ///
    /// # Errors
    /// What it said when it failed, or what is wrong with its report.
    pub fn observe(&self, work: &Work) -> Result<Observed> {
        let place = tempfile::tempdir().map_err(|e| Error::Config(format!("temporary folder: {e}")))?;
        let mut command = Command::new(&self.binary);
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            if ["BENCHMARK_", "PLANBENCH_", "CRITERION_", "GITHUB_"].iter().any(|prefix| name.starts_with(prefix)) {
                command.env_remove(&*name);
            }
        }
        if let Some(text) = &self.padding {
            command.env(padding::VARIABLE, text);
        }
        command.arg("run").args(&work.arguments).args(["--runs", "1", "--quiet", "--format", "json", "--to", "."]);
        command.args(["--output-dir", "."]).current_dir(place.path()).stdin(Stdio::null());
        let output = command.output().map_err(|e| Error::file(&self.binary, e))?;
        if !output.status.success() {
            return Err(Error::file(
                &self.binary,
                format!("{}: ended with {}: {}", work.id(), output.status, said(&output)),
            ));
        }
        let file = place.path().join("report.json");
        let report: Value = crate::record::read_json(&file, "report")?;
        observed(&report, work).ok_or_else(|| {
            Error::file(&self.binary, format!("{}: its report does not hold what a comparison needs", work.id()))
        })
    }
}

fn observed(report: &Value, work: &Work) -> Option<Observed> {
    let mode = &report["scenarios_tested"][&work.group]["results_by_mode"][work.mode.name()];
    let run = &mode["detailed_runs"][0];
    let seen = &run["observation"];
    let warm: Vec<f64> = seen["warm_wall_seconds"].as_array()?.iter().filter_map(Value::as_f64).collect();
    Some(Observed {
        execution_time: median(&warm)?,
        first_run: seen["wall_seconds"].as_f64()?,
        peak_memory: seen["peak_memory_bytes"].as_f64(),
        events: seen["events"].as_u64()?,
        fingerprint: seen["fingerprint"].as_str()?.to_owned(),
        machine: serde_json::from_value(run["machine"]["key"].clone()).ok()?,
        threads: run["benchmark"]["threads"].as_u64()?,
    })
}

/// The end of what a process said.
fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = text.trim().lines().collect();
    lines[lines.len().saturating_sub(5)..].join(" | ")
}

/// Builds revisions of the repository that the current folder is in.
pub struct Builder {
    repository: PathBuf,
    target: PathBuf,
    /// Finished binaries; gone when this is dropped.
    place: tempfile::TempDir,
    built: Vec<(String, PathBuf)>,
    _lock: File,
}

impl Builder {
    /// Makes ready to build.
    ///
    /// # Errors
    /// When this is no repository, or another comparison is building in the same target folder.
    pub fn new() -> Result<Self> {
        let repository = PathBuf::from(git(Path::new("."), &["rev-parse", "--show-toplevel"])?);
        let target =
            crate::choices::variable::<PathBuf>("CARGO_TARGET_DIR")?.unwrap_or_else(|| repository.join("target"));
        let target = std::path::absolute(&target).map_err(|e| Error::file(&target, e))?;
        let folder = target.join("compare");
        std::fs::create_dir_all(&folder).map_err(|e| Error::file(&folder, e))?;
        let lock = File::create(folder.join("lock")).map_err(|e| Error::file(&folder, e))?;
        lock.try_lock().map_err(|_| Error::file(&folder, "another comparison is building there; wait for it"))?;
        let place = tempfile::tempdir_in(&folder).map_err(|e| Error::file(&folder, e))?;
        Ok(Self { repository, target, place, built: Vec::new(), _lock: lock })
    }

    /// Builds a revision, once for each commit; dependencies that are built already are not built again.
    ///
    /// # Errors
    /// When there is no such revision, or it does not build.
    pub fn side(&mut self, revision: &str) -> Result<Side> {
        let commit = git(&self.repository, &["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")])
            .map_err(|_| Error::Config(format!("`{revision}` is neither a file nor a git revision")))?;
        let name = format!("{revision} ({})", &commit[..commit.len().min(12)]);
        if let Some((_, binary)) = self.built.iter().find(|(known, _)| *known == commit) {
            return Side::from_binary(&name, binary);
        }
        let binary = self.place.path().join(format!("planbench-{commit}"));
        let outcome = self.build(&commit, &binary);
        self.remove_worktree();
        outcome?;
        self.built.push((commit, binary.clone()));
        Side::from_binary(&name, &binary)
    }

    /// One place for all worktrees: cargo then replaces the crate's own files instead of piling them up.
    fn worktree(&self) -> PathBuf {
        self.target.join("compare/worktree")
    }

    fn build(&self, commit: &str, binary: &Path) -> Result<()> {
        self.remove_worktree();
        let worktree = self.worktree();
        git(&self.repository, &["worktree", "add", "--detach", "--force", &worktree.display().to_string(), commit])?;
        let built = self.target.join("release/planbench");
        // What the user has built there is put back afterwards.
        let kept = self.place.path().join("kept");
        let had = built.is_file() && std::fs::copy(&built, &kept).is_ok();
        let mut make = Command::new("make");
        make.args(["--no-print-directory", "build"]).current_dir(&worktree).env("CARGO_TARGET_DIR", &self.target);
        make.env_remove("MAKEFLAGS").env_remove("MAKELEVEL").env_remove("CARGO_BUILD_TARGET_DIR").stdin(Stdio::null());
        let output = make.output().map_err(|e| Error::Config(format!("make: {e}")));
        let copied = output.and_then(|output| {
            if !output.status.success() {
                return Err(Error::Config(format!("commit {commit} does not build: {}", said(&output))));
            }
            std::fs::copy(&built, binary).map(|_| ()).map_err(|e| Error::file(&built, e))
        });
        if had {
            let _ = std::fs::remove_file(&built);
            std::fs::copy(&kept, &built).map_err(|e| Error::file(&built, e))?;
        }
        copied
    }

    fn remove_worktree(&self) {
        let worktree = self.worktree();
        let path = worktree.display().to_string();
        let _ = git(&self.repository, &["worktree", "remove", "--force", "--force", &path]);
        let _ = std::fs::remove_dir_all(&worktree);
        let _ = git(&self.repository, &["worktree", "prune"]);
    }
}

impl Drop for Builder {
    fn drop(&mut self) {
        self.remove_worktree();
    }
}

fn git(folder: &Path, arguments: &[&str]) -> Result<String> {
    let output = Command::new("git").args(arguments).current_dir(folder).stdin(Stdio::null()).output();
    let output = output.map_err(|e| Error::Config(format!("git: {e}")))?;
    if !output.status.success() {
        return Err(Error::Config(format!("git {}: {}", arguments.join(" "), said(&output))));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
