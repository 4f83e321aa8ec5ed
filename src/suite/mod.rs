//! The benchmark suite: per scenario and mode a Criterion group with `wall_time`, `cpu_time` and `peak_memory`.
//!
//! Inside the timed region is [`Engine::generate`](crate::engine::Engine::generate) and nothing else, for every engine
//! alike: from the loaded census to all event columns of all years in the engine's own memory, in canonical order.
//! Starting the engine, loading the census, freeing the events and writing files are outside (`docs/measuring.md`).

mod failures;
pub(crate) mod fixture;
pub(crate) mod observations;
pub mod rounds;
mod scaling;

use crate::choices::{Choices, arguments};
use crate::config::Config;
use crate::engine::{Mode, padding};
use crate::error::{Error, Result};
use crate::measure::cpu_time::CpuTime;
use crate::measure::peak_memory::{PeakMemory, spread_equal, sum_of_peaks};
use crate::measure::profiler::{self, FlamegraphProfiler};
use crate::measure::worker::Warm;
use crate::record::benchmark::Context;
use crate::record::criterion::Place;
use crate::settings::{Selection, Settings};
use criterion::measurement::{Measurement, WallTime};
use criterion::{Bencher, BenchmarkGroup, Criterion, SamplingMode, Throughput};
use failures::{Failures, attempted, give_up};
use fixture::Fixtures;
use observations::Observations;
use std::cell::Cell;
use std::process::ExitCode;
use std::time::Duration;

/// Runs the suite with the arguments of this process, as `cargo bench` does.
pub fn main() -> ExitCode {
    crate::measure::allocator::settle();
    crate::panics::guarded(|| {
        crate::measure::worker::serve_if_asked().unwrap_or_else(|| match run() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                crate::console::error(error.chain());
                ExitCode::from(error.exit_code())
            }
        })
    })
}

fn run() -> Result<()> {
    let config = Config::load(None)?;
    let mut settings = Choices::default().complete(&config)?.resolve(&config.catalogue()?)?;
    settings.records = !arguments().any(|argument| argument == "--test" || argument.starts_with("--profile-time"));
    if let Some(padding) = padding::active() {
        crate::console::warning(format!("{}={padding}: these figures are padded on purpose", padding::VARIABLE));
    }
    // SAFETY: this is the start of the process; it still has its one thread,
    unsafe { crate::engine::polars::set_threads(settings.options.threads) };
    let listing = arguments().any(|argument| argument == "--list");
    let with_scaling = scaling::is_named();
    if with_scaling && settings.records && !listing {
        scaling::look_at_memory(&mut settings);
    }
    let suite = Suite {
        settings: &settings,
        fixtures: Fixtures::new(&settings),
        ran: Cell::new(0),
        failures: Failures::default(),
    };
    let mut wall = configured(WallTime, &settings);
    let mut cpu = configured(CpuTime, &settings);
    let mut memory = configured(PeakMemory, &settings);
    for selection in &settings.selections {
        for &mode in &settings.modes {
            let note = |function: &str, outcome| {
                suite.failures.note(&format!("{}/{}/{function}", selection.group, mode.name()), outcome)
            };
            note("wall_time", suite.warm(&mut wall, WallTime, "wall_time", selection, mode))?;
            note("cpu_time", suite.warm(&mut cpu, CpuTime, "cpu_time", selection, mode))?;
            note("peak_memory", suite.peak_memory(&mut memory, selection, mode))?;
        }
    }
    if with_scaling {
        suite.scaling(&mut wall)?;
    }
    wall.final_summary();
    suite.failures.conclude()?;
    if suite.ran.get() == 0 && !listing {
        return Err(Error::Config(format!(
            "no benchmark selected; benchmarks are named <scenario>/<mode>/<measurement>, with scenarios {}, modes {} and \
             measurements wall_time, cpu_time, peak_memory; or scaling/<mode>/<head count>, with head counts {}",
            settings.selections.iter().map(|s| s.group.as_str()).collect::<Vec<_>>().join(", "),
            settings.modes.iter().map(|m| m.name()).collect::<Vec<_>>().join(", "),
            scaling::HEAD_COUNTS.map(|head_count| head_count.to_string()).join(", ")
        )));
    }
    Ok(())
}

/// Criterion with the arguments of this process, for one kind of measurement.
fn configured<M: Measurement + 'static>(measurement: M, settings: &Settings) -> Criterion<M> {
    let criterion = Criterion::default().with_measurement(measurement).with_profiler(FlamegraphProfiler);
    criterion.output_directory(&settings.folders.criterion).configure_from_args()
}

/// Sets a group's size, except for what the command line says.
fn sized<M: Measurement>(group: &mut BenchmarkGroup<'_, M>, samples: usize, seconds: u64, warm_up: Duration) {
    let given = |option: &str| arguments().any(|argument| argument.split('=').next() == Some(option));
    if !given("--sample-size") {
        group.sample_size(samples);
    }
    if !given("--measurement-time") {
        group.measurement_time(Duration::from_secs(seconds));
    }
    if !given("--warm-up-time") {
        group.warm_up_time(warm_up);
    }
}

/// The name given with `--save-baseline`.
fn saved_baseline() -> Option<String> {
    let mut arguments = arguments().skip(1);
    while let Some(argument) = arguments.next() {
        if argument == "--save-baseline" || argument == "-s" {
            return arguments.next();
        }
        if let Some(name) = argument.strip_prefix("--save-baseline=") {
            return Some(name.to_owned());
        }
    }
    None
}

/// What all benchmarks of a process share.
struct Suite<'a> {
    settings: &'a Settings,
    fixtures: Fixtures<'a>,
    /// Benchmarks that the filter let through.
    ran: Cell<usize>,
    /// Benchmarks that could not be measured.
    failures: Failures,
}

impl Suite<'_> {
    /// The group of a scenario and mode, with sample counts that fit its size: a quick run is sampled often, a stress
    /// run ten times.
    fn group<'c, M: Measurement>(
        &self,
        criterion: &'c mut Criterion<M>,
        selection: &Selection,
        mode: Mode,
    ) -> BenchmarkGroup<'c, M> {
        let mut group = criterion.benchmark_group(format!("{}/{}", selection.group, mode.name()));
        let person_years = selection.run.years().count() * selection.employee_count;
        let (samples, seconds) = match person_years {
            0..10_000 => (30, 3),
            10_000..50_000 => (20, 5),
            _ => (10, 10),
        };
        sized(&mut group, samples, seconds, Duration::from_secs(1));
        group
    }

    /// A group of one measurement of warm runs.
    fn warm<M: Measurement>(
        &self,
        criterion: &mut Criterion<M>,
        measurement: M,
        name: &str,
        selection: &Selection,
        mode: Mode,
    ) -> Result<()> {
        let mut group = self.group(criterion, selection, mode);
        group.throughput(Throughput::Elements(self.fixtures.events(selection)?));
        self.in_process(&mut group, measurement, name, selection, mode)
    }

    /// A measurement of warm runs in this process.
    fn in_process<M: Measurement>(
        &self,
        group: &mut BenchmarkGroup<'_, M>,
        measurement: M,
        name: &str,
        selection: &Selection,
        mode: Mode,
    ) -> Result<()> {
        // Made on first use: a benchmark that the filter leaves out starts no engine.
        let mut started = None;
        let benchmark = |bencher: &mut Bencher<'_, M>| {
            let (engine, _) = started.get_or_insert_with(|| {
                self.ran.set(self.ran.get() + 1);
                let engine = self.fixtures.checked_engine(selection, mode).unwrap_or_else(|error| give_up(error));
                let place = self.place(selection, mode, name);
                profiler::start_if_asked();
                (engine, place)
            });
            bencher.iter_custom(|iterations| {
                let mut total = measurement.zero();
                for _ in 0..iterations {
                    let start = measurement.start();
                    let log = engine.generate().unwrap_or_else(|error| give_up(error));
                    total = measurement.add(&total, &measurement.end(start));
                    drop(log);
                }
                total
            });
        };
        attempted(|| {
            group.bench_function(name, benchmark);
        })?;
        if let Some((_, place)) = started {
            self.write_context(&place, selection, mode)?;
        }
        Ok(())
    }

    /// Where Criterion will keep a function, as it is before that is measured.
    fn place(&self, selection: &Selection, mode: Mode, function: &str) -> Place {
        let benchmark = selection.benchmark(mode, self.settings.options.threads);
        Place::look(&self.settings.folders.criterion, &benchmark, function)
    }

    /// Writes beside Criterion's files what they do not say, under every name that Criterion used.
    fn write_context(&self, place: &Place, selection: &Selection, mode: Mode) -> Result<()> {
        if !self.settings.records {
            return Ok(());
        }
        let benchmark = selection.benchmark(mode, self.settings.options.threads);
        let events = self.fixtures.events(selection)?;
        let machine = self.settings.machine.clone();
        let context = Context::new(&self.settings.session, benchmark, events, padding::of(mode), machine);
        place.write_context(&context, saved_baseline().as_deref())
    }

    /// Peak memory: every observation is a fresh process, and leaves a run record.
    fn peak_memory(&self, criterion: &mut Criterion<PeakMemory>, selection: &Selection, mode: Mode) -> Result<()> {
        let mut group = self.group(criterion, selection, mode);
        // A process is one observation; as few as Criterion's statistics allow.
        let seconds = if selection.employee_count * selection.run.years().count() < 10_000 { 2 } else { 5 };
        sized(&mut group, 10, seconds, Duration::from_nanos(1));
        group.sampling_mode(SamplingMode::Flat);
        let mut started: Option<(Observations, Place)> = None;
        let mut samples = 0;
        let benchmark = |bencher: &mut Bencher<'_, PeakMemory>| {
            let (observations, _) = started.get_or_insert_with(|| {
                self.ran.set(self.ran.get() + 1);
                let observations =
                    Observations::start(self.settings, &self.fixtures, selection, mode, None, Warm::NONE)
                        .unwrap_or_else(|error| give_up(error));
                (observations, self.place(selection, mode, "peak_memory"))
            });
            bencher.iter_custom(|iterations| {
                samples += 1;
                let sum =
                    sum_of_peaks(iterations, || observations.observe_peak()).unwrap_or_else(|error| give_up(error));
                spread_equal(samples, sum)
            });
        };
        attempted(|| {
            group.bench_function("peak_memory", benchmark);
        })?;
        group.finish();
        if let Some((_, place)) = started {
            self.write_context(&place, selection, mode)?;
        }
        Ok(())
    }
}
