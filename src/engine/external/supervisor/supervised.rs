//! An engine of one's own under its supervisor, as the program that ordered it sees it.

use super::order::{ARGUMENT, NotStarted, Order, Report, Sent, VARIABLE};
use crate::machine::process::DiskIo;
use crate::machine::tree::Tree;
use std::io;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Time that the supervisor has to end everything, before this process does what is left of that.
const LAST_RESORT: Duration = Duration::from_secs(15);
/// Longest time between two questions whether the supervisor is still there.
const PAUSE: Duration = Duration::from_millis(10);

/// How a program ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Ended {
    /// Exit code or signal of the program; 127 where it could not be started.
    pub status: ExitStatus,
    /// Wall time from its start to its end, seconds; not that of what it left behind.
    pub seconds: f64,
    /// CPU time (user and system) of the program and all that descended from it, seconds; absent where the platform
    /// does not tell. Those whose parent never wanted to know of their end (`SIGCHLD` ignored) are not in it.
    pub cpu_seconds: Option<f64>,
    /// Highest resident set size of the largest process among them, bytes: peak memory is no less, and a look at the
    /// tree that comes too late for the last moment does not know. Absent where the platform does not tell.
    pub largest_process_bytes: Option<u64>,
    /// Storage account of the program and all that descended from it; absent where the platform does not tell.
    pub disk_io: Option<DiskIo>,
    /// Processes that were there three seconds after the program's end, and were ended then: `java (process 4711)`.
    pub left_behind: Vec<String>,
    /// Why it could not be started, if so.
    pub not_started: Option<NotStarted>,
}

/// A running program under its supervisor. Dropping it ends the program and all that descends from it.
#[derive(Debug)]
pub struct Supervised {
    child: Child,
    report: PathBuf,
    ended: Option<Ended>,
}

impl Supervised {
    /// Starts the supervisor, which is `executable` (this program), and with it the program. Standard input, output and
    /// error are pipes to take: whoever does not read them stops a program that writes much.
    ///
    /// That the program itself cannot be started is told by [`wait_until`](Self::wait_until).
    ///
    /// # Errors
    /// When the supervisor cannot be started, or an old report cannot be removed.
    pub fn start(executable: &Path, order: &Order) -> io::Result<Self> {
        match std::fs::remove_file(&order.report) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let sent = serde_json::to_string(&Sent { parent: std::process::id(), order: order.clone() })?;
        let child = Command::new(executable)
            .arg(ARGUMENT)
            .args(&order.command)
            .env(VARIABLE, sent)
            // Out of reach of a control-C from its very start.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        Ok(Self { child, report: order.report.clone(), ended: None })
    }

    /// Number of the supervisor's process: all that belongs to the engine is below it.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The program's standard input; once. Dropping it is the end of the input.
    pub fn take_stdin(&mut self) -> Option<ChildStdin> {
        self.child.stdin.take()
    }

    /// The program's standard output; once.
    pub fn take_stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// The program's standard error; once.
    pub fn take_stderr(&mut self) -> Option<ChildStderr> {
        self.child.stderr.take()
    }

    /// Waits for the end of the program and of all that it started, at most until `deadline`; `None` if it is still
    /// there. After the end it tells the same again.
    ///
    /// # Errors
    /// When the supervisor ended without a report: somebody ended it, and with it the program.
    pub fn wait_until(&mut self, deadline: Instant) -> io::Result<Option<Ended>> {
        if self.ended.is_none() {
            let Some(status) = self.supervisor_end(deadline)? else { return Ok(None) };
            self.ended = Some(self.read_report(status)?);
        }
        Ok(self.ended.clone())
    }

    /// Ends the program and all that descends from it: none of it is there any more when this returns.
    pub fn kill(mut self) {
        self.end();
    }

    fn supervisor_end(&mut self, deadline: Instant) -> io::Result<Option<ExitStatus>> {
        let mut pause = Duration::from_millis(1);
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(Some(status));
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            std::thread::sleep(pause.min(left));
            pause = PAUSE.min(pause * 2);
        }
    }

    fn read_report(&self, status: ExitStatus) -> io::Result<Ended> {
        let text = std::fs::read_to_string(&self.report).map_err(|error| {
            io::Error::new(error.kind(), format!("its supervisor ended with {status} and left no report: {error}"))
        })?;
        let report: Report = serde_json::from_str(&text)?;
        let disk = report.disk_read_bytes.zip(report.disk_written_bytes);
        Ok(Ended {
            status: match (report.exit_code, report.signal) {
                (_, Some(signal)) => ExitStatus::from_raw(signal),
                (code, None) => ExitStatus::from_raw(code.unwrap_or(127) << 8),
            },
            seconds: report.seconds,
            cpu_seconds: report.cpu_seconds,
            largest_process_bytes: report.largest_process_bytes,
            disk_io: disk.map(|(read_bytes, written_bytes)| DiskIo { read_bytes, written_bytes }),
            left_behind: report.left_behind,
            not_started: report.not_started,
        })
    }

    fn end(&mut self) {
        let supervisor = self.child.id();
        if !matches!(self.child.try_wait(), Ok(None)) {
            return;
        }
        send(supervisor, libc::SIGTERM);
        if matches!(self.supervisor_end(Instant::now() + LAST_RESORT), Ok(None)) {
            let members = Tree::under(supervisor).map(|mut tree| tree.pids()).unwrap_or_default();
            members.into_iter().for_each(|pid| send(pid, libc::SIGKILL));
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        self.end();
    }
}

/// Sends a signal to a process below this one.
fn send(pid: u32, signal: libc::c_int) {
    if let Ok(pid) = libc::pid_t::try_from(pid) {
        // SAFETY: a number and a signal, which the kernel checks.
        unsafe { libc::kill(pid, signal) };
    }
}
