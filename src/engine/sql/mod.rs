//! The SQL engine: DuckDB in process, one readable file per step, years looped by this thin driver.
//!
//! Views are defined once, when the engine starts, and inlined by DuckDB's planner, so a year is a handful of
//! statements: the plan, the ranked staff, the hires, the timeline (all of the views at once), the events and the next
//! state.

mod errors;
mod functions;
mod tables;
mod variables;

use crate::census::Census;
use crate::engine::event_table::EventTable;
use crate::engine::{Engine, EngineOptions, EventLog, SetupTimes};
use crate::error::Result;
use crate::rules::identity::EventIds;
use crate::rules::plan::YearPlan;
use crate::rules::tables::Tables;
use crate::scenario::RunSpec;
use duckdb::Connection;
use errors::failed;
use std::path::Path;
use std::time::{Duration, Instant};

const STATE: &str = "CREATE OR REPLACE TEMP TABLE state AS SELECT * FROM census";
const DROP_WORK_TABLES: &str = "DROP TABLE state; DROP TABLE staff; DROP TABLE hire; DROP TABLE timeline";
const FUNCTIONS: &str = include_str!("00_functions.sql");
/// Steps that make the tables and variables which the views read.
const RANKING: [(&str, &str); 3] = [
    ("plan", include_str!("01_plan.sql")),
    ("terminations", include_str!("02_terminations.sql")),
    ("hires", include_str!("03_hires.sql")),
];
/// Steps as views, each adding columns to the one before.
const VIEWS: [(&str, &str); 5] = [
    ("roster", include_str!("04_roster.sql")),
    ("promotions", include_str!("05_promotions.sql")),
    ("raises", include_str!("06_raises.sql")),
    ("enrollments", include_str!("07_enrollments.sql")),
    ("deferral escalations", include_str!("08_deferral_escalations.sql")),
];
const TIMELINE: &str = include_str!("09_timeline.sql");
const EVENTS: &str = include_str!("10_events.sql");
const ROLL_FORWARD: &str = include_str!("11_roll_forward.sql");

/// The started engine: a connection with functions, assumptions and census.
pub struct SqlEngine {
    run: RunSpec,
    tables: Tables,
    plans: Vec<YearPlan>,
    connection: Connection,
    in_memory: bool,
    setup_times: SetupTimes,
}

impl SqlEngine {
    /// Starts DuckDB in memory, or on a database file, and loads the census.
    ///
    /// # Errors
    /// When the plan cannot be met, the file is locked or not a database, or a limit is not understood.
    pub fn open(run: &RunSpec, census: &Census, options: &EngineOptions) -> Result<Self> {
        let clock = Instant::now();
        let mut engine = Self {
            run: run.clone(),
            tables: Tables::new(&run.assumptions),
            plans: run.plans(census.len())?,
            connection: tables::connect(options)?,
            in_memory: options.database.is_none(),
            setup_times: SetupTimes { engine_start: Duration::ZERO, census_load: Duration::ZERO },
        };
        let ids = EventIds::new(run.seed, &run.scenario_id, &run.plan_design_id);
        functions::register(&engine.connection, run.seed, ids).map_err(failed("functions"))?;
        engine.execute("functions", FUNCTIONS)?;
        engine.execute("assumptions", variables::of_run(run, &engine.tables).sql())?;
        engine.define_views()?;
        engine.setup_times.engine_start = clock.elapsed();
        let clock = Instant::now();
        tables::load_census(&engine.connection, census).map_err(failed("census"))?;
        engine.setup_times.census_load = clock.elapsed();
        Ok(engine)
    }

    fn execute(&self, step: &str, sql: &str) -> Result<()> {
        self.connection.execute_batch(sql).map_err(failed(step))
    }

    /// Defines the steps that are views. DuckDB wants to see the tables and variables that a view reads, so a year
    /// without people goes before.
    fn define_views(&self) -> Result<()> {
        tables::load_census(&self.connection, &Census::default()).map_err(failed("census"))?;
        self.execute("state", STATE)?;
        self.rank(self.run.start_year, &YearPlan::new(0, 0, &self.run.assumptions.workforce), 0)?;
        VIEWS.into_iter().try_for_each(|(name, sql)| self.execute(name, sql))
    }

    /// The plan of a year split over levels, and who ranks where.
    fn rank(&self, year: i32, plan: &YearPlan, hired_before: i64) -> Result<()> {
        let facts = variables::of_year(year, &self.run, &self.tables, plan, hired_before);
        self.execute(&format!("facts of {year}"), facts.sql())?;
        RANKING.into_iter().try_for_each(|(name, sql)| self.execute(&format!("{name} of {year}"), sql))
    }

    /// One year.
    fn year(&self, year: i32, plan: &YearPlan, hired_before: i64) -> Result<()> {
        let step = |name: &str| format!("{name} of {year}");
        if year == self.run.start_year {
            self.execute(&step("state"), STATE)?;
            self.execute(&step("events"), &tables::create_events(&self.run))?;
        }
        self.rank(year, plan, hired_before)?;
        self.execute(&step("timeline"), TIMELINE)?;
        self.execute(&step("events"), EVENTS)?;
        self.execute(&step("roll forward"), ROLL_FORWARD)
    }
}

impl Engine for SqlEngine {
    fn generate(&mut self) -> Result<Box<dyn EventLog + '_>> {
        let mut hired_before = 0;
        let mut year_seconds = Vec::new();
        for (year, plan) in self.run.years().zip(&self.plans) {
            let clock = Instant::now();
            self.year(year, plan, hired_before)?;
            hired_before += plan.hires;
            year_seconds.push(clock.elapsed().as_secs_f64());
        }
        // The other engines free their working state within the run, too.
        self.execute("work tables", DROP_WORK_TABLES)?;
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
            let _ = self.engine.connection.execute_batch("DROP TABLE IF EXISTS events");
        }
    }
}

impl EventLog for SqlLog<'_> {
    fn event_count(&self) -> Result<u64> {
        let count = self.engine.connection.query_row("SELECT count(*) FROM events", [], |row| row.get(0));
        count.map_err(failed("counting events"))
    }

    fn year(&self, year: i32) -> Result<EventTable> {
        tables::read_events(&self.engine.connection, year)
            .map_err(|message| errors::engine_error("reading events", message))
    }

    fn year_seconds(&self) -> &[f64] {
        &self.year_seconds
    }

    fn write_parquet(&self, year: i32, file: &Path) -> Result<()> {
        self.engine.execute(&format!("writing {}", file.display()), &tables::copy_events(year, file))
    }
}
