//! Manual pages, one for the program and one per verb, made from the command line itself.

use super::help;
use crate::error::{Error, Result};
use clap::{Arg, Command};
use clap_mangen::roff::{Inline, Roff, bold, italic, roman};
use std::collections::BTreeMap;

/// The program's own page.
pub(super) fn first() -> Result<String> {
    page(&super::command(), None)
}

/// Every page with its file name.
pub(super) fn pages() -> Result<Vec<(String, String)>> {
    let command = super::command();
    let mut pages = vec![("planbench.1".to_owned(), page(&command, None)?)];
    for verb in verbs(&command) {
        pages.push((format!("planbench-{}.1", verb.get_name()), page(&command, Some(verb))?));
    }
    Ok(pages)
}

fn verbs(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|verb| !verb.is_hide_set() && verb.get_name() != "help")
}

fn page(command: &Command, verb: Option<&Command>) -> Result<String> {
    let shown = verb.unwrap_or(command);
    let name = verb.map_or_else(|| "planbench".to_owned(), |verb| format!("planbench-{}", verb.get_name()));
    let version = format!("planbench {}", command.get_version().unwrap_or_default());
    let about = shown.get_about().map(ToString::to_string).unwrap_or_default();
    let mut roff = Roff::default();
    // No day is known on which a page last changed; mdoc's own word for that.
    roff.control("TH", [name.to_uppercase().as_str(), "1", "", version.as_str(), "planbench manual"]);
    roff.control("SH", ["NAME"]);
    roff.text([roman(format!("{name} - {}", about.trim_end_matches('.')))]);
    roff.control("SH", ["SYNOPSIS"]);
    roff.text(synopsis(shown, verb));
    roff.control("SH", ["DESCRIPTION"]);
    roff.text([roman(&about)]);
    let visible: Vec<&Arg> = shown.get_arguments().filter(|argument| !argument.is_hide_set()).collect();
    roff.control("SH", ["OPTIONS"]);
    for argument in &visible {
        roff.control("TP", []);
        roff.text(heading(argument));
        roff.text([roman(body(argument))]);
    }
    if verb.is_none() {
        roff.control("SH", ["VERBS"]);
        for verb in verbs(command) {
            roff.control("TP", []);
            roff.text([bold(verb.get_name())]);
            roff.text([roman(verb.get_about().map(ToString::to_string).unwrap_or_default())]);
        }
    }
    roff.control("SH", ["EXIT STATUS"]);
    roff.text([roman(match verb {
        Some(verb) => help::exit_codes(verb.get_name()),
        None => super::EXIT_CODES,
    })]);
    let variables = variables(&visible);
    if !variables.is_empty() {
        roff.control("SH", ["ENVIRONMENT"]);
        for (variable, flag) in &variables {
            roff.control("TP", []);
            roff.text([bold(variable)]);
            roff.text([roman("Stands for "), bold(flag), roman(", which goes before it.")]);
        }
        roff.control("PP", []);
        roff.text([roman("A variable that is blank does not count.")]);
    }
    roff.control("SH", ["SEE ALSO"]);
    roff.text(see_also(command, verb));
    let mut text = Vec::new();
    roff.to_writer(&mut text).map_err(|e| Error::failed("manual page", e))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn synopsis(shown: &Command, verb: Option<&Command>) -> Vec<Inline> {
    let mut line = vec![bold("planbench")];
    if let Some(verb) = verb {
        line.extend([roman(" "), bold(verb.get_name())]);
    }
    for argument in shown.get_arguments().filter(|argument| !argument.is_hide_set() && argument.is_required_set()) {
        if let Some(long) = argument.get_long() {
            line.extend([roman(" "), bold(format!("--{long}")), roman(" "), italic(value(argument))]);
        }
    }
    line.extend([roman(" ["), italic("options"), roman("]")]);
    for argument in shown.get_positionals().filter(|argument| !argument.is_hide_set()) {
        let (before, after) = if argument.is_required_set() { (" ", "") } else { (" [", "]") };
        line.extend([roman(before), italic(value(argument)), roman(after)]);
    }
    if verb.is_none() {
        line.extend([roman(" "), italic("verb"), roman(" ...")]);
    }
    line
}

fn value(argument: &Arg) -> String {
    let names = argument.get_value_names().map(|names| names.iter().map(ToString::to_string).collect::<Vec<_>>());
    names.map_or_else(|| argument.get_id().to_string().to_uppercase(), |names| names.join(" "))
}

fn heading(argument: &Arg) -> Vec<Inline> {
    let mut line = Vec::new();
    if argument.is_positional() {
        return vec![italic(value(argument))];
    }
    if let Some(short) = argument.get_short() {
        line.push(bold(format!("-{short}")));
    }
    for long in argument.get_long().into_iter().chain(argument.get_visible_aliases().unwrap_or_default()) {
        if !line.is_empty() {
            line.push(roman(", "));
        }
        line.push(bold(format!("--{long}")));
    }
    if argument.get_action().takes_values() {
        line.extend([roman(" "), italic(value(argument))]);
        if argument.get_num_args().is_some_and(|range| range.max_values() > 1) {
            line.push(roman(" ..."));
        }
    }
    line
}

fn body(argument: &Arg) -> String {
    let mut text = argument.get_help().map(ToString::to_string).unwrap_or_default();
    if argument.get_action().takes_values() {
        let defaults: Vec<String> =
            argument.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect();
        if !defaults.is_empty() {
            text += &format!(" [default: {}]", defaults.join(" "));
        }
        if !argument.is_hide_possible_values_set() {
            let values: Vec<String> =
                argument.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
            if !values.is_empty() {
                text += &format!(" [possible values: {}]", values.join(", "));
            }
        }
    }
    text
}

/// The variables of a page, with the flags that they stand for.
fn variables(arguments: &[&Arg]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for argument in arguments {
        let Some(long) = argument.get_long() else { continue };
        let flag = format!("--{long}");
        if let Some(variable) = argument.get_env() {
            found.insert(variable.to_string_lossy().into_owned(), flag.clone());
        }
        // Some are read where flags, variables and the settings file are put together.
        let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
        if let Some((_, rest)) = help.split_once("[env: ")
            && let Some((variable, _)) = rest.split_once(']')
        {
            found.insert(variable.to_owned(), flag);
        }
    }
    found
}

fn see_also(command: &Command, verb: Option<&Command>) -> Vec<Inline> {
    let names: Vec<String> = match verb {
        Some(_) => vec!["planbench".to_owned()],
        None => verbs(command).map(|verb| format!("planbench-{}", verb.get_name())).collect(),
    };
    let mut line = Vec::new();
    for name in names {
        if !line.is_empty() {
            line.push(roman(", "));
        }
        line.extend([bold(name), roman("(1)")]);
    }
    line
}
