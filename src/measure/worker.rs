//! The fresh process of an observation: this program calls itself, does one run, and tells what it saw.
//!
//! Nothing of an earlier run is in such a process: not the other engine's memory, not an allocator's free lists, not a
//! warm cache of plans. `docs/measuring.md` calls it a cold run.

use super::metric::{self, MetricValue, Run};
use super::padding::open;
use super::turns::{Caller, Instruction};
use crate::census::{self, CensusFormat, LoadedCensus};
use crate::engine::{Engine, EngineOptions, Mode};
use crate::error::{Error, Outside, Result};
use crate::events::fingerprint::{Fingerprint, Fingerprinter};
use crate::files::Workspace;
use crate::machine::process::{Resident, cpu_time, disk_io, peak_memory_bytes};
use crate::machine::sampler::Sampler;
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
}

/// Runs after the first in the same process: until both are reached.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Warm {
    /// At least so many runs.
    pub runs: usize,
    /// At least so long, seconds.
    pub seconds: f64,
}

impl Warm {
    /// None.
    pub const NONE: Self = Self { runs: 0, seconds: 0.0 };
    /// Enough that their median says what a run costs in this process: most of what differs between observations then
    /// differs between processes.
    pub const MEDIAN: Self = Self { runs: 5, seconds: 0.1 };
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
        Self { mode, run: run.clone(), people, threads: options.threads, scratch: scratch.to_path_buf(), warm }
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
fn observe_here(request: &RunRequest, idle_memory_bytes: Option<u64>) -> Result<Observation> {
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
    let options = EngineOptions { threads: request.threads, spill_parent, ..EngineOptions::default() };
    let mut engine = open(request.mode, run, &loaded.census, &options)?;
    drop(loaded);
    let setup = engine.setup_times();

    let mut metrics = metric::all();
    let sampler = Sampler::start().map_err(|error| Outside::NoSampler { error })?;
    metrics.iter_mut().for_each(|metric| metric.start());
    let cpu_before = cpu_time();
    clock = Instant::now();
    let log = engine.generate()?;
    let wall = clock.elapsed();
    let cpu = cpu_time().saturating_sub(cpu_before);
    metrics.iter_mut().for_each(|metric| metric.stop());
    // Read before anything else can raise it: comparison and Parquet are not part of the peak.
    let peak = peak_memory_bytes();
    let sampled = sampler.finish();

    let events = log.event_count()?;
    let seen = Run { events, wall, cpu, peak_memory_bytes: peak };
    let metrics = metrics.iter_mut().map(|metric| value_of(metric.as_mut(), &seen)).collect();

    let scratch = Workspace::new(&request.scratch, SCRATCH)?;
    clock = Instant::now();
    let files: Vec<_> = run.years().map(|year| (year, scratch.path().join(format!("{year}.parquet")))).collect();
    files.chunks(request.threads).try_for_each(|files| log.write_side_by_side(files))?;
    let persist = lap(&mut clock);
    let io_after = disk_io();
    let io =
        |field: fn(crate::machine::process::DiskIo) -> u64| Some(field(io_after?).saturating_sub(field(io_before?)));

    let mut printer = Fingerprinter::default();
    let mut events_by_type = BTreeMap::new();
    for events in log.years() {
        let events = events?;
        printer.add_year(&events);
        events.count_values("event_type", &mut events_by_type);
    }
    let years = log.year_seconds().to_vec();
    clock = Instant::now();
    drop(log);
    let mut cleanup = lap(&mut clock);
    let warm_wall_seconds = warm_runs(engine.as_mut(), request.warm, caller)?;
    clock = Instant::now();
    drop(engine);
    cleanup += lap(&mut clock);

    Ok(Observation {
        wall_seconds: Some(wall.as_secs_f64()),
        whole_seconds: None,
        warm_wall_seconds,
        cpu_seconds: Some(cpu.as_secs_f64()),
        cpu_utilisation_mean: Some(utilisation(cpu, wall)),
        cpu_utilisation_peak: sampled.and_then(|sampled| sampled.peak_cpu_utilisation),
        peak_memory_bytes: peak,
        memory_method: None,
        idle_memory_bytes,
        mean_memory_bytes: sampled.and_then(|sampled| sampled.mean_memory_bytes),
        disk_read_bytes: io(|io| io.read_bytes),
        disk_written_bytes: io(|io| io.written_bytes),
        phases: Phases {
            census_read: Some(census_read),
            engine_start: Some(setup.engine_start.as_secs_f64()),
            census_load: Some(setup.census_load.as_secs_f64()),
            years,
            persist: Some(persist),
            cleanup: Some(cleanup),
        },
        events,
        events_by_type,
        fingerprint: Some(printer.finish()),
        step_seconds: BTreeMap::new(),
        metrics,
    })
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
    while seconds.len() < warm.runs || seconds.iter().sum::<f64>() < warm.seconds {
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
