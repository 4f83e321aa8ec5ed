//! The supervisor itself: one program, started, watched over and reported.

use super::order::{ARGUMENT, NotStarted, Order, Report, Sent, VARIABLE};
use crate::error::{Error, Result};
use crate::machine::process::{DiskIo, children_cpu_time, children_peak_memory_bytes, disk_io};
use crate::machine::tree::Tree;
use std::io;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, ExitCode, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// Time that processes have to go by themselves after the program's end: those of a big engine need a moment.
pub const GRACE: Duration = Duration::from_secs(3);
/// Time between two looks whether the program that ordered is still there.
const LOOK: Duration = Duration::from_millis(100);
/// Time between two attempts to end everything.
const AGAIN: Duration = Duration::from_millis(5);
/// Attempts to end everything: about ten seconds. What is still there then, the kernel does not let go.
const ATTEMPTS: u32 = 2_000;

/// Exit code of a supervisor that somebody ended, as shells have it for SIGTERM.
const STOPPED: u8 = 128 + 15;

/// Supervises if this process was started to; `None` lets `main` go on.
pub fn serve_if_asked() -> Option<ExitCode> {
    let asked = std::env::args_os().nth(1).is_some_and(|first| first == ARGUMENT);
    asked.then(|| {
        let text = std::env::var(VARIABLE).unwrap_or_default();
        let sent = serde_json::from_str(&text).map_err(|e| Error::failed("supervisor order", e));
        sent.and_then(|sent| supervise(&sent)).unwrap_or_else(|error| {
            crate::console::line(&error.chain());
            ExitCode::from(2)
        })
    })
}

/// What the thread that waits and the thread that watches know of each other.
#[derive(Default)]
struct Course {
    /// Somebody wants the program to end.
    stop: AtomicBool,
    /// Number of the program's process, which is that of its group.
    program: OnceLock<u32>,
    /// When the program ended.
    ended: OnceLock<Instant>,
    /// What it left behind.
    left_behind: OnceLock<Vec<String>>,
}

fn supervise(sent: &Sent) -> Result<ExitCode> {
    let failed = |error: io::Error| Error::failed("supervisor", error);
    take_in_orphans().map_err(failed)?;
    let course = Arc::new(Course::default());
    let (watched, parent) = (Arc::clone(&course), sent.parent);
    let watcher = std::thread::Builder::new().spawn(move || watch(&watched, parent)).map_err(failed)?;
    let (asked, watcher) = (Arc::clone(&course), watcher.thread().clone());
    ctrlc::set_handler(move || {
        asked.stop.store(true, Ordering::SeqCst);
        watcher.unpark();
    })
    .map_err(|error| failed(io::Error::other(error)))?;

    let before = disk_io();
    let start = Instant::now();
    let report = match start_program(&sent.order) {
        Ok(program) => {
            let _ = course.program.set(program);
            let _ = let_go_of_pipes();
            let (status, seconds) = wait_for_all(&course, program, start);
            Report {
                exit_code: status.code(),
                signal: status.signal(),
                seconds,
                left_behind: course.left_behind.get().cloned().unwrap_or_default(),
                ..used(before)
            }
        }
        Err(error) => Report { not_started: Some(NotStarted::new(&error)), ..Report::default() },
    };
    // Who ended it wants no report, and may have removed its folder.
    if course.stop.load(Ordering::SeqCst) {
        return Ok(ExitCode::from(STOPPED));
    }
    // Who is gone reads no report, and somebody may just be tidying up after it.
    if std::os::unix::process::parent_id() == sent.parent {
        crate::files::write_json(&sent.order.report, &report)?;
    }
    let code = report.exit_code.or(report.signal.map(|signal| 128 + signal)).unwrap_or(127);
    Ok(ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX)))
}

/// Has orphans below this process become its children.
fn take_in_orphans() -> io::Result<()> {
    #[cfg(target_os = "linux")]
    // SAFETY: sets an attribute of this process, without memory of its own.
    if unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) } != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Starts the program; its number.
fn start_program(order: &Order) -> io::Result<u32> {
    let none = || io::Error::new(io::ErrorKind::InvalidInput, "the command is empty");
    let (program, arguments) = order.command.split_first().ok_or_else(none)?;
    // Otherwise the system says only that something is not there.
    if let Err(error) = std::fs::read_dir(&order.folder) {
        let text = format!("{}: {error}", crate::console::path(&order.folder));
        return Err(io::Error::new(error.kind(), text));
    }
    let mut command = Command::new(program);
    command.args(arguments).current_dir(&order.folder).env_remove(VARIABLE).envs(&order.environment);
    // SAFETY: both calls may be made between fork and exec, and neither touches memory.
    unsafe {
        command.pre_exec(|| {
            libc::setsid();
            // Should somebody end the supervisor by force, at least the program goes with it.
            #[cfg(target_os = "linux")]
            libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
            Ok(())
        });
    }
    command.spawn().map(|child| child.id())
}

/// Leaves standard input and output to the program alone: their ends are then seen when it ends.
fn let_go_of_pipes() -> io::Result<()> {
    use std::os::fd::AsRawFd;
    let nothing = std::fs::OpenOptions::new().read(true).write(true).open("/dev/null")?;
    for stream in [libc::STDIN_FILENO, libc::STDOUT_FILENO] {
        // SAFETY: both are open, and nothing in this process reads or writes the second.
        unsafe { libc::dup2(nothing.as_raw_fd(), stream) };
    }
    Ok(())
}

/// Waits for the program and all that descends from it; how the program ended, and after how many seconds.
fn wait_for_all(course: &Course, program: u32, start: Instant) -> (ExitStatus, f64) {
    let (mut program_status, mut seconds) = (ExitStatus::default(), 0.0);
    loop {
        let mut status = 0;
        // SAFETY: `status` is valid for the call to fill.
        match unsafe { libc::waitpid(-1, &mut status, 0) } {
            -1 if io::Error::last_os_error().kind() == io::ErrorKind::Interrupted => {}
            // No children: who takes in orphans has then no descendants either.
            -1 => break,
            pid if u32::try_from(pid) == Ok(program) => {
                let now = Instant::now();
                seconds = now.duration_since(start).as_secs_f64();
                program_status = ExitStatus::from_raw(status);
                let _ = course.ended.set(now);
            }
            _ => {}
        }
    }
    wait_for_group(course);
    (program_status, seconds)
}

/// Waits for the program's group where orphans are not taken in.
#[cfg(not(target_os = "linux"))]
fn wait_for_group(course: &Course) {
    let Some(group) = course.program.get().and_then(|program| libc::pid_t::try_from(*program).ok()) else { return };
    // SAFETY: signal 0 only asks whether the group is there.
    while unsafe { libc::killpg(group, 0) } == 0 && course.left_behind.get().is_none() {
        std::thread::sleep(AGAIN);
    }
}

#[cfg(target_os = "linux")]
fn wait_for_group(_: &Course) {}

/// What everything below this process used until now; `before` is this process' storage account without them.
fn used(before: Option<DiskIo>) -> Report {
    // The account of who has ended is in that of the process that waited for it.
    let disk = disk_io().zip(before);
    let told = cfg!(target_os = "linux");
    Report {
        cpu_seconds: children_cpu_time().filter(|_| told).map(|time| time.as_secs_f64()),
        largest_process_bytes: children_peak_memory_bytes(),
        disk_read_bytes: disk.map(|(now, before)| now.read_bytes.saturating_sub(before.read_bytes)),
        disk_written_bytes: disk.map(|(now, before)| now.written_bytes.saturating_sub(before.written_bytes)),
        ..Report::default()
    }
}

/// Ends everything when it is time to; the waiting thread then ends the process.
fn watch(course: &Course, parent: u32) {
    loop {
        std::thread::park_timeout(LOOK);
        if std::os::unix::process::parent_id() != parent {
            course.stop.store(true, Ordering::SeqCst);
        }
        if course.stop.load(Ordering::SeqCst) {
            break;
        }
        if course.ended.get().is_some_and(|ended| ended.elapsed() >= GRACE) {
            let left = Tree::under(std::process::id()).map(|mut tree| tree.names());
            let group = || course.program.get().map(|program| format!("process group {program}"));
            let _ = course.left_behind.set(left.unwrap_or_else(|| group().into_iter().collect()));
            break;
        }
    }
    for _ in 0..ATTEMPTS {
        end_all(course);
        std::thread::sleep(AGAIN);
    }
    crate::console::line("the system does not end all processes of the engine");
    std::process::exit(1);
}

fn end_all(course: &Course) {
    let pid = |pid: &u32| libc::pid_t::try_from(*pid).ok();
    match Tree::under(std::process::id()) {
        // SAFETY: a number and a signal, for descendants of this process.
        Some(mut tree) => tree.pids().iter().filter_map(pid).for_each(|pid| unsafe {
            libc::kill(pid, libc::SIGKILL);
        }),
        // SAFETY: likewise, for the group that the program began.
        None => course.program.get().and_then(pid).into_iter().for_each(|group| unsafe {
            libc::killpg(group, libc::SIGKILL);
        }),
    }
}
