//! The SQL engine: DuckDB in process, one readable file per step, years looped by this thin driver.
//!
//! A year is a handful of statements: the plan, who leaves, the hires, everybody's timeline (all the columns
//! at once), the events and the next state. A year's events and the next year's timeline need nothing of each
//! other, nor do leavers and hires, so two connections work side by side; a single statement keeps two threads busy only
//! from some hundred thousand people on.

mod database_file;
mod errors;
mod functions;
mod session;
mod spill;
mod statements;
mod tables;
mod variables;

use crate::census::Census;
use crate::engine::interface::{Engine, EventLog, SetupTimes};
use crate::engine::options::EngineOptions;
use crate::error::Result;
use crate::events::year::Events;
use crate::files::paths::TextPath;
use crate::rules::identity::EventIds;
use crate::rules::plan::{YearPlan, split_over_levels};
use crate::rules::run::RunSpec;
use crate::rules::tables::Tables;
use crate::rules::units::share_ppm;
use crate::rules::vocabulary::{MAX_LEVELS, PerLevel};
use duckdb::Connection;
use errors::failed;
use session::Session;
use spill::Spill;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::time::Instant;
use variables::{Facts, list};

pub(crate) use errors::is_out_of_memory;
pub use spill::remove_abandoned_spills;

/// The started engine: connections with functions and assumptions, and the census.
pub struct SqlEngine {
    run: RunSpec,
    tables: Tables,
    plans: Vec<YearPlan>,
    /// Works out who leaves and what happens to everybody.
    people: Session,
    /// Meanwhile makes the year's hires and writes the events of the year before; absent with one thread.
    second: Option<Session>,
    in_memory: bool,
    threads: usize,
    setup_times: SetupTimes,
    /// Held for the connections, which go before it.
    _spill: Spill,
}

impl SqlEngine {
    /// Starts DuckDB in memory, or on a database file, and loads the census.
    ///
    /// # Errors
    /// When the plan cannot be met, the file is locked or not a database, or a limit is not understood.
    pub fn open(run: &RunSpec, census: &Census, options: &EngineOptions) -> Result<Self> {
        let clock = Instant::now();
        let (tables, plans) = (Tables::new(&run.assumptions), run.plans(census.len())?);
        let spill = Spill::new(options.spill_parent.as_deref());
        let connection = tables::connect(options, &spill)?;
        let ids = EventIds::new(run.seed, &run.scenario_id, &run.plan_design_id);
        functions::register(&connection, run.seed, ids).map_err(failed("functions"))?;
        let second = (options.threads > 1).then(|| connection.try_clone()).transpose().map_err(failed("start"))?;
        let second = second.map(|connection| Session::new(connection, run, &tables)).transpose()?;
        let people = Session::new(connection, run, &tables)?;
        let engine_start = clock.elapsed();
        let clock = Instant::now();
        tables::load_census(&people.0, census).map_err(failed("census"))?;
        let setup_times = SetupTimes { engine_start: Some(engine_start), census_load: Some(clock.elapsed()) };
        Ok(Self {
            run: run.clone(),
            tables,
            plans,
            people,
            second,
            in_memory: options.database.is_none(),
            threads: options.threads,
            setup_times,
            _spill: spill,
        })
    }
}

/// Splits a year's plan over the levels of 1 January.
fn plan(session: &Session, facts: &mut Facts, plan: &YearPlan, tables: &Tables) -> Result<()> {
    let levels = tables.levels.len();
    let (headcount, hires_position) = session.row("plan", statements::PLAN, facts, |row| {
        let mut headcount: PerLevel = [0; MAX_LEVELS];
        for (level, people) in headcount.iter_mut().take(levels).enumerate() {
            *people = row.get(level)?;
        }
        Ok((headcount, row.get::<_, Option<i64>>(levels)?))
    })?;
    let hires = split_over_levels(plan.hires, tables.hire_weights(headcount));
    let leavers = split_over_levels(plan.leavers, headcount);
    facts
        .bigints("leavers_of_level", leavers)
        .bigints("termination_ppm", (0..levels).map(|level| share_ppm(leavers[level], headcount[level])))
        .bigints("hires_up_to_level", (0..levels).map(|level| hires[..=level].iter().sum()))
        .place_hires(hires_position);
    Ok(())
}

/// The highest rank of each level that still leaves.
fn terminations(session: &Session, facts: &Facts, levels: usize) -> Result<Vec<u64>> {
    session
        .row("terminations", statements::TERMINATIONS, facts, |row| (0..levels).map(|level| row.get(level)).collect())
}

/// The year's hires, and the highest rank of them that still leaves.
fn hires(session: &Session, facts: &Facts) -> Result<u64> {
    session.run("hires", statements::HIRES, facts)?;
    session.row("new-hire terminations", statements::NEW_HIRE_TERMINATIONS, facts, |row| row.get(0))
}

/// Everybody's timeline, and the next year's state.
fn timeline(session: &Session, facts: &mut Facts, cutoffs: Vec<u64>, new_hire_cutoff: u64) -> Result<()> {
    facts.set("termination_cutoff", list(cutoffs), "UBIGINT[]").set("new_hire_cutoff", new_hire_cutoff, "UBIGINT");
    session.run("timeline", statements::TIMELINE, facts)?;
    session.run("roll forward", statements::ROLL_FORWARD, facts)
}

/// The events of a year from its timeline. Returns when they were there.
fn events(session: &Session, facts: &Facts) -> Result<Instant> {
    session.run("events", statements::EVENTS, facts)?;
    Ok(Instant::now())
}

impl SqlEngine {
    /// Works out a year up to its timeline and writes the events of the year before, if there is one; returns when
    /// these were there.
    fn year(&mut self, facts: &mut Facts, year: &YearPlan, last: Option<&Facts>) -> Result<Option<Instant>> {
        let people = &self.people;
        plan(people, facts, year, &self.tables)?;
        let levels = self.tables.levels.len();
        let Some(second) = &mut self.second else {
            let finished = last.map(|last| events(people, last)).transpose()?;
            let (staying, joining) = (terminations(people, facts, levels)?, hires(people, facts)?);
            return timeline(people, facts, staying, joining).map(|()| finished);
        };
        let known = facts.clone();
        std::thread::scope(|scope| {
            let (hired, joining) = channel();
            let finished = scope.spawn(move || {
                let cutoff = hires(second, &known)?;
                // Nobody listens any more if the other side has failed, and it will tell why.
                hired.send(cutoff).unwrap_or_default();
                last.map(|last| events(second, last)).transpose()
            });
            let timeline = terminations(people, facts, levels).and_then(|staying| match joining.recv() {
                Ok(joining) => timeline(people, facts, staying, joining),
                Err(_) => Ok(()), // the other side has failed, and its own error says why
            });
            let finished = finished.join().unwrap_or_else(|panic| resume_unwind(panic))?;
            timeline.map(|()| finished)
        })
    }
}

impl Engine for SqlEngine {
    fn generate(&mut self) -> Result<Box<dyn EventLog + '_>> {
        let mut clock = Instant::now();
        let mut year_seconds = Vec::new();
        let mut done = |now: Instant| {
            year_seconds.push((now - clock).as_secs_f64());
            clock = now;
        };
        // DuckDB's number of threads counts one that runs a statement; while this engine has two of these, it is less.
        self.people.set_threads(self.threads - 1)?;
        self.people.execute("events", &tables::create_events(&self.run, &self.tables))?;
        let before = Facts::new(self.run.start_year - 1, &self.run, &self.tables, &self.plans[0], 0);
        self.people.run("state", statements::STATE, &before)?;
        self.people.run("roll forward", statements::ROLL_FORWARD, &before)?;
        let mut hired = 0;
        // The year whose timeline is there and whose events are not.
        let mut last: Option<Facts> = None;
        for (year, plan) in self.run.years().zip(self.plans.clone()) {
            let mut facts = Facts::new(year, &self.run, &self.tables, &plan, hired);
            self.year(&mut facts, &plan, last.as_ref())?.map(&mut done);
            self.people.run("timeline", statements::DROP_TIMELINE, last.as_ref().unwrap_or(&before))?;
            hired += plan.hires;
            last = Some(facts);
        }
        if let Some(last) = &last {
            done(events(&self.people, last)?);
            // The other engines free their working state within the run, too.
            self.people.run("work tables", statements::DROP_WORK_TABLES, last)?;
        }
        self.people.set_threads(self.threads)?;
        Ok(Box::new(SqlLog { engine: self, year_seconds }))
    }

    fn setup_times(&self) -> SetupTimes {
        self.setup_times
    }
}

/// The SQL engine's events: the table `events` in canonical order.
struct SqlLog<'a> {
    engine: &'a SqlEngine,
    year_seconds: Vec<f64>,
}

impl Drop for SqlLog<'_> {
    fn drop(&mut self) {
        if self.engine.in_memory {
            // Nothing to do about a failure here: the next run replaces the table, and reports its own errors.
            let _ = self.engine.people.0.execute_batch("DROP TABLE IF EXISTS events");
        }
    }
}

fn write(connection: &Connection, year: i32, file: &Path) -> Result<()> {
    let step = format!("writing {}", file.display());
    let place = TextPath::new(file)?;
    connection.execute_batch(&tables::copy_events(year, &place)).map_err(failed(&step))
}

impl EventLog for SqlLog<'_> {
    fn event_count(&self) -> Result<u64> {
        let count = self.engine.people.0.query_row("SELECT count(*) FROM events", [], |row| row.get(0));
        count.map_err(failed("counting events"))
    }

    fn years(&self) -> Box<dyn Iterator<Item = Result<Events>> + '_> {
        let read = |year| tables::read_events(&self.engine.people.0, year);
        let failed = |message| errors::engine_error("reading events", message);
        Box::new(self.engine.run.years().map(move |year| read(year).map_err(failed)))
    }

    fn year_seconds(&self) -> &[f64] {
        &self.year_seconds
    }

    fn write_parquet(&self, year: i32, file: &Path) -> Result<()> {
        write(&self.engine.people.0, year, file)
    }

    fn write_side_by_side(&self, files: &[(i32, PathBuf)]) -> Result<()> {
        let [(year, file), rest @ ..] = files else { return Ok(()) };
        let (engine, people) = (self.engine, &self.engine.people);
        // A connection does one thing at a time, and with one thread it does it with a fifth less CPU time than two.
        let others = rest.iter().map(|one| Ok((one, people.0.try_clone().map_err(failed("connection"))?)));
        let others: Vec<_> = others.collect::<Result<_>>()?;
        people.set_threads(engine.threads / files.len())?;
        let written = std::thread::scope(|scope| {
            let others: Vec<_> = others
                .into_iter()
                .map(|((year, file), connection)| scope.spawn(move || write(&connection, *year, file)))
                .collect();
            let first = self.write_parquet(*year, file);
            let others = others.into_iter().map(|other| other.join().unwrap_or_else(|panic| resume_unwind(panic)));
            others.fold(first, Result::and)
        });
        written.and(people.set_threads(engine.threads))
    }
}
