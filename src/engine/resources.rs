//! Whether the system gives an engine its threads. An engine that finds out by itself panics (Polars), or goes on with
//! fewer and says nothing (DuckDB), and its figures are then of another number of threads than the record says.

use super::mode::Mode;
use crate::error::{Outside, Result};
use std::sync::{Mutex, PoisonError};
use std::thread::Builder;

/// Most threads of Polars' runtime for files, whatever its pool has.
const POLARS_FILE_THREADS: usize = 32;
/// Threads that it adds while it writes.
const POLARS_WRITERS: usize = 2;

/// Threads that an engine starts beside the one that calls it, and one that watches.
fn wanted(mode: Mode, threads: usize) -> usize {
    1 + match mode {
        // DuckDB's own, and those that work on other connections meanwhile.
        Mode::Sql => 2 * (threads - 1),
        // Its pool, its streaming engine and its runtime for files.
        Mode::Polars => 2 * threads + threads.min(POLARS_FILE_THREADS) + POLARS_WRITERS,
        Mode::Reference => threads,
        // Another program's threads are its own affair.
        Mode::Own(_) => return 0,
    }
}

/// Makes sure that an engine can start its threads, by starting as many at once; once per process and engine.
///
/// # Errors
/// Names the engine, the number, and what the system said.
pub(super) fn check(mode: Mode, threads: usize) -> Result<()> {
    static KNOWN: Mutex<Vec<(Mode, usize)>> = Mutex::new(Vec::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if !known.contains(&(mode, threads)) {
        let wanted = wanted(mode, threads);
        let engine = mode.name();
        start_and_end(wanted).map_err(|(started, error)| Outside::NoThreads { engine, wanted, started, error })?;
        known.push((mode, threads));
    }
    Ok(())
}

/// Has so many threads at once; how many there were when it failed, and why.
fn start_and_end(wanted: usize) -> Result<(), (usize, std::io::Error)> {
    // Held until all are there: whoever is started waits for it.
    let door = Mutex::new(());
    std::thread::scope(|scope| {
        let held = door.lock();
        let outcome = (0..wanted).try_for_each(|started| {
            let waiting = Builder::new().spawn_scoped(scope, || drop(door.lock()));
            waiting.map(drop).map_err(|e| (started, e))
        });
        drop(held);
        outcome
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_more_than_the_caller_is_counted_where_there_is_one() {
        assert!(start_and_end(3).is_ok());
        assert_eq!((wanted(Mode::Sql, 1), wanted(Mode::Sql, 4)), (1, 7));
        assert!(wanted(Mode::Polars, 2) >= 6);
    }
}
