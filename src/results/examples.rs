//! Records for tests.

use crate::engine::Mode;
use crate::engine::external::{Protocol, Rules};
use crate::events::fingerprint::Fingerprint;
use crate::machine::{Build, Machine};
use crate::record::benchmark::Benchmark;
use crate::record::criterion::Sampled;
use crate::record::run::{FORMAT_VERSION, Observation, OwnEngine, Parity, Phases, RunRecord};
use crate::record::timestamp::Timestamp;

/// A session's runs: ten processes about `seconds`, with a spread of two percent.
pub(crate) fn session(name: &str, commit: Option<&str>, seconds: f64) -> Vec<RunRecord> {
    let build = Build { git_commit: commit.map(str::to_owned), git_dirty: Some(false), ..Build::current() };
    let of = |number: u32| {
        let seconds = seconds * (1.0 + 0.02 * (f64::from(number % 5) - 2.0) / 2.0);
        let observation = Observation {
            wall_seconds: Some(2.0 * seconds),
            whole_seconds: None,
            warm_wall_seconds: vec![seconds; 3],
            cpu_seconds: Some(seconds),
            cpu_utilisation_mean: Some(0.5),
            cpu_utilisation_peak: None,
            peak_memory_bytes: Some(30_000_000),
            memory_method: None,
            idle_memory_bytes: None,
            mean_memory_bytes: None,
            disk_read_bytes: None,
            disk_written_bytes: None,
            phases: Phases {
                census_read: Some(0.1),
                engine_start: Some(0.1),
                census_load: Some(0.1),
                years: vec![],
                persist: Some(0.1),
                cleanup: Some(0.1),
            },
            events: 459,
            events_by_type: Default::default(),
            fingerprint: Some(Fingerprint::new(0x9b)),
            step_seconds: Default::default(),
            metrics: vec![],
        };
        RunRecord {
            format_version: FORMAT_VERSION,
            session: name.to_owned(),
            sequence: 1,
            run_number: number,
            planned_runs: Some(10),
            interleaved: true,
            started_at: Timestamp::now(),
            benchmark: Benchmark {
                group: "quick".into(),
                scenario: "quick".into(),
                mode: Mode::Sql,
                seed: 42,
                start_year: 2025,
                end_year: 2026,
                employees: 100,
                census_fingerprint: Fingerprint::new(0xc),
                threads: 2,
                target_time_seconds: None,
            },
            padding: None,
            success: true,
            error: None,
            ended_from_outside: false,
            replaced_by: None,
            parity: Parity::Identical,
            engine: None,
            observation: Some(observation),
            machine: Machine::current(),
            build: build.clone(),
        }
    };
    (1..=10).map(of).collect()
}

/// A mode of one's own.
pub(crate) fn own(name: &str) -> Mode {
    Mode::try_from(name.to_owned()).expect("a name")
}

/// As [`session`], of an engine of one's own in the same session and rounds.
pub(crate) fn session_of(mode: &str, protocol: Protocol, rules: Rules, seconds: f64) -> Vec<RunRecord> {
    let mut runs = session("s", None, seconds);
    for run in &mut runs {
        run.benchmark.mode = own(mode);
        run.engine =
            Some(OwnEngine { protocol, rules, draws: false, versions: [("version".into(), "1.0".into())].into() });
        let Some(seen) = &mut run.observation else { continue };
        if protocol == Protocol::Once {
            let nothing = Phases {
                census_read: None,
                engine_start: None,
                census_load: None,
                years: vec![],
                persist: None,
                cleanup: None,
            };
            (seen.whole_seconds, seen.wall_seconds, seen.warm_wall_seconds) = (seen.wall_seconds, None, vec![]);
            (seen.phases, seen.memory_method) = (nothing, Some(crate::machine::MemoryMethod::ProcessTree));
        }
        if rules == Rules::Own {
            (run.parity, seen.fingerprint, seen.events) = (Parity::OtherRules, None, 77);
        }
    }
    runs
}

/// Ten of Criterion's samples of the same work.
pub(crate) fn sampled(benchmark: &Benchmark, machine: &Machine, seconds: f64) -> Sampled {
    let context =
        crate::record::benchmark::MeasuredContext::new("bench", benchmark.clone(), 459, None, machine.clone());
    Sampled {
        function: "wall_time".into(),
        values: (0..10).map(|n| seconds * (1.0 + 0.01 * f64::from(n))).collect(),
        context,
    }
}
