//! A run of the suite, from its arguments to Criterion's last word.

use super::arguments::Arguments;
use super::benchmarks::Suite;
use super::cpu_time::CpuTime;
use super::failures::Failures;
use super::peak_memory::PeakMemory;
use super::profiler::FlamegraphProfiler;
use super::{baselines, scaling};
use crate::engine::Mode;
use crate::engine::external::Protocol;
use crate::error::{Error, Input, Result};
use crate::measure::oracle::Oracle;
use crate::measure::padding;
use crate::settings::environment::warn_of_misspelt;
use crate::settings::file::SettingsFile;
use crate::settings::flags::Every;
use crate::settings::layers::Layers;
use crate::settings::session::Settings;
use criterion::measurement::{Measurement, WallTime};
use criterion::{Criterion, PlottingBackend};
use std::cell::Cell;
use std::process::ExitCode;

/// Runs the suite with the arguments of this process, as `cargo bench` does.
pub fn main() -> ExitCode {
    crate::machine::allocator::settle();
    crate::panics::guarded(|| {
        let asked = crate::engine::external::supervisor::serve_if_asked();
        asked.or_else(crate::measure::worker::serve_if_asked).unwrap_or_else(|| match run() {
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
    crate::engine::polars::decide_threads(measure.what.threads, file.handed_on())?;
    if let Some(path) = file.path().filter(|_| !arguments.quiet) {
        crate::console::line(&format!("settings: {}", crate::console::path(path)));
    }
    warn_of_misspelt(&declared);
    let mut settings = measure.resolve(&file.catalogue()?, file.engines(), file.project())?;
    // Whoever names an engine wants it.
    let named = |mode: &Mode| arguments.filter.as_ref().is_some_and(|filter| names(filter, mode.name()));
    for mode in file.engines().modes().into_iter().filter(named) {
        if !settings.modes.contains(&mode) {
            settings.modes.push(mode);
        }
    }
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
        oracle: Oracle::new(&settings),
        ran: Cell::new(0),
        failures: Failures::default(),
    };
    for selection in &settings.selections {
        for &mode in &settings.modes {
            let note = |function: &str, outcome| {
                suite.failures.note(&format!("{}/{}/{function}", selection.group, mode.name()), outcome)
            };
            // What runs once has a whole run, and no execution time that could be held against others'.
            let once = settings.options.engines.spec(mode).is_ok_and(|spec| spec.protocol == Protocol::Once);
            let time = if once { "whole_run" } else { "wall_time" };
            note(time, suite.warm(&mut wall, WallTime, time, selection, mode))?;
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

/// Whether a benchmark filter has a mode's name between slashes, or at an end.
fn names(filter: &str, mode: &str) -> bool {
    filter.split('/').any(|part| part.trim_matches(['^', '$']) == mode)
}

fn nothing_selected(settings: &Settings) -> Error {
    let scenarios = settings.selections.iter().map(|s| s.group.as_str()).collect::<Vec<_>>().join(", ");
    let own = settings.options.engines.modes();
    let more = own.iter().filter(|mode| !settings.modes.contains(mode));
    let modes = settings.modes.iter().chain(more).map(|m| m.name()).collect::<Vec<_>>().join(", ");
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
