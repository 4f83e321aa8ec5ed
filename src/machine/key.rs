//! Facts about the machine that every record carries.

use super::cgroup::Cgroups;
use super::process::{allowed_cpus, available_threads};
use procfs_core::{CpuInfo, FromRead};
use serde::{Deserialize, Serialize};
use sysinfo::{CpuRefreshKind, MemoryRefreshKind, RefreshKind, System};

/// What decides whether two figures may be compared at all. No host name, no clock rate, no exact bytes: they differ
/// on one machine from day to day, or are the same on different ones.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MachineKey {
    /// CPU architecture, such as `x86_64`.
    pub architecture: String,
    /// CPU model as the CPU names itself, where the platform tells.
    pub cpu_model: Option<String>,
    /// CPUs that this process may use (affinity and cgroup).
    pub usable_cpus: usize,
    /// Hundredths of a CPU that a cgroup's quota allows in all, where it is less than the CPUs that are usable without it:
    /// half a CPU is no CPU. Absent without such a quota.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_quota_hundredths: Option<u64>,
    /// Memory that this process may use (of the machine, or by its cgroups), GiB rounded to the next power of two, where
    /// the platform tells.
    pub memory_bucket_gib: Option<u64>,
    /// Whether the machine is virtual; absent where the platform does not tell.
    pub virtualised: Option<bool>,
}

/// The machine at the start of a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// What makes it comparable.
    pub key: MachineKey,
    /// Memory that this process may use, bytes, where the platform tells.
    pub memory_bytes: Option<u64>,
    /// Operating system and version.
    pub os: String,
    /// Kernel version, where the platform tells.
    pub kernel: Option<String>,
    /// Load average over one minute when the session started, where the platform tells. This program's own work before is
    /// in it, and a build that has just ended.
    pub load_average_1m: Option<f64>,
    /// CPUs' worth of time that other programs used while a run was observed ([`super::load`]); absent where the platform
    /// does not tell, for a run of less than a tenth of a second, and where nothing was observed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub others_cpus: Option<f64>,
    /// Memory bandwidth, bytes a second ([`super::bandwidth`]); measured beside scaling benchmarks only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_bandwidth_bytes_per_second: Option<f64>,
}

impl Machine {
    /// Looks at this machine.
    pub fn current() -> Self {
        let refreshes =
            RefreshKind::nothing().with_memory(MemoryRefreshKind::everything()).with_cpu(CpuRefreshKind::everything());
        let system = System::new_with_specifics(refreshes).ok();
        let total = system.as_ref().map(System::total_memory).filter(|&bytes| bytes > 0);
        let groups = Cgroups::of_this_process();
        let memory_bytes = usable(total, &groups);
        let cpu_model = system.as_ref().and_then(|system| Some(system.cpus().first()?.brand().trim().to_owned()));
        Self {
            key: MachineKey {
                architecture: std::env::consts::ARCH.to_owned(),
                cpu_model: cpu_model.filter(|model| !model.is_empty()),
                usable_cpus: available_threads(),
                cpu_quota_hundredths: quota(groups.cpu_quota(), allowed_cpus()),
                memory_bucket_gib: memory_bytes.map(|bytes| bytes.div_ceil(1 << 30).next_power_of_two()),
                virtualised: virtualised(),
            },
            memory_bytes,
            os: System::long_os_version().unwrap_or_else(|_| std::env::consts::OS.to_owned()),
            kernel: System::kernel_version().ok(),
            others_cpus: None,
            load_average_1m: System::load_average().ok().map(|load| load.one),
            memory_bandwidth_bytes_per_second: None,
        }
    }
}

/// A quota that allows less than the CPUs that the process may run on, in hundredths of a CPU.
fn quota(quota: Option<f64>, cpus: usize) -> Option<u64> {
    quota.filter(|quota| *quota < cpus as f64).map(|quota| (100.0 * quota).round() as u64)
}

/// Memory of the machine, or less where a cgroup allows less, bytes.
fn usable(total: Option<u64>, groups: &Cgroups) -> Option<u64> {
    total.map(|total| groups.memory_limit_bytes().map_or(total, |limit| limit.min(total)))
}

/// Whether the CPU says that it runs under a hypervisor.
fn virtualised() -> Option<bool> {
    let cpus = CpuInfo::from_file("/proc/cpuinfo").ok()?;
    Some(cpus.flags(0)?.contains(&"hypervisor"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::Build;
    use crate::machine::cgroup::tests::tree;

    #[test]
    fn the_key_is_stable_and_filled() {
        let machine = Machine::current();
        assert_eq!(machine.key, Machine::current().key);
        assert!(machine.key.memory_bucket_gib.is_none_or(u64::is_power_of_two));
        assert_eq!([quota(None, 2), quota(Some(2.0), 2), quota(Some(4.0), 2)], [None; 3]);
        assert_eq!((quota(Some(0.2), 1), quota(Some(1.0), 2), quota(Some(1.5), 2)), (Some(20), Some(100), Some(150)));
        let quota = Cgroups::of_this_process().cpu_quota();
        assert!(quota.is_none_or(|quota| machine.key.usable_cpus as f64 <= quota.max(1.0)), "{quota:?}");
        assert!(Build::current().rustc.is_some_and(|version| version.starts_with("rustc 1.")));
        assert_eq!(Build::current().versions.duckdb, "1.5.6");
    }

    #[test]
    fn a_limit_of_the_own_cgroup_is_the_memory_that_counts() {
        let root = tree(&[
            ("proc/self/cgroup", "0::/a/b\n"),
            ("proc/self/mountinfo", "30 25 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw"),
            ("sys/fs/cgroup/a/memory.max", "3000000000\n"),
            ("sys/fs/cgroup/a/b/memory.max", "max\n"),
        ]);
        let limited = Cgroups::read(root.path());
        assert_eq!(usable(Some(64 << 30), &limited), Some(3_000_000_000));
        assert_eq!(usable(Some(1 << 30), &limited), Some(1 << 30));
        // Without a limit it is the machine's own, as ever.
        assert_eq!(usable(Some(64 << 30), &Cgroups::default()), Some(64 << 30));
        assert_eq!(usable(None, &limited), None);
    }

    #[test]
    fn records_from_before_the_others_were_counted_are_read() {
        let machine = Machine::current();
        let mut value = serde_json::to_value(&machine).expect("JSON");
        assert!(value.get("others_cpus").is_none());
        assert_eq!(serde_json::from_value::<Machine>(value.clone()).expect("read"), machine);
        value["others_cpus"] = 0.5.into();
        assert_eq!(serde_json::from_value::<Machine>(value).expect("read").others_cpus, Some(0.5));
    }
}
