//! Verbs of `planbench`, one file each, and what they share.

mod generate;
mod inputs;
mod parity;
mod scenarios;

use crate::engine::EngineOptions;
use crate::error::Result;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Exit code when everything was as it should be.
const PASS: u8 = 0;
/// Exit code when outputs that must be identical are not.
const FAILED: u8 = 1;
/// Exit code of a usage, input or internal error.
const ERROR: u8 = 2;

#[derive(Debug, Parser)]
#[command(name = "planbench", version, about, long_about = None, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

const EXIT_CODES: &str = "\
planbench --bench [CRITERION OPTIONS] [NAME] runs the benchmark suite as `cargo bench` does, without cargo.

Exit codes: 0 pass; 1 outputs differ; 2 usage, input or internal error.";

#[derive(Debug, Subcommand)]
enum Verb {
    /// Generate the events of a run and write them as Parquet.
    Generate(generate::Args),
    /// Prove that all engines produce the same rows, bit for bit.
    Parity(parity::Args),
    /// List the named scenarios.
    Scenarios,
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match cli.verb {
        Verb::Generate(args) => generate::run(args),
        Verb::Parity(args) => parity::run(args),
        Verb::Scenarios => scenarios::run(),
    };
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(ERROR)
        }
    }
}

/// Sets the threads of this process' engines.
fn use_threads(threads: usize) -> Result<()> {
    EngineOptions { threads, ..EngineOptions::default() }.check_threads()?;
    // SAFETY: called by a verb before it starts anything; the process still has its one thread.
    unsafe { crate::engine::polars::set_threads(threads) };
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        super::Cli::command().debug_assert();
    }
}
