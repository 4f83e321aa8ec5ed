//! The Polars engine: lazy expressions over columns, a handful of collects per year, no loop over rows.

mod bands;
mod enrollment;
mod events;
mod expr;
mod neutral;
mod sequence;
mod threads;
mod workforce;
mod year;

use crate::census::Census;
use crate::engine::interface::{Engine, EventLog, SetupTimes};
use crate::engine::options::EngineOptions;
use crate::error::{Error, Result};
use crate::events::year::Events;
use crate::rules::draws::employee_key;
use crate::rules::identity::EventIds;
use crate::rules::plan::YearPlan;
use crate::rules::run::RunSpec;
use crate::rules::tables::Tables;
use crate::rules::vocabulary::{MAX_LEVELS, PerLevel};
use polars::prelude::*;
use std::path::Path;
use std::time::Instant;
use year::Year;

pub use threads::{decide_threads, give_threads};

/// The started engine: rules multiplied out, census as a frame.
pub struct PolarsEngine {
    run: RunSpec,
    tables: Tables,
    plans: Vec<YearPlan>,
    census: DataFrame,
    threads: usize,
    setup_times: SetupTimes,
}

fn failed(step: impl Into<String>) -> impl FnOnce(PolarsError) -> Error {
    let step = step.into();
    move |e| Error::Engine { engine: "polars", step, message: e.to_string() }
}

impl PolarsEngine {
    /// Starts the engine.
    ///
    /// # Errors
    /// When the plan cannot be met, or Polars already runs with another number of threads: its pool is made once per
    /// process ([`decide_threads`]).
    pub fn open(run: &RunSpec, census: &Census, options: &EngineOptions) -> Result<Self> {
        let clock = Instant::now();
        threads::check(options.threads)?;
        let (tables, plans) = (Tables::new(&run.assumptions), run.plans(census.len())?);
        let engine_start = clock.elapsed();
        let clock = Instant::now();
        let census = state_frame(census).map_err(failed("census"))?;
        let setup_times = SetupTimes { engine_start: Some(engine_start), census_load: Some(clock.elapsed()) };
        Ok(Self { run: run.clone(), tables, plans, census, threads: options.threads, setup_times })
    }
}

/// The state on 1 January of the start year.
fn state_frame(census: &Census) -> PolarsResult<DataFrame> {
    let rows = census.len();
    let days = |days: &[i32]| days.iter().map(|&day| i64::from(day)).collect::<Vec<i64>>();
    let columns = [
        Column::new("employee_id".into(), census.employee_id.iter().collect::<Vec<_>>()),
        Column::new("employee_ssn".into(), census.employee_ssn.iter().collect::<Vec<_>>()),
        Column::new("draw_key".into(), census.employee_id.iter().map(|id| id.map(employee_key)).collect::<Vec<_>>()),
        Column::new("birth_date".into(), days(&census.birth_date)),
        Column::new("hire_date".into(), days(&census.hire_date)),
        Column::new("level_id".into(), census.level_id.iter().map(|&l| i64::from(l)).collect::<Vec<_>>()),
        Column::new("compensation_cents".into(), &census.compensation_cents[..]),
        Column::new("deferral_bp".into(), days(&census.deferral_bp)),
        Column::new(
            "enrollment_date".into(),
            (0..rows).map(|row| census.enrollment_date(row).map(i64::from)).collect::<Vec<_>>(),
        ),
        Column::new("ever_opted_out".into(), vec![false; rows]),
        Column::new("escalation_opt_out".into(), &census.escalation_opt_out[..]),
    ];
    DataFrame::new(rows, columns.to_vec())
}

/// People per level.
fn headcount(state: &DataFrame, levels: usize) -> PolarsResult<PerLevel> {
    let counts = (1..=levels as i64).map(|level| col("level_id").eq(lit(level)).sum().alias(level.to_string()));
    let counts = state.clone().lazy().select(counts.collect::<Vec<_>>()).collect()?;
    let mut people = [0; MAX_LEVELS];
    for (count, column) in people.iter_mut().zip(counts.columns()) {
        *count = column.get(0)?.try_extract()?;
    }
    Ok(people)
}

/// How many ids of the sorted state lie before `prefix`.
fn rows_before(state: &DataFrame, prefix: &str) -> PolarsResult<usize> {
    let ids = state.column("employee_id")?.str()?;
    let (mut low, mut high) = (0, ids.len());
    while low < high {
        let middle = (low + high) / 2;
        if ids.get(middle).is_some_and(|id| id < prefix) { low = middle + 1 } else { high = middle }
    }
    Ok(low)
}

/// One year whose timeline is there.
struct Worked<'a> {
    rules: Year<'a>,
    timeline: LazyFrame,
}

impl PolarsEngine {
    /// A year's timeline from the state of its 1 January.
    fn timeline<'a>(&'a self, year: i32, plan: &'a YearPlan, state: DataFrame, hired: i64) -> Result<Worked<'a>> {
        let step = |name: &str| format!("{name} of {year}");
        let headcount = headcount(&state, self.tables.levels.len()).map_err(failed(step("plan")))?;
        let rules = Year { year, run: &self.run, tables: &self.tables, plan, headcount, hired_before: hired };
        let before = rows_before(&state, &format!("NH_{year}_")).map_err(failed(step("plan")))?;
        let timeline = rules
            .timeline(state.lazy(), before)
            .and_then(|timeline| timeline.with_row_index("row", None).collect())
            .map_err(failed(step("timeline")))?
            .lazy();
        Ok(Worked { rules, timeline })
    }

    /// A year's events from its timeline.
    fn events(&self, year: &Worked<'_>) -> Result<(DataFrame, Instant)> {
        let ids = EventIds::new(self.run.seed, &self.run.scenario_id, &self.run.plan_design_id);
        let events = year.rules.events(&year.timeline, ids).and_then(LazyFrame::collect);
        Ok((events.map_err(failed(format!("events of {}", year.rules.year)))?, Instant::now()))
    }

    /// The next year's timeline, from the state that a year leaves.
    fn next<'a>(&'a self, last: &Worked<'a>, plan: &'a YearPlan, hired: i64) -> Result<Worked<'a>> {
        let year = last.rules.year;
        let state = year::roll_forward(last.timeline.clone()).collect();
        self.timeline(year + 1, plan, state.map_err(failed(format!("roll forward of {year}")))?, hired)
    }

    /// A year's events and the next year's timeline, which need nothing of each other: side by side, if there are
    /// threads for it.
    fn events_and_next<'a>(
        &'a self,
        last: &Worked<'a>,
        plan: &'a YearPlan,
        hired: i64,
    ) -> Result<((DataFrame, Instant), Worked<'a>)> {
        if self.threads == 1 {
            return Ok((self.events(last)?, self.next(last, plan, hired)?));
        }
        std::thread::scope(|scope| {
            let events = scope.spawn(|| self.events(last));
            let next = self.next(last, plan, hired);
            let events = events.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            Ok((events?, next?))
        })
    }
}

impl Engine for PolarsEngine {
    fn generate(&mut self) -> Result<Box<dyn EventLog + '_>> {
        let mut clock = Instant::now();
        let (mut years, mut year_seconds) = (Vec::new(), Vec::new());
        let mut done = |(events, now): (DataFrame, Instant)| {
            years.push(events);
            year_seconds.push((now - clock).as_secs_f64());
            clock = now;
        };
        let (first, later) = self.plans.split_first().expect("a run has at least one year");
        let mut last = self.timeline(self.run.start_year, first, self.census.clone(), 0)?;
        let mut hired = first.hires;
        for plan in later {
            let (events, next) = self.events_and_next(&last, plan, hired)?;
            done(events);
            last = next;
            hired += plan.hires;
        }
        done(self.events(&last)?);
        Ok(Box::new(PolarsLog { run: &self.run, years, year_seconds }))
    }

    fn setup_times(&self) -> SetupTimes {
        self.setup_times
    }
}

/// The Polars engine's events: one frame per year in canonical order.
struct PolarsLog<'a> {
    run: &'a RunSpec,
    years: Vec<DataFrame>,
    year_seconds: Vec<f64>,
}

impl PolarsLog<'_> {
    fn frame(&self, year: i32) -> &DataFrame {
        &self.years[(year - self.run.start_year) as usize]
    }
}

impl EventLog for PolarsLog<'_> {
    fn event_count(&self) -> Result<u64> {
        Ok(self.years.iter().map(|frame| frame.height() as u64).sum())
    }

    fn years(&self) -> Box<dyn Iterator<Item = Result<Events>> + '_> {
        let read = |(year, frame)| neutral::events(year, frame).map_err(failed(format!("reading events of {year}")));
        Box::new(self.run.years().zip(&self.years).map(read))
    }

    fn year_seconds(&self) -> &[f64] {
        &self.year_seconds
    }

    fn write_parquet(&self, year: i32, file: &Path) -> Result<()> {
        neutral::write_frame(self.frame(year), file)
    }
}
