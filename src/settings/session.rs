//! What a session runs, with which resources, and where its results go: what the settings come to.

use super::environment;
use super::flags::{Measure, Place, What};
use crate::census::census_fingerprint;
use crate::census::{self, CensusFile, LoadedCensus};
use crate::engine::{EngineOptions, Engines, Mode};
use crate::error::{Error, Input, Result};
use crate::machine::Machine;
use crate::machine::available_threads;
use crate::record::benchmark::{Benchmark, LONGEST_GROUP, group_name, shortened};
use crate::rules::assumptions::Assumptions;
use crate::rules::run::{RunSpec, check_headcount};
use crate::scenario::{CUSTOM, Catalogue, DEFAULT_PLAN_DESIGN, DEFAULT_SEED, Golden};
use std::path::{Path, PathBuf};

/// One scenario to run, named or custom.
#[derive(Debug, Clone)]
pub struct Selection {
    /// Scenario name.
    pub name: String,
    /// Name in benchmark ids: the scenario's, with whatever is not the default, so that figures of different work are
    /// never compared.
    pub group: String,
    /// What is simulated.
    pub run: RunSpec,
    /// Employees on 1 January of the start year.
    pub employee_count: usize,
    /// What the run must give, where that is known.
    pub golden: Option<Golden>,
    /// Time that one run may take at the most, seconds.
    pub target_time_seconds: Option<f64>,
    /// The file of the people, where they are not synthetic.
    pub census_file: Option<CensusFile>,
    pub(crate) census: Option<LoadedCensus>,
}

impl Selection {
    /// The people of the run.
    pub fn census(&self) -> LoadedCensus {
        self.census.clone().unwrap_or_else(|| census::synthetic(self.employee_count, &self.run))
    }

    /// The identity of this run under a mode.
    pub fn benchmark(&self, mode: Mode, threads: usize) -> Benchmark {
        Benchmark {
            group: self.group.clone(),
            scenario: self.name.clone(),
            mode,
            seed: self.run.seed,
            start_year: self.run.start_year,
            end_year: self.run.end_year,
            employees: self.employee_count,
            census_fingerprint: census_fingerprint(&self.census().census),
            threads,
            target_time_seconds: self.target_time_seconds,
        }
    }
}

/// Everything that is the same for a whole session.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What is run.
    pub selections: Vec<Selection>,
    /// By which engines.
    pub modes: Vec<Mode>,
    /// With which resources.
    pub options: EngineOptions,
    /// Where results go.
    pub folders: Folders,
    /// Names the records of this session, and is no other session's.
    pub session: String,
    /// The machine before the session put load on it.
    pub machine: Machine,
    /// Whether this is a measurement, which leaves records, rather than a trial or a profile.
    pub records: bool,
}

impl Settings {
    /// Gives every census file a private copy, for who reads it again and again without looking whether it changed.
    ///
    /// # Errors
    /// When there is no room for it, or the file was changed after its people were looked at.
    pub fn keep_people(&mut self) -> Result<()> {
        for selection in &mut self.selections {
            let (Some(file), Some(loaded)) = (&selection.census_file, &selection.census) else { continue };
            let copy = file.copied()?;
            let expected = census_fingerprint(&loaded.census);
            census::check_same(copy.given(), &copy.load(&selection.run, false)?, expected)?;
            selection.census_file = Some(copy);
        }
        Ok(())
    }
}

impl Measure {
    /// Checks everything and looks at the machine. Default folders lie in `project`.
    ///
    /// # Errors
    /// Names the setting that cannot be used; an unknown scenario or mode lists the known.
    pub fn resolve(&self, catalogue: &Catalogue, engines: &Engines, project: &Path) -> Result<Settings> {
        let options =
            EngineOptions { threads: self.what.threads, engines: engines.clone(), ..EngineOptions::default() };
        let modes = self.what.selected.modes(engines)?;
        let seed = self.seed.seed;
        let conditions = conditions(seed, options.threads);
        let selections = self
            .what
            .names(catalogue)?
            .iter()
            .map(|name| {
                let mut selection =
                    if name == CUSTOM { self.what.custom(seed)? } else { named(catalogue, name, seed)? };
                selection.group = group_name(&(selection.group + &conditions));
                Ok(selection)
            })
            .collect::<Result<Vec<_>>>()?;
        let session = crate::record::names::new_session();
        let folders = self.place.folders(project);
        Ok(Settings { selections, modes, options, folders, session, machine: Machine::current(), records: true })
    }
}

impl What {
    fn names(&self, catalogue: &Catalogue) -> Result<Vec<String>> {
        let names = match (self.selected.scenarios(), self.is_custom()) {
            (none, false) if none.is_empty() => {
                let measured = catalogue.measured();
                let left: Vec<String> = catalogue.names().into_iter().filter(|name| !measured.contains(name)).collect();
                if !left.is_empty() {
                    let why = "has a plan or people of its own, and is not measured";
                    crate::console::warning(format!("left out: scenario {} {why}", left.join(", ")));
                }
                measured
            }
            (none, true) if none.is_empty() => vec![CUSTOM.to_owned()],
            (names, _) => names,
        };
        if let Some(own) = names.iter().find(|name| catalogue.named(name).is_ok_and(|known| known.own.is_some())) {
            return Err(Input::OwnPlan { scenario: own.clone() }.into());
        }
        if self.is_custom() && !names.iter().any(|name| name == CUSTOM) {
            return Err(Input::NotCustom { named: names.join(", ") }.into());
        }
        Ok(names)
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
        let census_file = self.census_file()?;
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
                let (one, other) = ("a head count".into(), "a census for scenario custom".into());
                return Err(Input::NotBoth { one, other }.into());
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
    let own = || Error::from(Input::OwnPlan { scenario: name.to_owned() });
    let employee_count = scenario.employee_count.filter(|_| scenario.own.is_none()).ok_or_else(own)?;
    // A scenario of a settings file may change its size under the same name.
    let size = format!("-{employee_count}x{}-{}", scenario.start_year, scenario.end_year);
    Ok(Selection {
        name: name.to_owned(),
        group: if scenario.golden.is_some() { name.to_owned() } else { name.to_owned() + &size },
        run: scenario.run_spec(seed, Assumptions::default())?,
        employee_count,
        golden: scenario.golden.filter(|_| seed == DEFAULT_SEED),
        target_time_seconds: scenario.target_time_seconds,
        census_file: None,
        census: None,
    })
}

/// Longest that [`conditions`] may be, bytes, so that the name of the largest scaling benchmark needs no shortening: its
/// parts have places of their own in Criterion's name.
const LONGEST_CONDITIONS: usize = LONGEST_GROUP - "scaling-1000000".len();

/// Whatever is not the default, as it stands in the names of benchmarks.
pub fn conditions(seed: u64, threads: usize) -> String {
    let mut conditions = String::new();
    if seed != DEFAULT_SEED {
        conditions.push_str(&format!("-seed{seed}"));
    }
    if threads != available_threads() {
        conditions.push_str(&format!("-threads{threads}"));
    }
    shortened(&conditions, LONGEST_CONDITIONS)
}

/// Where results are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folders {
    /// Criterion's files and the run records.
    pub criterion: PathBuf,
    /// Reports.
    pub reports: PathBuf,
}

impl Place {
    /// Below the folder of all results if one is given, else `CRITERION_HOME`, else where Criterion puts its files under
    /// cargo: in the target folder, which lies in `project` unless `CARGO_TARGET_DIR` says where.
    pub fn folders(&self, project: &Path) -> Folders {
        if let Some(folder) = &self.output_dir {
            return Folders { criterion: folder.join("criterion"), reports: folder.join("reports") };
        }
        let target = environment::path("CARGO_TARGET_DIR").unwrap_or_else(|| project.join("target"));
        let criterion = environment::path("CRITERION_HOME").unwrap_or_else(|| target.join("criterion"));
        Folders { criterion, reports: target.join("reports") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::layers::Layers;

    fn measure(scenarios: &[&str]) -> Measure {
        let mut measure = Layers::default().every().measure;
        measure.what.only(scenarios);
        measure
    }

    #[test]
    fn years_without_custom_are_refused() {
        let mut measure = measure(&["quick"]);
        measure.what.employee_count = Some(5);
        let error = measure
            .resolve(&Catalogue::default(), &Engines::default(), Path::new(""))
            .expect_err("refused")
            .to_string();
        assert!(error.contains("custom"), "{error}");
    }

    #[test]
    fn names_are_taken_once_and_ids_say_what_differs() {
        let mut measure = measure(&["quick", "quick"]);
        (measure.seed.seed, measure.what.threads) = (7, 1_000);
        let settings = measure.resolve(&Catalogue::default(), &Engines::default(), Path::new("")).expect("settings");
        assert_eq!(settings.selections.len(), 1);
        assert_eq!(settings.selections[0].group, "quick-seed7-threads1000");
        assert!(settings.selections[0].golden.is_none());
    }
}
