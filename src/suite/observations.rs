//! Observed runs in fresh processes, each leaving a whole record beside Criterion's files.

use super::fixture::Fixtures;
use crate::engine::{Mode, padding};
use crate::error::{Error, Result};
use crate::files::write_json;
use crate::measure::machine::Build;
use crate::measure::worker::{People, RunRequest, Warm, observe};
use crate::parity::Outcome;
use crate::record::run::{self, FORMAT_VERSION, Parity, RunRecord};
use crate::settings::{Selection, Settings};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The runs of one scenario and mode in one session.
pub(crate) struct Observations {
    request: RunRequest,
    executable: PathBuf,
    folder: PathBuf,
    expected: Outcome,
    template: RunRecord,
    records: bool,
}

impl Observations {
    /// Makes ready; nothing runs yet but the reference, for the answer that every run must give. `rounds` is the number of
    /// rounds in which modes take turns, if they do.
    ///
    /// # Errors
    /// When the reference fails or gives a wrong answer, or the folder cannot be written.
    pub fn start(
        settings: &Settings,
        fixtures: &Fixtures<'_>,
        selection: &Selection,
        mode: Mode,
        rounds: Option<u32>,
        warm: Warm,
    ) -> Result<Self> {
        let expected = fixtures.expected(selection)?;
        let benchmark = selection.benchmark(mode, settings.options.threads);
        let folder = benchmark.folder(&settings.folders.criterion);
        std::fs::create_dir_all(&folder).map_err(|e| Error::file(&folder, e))?;
        if settings.records {
            run::prune(&folder);
        }
        remove_old_scratch(&folder);
        let people = selection.census_file.clone().map_or(People::Synthetic(selection.employee_count), People::File);
        let template = RunRecord {
            format_version: FORMAT_VERSION,
            session: settings.session.clone(),
            run_number: 0,
            planned_runs: rounds,
            interleaved: rounds.is_some(),
            started_at: String::new(),
            benchmark,
            padding: padding::of(mode),
            success: false,
            error: None,
            parity: Parity::Unchecked,
            observation: None,
            machine: settings.machine.clone(),
            build: Build::current(),
        };
        let executable = std::env::current_exe().map_err(|e| Error::failed("own executable", e))?;
        let request = RunRequest::new(&selection.run, people, mode, &settings.options, &folder, warm);
        Ok(Self { request, executable, folder, expected, template, records: settings.records })
    }

    /// Observes one run and writes its record, which says so when the run failed or gave other events than the
    /// reference.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub fn observe(&mut self) -> Result<RunRecord> {
        self.template.run_number += 1;
        let mut record = RunRecord { started_at: crate::record::now(), ..self.template.clone() };
        let outcome = observe(&self.executable, &self.request);
        // A child of the same terminal is interrupted too: its failure is no result.
        super::rounds::check_interrupt()?;
        match outcome {
            Ok(observation) => {
                let same = (observation.events, observation.fingerprint.as_str())
                    == (self.expected.events, self.expected.fingerprint.to_string().as_str());
                record.parity = if same { Parity::Identical } else { Parity::Different };
                record.success = same;
                if !same {
                    record.error = Some(format!(
                        "output mismatch, expected {} events ({}), got {} ({})",
                        self.expected.events, self.expected.fingerprint, observation.events, observation.fingerprint
                    ));
                }
                record.observation = Some(observation);
            }
            Err(error) => record.error = Some(error.to_string()),
        }
        if self.records {
            write_json(&record.path(&self.folder), &record)?;
        }
        Ok(record)
    }

    /// Observes one run; its peak resident memory in bytes.
    ///
    /// # Errors
    /// When the run failed or gave wrong events, or the platform does not tell.
    pub fn observe_peak(&mut self) -> Result<u64> {
        let record = self.observe()?;
        if let Some(error) = &record.error {
            return Err(record.failure(error));
        }
        record.observation.and_then(|observation| observation.peak_memory_bytes).ok_or_else(|| {
            Error::Config("this platform does not tell a process' peak memory; leave peak_memory out by naming wall_time or cpu_time".into())
        })
    }
}

/// Removes what killed processes left. A younger folder may belong to a run under way.
fn remove_old_scratch(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let scratch = entry.file_name().to_string_lossy().starts_with(".scratch-");
        let age = entry.metadata().and_then(|data| data.modified()).ok().and_then(|time| time.elapsed().ok());
        if scratch && age.is_some_and(|age| age > Duration::from_secs(3_600)) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}
