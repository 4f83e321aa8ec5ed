//! An engine as a settings file describes it.

use crate::engine::mode::{ALL, Mode, OwnName, unknown};
use crate::error::Result;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Longest time limit of a step, seconds: a day.
const LONGEST_LIMIT_SECONDS: f64 = 86_400.0;

/// How this program and an engine talk to each other (`docs/engines.md`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// JSON lines on standard input and output, a process for many runs.
    Session,
    /// A command line that is run to its end.
    Once,
}

/// Whose rules an engine follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rules {
    /// Those of `docs/event-rules.md`: its rows must equal the reference's.
    Planalign,
    /// Others: other work, whose figures are held against nothing else.
    Own,
}

/// An `[[engine]]` of a settings file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The mode's name everywhere.
    pub name: String,
    /// Program and arguments.
    pub command: Vec<String>,
    /// Program and arguments that print a version; its first line is recorded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub version: Vec<String>,
    /// How it is talked to.
    #[serde(default = "session")]
    pub protocol: Protocol,
    /// Whose rules it follows.
    #[serde(default = "planalign")]
    pub rules: Rules,
    /// Whether it gets the draws as files.
    #[serde(default)]
    pub draws: bool,
    /// Variables that it gets beside those of this process.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, String>,
    /// Time that a step may take: starting, a run, writing, ending; seconds.
    #[serde(default = "ten_minutes")]
    pub time_limit_seconds: f64,
    /// Folder in which it runs; that of the settings file where none is given.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub folder: PathBuf,
}

fn session() -> Protocol {
    Protocol::Session
}

fn planalign() -> Rules {
    Rules::Planalign
}

fn ten_minutes() -> f64 {
    600.0
}

fn is_empty(path: &Path) -> bool {
    path.as_os_str().is_empty()
}

/// What stands in a command of protocol `once` for the input folder and the output folder.
pub(super) const INPUT: &str = "{input}";
pub(super) const OUTPUT: &str = "{output}";

impl Spec {
    /// The mode that it is.
    ///
    /// # Errors
    /// As [`OwnName::new`].
    pub fn mode(&self) -> Result<Mode, String> {
        OwnName::new(&self.name).map(Mode::Own)
    }

    /// Time that a step may take.
    pub fn time_limit(&self) -> Duration {
        Duration::from_secs_f64(self.time_limit_seconds)
    }

    /// Refuses what no engine can be.
    ///
    /// # Errors
    /// Says what, and what is wanted.
    pub fn check(&self) -> Result<(), String> {
        self.mode()?;
        let name = &self.name;
        let program = |command: &[String]| command.first().is_some_and(|program| !program.trim().is_empty());
        if !program(&self.command) {
            return Err(format!("engine {name}: command names no program; give it as [\"program\", \"argument\"]"));
        }
        if !self.version.is_empty() && !program(&self.version) {
            return Err(format!("engine {name}: version names no program; give its command, or leave it out"));
        }
        if self.command.iter().chain(&self.version).chain(self.environment.values()).any(|part| part.contains('\0')) {
            return Err(format!("engine {name}: a command or variable holds a zero byte, which no system hands on"));
        }
        let usable = |variable: &String| !variable.is_empty() && !variable.contains(['=', '\0']);
        if let Some(variable) = self.environment.keys().find(|variable| !usable(variable)) {
            return Err(format!("engine {name}: `{}` is no name of a variable", crate::console::one_line(variable)));
        }
        let holds = |what: &str| self.command.iter().any(|part| part.contains(what));
        match self.protocol {
            Protocol::Once if !holds(INPUT) || !holds(OUTPUT) => Err(format!(
                "engine {name}: a command of protocol \"once\" needs {INPUT} and {OUTPUT} among its arguments"
            )),
            Protocol::Session if holds(INPUT) || holds(OUTPUT) => Err(format!(
                "engine {name}: {INPUT} and {OUTPUT} are of protocol \"once\"; in a session the engine is told its folders"
            )),
            _ if !(self.time_limit_seconds > 0.0 && self.time_limit_seconds <= LONGEST_LIMIT_SECONDS) => Err(format!(
                "engine {name}: time_limit_seconds = {}: give a number above 0, at most {LONGEST_LIMIT_SECONDS}",
                self.time_limit_seconds
            )),
            _ => Ok(()),
        }
    }
}

/// The engines that are not built in.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Engines(Arc<Vec<Spec>>);

impl Engines {
    /// Those of a settings file.
    ///
    /// # Errors
    /// Names the engine that cannot be used, and why.
    pub fn new(specs: Vec<Spec>) -> Result<Self, String> {
        for (index, spec) in specs.iter().enumerate() {
            spec.check()?;
            if specs[..index].iter().any(|other| other.name == spec.name) {
                return Err(format!("engine {}: the name is taken; give each engine one of its own", spec.name));
            }
        }
        Ok(Self(Arc::new(specs)))
    }

    /// Their modes, in the order of the file.
    pub fn modes(&self) -> Vec<Mode> {
        self.0.iter().filter_map(|spec| spec.mode().ok()).collect()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The mode of a name, built in or not.
    ///
    /// # Errors
    /// Lists the known names.
    pub fn named(&self, name: &str) -> Result<Mode> {
        let known = Mode::BUILT_IN.into_iter().chain(self.modes()).find(|mode| mode.name() == name);
        known.ok_or_else(|| unknown(name, &self.modes()))
    }

    /// The modes of names; [`ALL`] among them stands for every one.
    ///
    /// # Errors
    /// As [`Engines::named`].
    pub fn all_named(&self, names: &[String]) -> Result<Vec<Mode>> {
        if names.iter().any(|name| name == ALL) {
            return Ok(Mode::BUILT_IN.into_iter().chain(self.modes()).collect());
        }
        names.iter().map(|name| self.named(name)).collect()
    }

    /// What is known of a mode that is not built in.
    ///
    /// # Errors
    /// Lists the known names.
    pub fn spec(&self, mode: Mode) -> Result<&Spec> {
        self.0.iter().find(|spec| spec.name == mode.name()).ok_or_else(|| unknown(mode.name(), &self.modes()))
    }

    /// Whether a mode's rows must equal the reference's.
    pub fn follows_the_rules(&self, mode: Mode) -> bool {
        mode.is_built_in() || self.spec(mode).is_ok_and(|spec| spec.rules == Rules::Planalign)
    }

    /// Only the engine of a mode, for a process that runs nothing else.
    pub fn only(&self, mode: Mode) -> Self {
        Self(Arc::new(self.0.iter().filter(|spec| spec.name == mode.name()).cloned().collect()))
    }

    /// As a settings file that says nothing else.
    pub fn settings(&self) -> String {
        #[derive(Serialize)]
        struct File<'a> {
            engine: &'a [Spec],
        }
        // Text, numbers and tables of text: TOML holds all of them.
        toml::to_string(&File { engine: &self.0 }).unwrap_or_default()
    }

    /// As they are.
    pub fn specs(&self) -> &[Spec] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(toml: &str) -> Result<Spec, String> {
        let spec: Spec = toml::from_str(toml).map_err(|e| e.to_string())?;
        spec.check().map(|()| spec)
    }

    #[test]
    fn what_is_left_out_has_a_default() {
        let spec = spec("name = 'mine'\ncommand = ['./mine']").unwrap();
        assert_eq!((spec.protocol, spec.rules, spec.draws), (Protocol::Session, Rules::Planalign, false));
        assert_eq!(spec.time_limit(), Duration::from_secs(600));
    }

    #[test]
    fn what_no_engine_can_be_is_refused() {
        for (toml, part) in [
            ("name = 'sql'\ncommand = ['x']", "taken"),
            ("name = 'Mine'\ncommand = ['x']", "small letters"),
            ("name = 'mine'\ncommand = []", "no program"),
            ("name = 'mine'\ncommand = ['']", "no program"),
            ("name = 'mine'\ncommand = 'x'", "command"),
            ("name = 'mine'\ncommand = ['x']\nversion = [' ']", "version"),
            ("name = 'mine'\ncommand = ['x']\nprotocol = 'rest'", "protocol"),
            ("name = 'mine'\ncommand = ['x']\nrules = 'other'", "rules"),
            ("name = 'mine'\ncommand = ['x']\nprotocol = 'once'", "{input}"),
            ("name = 'mine'\ncommand = ['x', '{input}']", "once"),
            ("name = 'mine'\ncommand = ['x']\ntime_limit_seconds = 0", "time_limit_seconds"),
            ("name = 'mine'\ncommand = ['x']\ntime_limit_seconds = nan", "time_limit_seconds"),
            ("name = 'mine'\ncommand = ['x']\ntime_limit_seconds = 1e9", "time_limit_seconds"),
            ("name = 'mine'\ncommand = ['x']\ndraw = true", "draw"),
            ("name = 'mine'\ncommand = ['x']\nenvironment = { 'A=B' = 'c' }", "A=B"),
            ("command = ['x']", "name"),
            ("name = 'mine'", "command"),
        ] {
            let error = spec(toml).expect_err(toml);
            assert!(error.contains(part), "{toml}: {error}");
        }
    }

    #[test]
    fn each_engine_has_a_name_of_its_own() {
        let one = spec("name = 'mine'\ncommand = ['x']").unwrap();
        assert!(Engines::new(vec![one.clone(), one.clone()]).unwrap_err().contains("taken"));
        let engines = Engines::new(vec![one]).unwrap();
        assert_eq!(engines.named("mine").unwrap(), engines.modes()[0]);
        let error = engines.named("spark").unwrap_err().to_string();
        assert!(error.contains("sql, polars, reference, mine"), "{error}");
        assert_eq!(engines.all_named(&["all".into()]).unwrap().len(), 4);
    }
}
