//! Peak resident memory as a Criterion measurement. A peak does not add up over iterations, so it is only used through
//! `iter_custom`: each iteration is a fresh process, and the sum of their peaks is what Criterion divides again.

use criterion::Throughput;
use criterion::measurement::{Measurement, ValueFormatter};

/// Measures peak resident memory in bytes.
#[derive(Debug, Default, Clone, Copy)]
pub struct PeakMemory;

struct Formatter;

impl Formatter {
    fn unit(typical: f64) -> (f64, &'static str) {
        match typical {
            bytes if bytes < 1e3 => (1.0, "B"),
            bytes if bytes < 1e6 => (1e3, "kB"),
            bytes if bytes < 1e9 => (1e6, "MB"),
            _ => (1e9, "GB"),
        }
    }
}

impl ValueFormatter for Formatter {
    fn scale_values(&self, typical: f64, values: &mut [f64]) -> &'static str {
        let (factor, unit) = Self::unit(typical);
        values.iter_mut().for_each(|value| *value /= factor);
        unit
    }

    /// Memory per element: a rate over memory would mean nothing.
    fn scale_throughputs(&self, _: f64, throughput: &Throughput, values: &mut [f64]) -> &'static str {
        let elements = match *throughput {
            Throughput::Elements(count) | Throughput::Bytes(count) | Throughput::BytesDecimal(count) => count,
            _ => 1,
        };
        values.iter_mut().for_each(|value| *value /= elements.max(1) as f64);
        "B/elem"
    }

    fn scale_for_machines(&self, _: &mut [f64]) -> &'static str {
        "B"
    }
}

impl Measurement for PeakMemory {
    type Intermediate = ();
    /// Bytes, as a sum over iterations.
    type Value = f64;

    fn start(&self) -> Self::Intermediate {}

    /// Not a number: the peak of this process says nothing about one iteration.
    fn end(&self, (): Self::Intermediate) -> f64 {
        f64::NAN
    }

    fn add(&self, a: &f64, b: &f64) -> f64 {
        a + b
    }

    fn zero(&self) -> f64 {
        0.0
    }

    fn to_f64(&self, value: &f64) -> f64 {
        *value
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        &Formatter
    }
}

/// Sums `observe`d peaks over iterations, for `Bencher::iter_custom`.
///
/// # Errors
/// The first observation's that fails.
pub fn sum_of_peaks<E>(iterations: u64, mut observe: impl FnMut() -> Result<u64, E>) -> Result<f64, E> {
    (0..iterations).try_fold(0.0, |sum, _| Ok(sum + observe()? as f64))
}

/// Makes equal samples distinguishable by less than one byte in all.
///
/// Criterion's density estimate divides by the standard deviation and cannot draw samples without any.
pub fn spread_equal(sample: usize, value: f64) -> f64 {
    value + (sample % 1_000) as f64 * 1e-3
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    #[test]
    fn one_and_fifty_iterations_give_the_same_figure() {
        let per_iteration = |iterations: u64| {
            sum_of_peaks(iterations, || Ok::<_, Infallible>(123_456_789)).map(|sum| sum / iterations as f64)
        };
        assert_eq!(per_iteration(1), per_iteration(50));
        assert_eq!(per_iteration(1), Ok(123_456_789.0));
    }

    #[test]
    fn formats_in_decimal_units() {
        let format = |bytes: f64| PeakMemory.formatter().format_value(bytes).trim().to_owned();
        assert_eq!(format(83_000_000.0), "83.000 MB");
        assert_eq!(format(1_250_000_000.0), "1.2500 GB");
    }

    #[test]
    fn one_and_several_processes_per_sample_give_the_same_figure() {
        let per_iteration = |iterations: u64| {
            let mut peaks = (0..).map(|process: u64| Ok::<_, std::convert::Infallible>(100_000_000 + process % 2));
            sum_of_peaks(iterations, || peaks.next().expect("endless")).expect("a constant") / iterations as f64
        };
        let (one, fifty) = (per_iteration(1), per_iteration(50));
        assert!((one / fifty - 1.0).abs() < 0.02, "{one} and {fifty}");
    }

    /// Processes that all peak at the same figure: Criterion must still analyse, plot and store it.
    #[test]
    fn equal_observations_do_not_break_the_statistics() {
        use criterion::{Criterion, SamplingMode};
        let folder = tempfile::tempdir().expect("a folder");
        let mut criterion = Criterion::default().with_measurement(PeakMemory).output_directory(folder.path());
        let mut group = criterion.benchmark_group("constant");
        group.sample_size(10).sampling_mode(SamplingMode::Flat).warm_up_time(std::time::Duration::from_nanos(1));
        group.measurement_time(std::time::Duration::from_millis(1));
        let mut sample = 0;
        group.bench_function("peak_memory", |bencher| {
            bencher.iter_custom(|iterations| {
                sample += 1;
                let sum =
                    sum_of_peaks(iterations, || Ok::<_, std::convert::Infallible>(123_456_789)).expect("a constant");
                // Long enough that one iteration fills the measurement time.
                std::thread::sleep(std::time::Duration::from_millis(2));
                spread_equal(sample, sum)
            });
        });
        group.finish();
        let file = folder.path().join("constant/peak_memory/new/estimates.json");
        let text = std::fs::read_to_string(file).expect("estimates");
        let estimates: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        for estimate in ["mean", "median"] {
            let figure = &estimates[estimate]["point_estimate"];
            assert!((figure.as_f64().expect("a number") - 123_456_789.0).abs() < 1.0, "{figure}");
        }
    }
}
