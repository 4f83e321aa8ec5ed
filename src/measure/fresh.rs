//! Has a fresh process of this program do one thing, and tells how it failed if it did.

use super::request::{Request, RunRequest, Seen};
use super::worker::{ARGUMENT, STARVED};
use crate::error::{Error, Outside, Result};
use crate::interrupt::check_interrupt;
use serde::Deserialize;
use std::io::Read;
use std::path::Path;
use std::process::{Command, ExitStatus, Output, Stdio};
use std::time::Duration;

/// Time between two looks whether a process has ended, or somebody interrupted.
const LOOK: Duration = Duration::from_millis(10);

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
    let of_another_program = matches!(request, Request::Run(run) if run.engine.is_some());
    let output = match output_of(command.args([ARGUMENT, &text]), of_another_program) {
        Ok(Some(output)) => output,
        Ok(None) => return Err(Failure { error: Box::new(Error::Interrupted), from_outside: true }),
        Err(error) => return Err(failed(Outside::NotStarted { program, error }, true)),
    };
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.trim().trim_start_matches("error: ").to_owned();
        // What an engine did is told as it is: the process that watched it is of no interest.
        if of_another_program && output.status.code() == Some(2) && !said.is_empty() {
            return Err(failed(Outside::EngineRun { said }, false));
        }
        let (what, status) = ("observation process".into(), output.status);
        return Err(failed(Outside::Ended { program, what, status, said }, ended_from_outside(status)));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| failed(Outside::NoAnswer { program, error }, false))
}

/// What a process says until it ends. An interrupt is followed by the end of the run that is under way; where that is another
/// program's, which may take as long as it likes, its process is ended at once: then there is no output.
fn output_of(command: &mut Command, may_be_ended: bool) -> std::io::Result<Option<Output>> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    if !may_be_ended {
        return child.wait_with_output().map(Some);
    }
    let (out, err) = (child.stdout.take(), child.stderr.take());
    std::thread::scope(|scope| {
        let (stdout, stderr) = (scope.spawn(|| all_of(out)), scope.spawn(|| all_of(err)));
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break Some(status);
            }
            if check_interrupt().is_err() {
                // Its supervisor ends the engine when it is gone.
                child.kill()?;
                child.wait()?;
                break None;
            }
            std::thread::sleep(LOOK);
        };
        let (stdout, stderr) = (stdout.join().unwrap_or_default(), stderr.join().unwrap_or_default());
        Ok(status.map(|status| Output { status, stdout, stderr }))
    })
}

/// What can be read.
fn all_of(pipe: Option<impl Read>) -> Vec<u8> {
    let mut read = Vec::new();
    if let Some(mut pipe) = pipe {
        // What cannot be read was not said.
        let _ = pipe.read_to_end(&mut read);
    }
    read
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
