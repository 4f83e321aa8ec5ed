//! Polars' thread pool: made once per process, sized by an environment variable.

use crate::error::{Error, Input, Result};
use crate::machine::available_threads;
use std::process::Command;

const VARIABLE: &str = "POLARS_MAX_THREADS";

/// Tells a process that is to be started how many threads Polars' pool has there.
pub fn give_threads(command: &mut Command, threads: usize) {
    command.env(VARIABLE, threads.to_string());
}

/// Has Polars' pool be of so many threads in this process. Polars reads the number from the environment, which no process
/// must change under its own feet: where it says another, this process starts anew, as the same process with the same
/// arguments, under one that says this, and what is `handed_on` to it. To be called before anything else is read or said that
/// cannot be twice.
///
/// # Errors
/// When the program cannot be started again.
pub fn decide_threads(threads: usize, handed_on: Option<(&str, &str)>) -> Result<()> {
    let told = std::env::var(VARIABLE).ok().and_then(|text| text.parse().ok());
    if told.unwrap_or_else(available_threads) == threads {
        return Ok(());
    }
    let failed = |e| Error::failed("own executable", e);
    let program = std::env::current_exe().ok().filter(|program| program.exists());
    // The kernel's own name for it works after the file was replaced, too.
    let mut command = Command::new(program.unwrap_or_else(|| "/proc/self/exe".into()));
    command.args(std::env::args_os().skip(1));
    command.envs(handed_on);
    give_threads(&mut command, threads);
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        std::env::args_os().next().map(|name| command.arg0(name));
        Err(failed(command.exec()))
    }
    #[cfg(not(unix))]
    {
        let status = command.status().map_err(failed)?;
        std::process::exit(status.code().unwrap_or(2))
    }
}

/// Refuses to run with another number of threads than asked for.
pub(super) fn check(threads: usize) -> Result<()> {
    let running = polars_core::runtime::THREAD_POOL.current_num_threads();
    if running == threads {
        return Ok(());
    }
    Err(Input::ThreadsAreFixed { running, wanted: threads, variable: VARIABLE }.into())
}
