//! Names of scenarios and modes on the command line: several arguments, or one with blanks or commas.

use crate::engine::Mode;
use crate::scenario::{CUSTOM, SCENARIOS};
use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::ffi::OsStr;

/// Takes names. The known ones are offered to who completes a command line; unknown ones are refused later, where the
/// settings file has been read and all that is known can be listed.
#[derive(Debug, Clone)]
pub(crate) struct Names(Vec<&'static str>);

impl Names {
    /// Of scenarios.
    pub fn scenarios() -> Self {
        Self(SCENARIOS.iter().map(|scenario| &*scenario.name).chain([CUSTOM]).collect())
    }

    /// Of scenarios, those of a settings file among them.
    pub fn of(scenarios: Vec<String>) -> Self {
        // Offered values must outlive everything; this is done once, by a process that ends right after.
        let kept = scenarios.into_iter().map(|name| &*name.leak());
        Self(kept.chain([CUSTOM]).collect())
    }

    /// Of modes.
    pub fn modes() -> Self {
        Self(Mode::BUILT_IN.map(Mode::name).to_vec())
    }
}

impl TypedValueParser for Names {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        let text = clap::builder::StringValueParser::new().parse_ref(command, argument, value)?;
        // An empty variable in a script is not "all".
        if split(&text).next().is_none() {
            let mut error = clap::Error::new(ErrorKind::ValueValidation).with_cmd(command);
            let name = argument.map_or_else(|| "...".to_owned(), ToString::to_string);
            error.insert(ContextKind::InvalidArg, ContextValue::String(name));
            error.insert(ContextKind::InvalidValue, ContextValue::String(text));
            let why = "it names nothing; leave the flag out for the default";
            error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![why.into()]));
            return Err(error);
        }
        Ok(text)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.0.iter().copied().map(PossibleValue::new)))
    }
}

/// Names separated by blanks or commas.
pub(crate) fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', ',', '\t', '\n']).filter(|name| !name.is_empty())
}

/// Names given as several arguments, or as one with blanks or commas, each once.
pub(crate) fn listed(given: &[String]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in given.iter().flat_map(|text| split(text)) {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}
