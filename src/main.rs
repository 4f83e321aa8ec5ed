//! The command line: `planbench`.

use std::process::ExitCode;

fn main() -> ExitCode {
    // A benchmark run by this binary observes itself in fresh processes.
    planalign_bench::measure::worker::serve_if_asked().unwrap_or_else(planalign_bench::cli::main)
}
