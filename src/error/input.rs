//! What was asked for and cannot be: names, numbers and settings that are not there, do not fit, or not together.

use super::faults::{Source, faults};
use std::path::PathBuf;

faults! {
    /// What was asked for cannot be.
    Input {
        UnknownName { what: &'static str, given: String, known: String } => ("unknown {what} `{given}`; known: {known}");
        TakenName { what: &'static str, given: String, by: &'static str } => ("{what} name `{given}` is taken{by}");
        Unusable { given: String, wanted: String } => ("{given}: give {wanted}");
        Variable { given: String, why: String } => ("{given}{why}");
        Toml { #[source] error: Source } => ("{error}");
        OutOfBounds { key: String, given: String, least: String, most: String } =>
            ("assumption `{key}` is {given}, outside {least} to {most}");
        Years { first: i32, last: i32, least: i32, most: i32 } =>
            ("years {first} to {last} are outside {least} to {most}");
        Horizon { first: i32, last: i32, most: i32 } =>
            ("a run covers 1 to {most} years; start year {first} with end year {last} does not");
        TooManyPeople { given: usize, most: usize } =>
            ("{given} employees are more than the {most} that a run can hold");
        TooManyHires { year: i32, hires: i64, people: i64, limit: i64, most: i64 } =>
            ("the workforce plan of {year} needs {hires} hires for {people} people, more than the {limit} allowed (half the \
              head count, at most {most}); lower `workforce.growth`, `workforce.termination` or \
              `workforce.new_hire_termination`, or start with more people");
        NotAboveLevel { key: String } => ("assumption `{key}` must be above that of the level below");
        NotRising { key: String } => ("assumption `{key}` must rise from each entry to the next");
        OneEach { key: String, given: usize, wanted: usize, of: &'static str } =>
            ("assumption `{key}` has {given} entries; there are {wanted} {of}s, and each needs one");
        NothingShared { key: String } => ("assumption `{key}` is 0 for every level; give one at least a share above 0");
        Labels { key: String, most: usize } =>
            ("assumption `{key}`: the labels of bands must differ and have 1 to {most} bytes on one line");
        NotAboveZero { scenario: String } => ("scenario `{scenario}`: employees and target time must be above zero");
        NotOne { verb: &'static str, setting: &'static str, given: Vec<String>, variable: &'static str } =>
            ("{verb} takes one {setting}, and {} are asked for (by flag, {variable} or the settings file): {}",
             given.len(), given.join(", "));
        OneRun { what: &'static str } => ("{what} needs two or more runs: one has no spread");
        NotBoth { one: String, other: String } => ("give {one} or {other}, not both");
        NotCustom { named: String } =>
            ("head count, census and years apply to scenario custom, which is not among {named}; name it, or leave them \
              out");
        OwnSize { scenario: String } => ("scenario {scenario} brings its own years and head count");
        NotSimulated { count: usize } =>
            ("{count} setting(s) would change events and are not simulated, as listed; nothing was written");
        OwnPlan { scenario: String } =>
            ("scenario {scenario} has a plan or people of its own, and figures of such a scenario are not kept apart from \
              those of the default plan: it is simulated by `generate` and `parity`, and not measured");
        OtherHeadCount { census: String, found: usize, expected: usize } =>
            ("{census} has {found} active employee(s), not {expected}");
        OtherCensus { census: String, folder: PathBuf, found: String, expected: String } =>
            ("{census} is not the census of {}: {found} instead of {expected}", crate::console::path(folder));
        NotKept { #[source] error: Source } =>
            ("{error}, so no baseline is kept, and one that was there is as it was");
        OnlyFor { what: &'static str, only: &'static str } => ("{what} is for {only}");
        OwnRules { engine: String } =>
            ("engine {engine} follows rules of its own (rules = \"own\"), so there is nothing that its rows could be held \
              against; leave it out");
        OneReport => ("standard output takes one report, as JSON or CSV");
        OnlyReport => ("standard output takes nothing but the report");
        EventsToOutput => ("events are written to a folder, not to standard output");
        PagesToOutput => ("manual pages are several files, and standard output takes one");
        Padded { setting: String, why: &'static str } => ("{setting} is set, but {why}: unset it");
        ThreadsAreFixed { running: usize, wanted: usize, variable: &'static str } =>
            ("Polars runs with {running} thread(s) in this process, not {wanted}: its pool is made once; start a new \
              process with {variable}={wanted}");
        NotOnMain { place: String, baseline: &'static str } =>
            ("{place}, not on main: baseline `{baseline}` is left as it is");
        NotMeasured { what: String, there: String } => ("no measurements of {what}; there are: {there}");
        UnknownArgument { #[source] error: Source } =>
            ("this suite does not know an argument that Criterion takes: {error}");
        NothingTo { what: &'static str } => ("there is nothing to {what}");
        NoBenchmark { scenarios: String, modes: String, head_counts: String } =>
            ("no benchmark selected; benchmarks are named <scenario>/<mode>/<measurement>, with scenarios {scenarios}, modes \
              {modes} and measurements wall_time, cpu_time, peak_memory; or scaling/<mode>/<head count>, with head counts \
              {head_counts}");
        CargoCriterion =>
            ("this suite measures in three ways, which cargo-criterion does not take; use `cargo bench` or `planbench \
              --bench`");
        NoCpuTime =>
            ("this platform does not tell the CPU time of another program's processes; leave cpu_time out by naming \
              wall_time");
        NoPeakMemory =>
            ("this platform does not tell a process' peak memory; leave peak_memory out by naming wall_time or cpu_time");
    }
}
