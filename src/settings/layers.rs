//! Where a setting comes from: a flag, else its variable, else the settings file, else its default. Every kind is checked
//! by the one declaration of the setting.

use super::environment;
use super::file::SettingsFile;
use super::flags::Every;
use crate::error::{Error, Flaw, Input, Result};
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, ValueHint};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::num::ParseIntError;
use std::path::PathBuf;

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// This flag.
    Flag(String),
    /// This variable.
    Variable(String),
    /// This settings file.
    File(PathBuf),
    /// Nobody said anything.
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Flag(name) | Source::Variable(name) => f.write_str(name),
            Source::File(file) => f.write_str(&crate::console::path(file)),
            Source::Default => f.write_str("default"),
        }
    }
}

/// A setting of a command, and where its value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sourced {
    /// Its name, as flag and file have it.
    pub name: String,
    /// Its value in words.
    pub value: String,
    /// Where that comes from.
    pub source: Source,
}

impl fmt::Display for Sourced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {} ({})", self.name, self.value, self.source)
    }
}

/// What is simulated comes from one source: a flag for the scenario is not mixed with a variable for the years.
const WHAT: [&str; 7] = ["scenarios", "employee_count", "start_year", "end_year", "census", "column", "date_format"];
/// Flags of scenarios that are known by a name of their own.
const SHORT: [&str; 2] = ["quick", "full"];
/// Stands for all modes, too.
const FULL: &str = "full";

/// What variables and the settings file say, by variable.
#[derive(Debug, Clone, Default)]
pub struct Layers(BTreeMap<OsString, (Vec<&'static OsStr>, Source)>);

impl Layers {
    /// What they say about the settings that are declared by `arguments`.
    ///
    /// # Errors
    /// Names the variable, or the file and its key, whose value cannot be used.
    pub fn read<'a>(arguments: impl IntoIterator<Item = &'a Arg>, file: &SettingsFile) -> Result<Self> {
        let mut layers = BTreeMap::new();
        let mut by_variable = false;
        for argument in arguments {
            let Some(variable) = argument.get_env() else { continue };
            let key = key(variable);
            // Of the file, too: what is not used is checked all the same.
            let written = file.says(&key);
            if let Some((file, why)) = file.path().zip(written.iter().find_map(|value| check(argument, value).err())) {
                return Err(Error::file(file, Flaw::Setting { key, why }));
            }
            if let Some(value) = environment::set(variable) {
                let value = if is_place(argument) { value } else { trimmed(value) };
                let (name, text) = (variable.display(), value.display());
                check(argument, &value).map_err(|why| Input::Variable { given: format!("{name}={text}"), why })?;
                by_variable |= WHAT.contains(&argument.get_id().as_str());
                layers.insert(variable.to_owned(), (kept([value]), Source::Variable(name.to_string())));
            } else if let Some(file) = file.path().filter(|_| !written.is_empty()) {
                layers.insert(variable.to_owned(), (kept(written), Source::File(file.to_path_buf())));
            }
        }
        let mut layers = Self(layers);
        if by_variable {
            layers.ignore_file("scenarios");
        }
        Ok(layers)
    }

    /// Leaves out what the file says about a setting.
    pub fn ignore_file(&mut self, name: &str) {
        self.0.retain(|variable, (_, source)| key(variable) != name || !matches!(source, Source::File(_)));
    }

    /// Puts these layers below the flags that were given to a command: as its defaults, so that no variable conflicts with
    /// a flag.
    pub fn below(&self, command: Command, given: &ArgMatches) -> Command {
        let given = given_flags(given);
        let says_what = WHAT.iter().chain(&SHORT).any(|id| given.contains(id));
        command.mut_args(|argument| {
            let id = argument.get_id().as_str();
            let said = (says_what && WHAT.contains(&id)) || (id == "modes" && given.contains(&FULL));
            let layer = argument.get_env().and_then(|variable| self.0.get(variable)).filter(|_| !said);
            let values = layer.map(|(values, _)| values.clone());
            let argument = argument.env(None::<&'static str>);
            values.into_iter().fold(argument, Arg::default_values)
        })
    }

    /// The settings as they are without any flag.
    pub fn every(&self) -> Every {
        let command = Every::command();
        let none =
            command.clone().mut_args(|argument| argument.env(None::<&'static str>)).get_matches_from::<_, &str>([]);
        Every::without_flags(self.below(command, &none))
    }

    /// The settings of a command that was read with these layers below its flags, by name; `declared` is the command without
    /// them.
    pub fn sourced(&self, declared: &Command, read: &ArgMatches) -> Vec<Sourced> {
        let given = given_flags(read);
        let one = |argument: &Arg| {
            let layer = self.0.get(argument.get_env()?);
            let id = argument.get_id().as_str();
            let values: Vec<&OsStr> = read.get_raw(id).into_iter().flatten().collect();
            let source = match layer {
                _ if given.contains(&id) => Source::Flag(format!("--{}", argument.get_long().unwrap_or(id))),
                // One that a flag about something else put aside is not what holds.
                Some((said, source)) if *said == values => source.clone(),
                _ => Source::Default,
            };
            let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
            let default = help.split_once("[default: ").and_then(|(_, rest)| rest.split_once(']'));
            let value = match &values[..] {
                [] => default.map_or("none", |(text, _)| text).to_owned(),
                values => values.join(OsStr::new(" ")).display().to_string(),
            };
            Some(Sourced { name: id.to_owned(), value, source })
        };
        let mut all: Vec<Sourced> = declared.get_arguments().filter_map(one).collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all
    }
}

/// Defaults of a command must outlive everything; they are put together once, at the start of a process.
fn kept(values: impl IntoIterator<Item = OsString>) -> Vec<&'static OsStr> {
    values.into_iter().map(|value| &*value.leak()).collect()
}

/// The flags of a command line.
fn given_flags(given: &ArgMatches) -> Vec<&str> {
    let by_flag = |id: &&str| given.value_source(id) == Some(ValueSource::CommandLine);
    given.ids().map(clap::Id::as_str).filter(by_flag).collect()
}

/// The name of a setting in the file: its variable's, in small letters and without the program's.
fn key(variable: &OsStr) -> String {
    let name = variable.to_string_lossy();
    let name = name.strip_prefix("BENCHMARK_").or(name.strip_prefix("PLANBENCH_")).unwrap_or(&name);
    name.to_lowercase()
}

/// Whether an argument names a place.
pub(crate) fn is_place(argument: &Arg) -> bool {
    matches!(argument.get_value_hint(), ValueHint::AnyPath | ValueHint::FilePath | ValueHint::DirPath)
}

fn trimmed(value: OsString) -> OsString {
    value.to_str().map(|text| OsString::from(text.trim())).unwrap_or(value)
}

/// Whether an argument takes a value; if not, what is to be said after the two.
fn check(argument: &Arg, value: &OsStr) -> Result<(), String> {
    let alone = Arg::new("value").action(ArgAction::Set).value_parser(argument.get_value_parser().clone());
    let command = Command::new("setting").no_binary_name(true).arg(alone);
    let read = command.try_get_matches_from([OsStr::new("--"), value]);
    read.map(drop).map_err(|error| match std::error::Error::source(&error) {
        Some(why) if !why.is::<ParseIntError>() => format!(": {why}"),
        _ => " is not a value of the kind it takes".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::FromArgMatches;

    fn read(layers: &[(&str, &str)], line: &[&str]) -> (Every, Vec<String>) {
        let variable = |(name, value): &(&str, &str)| {
            (OsString::from(*name), (kept([OsString::from(*value)]), Source::Variable((*name).to_owned())))
        };
        let layers = Layers(layers.iter().map(variable).collect());
        let declared = Every::command();
        let flags = declared.clone().mut_args(|argument| argument.env(None::<&'static str>));
        let given = flags.get_matches_from(line);
        let read = layers.below(declared.clone(), &given).get_matches_from(line);
        let told = layers.sourced(&declared, &read).iter().map(ToString::to_string).collect();
        (Every::from_arg_matches(&read).expect("settings"), told)
    }

    #[test]
    fn what_is_simulated_comes_from_one_source() {
        let variables = [
            ("BENCHMARK_SCENARIOS", "quick"),
            ("BENCHMARK_START_YEAR", "2030"),
            ("BENCHMARK_SEED", "2"),
            ("BENCHMARK_THREADS", "1"),
        ];
        let (both, told) = read(&variables, &["--employee-count", "5", "--seed", "1"]);
        let what = &both.measure.what;
        assert_eq!((what.selected.scenarios.len(), what.start_year, what.threads), (0, None, 1));
        assert_eq!((what.employee_count, both.measure.seed.seed), (Some(5), 1));
        for line in [
            "employee_count = 5 (--employee-count)",
            "seed = 1 (--seed)",
            "threads = 1 (BENCHMARK_THREADS)",
            "start_year = none (default)",
            "time_threshold = 15 (default)",
            "output_dir = cargo's target folder (default)",
        ] {
            assert!(told.iter().any(|told| told == line), "{line} not in {told:?}");
        }
        let (alone, _) = read(&variables, &[]);
        let what = &alone.measure.what;
        assert_eq!((&what.selected.scenarios[..], what.start_year), (&["quick".to_owned()][..], Some(2030)));
    }

    /// A key of the file is its variable in small letters, and a name of its flag.
    #[test]
    fn flag_variable_and_file_have_the_same_names() {
        for argument in Every::command().get_arguments() {
            let Some(variable) = argument.get_env() else { continue };
            let key = key(variable).replace('_', "-");
            let mut names = argument.get_visible_aliases().unwrap_or_default();
            names.extend(argument.get_long());
            assert!(names.contains(&&*key), "{} is not among {names:?}", variable.display());
        }
    }
}
