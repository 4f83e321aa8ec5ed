//! The reference engine: the rules in plain Rust, employee by employee. It is the oracle that the set-based engines
//! are held to, and the floor line of the benchmarks.

mod enrollment;
mod events;
mod names;
mod person;

use crate::census::Census;
use crate::engine::interface::{Engine, EventLog, SetupTimes};
use crate::engine::options::EngineOptions;
use crate::error::{Error, Outside, Result};
use crate::events::write_parquet;
use crate::events::year::Events;
use crate::rules::calendar::{days_in_year, first_of_year};
use crate::rules::draws::{Block, Slot, YearDraws, bounded, employee_key};
use crate::rules::identity::EventIds;
use crate::rules::plan::{YearPlan, split_over_levels};
use crate::rules::run::RunSpec;
use crate::rules::tables::Tables;
use crate::rules::units::times_ppm;
use crate::rules::vocabulary::{MAX_LEVELS, PerLevel};
use events::EventChunk;
use names::Names;
use person::{Employee, PersonYear, YearRules};
use rayon::prelude::*;
use std::path::Path;
use std::time::Instant;

/// People per unit of parallel work.
const CHUNK: usize = 2_048;

/// The started engine: rules multiplied out, census as employees, threads running.
pub struct ReferenceEngine {
    run: RunSpec,
    tables: Tables,
    plans: Vec<YearPlan>,
    names: Names,
    census: Vec<Employee>,
    pool: rayon::ThreadPool,
    setup_times: SetupTimes,
}

impl ReferenceEngine {
    /// Starts the engine.
    ///
    /// # Errors
    /// When the plan cannot be met or the threads cannot be started.
    pub fn open(run: &RunSpec, census: &Census, options: &EngineOptions) -> Result<Self> {
        let clock = Instant::now();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(options.threads).build();
        let pool = pool.map_err(|e| Outside::NoPool { engine: "reference", error: e.into() })?;
        let (tables, plans) = (Tables::new(&run.assumptions), run.plans(census.len())?);
        let engine_start = clock.elapsed();
        let clock = Instant::now();
        let employees = (0..census.len()).map(|row| Employee {
            name: row as u32,
            key: employee_key(census.employee_id.value(row)),
            birth_date: census.birth_date[row],
            hire_date: census.hire_date[row],
            level_id: census.level_id[row],
            compensation_cents: census.compensation_cents[row],
            deferral_bp: census.deferral_bp[row],
            enrollment_date: census.enrollment_date(row),
            ever_opted_out: false,
            escalation_opt_out: census.escalation_opt_out[row],
        });
        let employees = employees.collect();
        let names = Names::new(census);
        let setup_times = SetupTimes { engine_start: Some(engine_start), census_load: Some(clock.elapsed()) };
        Ok(Self { run: run.clone(), tables, plans, names, census: employees, pool, setup_times })
    }

    /// One year: who leaves and joins, then everybody's events. Returns the events and the next year's employees.
    fn year(
        &self,
        year: i32,
        plan: &YearPlan,
        state: Vec<Employee>,
        names: &mut Names,
    ) -> (Vec<EventChunk>, Vec<Employee>) {
        let draws = YearDraws::new(self.run.seed, year);
        let mut headcount: PerLevel = [0; MAX_LEVELS];
        state.iter().for_each(|e| headcount[e.level_id as usize - 1] += 1);
        let leavers = split_over_levels(plan.leavers, headcount);

        let blocks: Vec<Block> = state
            .par_iter()
            .with_min_len(CHUNK)
            .map_init(|| draws.clone(), |draws, employee| draws.block(employee.key))
            .collect();
        let cutoffs = termination_cutoffs(&state, &blocks, leavers);
        let rules = YearRules::new(year, &self.run, &self.tables, plan, headcount, leavers);

        let hires = self.hire(year, plan, headcount, names, draws);
        let hire_cutoff = smallest(
            hires.iter().enumerate().map(|(i, (_, b))| rank_key(b, Slot::NewHireTerminationRank, i)),
            plan.new_hire_leavers,
        );

        // The year's hires sort as one block among the others, because their ids share a prefix that nobody else has.
        let prefix = format!("NH_{year}_");
        let before = state.partition_point(|e| names.id(e.name) < prefix.as_str());
        let existing = |range: std::ops::Range<usize>| {
            let (state, blocks, rules, cutoffs) = (&state, &blocks, &rules, &cutoffs);
            range.into_par_iter().with_min_len(CHUNK).map(move |i| {
                let leaves = rank_key(&blocks[i], Slot::TerminationRank, i) <= cutoffs[state[i].level_id as usize - 1];
                rules.employee_year(&state[i], &blocks[i], leaves)
            })
        };
        let joined = hires.par_iter().enumerate().with_min_len(CHUNK).map(|(i, (hire, block))| {
            let leaves = rank_key(block, Slot::NewHireTerminationRank, i) <= hire_cutoff;
            rules.new_hire_year(hire, block, leaves)
        });

        let ids = EventIds::new(self.run.seed, &self.run.scenario_id, &self.run.plan_design_id);
        let parts: Vec<(EventChunk, Vec<Employee>)> = existing(0..before)
            .chain(joined)
            .chain(existing(before..state.len()))
            .fold_chunks(CHUNK, <(EventChunk, Vec<Employee>)>::default, |(mut chunk, mut next), person: PersonYear| {
                chunk.append(&person, names, year, &ids);
                next.extend(person.next);
                (chunk, next)
            })
            .collect();
        let next = parts.iter().flat_map(|(_, next)| next.iter().copied()).collect();
        (parts.into_iter().map(|(chunk, _)| chunk).collect(), next)
    }

    /// The year's hires with their draws, in id order.
    fn hire(
        &self,
        year: i32,
        plan: &YearPlan,
        headcount: PerLevel,
        names: &mut Names,
        mut draws: YearDraws,
    ) -> Vec<(Employee, Block)> {
        let mut hires = Vec::with_capacity(plan.hires as usize);
        for (level, count) in (1i32..).zip(split_over_levels(plan.hires, self.tables.hire_weights(headcount))) {
            for _ in 0..count {
                let name = names.hire(year, hires.len() + 1);
                let key = employee_key(names.id(name));
                let block = draws.block(key);
                let hire = self.new_hire(year, level, name, key, &block);
                hires.push((hire, block));
            }
        }
        hires
    }

    fn new_hire(&self, year: i32, level_id: i32, name: u32, key: u64, draw: &Block) -> Employee {
        let pick = |slot: Slot, n: i64| bounded(draw[slot as usize], n);
        let age = self.tables.hire_age[pick(Slot::HireAge, self.tables.hire_age.len() as i64) as usize];
        let birth_year = year - age;
        let spread = self.run.assumptions.hiring.pay_spread.0;
        let factor = 1_000_000 - spread + pick(Slot::HirePay, 2 * spread + 1);
        Employee {
            name,
            key,
            birth_date: first_of_year(birth_year)
                + pick(Slot::HireBirthday, i64::from(days_in_year(birth_year))) as i32,
            hire_date: first_of_year(year) + pick(Slot::HireDay, i64::from(days_in_year(year)) - 1) as i32,
            level_id,
            compensation_cents: times_ppm(self.tables.levels[level_id as usize - 1].hire_point_cents, factor),
            deferral_bp: 0,
            enrollment_date: None,
            ever_opted_out: false,
            escalation_opt_out: false,
        }
    }
}

/// Rank of a person within a group: by draw, then by position, which is the order of employee ids.
fn rank_key(block: &Block, slot: Slot, position: usize) -> u64 {
    (u64::from(block[slot as usize]) << 32) + position as u64 + 1
}

/// The `count`-th smallest key; 0, which is below every key, if nobody is wanted.
fn smallest(keys: impl Iterator<Item = u64>, count: i64) -> u64 {
    let mut keys: Vec<u64> = keys.collect();
    if count == 0 { 0 } else { *keys.select_nth_unstable(count as usize - 1).1 }
}

/// Per level, the highest rank key that still leaves.
fn termination_cutoffs(state: &[Employee], blocks: &[Block], leavers: PerLevel) -> [u64; MAX_LEVELS] {
    let mut keys: [Vec<u64>; MAX_LEVELS] = Default::default();
    for (position, (employee, block)) in state.iter().zip(blocks).enumerate() {
        keys[employee.level_id as usize - 1].push(rank_key(block, Slot::TerminationRank, position));
    }
    std::array::from_fn(|level| smallest(keys[level].drain(..), leavers[level]))
}

impl Engine for ReferenceEngine {
    fn generate(&mut self) -> Result<Box<dyn EventLog + '_>> {
        let mut names = self.names.clone();
        let mut state = self.census.clone();
        let (mut years, mut year_seconds) = (Vec::new(), Vec::new());
        for (year, plan) in self.run.years().zip(&self.plans) {
            let clock = Instant::now();
            let (events, next) = self.pool.install(|| self.year(year, plan, state, &mut names));
            years.push(events);
            state = next;
            year_seconds.push(clock.elapsed().as_secs_f64());
        }
        Ok(Box::new(ReferenceLog { run: &self.run, tables: &self.tables, years, year_seconds }))
    }

    fn setup_times(&self) -> SetupTimes {
        self.setup_times
    }
}

/// The reference engine's events: per year, chunks of columns in canonical order.
struct ReferenceLog<'a> {
    run: &'a RunSpec,
    tables: &'a Tables,
    years: Vec<Vec<EventChunk>>,
    year_seconds: Vec<f64>,
}

impl ReferenceLog<'_> {
    fn year(&self, year: i32) -> Result<Events> {
        let chunks = &self.years[(year - self.run.start_year) as usize];
        events::neutral(chunks, self.run, self.tables, year).map_err(|message| Error::Engine {
            engine: "reference",
            step: format!("reading events of {year}"),
            message,
        })
    }
}

impl EventLog for ReferenceLog<'_> {
    fn event_count(&self) -> Result<u64> {
        Ok(self.years.iter().flatten().map(|chunk| chunk.len() as u64).sum())
    }

    fn years(&self) -> Box<dyn Iterator<Item = Result<Events>> + '_> {
        Box::new(self.run.years().map(|year| self.year(year)))
    }

    fn year_seconds(&self) -> &[f64] {
        &self.year_seconds
    }

    fn write_parquet(&self, year: i32, file: &Path) -> Result<()> {
        write_parquet::write(&self.year(year)?, file)
    }
}
