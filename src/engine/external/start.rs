//! Starting an engine's program under a supervisor.

use super::fault::{Fault, Step};
use super::spec::Spec;
use super::supervisor::{GRACE, Order, Supervised};
use crate::error::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::{ChildStderr, ChildStdin, ChildStdout};
use std::time::Duration;

/// Time beyond a limit in which the supervisor sees what a program left behind go, or ends it.
pub(super) const PATIENCE: Duration = GRACE.saturating_add(Duration::from_secs(1));

/// A started program and its pipes.
pub(super) struct Started {
    pub program: Supervised,
    pub input: ChildStdin,
    pub output: ChildStdout,
    pub talk: ChildStderr,
}

/// Starts a command of an engine; `scratch` is a folder for its temporary files and for the supervisor's report.
///
/// # Errors
/// When the supervisor cannot be started; that the program cannot shows in how that ends.
pub(super) fn start(spec: &Spec, command: &[String], step: Step, scratch: &Path) -> Result<Started> {
    let mut environment = spec.environment.clone();
    // What it leaves there goes with the folder. Paths of engines are text.
    let temporary = scratch.to_string_lossy().into_owned();
    environment.entry("TMPDIR".to_owned()).or_insert(temporary);
    let order = Order {
        command: command.to_vec(),
        folder: if spec.folder.as_os_str().is_empty() { PathBuf::from(".") } else { spec.folder.clone() },
        environment,
        report: scratch.join(".planbench-ended.json"),
    };
    let own = std::env::current_exe().map_err(|e| Error::failed("own executable", e))?;
    // The kernel's own name for this process' file works after the file was replaced, too.
    let running = Path::new("/proc/self/exe");
    let executable = if running.exists() { running } else { own.as_path() };
    let failed = |error: std::io::Error| Fault::new(spec, step).cannot_start(error);
    let mut program = Supervised::start(executable, &order).map_err(failed)?;
    let pipes = (program.take_stdin(), program.take_stdout(), program.take_stderr());
    let (Some(input), Some(output), Some(talk)) = pipes else {
        return Err(failed(std::io::Error::other("it has no pipes")));
    };
    Ok(Started { program, input, output, talk })
}
