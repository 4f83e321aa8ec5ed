//! This process' own accounts, as the kernel keeps them. What a platform does not tell is absent, never zero.

use std::time::Duration;

/// CPU time (user and system, all threads) that this process has used.
pub fn cpu_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a valid timespec for the call to fill.
    let status = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) };
    assert_eq!(status, 0, "every POSIX system has a process CPU clock");
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// A line of `/proc/self/status` in bytes.
#[cfg(target_os = "linux")]
fn status_bytes(key: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let value = status.lines().find_map(|line| line.strip_prefix(key))?;
    value.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1_024)
}

/// Highest resident set size of this process' address space so far, bytes.
///
/// On Linux this is `VmHWM`, which starts anew with `exec`; `ru_maxrss` would carry over the size of the process that
/// started this one.
pub fn peak_memory_bytes() -> Option<u64> {
    #[cfg(target_os = "linux")]
    {
        status_bytes("VmHWM:")
    }
    #[cfg(target_os = "macos")]
    {
        // SAFETY: an all-zero rusage is valid, and the call only writes to it.
        let usage = unsafe {
            let mut usage: libc::rusage = std::mem::zeroed();
            (libc::getrusage(libc::RUSAGE_SELF, &mut usage) == 0).then_some(usage)
        };
        usage.and_then(|usage| u64::try_from(usage.ru_maxrss).ok())
    }
    #[cfg(not(any(target_os = "linux", target_os = "macos")))]
    {
        None
    }
}

/// Reads this process' resident set size again and again; the account stays open between looks.
#[derive(Debug, Default)]
pub struct Resident {
    #[cfg(target_os = "linux")]
    account: Option<(std::fs::File, u64)>,
}

impl Resident {
    /// Opens the account.
    pub fn open() -> Self {
        #[cfg(target_os = "linux")]
        {
            // SAFETY: a query without arguments of its own.
            let page = u64::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) });
            Self { account: std::fs::File::open("/proc/self/statm").ok().zip(page.ok()) }
        }
        #[cfg(not(target_os = "linux"))]
        {
            Self::default()
        }
    }

    /// Resident set size now, bytes.
    pub fn bytes(&self) -> Option<u64> {
        #[cfg(target_os = "linux")]
        {
            use std::os::unix::fs::FileExt;
            let (file, page) = self.account.as_ref()?;
            let mut text = [0; 128];
            let length = file.read_at(&mut text, 0).ok()?;
            let resident = std::str::from_utf8(&text[..length]).ok()?.split_ascii_whitespace().nth(1)?;
            Some(resident.parse::<u64>().ok()? * page)
        }
        #[cfg(not(target_os = "linux"))]
        {
            None
        }
    }
}

/// Bytes that this process has caused to be read from and written to storage; what the page cache serves does not
/// count, what it will write back does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiskIo {
    /// Bytes read.
    pub read_bytes: u64,
    /// Bytes written.
    pub written_bytes: u64,
}

/// The process' storage account (`/proc/self/io` on Linux).
pub fn disk_io() -> Option<DiskIo> {
    #[cfg(target_os = "linux")]
    {
        let text = std::fs::read_to_string("/proc/self/io").ok()?;
        let field = |key: &str| text.lines().find_map(|line| line.strip_prefix(key))?.trim().parse().ok();
        Some(DiskIo { read_bytes: field("read_bytes:")?, written_bytes: field("write_bytes:")? })
    }
    #[cfg(not(target_os = "linux"))]
    {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_costs_cpu_time() {
        let before = cpu_time();
        let mut value = 1u64;
        while cpu_time() - before < Duration::from_millis(5) {
            value = std::hint::black_box(value.wrapping_mul(3));
        }
        assert!(cpu_time() > before);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_peak_is_at_least_what_is_resident() {
        let resident = Resident::open().bytes().expect("Linux tells");
        assert!(resident > 0 && peak_memory_bytes().expect("Linux tells") >= resident / 2);
        assert!(disk_io().is_some());
    }
}
