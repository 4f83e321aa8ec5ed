//! Polars' thread pool: made once per process, sized by an environment variable.

use crate::error::{Error, Result};

const VARIABLE: &str = "POLARS_MAX_THREADS";

/// Sets the number of threads of Polars' pool for this process.
///
/// # Safety
/// Changes the process environment: call it at the start of `main`, before any other thread exists and before any
/// use of Polars.
pub unsafe fn set_threads(threads: usize) {
    // SAFETY: the caller vouches that no other thread reads or writes the environment.
    unsafe { std::env::set_var(VARIABLE, threads.to_string()) };
}

/// Refuses to run with another number of threads than asked for.
pub(super) fn check(threads: usize) -> Result<()> {
    let running = polars_core::runtime::THREAD_POOL.current_num_threads();
    if running == threads {
        return Ok(());
    }
    Err(Error::Config(format!(
        "Polars runs with {running} thread(s) in this process, not {threads}: its pool is made once; start a new process \
         with `--threads {threads}` or {VARIABLE}={threads}"
    )))
}
