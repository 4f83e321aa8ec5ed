//! The SQL engine: DuckDB in process, one readable file per step, years looped by this thin driver.
//!
//! Views are defined once and inlined by DuckDB's planner, so a year is a handful of statements: the plan, the ranked
//! staff, the hires, the timeline (all of the views at once), the events and the next state.

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

const FUNCTIONS: &str = include_str!("00_functions.sql");
/// Steps that run every year before the views can be defined: their tables and variables are what the views read.
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
        engine.setup_times.engine_start = clock.elapsed();
        let clock = Instant::now();
        tables::load_census(&engine.connection, census).map_err(failed("census"))?;
        engine.setup_times.census_load = clock.elapsed();
        Ok(engine)
    }

    fn execute(&self, step: &str, sql: &str) -> Result<()> {
        self.connection.execute_batch(sql).map_err(failed(step))
    }

    /// One year; the first also defines the views.
    fn year(&self, year: i32, hired_before: i64, remaining_hires: i64) -> Result<()> {
        let step = |name: &str| format!("{name} of {year}");
        let facts = variables::of_year(year, &self.run, &self.tables, hired_before, remaining_hires);
        self.execute(&step("facts"), facts.sql())?;
        for (name, sql) in RANKING {
            self.execute(&step(name), sql)?;
        }
        if year == self.run.start_year {
            for (name, sql) in VIEWS {
                self.execute(&step(name), sql)?;
            }
        }
        self.execute(&step("timeline"), TIMELINE)?;
        self.execute(&step("events"), EVENTS)?;
        self.execute(&step("roll forward"), ROLL_FORWARD)
    }
}

impl Engine for SqlEngine {
    fn generate(&mut self) -> Result<Box<dyn EventLog + '_>> {
        self.execute("state", "CREATE OR REPLACE TEMP TABLE state AS SELECT * FROM census")?;
        self.execute("events", &tables::create_events(&self.run))?;
        let (mut hired_before, mut remaining_hires) = (0, 0);
        let mut year_seconds = Vec::new();
        for (year, plan) in self.run.years().zip(&self.plans) {
            let clock = Instant::now();
            self.year(year, hired_before, remaining_hires)?;
            hired_before += plan.hires;
            remaining_hires = plan.remaining_hires();
            year_seconds.push(clock.elapsed().as_secs_f64());
        }
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
