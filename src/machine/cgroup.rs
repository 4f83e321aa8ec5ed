//! What the cgroups of this process allow it: CPU quota and memory, and how often the quota stopped it.
//!
//! Every level from the process' own group up to the root counts, and the strictest of them decides. Both versions are
//! read, and both at once (a hybrid layout); a container sees the part of the tree that is mounted in it.

use procfs_core::process::MountInfo;
use procfs_core::{FromRead, ProcessCGroup, ProcessCGroups};
use std::fs::read_to_string;
use std::path::{Component, Path, PathBuf};

/// Limits of this size are version 1's way to say that there is none.
const NO_LIMIT_BYTES: u64 = 1 << 60;

/// Folders of one controller, the process' own group first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Levels {
    second_version: bool,
    folders: Vec<PathBuf>,
}

/// The groups that this process is in; empty on systems without.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cgroups {
    cpu: Levels,
    memory: Levels,
}

impl Cgroups {
    /// Those of this process.
    pub fn of_this_process() -> Self {
        Self::read(Path::new("/"))
    }

    /// Those of the process whose `/proc/self` and `/sys` are below `root`.
    pub fn read(root: &Path) -> Self {
        let groups = ProcessCGroups::from_file(root.join("proc/self/cgroup")).map_or(Vec::new(), |groups| groups.0);
        let mounts = read_to_string(root.join("proc/self/mountinfo")).unwrap_or_default();
        // Line by line: one that is odd hides no other.
        let mounts: Vec<_> = mounts.lines().filter_map(|line| MountInfo::from_line(line).ok()).collect();
        let levels = |controller: &str| levels(root, &groups, &mounts, controller);
        Self { cpu: levels("cpu"), memory: levels("memory") }
    }

    /// CPUs' worth of time that the strictest quota allows, if there is one; 1.5 is one CPU and half of another.
    pub fn cpu_quota(&self) -> Option<f64> {
        let quota = |folder: &PathBuf| -> Option<f64> {
            let (quota, period) = if self.cpu.second_version {
                let text = read_to_string(folder.join("cpu.max")).ok()?;
                let (quota, period) = text.trim().split_once(' ')?;
                (quota.parse::<f64>().ok()?, period.parse::<f64>().ok()?)
            } else {
                (number(&folder.join("cpu.cfs_quota_us"))? as f64, number(&folder.join("cpu.cfs_period_us"))? as f64)
            };
            (quota > 0.0 && period > 0.0).then(|| quota / period)
        };
        self.cpu.folders.iter().filter_map(quota).min_by(f64::total_cmp)
    }

    /// Memory that the strictest limit allows, bytes, if there is one. Beyond `memory.high` a process is not refused memory,
    /// but slowed down until it needs less, which no figure should contain.
    pub fn memory_limit_bytes(&self) -> Option<u64> {
        self.memory.folders.iter().filter_map(|folder| self.limit_of(folder)).min()
    }

    fn limit_of(&self, folder: &Path) -> Option<u64> {
        let limit = |file: &str| number(&folder.join(file));
        let limits = if self.memory.second_version {
            [limit("memory.max"), limit("memory.high")]
        } else {
            // The second tells of levels above those that a container sees.
            [limit("memory.limit_in_bytes"), field(&folder.join("memory.stat"), "hierarchical_memory_limit")]
        };
        limits.into_iter().flatten().filter(|&bytes| bytes < NO_LIMIT_BYTES).min()
    }

    /// Memory that is left below the limits, bytes, if there are any; what the page cache can give back counts as left.
    pub fn memory_left_bytes(&self) -> Option<u64> {
        let left = |folder: &PathBuf| {
            let (used, cache) = if self.memory.second_version {
                ("memory.current", "inactive_file")
            } else {
                ("memory.usage_in_bytes", "total_inactive_file")
            };
            let cached = field(&folder.join("memory.stat"), cache).unwrap_or(0);
            let used = number(&folder.join(used))?.saturating_sub(cached);
            Some(self.limit_of(folder)?.saturating_sub(used))
        };
        self.memory.folders.iter().filter_map(left).min()
    }

    /// Periods in which a quota stopped the processes of a group, since that group was made: one number per level.
    pub fn throttled_periods(&self) -> Vec<u64> {
        let periods = |folder: &PathBuf| field(&folder.join("cpu.stat"), "nr_throttled").unwrap_or(0);
        self.cpu.folders.iter().map(periods).collect()
    }
}

fn number(file: &Path) -> Option<u64> {
    read_to_string(file).ok()?.trim().parse().ok()
}

/// The number after a key.
fn field(file: &Path, key: &str) -> Option<u64> {
    let text = read_to_string(file).ok()?;
    text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(' '))?.trim().parse().ok()
}

/// Where a controller's groups of the process are. A controller of version 1 is not in version 2 as well.
fn levels(root: &Path, groups: &[ProcessCGroup], mounts: &[MountInfo], controller: &str) -> Levels {
    let first = groups.iter().find(|group| group.controllers.iter().any(|name| name == controller));
    let Some(group) = first.or_else(|| groups.iter().find(|group| group.controllers.is_empty())) else {
        return Levels::default();
    };
    let (second_version, path) = (group.controllers.is_empty(), Path::new(&group.pathname));
    let wanted = |mount: &&MountInfo| match second_version {
        true => mount.fs_type == "cgroup2",
        false => mount.fs_type == "cgroup" && mount.super_options.contains_key(controller),
    };
    // What of the tree is mounted, and where.
    let mounts = mounts.iter().filter(wanted);
    let mounts = mounts.map(|mount| (unescaped(&mount.root), unescaped(&mount.mount_point.to_string_lossy())));
    let mounts: Vec<(PathBuf, PathBuf)> = mounts.collect();
    // The mount that shows the process' own group; a bind mount may show another part of the tree.
    let shown = |(top, place): &(PathBuf, PathBuf)| Some((path.strip_prefix(top).ok()?.to_path_buf(), place.clone()));
    let own = mounts.iter().filter_map(shown).min_by_key(|(below, _)| below.components().count());
    // Of a group that is outside of what is mounted here, the root of the mount is all that can be seen.
    let nearest = own.or_else(|| mounts.first().map(|(_, place)| (PathBuf::new(), place.clone())));
    let Some((below, place)) = nearest else { return Levels::default() };
    let seen = below.components().all(|part| matches!(part, Component::Normal(_)));
    let below = if seen { below } else { PathBuf::new() };
    let top = root.join(place.strip_prefix("/").unwrap_or(&place));
    let folders = below.ancestors().map(|below| top.join(below)).filter(|folder| folder.is_dir()).collect();
    Levels { second_version, folders }
}

/// Blanks, tabs, line ends and backslashes stand as octal numbers.
fn unescaped(text: &str) -> PathBuf {
    [(r"\040", " "), (r"\011", "\t"), (r"\012", "\n"), (r"\134", "\\")]
        .iter()
        .fold(text.to_owned(), |text, (octal, character)| text.replace(octal, character))
        .into()
}

#[cfg(test)]
pub(crate) mod tests;
