//! What was asked for: by flags, environment variables and a settings file, in that order.

use crate::census::CensusFile;
use crate::census::census_fingerprint;
use crate::engine::{EngineOptions, Mode};
use crate::error::{Error, Result};
use crate::machine::Machine;
use crate::record::benchmark::group_name;
use crate::rules::assumptions::Assumptions;
use crate::rules::run::{RunSpec, check_headcount};
use crate::scenario::{CUSTOM, Catalogue, DEFAULT_PLAN_DESIGN, DEFAULT_SEED};
use crate::settings::file::Config;
use crate::settings::session::{Folders, Selection, Settings, conditions};
use std::env::VarError;
use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;

/// What one source (flags, environment, file) asks for; what it leaves open is absent or empty.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Choices {
    /// Scenario names; `custom` is one.
    pub scenarios: Vec<String>,
    /// Mode names.
    pub modes: Vec<String>,
    /// Employees of the custom scenario.
    pub employee_count: Option<usize>,
    /// Census file of the custom scenario.
    pub census: Option<PathBuf>,
    /// First year of the custom scenario.
    pub start_year: Option<i32>,
    /// Last year of the custom scenario.
    pub end_year: Option<i32>,
    /// Seed of every draw.
    pub seed: Option<u64>,
    /// Worker threads of every engine.
    pub threads: Option<usize>,
    /// Folder of all results.
    pub output_dir: Option<PathBuf>,
    /// Folder in which default folders lie; empty for the current one.
    pub project: PathBuf,
}

impl Choices {
    /// What the `BENCHMARK_*` variables say (listed in the README).
    ///
    /// # Errors
    /// Names the variable whose value cannot be used.
    pub fn from_environment() -> Result<Self> {
        warn_of_misspelt();
        let names = |name: &str| Ok::<_, Error>(split_names(&variable::<String>(name)?.unwrap_or_default()));
        let threads = variable("BENCHMARK_THREADS")?;
        if let Some(threads) = threads {
            let options = EngineOptions { threads, ..EngineOptions::default() };
            options.check_threads().map_err(|e| Error::Config(format!("BENCHMARK_THREADS={threads}: {e}")))?;
        }
        Ok(Self {
            scenarios: names("BENCHMARK_SCENARIOS")?,
            modes: names("BENCHMARK_MODES")?,
            employee_count: variable("BENCHMARK_EMPLOYEE_COUNT")?,
            census: path_variable("BENCHMARK_CENSUS"),
            start_year: variable("BENCHMARK_START_YEAR")?,
            end_year: variable("BENCHMARK_END_YEAR")?,
            seed: variable("BENCHMARK_SEED")?,
            threads,
            output_dir: path_variable("BENCHMARK_OUTPUT_DIR"),
            project: PathBuf::new(),
        })
    }

    /// What a settings file says.
    pub fn from_config(config: &Config) -> Self {
        Self {
            scenarios: config.scenarios.clone(),
            modes: config.modes.clone(),
            seed: config.seed,
            threads: config.threads,
            output_dir: config.output_dir.clone(),
            project: config.project().to_path_buf(),
            ..Self::default()
        }
    }

    /// Whether it says what is simulated.
    pub fn says_what(&self) -> bool {
        !self.scenarios.is_empty() || self.says_custom()
    }

    fn says_custom(&self) -> bool {
        self.employee_count.is_some() || self.census.is_some() || self.start_year.is_some() || self.end_year.is_some()
    }

    /// These choices, and `fallback` where they leave something open. What is simulated comes from one source: a flag
    /// for the scenario is not mixed with a variable for the years.
    #[must_use]
    pub fn or(self, fallback: Self) -> Self {
        let what = if self.says_what() { self.clone() } else { fallback.clone() };
        Self {
            modes: if self.modes.is_empty() { fallback.modes } else { self.modes },
            seed: self.seed.or(fallback.seed),
            threads: self.threads.or(fallback.threads),
            output_dir: self.output_dir.or(fallback.output_dir),
            project: if self.project.as_os_str().is_empty() { fallback.project } else { self.project },
            ..what
        }
    }

    /// Flags, then environment, then the file.
    ///
    /// # Errors
    /// As [`Choices::from_environment`].
    pub fn complete(self, config: &Config) -> Result<Self> {
        Ok(self.or(Self::from_environment()?).or(Self::from_config(config)))
    }

    /// The modes.
    ///
    /// # Errors
    /// Lists the known modes.
    pub fn modes(&self) -> Result<Vec<Mode>> {
        if self.modes.is_empty() {
            return Ok(Mode::ALL.to_vec());
        }
        unique(&self.modes).iter().map(|name| Mode::named(name)).collect()
    }

    fn scenario_names(&self, catalogue: &Catalogue) -> Result<Vec<String>> {
        let names = match (self.scenarios.is_empty(), self.says_custom()) {
            (true, false) => catalogue.names(),
            (true, true) => vec![CUSTOM.to_owned()],
            (false, _) => unique(&self.scenarios),
        };
        if self.says_custom() && !names.iter().any(|name| name == CUSTOM) {
            return Err(Error::Config(format!(
                "head count, census and years apply to scenario custom, which is not among {}; name it, or leave them out",
                names.join(", ")
            )));
        }
        Ok(names)
    }

    /// The resources of the engines. Reading a census may start a library's threads, so their number is to be set before
    /// [`Choices::resolve`].
    ///
    /// # Errors
    /// Says how many threads there may be.
    pub fn options(&self) -> Result<EngineOptions> {
        let mut options = EngineOptions::default();
        options.threads = self.threads.unwrap_or(options.threads);
        options.check_threads()?;
        Ok(options)
    }

    /// Where results are.
    pub fn folders(&self) -> Folders {
        Folders::new(self.output_dir.as_deref(), &self.project)
    }

    /// Checks everything and looks at the machine.
    ///
    /// # Errors
    /// Names the choice that cannot be used; an unknown scenario or mode lists the known.
    pub fn resolve(&self, catalogue: &Catalogue) -> Result<Settings> {
        let options = self.options()?;
        let modes = self.modes()?;
        let seed = self.seed.unwrap_or(DEFAULT_SEED);
        let conditions = conditions(seed, options.threads);
        let selections = self
            .scenario_names(catalogue)?
            .iter()
            .map(|name| {
                let mut selection = if name == CUSTOM { self.custom(seed)? } else { named(catalogue, name, seed)? };
                selection.group = group_name(&(selection.group + &conditions));
                Ok(selection)
            })
            .collect::<Result<Vec<_>>>()?;
        let session = crate::record::names::new_session();
        let folders = self.folders();
        Ok(Settings { selections, modes, options, folders, session, machine: Machine::current(), records: true })
    }

    /// The custom scenario.
    fn custom(&self, seed: u64) -> Result<Selection> {
        let needed = |what: &str, settings, variable| Error::Missing {
            what: format!("scenario custom needs {what}"),
            settings,
            variable,
        };
        let start_year =
            self.start_year.ok_or_else(|| needed("its first year", &["start_year"], "BENCHMARK_START_YEAR"))?;
        let end_year = self.end_year.ok_or_else(|| needed("its last year", &["end_year"], "BENCHMARK_END_YEAR"))?;
        let run = RunSpec::new(CUSTOM, DEFAULT_PLAN_DESIGN, seed, start_year, end_year, Assumptions::default())?;
        let census_file = self.census.as_deref().map(CensusFile::open).transpose()?;
        let census = census_file.as_ref().map(|file| file.load(&run, false)).transpose()?;
        let employee_count = match (&census, self.employee_count) {
            (Some(loaded), None) => loaded.census.len(),
            (None, Some(count)) => {
                check_headcount(count)?;
                count
            }
            (None, None) => {
                let variables = "BENCHMARK_EMPLOYEE_COUNT or BENCHMARK_CENSUS";
                return Err(needed("people", &["employee_count", "census"], variables));
            }
            (Some(_), Some(_)) => {
                return Err(Error::Config("give a head count or a census for scenario custom, not both".into()));
            }
        };
        let file = census
            .as_ref()
            .map_or_else(String::new, |loaded| format!("-{:.8}", census_fingerprint(&loaded.census).to_string()));
        Ok(Selection {
            name: CUSTOM.to_owned(),
            group: format!("{CUSTOM}-{employee_count}x{start_year}-{end_year}{file}"),
            run,
            employee_count,
            golden: None,
            target_time_seconds: None,
            census_file,
            census,
        })
    }
}

fn named(catalogue: &Catalogue, name: &str, seed: u64) -> Result<Selection> {
    let scenario = catalogue.named(name)?;
    // A scenario of a settings file may change its size under the same name.
    let size = format!("-{}x{}-{}", scenario.employee_count, scenario.start_year, scenario.end_year);
    Ok(Selection {
        name: name.to_owned(),
        group: if scenario.golden.is_some() { name.to_owned() } else { name.to_owned() + &size },
        run: scenario.run_spec(seed, Assumptions::default())?,
        employee_count: scenario.employee_count,
        golden: scenario.golden.filter(|_| seed == DEFAULT_SEED),
        target_time_seconds: scenario.target_time_seconds,
        census_file: None,
        census: None,
    })
}

/// Every variable of this program that begins like this.
const VARIABLES: [&str; 17] = [
    "BENCHMARK_HISTORY_DIR",
    "BENCHMARK_SCENARIOS",
    "BENCHMARK_MODES",
    "BENCHMARK_RUNS",
    "BENCHMARK_THREADS",
    "BENCHMARK_SEED",
    "BENCHMARK_OUTPUT_DIR",
    "BENCHMARK_BASELINE_DIR",
    "BENCHMARK_TARGET_TIME",
    "BENCHMARK_TIME_THRESHOLD",
    "BENCHMARK_THROUGHPUT_THRESHOLD",
    "BENCHMARK_MEMORY_THRESHOLD",
    "BENCHMARK_FAIL_ON_REGRESSION",
    "BENCHMARK_EMPLOYEE_COUNT",
    "BENCHMARK_CENSUS",
    "BENCHMARK_START_YEAR",
    "BENCHMARK_END_YEAR",
];

/// A misspelt variable would otherwise change nothing and say nothing.
fn warn_of_misspelt() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"BENCHMARK_") && !VARIABLES.iter().any(|known| name == *known) {
                crate::console::warning(format!(
                    "{} is not a variable of this program and changes nothing (see README, Settings)",
                    name.display()
                ));
            }
        }
    });
}

fn unique(names: &[String]) -> Vec<String> {
    let mut unique: Vec<String> = Vec::new();
    for name in names {
        if !unique.contains(name) {
            unique.push(name.clone());
        }
    }
    unique
}

/// Names separated by blanks or commas.
pub fn split_names(text: &str) -> Vec<String> {
    text.split([' ', ',', '\t', '\n']).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// An environment variable that is set and not blank.
///
/// # Errors
/// Names the variable whose value is not of the kind it takes.
pub fn variable<T: FromStr>(name: &str) -> Result<Option<T>> {
    let unusable = |text: &str| Error::Config(format!("{name}={text} is not a value of the kind it takes"));
    match std::env::var(name) {
        Ok(text) if text.trim().is_empty() => Ok(None),
        Ok(text) => text.trim().parse().map(Some).map_err(|_| unusable(&text)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(text)) => Err(unusable(&text.to_string_lossy())),
    }
}

/// An environment variable that names a place, as it is; a blank one does not count.
pub fn path_variable(name: &str) -> Option<PathBuf> {
    let blank = |value: &OsString| value.to_str().is_some_and(|text| text.trim().is_empty());
    std::env::var_os(name).filter(|value| !blank(value)).map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scenarios(names: &[&str]) -> Choices {
        Choices { scenarios: names.iter().map(|name| name.to_string()).collect(), ..Choices::default() }
    }

    #[test]
    fn what_is_simulated_comes_from_one_source() {
        let flags = Choices { employee_count: Some(5), seed: Some(1), ..Choices::default() };
        let variables = Choices { start_year: Some(2030), seed: Some(2), threads: Some(1), ..scenarios(&["quick"]) };
        let both = flags.or(variables.clone());
        assert_eq!((both.scenarios.len(), both.start_year, both.seed, both.threads), (0, None, Some(1), Some(1)));
        assert_eq!(Choices::default().or(variables.clone()), variables);
    }

    #[test]
    fn years_without_custom_are_refused() {
        let choices = Choices { employee_count: Some(5), ..scenarios(&["quick"]) };
        let error = choices.resolve(&Catalogue::default()).expect_err("refused").to_string();
        assert!(error.contains("custom"), "{error}");
    }

    #[test]
    fn names_are_taken_once_and_ids_say_what_differs() {
        let choices = Choices { seed: Some(7), threads: Some(1_000), ..scenarios(&["quick", "quick"]) };
        let settings = choices.resolve(&Catalogue::default()).expect("settings");
        assert_eq!(settings.selections.len(), 1);
        assert_eq!(settings.selections[0].group, "quick-seed7-threads1000");
        assert!(settings.selections[0].golden.is_none());
    }
}
