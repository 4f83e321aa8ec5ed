//! What may be held against what: the list of everything that this program compares, each with the key that must be equal.
//! Who compares figures asks here.
//!
//! | Held against each other | Key |
//! |---|---|
//! | one mode then and now: baselines, histories, the spread between days, copies of a folder | [`Key`]: work, mode and machine |
//! | modes | [`Work`] and machine |
//! | runs of modes that make a pair | [`RunRecord::round`](super::run::RunRecord::round): session and number, of runs that took turns |
//! | times of different sizes | [`Conditions`]: mode, machine, seed, threads and kind of people |
//! | builds, side by side (`compare`) | [`same_place`], threads, fingerprint of the events |
//! | builds, by their records | [`Build::program`](crate::machine::Build::program) |
//! | outputs | [`other_output`]: number of events, and their [`Fingerprint`] |
//!
//! Whoever holds one mode's figures against a baseline's also wants the same output, unless told otherwise, and another
//! session; padded runs are never a baseline.

use super::benchmark::Benchmark;
use crate::engine::Mode;
use crate::events::fingerprint::Fingerprint;
use crate::machine::MachineKey;
use crate::scenario::SCALING;

/// What every mode does alike: everything that decides how much work a run is, apart from the mode. Who set which target
/// for it does not matter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Work {
    group: String,
    scenario: String,
    seed: u64,
    years: (i32, i32),
    employees: usize,
    census: Fingerprint,
    threads: usize,
}

impl Work {
    /// The work of a benchmark.
    pub fn of(benchmark: &Benchmark) -> Self {
        Self {
            group: benchmark.group.clone(),
            scenario: benchmark.scenario.clone(),
            seed: benchmark.seed,
            years: (benchmark.start_year, benchmark.end_year),
            employees: benchmark.employees,
            census: benchmark.census_fingerprint,
            threads: benchmark.threads,
        }
    }
}

impl Benchmark {
    /// The same work by the same mode.
    pub fn same_work(&self, other: &Self) -> bool {
        self.mode == other.mode && Work::of(self) == Work::of(other)
    }
}

/// One mode's work on one machine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    work: Work,
    mode: Mode,
    machine: MachineKey,
}

impl Key {
    /// The key of a benchmark on a machine.
    pub fn new(benchmark: &Benchmark, machine: &MachineKey) -> Self {
        Self { work: Work::of(benchmark), mode: benchmark.mode, machine: machine.clone() }
    }
}

/// What is said of an engine that is run once where its times are held against earlier ones.
pub const WHOLE_RUNS: &str =
    "it is run once: its times are whole runs, from its start to its end, and its throughput is by these";
/// What is said where fingerprints do not tell whether the output is the same.
pub const UNKNOWN_OUTPUT: &str =
    "the fingerprints are of different versions, so that of the output only the number of events was compared";

/// Whether two runs of one work gave other events, as far as that is known: fingerprints of different versions cannot tell.
pub fn other_output(a: (u64, Option<Fingerprint>), b: (u64, Option<Fingerprint>)) -> bool {
    a.0 != b.0 || a.1.zip(b.1).is_some_and(|(a, b)| a.comparable(b) && a != b)
}

/// Whether two builds ran in one place: both ran here, and builds of different age find different limits of it.
pub fn same_place(a: &MachineKey, b: &MachineKey) -> bool {
    let place = |key: &MachineKey| MachineKey { memory_bucket_gib: None, cpu_quota_hundredths: None, ..key.clone() };
    place(a) == place(b)
}

/// The conditions under which times of different sizes say how time grows with the work: one mode, machine, seed, number
/// of threads and kind of people. Scaling benchmarks, all over the same years, are not mixed with scenarios.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conditions {
    /// The mode.
    pub mode: Mode,
    /// The machine.
    pub machine: MachineKey,
    seed: u64,
    threads: usize,
    from_file: bool,
    same_years: bool,
}

impl Conditions {
    /// `None` where there is nobody to simulate, which is no size.
    pub fn of(benchmark: &Benchmark, machine: &MachineKey) -> Option<Self> {
        (benchmark.employees > 0).then(|| Self {
            mode: benchmark.mode,
            machine: machine.clone(),
            seed: benchmark.seed,
            threads: benchmark.threads,
            from_file: from_file(benchmark),
            same_years: benchmark.scenario == SCALING,
        })
    }

    /// In words, without mode and machine.
    pub fn words(&self) -> String {
        let people = if self.from_file { ", people from a file" } else { "" };
        format!("seed {}, {} thread(s){people}", self.seed, self.threads)
    }
}

/// Whether the people came from a file: its groups carry the first digits of their fingerprint behind the years.
fn from_file(benchmark: &Benchmark) -> bool {
    let years = format!("-{}x{}-{}", benchmark.employees, benchmark.start_year, benchmark.end_year);
    let digits = format!("-{:.8}", benchmark.census_fingerprint);
    benchmark
        .group
        .strip_prefix(&benchmark.scenario)
        .and_then(|rest| rest.strip_prefix(&years))
        .is_some_and(|rest| rest.starts_with(&digits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::examples::session;

    #[test]
    fn a_target_makes_no_other_work_and_everything_else_does() {
        let run = session("s", None, 1.0).remove(0);
        let key = |change: fn(&mut Benchmark)| {
            let mut benchmark = run.benchmark.clone();
            change(&mut benchmark);
            Key::new(&benchmark, &run.machine.key)
        };
        assert_eq!(key(|benchmark| benchmark.target_time_seconds = Some(5.0)), run.key());
        let changes: [fn(&mut Benchmark); 9] = [
            |benchmark| benchmark.group.push('x'),
            |benchmark| benchmark.scenario.push('x'),
            |benchmark| benchmark.mode = Mode::Polars,
            |benchmark| benchmark.seed += 1,
            |benchmark| benchmark.start_year += 1,
            |benchmark| benchmark.end_year += 1,
            |benchmark| benchmark.employees += 1,
            |benchmark| benchmark.census_fingerprint = Fingerprint::first_version(1),
            |benchmark| benchmark.threads += 1,
        ];
        assert!(changes.iter().all(|change| key(*change) != run.key()));
        let other = MachineKey { usable_cpus: run.machine.key.usable_cpus + 1, ..run.machine.key.clone() };
        assert_ne!(Key::new(&run.benchmark, &other), run.key());
    }

    #[test]
    fn fingerprints_of_other_versions_do_not_tell() {
        let (old, new) = (|n| Some(Fingerprint::first_version(n)), |n| Some(Fingerprint::new(n)));
        assert!(!other_output((5, new(1)), (5, new(1))) && other_output((5, new(1)), (5, new(2))));
        assert!(!other_output((5, old(1)), (5, new(2))) && other_output((5, old(1)), (6, new(2))));
    }

    #[test]
    fn people_from_a_file_are_told_from_synthetic_ones() {
        let benchmark = |group: &str, scenario: &str| Benchmark {
            group: group.into(),
            scenario: scenario.into(),
            census_fingerprint: Fingerprint::first_version(0xdead_beef << 96),
            ..session("s", None, 1.0)[0].benchmark.clone()
        };
        assert!(from_file(&benchmark("custom-100x2025-2026-deadbeef", "custom")));
        assert!(from_file(&benchmark("custom-100x2025-2026-deadbeef-seed7-threads1", "custom")));
        for (group, scenario) in [
            ("custom-100x2025-2026", "custom"),
            ("custom-100x2025-2026-seed7", "custom"),
            ("quick", "quick"),
            ("ours-100x2025-2026-threads3", "ours"),
        ] {
            assert!(!from_file(&benchmark(group, scenario)), "{group}");
        }
    }
}
