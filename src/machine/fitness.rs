//! What about this machine makes figures noisy or not comparable. What a platform does not tell is left out.

use super::cgroup::Cgroups;
use super::load::{self, Load};
use super::process::{allowed_cpus, available_threads};
pub use super::warning::{MOST_SPREAD, Warning};
use crate::stats::{coefficient_of_variation, quantile};
use std::fs::read_to_string;
use std::path::Path;
use std::time::{Duration, Instant};

/// Looks at the machine, for about a second and a half of equal work.
pub fn examine() -> Vec<Warning> {
    let root = Path::new("/");
    let (shares, load, events) = (CpuShares::read(), Load::now(), Events::read(root));
    let spread = burn_in(Duration::from_millis(1_500));
    let mut warnings = standing(root);
    warnings.extend(Events::read(root).since(&events));
    if let Some(others) = load.and_then(Load::others_until_now) {
        warnings.extend(busy(others, allowed_cpus()));
    }
    if let Some(share) = shares.zip(CpuShares::read()).and_then(|(before, after)| before.steal_until(after))
        && share > 0.01
    {
        warnings.push(Warning::Steal(share));
    }
    if let Some(spread) = spread.filter(|spread| *spread > 0.03) {
        warnings.push(Warning::Spread(spread));
    }
    warnings
}

/// Whether others' work is worth a warning.
fn busy(others: f64, cpus: usize) -> Option<Warning> {
    (others >= load::NOISE * cpus as f64).then_some(Warning::Busy(others, cpus))
}

/// What the kernel has counted since the system or a group was started: only what is added while somebody looks says
/// anything about now.
#[derive(Debug)]
struct Events {
    /// Periods in which a quota stopped the processes of a group, one number per level.
    throttled: Vec<u64>,
    /// Thermal throttling events of all CPUs.
    heat: u64,
}

impl Events {
    fn read(root: &Path) -> Self {
        let cpus = std::fs::read_dir(root.join("sys/devices/system/cpu")).into_iter().flatten().flatten();
        let counts = cpus.filter_map(|cpu| {
            let counter = cpu.path().join("thermal_throttle/core_throttle_count");
            read_to_string(counter).ok()?.trim().parse::<u64>().ok()
        });
        Self { throttled: Cgroups::read(root).throttled_periods(), heat: counts.sum() }
    }

    fn since(&self, before: &Self) -> Vec<Warning> {
        let levels = self.throttled.iter().zip(&before.throttled);
        let periods = levels.map(|(now, before)| now.saturating_sub(*before)).max().filter(|periods| *periods > 0);
        let heat = Some(self.heat.saturating_sub(before.heat)).filter(|events| *events > 0);
        periods.map(Warning::Throttled).into_iter().chain(heat.map(Warning::Heat)).collect()
    }
}

/// What can be seen without doing anything.
fn standing(root: &Path) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let groups = Cgroups::read(root);
    warnings.extend(groups.cpu_quota().filter(|quota| *quota < allowed_cpus() as f64).map(Warning::Quota));
    if super::key::Machine::current().key.virtualised == Some(true) {
        warnings.push(Warning::Virtual);
    }
    if available_threads() == 1 {
        warnings.push(Warning::OneCpu);
    }
    let line = |file: &str| read_to_string(root.join(file)).ok().map(|text| text.trim().to_owned());
    if let Some(governor) = line("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor").filter(|g| g != "performance")
    {
        warnings.push(Warning::Governor(governor));
    }
    let boost = line("sys/devices/system/cpu/cpufreq/boost").map(|on| on == "1");
    if boost.or(line("sys/devices/system/cpu/intel_pstate/no_turbo").map(|off| off == "0")) == Some(true) {
        warnings.push(Warning::Boost);
    }
    let free = line("proc/meminfo").and_then(|text| field(&text, "MemAvailable:")).map(|kib| kib * 1_024);
    let left = [free, groups.memory_left_bytes()].into_iter().flatten().min();
    warnings.extend(left.filter(|bytes| *bytes < 2_000_000_000).map(Warning::Memory));
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
        let text = read_to_string("/proc/stat").ok()?;
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
    spread(rounds)
}

/// Coefficient of variation of the rounds without the slowest and fastest twentieth.
fn spread(rounds: Vec<f64>) -> Option<f64> {
    let (low, high) = (quantile(&rounds, 0.05)?, quantile(&rounds, 0.95)?);
    let kept: Vec<f64> = rounds.into_iter().filter(|round| (low..=high).contains(round)).collect();
    coefficient_of_variation(&kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::cgroup::tests::{put, tree};

    #[test]
    fn what_was_throttled_once_does_not_count_for_ever() {
        let stat = "sys/fs/cgroup/a/b/cpu.stat";
        let heat = "sys/devices/system/cpu/cpu1/thermal_throttle/core_throttle_count";
        let root = tree(&[
            ("proc/self/cgroup", "0::/a/b\n"),
            ("proc/self/mountinfo", "30 25 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw"),
            (stat, "nr_periods 90\nnr_throttled 70\n"),
            ("sys/fs/cgroup/a/cpu.stat", "nr_throttled 300\n"),
            (heat, "12\n"),
        ]);
        let before = Events::read(root.path());
        assert_eq!((before.throttled.as_slice(), before.heat), (&[70, 300, 0][..], 12));
        assert_eq!(Events::read(root.path()).since(&before), []);
        put(root.path(), &[(stat, "nr_throttled 73\n"), (heat, "13\n")]);
        assert_eq!(Events::read(root.path()).since(&before), [Warning::Throttled(3), Warning::Heat(1)]);
        // The group above is throttled as a whole: so is everybody in it.
        put(root.path(), &[("sys/fs/cgroup/a/cpu.stat", "nr_throttled 309\n")]);
        assert_eq!(Events::read(root.path()).since(&before)[0], Warning::Throttled(9));
    }

    #[test]
    fn the_limits_of_a_container_are_said() {
        let root = tree(&[
            ("proc/self/cgroup", "0::/\n"),
            ("proc/self/mountinfo", "30 25 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw"),
            ("sys/fs/cgroup/cpu.max", "50000 100000\n"),
            ("sys/fs/cgroup/memory.max", "1500000000\n"),
            ("sys/fs/cgroup/memory.current", "500000000\n"),
            ("proc/meminfo", "MemTotal: 64000000 kB\nMemAvailable: 60000000 kB\n"),
        ]);
        let said = standing(root.path());
        assert!(said.contains(&Warning::Quota(0.5)) && said.contains(&Warning::Memory(1_000_000_000)), "{said:?}");
        let free = tree(&[("proc/meminfo", "MemAvailable: 60000000 kB\n")]);
        let said = standing(free.path());
        assert!(!said.iter().any(|warning| matches!(warning, Warning::Quota(_) | Warning::Memory(_))), "{said:?}");
    }

    #[test]
    fn others_work_is_noise_from_a_quarter_of_the_cpus() {
        assert_eq!((busy(0.4, 2), busy(0.5, 2)), (None, Some(Warning::Busy(0.5, 2))));
        assert!(busy(1.0, 2).is_some_and(|warning| warning.is_serious()));
        assert!(busy(1.0, 64).is_none());
    }

    #[test]
    fn steal_is_a_share_of_all_time() {
        let (before, after) = (CpuShares { total: 100, steal: 10 }, CpuShares { total: 300, steal: 30 });
        assert_eq!(before.steal_until(after), Some(0.1));
        assert_eq!(after.steal_until(before), None);
        assert_eq!(before.steal_until(before), None);
    }

    #[test]
    fn the_spread_of_rounds_leaves_out_the_slowest_and_fastest_twentieth() {
        let even: Vec<f64> = (0..100).map(|round| if round == 50 { 9.0 } else { 1.0 }).collect();
        assert_eq!(spread(even), Some(0.0));
        let uneven: Vec<f64> = (0..100).map(|round| if round % 2 == 0 { 1.0 } else { 3.0 }).collect();
        // Mean 2 and standard deviation 1, of a sample of a hundred.
        assert!(spread(uneven).is_some_and(|spread| (spread - 0.5).abs() < 0.01));
        assert_eq!(spread(Vec::new()), None);
        let clock = Instant::now();
        burn_in(Duration::from_millis(60));
        assert!(clock.elapsed() >= Duration::from_millis(60), "it works for the time it is given");
    }
}
