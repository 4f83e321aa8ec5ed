//! What the suite runs: the named scenarios and modes, or what environment variables select.

use crate::census::{self, LoadedCensus};
use crate::engine::{EngineOptions, Mode, available_threads};
use crate::error::{Error, Result};
use crate::fingerprint::census_fingerprint;
use crate::measure::machine::Machine;
use crate::rules::assumptions::Assumptions;
use crate::scenario::{DEFAULT_PLAN_DESIGN, DEFAULT_SEED, RunSpec, SCENARIOS, Scenario, check_headcount};
use std::env::VarError;
use std::path::PathBuf;
use std::str::FromStr;

/// One scenario to run, named or custom.
pub(super) struct Selection {
    /// Scenario name.
    pub name: String,
    /// Name in benchmark ids: the scenario's, with whatever is not the default, so that Criterion never compares the
    /// figures of different work.
    pub group: String,
    pub run: RunSpec,
    /// Employees on 1 January of the start year.
    pub employee_count: usize,
    /// The named scenario, where nothing was changed about it.
    pub scenario: Option<Scenario>,
    /// The file of the people, where they are not synthetic.
    pub census_file: Option<PathBuf>,
    census: Option<LoadedCensus>,
}

impl Selection {
    /// The people of the run.
    pub fn census(&self) -> LoadedCensus {
        self.census.clone().unwrap_or_else(|| census::synthetic(self.employee_count, &self.run))
    }
}

/// Everything that is the same for the whole process.
pub(super) struct Settings {
    pub selections: Vec<Selection>,
    pub modes: Vec<Mode>,
    pub options: EngineOptions,
    /// Where Criterion and the run records write.
    pub criterion_folder: PathBuf,
    /// Names the records of this process; sorts by time.
    pub session: String,
    /// The machine before the suite put load on it.
    pub machine: Machine,
    /// Whether this is a measurement, which leaves records, rather than a trial (`--test`) or a profile.
    pub records: bool,
}

/// A variable that is set and not empty.
fn variable<T: FromStr>(name: &str) -> Result<Option<T>> {
    let unusable = |text: &str| Error::Config(format!("{name}={text} is not a value of the kind it takes"));
    match std::env::var(name) {
        Ok(text) if text.trim().is_empty() => Ok(None),
        Ok(text) => text.trim().parse().map(Some).map_err(|_| unusable(&text)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(text)) => Err(unusable(&text.to_string_lossy())),
    }
}

/// Names separated by blanks or commas.
fn names(variable_name: &str, default: Vec<&str>) -> Result<Vec<String>> {
    let text = variable::<String>(variable_name)?.unwrap_or_else(|| default.join(" "));
    let mut names: Vec<String> = Vec::new();
    for name in text.split([' ', ',', '\t', '\n']).filter(|name| !name.is_empty()) {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    Ok(names)
}

impl Settings {
    /// Reads the `BENCHMARK_*` variables (listed in the README).
    ///
    /// # Errors
    /// Names the variable whose value cannot be used; an unknown scenario or mode lists the known.
    pub fn from_environment() -> Result<Self> {
        let mut options = EngineOptions::default();
        if let Some(threads) = variable("BENCHMARK_THREADS")? {
            options.threads = threads;
        }
        options.check_threads()?;
        let modes = names("BENCHMARK_MODES", Mode::ALL.map(Mode::name).to_vec())?
            .iter()
            .map(|name| Mode::named(name))
            .collect::<Result<Vec<_>>>()?;
        let seed = variable("BENCHMARK_SEED")?.unwrap_or(DEFAULT_SEED);
        let default = SCENARIOS.iter().map(|scenario| scenario.name).collect();
        let mut selections = names("BENCHMARK_SCENARIOS", default)?
            .iter()
            .map(|name| if name == "custom" { custom(seed) } else { named(name, seed) })
            .collect::<Result<Vec<_>>>()?;
        for selection in &mut selections {
            if seed != DEFAULT_SEED {
                selection.group.push_str(&format!("-seed{seed}"));
            }
            if options.threads != available_threads() {
                selection.group.push_str(&format!("-threads{}", options.threads));
            }
        }
        if selections.is_empty() || modes.is_empty() {
            return Err(Error::Config("BENCHMARK_SCENARIOS and BENCHMARK_MODES must name something".into()));
        }
        let session = format!("{}-{}", crate::record::now().replace([':', '-'], ""), std::process::id());
        let records = !std::env::args().any(|argument| argument == "--test" || argument.starts_with("--profile-time"));
        let (criterion_folder, machine) = (criterion_folder()?, Machine::current());
        Ok(Self { selections, modes, options, criterion_folder, session, machine, records })
    }
}

/// `BENCHMARK_OUTPUT_DIR`, else where Criterion puts its files under cargo.
fn criterion_folder() -> Result<PathBuf> {
    if let Some(folder) = variable::<PathBuf>("BENCHMARK_OUTPUT_DIR")? {
        return Ok(folder.join("criterion"));
    }
    if let Some(home) = variable::<PathBuf>("CRITERION_HOME")? {
        return Ok(home);
    }
    Ok(variable::<PathBuf>("CARGO_TARGET_DIR")?.unwrap_or_else(|| PathBuf::from("target")).join("criterion"))
}

fn named(name: &str, seed: u64) -> Result<Selection> {
    let scenario = Scenario::named(name)?;
    Ok(Selection {
        name: scenario.name.to_owned(),
        group: scenario.name.to_owned(),
        run: scenario.run_spec(seed, Assumptions::default())?,
        employee_count: scenario.employee_count,
        scenario: (seed == DEFAULT_SEED).then_some(scenario),
        census_file: None,
        census: None,
    })
}

/// The custom scenario, from its variables.
fn custom(seed: u64) -> Result<Selection> {
    let needed =
        |name: &str| Error::Config(format!("scenario custom needs {name} (see the README, environment variables)"));
    let start_year: i32 = variable("BENCHMARK_START_YEAR")?.ok_or_else(|| needed("BENCHMARK_START_YEAR"))?;
    let end_year: i32 = variable("BENCHMARK_END_YEAR")?.ok_or_else(|| needed("BENCHMARK_END_YEAR"))?;
    let run = RunSpec::new("custom", DEFAULT_PLAN_DESIGN, seed, start_year, end_year, Assumptions::default())?;
    let census_file = variable::<PathBuf>("BENCHMARK_CENSUS")?;
    let census = census_file.as_deref().map(|file| census::load(file, &run, false)).transpose()?;
    let employee_count = match (&census, variable("BENCHMARK_EMPLOYEE_COUNT")?) {
        (Some(loaded), None) => loaded.census.len(),
        (None, Some(count)) => {
            check_headcount(count)?;
            count
        }
        (None, None) => return Err(needed("BENCHMARK_EMPLOYEE_COUNT or BENCHMARK_CENSUS")),
        (Some(_), Some(_)) => {
            return Err(Error::Config("give BENCHMARK_EMPLOYEE_COUNT or BENCHMARK_CENSUS, not both".into()));
        }
    };
    let people = census.as_ref().map_or_else(
        || employee_count.to_string(),
        |loaded| format!("{employee_count}-{:.8}", census_fingerprint(&loaded.census).to_string()),
    );
    let group = format!("custom-{people}x{start_year}-{end_year}");
    Ok(Selection { name: "custom".to_owned(), group, run, employee_count, scenario: None, census_file, census })
}
