//! The fresh process of an observation: this program calls itself, does one run, and tells what it saw.
//!
//! Nothing of an earlier run is in such a process: not the other engine's memory, not an allocator's free lists, not a
//! warm cache of plans. `docs/measuring.md` calls it a cold run.

use super::one_run::observe;
use super::request::{Allocated, Request};
use crate::error::{Error, Outside, Result};
use crate::machine::process::{Resident, peak_memory_bytes};
use std::process::ExitCode;

/// First argument of a process that is to serve one request and end.
pub(super) const ARGUMENT: &str = "--planalign-worker";
/// Exit code of a process that the system gives too few threads (`EX_TEMPFAIL` of sysexits.h).
pub(super) const STARVED: u8 = 75;

/// Serves a request if this process was started to; `None` lets `main` go on.
pub fn serve_if_asked() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    arguments.next().is_some_and(|first| first == ARGUMENT).then(|| {
        end_with_parent();
        let idle = Resident::open().bytes();
        // JSON is text; what is none is answered as no request.
        let text = arguments.next().and_then(|request| request.into_string().ok()).unwrap_or_default();
        let answer = serde_json::from_str(&text)
            .map_err(|e| Error::failed("worker request", e))
            .and_then(|request| serve(&request, idle));
        match answer {
            Ok(json) => {
                println!("{json}");
                ExitCode::SUCCESS
            }
            Err(error) => {
                crate::console::line(&error.chain());
                let starved = matches!(&error, Error::Outside(Outside::NoThreads { .. } | Outside::NoPool { .. }));
                ExitCode::from(if starved { STARVED } else { 2 })
            }
        }
    })
}

fn serve(request: &Request, idle_memory_bytes: Option<u64>) -> Result<String> {
    let json = match request {
        Request::Run(run) => serde_json::to_string(&observe(run, idle_memory_bytes)?),
        Request::Allocate(bytes) => {
            let memory = std::hint::black_box(vec![1u8; *bytes]);
            let allocated = Allocated { peak_memory_bytes: peak_memory_bytes(), idle_memory_bytes };
            drop(memory);
            serde_json::to_string(&allocated)
        }
    };
    json.map_err(|e| Error::failed("worker answer", e))
}

/// Has this process end when the one that ordered it does, however that ends: nobody would take its answer.
fn end_with_parent() {
    #[cfg(target_os = "linux")]
    {
        // SAFETY: asks the kernel for a signal; nothing else of this process changes.
        unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
    }
}
