//! What becomes of a panic: a sentence for whoever reads it, exit code 2, and an end.
//!
//! Libraries panic where they cannot go on: Polars and tokio when the system gives them no thread, Criterion on arguments
//! that it cannot use, Rust's own `println!` on a full disk. Their threads may then wait for each other for ever.

use crate::error::FEWER;
use std::backtrace::Backtrace;
use std::io::Write;
use std::panic::{AssertUnwindSafe, Location, PanicHookInfo, catch_unwind, set_hook};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

/// Exit code of a process that panicked.
const ERROR: u8 = 2;
/// How long the threads may take to clean up and end; whoever waits for a thread that is gone would wait for ever.
#[cfg(unix)]
const GRACE_SECONDS: u32 = 3;

static PANICKED: AtomicBool = AtomicBool::new(false);

/// Runs the whole of a process. A panic on any thread ends it with words and exit code 2, after everything that the
/// panicking thread holds has been cleaned up.
pub fn guarded(run: impl FnOnce() -> ExitCode) -> ExitCode {
    set_hook(Box::new(tell));
    #[cfg(unix)]
    // SAFETY: the handler only calls what a signal handler may call.
    unsafe {
        libc::signal(libc::SIGABRT, aborted as *const () as libc::sighandler_t);
    }
    let code = catch_unwind(AssertUnwindSafe(run)).unwrap_or(ExitCode::from(ERROR));
    // A thread that nobody asked how it ended has failed all the same.
    if PANICKED.load(Ordering::SeqCst) { ExitCode::from(ERROR) } else { code }
}

/// What is said when somebody aborts, after what they said themselves.
const ABORTED: &str = "error: this process was aborted, most often because the system gave it no more memory, threads or open \
                       files; use fewer threads (--threads, BENCHMARK_THREADS) or a smaller scenario, or allow more (`ulimit \
                       -v`, `ulimit -u`, `ulimit -n`, the container's limits)\n";

/// Who asks for memory and gets none aborts, and so do the libraries in C++; no panic comes of it.
#[cfg(unix)]
extern "C" fn aborted(_: libc::c_int) {
    // SAFETY: both may be called in a signal handler; the text is there for the whole of the process.
    unsafe {
        libc::write(libc::STDERR_FILENO, ABORTED.as_ptr().cast(), ABORTED.len());
        libc::_exit(libc::c_int::from(ERROR));
    }
}

fn tell(panic: &PanicHookInfo<'_>) {
    // Whoever panics in consequence of a panic has nothing to add.
    if PANICKED.swap(true, Ordering::SeqCst) {
        return;
    }
    let text = panic.payload_as_str().unwrap_or("a panic without words");
    let mut err = std::io::stderr().lock();
    // Where standard error cannot be written there is nobody to tell.
    let _ = writeln!(err, "error: {}", crate::console::escaped(&words(text, panic.location())));
    // Criterion's own words are about what was typed.
    let criterions = panic.location().is_some_and(|place| place.file().contains("criterion-"));
    if !criterions && std::env::var_os("RUST_BACKTRACE").is_some_and(|wanted| wanted != "0") {
        let _ = writeln!(err, "{panic}\n{}", Backtrace::force_capture());
    }
    drop(err);
    // A thread that watches could not be started where there are too few; an alarm needs none.
    #[cfg(unix)]
    // SAFETY: the handler only calls what a signal handler may call.
    unsafe {
        libc::signal(libc::SIGALRM, out_of_time as *const () as libc::sighandler_t);
        libc::alarm(GRACE_SECONDS);
    }
    #[cfg(not(unix))]
    std::process::exit(i32::from(ERROR));
}

#[cfg(unix)]
extern "C" fn out_of_time(_: libc::c_int) {
    // SAFETY: may be called in a signal handler, and does not come back.
    unsafe { libc::_exit(libc::c_int::from(ERROR)) }
}

/// What a panic's text means to a user.
fn words(text: &str, place: Option<&Location<'_>>) -> String {
    if let Some(cause) = text.strip_prefix("failed printing to stdout: ") {
        return format!("standard output: {cause}");
    }
    let system = |code: i32| {
        let said = std::io::Error::from_raw_os_error(code).to_string();
        let sentence = said.split(" (os error").next().unwrap_or_default().to_owned();
        (text.contains(&format!("code: {code},")) || text.contains(&sentence)).then_some(said)
    };
    if let Some(said) = system(libc::EAGAIN).or_else(|| system(libc::ENOMEM)) {
        return format!("cannot start a thread: {said}; {FEWER}");
    }
    if let Some(said) = system(libc::EMFILE).or_else(|| system(libc::ENFILE)) {
        return format!("cannot open a file: {said}; `ulimit -n` says how many may be open, give a higher one");
    }
    let file = place.map_or("", |place| place.file());
    // Criterion's words for arguments that it cannot use are meant for users.
    if file.contains("criterion-") {
        return text.to_owned();
    }
    let place = place.map_or_else(String::new, |place| format!(" at {}:{}", crate_path(file), place.line()));
    format!("internal error: {text}{place}; please report it with the command line (RUST_BACKTRACE=1 says more)")
}

/// A source file without the folders of whoever built this.
fn crate_path(file: &str) -> &str {
    let start = file.rfind("/src/").and_then(|end| Some(file[..end].rfind('/')? + 1));
    &file[start.unwrap_or(0)..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_say_what_a_user_can_do() {
        let here = Some(Location::caller());
        for text in [
            "could not spawn threads: ThreadPoolBuildError { kind: IOError(Os { code: 11, kind: WouldBlock, message: \
             \"Resource temporarily unavailable\" }) }",
            "OS can't spawn worker thread: Resource temporarily unavailable (os error 11)",
            "called `Result::unwrap()` on an `Err` value: Os { code: 12, kind: OutOfMemory, message: \"Cannot allocate memory\" }",
        ] {
            let said = words(text, here);
            if cfg!(target_os = "linux") {
                assert!(said.starts_with("cannot start a thread: ") && said.contains("--threads"), "{said}");
                assert!(!said.contains("unwrap") && !said.contains("kind:"), "{said}");
            }
        }
        let full = "failed printing to stdout: No space left on device (os error 28)";
        assert_eq!(words(full, here), "standard output: No space left on device (os error 28)");
        let files = words("Os { code: 24, kind: Uncategorized, message: \"Too many open files\" }", here);
        assert!(files.contains("ulimit -n"), "{files}");
        let ours = words("index out of bounds", here);
        assert!(ours.starts_with("internal error: index out of bounds at ") && ours.contains("ending.rs:"), "{ours}");
    }

    #[test]
    fn a_place_is_told_without_the_builders_folders() {
        let registry = "/home/somebody/.cargo/registry/src/index.crates.io-1949/rayon-core-1.13.0/src/registry.rs";
        assert_eq!(crate_path(registry), "rayon-core-1.13.0/src/registry.rs");
        assert_eq!(crate_path("src/engine/mod.rs"), "src/engine/mod.rs");
    }
}
