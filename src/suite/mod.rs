//! The benchmark suite: per scenario and mode a Criterion group with `wall_time`, `cpu_time` and `peak_memory`.
//!
//! Inside the timed region is [`Engine::generate`](crate::engine::Engine::generate) and nothing else, for every engine
//! alike: from the loaded census to all event columns of all years in the engine's own memory, in canonical order.
//! Starting the engine, loading the census, freeing the events and writing files are outside (`docs/measuring.md`).

mod arguments;
mod baselines;
mod cpu_time;
mod failures;
pub mod peak_memory;
mod profiler;
mod scaling;

use crate::engine::Mode;
use crate::error::{Error, Input, Result};
use crate::measure::observations::Observations;
use crate::measure::oracle::Fixtures;
use crate::measure::padding;
use crate::measure::worker::Warm;
use crate::record::benchmark::MeasuredContext;
use crate::record::criterion::FunctionPlace;
use crate::settings::environment::warn_of_misspelt;
use crate::settings::file::SettingsFile;
use crate::settings::flags::Every;
use crate::settings::layers::Layers;
use crate::settings::session::{Selection, Settings};
use arguments::{Action, Arguments};
use cpu_time::CpuTime;
use criterion::measurement::{Measurement, WallTime};
use criterion::{Bencher, BenchmarkGroup, Criterion, PlottingBackend, SamplingMode, Throughput};
use failures::{Failures, attempted, give_up};
use peak_memory::{PeakMemory, spread_equal, sum_of_peaks};
use profiler::FlamegraphProfiler;
use std::cell::Cell;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

/// Runs the suite with the arguments of this process, as `cargo bench` does.
pub fn main() -> ExitCode {
    crate::machine::allocator::settle();
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

/// Criterion asks for its connection once for each kind of measurement, and waits for ever for the second.
fn refuse_cargo_criterion() -> Result<()> {
    match std::env::var_os("CARGO_CRITERION_PORT") {
        None => Ok(()),
        Some(_) => Err(Input::CargoCriterion.into()),
    }
}

fn run() -> Result<()> {
    refuse_cargo_criterion()?;
    let arguments = Arguments::of_this_process()?;
    let file = SettingsFile::load(None)?;
    let declared = Every::command();
    let measure = Layers::read(declared.get_arguments(), &file)?.every().measure;
    // Settings from a pipe cannot be read again: without these threads Polars says what to do.
    if file.path().is_none_or(Path::is_file) {
        crate::engine::polars::decide_threads(measure.what.threads)?;
    }
    if let Some(path) = file.path().filter(|_| !arguments.quiet) {
        crate::console::line(&format!("settings: {}", crate::console::path(path)));
    }
    warn_of_misspelt(&declared);
    let mut settings = measure.resolve(&file.catalogue()?, file.project())?;
    settings.records = arguments.keeps_figures();
    if let Some(padding) = padding::active() {
        crate::console::warning(format!("{}={padding}: these figures are padded on purpose", padding::VARIABLE));
    }
    let selected = baselines::check(&arguments, &settings.folders.criterion)?;
    if selected == Some(0) && arguments.wants_benchmarks() {
        return Err(nothing_selected(&settings));
    }
    let with_scaling = scaling::is_named(&arguments);
    if with_scaling && settings.records {
        scaling::look_at_memory(&mut settings);
    }
    let mut wall = configured(WallTime, &settings);
    let mut cpu = configured(CpuTime, &settings);
    let mut memory = configured(PeakMemory, &settings);
    let suite = Suite {
        settings: &settings,
        arguments: &arguments,
        fixtures: Fixtures::new(&settings),
        ran: Cell::new(0),
        failures: Failures::default(),
    };
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
    // A comparison of what is kept runs nothing.
    if suite.ran.get() == 0 && selected.is_none() && arguments.wants_benchmarks() {
        return Err(nothing_selected(&settings));
    }
    Ok(())
}

fn nothing_selected(settings: &Settings) -> Error {
    let scenarios = settings.selections.iter().map(|s| s.group.as_str()).collect::<Vec<_>>().join(", ");
    let modes = settings.modes.iter().map(|m| m.name()).collect::<Vec<_>>().join(", ");
    let head_counts = scaling::HEAD_COUNTS.map(|head_count| head_count.to_string()).join(", ");
    Input::NoBenchmark { scenarios, modes, head_counts }.into()
}

/// Criterion with the arguments of this process, for one kind of measurement.
fn configured<M: Measurement + 'static>(measurement: M, settings: &Settings) -> Criterion<M> {
    let folder = &settings.folders.criterion;
    let mut criterion = Criterion::default().with_measurement(measurement).with_profiler(FlamegraphProfiler);
    if folder.to_str().is_none() {
        // Gnuplot is told places as text, and would look for another.
        criterion = criterion.plotting_backend(PlottingBackend::Plotters);
    }
    criterion.output_directory(folder).configure_from_args()
}

/// What all benchmarks of a process share.
struct Suite<'a> {
    settings: &'a Settings,
    arguments: &'a Arguments,
    fixtures: Fixtures<'a>,
    /// Benchmarks that the filter let through.
    ran: Cell<usize>,
    /// Benchmarks that could not be measured.
    failures: Failures,
}

impl Suite<'_> {
    /// Sets a group's size, except for what the command line says.
    fn sized<M: Measurement>(
        &self,
        group: &mut BenchmarkGroup<'_, M>,
        samples: usize,
        seconds: u64,
        warm_up: Duration,
    ) {
        if !self.arguments.has_sample_size {
            group.sample_size(samples);
        }
        if !self.arguments.has_measurement_time {
            group.measurement_time(Duration::from_secs(seconds));
        }
        if !self.arguments.has_warm_up_time {
            group.warm_up_time(warm_up);
        }
    }

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
        self.sized(&mut group, samples, seconds, Duration::from_secs(1));
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
        // A list needs no figure, and of a custom scenario the figure needs a run.
        if self.arguments.action != Action::List {
            group.throughput(Throughput::Elements(self.fixtures.events(selection)?));
        }
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
    fn place(&self, selection: &Selection, mode: Mode, function: &str) -> FunctionPlace {
        let benchmark = selection.benchmark(mode, self.settings.options.threads);
        FunctionPlace::look(&self.settings.folders.criterion, &benchmark, function)
    }

    /// Writes beside Criterion's files what they do not say, under every name that Criterion used.
    fn write_context(&self, place: &FunctionPlace, selection: &Selection, mode: Mode) -> Result<()> {
        if !self.settings.records {
            return Ok(());
        }
        let benchmark = selection.benchmark(mode, self.settings.options.threads);
        let events = self.fixtures.events(selection)?;
        let machine = self.settings.machine.clone();
        let context = MeasuredContext::new(&self.settings.session, benchmark, events, padding::of(mode), machine);
        place.write_context(&context, self.arguments.saved.as_deref())
    }

    /// Peak memory: every observation is a fresh process, and leaves a run record.
    fn peak_memory(&self, criterion: &mut Criterion<PeakMemory>, selection: &Selection, mode: Mode) -> Result<()> {
        let mut group = self.group(criterion, selection, mode);
        // A process is one observation; as few as Criterion's statistics allow.
        let seconds = if selection.employee_count * selection.run.years().count() < 10_000 { 2 } else { 5 };
        self.sized(&mut group, 10, seconds, Duration::from_nanos(1));
        group.sampling_mode(SamplingMode::Flat);
        let mut started: Option<(Observations, FunctionPlace)> = None;
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
