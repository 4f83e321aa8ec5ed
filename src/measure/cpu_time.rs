//! CPU time (user and system, all threads of the process) as a Criterion measurement.

use super::process::cpu_time;
use criterion::Throughput;
use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use std::time::Duration;

/// Measures CPU time in nanoseconds.
#[derive(Debug, Default, Clone, Copy)]
pub struct CpuTime;

/// Times as Criterion formats wall times, throughput per second of CPU.
struct Formatter;

impl ValueFormatter for Formatter {
    fn scale_values(&self, typical: f64, values: &mut [f64]) -> &'static str {
        WallTime.formatter().scale_values(typical, values)
    }

    fn scale_throughputs(&self, typical: f64, throughput: &Throughput, values: &mut [f64]) -> &'static str {
        WallTime.formatter().scale_throughputs(typical, throughput, values)
    }

    fn scale_for_machines(&self, values: &mut [f64]) -> &'static str {
        WallTime.formatter().scale_for_machines(values)
    }
}

impl Measurement for CpuTime {
    type Intermediate = Duration;
    type Value = Duration;

    fn start(&self) -> Duration {
        cpu_time()
    }

    fn end(&self, start: Duration) -> Duration {
        cpu_time().saturating_sub(start)
    }

    fn add(&self, a: &Duration, b: &Duration) -> Duration {
        *a + *b
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        value.as_nanos() as f64
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        &Formatter
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sleeping_is_free_and_two_busy_threads_count_twice() {
        let busy = || {
            let clock = CpuTime.start();
            let mut value = 1u64;
            // Each thread burns until the process has used 40 ms in all.
            while CpuTime.end(clock) < Duration::from_millis(40) {
                value = std::hint::black_box(value.wrapping_mul(3));
            }
        };
        let clock = CpuTime.start();
        std::thread::sleep(Duration::from_millis(30));
        let idle = CpuTime.end(clock);
        let clock = CpuTime.start();
        std::thread::scope(|scope| {
            scope.spawn(busy);
            scope.spawn(busy);
        });
        let used = CpuTime.end(clock);
        assert!(used >= Duration::from_millis(40), "{used:?}");
        // Other tests of this process may run beside; the point is that sleeping is not counted as work.
        assert!(idle < used * 4, "{idle:?} idle against {used:?}");
        assert_eq!(CpuTime.to_f64(&CpuTime.add(&used, &CpuTime.zero())), used.as_nanos() as f64);
    }

    #[test]
    fn formats_like_time() {
        assert_eq!(CpuTime.formatter().format_value(1_500_000.0).trim(), "1.5000 ms");
    }
}
