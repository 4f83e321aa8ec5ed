//! Somebody who interrupts: the run that is under way ends first, and what was finished is kept.

use crate::error::{Error, Result};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
static HANDLER: OnceLock<()> = OnceLock::new();

/// Makes control-C, SIGTERM and SIGHUP end a session after the run that is under way; a second one ends the process at once.
pub fn watch_for_interrupts() {
    HANDLER.get_or_init(|| {
        let outcome = ctrlc::set_handler(|| {
            if INTERRUPTED.swap(true, Ordering::SeqCst) {
                std::process::exit(130);
            }
        });
        // Without a handler control-C ends the process as usual.
        let _ = outcome;
    });
}

/// Waits a moment for an interrupt that may have ended a child already: a terminal sends it to both at once, and it reaches
/// this process by way of a thread.
pub(crate) fn await_interrupt() {
    for _ in 0..20 {
        if HANDLER.get().is_none() || INTERRUPTED.load(Ordering::SeqCst) {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Whether somebody interrupted.
///
/// # Errors
/// [`Error::Interrupted`].
pub fn check_interrupt() -> Result<()> {
    if INTERRUPTED.load(Ordering::SeqCst) { Err(Error::Interrupted) } else { Ok(()) }
}
