//! Arguments that say what to simulate, shared by the verbs.

use crate::census::{self, CensusFile, LoadedCensus};
use crate::engine::available_threads;
use crate::error::{Error, Result};
use crate::fingerprint::census_fingerprint;
use crate::rules::assumptions::Assumptions;
use crate::scenario::{CUSTOM, Catalogue, DEFAULT_PLAN_DESIGN, DEFAULT_SEED, RunSpec, Scenario, check_headcount};
use clap::Args;
use std::cell::OnceCell;
use std::path::{Path, PathBuf};

/// People and years of a custom run.
#[derive(Debug, Clone, Args)]
pub(super) struct Custom {
    /// Employees of a synthetic census
    #[arg(long, value_name = "N", requires_all = ["start_year", "end_year"])]
    pub employee_count: Option<usize>,
    /// First simulated year
    #[arg(long, value_name = "YEAR", requires = "end_year")]
    pub start_year: Option<i32>,
    /// Last simulated year
    #[arg(long, value_name = "YEAR", requires = "start_year")]
    pub end_year: Option<i32>,
    /// Census file in PlanAlign's columns, Parquet or CSV, instead of a synthetic one
    #[arg(long, value_name = "FILE")]
    pub census: Option<PathBuf>,
    /// That file, opened once however often it is read.
    #[arg(skip)]
    opened: OnceCell<(CensusFile, OnceCell<(i32, String)>)>,
    /// Refuse implausible census rows (born after hire, under 14, over 100) instead of reporting them
    #[arg(long, requires = "census")]
    pub strict: bool,
    /// TOML file that overrides the default assumptions
    #[arg(long, value_name = "FILE")]
    pub assumptions: Option<PathBuf>,
}

/// Resources of the engines.
#[derive(Debug, Clone, Args)]
pub(super) struct Resources {
    /// Worker threads of every engine
    #[arg(long, value_name = "N", env = "BENCHMARK_THREADS", default_value_t = available_threads())]
    pub threads: usize,
}

/// A run with its people.
pub(super) struct Prepared {
    pub run: RunSpec,
    pub loaded: LoadedCensus,
}

/// The scenario of a name; none for the custom run.
pub(super) fn scenario<'a>(name: &str, catalogue: &'a Catalogue) -> Result<Option<&'a Scenario>> {
    if name == CUSTOM { Ok(None) } else { catalogue.named(name).map(Some) }
}

impl Custom {
    pub fn assumptions(&self) -> Result<Assumptions> {
        self.assumptions.as_deref().map_or_else(|| Ok(Assumptions::default()), Assumptions::from_file)
    }

    /// Whether anything but a scenario says who and when.
    pub fn is_given(&self) -> bool {
        self.start_year.is_some() || self.employee_count.is_some() || self.census.is_some()
    }

    /// The people of the census file. They are the same whenever they are asked for.
    pub fn people(&self, file: &Path, run: &RunSpec) -> Result<LoadedCensus> {
        if self.opened.get().is_none() {
            let _ = self.opened.set((CensusFile::open(file)?, OnceCell::new()));
        }
        let Some((opened, before)) = self.opened.get() else {
            return Err(Error::Config("no census file".into()));
        };
        let loaded = opened.load(run, self.strict)?;
        // Another start year may rightly have other people.
        let (year, fingerprint) =
            before.get_or_init(|| (run.start_year, census_fingerprint(&loaded.census).to_string()));
        if *year == run.start_year {
            census::check_same(file, &loaded, fingerprint)?;
        }
        Ok(loaded)
    }

    /// The run of a scenario, or the custom one.
    pub fn prepare(&self, scenario: Option<&Scenario>, seed: Option<u64>) -> Result<Prepared> {
        let seed = seed.unwrap_or(DEFAULT_SEED);
        let run = match (scenario, self.start_year.zip(self.end_year)) {
            (Some(scenario), None) => scenario.run_spec(seed, self.assumptions()?)?,
            (None, Some((start, end))) => {
                RunSpec::new(CUSTOM, DEFAULT_PLAN_DESIGN, seed, start, end, self.assumptions()?)?
            }
            (Some(scenario), Some(_)) => {
                return Err(Error::Config(format!(
                    "scenario {} brings its own years; drop --start-year and --end-year, or the scenario",
                    scenario.name
                )));
            }
            (None, None) => {
                return Err(Error::Config("say what to simulate: a scenario, or --start-year and --end-year".into()));
            }
        };
        let headcount = scenario.map(|scenario| scenario.employee_count).or(self.employee_count);
        let loaded = match (&self.census, headcount) {
            (Some(file), _) => self.people(file, &run)?,
            (None, Some(employee_count)) => {
                check_headcount(employee_count)?;
                census::synthetic(employee_count, &run)
            }
            (None, None) => return Err(Error::Config("say who to simulate: --employee-count or --census".into())),
        };
        if let Some(expected) = headcount.filter(|&expected| expected != loaded.census.len()) {
            return Err(Error::Config(format!(
                "{} has {} active employee(s), not {expected}; leave the head count to the census: give it with \
                 --start-year and --end-year alone",
                loaded.source,
                loaded.census.len()
            )));
        }
        Ok(Prepared { run, loaded })
    }
}

impl Prepared {
    /// Tells about implausible rows, on standard error.
    pub fn report_census(&self) {
        if !self.loaded.synthetic {
            let people = self.loaded.census.len();
            eprintln!(
                "census {}: {people} active employees, {} inactive rows left out",
                self.loaded.source, self.loaded.inactive
            );
        }
        for warning in &self.loaded.warnings {
            eprintln!("warning: {warning}");
        }
    }
}
