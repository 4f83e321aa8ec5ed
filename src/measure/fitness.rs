//! What about this machine makes figures noisy or not comparable. What a platform does not tell is left out.

use crate::engine::available_threads;
use crate::stats::{coefficient_of_variation, quantile};
use std::fmt;
use std::time::{Duration, Instant};

/// Spread of equal work above which a machine is unfit to judge small differences.
pub const MOST_SPREAD: f64 = 0.10;

/// Something that makes figures noisy.
#[derive(Debug, Clone, PartialEq)]
pub enum Warning {
    /// Others are using the CPUs: load average over a minute, CPUs.
    Load(f64, usize),
    /// The hypervisor gave CPU time to others, share.
    Steal(f64),
    /// The clock follows the load.
    Governor(String),
    /// Clock boost is on, so clock rates depend on temperature and neighbours.
    Boost,
    /// The cgroup's CPU quota was hit in so many of its periods.
    Throttled(u64),
    /// Kernel-recorded thermal throttling events of the CPUs.
    Heat(u64),
    /// Less memory free than a stress run may need, bytes.
    Memory(u64),
    /// A virtual machine: neighbours are invisible.
    Virtual,
    /// Equal work varied by so much (coefficient of variation).
    Spread(f64),
    /// One CPU: the benchmark shares it with everything else.
    OneCpu,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Warning::Load(load, cpus) => {
                write!(f, "load average {load:.1} on {cpus} CPUs: end what else is running, or wait")
            }
            Warning::Steal(share) => {
                let percent = 100.0 * share;
                write!(
                    f,
                    "the hypervisor took {percent:.1} % of the CPU time: use a machine with CPUs of its own, or more runs"
                )
            }
            Warning::Governor(governor) => write!(
                f,
                "frequency governor `{governor}`: `cpupower frequency-set -g performance` keeps the clock steady"
            ),
            Warning::Boost => write!(f, "clock boost is on: switch it off where steadiness matters more than speed"),
            Warning::Throttled(periods) => {
                write!(f, "the CPU quota of this cgroup was hit in {periods} periods: raise it, or use fewer threads")
            }
            Warning::Heat(events) => write!(f, "{events} thermal throttling events since start: cool the machine"),
            Warning::Memory(bytes) => {
                write!(f, "{} of memory free: large runs may swap", crate::report::format::bytes(*bytes as f64))
            }
            Warning::Virtual => write!(f, "a virtual machine: neighbours cannot be seen; compare within one session"),
            Warning::Spread(spread) => write!(
                f,
                "equal work varied by {:.1} % from round to round: more rounds, or a quieter machine",
                100.0 * spread
            ),
            Warning::OneCpu => write!(f, "one usable CPU: whatever else runs is in every figure"),
        }
    }
}

impl Warning {
    /// Whether figures taken now should not be trusted, as against being merely noisier.
    pub fn is_serious(&self) -> bool {
        match self {
            Warning::Load(load, cpus) => *load > *cpus as f64,
            Warning::Steal(share) => *share > 0.05,
            Warning::Spread(spread) => *spread > MOST_SPREAD,
            Warning::Throttled(_) | Warning::Heat(_) | Warning::Memory(_) => true,
            Warning::Governor(_) | Warning::Boost | Warning::Virtual | Warning::OneCpu => false,
        }
    }
}

/// Looks at the machine, for about a second and a half of equal work.
pub fn examine() -> Vec<Warning> {
    let before = CpuShares::read();
    let spread = burn_in(Duration::from_millis(1_500));
    let after = CpuShares::read();
    let mut warnings = standing();
    if let Some(share) = before.zip(after).and_then(|(before, after)| before.steal_until(after))
        && share > 0.01
    {
        warnings.push(Warning::Steal(share));
    }
    if let Some(spread) = spread.filter(|spread| *spread > 0.03) {
        warnings.push(Warning::Spread(spread));
    }
    warnings
}

/// What can be seen without doing anything.
fn standing() -> Vec<Warning> {
    let cpus = available_threads();
    let mut warnings = Vec::new();
    if let Some(load) =
        sysinfo::System::load_average().ok().map(|load| load.one).filter(|load| *load > cpus as f64 / 2.0)
    {
        warnings.push(Warning::Load(load, cpus));
    }
    let machine = super::machine::Machine::current();
    if machine.key.virtualised == Some(true) {
        warnings.push(Warning::Virtual);
    }
    if cpus == 1 {
        warnings.push(Warning::OneCpu);
    }
    let line = |file: &str| std::fs::read_to_string(file).ok().map(|text| text.trim().to_owned());
    if let Some(governor) = line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor").filter(|g| g != "performance")
    {
        warnings.push(Warning::Governor(governor));
    }
    let boost = line("/sys/devices/system/cpu/cpufreq/boost").map(|on| on == "1");
    if boost.or(line("/sys/devices/system/cpu/intel_pstate/no_turbo").map(|off| off == "0")) == Some(true) {
        warnings.push(Warning::Boost);
    }
    let throttled = line("/sys/fs/cgroup/cpu.stat").and_then(|text| field(&text, "nr_throttled"));
    warnings.extend(throttled.filter(|periods| *periods > 0).map(Warning::Throttled));
    let heat =
        line("/sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count").and_then(|text| text.parse().ok());
    warnings.extend(heat.filter(|events| *events > 0).map(Warning::Heat));
    let free = line("/proc/meminfo").and_then(|text| field(&text, "MemAvailable:")).map(|kib| kib * 1_024);
    warnings.extend(free.filter(|bytes| *bytes < 2_000_000_000).map(Warning::Memory));
    warnings
}

/// The number after a key.
fn field(text: &str, key: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(key))?.split_whitespace().next()?.parse().ok()
}

/// CPU time of the whole machine, in ticks.
#[derive(Debug, Clone, Copy)]
struct CpuShares {
    total: u64,
    steal: u64,
}

impl CpuShares {
    fn read() -> Option<Self> {
        let text = std::fs::read_to_string("/proc/stat").ok()?;
        let ticks: Vec<u64> = text.lines().next()?.split_whitespace().skip(1).filter_map(|n| n.parse().ok()).collect();
        // user, nice, system, idle, iowait, irq, softirq, steal; guest time is in user already.
        Some(Self { total: ticks.iter().take(8).sum(), steal: *ticks.get(7)? })
    }

    fn steal_until(self, later: Self) -> Option<f64> {
        let total = later.total.checked_sub(self.total).filter(|total| *total > 0)?;
        Some(later.steal.checked_sub(self.steal)? as f64 / total as f64)
    }
}

/// Repeats equal work for a time; spread of the rounds without the slowest and fastest twentieth.
pub fn burn_in(time: Duration) -> Option<f64> {
    let clock = Instant::now();
    let mut rounds = Vec::new();
    while clock.elapsed() < time {
        let round = Instant::now();
        let mut value = 0x9E37_79B9_7F4A_7C15u64;
        for step in 0..2_000_000u64 {
            value = std::hint::black_box(value.rotate_left(7).wrapping_mul(step | 1));
        }
        std::hint::black_box(value);
        rounds.push(round.elapsed().as_secs_f64());
    }
    let (low, high) = (quantile(&rounds, 0.05)?, quantile(&rounds, 0.95)?);
    let kept: Vec<f64> = rounds.into_iter().filter(|round| (low..=high).contains(round)).collect();
    coefficient_of_variation(&kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_warning_gives_advice_and_only_some_are_serious() {
        let all = [
            Warning::Load(3.0, 2),
            Warning::Steal(0.2),
            Warning::Governor("powersave".into()),
            Warning::Boost,
            Warning::Throttled(4),
            Warning::Heat(1),
            Warning::Memory(1),
            Warning::Virtual,
            Warning::Spread(0.2),
            Warning::OneCpu,
        ];
        assert!(all.iter().all(|warning| warning.to_string().contains(": ")));
        assert!(all.iter().any(Warning::is_serious) && all.iter().any(|warning| !warning.is_serious()));
        assert!(!Warning::Spread(0.05).is_serious());
    }

    #[test]
    fn steal_is_a_share_of_all_time() {
        let (before, after) = (CpuShares { total: 100, steal: 10 }, CpuShares { total: 300, steal: 30 });
        assert_eq!(before.steal_until(after), Some(0.1));
        assert_eq!(after.steal_until(before), None);
        assert_eq!(before.steal_until(before), None);
        assert!(burn_in(Duration::from_millis(60)).is_some_and(|spread| spread >= 0.0));
    }
}
