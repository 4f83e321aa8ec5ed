//! One run of one engine, observed from its start to its end.

use super::metric::{self, MetricValue, Run};
use super::padding::open;
use super::request::{People, RunRequest, SCRATCH, Seen, Warm};
use super::turns::{Caller, Instruction};
use super::watch::Watch;
use crate::census::{self, LoadedCensus};
use crate::engine::{Engine, EngineOptions, Engines, Place};
use crate::error::{Error, Result};
use crate::events::fingerprint::Fingerprinter;
use crate::files::Workspace;
use crate::machine::process::disk_io;
use crate::machine::tree::Tree;
use crate::record::run::{Observation, Phases};
use crate::rules::run::RunSpec;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Seconds since a clock was started, which is then restarted.
fn lap(clock: &mut Instant) -> f64 {
    std::mem::replace(clock, Instant::now()).elapsed().as_secs_f64()
}

/// Does and observes one run in this process, or by the engine that it starts.
///
/// # Errors
/// The engine's own; when a figure cannot be taken.
pub(super) fn observe(request: &RunRequest, idle_memory_bytes: Option<u64>) -> Result<Seen> {
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
    // What other rules make is nobody's business; its number is what the engine says.
    if follows_the_rules {
        for events in log.years() {
            let events = events?;
            printer.add_year(&events);
            events.count_values("event_type", &mut events_by_type);
        }
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
