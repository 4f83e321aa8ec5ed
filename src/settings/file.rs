//! `planbench.toml`: settings for a project, below flags and environment variables, further scenarios, and engines of one's
//! own.
//!
//! The file that lies nearest above the current folder marks the project, as `Cargo.toml` does: default folders lie beside
//! it, so that every folder of the project has the same baselines. A file that is named says nothing about where the
//! project is; default folders then lie in the current one. Folders that a file names are relative to it either way.
//!
//! ```toml
//! modes = ["sql", "polars"]
//! runs = 5
//! baseline_dir = "target-baselines"
//! time_threshold = 15
//!
//! [[scenario]]
//! name = "our-plan"
//! employee_count = 2500
//! start_year = 2025
//! end_year = 2027
//! target_time_seconds = 30
//!
//! [[scenario]]
//! name = "our-own-plan"
//! start_year = 2025
//! end_year = 2027
//! census = "people.csv"
//! date_format = "MM/DD/YYYY"
//! columns = { employee_id = "EMP_ID" }
//! assumptions = "assumptions.toml"
//! plan_design = "our-401k"
//! seed = 7
//!
//! [[engine]]
//! name = "ours"
//! command = ["python3", "ours.py"]
//! ```

use super::environment;
use crate::census::{CensusFormat, ColumnNames, DateFormat};
use crate::engine::Engines;
use crate::engine::external::Spec;
use crate::error::{Error, Flaw, Input, Result};
use crate::scenario::{CUSTOM, Catalogue, Own, Scenario};
use crate::verdict::thresholds::Percent;
use serde::Deserialize;
use std::borrow::Cow;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The file that is looked for where none is named.
pub const FILE: &str = "planbench.toml";
/// Variable that names another file.
pub const VARIABLE: &str = "PLANBENCH_CONFIG";
/// Variable in which a process that starts anew hands on what it read from a pipe, which cannot be read twice.
const PIPED: &str = "PLANBENCH_CONFIG_PIPED";

/// What a settings file says; everything may be left out. Its keys are the names of the settings ([`super::flags`], which
/// also knows the limits); places are relative to the file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SettingsFile {
    scenarios: Vec<String>,
    modes: Vec<String>,
    base_mode: Option<String>,
    runs: Option<u32>,
    seed: Option<u64>,
    threads: Option<usize>,
    output_dir: Option<PathBuf>,
    baseline_dir: Option<PathBuf>,
    history_dir: Option<PathBuf>,
    #[serde(alias = "templates_dir")]
    templates: Option<PathBuf>,
    time_threshold: Option<Percent>,
    throughput_threshold: Option<Percent>,
    memory_threshold: Option<Percent>,
    thresholds: ByPercent,
    scenario: Vec<Entry>,
    engine: Vec<Spec>,
    #[serde(skip)]
    engines: Engines,
    #[serde(skip)]
    path: Option<PathBuf>,
    #[serde(skip)]
    piped: Option<String>,
    #[serde(skip)]
    project: PathBuf,
}

/// The thresholds as a table, which is how files had them first.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct ByPercent {
    time_percent: Option<Percent>,
    throughput_percent: Option<Percent>,
    memory_percent: Option<Percent>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    employee_count: Option<usize>,
    start_year: i32,
    end_year: i32,
    target_time_seconds: Option<f64>,
    #[serde(default)]
    purpose: String,
    census: Option<PathBuf>,
    #[serde(default)]
    columns: ColumnNames,
    date_format: Option<DateFormat>,
    assumptions: Option<PathBuf>,
    plan_design: Option<String>,
    seed: Option<u64>,
}

impl Entry {
    /// What is the scenario's own, if anything is.
    fn own(&self) -> Result<Option<Box<Own>>> {
        let format = CensusFormat { columns: self.columns.clone(), date_format: self.date_format.clone() };
        let refused = |given: &str, wanted: &str| {
            let given = format!("scenario {}: {given}", crate::console::one_line(&self.name));
            Err(Input::Unusable { given, wanted: wanted.to_owned() }.into())
        };
        if self.census.is_none() && format != CensusFormat::default() {
            return refused("columns and date_format are about a census, and there is none", "its file as census");
        }
        if [&self.census, &self.assumptions].into_iter().flatten().any(|path| path.as_os_str().is_empty()) {
            return refused("census or assumptions names no file", "a file, or leave it out");
        }
        if self.plan_design.as_deref() == Some("") {
            return refused("plan_design is empty", "a name, or leave it out");
        }
        let own = Own {
            census: self.census.clone(),
            format,
            assumptions: self.assumptions.clone(),
            plan_design: self.plan_design.clone(),
            seed: self.seed,
        };
        if self.employee_count.is_none() && own.census.is_none() && own.assumptions.is_none() {
            return refused("no people", "employee_count or census");
        }
        Ok((own != Own::default()).then(|| Box::new(own)))
    }
}

impl SettingsFile {
    /// Reads the named file, else the one that [`VARIABLE`] names, else the nearest [`FILE`] from the current folder
    /// upwards, else nothing.
    ///
    /// # Errors
    /// Names the file that cannot be read, and the line or key that cannot be used.
    pub fn load(named: Option<&Path>) -> Result<Self> {
        if let Some(file) = named.map(Path::to_path_buf).or_else(|| environment::path(VARIABLE)) {
            return Self::read(file);
        }
        let Some(file) = nearest() else { return Ok(Self::default()) };
        if file.metadata().is_ok_and(|data| !data.is_file()) {
            // A pipe would be waited for for ever; one that is named on purpose has a writer.
            return Err(Error::file(&file, Flaw::NoFile));
        }
        let project = file.parent().map(Path::to_path_buf).unwrap_or_default();
        Ok(Self { project, ..Self::read(file)? })
    }

    fn read(path: PathBuf) -> Result<Self> {
        let piped = std::env::var(PIPED).ok().filter(|_| !path.is_file());
        let text = piped.map_or_else(|| std::fs::read_to_string(&path), Ok).map_err(|e| Error::file(&path, e))?;
        let mut file: Self = toml::from_str(&text).map_err(|e| Error::file(&path, e))?;
        file.check()
            .map_err(|(key, why)| Error::file(&path, Flaw::Setting { key: key.to_owned(), why: format!(": {why}") }))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        for (_, place) in file.places() {
            *place = folder.join(&*place);
        }
        for place in file.scenario.iter_mut().flat_map(|entry| [&mut entry.census, &mut entry.assumptions]).flatten() {
            *place = folder.join(&*place);
        }
        // A process that starts elsewhere finds it all the same.
        let folder = std::path::absolute(if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
        let folder = folder.map_err(|e| Error::file(&path, e))?;
        for engine in &mut file.engine {
            engine.folder = folder.join(&engine.folder);
        }
        file.engines = Engines::new(std::mem::take(&mut file.engine)).unwrap_or_default();
        let piped = (!path.is_file()).then_some(text);
        Ok(Self { path: Some(path), piped, ..file })
    }

    /// What a process that starts anew needs in its environment to read the same settings.
    pub fn handed_on(&self) -> Option<(&'static str, &str)> {
        Some((PIPED, self.piped.as_deref()?))
    }

    /// What can be wrong although it is of the right kind: a fault is told where it is, not by the first verb that meets
    /// it. The key and why.
    fn check(&mut self) -> Result<(), (&'static str, String)> {
        let key = |key: &'static str| move |error: Error| (key, error.to_string());
        let catalogue = self.catalogue().map_err(key("scenario"))?;
        for name in &self.scenarios {
            if name == CUSTOM {
                let why = "custom wants its people and years from flags or variables; a file describes a [[scenario]]";
                return Err(("scenarios", why.to_owned()));
            }
            catalogue.named(name).map_err(key("scenarios"))?;
        }
        self.engines = Engines::new(self.engine.clone()).map_err(|why| ("engine", why))?;
        self.engines.all_named(&self.modes).map_err(key("modes"))?;
        self.base_mode.iter().try_for_each(|name| self.engines.named(name).map(drop)).map_err(key("base_mode"))?;
        match self.places().find(|(_, path)| path.as_os_str().is_empty()) {
            Some((key, _)) => Err((key, "names no folder".to_owned())),
            None => Ok(()),
        }
    }

    fn places(&mut self) -> impl Iterator<Item = (&'static str, &mut PathBuf)> {
        let places = [
            ("output_dir", &mut self.output_dir),
            ("baseline_dir", &mut self.baseline_dir),
            ("history_dir", &mut self.history_dir),
            ("templates", &mut self.templates),
        ];
        places.into_iter().filter_map(|(key, place)| Some((key, place.as_mut()?)))
    }

    /// What it says about a setting, in the words of a command line; empty if nothing.
    pub(super) fn says(&self, key: &str) -> Vec<OsString> {
        fn one(value: Option<impl ToString>) -> Vec<OsString> {
            value.map(|value| value.to_string().into()).into_iter().collect()
        }
        let place = |place: &Option<PathBuf>| place.clone().map(OsString::from).into_iter().collect();
        let names = |names: &[String]| names.iter().map(OsString::from).collect();
        match key {
            "scenarios" => names(&self.scenarios),
            "modes" => names(&self.modes),
            "base_mode" => one(self.base_mode.as_ref()),
            "runs" => one(self.runs),
            "seed" => one(self.seed),
            "threads" => one(self.threads),
            "output_dir" => place(&self.output_dir),
            "baseline_dir" => place(&self.baseline_dir),
            "history_dir" => place(&self.history_dir),
            "templates" => place(&self.templates),
            "time_threshold" => one(self.time_threshold.or(self.thresholds.time_percent)),
            "throughput_threshold" => one(self.throughput_threshold.or(self.thresholds.throughput_percent)),
            "memory_threshold" => one(self.memory_threshold.or(self.thresholds.memory_percent)),
            _ => Vec::new(),
        }
    }

    /// Folder with report templates that replace the built-in ones.
    pub fn templates(&self) -> Option<&Path> {
        self.templates.as_deref()
    }

    /// The file that was read, if any was.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The folder in which default folders lie; empty for the current one.
    pub fn project(&self) -> &Path {
        &self.project
    }

    /// The engines that can be named beside the built-in ones.
    pub fn engines(&self) -> &Engines {
        &self.engines
    }

    /// The scenarios that can be named.
    ///
    /// # Errors
    /// Names the scenario of the file that cannot be used.
    pub fn catalogue(&self) -> Result<Catalogue> {
        let mut catalogue = Catalogue::default();
        for entry in &self.scenario {
            catalogue.add(Scenario {
                name: Cow::Owned(entry.name.clone()),
                employee_count: entry.employee_count,
                start_year: entry.start_year,
                end_year: entry.end_year,
                purpose: Cow::Owned(entry.purpose.clone()),
                target_time_seconds: entry.target_time_seconds,
                golden: None,
                own: entry.own()?,
            })?;
        }
        Ok(catalogue)
    }
}

/// The nearest settings file. The search ends with the folder of a repository, with the home folder and with the root:
/// what lies above is of somebody else.
fn nearest() -> Option<PathBuf> {
    // What is there and is no file is refused by name when it is read.
    let is_there = |file: &Path| file.symlink_metadata().is_ok_and(|data| !data.is_dir());
    if is_there(Path::new(FILE)) {
        // As it is typed, for messages.
        return Some(PathBuf::from(FILE));
    }
    let current = std::env::current_dir().ok()?;
    let home = std::env::home_dir().and_then(|home| home.canonicalize().ok());
    for folder in current.ancestors() {
        let file = folder.join(FILE);
        if is_there(&file) {
            return Some(file);
        }
        if folder.join(".git").exists() || home.as_deref() == Some(folder) {
            break;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::flags::Every;
    use crate::settings::layers::Layers;

    fn read(text: &str) -> Result<SettingsFile> {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join(FILE);
        std::fs::write(&file, text).expect("a file");
        let file = SettingsFile::load(Some(&file))?;
        Layers::read(Every::command().get_arguments(), &file)?;
        Ok(file)
    }

    #[test]
    fn a_file_adds_scenarios_and_places_are_relative_to_it() {
        let text =
            "output_dir = 'out'\n[[scenario]]\nname = 'ours'\nemployee_count = 7\nstart_year = 2025\nend_year = 2026";
        let file = read(text).expect("settings");
        assert_eq!(file.catalogue().expect("scenarios").named("ours").expect("ours").employee_count, Some(7));
        assert!(file.output_dir.expect("a folder").is_absolute());
    }

    #[test]
    fn earlier_names_are_understood() {
        let file = read("templates_dir = 'mine'\n[thresholds]\nmemory_percent = 30").expect("settings");
        assert_eq!(file.says("memory_threshold"), ["30"]);
        assert!(file.templates().is_some_and(|folder| folder.ends_with("mine")));
    }

    #[test]
    fn what_is_not_understood_is_refused_with_file_and_line() {
        for (text, part) in [
            ("modez = ['sql']", "modez"),
            ("runs = 'many'", "line 1"),
            ("runs = 0", "1 to 10000"),
            ("[[scenario]]\nname = 'quick'\nemployee_count = 1\nstart_year = 2025\nend_year = 2025", "taken"),
            ("[[scenario]]\nname = 'late'\nemployee_count = 1\nstart_year = 2026\nend_year = 2025", "2026"),
            ("[thresholds]\ntime_percent = -1", "time_percent"),
            ("[thresholds]\nthroughput_percent = 100", "throughput_threshold: the throughput threshold must be"),
            ("time_threshold = 0", "time_threshold"),
            ("scenarios = ['quick', '5kx6']", "scenarios: unknown scenario `5kx6`"),
            ("scenarios = ['custom']", "scenarios: custom"),
            ("modes = ['sql', 'spark']", "modes: unknown mode `spark`"),
            ("base_mode = 'spark'", "base_mode: unknown mode `spark`"),
            ("threads = 0", "threads: 0 threads: give 1 to"),
            ("threads = 9999999", "1 to 1024"),
            ("threads = -1", "threads = -1"),
            ("seed = -1", "seed = -1"),
            ("seed = 18446744073709551616", "line 1"),
            ("output_dir = ''", "output_dir: "),
            ("history_dir = ''", "history_dir: "),
        ] {
            let error = read(text).expect_err(text).to_string();
            assert!(error.contains(part) && error.contains(FILE), "{error}");
        }
        assert!(SettingsFile::load(Some(Path::new("/no/such/file.toml"))).is_err());
    }
}
