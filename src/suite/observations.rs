//! Observed runs in fresh processes, each leaving a whole record beside Criterion's files.

use super::fixture::Fixtures;
use super::settings::{Selection, Settings};
use crate::engine::Mode;
use crate::error::{Error, Result};
use crate::fingerprint::census_fingerprint;
use crate::measure::machine::Build;
use crate::measure::worker::{People, RunRequest, observe};
use crate::parity::Outcome;
use crate::record::run::{self, FORMAT_VERSION, Parity, RunRecord};
use crate::record::write_json;
use std::path::PathBuf;

/// The runs of one scenario and mode in one session.
pub(super) struct Observations<'a> {
    selection: &'a Selection,
    mode: Mode,
    request: RunRequest,
    executable: PathBuf,
    folder: PathBuf,
    expected: Outcome,
    template: RunRecord,
    records: bool,
}

impl<'a> Observations<'a> {
    pub fn start(settings: &Settings, fixtures: &Fixtures<'_>, selection: &'a Selection, mode: Mode) -> Result<Self> {
        let expected = fixtures.expected(selection)?;
        let folder = settings.criterion_folder.join(format!("{}_{}", selection.group, mode.name()));
        std::fs::create_dir_all(&folder).map_err(|e| Error::file(&folder, e))?;
        if settings.records {
            run::prune(&folder);
        }
        let people = selection.census_file.clone().map_or(People::Synthetic(selection.employee_count), People::File);
        let template = RunRecord {
            format_version: FORMAT_VERSION,
            session: settings.session.clone(),
            run_number: 0,
            started_at: String::new(),
            scenario: selection.name.clone(),
            mode: mode.name().to_owned(),
            seed: selection.run.seed,
            start_year: selection.run.start_year,
            end_year: selection.run.end_year,
            employees: selection.employee_count,
            census_fingerprint: census_fingerprint(&selection.census().census).to_string(),
            threads: settings.options.threads,
            success: false,
            error: None,
            parity: Parity::Unchecked,
            observation: None,
            machine: settings.machine.clone(),
            build: Build::current(),
        };
        let executable = std::env::current_exe().map_err(|e| Error::Config(format!("own executable: {e}")))?;
        let request = RunRequest::new(&selection.run, people, mode, &settings.options, &folder);
        Ok(Self { selection, mode, request, executable, folder, expected, template, records: settings.records })
    }

    /// Observes one run and writes its record.
    ///
    /// # Errors
    /// When the run failed or gave other events than the reference; the record says so too.
    pub fn observe(&mut self) -> Result<RunRecord> {
        self.template.run_number += 1;
        let mut record = RunRecord { started_at: crate::record::now(), ..self.template.clone() };
        let outcome = observe(&self.executable, &self.request);
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
        match &record.error {
            None => Ok(record),
            Some(error) => Err(Error::Parity(format!("{}/{}: {error}", self.selection.name, self.mode.name()))),
        }
    }

    /// Observes one run; its peak resident memory in bytes.
    pub fn observe_peak(&mut self) -> Result<u64> {
        let record = self.observe()?;
        record.observation.and_then(|observation| observation.peak_memory_bytes).ok_or_else(|| {
            Error::Config("this platform does not tell a process' peak memory; leave peak_memory out by naming wall_time or cpu_time".into())
        })
    }
}
