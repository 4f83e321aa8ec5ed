//! What the verbs that measure share: what is to be measured, and how it went.

use super::context::Context;
use super::messages::{Messages, WARM};
use crate::error::{Error, Result};
use crate::measure::padding;
use crate::measure::rounds;
use crate::record::run::{Parity, RunRecord};
use crate::results::Results;
use crate::settings::flags::Measure;
use crate::settings::session::Settings;

/// What a verb measures.
pub(super) fn resolve(measure: &Measure, context: &Context) -> Result<Settings> {
    measure.resolve(&context.catalogue, context.file.engines(), context.file.project())
}

/// Observes everything in fresh processes that take turns.
pub(super) fn observe(settings: &Settings, runs: u32, messages: Messages) -> Result<Vec<RunRecord>> {
    if let Some(padding) = padding::active() {
        crate::console::warning(format!("{}={padding}: these figures are padded on purpose", padding::VARIABLE));
    }
    crate::interrupt::watch_for_interrupts();
    let total = settings.selections.len() * settings.modes.len();
    let mut progress = messages.progress(total as u64 * u64::from(runs));
    rounds::observe(settings, runs, WARM, &mut progress)
}

/// Runs that failed are told, whatever else is done with the rest: a line for each benchmark.
pub(super) fn failures(records: &[RunRecord]) -> Result<()> {
    failed_of(records, |_| true)
}

/// Benchmarks that were given up, because their processes were ended from outside or could not be started: no verdict can
/// be had of them.
pub(super) fn given_up(records: &[RunRecord]) -> Result<()> {
    failed_of(records, |record| record.ended_from_outside)
}

fn failed_of(records: &[RunRecord], wanted: fn(&RunRecord) -> bool) -> Result<()> {
    let failed: Vec<&RunRecord> = records.iter().filter(|record| record.has_failed() && wanted(record)).collect();
    let same = |a: &RunRecord, b: &RunRecord| a.benchmark.id() == b.benchmark.id();
    let mut lines: Vec<String> = Vec::new();
    for (index, first) in failed.iter().enumerate() {
        if failed[..index].iter().any(|before| same(before, first)) {
            continue;
        }
        let of_all = records.iter().filter(|record| same(record, first) && record.replaced_by.is_none()).count();
        let count = failed.iter().filter(|record| same(record, first)).count();
        let what = first.error.as_deref().unwrap_or("no output");
        let (id, run) = (first.benchmark.id(), first.run_number);
        lines.push(format!("{id} run {run}: {what} ({count} of {of_all} run(s) failed)"));
    }
    if lines.is_empty() {
        return Ok(());
    }
    let differs = failed.iter().any(|record| record.parity == Parity::Different);
    Err(Error::Runs { what: lines.join("\n"), differs })
}

/// Results of a session's records alone.
pub(super) fn results_of(records: Vec<RunRecord>) -> Results {
    Results::new(records, Vec::new())
}
