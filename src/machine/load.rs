//! CPU time that other programs use. The load average cannot tell it: it contains this program's own threads, and a build
//! that ended a minute ago.

use super::process::{children_cpu_time, cpu_time};
use procfs_core::FromRead;
use procfs_core::process::Status;
use std::fs::read_to_string;
use std::path::Path;
use std::time::{Duration, Instant};

/// Share of the CPUs from which others' work is noise in figures.
pub const NOISE: f64 = 0.25;
/// Share of the CPUs from which figures should not be trusted.
pub const UNFIT: f64 = 0.5;
/// Shortest time over which it is stated: the kernel counts in hundredths of a second.
const SHORTEST: Duration = Duration::from_millis(100);

/// The accounts at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    at: Instant,
    /// Time in which the CPUs that this process may use did something, seconds.
    busy: f64,
    /// Time that this process and its children that have ended used.
    own: Duration,
}

impl Load {
    /// Looks at the accounts now; `None` where the platform does not tell.
    pub fn now() -> Option<Self> {
        let busy = busy_seconds(Path::new("/"), ticks_per_second()?)?;
        Some(Self { at: Instant::now(), busy, own: cpu_time() + children_cpu_time()? })
    }

    /// CPUs' worth of time that others used from then to now; `None` where the platform does not tell, or over less than a
    /// tenth of a second. Children that are still alive count as others.
    pub fn others_until_now(self) -> Option<f64> {
        let now = Self::now()?;
        let wall = now.at.saturating_duration_since(self.at);
        (wall >= SHORTEST).then(|| others(now.busy - self.busy, now.own.saturating_sub(self.own), wall))
    }
}

fn others(busy_seconds: f64, own: Duration, wall: Duration) -> f64 {
    ((busy_seconds - own.as_secs_f64()) / wall.as_secs_f64()).max(0.0)
}

fn ticks_per_second() -> Option<f64> {
    // SAFETY: a query without arguments of its own.
    let ticks = unsafe { libc::sysconf(libc::_SC_CLK_TCK) };
    (ticks > 0).then_some(ticks as f64)
}

/// Busy time of the CPUs that the process may use since the system started, seconds.
fn busy_seconds(root: &Path, ticks_per_second: f64) -> Option<f64> {
    let allowed = Status::from_file(root.join("proc/self/status")).ok()?.cpus_allowed_list?;
    let is_allowed = |cpu: u32| allowed.iter().any(|&(first, last)| (first..=last).contains(&cpu));
    let mut busy = None;
    for line in read_to_string(root.join("proc/stat")).ok()?.lines() {
        let mut fields = line.split_ascii_whitespace();
        let cpu: Option<u32> = fields.next().and_then(|name| name.strip_prefix("cpu")?.parse().ok());
        if !cpu.is_some_and(is_allowed) {
            continue;
        }
        let ticks: Vec<u64> = fields.filter_map(|ticks| ticks.parse().ok()).collect();
        // user, nice, system, idle, iowait, irq, softirq, steal, guest, guest_nice: guests are in user and nice already.
        let working: u64 = [0, 1, 2, 5, 6].iter().filter_map(|&index| ticks.get(index)).sum();
        busy = Some(busy.unwrap_or(0.0) + working as f64 / ticks_per_second);
    }
    busy
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::cgroup::tests::tree;

    #[test]
    #[cfg(target_os = "linux")]
    fn only_the_cpus_of_this_process_count_and_idle_waiting_and_stolen_time_does_not() {
        let own = read_to_string("/proc/self/status").expect("Linux tells");
        let lines = own.lines().filter(|line| !line.starts_with("Cpus_allowed_list:"));
        let status = lines.chain(["Cpus_allowed_list:\t0,2-3\n"]).collect::<Vec<_>>().join("\n");
        let root = tree(&[
            ("proc/self/status", &status),
            (
                "proc/stat",
                "cpu  9 9 9 9 9 9 9 9 0 0\ncpu0 100 10 40 5000 700 20 30 90 60 5\ncpu1 9000 0 0 0 0 0 0 0 0 0\n\
                 cpu2 200 0 0 1 1 0 0 1 0 0\ncpu3 0 0 0 1 1 0 0 1 0 0\nintr 5\n",
            ),
        ]);
        assert_eq!(busy_seconds(root.path(), 100.0), Some(4.0));
        assert_eq!(busy_seconds(tree(&[]).path(), 100.0), None);
    }

    #[test]
    fn what_this_program_does_is_not_others() {
        let second = Duration::from_secs(1);
        assert_eq!(others(2.0, second, second), 1.0);
        assert_eq!(others(2.0, 2 * second, second), 0.0);
        // Accounts in ticks may lag behind the exact one.
        assert_eq!(others(1.9, 2 * second, second), 0.0);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn our_own_work_and_that_of_an_ended_child_are_left_out() {
        // Others may be at work now, but not for all of several looks more than before.
        let least = |work: &dyn Fn()| {
            let looks = (0..5).map(|_| {
                let before = Load::now().expect("Linux tells");
                work();
                before.others_until_now().expect("long enough")
            });
            looks.fold(f64::INFINITY, f64::min)
        };
        let busy = least(&|| {
            let clock = Instant::now();
            while clock.elapsed() < Duration::from_millis(200) {
                std::hint::spin_loop();
            }
        });
        let child = least(&|| {
            let spin = "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done";
            assert!(std::process::Command::new("sh").args(["-c", spin]).status().expect("sh").success());
            std::thread::sleep(SHORTEST);
        });
        let idle = least(&|| std::thread::sleep(Duration::from_millis(200)));
        assert!(busy < idle + 0.5 && child < idle + 0.5, "{busy} busy, {child} with a child, {idle} idle");
    }
}
