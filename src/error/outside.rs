//! What other programs, processes and servers did.

use super::faults::{Source, faults};
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

/// What to do where threads cannot be started. A process that is aborted says so, too, and knows no command line.
pub const FEWER: &str = "use fewer threads (--threads, BENCHMARK_THREADS), or allow more processes or memory (`ulimit -u`, \
                         `ulimit -v`, the container's limits)";

faults! {
    /// What another program, process or server did.
    Outside {
        // Processes of this program.
        NotStarted { program: PathBuf, #[source] error: std::io::Error } =>
            ("{}: cannot be started for an observation: {error}", shown(program));
        Ended { program: PathBuf, what: String, status: ExitStatus, said: String } =>
            ("{}: {what} ended with {status}; it said: {}", shown(program), or_nothing(said));
        NoSampler { #[source] error: std::io::Error } => ("cannot start the sampler's thread: {error}; {FEWER}");
        NoThreads { engine: &'static str, wanted: usize, started: usize, #[source] error: std::io::Error } =>
            ("{engine} engine, start: cannot start {wanted} thread(s), only {started}: {error}; {FEWER}");
        NoPool { engine: &'static str, #[source] error: Source } => ("{engine} engine, start: {error}; {FEWER}");
        NoAnswer { program: PathBuf, #[source] error: serde_json::Error } =>
            ("{}: observation process answered: {error}", shown(program));
        StepEnded { what: String, status: ExitStatus, said: String } => ("{what} ended with {status}{said}");
        NotListed { said: String } => ("listing the benchmarks: {said}");

        // Engines that are other programs.
        EngineNotStarted { engine: String, step: String, program: String, why: String } =>
            ("engine {engine}, {step}: `{program}` cannot be started: {why}; its command is in the settings file");
        EngineEnded { engine: String, step: String, how: String, said: String } =>
            ("engine {engine}, {step}: {how}; its last words: {}", or_nothing(said));
        EngineSilent { engine: String, step: String, seconds: f64, said: String } =>
            ("engine {engine}, {step}: no answer within {seconds} s (time_limit_seconds), so it was ended; its last words: {}",
             or_nothing(said));
        EngineNotEnded { engine: String, seconds: f64, said: String } =>
            ("engine {engine}, close: still there {seconds} s after it was told to end (time_limit_seconds), so it was ended; \
              its last words: {}", or_nothing(said));
        EngineLeftProcesses { engine: String, step: String, left: String } =>
            ("engine {engine}, {step}: it left processes behind, which were ended: {left}; it must wait for what it starts");
        EngineFailed { engine: String, step: String, why: String, said: String } =>
            ("engine {engine}, {step}: it says that it failed: {why}; its last words: {}", or_nothing(said));
        EngineAnswered { engine: String, step: String, got: String, wanted: String, said: String } =>
            ("engine {engine}, {step}: it answered {got}; wanted is {wanted}; its last words: {}", or_nothing(said));
        EngineRun { said: String } => ("{said}");
        EngineOutput { engine: String, problem: String } => ("engine {engine}, output: {problem}");

        // Sides of a comparison.
        NeitherFileNorRevision { given: String } => ("`{given}` is neither a file nor a git revision");
        NoClone { given: String, #[source] error: Source } =>
            ("`{given}` is neither a file nor a git revision: {error}; name a planbench binary, or call this in a clone");
        NoRepository => ("git names a repository whose path this system does not have");
        Git { command: String, said: String } => ("{command}: {said}");
        NoBuild { commit: String, said: String } => ("commit {commit} does not build: {said}");
        NoBinary { commit: String, binary: &'static str } =>
            ("commit {commit}: cargo does not say where it put the binary `{binary}`, so there is none to judge; build that \
              commit by hand and name its binary");
        OtherCommit { side: PathBuf, built_from: String, wanted: String } =>
            ("{}: the binary says that it was built from {built_from}, not from {wanted}", shown(side));
        NoTurns { side: PathBuf } =>
            ("{}: does not take turns with the other side, so it was built before comparisons did that; compare with a newer \
              one", shown(side));
        NoFigures { side: PathBuf, benchmark: String } =>
            ("{}: {benchmark}: its report does not hold what a comparison needs", shown(side));
        NobodyGivesTurns { setting: String, #[source] error: std::io::Error } =>
            ("{setting}: nobody gives turns there ({error}); unset it, `compare` sets it itself");

        // Servers that take exports.
        NoKey { variable: String } => ("the server's key is not in {variable}: set that variable; nothing was sent");
        NotTaken { address: String, said: String, attempts: u32 } =>
            ("{address}: {said} (after {attempts} attempt(s)); nothing was kept there");
        TimeUnknown { benchmark: String } =>
            ("{benchmark}: Datadog needs to know when it was measured, which Criterion's files do not say; measure with \
              `planbench run`");
        TooOld { benchmark: String, minutes: i64 } =>
            ("{benchmark} was measured {minutes} minutes ago, and Datadog refuses points older than an hour: nothing was \
              sent; measure again");
        YetToCome { benchmark: String, minutes: i64 } =>
            ("{benchmark} was measured {minutes} minutes ahead of this machine's clock, which was set back or disagrees with \
              that of the measuring machine; Datadog refuses points more than ten minutes ahead: nothing was sent; set the \
              clock, and measure again");
        TooLarge { bytes: usize, most: usize } =>
            ("{bytes} bytes are more than the {most} that Datadog takes; export fewer scenarios at a time");
    }
}

fn or_nothing(said: &str) -> &str {
    if said.is_empty() { "nothing" } else { said }
}

fn shown(program: &Path) -> String {
    crate::console::path(program)
}
