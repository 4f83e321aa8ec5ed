//! The benchmarks of a scenario and mode, as Criterion measures them.

use super::arguments::{Action, Arguments};
use super::failures::{Failures, attempted, give_up};
use super::of_an_engine::OfAnEngine;
use super::peak_memory::{PeakMemory, spread_equal, sum_of_peaks};
use super::profiler;
use crate::engine::Mode;
use crate::error::Result;
use crate::measure::observations::{Observations, own_engine};
use crate::measure::oracle::Oracle;
use crate::measure::padding;
use crate::measure::request::Warm;
use crate::record::benchmark::MeasuredContext;
use crate::record::criterion::FunctionPlace;
use crate::settings::session::{Selection, Settings};
use criterion::measurement::Measurement;
use criterion::{Bencher, BenchmarkGroup, Criterion, SamplingMode, Throughput};
use std::cell::Cell;
use std::time::Duration;

/// What all benchmarks of a process share.
pub(super) struct Suite<'a> {
    pub settings: &'a Settings,
    pub arguments: &'a Arguments,
    pub oracle: Oracle<'a>,
    /// Benchmarks that the filter let through.
    pub ran: Cell<usize>,
    /// Benchmarks that could not be measured.
    pub failures: Failures,
}

impl Suite<'_> {
    /// Sets a group's size, except for what the command line says.
    pub fn sized<M: Measurement>(
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
        // Another program's runs take seconds, and there is no call so short that it would have to be repeated.
        if !mode.is_built_in() {
            self.sized(&mut group, 10, seconds, Duration::from_nanos(1));
            group.sampling_mode(SamplingMode::Flat);
            return group;
        }
        self.sized(&mut group, samples, seconds, Duration::from_secs(1));
        group
    }

    /// A group of one measurement of warm runs.
    pub fn warm<M: OfAnEngine>(
        &self,
        criterion: &mut Criterion<M>,
        measurement: M,
        name: &str,
        selection: &Selection,
        mode: Mode,
    ) -> Result<()> {
        let mut group = self.group(criterion, selection, mode);
        // A list needs no figure, and of a custom scenario the figure needs a run. How many events other rules make is known
        // to nobody beforehand.
        let follows_the_rules = self.settings.options.engines.follows_the_rules(mode);
        if self.arguments.action != Action::List && follows_the_rules {
            group.throughput(Throughput::Elements(self.oracle.events(selection)?));
        }
        self.in_process(&mut group, measurement, name, selection, mode)
    }

    /// A measurement of warm runs in this process.
    pub fn in_process<M: OfAnEngine>(
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
            let (engine, _, _) = started.get_or_insert_with(|| {
                self.ran.set(self.ran.get() + 1);
                let (engine, events) =
                    self.oracle.checked_engine(selection, mode).unwrap_or_else(|error| give_up(error));
                let place = self.place(selection, mode, name);
                profiler::start_if_asked();
                (engine, events, place)
            });
            bencher.iter_custom(|iterations| {
                let mut total = measurement.zero();
                for _ in 0..iterations {
                    let took = measurement.of(engine.as_mut()).unwrap_or_else(|error| give_up(error));
                    total = measurement.add(&total, &took);
                }
                total
            });
        };
        attempted(|| {
            group.bench_function(name, benchmark);
        })?;
        if let Some((_, events, place)) = started {
            self.write_context(&place, selection, mode, events)?;
        }
        Ok(())
    }

    /// Where Criterion will keep a function, as it is before that is measured.
    fn place(&self, selection: &Selection, mode: Mode, function: &str) -> FunctionPlace {
        let benchmark = selection.benchmark(mode, self.settings.options.threads);
        FunctionPlace::look(&self.settings.folders.criterion, &benchmark, function)
    }

    /// Writes beside Criterion's files what they do not say, under every name that Criterion used.
    fn write_context(&self, place: &FunctionPlace, selection: &Selection, mode: Mode, events: u64) -> Result<()> {
        if !self.settings.records {
            return Ok(());
        }
        let benchmark = selection.benchmark(mode, self.settings.options.threads);
        let machine = self.settings.machine.clone();
        let mut context = MeasuredContext::new(&self.settings.session, benchmark, events, padding::of(mode), machine);
        context.engine = own_engine(self.settings, mode)?;
        place.write_context(&context, self.arguments.saved.as_deref())
    }

    /// Peak memory: every observation is a fresh process, and leaves a run record.
    pub fn peak_memory(&self, criterion: &mut Criterion<PeakMemory>, selection: &Selection, mode: Mode) -> Result<()> {
        let mut group = self.group(criterion, selection, mode);
        // A process is one observation; as few as Criterion's statistics allow.
        let seconds = if selection.employee_count * selection.run.years().count() < 10_000 { 2 } else { 5 };
        self.sized(&mut group, 10, seconds, Duration::from_nanos(1));
        group.sampling_mode(SamplingMode::Flat);
        let mut started: Option<(Observations, FunctionPlace)> = None;
        let (mut samples, mut events) = (0, 0);
        let benchmark = |bencher: &mut Bencher<'_, PeakMemory>| {
            let (observations, _) = started.get_or_insert_with(|| {
                self.ran.set(self.ran.get() + 1);
                let observations = Observations::start(self.settings, &self.oracle, selection, mode, None, Warm::NONE)
                    .unwrap_or_else(|error| give_up(error));
                (observations, self.place(selection, mode, "peak_memory"))
            });
            bencher.iter_custom(|iterations| {
                samples += 1;
                let sum = sum_of_peaks(iterations, || observations.observe_peak(&mut events))
                    .unwrap_or_else(|error| give_up(error));
                spread_equal(samples, sum)
            });
        };
        attempted(|| {
            group.bench_function("peak_memory", benchmark);
        })?;
        group.finish();
        if let Some((_, place)) = started {
            self.write_context(&place, selection, mode, events)?;
        }
        Ok(())
    }
}
