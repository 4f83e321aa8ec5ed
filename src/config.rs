//! `planbench.toml`: settings for a project, below flags and environment variables, and further scenarios.
//!
//! ```toml
//! modes = ["sql", "polars"]
//! runs = 5
//! baseline_dir = "target-baselines"
//!
//! [thresholds]
//! time_percent = 15
//!
//! [[scenario]]
//! name = "our-plan"
//! employee_count = 2500
//! start_year = 2025
//! end_year = 2027
//! target_time_seconds = 30
//! ```

use crate::error::{Error, Result};
use crate::scenario::{Catalogue, Scenario};
use crate::verdict::thresholds::ThresholdSettings;
use serde::Deserialize;
use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// The file that is read where none is named.
pub const FILE: &str = "planbench.toml";
/// Variable that names another file.
pub const VARIABLE: &str = "PLANBENCH_CONFIG";

/// What a settings file says; everything may be left out.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Scenarios to run.
    pub scenarios: Vec<String>,
    /// Modes to run.
    pub modes: Vec<String>,
    /// Fresh processes per scenario and mode.
    pub runs: Option<u32>,
    /// Seed of every draw.
    pub seed: Option<u64>,
    /// Worker threads of every engine.
    pub threads: Option<usize>,
    /// Folder of all results; relative to the file.
    pub output_dir: Option<PathBuf>,
    /// Folder of the baseline files; relative to the file.
    pub baseline_dir: Option<PathBuf>,
    /// Folder with report templates that replace the built-in ones; relative to the file.
    pub templates_dir: Option<PathBuf>,
    /// When a difference counts.
    pub thresholds: ThresholdSettings,
    scenario: Vec<Entry>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    employee_count: usize,
    start_year: i32,
    end_year: i32,
    target_time_seconds: Option<f64>,
    #[serde(default)]
    purpose: String,
}

impl Config {
    /// Reads the named file, else the one that [`VARIABLE`] names, else [`FILE`] if it is there, else nothing.
    ///
    /// # Errors
    /// Names the file that cannot be read or the line that cannot be understood.
    pub fn load(named: Option<&Path>) -> Result<Self> {
        let variable = || std::env::var_os(VARIABLE).filter(|name| !name.is_empty()).map(PathBuf::from);
        match named.map(Path::to_path_buf).or_else(variable) {
            Some(file) => Self::read(&file),
            None if Path::new(FILE).is_file() => Self::read(Path::new(FILE)),
            None => Ok(Self::default()),
        }
    }

    fn read(file: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(file).map_err(|e| Error::file(file, e))?;
        let mut config: Self = toml::from_str(&text).map_err(|e| Error::file(file, e))?;
        let folder = file.parent().unwrap_or(Path::new(""));
        for path in [&mut config.output_dir, &mut config.baseline_dir, &mut config.templates_dir].into_iter().flatten()
        {
            *path = folder.join(&*path);
        }
        if config.runs.is_some_and(|runs| !(1..=10_000).contains(&runs)) {
            return Err(Error::file(file, "runs: give 1 to 10000"));
        }
        config.catalogue().map_err(|e| Error::file(file, e))?;
        Ok(config)
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
            })?;
        }
        Ok(catalogue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config> {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join(FILE);
        std::fs::write(&file, text).expect("a file");
        Config::load(Some(&file))
    }

    #[test]
    fn a_file_adds_scenarios_and_places_are_relative_to_it() {
        let text =
            "output_dir = 'out'\n[[scenario]]\nname = 'ours'\nemployee_count = 7\nstart_year = 2025\nend_year = 2026";
        let config = read(text).expect("settings");
        assert_eq!(config.catalogue().expect("scenarios").named("ours").expect("ours").employee_count, 7);
        assert!(config.output_dir.expect("a folder").is_absolute());
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
        ] {
            let error = read(text).expect_err(text).to_string();
            assert!(error.contains(part) && error.contains(FILE), "{error}");
        }
        assert!(Config::load(Some(Path::new("/no/such/file.toml"))).is_err());
    }
}
