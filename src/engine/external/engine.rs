//! An engine that is another program, as everybody else sees engines.

use super::output::{Output, years_of};
use super::session::Session;
use super::spec::Spec;
use super::talk::{Answer, PROTOCOL_VERSION, Request};
use super::told::Told;
use super::{input, place};
use crate::census::Census;
use crate::engine::interface::{Engine, EventLog, Place, SetupTimes};
use crate::engine::options::EngineOptions;
use crate::error::{Outside, Result};
use crate::events::write_parquet;
use crate::events::year::Events;
use crate::files::Workspace;
use crate::machine::tree::TreeSampler;
use crate::rules::run::RunSpec;
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A started engine that is talked to.
pub struct SessionEngine {
    spec: Spec,
    years: Vec<i32>,
    session: Session,
    sampler: Option<TreeSampler>,
    versions: BTreeMap<String, String>,
    start: Duration,
    /// Number of the next folder that it writes to by itself.
    written: u32,
    /// Goes after the session, which works in it.
    place: Workspace,
}

impl SessionEngine {
    /// Writes the input, starts the program, and has it load its census.
    ///
    /// # Errors
    /// When the plan cannot be met, or the program does not answer as it should.
    pub fn open(spec: &Spec, run: &RunSpec, census: &Census, options: &EngineOptions) -> Result<Self> {
        let place = place::new(options.spill_parent.as_deref())?;
        let folder = place::inside(&place, "input")?;
        input::write(&folder, run, census, options.threads, spec.draws)?;
        let scratch = place::inside(&place, "tmp")?;
        let mut session = Session::start(spec, &scratch)?;
        let sampler = options.watch.then(|| TreeSampler::start(session.pid())).transpose();
        let sampler = sampler.map_err(|error| Outside::NoSampler { error })?;
        let started = session.started();
        let (answer, _) = session.ask(&Request::Open {
            protocol: PROTOCOL_VERSION,
            input: &folder,
            threads: options.threads,
            seed: run.seed,
            start_year: run.start_year,
            end_year: run.end_year,
            scenario_id: &run.scenario_id,
            plan_design_id: &run.plan_design_id,
        })?;
        let start = started.elapsed();
        let Answer::Ready { versions, .. } = answer else { unreachable!("asked for") };
        Ok(Self {
            spec: spec.clone(),
            years: run.years().collect(),
            session,
            sampler,
            versions,
            start,
            written: 0,
            place,
        })
    }
}

impl Engine for SessionEngine {
    fn generate(&mut self) -> Result<Box<dyn EventLog + '_>> {
        let (answer, took) = self.session.ask(&Request::Generate)?;
        let Answer::Generated { events, year_seconds, step_seconds, .. } = answer else { unreachable!("asked for") };
        let told = Told::new(&self.spec, self.years.len(), took, events, year_seconds, step_seconds)?;
        let (spec, years) = (self.spec.clone(), self.years.clone());
        Ok(Box::new(SessionLog { told, spec, years, folder: OnceCell::new(), engine: RefCell::new(self) }))
    }

    fn setup_times(&self) -> SetupTimes {
        SetupTimes { engine_start: Some(self.start), census_load: None }
    }

    fn place(&self) -> Place {
        Place::Below(self.session.pid())
    }

    fn take_sampler(&mut self) -> Option<TreeSampler> {
        self.sampler.take()
    }

    fn versions(&self) -> BTreeMap<String, String> {
        self.versions.clone()
    }

    fn close(self: Box<Self>) -> Result<()> {
        self.session.close().map(drop)
    }
}

/// Events that an engine holds; it writes them when somebody wants to see them.
struct SessionLog<'a> {
    told: Told,
    spec: Spec,
    years: Vec<i32>,
    /// Where they were written.
    folder: OnceCell<PathBuf>,
    engine: RefCell<&'a mut SessionEngine>,
}

impl SessionLog<'_> {
    fn write_into(&self, folder: &Path) -> Result<()> {
        self.engine.borrow_mut().session.ask(&Request::Write { output: folder })?;
        // Whoever asks a second time reads what was written first.
        let _ = self.folder.set(folder.to_path_buf());
        Ok(())
    }

    /// The folder with the events.
    fn folder(&self) -> Result<PathBuf> {
        if let Some(folder) = self.folder.get() {
            return Ok(folder.clone());
        }
        let folder = {
            let mut engine = self.engine.borrow_mut();
            engine.written += 1;
            place::inside(&engine.place, &format!("output-{}", engine.written))?
        };
        self.write_into(&folder).map(|()| folder)
    }
}

impl EventLog for SessionLog<'_> {
    fn event_count(&self) -> Result<u64> {
        Ok(self.told.events)
    }

    fn years(&self) -> Box<dyn Iterator<Item = Result<Events>> + '_> {
        years_of(&self.spec, &self.years, self.folder(), Some(self.told.events))
    }

    fn year_seconds(&self) -> &[f64] {
        &self.told.year_seconds
    }

    fn step_seconds(&self) -> BTreeMap<String, f64> {
        self.told.step_seconds.clone()
    }

    fn write_parquet(&self, year: i32, file: &Path) -> Result<()> {
        let folder = self.folder()?;
        write_parquet::write(&Output::new(&self.spec, &folder).read(year)?, file)
    }

    fn persist(&self, _: &[i32], folder: &Path, _: usize) -> Result<()> {
        // JSON has no words for a path that is no text; the engine's own folder has another.
        if folder.to_str().is_some() { self.write_into(folder) } else { self.folder().map(drop) }
    }
}
