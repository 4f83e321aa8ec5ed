//! What every verb may need, and the exit codes of all.

use super::messages::{Messages, More};
use super::remedy::Used;
use crate::console;
use crate::error::Result;
use crate::record::baseline::DEFAULT_FOLDER;
use crate::record::history;
use crate::scenario::Catalogue;
use crate::settings::file::SettingsFile;
use crate::settings::flags::{BaselineDir, Every, HistoryDir, Measure, Place};
use crate::settings::layers::{Source, Sourced};
use crate::settings::session::Folders;
use clap::Command;
use std::path::PathBuf;

/// Exit code when everything was as it should be.
pub(super) const PASS: u8 = 0;
/// Exit code of a confirmed regression, a missed gate, or outputs that must be identical and are not.
pub(super) const FAILED: u8 = 1;
/// Exit code of a usage, input or internal error.
pub(super) const ERROR: u8 = 2;
/// Exit code when the figures do not decide, or must not be compared.
pub(super) const INCONCLUSIVE: u8 = 3;

/// What every verb may need.
pub(super) struct Context {
    pub file: SettingsFile,
    /// The settings file if it was named; one that was found will be found again.
    pub config_file: Option<PathBuf>,
    /// The settings as they are without this command line.
    pub every: Every,
    /// Those of this verb, and where each comes from.
    pub settings: Vec<Sourced>,
    pub catalogue: Catalogue,
    /// This command line.
    pub command: String,
    pub quiet: bool,
    pub used: Used,
    /// The whole command line, as help, completions and manual pages show it.
    pub program: fn() -> Command,
}

impl Context {
    /// Where baseline files are: as it was said, else beside the settings file.
    pub fn baseline_folder(&self, said: &BaselineDir) -> PathBuf {
        said.baseline_dir.clone().unwrap_or_else(|| self.file.project().join(DEFAULT_FOLDER))
    }

    /// As [`Context::baseline_folder`], of the history.
    pub fn history_folder(&self, said: &HistoryDir) -> PathBuf {
        said.history.clone().unwrap_or_else(|| self.file.project().join(history::DEFAULT_FOLDER))
    }

    /// As [`Context::baseline_folder`], of results.
    pub fn folders(&self, said: &Place) -> Folders {
        said.folders(self.file.project())
    }

    /// Where things are that no flag of this command line names, with the flag that would.
    pub fn places(&self, used: &mut Used) {
        let Measure { what, place, .. } = &self.every.measure;
        let folders = self.folders(place);
        let (baselines, history) =
            (self.baseline_folder(&self.every.baseline), self.history_folder(&self.every.history));
        for (flag, path) in [
            ("output_dir", place.output_dir.as_deref()),
            ("output_dir", Some(&folders.criterion)),
            ("output_dir", Some(&folders.reports)),
            ("census", what.census.as_deref()),
            ("baseline_dir", Some(&baselines)),
            ("history", Some(&history)),
            ("templates", self.file.templates()),
        ] {
            path.into_iter().for_each(|path| used.also(flag, path));
        }
        for own in self.catalogue.scenarios().iter().filter_map(|scenario| scenario.own.as_deref()) {
            own.census.iter().for_each(|path| used.also("census", path));
            own.assumptions.iter().for_each(|path| used.also("assumptions", path));
        }
    }

    /// Whether a setting was given on this very command line.
    pub fn is_flag(&self, name: &str) -> bool {
        self.settings.iter().any(|setting| setting.name == name && matches!(setting.source, Source::Flag(_)))
    }

    /// Whether a setting was given by a flag or a variable.
    pub fn is_said(&self, name: &str) -> bool {
        let said = |source: &Source| matches!(source, Source::Flag(_) | Source::Variable(_));
        self.settings.iter().any(|setting| setting.name == name && said(&setting.source))
    }

    /// The messages of a verb that has nothing more to say than its results and what it wrote.
    pub fn messages(&self) -> Messages {
        Messages { quiet: self.quiet, ..Messages::default() }
    }

    /// The messages of a verb that measures, which begins with the settings.
    pub fn messages_of(&self, more: More) -> Messages {
        let messages = Messages { quiet: self.quiet, verbose: more.verbose, debug: more.debug };
        self.settings.iter().for_each(|setting| messages.debug(|| setting.to_string()));
        messages
    }

    /// A side output that failed: it is told, and changes no verdict.
    pub fn side(&self, outcome: Result<()>) {
        if let Err(error) = outcome {
            console::warning(self.used.explain(&error));
        }
    }
}
