//! `cargo bench`: every scenario and mode as Criterion benchmarks. The suite itself lives in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    planalign_bench::bench()
}
