//! The command line: `planbench`. With `--bench` first it is the benchmark suite, as under `cargo bench`, for machines
//! without cargo.

use planalign_bench::machine::allocator;
use planalign_bench::measure::worker;
use planalign_bench::{cli, panics, suite};
use std::process::ExitCode;

fn main() -> ExitCode {
    allocator::settle();
    // `planbench ... | head` ends quietly, as other tools do, instead of with a panic.
    #[cfg(unix)]
    // SAFETY: restores the system's own handling of a signal, at the start of the process.
    unsafe {
        libc::signal(libc::SIGPIPE, libc::SIG_DFL);
    }
    panics::guarded(|| {
        // A benchmark run by this binary observes itself in fresh processes.
        worker::serve_if_asked().unwrap_or_else(|| match std::env::args_os().nth(1) {
            Some(first) if first == "--bench" => suite::main(),
            _ => cli::main(),
        })
    })
}
