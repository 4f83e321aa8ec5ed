//! What the kernel says of one process, read again and again from files that stay open: a number that another process
//! gets later does not bring its figures in.

use crate::machine::process::DiskIo;
use std::cell::OnceCell;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::time::Duration;

/// A process' accounts.
#[derive(Debug)]
pub(super) struct Accounts {
    /// Number of the process.
    pub pid: u32,
    stat: File,
    status: File,
    io: OnceCell<Option<File>>,
}

/// Resident memory of a process, bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Memory {
    /// Now.
    pub resident: u64,
    /// Highest since the program began in this process.
    pub mark: u64,
}

impl Accounts {
    /// Those of a process; `None` if there is none of this number, or the platform does not tell.
    pub fn open(pid: u32) -> Option<Self> {
        let stat = File::open(format!("/proc/{pid}/stat")).ok()?;
        let status = File::open(format!("/proc/{pid}/status")).ok()?;
        Some(Self { pid, stat, status, io: OnceCell::new() })
    }

    /// Whether the process is there: running, or ended and not yet seen to by its parent.
    pub fn is_there(&self) -> bool {
        self.stat.read_at(&mut [0; 16], 0).is_ok_and(|length| length > 0)
    }

    /// Resident memory; none is left to a process that has ended. `None` if the process is gone.
    pub fn memory(&self) -> Option<Memory> {
        let mut text = [0; 4_096];
        let text = text_at_once(&self.status, &mut text)?;
        let bytes = |field: &str| {
            let kib = text.lines().find_map(|line| line.strip_prefix(field))?.split_ascii_whitespace().next()?;
            Some(kib.parse::<u64>().ok()? * 1_024)
        };
        let (mark, resident) = (bytes("VmHWM:").unwrap_or(0), bytes("VmRSS:").unwrap_or(0));
        Some(Memory { resident, mark })
    }

    /// CPU time (user and system) that all threads of the process have used; `None` if the process is gone.
    pub fn own_cpu_time(&self) -> Option<Duration> {
        clock(self.pid).or_else(|| {
            let ticks = self.ticks()?;
            Some(duration(ticks.own))
        })
    }

    /// CPU time of the process' children that have ended, and of theirs, to a hundredth of a second; `None` if the
    /// process is gone.
    pub fn ended_cpu_time(&self) -> Option<Duration> {
        Some(duration(self.ticks()?.children))
    }

    /// Whether the process has ended and its parent has not yet seen to it; `None` if it is gone.
    pub fn has_ended(&self) -> Option<bool> {
        let mut text = [0; 1_024];
        let text = text_at_once(&self.stat, &mut text)?;
        Some(after_name(text)?.starts_with(['Z', 'X']))
    }

    /// Name of the program, cut by the kernel to 15 bytes; `None` if the process is gone.
    pub fn name(&self) -> Option<String> {
        let mut text = [0; 1_024];
        let text = text_at_once(&self.stat, &mut text)?;
        Some(text[text.find('(')? + 1..text.rfind(')')?].to_owned())
    }

    /// Storage account of the process and of its children that have ended; `None` if it is gone or of somebody else.
    pub fn disk_io(&self) -> Option<DiskIo> {
        let file = self.io.get_or_init(|| File::open(format!("/proc/{}/io", self.pid)).ok()).as_ref()?;
        let mut text = [0; 512];
        let text = text_at_once(file, &mut text)?;
        let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name))?.trim().parse().ok();
        Some(DiskIo { read_bytes: field("read_bytes:")?, written_bytes: field("write_bytes:")? })
    }

    fn ticks(&self) -> Option<Ticks> {
        let mut text = [0; 1_024];
        ticks(text_at_once(&self.stat, &mut text)?)
    }
}

/// Clock ticks, user and system together.
#[derive(Debug, PartialEq, Eq)]
struct Ticks {
    own: u64,
    children: u64,
}

/// From the text of a `stat` file.
fn ticks(stat: &str) -> Option<Ticks> {
    // Of proc(5): the state is field 3, utime to cstime are 14 to 17.
    let mut fields = after_name(stat)?.split_ascii_whitespace().skip(14 - 3).map(|field| field.parse::<u64>().ok());
    let mut two = || Some(fields.next()?? + fields.next()??);
    Some(Ticks { own: two()?, children: two()? })
}

/// The fields after the name, which may itself hold spaces and brackets.
fn after_name(stat: &str) -> Option<&str> {
    Some(&stat[stat.rfind(") ")? + 2..])
}

fn text_at_once<'a>(file: &File, buffer: &'a mut [u8]) -> Option<&'a str> {
    let length = loop {
        match file.read_at(buffer, 0) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => break other.ok()?,
        }
    };
    // A name is any bytes; figures come after it and are ASCII.
    let text = &mut buffer[..length];
    text.iter_mut().filter(|byte| !byte.is_ascii()).for_each(|byte| *byte = b'?');
    std::str::from_utf8(text).ok().filter(|text| !text.is_empty())
}

fn duration(ticks: u64) -> Duration {
    // SAFETY: a query without arguments of its own.
    let per_second = u64::try_from(unsafe { libc::sysconf(libc::_SC_CLK_TCK) }).unwrap_or(0).max(1);
    Duration::from_secs(ticks / per_second) + Duration::from_secs(ticks % per_second) / per_second as u32
}

/// The CPU clock of a process, in nanoseconds where `stat` has hundredths of a second.
#[cfg(target_os = "linux")]
fn clock(pid: u32) -> Option<Duration> {
    let (mut id, mut time) = (0, libc::timespec { tv_sec: 0, tv_nsec: 0 });
    // SAFETY: both are valid for the calls to fill.
    let told = unsafe {
        libc::clock_getcpuclockid(libc::pid_t::try_from(pid).ok()?, &mut id) == 0
            && libc::clock_gettime(id, &mut time) == 0
    };
    told.then(|| Duration::new(time.tv_sec as u64, time.tv_nsec as u32))
}

#[cfg(not(target_os = "linux"))]
fn clock(_: u32) -> Option<Duration> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_and_spaces_moves_no_field() {
        let fields = "S 1 2 3 4 5 6 7 8 9 10 100 20 3000 400 20 0 1 0 99";
        for name in ["sh", "a b", "x) R 9 (y", ")"] {
            let found = ticks(&format!("4711 ({name}) {fields}"));
            assert_eq!(found, Some(Ticks { own: 120, children: 3_400 }), "{name}");
        }
        assert_eq!(ticks("4711 (sh) S 1 2"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_is_as_it_says_of_itself() {
        let own = Accounts::open(std::process::id()).expect("Linux tells");
        let before = crate::machine::process::cpu_time();
        let told = own.own_cpu_time().expect("there");
        assert!(before <= told && told <= crate::machine::process::cpu_time());
        let memory = own.memory().expect("there");
        assert!(memory.resident > 0 && memory.mark >= memory.resident);
        assert_eq!((own.is_there(), own.has_ended()), (true, Some(false)));
        assert!(own.disk_io().is_some() && own.name().is_some_and(|name| !name.is_empty()));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_process_that_has_ended_keeps_its_time_until_it_is_seen_to() {
        let spin = "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done";
        let mut child = std::process::Command::new("sh").args(["-c", spin]).spawn().expect("sh");
        let accounts = Accounts::open(child.id()).expect("there");
        while accounts.has_ended() == Some(false) {
            std::thread::sleep(Duration::from_millis(1));
        }
        assert_eq!(accounts.memory(), Some(Memory::default()));
        assert!(accounts.own_cpu_time().expect("there") > Duration::from_millis(10));
        assert!(accounts.is_there() && accounts.disk_io().is_some());
        child.wait().expect("it ended");
        assert!(!accounts.is_there());
        assert_eq!((accounts.memory(), accounts.has_ended(), accounts.disk_io()), (None, None, None));
    }
}
