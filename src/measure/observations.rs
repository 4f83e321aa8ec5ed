//! Observed runs in fresh processes, each leaving a whole record beside Criterion's files.

use super::oracle::Oracle;
use crate::engine::{Mode, external};
use crate::error::{Error, Input, Result};
use crate::files::{remove_abandoned, write_new_json};
use crate::machine::Build;
use crate::machine::load::Load;
use crate::measure::fresh::observe;
use crate::measure::padding;
use crate::measure::request::{FileOfPeople, People, RunRequest, SCRATCH, Seen, Warm};
use crate::measure::turns;
use crate::parity::Outcome;
use crate::record::names::once;
use crate::record::run::{FORMAT_VERSION, OwnEngine, Parity, RunRecord};
use crate::record::sessions::UnderWay;
use crate::record::timestamp::Timestamp;
use crate::settings::session::{Selection, Settings};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, Once, PoisonError};

/// The runs of one scenario and mode in one session.
pub(crate) struct Observations {
    request: RunRequest,
    executable: PathBuf,
    folder: PathBuf,
    expected: Outcome,
    template: RunRecord,
    /// Number of the last run.
    run_number: u32,
    /// Runs that were done again, of those in rounds.
    replaced: u32,
    /// `None` if no records are kept. It keeps others from removing this session's.
    under_way: Option<UnderWay>,
}

impl Observations {
    /// Makes ready; nothing runs yet but the reference, for the answer that every run must give. `rounds` is the number of
    /// rounds in which modes take turns, if they do.
    ///
    /// # Errors
    /// When the reference fails or gives a wrong answer, or the folder cannot be written.
    pub fn start(
        settings: &Settings,
        oracle: &Oracle<'_>,
        selection: &Selection,
        mode: Mode,
        rounds: Option<u32>,
        warm: Warm,
    ) -> Result<Self> {
        let expected = oracle.expected(selection)?;
        let benchmark = selection.benchmark(mode, settings.options.threads);
        let folder = benchmark.folder(&settings.folders.criterion);
        std::fs::create_dir_all(&folder).map_err(|e| Error::file(&folder, e))?;
        remove_scratch(&folder);
        let begin = || UnderWay::begin(&settings.folders.criterion, &folder, &settings.session);
        let under_way = settings.records.then(begin).transpose()?;
        let remark = under_way.as_ref().and_then(|session| session.remark.as_ref());
        if let Some(text) = remark.and_then(|remark| once(&[format!("{}: {remark}", benchmark.id())])) {
            // One clock, one warning.
            static TOLD: Once = Once::new();
            TOLD.call_once(|| crate::console::warning(&text));
        }
        let people = match &selection.census_file {
            None => People::Synthetic(selection.employee_count),
            Some(file) => People::File(FileOfPeople {
                path: file.path().to_path_buf(),
                given: file.given().to_path_buf(),
                format: file.format().clone(),
                fingerprint: benchmark.census_fingerprint,
            }),
        };
        let template = RunRecord {
            format_version: FORMAT_VERSION,
            session: settings.session.clone(),
            sequence: under_way.as_ref().map_or(0, |session| session.sequence),
            run_number: 0,
            planned_runs: rounds,
            interleaved: rounds.is_some(),
            started_at: Timestamp::now(),
            benchmark,
            padding: padding::of(mode),
            success: false,
            error: None,
            ended_from_outside: false,
            replaced_by: None,
            parity: Parity::Unchecked,
            engine: own_engine(settings, mode)?,
            observation: None,
            machine: settings.machine.clone(),
            build: Build::current(),
        };
        let executable = std::env::current_exe().map_err(|e| Error::failed("own executable", e))?;
        let request = RunRequest::new(&selection.run, people, mode, &settings.options, &folder, warm);
        Ok(Self { request, executable, folder, expected, template, run_number: 0, replaced: 0, under_way })
    }

    /// Observes one run and writes its record, which says so when the run failed or gave other events than the
    /// reference. A process that was ended from outside, or could not be started, gets a second try; the record of the
    /// first then comes before that of the second, which counts.
    ///
    /// # Errors
    /// When a record cannot be written, or somebody interrupts.
    pub fn observe(&mut self) -> Result<Vec<RunRecord>> {
        self.run_number += 1;
        let mut first = self.attempt(self.run_number)?;
        // Who gives this process its turns waits for one worker, and does without this process if that fails.
        if !first.ended_from_outside || turns::are_given() {
            self.write(&first)?;
            return Ok(vec![first]);
        }
        match self.template.planned_runs {
            // The number of a round is its pairs' in the other modes, so it goes to the run that counts.
            Some(rounds) => {
                self.replaced += 1;
                first.run_number = rounds + self.replaced;
            }
            None => self.run_number += 1,
        }
        first.replaced_by = Some(self.run_number);
        let what = first.error.unwrap_or_default();
        first.error = Some(format!("{what}; tried again as run {}", self.run_number));
        self.write(&first)?;
        let mut second = self.attempt(self.run_number)?;
        if let Some(error) = second.error.take() {
            second.error = Some(format!("{error}; it was the second try"));
        }
        self.write(&second)?;
        Ok(vec![first, second])
    }

    /// One process; the record is not written yet.
    fn attempt(&self, run_number: u32) -> Result<RunRecord> {
        let mut record = RunRecord { run_number, started_at: Timestamp::now(), ..self.template.clone() };
        let load = Load::now();
        let outcome = observe(&self.executable, &self.request);
        record.machine.others_cpus = load.and_then(Load::others_until_now);
        match outcome {
            Ok(Seen { observation, versions }) => {
                if let Some(engine) = &mut record.engine {
                    engine.versions.extend(versions);
                }
                let found =
                    observation.fingerprint.map(|fingerprint| Outcome { fingerprint, events: observation.events });
                record.parity = match found {
                    None => Parity::OtherRules,
                    Some(found) if found == self.expected => Parity::Identical,
                    Some(_) => Parity::Different,
                };
                record.success = record.parity != Parity::Different;
                if let Some(found) = found.filter(|_| !record.success) {
                    record.error = Some(format!(
                        "output mismatch, expected {} events ({}), got {} ({})",
                        self.expected.events, self.expected.fingerprint, found.events, found.fingerprint
                    ));
                }
                record.observation = Some(observation);
            }
            Err(failure) => {
                record.ended_from_outside = failure.from_outside;
                record.error = Some(failure.error.to_string());
            }
        }
        // A child of the same terminal is interrupted too: its failure is no result.
        if record.ended_from_outside {
            remove_scratch(&self.folder);
            crate::interrupt::await_interrupt();
        }
        crate::interrupt::check_interrupt()?;
        Ok(record)
    }

    fn write(&self, record: &RunRecord) -> Result<()> {
        if self.under_way.is_some() { write_new_json(&record.path(&self.folder), record) } else { Ok(()) }
    }

    /// Observes one run; its peak resident memory in bytes, and into `events` how many there were.
    ///
    /// # Errors
    /// When the run failed or gave wrong events, or the platform does not tell.
    pub fn observe_peak(&mut self, events: &mut u64) -> Result<u64> {
        let records = self.observe()?;
        for record in records.iter().filter(|record| record.replaced_by.is_some()) {
            let what = record.error.as_deref().unwrap_or("no output");
            crate::console::warning(format!("{} run {}: {what}", record.benchmark.id(), record.run_number));
        }
        let Some(record) = records.into_iter().next_back() else { return Err(no_peak()) };
        if let Some(error) = &record.error {
            return Err(record.failure(error));
        }
        let observation = record.observation.ok_or_else(no_peak)?;
        *events = observation.events;
        observation.peak_memory_bytes.ok_or_else(no_peak)
    }
}

/// Removes what processes left that were ended in the middle of their work, and their engines.
fn remove_scratch(folder: &Path) {
    [SCRATCH, external::PLACE].iter().for_each(|prefix| remove_abandoned(folder, prefix));
}

fn no_peak() -> Error {
    Input::NoPeakMemory.into()
}

/// What is recorded of a mode's engine, where it is not built in. Its version is asked for once; without one the record says
/// less, and nothing else changes.
pub(crate) fn own_engine(settings: &Settings, mode: Mode) -> Result<Option<OwnEngine>> {
    static KNOWN: Mutex<BTreeMap<Mode, Option<String>>> = Mutex::new(BTreeMap::new());
    if mode.is_built_in() {
        return Ok(None);
    }
    let spec = settings.options.engines.spec(mode)?;
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let version = known.entry(mode).or_insert_with(|| {
        external::version(spec).unwrap_or_else(|error| {
            crate::console::warning(format!("{mode}: its version is not recorded: {}", error.chain()));
            None
        })
    });
    let versions = version.iter().map(|version| ("version".to_owned(), version.clone())).collect();
    Ok(Some(OwnEngine { protocol: spec.protocol, rules: spec.rules, draws: spec.draws, versions }))
}
