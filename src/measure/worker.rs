//! The fresh process of an observation: this program calls itself, does one run, and tells what it saw.
//!
//! Nothing of an earlier run is in such a process: not the other engine's memory, not an allocator's free lists, not a
//! warm cache of plans. `docs/measuring.md` calls it a cold run.

use super::metric::{self, MetricValue, Run};
use super::padding::open;
use super::turns::{Caller, Instruction};
use super::watch::Watch;
use crate::census::{self, CensusFormat, LoadedCensus};
use crate::engine::external::Spec;
use crate::engine::{Engine, EngineOptions, Engines, Mode, Place};
use crate::error::{Error, Outside, Result};
use crate::events::fingerprint::{Fingerprint, Fingerprinter};
use crate::files::Workspace;
use crate::machine::process::{Resident, disk_io, peak_memory_bytes};
use crate::machine::tree::Tree;
use crate::record::run::{Observation, Phases};
use crate::rules::run::RunSpec;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// First argument of a process that is to serve one request and end.
pub(super) const ARGUMENT: &str = "--planalign-worker";
/// Exit code of a process that the system gives too few threads (`EX_TEMPFAIL` of sysexits.h).
pub(super) const STARVED: u8 = 75;

/// Beginning of the names of the folders in which processes write their Parquet files; who is alive holds a lock on its own.
pub(crate) const SCRATCH: &str = ".scratch-";

/// Who is simulated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum People {
    /// A synthetic census of so many.
    Synthetic(usize),
    /// A census file.
    File(FileOfPeople),
}

/// A census file that was read before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileOfPeople {
    /// Where it is.
    #[serde(with = "crate::files::paths")]
    pub path: PathBuf,
    /// As it was given, for messages.
    #[serde(with = "crate::files::paths")]
    pub given: PathBuf,
    /// How it is read.
    pub format: CensusFormat,
    /// Digest of the people that were read from it.
    pub fingerprint: Fingerprint,
}

/// What a fresh process is asked to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// One run of one engine.
    Run(Box<RunRequest>),
    /// Allocate and touch so many bytes: proves that the peak is measured right.
    Allocate(usize),
}

/// One run of one engine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRequest {
    /// By which engine.
    pub mode: Mode,
    /// What.
    pub run: RunSpec,
    /// Who.
    pub people: People,
    /// Worker threads.
    pub threads: usize,
    /// Folder in which Parquet files are written and removed again.
    #[serde(with = "crate::files::paths")]
    pub scratch: PathBuf,
    /// Runs after the first.
    pub warm: Warm,
    /// The engine, where the mode is not built in.
    pub engine: Option<Spec>,
}

/// What a process tells of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// The figures.
    pub observation: Observation,
    /// Versions that the engine told, by name.
    pub versions: BTreeMap<String, String>,
}

/// Runs after the first in the same process: until both are reached, or they have taken so long that they are many in one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Warm {
    /// At least so many runs.
    pub runs: usize,
    /// At least so long, seconds.
    pub seconds: f64,
    /// No further one after so long, seconds.
    pub most_seconds: f64,
}

impl Warm {
    /// None.
    pub const NONE: Self = Self { runs: 0, seconds: 0.0, most_seconds: 0.0 };
    /// Enough that their median says what a run costs in this process: most of what differs between observations then
    /// differs between processes.
    pub const MEDIAN: Self = Self { runs: 5, seconds: 0.1, most_seconds: 60.0 };
}

/// What a process that allocated tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allocated {
    /// Peak resident set size, bytes.
    pub peak_memory_bytes: Option<u64>,
    /// Resident set size at the start, bytes.
    pub idle_memory_bytes: Option<u64>,
}

impl RunRequest {
    /// The request for a run of `mode`.
    pub fn new(run: &RunSpec, people: People, mode: Mode, options: &EngineOptions, scratch: &Path, warm: Warm) -> Self {
        let engine = options.engines.spec(mode).ok().cloned();
        let (threads, scratch) = (options.threads, scratch.to_path_buf());
        Self { mode, run: run.clone(), people, threads, scratch, warm, engine }
    }
}

/// Serves a request if this process was started to; `None` lets `main` go on.
pub fn serve_if_asked() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    arguments.next().is_some_and(|first| first == ARGUMENT).then(|| {
        end_with_parent();
        let idle = Resident::open().bytes();
        // JSON is text; what is none is answered as no request.
        let text = arguments.next().and_then(|request| request.into_string().ok()).unwrap_or_default();
        let answer = serde_json::from_str(&text)
            .map_err(|e| Error::failed("worker request", e))
            .and_then(|request| serve(&request, idle));
        match answer {
            Ok(json) => {
                println!("{json}");
                ExitCode::SUCCESS
            }
            Err(error) => {
                crate::console::line(&error.chain());
                let starved = matches!(&error, Error::Outside(Outside::NoThreads { .. } | Outside::NoPool { .. }));
                ExitCode::from(if starved { STARVED } else { 2 })
            }
        }
    })
}

fn serve(request: &Request, idle_memory_bytes: Option<u64>) -> Result<String> {
    let json = match request {
        Request::Run(run) => serde_json::to_string(&observe_here(run, idle_memory_bytes)?),
        Request::Allocate(bytes) => {
            let memory = std::hint::black_box(vec![1u8; *bytes]);
            let allocated = Allocated { peak_memory_bytes: peak_memory_bytes(), idle_memory_bytes };
            drop(memory);
            serde_json::to_string(&allocated)
        }
    };
    json.map_err(|e| Error::failed("worker answer", e))
}

/// Has this process end when the one that ordered it does, however that ends: nobody would take its answer.
fn end_with_parent() {
    #[cfg(target_os = "linux")]
    {
        // SAFETY: asks the kernel for a signal; nothing else of this process changes.
        unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
    }
}

/// Seconds since a clock was started, which is then restarted.
fn lap(clock: &mut Instant) -> f64 {
    std::mem::replace(clock, Instant::now()).elapsed().as_secs_f64()
}

/// Does and observes one run in this process.
fn observe_here(request: &RunRequest, idle_memory_bytes: Option<u64>) -> Result<Seen> {
    let run = &request.run;
    run.check()?;
    let mut caller = Caller::join()?;
    if caller.as_mut().is_some_and(|caller| caller.wait() != Instruction::TakeTurn) {
        return Err(Error::Interrupted);
    }
    let io_before = disk_io();

    let mut clock = Instant::now();
    let loaded = people(&request.people, run)?;
    let census_read = lap(&mut clock);
    if let People::File(file) = &request.people {
        census::check_same(&file.given, &loaded, file.fingerprint)?;
    }
    let spill_parent = Some(request.scratch.clone());
    let engines = Engines::new(request.engine.iter().cloned().collect());
    let engines = engines.map_err(|why| Error::failed("engine", std::io::Error::other(why)))?;
    let follows_the_rules = engines.follows_the_rules(request.mode);
    let options =
        EngineOptions { threads: request.threads, spill_parent, engines, watch: true, ..EngineOptions::default() };
    let mut engine = open(request.mode, run, &loaded.census, &options)?;
    drop(loaded);
    let setup = engine.setup_times();

    let mut metrics = metric::all();
    let place = engine.place();
    let watch = Watch::begin(engine.as_mut())?;
    metrics.iter_mut().for_each(|metric| metric.start());
    clock = Instant::now();
    let log = engine.generate()?;
    let wall = clock.elapsed();
    metrics.iter_mut().for_each(|metric| metric.stop());
    let whole = log.whole_run();
    let used = watch.end(whole);

    let events = log.event_count()?;
    let run_figures = Run { events, wall, cpu: used.cpu, peak_memory_bytes: used.peak_memory_bytes };
    // What a whole run costs is another thing than what generation does.
    let of_generation = whole.is_none();
    let metrics: Vec<MetricValue> = if of_generation {
        metrics.iter_mut().map(|metric| value_of(metric.as_mut(), &run_figures)).collect()
    } else {
        Vec::new()
    };

    let scratch = Workspace::new(&request.scratch, SCRATCH)?;
    clock = Instant::now();
    let persist = if of_generation {
        log.persist(&run.years().collect::<Vec<_>>(), scratch.path(), request.threads)?;
        Some(lap(&mut clock))
    } else {
        None
    };
    let io = match place {
        Place::ThisProcess => disk_io().zip(io_before).map(|(after, before)| {
            (
                after.read_bytes.saturating_sub(before.read_bytes),
                after.written_bytes.saturating_sub(before.written_bytes),
            )
        }),
        Place::Below(pid) => {
            Tree::under(pid).and_then(|mut tree| tree.disk_io()).map(|io| (io.read_bytes, io.written_bytes))
        }
        Place::EachRun => whole.and_then(|whole| whole.disk),
    };

    let mut printer = Fingerprinter::default();
    let mut events_by_type = BTreeMap::new();
    if follows_the_rules {
        for events in log.years() {
            let events = events?;
            printer.add_year(&events);
            events.count_values("event_type", &mut events_by_type);
        }
    } else {
        log.check_written()?;
    }
    let (years, step_seconds) = (log.year_seconds().to_vec(), log.step_seconds());
    clock = Instant::now();
    drop(log);
    let mut cleanup = lap(&mut clock);
    let warm_wall_seconds = if of_generation {
        warm_runs(engine.as_mut(), request.warm, caller)?
    } else {
        // There is no later run in the same process; who gives turns goes on.
        caller.into_iter().for_each(Caller::stand_aside);
        Vec::new()
    };
    let versions = engine.versions();
    clock = Instant::now();
    engine.close()?;
    cleanup += lap(&mut clock);

    let here = place == Place::ThisProcess;
    let taken = whole.map_or(wall, |whole| whole.wall);
    let observation = Observation {
        wall_seconds: of_generation.then_some(wall.as_secs_f64()),
        whole_seconds: whole.map(|whole| whole.wall.as_secs_f64()),
        warm_wall_seconds,
        cpu_seconds: used.cpu.map(|cpu| cpu.as_secs_f64()),
        cpu_utilisation_mean: used.cpu.map(|cpu| utilisation(cpu, taken)),
        cpu_utilisation_peak: used.peak_cpu_utilisation,
        peak_memory_bytes: used.peak_memory_bytes,
        memory_method: used.memory_method,
        idle_memory_bytes: idle_memory_bytes.filter(|_| here),
        mean_memory_bytes: used.mean_memory_bytes,
        disk_read_bytes: io.map(|(read, _)| read),
        disk_written_bytes: io.map(|(_, written)| written),
        phases: Phases {
            // Another program reads its census itself.
            census_read: here.then_some(census_read),
            engine_start: setup.engine_start.map(|time| time.as_secs_f64()),
            census_load: setup.census_load.map(|time| time.as_secs_f64()),
            years,
            persist,
            cleanup: of_generation.then_some(cleanup),
        },
        events,
        events_by_type,
        fingerprint: follows_the_rules.then(|| printer.finish()),
        step_seconds,
        metrics,
    };
    Ok(Seen { observation, versions })
}

/// Wall seconds of further runs: as many as asked for, or in turns with other processes.
fn warm_runs(engine: &mut dyn Engine, warm: Warm, caller: Option<Caller>) -> Result<Vec<f64>> {
    let mut seconds = Vec::new();
    let mut run = |seconds: &mut Vec<f64>| -> Result<()> {
        let clock = Instant::now();
        let log = engine.generate()?;
        seconds.push(clock.elapsed().as_secs_f64());
        drop(log);
        Ok(())
    };
    if let Some(mut caller) = caller {
        loop {
            // The run before this was a turn, too.
            caller.done();
            match caller.wait() {
                Instruction::TakeTurn => run(&mut seconds)?,
                Instruction::GoOnAlone => break,
                Instruction::End => return Ok(seconds),
            }
        }
    }
    let together = |seconds: &[f64]| seconds.iter().sum::<f64>();
    while (seconds.len() < warm.runs || together(&seconds) < warm.seconds)
        && (seconds.is_empty() || together(&seconds) < warm.most_seconds)
    {
        run(&mut seconds)?;
    }
    Ok(seconds)
}

fn utilisation(cpu: Duration, wall: Duration) -> f64 {
    cpu.as_secs_f64() / wall.max(Duration::from_nanos(1)).as_secs_f64()
}

fn people(people: &People, run: &RunSpec) -> Result<LoadedCensus> {
    match people {
        People::Synthetic(count) => Ok(census::synthetic(*count, run)),
        People::File(file) => census::load_as(&file.path, &file.given, &file.format, run, false),
    }
}

fn value_of(metric: &mut dyn metric::Metric, run: &Run) -> MetricValue {
    MetricValue {
        name: metric.name().to_owned(),
        unit: metric.unit().to_owned(),
        direction: metric.direction(),
        value: metric.finish(run).filter(|value| value.is_finite()),
    }
}
