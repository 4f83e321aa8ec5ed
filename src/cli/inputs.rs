//! Arguments that say what to simulate, shared by the verbs that do not measure.

use super::context::Context;
use crate::census::{self, CensusFile, CensusFormat, LoadedCensus};
use crate::error::{Error, Input, Result};
use crate::rules::assumptions::Assumptions;
use crate::rules::run::{RunSpec, check_headcount};
use crate::scenario::{CUSTOM, DEFAULT_PLAN_DESIGN, Own, Scenario};
use crate::settings::flags::{What, no_file_to_read};
use clap::Args;
use std::path::PathBuf;

/// What is simulated, and under which rules.
#[derive(Debug, Clone, Args)]
pub(super) struct Custom {
    #[command(flatten)]
    pub what: What,
    /// Refuse implausible census rows (born after hire, under 14, over 100, hired on or after the first simulated day)
    /// instead of reporting them
    #[arg(long)]
    pub strict: bool,
    /// TOML file that overrides the default assumptions
    #[arg(long, value_name = "FILE")]
    pub assumptions: Option<PathBuf>,
}

/// One thing to simulate: a scenario of the catalogue, or the custom one.
#[derive(Debug, Clone)]
pub(super) struct Work<'a> {
    /// None for the custom one.
    pub scenario: Option<&'a Scenario>,
    start_year: i32,
    end_year: i32,
    headcount: Option<usize>,
    /// The file of the people, where they are not synthetic.
    pub census: Option<CensusFile>,
    strict: bool,
    assumptions: Assumptions,
}

/// What is to be simulated: the scenarios that are named, the custom one if people or years are given, or `default`.
///
/// # Errors
/// Says what is unknown, missing, or given for a scenario that brings its own.
pub(super) fn work<'a>(custom: &Custom, default: &[String], context: &'a Context) -> Result<Vec<Work<'a>>> {
    let what = &custom.what;
    let names = match (what.selected.scenarios(), what.is_custom()) {
        (none, true) if none.is_empty() => vec![CUSTOM.to_owned()],
        (none, false) if none.is_empty() => default.to_vec(),
        (names, _) => names,
    };
    let said = custom.assumptions.as_deref().map(Assumptions::from_file).transpose()?;
    let with_custom = names.iter().any(|name| name == CUSTOM);
    // A pipe is read once for all of them.
    let format = what.census_format()?;
    let file = what.census.as_deref().map(CensusFile::open).transpose()?.map(|file| file.read_as(format.clone()));
    let one = |name: &String| -> Result<Work<'a>> {
        let strict = custom.strict;
        if name == CUSTOM {
            let census = file.clone();
            let headcount = what.employee_count;
            let (Some(start_year), Some(end_year)) = (what.start_year, what.end_year) else {
                return Err(nothing_to_simulate());
            };
            if census.is_none() && headcount.is_none() {
                return Err(Error::Missing {
                    what: "say who to simulate".into(),
                    settings: &["employee_count", "census"],
                    variable: "BENCHMARK_EMPLOYEE_COUNT, BENCHMARK_CENSUS",
                });
            }
            let assumptions = said.clone().unwrap_or_default();
            return Ok(Work { scenario: None, start_year, end_year, headcount, census, strict, assumptions });
        }
        let scenario = context.catalogue.named(name)?;
        // Where custom is among the names, years and people are its own.
        let own = scenario.own.as_deref().cloned().unwrap_or_default();
        let has_people = scenario.employee_count.is_some() || own.census.is_some();
        let people = what.employee_count.filter(|_| !with_custom);
        let years = !with_custom && (what.start_year.is_some() || what.end_year.is_some());
        if years || has_people && people.is_some() {
            return Err(Input::OwnSize { scenario: name.clone() }.into());
        }
        let Own { census, format: its_own, assumptions, .. } = own;
        let census = match (file.clone().filter(|_| !with_custom), census) {
            (Some(given), _) => Some(given),
            (None, Some(path)) => Some(CensusFile::open(&path)?.read_as(format.over(&its_own)?)),
            (None, None) => None,
        };
        let headcount = scenario.employee_count.or(people);
        if census.is_none() && headcount.is_none() {
            return Err(Error::Missing {
                what: format!("scenario {name} names no people"),
                settings: &["census", "employee_count"],
                variable: "BENCHMARK_CENSUS, BENCHMARK_EMPLOYEE_COUNT",
            });
        }
        let own = || assumptions.as_deref().map_or_else(|| Ok(Assumptions::default()), Assumptions::from_file);
        Ok(Work {
            scenario: Some(scenario),
            start_year: scenario.start_year,
            end_year: scenario.end_year,
            headcount,
            census,
            strict,
            assumptions: said.clone().map_or_else(own, Ok)?,
        })
    };
    let work = names.iter().map(one).collect::<Result<Vec<_>>>()?;
    if format != CensusFormat::default() && work.iter().all(|work| work.census.is_none()) {
        return Err(no_file_to_read());
    }
    if custom.strict && work.iter().all(|work| work.census.is_none()) {
        return Err(strict_without_census());
    }
    Ok(work)
}

/// Neither a scenario nor years are given.
pub(super) fn nothing_to_simulate() -> Error {
    Error::Missing {
        what: "say what to simulate: a scenario, or years".into(),
        settings: &["scenarios", "start_year end_year"],
        variable: "BENCHMARK_SCENARIOS, BENCHMARK_START_YEAR, BENCHMARK_END_YEAR",
    }
}

/// Rows are to be looked at strictly, and there are none.
pub(super) fn strict_without_census() -> Error {
    Error::Missing { what: "--strict is about the rows of a census".into(), settings: &["census"], variable: "" }
}

/// A run with its people.
pub(super) struct Prepared {
    pub run: RunSpec,
    pub loaded: LoadedCensus,
}

impl Work<'_> {
    /// The scenario's own seed, which a flag or a variable goes before.
    pub fn own_seed(&self) -> Option<u64> {
        self.scenario.and_then(|scenario| scenario.own.as_ref()?.seed)
    }

    /// The run under a seed.
    pub fn run_spec(&self, seed: u64) -> Result<RunSpec> {
        let assumptions = self.assumptions.clone();
        let run = match self.scenario {
            Some(scenario) => scenario.run_spec(seed, assumptions)?,
            None => RunSpec::new(CUSTOM, DEFAULT_PLAN_DESIGN, seed, self.start_year, self.end_year, assumptions)?,
        };
        self.headcount.map_or(Ok(()), check_headcount).map(|()| run)
    }

    /// The run under a seed, and its people: `read` are those of this work's file, where it was read before for another
    /// seed.
    pub fn prepare(&self, seed: u64, read: Option<LoadedCensus>) -> Result<Prepared> {
        let run = self.run_spec(seed)?;
        let loaded = match (&self.census, self.headcount) {
            (Some(file), _) => read.map_or_else(|| file.load(&run, self.strict), Ok)?,
            (None, headcount) => census::synthetic(headcount.unwrap_or_default(), &run),
        };
        if let Some(expected) = self.headcount.filter(|&expected| expected != loaded.census.len()) {
            let (census, found) = (loaded.source, loaded.census.len());
            return Err(Input::OtherHeadCount { census, found, expected }.into());
        }
        Ok(Prepared { run, loaded })
    }
}

impl Prepared {
    /// Tells about the census, unless quiet, and warns of implausible rows, on standard error.
    pub fn report_census(&self, quiet: bool) {
        if !self.loaded.synthetic && !quiet {
            let (people, inactive) = (self.loaded.census.len(), self.loaded.inactive);
            let (later, year) = (self.loaded.hired_later, self.run.start_year);
            let later = match later {
                0 => String::new(),
                later => format!(", {later} hired on or after 1 January {year} left out"),
            };
            crate::console::line(&format!(
                "census {}: {people} active employees, {inactive} inactive rows left out{later}",
                self.loaded.source
            ));
        }
        for (column, name) in &self.loaded.alike {
            let flag = format!("{column}={name}");
            crate::console::warning(format!(
                "{}: nothing is read from column {name}; if it is {column}, give --column {}",
                self.loaded.source,
                crate::files::paths::typed(flag.as_ref())
            ));
        }
        for warning in &self.loaded.warnings {
            crate::console::warning(warning);
        }
    }
}
