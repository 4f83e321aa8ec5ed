//! Manual pages, one for the program and one per verb, made from the command line itself.

use super::help;
use crate::error::{Error, Result};
use clap::{Arg, Command};
use clap_mangen::roff::{Inline, Roff, bold, italic, roman};
use std::collections::BTreeMap;

/// The program's own page.
pub(super) fn first(command: &Command) -> Result<String> {
    page(command, None)
}

/// Every page with its file name.
pub(super) fn pages(command: &Command) -> Result<Vec<(String, String)>> {
    let mut pages = vec![("planbench.1".to_owned(), page(command, None)?)];
    for verb in verbs(command) {
        pages.push((format!("planbench-{}.1", verb.get_name()), page(command, Some(verb))?));
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
    roff.control("TH", [name.to_uppercase().as_str(), "1", &day(), version.as_str(), "planbench manual"]);
    roff.control("SH", ["NAME"]);
    paragraph(&mut roff, &format!("{name} - {}", about.trim_end_matches('.')));
    roff.control("SH", ["SYNOPSIS"]);
    for line in synopsis(shown, verb) {
        roff.text(line);
    }
    roff.control("SH", ["DESCRIPTION"]);
    paragraph(&mut roff, &format!("{}.", about.trim_end_matches('.')));
    let mut visible: Vec<&Arg> = shown.get_arguments().filter(|argument| !argument.is_hide_set()).collect();
    visible.sort_by_key(|argument| argument.get_display_order());
    roff.control("SH", ["OPTIONS"]);
    for argument in &visible {
        roff.control("TP", []);
        roff.text(heading(argument));
        paragraph(&mut roff, &body(argument));
    }
    if verb.is_none() {
        roff.control("SH", ["VERBS"]);
        for verb in verbs(command) {
            roff.control("TP", []);
            roff.text([bold(verb.get_name())]);
            paragraph(&mut roff, &verb.get_about().map(ToString::to_string).unwrap_or_default());
        }
    }
    roff.control("SH", ["EXIT STATUS"]);
    let codes = verb.map_or(help::EXIT_CODES, |verb| help::exit_codes(verb.get_name()));
    for code in codes.trim_start_matches("Exit codes: ").trim_end_matches('.').split("; ") {
        let (number, meaning) = code.split_once(' ').unwrap_or((code, ""));
        roff.control("TP", []);
        roff.text([bold(number)]);
        paragraph(&mut roff, meaning);
    }
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
    let others: Vec<String> = match verb {
        Some(_) => vec!["planbench".to_owned()],
        None => verbs(command).map(|verb| format!("planbench-{}", verb.get_name())).collect(),
    };
    for (index, other) in others.iter().enumerate() {
        let end = if index + 1 < others.len() { "(1)," } else { "(1)" };
        roff.text([bold(other), roman(end)]);
    }
    let mut text = Vec::new();
    roff.to_writer(&mut text).map_err(|e| Error::failed("manual page", e))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// In lines, which are filled when shown.
fn synopsis(shown: &Command, verb: Option<&Command>) -> Vec<Vec<Inline>> {
    let mut lines = vec![vec![bold("planbench")]];
    lines.extend(verb.map(|verb| vec![bold(verb.get_name())]));
    for argument in shown.get_arguments().filter(|argument| !argument.is_hide_set() && argument.is_required_set()) {
        if let Some(long) = argument.get_long() {
            lines.push(vec![bold(format!("--{long}")), roman(" "), italic(value(argument))]);
        }
    }
    lines.push(vec![roman("["), italic("options"), roman("]")]);
    for argument in shown.get_positionals().filter(|argument| !argument.is_hide_set()) {
        let (before, after) = if argument.is_required_set() { ("", "") } else { ("[", "]") };
        lines.push(vec![roman(before), italic(value(argument)), roman(after)]);
    }
    if verb.is_none() {
        lines.push(vec![italic("verb"), roman(" ...")]);
    }
    lines
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
        if !defaults.is_empty() && !argument.is_hide_default_value_set() {
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
            found.insert(variable.to_string_lossy().into_owned(), flag);
        }
    }
    found
}

/// Text in lines that are short enough in the source, too.
fn paragraph(roff: &mut Roff, text: &str) {
    // Some characters take two in the source.
    let width = |word: &str| word.chars().map(|c| if "-\\'`".contains(c) { 4 } else { 1 }).sum::<usize>();
    let (mut line, mut length) = (String::new(), 0);
    for word in text.split_whitespace() {
        if length > 0 && length + width(word) >= LINE {
            roff.text([roman(std::mem::take(&mut line))]);
            length = 0;
        }
        if length > 0 {
            line.push(' ');
        }
        line.push_str(word);
        length += width(word) + 1;
    }
    roff.text([roman(line)]);
}

/// Longest line of a page's source, characters.
const LINE: usize = 76;

/// The day that a page is of: today, or what `SOURCE_DATE_EPOCH` says to whoever builds packages that can be repeated.
fn day() -> String {
    let told = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|text| text.trim().parse().ok());
    let time = told.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    time.unwrap_or_else(jiff::Timestamp::now).to_string().chars().take(10).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_has_a_page_with_every_section() {
        let pages = pages(&crate::cli::program::command()).expect("pages");
        let command = crate::cli::program::command();
        assert_eq!(pages.len(), 1 + verbs(&command).count());
        for (name, page) in &pages {
            let sections: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix(".SH ")).collect();
            let mut expected =
                vec!["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "VERBS", "\"EXIT STATUS\"", "ENVIRONMENT"];
            expected.push("\"SEE ALSO\"");
            if name != "planbench.1" {
                expected.retain(|section| *section != "VERBS");
            }
            assert_eq!(sections, expected, "{name}");
            let title = page.lines().find(|line| line.starts_with(".TH ")).expect("a title");
            let words: Vec<&str> = title.split(' ').collect();
            assert_eq!(words[1], name.trim_end_matches(".1").to_uppercase());
            let day = words[3];
            assert!(day.len() == 10 && day.starts_with("20") && day.matches('-').count() == 2, "{title}");
            assert!(page.lines().all(|line| line.len() <= 80 && line.trim_end() == line && !line.is_empty()), "{name}");
        }
        let run = &pages.iter().find(|(name, _)| name == "planbench-run.1").expect("run").1;
        for part in ["BENCHMARK_SCENARIOS", "BENCHMARK_RUNS", "PLANBENCH_CONFIG", "\\fB130\\fR", "\\-\\-scenario\\fR"] {
            assert!(run.contains(part), "{part}");
        }
    }
}
