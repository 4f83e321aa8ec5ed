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
    use std::time::Instant;

    /// CPU time over wall time of some work; the largest or smallest of several tries, for other tests of this process
    /// and other programs run beside.
    fn utilisations(work: impl Fn()) -> Vec<f64> {
        let one = || {
            let (wall, clock) = (Instant::now(), CpuTime.start());
            work();
            CpuTime.end(clock).as_secs_f64() / wall.elapsed().as_secs_f64()
        };
        (0..10).map(|_| one()).collect()
    }

    fn spin(time: Duration) {
        let wall = Instant::now();
        while wall.elapsed() < time {
            std::hint::spin_loop();
        }
    }

    /// The test once more in a process of its own, where no other test runs beside; `None` in that process.
    fn alone(test: &str) -> Option<()> {
        const VARIABLE: &str = "PLANALIGN_TEST_ALONE";
        if std::env::var_os(VARIABLE).is_some() {
            return None;
        }
        let own = std::env::current_exe().expect("own executable");
        let name = format!("measure::cpu_time::tests::{test}");
        let mut child = std::process::Command::new(own);
        let output = child.args(["--exact", &name, "--nocapture"]).env(VARIABLE, "1").output().expect("it starts");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && said.contains("1 passed"),
            "{said}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        Some(())
    }

    #[test]
    fn sleeping_is_free_and_two_busy_threads_count_twice() {
        if alone("sleeping_is_free_and_two_busy_threads_count_twice").is_some() {
            return;
        }
        const TIME: Duration = Duration::from_millis(50);
        let least = |of: Vec<f64>| of.into_iter().fold(f64::INFINITY, f64::min);
        let most = |of: Vec<f64>| of.into_iter().fold(0.0, f64::max);
        let idle = most(utilisations(|| std::thread::sleep(TIME)));
        assert!(idle < 0.1, "a sleeper used {idle:.3} CPUs");
        let two = || {
            std::thread::scope(|scope| {
                scope.spawn(|| spin(TIME));
                scope.spawn(|| spin(TIME));
            });
        };
        let one = utilisations(|| spin(TIME));
        assert!(most(one.clone()) < 1.05, "one thread cannot use more than a CPU: {one:?}");
        // Whoever has less than its CPU shares it with another program, so the best try counts.
        let (one, two) = (most(one), most(utilisations(two)));
        if crate::engine::available_threads() > 1 {
            assert!((1.5..2.05).contains(&(two / one)), "one thread used {one:.3} CPUs, two {two:.3}");
        } else {
            assert!(least(vec![two, one]) > 0.5 && two < 1.05, "on one CPU one thread used {one:.3}, two {two:.3}");
        }
    }

    #[test]
    fn sums_and_numbers_are_in_nanoseconds() {
        let sum = CpuTime.add(&Duration::from_micros(3), &CpuTime.add(&CpuTime.zero(), &Duration::from_nanos(7)));
        assert_eq!(CpuTime.to_f64(&sum), 3_007.0);
    }

    #[test]
    fn formats_like_time() {
        assert_eq!(CpuTime.formatter().format_value(1_500_000.0).trim(), "1.5000 ms");
    }
}
