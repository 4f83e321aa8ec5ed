//! Workforce event generation in SQL (DuckDB), in Polars and in plain Rust: one set of rules, provably the same rows,
//! and a Criterion suite that times exactly that work.
//!
//! A program that uses the library has scenarios and rules, starts engines, takes their events as Arrow batches, proves
//! that they are equal, writes them, and reads the records that measurements leave. Everything else is the command line's
//! and the suite's.
//!
//! ```
//! use planalign_bench::engine::{EngineOptions, Mode, open};
//! use planalign_bench::rules::assumptions::Assumptions;
//! use planalign_bench::scenario::Catalogue;
//! use planalign_bench::{census, parity};
//!
//! # fn main() -> planalign_bench::Result<()> {
//! let catalogue = Catalogue::default();
//! let scenario = catalogue.named("quick")?;
//! let run = scenario.run_spec(42, Assumptions::default())?;
//! let people = census::synthetic(scenario.employee_count.unwrap_or_default(), &run).census;
//! let options = EngineOptions::default();
//!
//! let mut engine = open(Mode::Sql, &run, &people, &options)?;
//! for events in engine.generate()?.years() {
//!     let events = events?;
//!     println!("{}: {} events in {} batches", events.year, events.len(), events.batches().len());
//! }
//! let proof = parity::compare_modes(&[Mode::Reference, Mode::Sql], &run, &people, &options)?;
//! assert!(proof.is_identical());
//! assert!(scenario.golden.is_some_and(|golden| golden.events == proof.outcomes[0].1.events));
//! # Ok(())
//! # }
//! ```

pub mod census;
mod cli;
mod compare;
mod console;
pub mod engine;
mod error;
pub mod events;
mod export;
mod figures;
mod files;
pub mod generate;
mod interrupt;
pub mod machine;
mod measure;
mod panics;
pub mod parity;
pub mod planalign;
pub mod record;
mod remarks;
mod report;
mod results;
pub mod rules;
pub mod scenario;
mod settings;
mod stats;
mod suite;
mod verdict;

pub use error::{Cause, Difference, Error, Flaw, Input, Outside, Result};

use std::process::ExitCode;

/// The program `planbench`: the command line, the benchmark suite behind `--bench`, and the processes that both of them
/// start to be observed.
pub fn planbench() -> ExitCode {
    machine::allocator::settle();
    // `planbench ... | head` ends quietly, as other tools do, instead of with a panic.
    #[cfg(unix)]
    // SAFETY: restores the system's own handling of a signal, at the start of the process.
    unsafe {
        libc::signal(libc::SIGPIPE, libc::SIG_DFL);
    }
    panics::guarded(|| {
        let asked = engine::external::supervisor::serve_if_asked().or_else(measure::worker::serve_if_asked);
        asked.unwrap_or_else(|| match std::env::args_os().nth(1) {
            Some(first) if first == "--bench" => suite::main(),
            _ => cli::main(),
        })
    })
}

/// The benchmark suite, as `cargo bench` runs it.
pub fn bench() -> ExitCode {
    suite::main()
}
