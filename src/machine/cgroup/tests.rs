use super::*;
use std::fs;

/// A tree of files below a folder of its own, as `/proc` and `/sys/fs/cgroup` would be.
pub(crate) fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
    let root = tempfile::tempdir().expect("a folder");
    put(root.path(), files);
    root
}

pub(crate) fn put(root: &Path, files: &[(&str, &str)]) {
    for (file, text) in files {
        let file = root.join(file);
        fs::create_dir_all(file.parent().expect("a folder")).expect("made");
        fs::write(file, text).expect("written");
    }
}

const V2_MOUNT: &str =
    "25 1 0:22 / / rw - ext4 /dev/vda rw\n30 25 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw";
const V1_MOUNTS: &str = "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n\
                         32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n\
                         35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n\
                         41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw";

fn limits(root: &tempfile::TempDir) -> (Option<f64>, Option<u64>) {
    let groups = Cgroups::read(root.path());
    (groups.cpu_quota(), groups.memory_limit_bytes())
}

#[test]
fn the_strictest_level_of_version_2_decides() {
    let root = tree(&[
        ("proc/self/cgroup", "0::/user.slice/job.scope/step\n"),
        ("proc/self/mountinfo", V2_MOUNT),
        ("sys/fs/cgroup/cgroup.controllers", "cpu memory"),
        ("sys/fs/cgroup/user.slice/cpu.max", "150000 100000\n"),
        ("sys/fs/cgroup/user.slice/memory.max", "max\n"),
        ("sys/fs/cgroup/user.slice/memory.high", "3000000000\n"),
        ("sys/fs/cgroup/user.slice/job.scope/cpu.max", "max 100000\n"),
        ("sys/fs/cgroup/user.slice/job.scope/memory.max", "4000000000\n"),
        ("sys/fs/cgroup/user.slice/job.scope/memory.current", "1500000000\n"),
        ("sys/fs/cgroup/user.slice/job.scope/memory.stat", "file 600000000\ninactive_file 500000000\n"),
        ("sys/fs/cgroup/user.slice/job.scope/step/cpu.max", "400000 100000\n"),
        ("sys/fs/cgroup/user.slice/job.scope/step/memory.max", "max\n"),
        ("sys/fs/cgroup/user.slice/job.scope/step/cpu.stat", "usage_usec 1\nnr_periods 9\nnr_throttled 7\n"),
        ("sys/fs/cgroup/user.slice/cpu.stat", "nr_throttled 2\n"),
        // A sibling's limits are not ours.
        ("sys/fs/cgroup/user.slice/other.scope/cpu.max", "1000 100000\n"),
        ("sys/fs/cgroup/user.slice/other.scope/memory.max", "1000\n"),
    ]);
    assert_eq!(limits(&root), (Some(1.5), Some(3_000_000_000)));
    let groups = Cgroups::read(root.path());
    assert_eq!(groups.memory_left_bytes(), Some(3_000_000_000));
    assert_eq!(groups.throttled_periods(), [7, 0, 2, 0]);
}

#[test]
fn version_1_has_a_tree_for_each_controller() {
    let root = tree(&[
        ("proc/self/cgroup", "9:name=systemd:/\n4:memory:/jobs/a\n1:cpu,cpuacct:/batch/b\n0::/\n"),
        ("proc/self/mountinfo", V1_MOUNTS),
        ("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n"),
        ("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n"),
        ("sys/fs/cgroup/cpu,cpuacct/batch/cpu.cfs_quota_us", "200000\n"),
        ("sys/fs/cgroup/cpu,cpuacct/batch/cpu.cfs_period_us", "100000\n"),
        ("sys/fs/cgroup/cpu,cpuacct/batch/b/cpu.cfs_quota_us", "-1\n"),
        ("sys/fs/cgroup/cpu,cpuacct/batch/b/cpu.cfs_period_us", "100000\n"),
        ("sys/fs/cgroup/cpu,cpuacct/batch/cpu.stat", "nr_periods 5\nnr_throttled 4\nthrottled_time 1\n"),
        ("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"),
        ("sys/fs/cgroup/memory/jobs/memory.limit_in_bytes", "2000000000\n"),
        ("sys/fs/cgroup/memory/jobs/memory.usage_in_bytes", "1900000000\n"),
        ("sys/fs/cgroup/memory/jobs/memory.stat", "inactive_file 5\ntotal_inactive_file 400000000\n"),
        ("sys/fs/cgroup/memory/jobs/a/memory.limit_in_bytes", "9223372036854771712\n"),
        ("sys/fs/cgroup/unified/cpu.max", "1 100000\n"),
    ]);
    assert_eq!(limits(&root), (Some(2.0), Some(2_000_000_000)));
    let groups = Cgroups::read(root.path());
    assert_eq!(groups.throttled_periods(), [0, 4, 0]);
    assert_eq!(groups.memory_left_bytes(), Some(500_000_000));
}

#[test]
fn a_hybrid_layout_takes_each_controller_from_where_it_is() {
    let root = tree(&[
        ("proc/self/cgroup", "4:memory:/a\n0::/b\n"),
        ("proc/self/mountinfo", V1_MOUNTS),
        ("sys/fs/cgroup/memory/a/memory.limit_in_bytes", "5000000000\n"),
        ("sys/fs/cgroup/unified/b/cpu.max", "50000 100000\n"),
        ("sys/fs/cgroup/unified/b/memory.max", "7\n"),
    ]);
    assert_eq!(limits(&root), (Some(0.5), Some(5_000_000_000)));
}

#[test]
fn a_container_sees_its_part_of_the_tree() {
    // With a namespace of its own both say that it is at the root.
    let namespaced = tree(&[
        ("proc/self/cgroup", "0::/\n"),
        ("proc/self/mountinfo", V2_MOUNT),
        ("sys/fs/cgroup/cpu.max", "50000 100000\n"),
        ("sys/fs/cgroup/memory.max", "1073741824\n"),
    ]);
    assert_eq!(limits(&namespaced), (Some(0.5), Some(1 << 30)));
    // Without one the path is the host's, and the mount's root is that path; a limit above it is only told here.
    let bound = tree(&[
        ("proc/self/cgroup", "4:memory:/docker/0af/in\n1:cpu:/docker/0af/in\n"),
        (
            "proc/self/mountinfo",
            "32 31 0:29 /docker/0af /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu\n\
             35 31 0:32 /docker/0af /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory",
        ),
        ("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "300000\n"),
        ("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n"),
        ("sys/fs/cgroup/cpu/in/cpu.cfs_quota_us", "100000\n"),
        ("sys/fs/cgroup/cpu/in/cpu.cfs_period_us", "50000\n"),
        ("sys/fs/cgroup/memory/in/memory.limit_in_bytes", "9223372036854771712\n"),
        ("sys/fs/cgroup/memory/in/memory.stat", "cache 1\nhierarchical_memory_limit 800000000\n"),
    ]);
    assert_eq!(limits(&bound), (Some(2.0), Some(800_000_000)));
    // Outside of what is mounted.
    let outside = tree(&[
        ("proc/self/cgroup", "0::/../elsewhere\n"),
        ("proc/self/mountinfo", V2_MOUNT),
        ("sys/fs/cgroup/memory.max", "2147483648\n"),
        ("sys/fs/elsewhere/memory.max", "5\n"),
    ]);
    assert_eq!(limits(&outside), (None, Some(2 << 30)));
}

#[test]
fn without_limits_there_is_none() {
    let unlimited = tree(&[
        ("proc/self/cgroup", "0::/init.scope\n"),
        ("proc/self/mountinfo", V2_MOUNT),
        ("sys/fs/cgroup/init.scope/cpu.max", "max 100000\n"),
        ("sys/fs/cgroup/init.scope/memory.max", "max\n"),
        ("sys/fs/cgroup/init.scope/memory.high", "max\n"),
    ]);
    assert_eq!(limits(&unlimited), (None, None));
    assert_eq!(Cgroups::read(unlimited.path()).memory_left_bytes(), None);
    let nothing = tree(&[]);
    assert_eq!(Cgroups::read(nothing.path()), Cgroups::default());
    let broken = tree(&[("proc/self/cgroup", "nonsense\n\n::\n"), ("proc/self/mountinfo", "1 2\n - \nx - y")]);
    assert_eq!(limits(&broken), (None, None));
}

#[test]
fn a_mount_may_have_a_blank_in_its_name() {
    let root = tree(&[
        ("proc/self/cgroup", "0::/a b\n"),
        ("proc/self/mountinfo", r"30 25 0:26 / /my\040groups rw - cgroup2 cgroup2 rw"),
        ("my groups/a b/memory.max", "12345\n"),
    ]);
    assert_eq!(limits(&root).1, Some(12_345));
}
