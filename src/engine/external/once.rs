//! An engine that is run once, from its start to its end: a command line with an input folder and an output folder.

use super::fault::{Fault, Step};
use super::output::{Output, years_of};
use super::spec::{INPUT, OUTPUT, Spec};
use super::start::{PATIENCE, Started, start};
use super::words::Words;
use super::{input, place};
use crate::census::Census;
use crate::engine::interface::{Engine, EventLog, Place, SetupTimes, WholeRun};
use crate::engine::options::EngineOptions;
use crate::error::{Outside, Result};
use crate::events::write_parquet;
use crate::events::year::Events;
use crate::files::Workspace;
use crate::interrupt::check_interrupt;
use crate::machine::tree::TreeSampler;
use crate::rules::run::RunSpec;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Time between two looks whether somebody interrupted.
const LOOK: Duration = Duration::from_millis(50);

/// An engine with its input; nothing runs until something is to be generated.
pub struct OnceEngine {
    spec: Spec,
    years: Vec<i32>,
    input: PathBuf,
    watch: bool,
    runs: u32,
    place: Workspace,
}

impl OnceEngine {
    /// Writes the input.
    ///
    /// # Errors
    /// When the plan cannot be met, or the input cannot be written.
    pub fn open(spec: &Spec, run: &RunSpec, census: &Census, options: &EngineOptions) -> Result<Self> {
        let place = place::new(options.spill_parent.as_deref())?;
        let folder = place::inside(&place, "input")?;
        input::write(&folder, run, census, options.threads, spec.draws)?;
        Ok(Self {
            spec: spec.clone(),
            years: run.years().collect(),
            input: folder,
            watch: options.watch,
            runs: 0,
            place,
        })
    }

    /// The command of one run.
    fn command(&self, output: &Path) -> Vec<String> {
        let (input, output) = (self.input.to_string_lossy(), output.to_string_lossy());
        // A path may hold the other's place, so the pieces between are looked at apart.
        let put = |part: &String| {
            let pieces: Vec<String> = part.split(INPUT).map(|piece| piece.replace(OUTPUT, &output)).collect();
            pieces.join(&input)
        };
        self.spec.command.iter().map(put).collect()
    }

    fn run(&self, output: &Path, scratch: &Path) -> Result<WholeRun> {
        let spec = &self.spec;
        let started = start(spec, &self.command(output), Step::Run, scratch)?;
        let Started { mut program, input, output: mut said, talk } = started;
        drop(input);
        let words = Words::listen(talk);
        // What it says is of no interest, and must not fill the pipe.
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        let sampler = self.watch.then(|| TreeSampler::start(program.pid())).transpose();
        let sampler = sampler.map_err(|error| Outside::NoSampler { error })?;
        let fault = || Fault::new(spec, Step::Run).with_words(words.last());
        // What it leaves behind has its own time to go.
        let deadline = Instant::now() + spec.time_limit() + PATIENCE;
        let ended = loop {
            let until = deadline.min(Instant::now() + LOOK);
            match program.wait_until(until).map_err(|e| fault().cannot_start(e))? {
                Some(ended) => break ended,
                None if Instant::now() >= deadline => return Err(fault().silent(spec.time_limit())),
                None => check_interrupt()?,
            }
        };
        if ended.seconds > spec.time_limit_seconds {
            return Err(fault().silent(spec.time_limit()));
        }
        if !ended.status.success() {
            return Err(fault().ended(&ended));
        }
        if !ended.left_behind.is_empty() {
            return Err(fault().left_behind(&ended.left_behind));
        }
        let usage = sampler.map(TreeSampler::finish);
        Ok(WholeRun {
            wall: Duration::from_secs_f64(ended.seconds),
            cpu: ended.cpu_seconds.map(Duration::from_secs_f64),
            // What began and ended between two looks shows in the kernel's account of the largest.
            peak_memory_bytes: usage.and_then(|usage| usage.peak_memory_bytes).max(ended.largest_process_bytes),
            mean_memory_bytes: usage.and_then(|usage| usage.mean_memory_bytes),
            disk: ended.disk_io.map(|io| (io.read_bytes, io.written_bytes)),
        })
    }
}

impl Engine for OnceEngine {
    fn generate(&mut self) -> Result<Box<dyn EventLog + '_>> {
        self.runs += 1;
        let folder = place::inside(&self.place, &format!("output-{}", self.runs))?;
        let scratch = place::inside(&self.place, &format!("tmp-{}", self.runs))?;
        let whole = self.run(&folder, &scratch)?;
        let output = Output::new(&self.spec, &folder);
        output.check(&self.years)?;
        let events = output.rows(&self.years)?;
        Ok(Box::new(OnceLog { engine: self, folder, scratch, events, whole }))
    }

    fn setup_times(&self) -> SetupTimes {
        SetupTimes { engine_start: None, census_load: None }
    }

    fn place(&self) -> Place {
        Place::EachRun
    }
}

/// What a run wrote.
struct OnceLog<'a> {
    engine: &'a OnceEngine,
    folder: PathBuf,
    scratch: PathBuf,
    events: u64,
    whole: WholeRun,
}

impl EventLog for OnceLog<'_> {
    fn event_count(&self) -> Result<u64> {
        Ok(self.events)
    }

    fn years(&self) -> Box<dyn Iterator<Item = Result<Events>> + '_> {
        years_of(&self.engine.spec, &self.engine.years, Ok(self.folder.clone()), Some(self.events))
    }

    fn year_seconds(&self) -> &[f64] {
        &[]
    }

    fn whole_run(&self) -> Option<WholeRun> {
        Some(self.whole)
    }

    fn write_parquet(&self, year: i32, file: &Path) -> Result<()> {
        write_parquet::write(&Output::new(&self.engine.spec, &self.folder).read(year)?, file)
    }
}

impl Drop for OnceLog<'_> {
    fn drop(&mut self) {
        // A measurement of many runs would fill the disk; what cannot be removed goes with the engine's folder.
        for folder in [&self.folder, &self.scratch] {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}
