//! Has a fresh process of this program do one thing, and tells how it failed if it did.

use super::request::{Request, RunRequest, Seen};
use super::worker::{ARGUMENT, STARVED};
use crate::error::{Error, Outside, Result};
use serde::Deserialize;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

/// Why a fresh process showed nothing.
#[derive(Debug)]
pub struct Failure {
    /// What it said, or how it ended.
    pub error: Box<Error>,
    /// Whether it could not be started or was ended by a signal of somebody else (the kernel for want of memory, an
    /// operator): then nothing is known about what it was to do, and another may succeed.
    pub from_outside: bool,
}

impl Failure {
    fn own(error: Error) -> Self {
        Self { error: Box::new(error), from_outside: false }
    }
}

/// Has a fresh process of `executable` do one run.
///
/// # Errors
/// What the process said when it failed, or how it ended.
pub fn observe(executable: &Path, request: &RunRequest) -> Result<Seen, Failure> {
    ask(executable, &Request::Run(Box::new(request.clone())))
}

fn ask<T: for<'de> Deserialize<'de>>(executable: &Path, request: &Request) -> Result<T, Failure> {
    let program = executable.to_path_buf();
    let failed = |fault: Outside, from_outside| Failure { error: Box::new(fault.into()), from_outside };
    let text = serde_json::to_string(request).map_err(|e| Failure::own(Error::failed("worker request", e)))?;
    let mut command = Command::new(executable);
    if let Request::Run(run) = request {
        crate::engine::polars::give_threads(&mut command, run.threads);
    }
    let output = match command.args([ARGUMENT, &text]).stdin(Stdio::null()).output() {
        Ok(output) => output,
        Err(error) => return Err(failed(Outside::NotStarted { program, error }, true)),
    };
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.trim().trim_start_matches("error: ").to_owned();
        let (what, status) = ("observation process".into(), output.status);
        return Err(failed(Outside::Ended { program, what, status, said }, ended_from_outside(status)));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| failed(Outside::NoAnswer { program, error }, false))
}

/// Whether a signal ended it that a program does not send itself by a fault of its own.
fn ended_from_outside(status: ExitStatus) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;
        let fault =
            [libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGFPE, libc::SIGABRT, libc::SIGTRAP, libc::SIGSYS];
        let starved = status.code() == Some(i32::from(STARVED));
        starved || status.signal().is_some_and(|signal| !fault.contains(&signal))
    }
    #[cfg(not(unix))]
    {
        let _ = status;
        false
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::measure::request::Allocated;
    use std::os::unix::process::ExitStatusExt;

    #[test]
    fn only_what_others_do_to_a_process_is_from_outside() {
        for signal in [libc::SIGKILL, libc::SIGTERM, libc::SIGINT, libc::SIGHUP, libc::SIGXCPU] {
            assert!(ended_from_outside(ExitStatus::from_raw(signal)), "{signal}");
        }
        for signal in [libc::SIGSEGV, libc::SIGABRT, libc::SIGILL] {
            assert!(!ended_from_outside(ExitStatus::from_raw(signal)), "{signal}");
        }
        // Whoever says that it got too few threads knows nothing of the engine either.
        assert!(ended_from_outside(ExitStatus::from_raw(i32::from(STARVED) << 8)));
        // Any other exit code is the program's own.
        assert!(!ended_from_outside(ExitStatus::from_raw(2 << 8)));
    }

    #[test]
    fn what_cannot_be_started_is_from_outside_and_what_answers_nonsense_is_not() {
        let request = Request::Allocate(1);
        let missing = ask::<Allocated>(Path::new("/nowhere/planbench"), &request).expect_err("nothing there");
        assert!(missing.from_outside && missing.error.to_string().contains("cannot be started"), "{}", missing.error);
        let silent = ask::<Allocated>(Path::new("/bin/true"), &request).expect_err("no answer");
        assert!(!silent.from_outside && silent.error.to_string().contains("answered"), "{}", silent.error);
        let failing = ask::<Allocated>(Path::new("/bin/false"), &request).expect_err("it fails");
        assert!(!failing.from_outside && failing.error.to_string().contains("exit status: 1"), "{}", failing.error);
    }
}
