//! This process' own accounts, as the kernel keeps them. What a platform does not tell is absent, never zero.

use procfs_core::FromRead;
use procfs_core::process::{Io, Status};
use std::time::Duration;

/// CPUs this process may use.
pub fn available_threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// CPUs that this process may run on, whatever a quota says of their time.
pub(super) fn allowed_cpus() -> usize {
    // SAFETY: an all-zero set is valid for the call to fill.
    #[cfg(target_os = "linux")]
    unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        if libc::sched_getaffinity(0, size_of::<libc::cpu_set_t>(), &mut set) == 0 {
            return (libc::CPU_COUNT(&set) as usize).max(1);
        }
    }
    available_threads()
}

/// CPU time (user and system, all threads) that this process has used.
pub fn cpu_time() -> Duration {
    own_clock(libc::CLOCK_PROCESS_CPUTIME_ID)
}

/// CPU time (user and system) that the calling thread has used.
pub(super) fn thread_cpu_time() -> Duration {
    own_clock(libc::CLOCK_THREAD_CPUTIME_ID)
}

fn own_clock(id: libc::clockid_t) -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a valid timespec for the call to fill.
    let status = unsafe { libc::clock_gettime(id, &mut time) };
    assert_eq!(status, 0, "every POSIX system has CPU clocks of a process and its threads");
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// CPU time (user and system) of this process' children that have ended, and of theirs.
pub fn children_cpu_time() -> Option<Duration> {
    let usage = children_usage()?;
    let time = |time: libc::timeval| Duration::new(time.tv_sec as u64, time.tv_usec as u32 * 1_000);
    Some(time(usage.ru_utime) + time(usage.ru_stime))
}

/// Highest resident set size that any one of this process' children that have ended had, or of theirs, bytes.
#[cfg(target_os = "linux")]
pub(crate) fn children_peak_memory_bytes() -> Option<u64> {
    u64::try_from(children_usage()?.ru_maxrss).ok().map(|kib| kib * 1_024)
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn children_peak_memory_bytes() -> Option<u64> {
    None
}

fn children_usage() -> Option<libc::rusage> {
    // SAFETY: an all-zero rusage is valid, and the call only writes to it.
    unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        (libc::getrusage(libc::RUSAGE_CHILDREN, &mut usage) == 0).then_some(usage)
    }
}

/// Highest resident set size of this process' address space so far, bytes.
///
/// On Linux this is `VmHWM`, which starts anew with `exec`; `ru_maxrss` would carry over the size of the process that
/// started this one.
pub fn peak_memory_bytes() -> Option<u64> {
    #[cfg(target_os = "macos")]
    {
        // SAFETY: an all-zero rusage is valid, and the call only writes to it.
        let usage = unsafe {
            let mut usage: libc::rusage = std::mem::zeroed();
            (libc::getrusage(libc::RUSAGE_SELF, &mut usage) == 0).then_some(usage)
        };
        usage.and_then(|usage| u64::try_from(usage.ru_maxrss).ok())
    }
    #[cfg(not(target_os = "macos"))]
    {
        Status::from_file("/proc/self/status").ok()?.vmhwm.map(|kib| kib * 1_024)
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
    let io = Io::from_file("/proc/self/io").ok()?;
    Some(DiskIo { read_bytes: io.read_bytes, written_bytes: io.write_bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_childs_cpu_time_is_not_this_process_own() {
        let (own, children) = (cpu_time(), children_cpu_time().expect("told"));
        let spin = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done";
        assert!(std::process::Command::new("sh").args(["-c", spin]).status().expect("sh").success());
        let child = children_cpu_time().expect("told") - children;
        assert!(child > Duration::from_millis(20), "{child:?}");
        assert!(cpu_time() >= own);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn memory_that_is_touched_is_resident_and_stays_in_the_peak() {
        const BYTES: u64 = 300_000_000;
        let account = Resident::open();
        let before = account.bytes().expect("Linux tells");
        let memory = std::hint::black_box(vec![1u8; BYTES as usize]);
        let (held, peak) = (account.bytes().expect("Linux tells"), peak_memory_bytes().expect("Linux tells"));
        drop(memory);
        // Other tests of this process hold and free memory meanwhile, but not so much.
        assert!(held > before + BYTES / 2, "{before} before, {held} held");
        assert!(peak + BYTES / 100 >= held, "{peak} at most, {held} held");
        let later = peak_memory_bytes().expect("Linux tells");
        assert!(later + BYTES / 100 >= peak, "a peak of {peak} fell to {later}");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn what_is_written_to_storage_is_counted() {
        // Beside the test itself: temporary files are often memory, which never reaches storage.
        let own = std::env::current_exe().expect("own executable");
        let place = tempfile::tempdir_in(own.parent().expect("a folder")).expect("a folder");
        let before = disk_io().expect("Linux tells");
        std::fs::write(place.path().join("file"), vec![7u8; 3_000_000]).expect("written");
        let written = disk_io().expect("Linux tells").written_bytes - before.written_bytes;
        let stored = file_system(place.path()).is_some_and(|kind| [0xEF53, 0x5846_5342, 0x9123_683E].contains(&kind));
        assert!(written >= 3_000_000 || !stored, "{written} bytes");
    }

    /// The kernel's number of the kind of file system; above, those of ext4, XFS and Btrfs.
    #[cfg(target_os = "linux")]
    fn file_system(folder: &std::path::Path) -> Option<u64> {
        let folder = std::ffi::CString::new(folder.as_os_str().as_encoded_bytes()).ok()?;
        // SAFETY: the text ends with NUL, and an all-zero statfs is valid for the call to fill.
        unsafe {
            let mut found: libc::statfs = std::mem::zeroed();
            (libc::statfs(folder.as_ptr(), &mut found) == 0).then_some(found.f_type as u64)
        }
    }
}
