//! What `--help` says beside the arguments' own words: what holds where nobody says, which differs from verb to verb.

use super::{baseline_update, compare, performance_gate, regression_check, run};
use crate::record::baseline::DEFAULT_FOLDER;
use crate::scenario::USUAL;

/// The verb's table of defaults: argument, and what holds without it.
fn defaults(verb: &str) -> Vec<(&'static str, String)> {
    let all = || "sql polars reference".to_owned();
    let named = || "all named, but for those with a plan or people of their own".to_owned();
    let found = || "all that are there".to_owned();
    let names = |names: &[&str]| names.join(" ");
    match verb {
        "run" => vec![
            ("scenarios", named()),
            ("modes", all()),
            ("runs", format!("{}; {} with --full", run::RUNS, run::FULL_RUNS)),
        ],
        "baseline-update" => {
            vec![("scenarios", named()), ("modes", all()), ("runs", baseline_update::RUNS.to_string())]
        }
        "regression-check" => vec![
            ("scenarios", "those that have a baseline".into()),
            ("modes", "those that have a baseline".into()),
            ("runs", regression_check::RUNS.to_string()),
        ],
        "performance-gate" => vec![
            ("scenarios", performance_gate::SCENARIO.into()),
            ("modes", performance_gate::MODE.into()),
            ("runs", performance_gate::RUNS.to_string()),
        ],
        "compare" => vec![("scenarios", names(&compare::SCENARIOS)), ("modes", all())],
        "generate" => vec![
            ("scenarios", "custom where people and years are given".into()),
            ("modes", "none: one is to be named".into()),
        ],
        "engine" => vec![("scenarios", "custom where people and years are given".into())],
        "parity" => vec![
            ("scenarios", format!("custom where people and years are given, else {}", names(&USUAL))),
            ("modes", "reference sql polars; the first is the yardstick".into()),
        ],
        "report" | "export" | "trend" => vec![("scenarios", found()), ("modes", found())],
        "quick-validate" => vec![("scenarios", "quick".into()), ("modes", all()), ("runs", "3".into())],
        "daily-monitor" => {
            vec![("scenarios", names(&["quick", "1kx3", "5kx5"])), ("modes", all()), ("runs", "10".into())]
        }
        "release-gate" => vec![
            ("scenarios", "5kx5".into()),
            ("modes", "sql polars for the gate, reference too for the rest".into()),
            ("runs", "5 for the gate, 10 for the check".into()),
        ],
        "stress-test" => vec![
            ("scenarios", "stress".into()),
            ("modes", "sql polars for the gate, reference too for parity".into()),
            ("runs", "5".into()),
        ],
        _ => Vec::new(),
    }
}

/// Adds to a command's help what differs between verbs.
pub(super) fn complete(mut command: clap::Command) -> clap::Command {
    let verbs: Vec<String> = command.get_subcommands().map(|verb| verb.get_name().to_owned()).collect();
    for verb in verbs {
        command = command.mut_subcommand(&verb, |sub| {
            let mut sub = sub.after_help(format!("{} Pages, settings and examples: README.md.", exit_codes(&verb)));
            let has = |sub: &clap::Command, id: &str| sub.get_arguments().any(|argument| argument.get_id() == id);
            for (id, default) in defaults(&verb) {
                if has(&sub, id) {
                    sub = sub.mut_arg(id, |argument| with(argument, &default));
                }
            }
            if verb == "engine" {
                // Which engine is its own argument.
                sub = sub.mut_arg("modes", |argument| argument.hide(true));
            }
            if has(&sub, "baseline_dir") {
                sub = sub.mut_arg("baseline_dir", |argument| with(argument, DEFAULT_FOLDER));
            }
            // Which variable stands for a flag is of interest, not what it holds just now.
            sub.mut_args(|argument| argument.hide_env_values(true))
        });
    }
    command.mut_args(|argument| argument.hide_env_values(true))
}

fn with(argument: clap::Arg, default: &str) -> clap::Arg {
    let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
    argument.help(format!("{help} [default: {default}]"))
}

/// The exit codes of all verbs, behind what else the program does.
pub(super) const EXIT_CODES: &str = "\
planbench --bench [CRITERION OPTIONS] [NAME] runs the benchmark suite as `cargo bench` does, without cargo.

Exit codes: 0 pass; 1 confirmed regression, missed gate or outputs that differ; 2 usage, input or internal error; \
3 inconclusive or not comparable; 130 interrupted.";

/// The exit codes of a verb, in one sentence.
pub(super) fn exit_codes(verb: &str) -> &'static str {
    match verb {
        "regression-check" | "compare" | "daily-monitor" => {
            "Exit codes: 0 pass; 1 confirmed regression; 2 usage, input or internal error; 3 inconclusive or not \
             comparable; 130 interrupted."
        }
        "performance-gate" => {
            "Exit codes: 0 every limit is kept; 1 a limit is missed; 2 usage, input or internal error; 3 inconclusive; \
             130 interrupted."
        }
        "release-gate" | "stress-test" => {
            "Exit codes: 0 pass; 1 engines differ, a limit is missed or a regression is confirmed; 2 usage, input or \
             internal error; 3 inconclusive or not comparable; 130 interrupted."
        }
        "parity" | "quick-validate" => {
            "Exit codes: 0 identical; 1 engines differ; 2 usage, input or internal error; 130 interrupted."
        }
        "engine" => {
            "Exit codes: 0 done, or identical; 1 rows differ; 2 usage, input or internal error; 130 interrupted."
        }
        "doctor" => "Exit codes: 0 done; 2 usage or internal error; 3 unfit, with --strict.",
        "run" | "baseline-update" | "generate" => {
            "Exit codes: 0 done; 1 events are not those that must come out; 2 usage, input or internal error; 130 \
             interrupted."
        }
        _ => "Exit codes: 0 done; 2 usage, input or internal error; 130 interrupted.",
    }
}

#[cfg(test)]
mod tests {
    use crate::cli::program::command;
    use std::collections::{BTreeMap, BTreeSet};

    /// Every option that may be left out and changes what is done says what holds then.
    #[test]
    fn defaults_are_shown_by_every_verb() {
        let shared =
            ["scenarios", "modes", "runs", "seed", "seeds", "threads", "output_dir", "baseline_dir", "history"];
        let mut seen = BTreeMap::<&str, usize>::new();
        for verb in command().get_subcommands() {
            for argument in verb.get_arguments().filter(|argument| !argument.is_hide_set()) {
                let id = argument.get_id().as_str();
                let Some(&known) = shared.iter().find(|known| **known == id) else { continue };
                // `run --history` has none: without it nothing is added to any history.
                if (verb.get_name(), id) == ("run", "history") {
                    continue;
                }
                let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
                let shown = !argument.get_default_values().is_empty() || help.contains("[default: ");
                assert!(shown, "{} --{known}: {help}", verb.get_name());
                assert!(help.matches("[default: ").count() <= 1, "{help}");
                *seen.entry(known).or_default() += 1;
            }
        }
        assert!(shared.iter().all(|id| seen.contains_key(id)), "{seen:?}");
    }

    #[test]
    fn what_several_verbs_have_is_the_same_everywhere() {
        let command = command();
        let verbs: Vec<_> = command.get_subcommands().filter(|verb| verb.get_name() != "help").collect();
        for verb in &verbs {
            let quiet = verb.get_arguments().find(|argument| argument.get_id() == "quiet").expect("every verb has it");
            assert_eq!((quiet.get_short(), quiet.get_long()), (Some('q'), Some("quiet")));
            for argument in verb.get_arguments() {
                let names = (argument.get_long(), argument.get_visible_aliases().unwrap_or_default());
                match argument.get_id().as_str() {
                    "scenarios" => assert_eq!(names, (Some("scenarios"), vec!["scenario"]), "{}", verb.get_name()),
                    "modes" => assert_eq!(names, (Some("modes"), vec!["mode"]), "{}", verb.get_name()),
                    _ => {}
                }
            }
        }
    }

    /// Every variable that a verb's help names is in the README's table, and every one of ours there stands in some help.
    #[test]
    fn variables_are_those_of_the_readme() {
        let page = include_str!("../../README.md");
        let table = page.split("## Settings").nth(1).and_then(|rest| rest.split("```toml").next()).expect("Settings");
        let word = |text: &str| text.split(|c: char| !c.is_ascii_uppercase() && c != '_').map(str::to_owned).collect();
        let rows = table.lines().filter(|line| line.starts_with("| `"));
        let cells = rows.filter_map(|line| line.split('|').nth(1));
        let ours = |name: &String| ["BENCHMARK_", "PLANBENCH_", "DD_H"].iter().any(|start| name.starts_with(start));
        let listed: BTreeSet<String> = cells.flat_map(|cell| -> Vec<String> { word(cell) }).filter(ours).collect();
        let mut helped = BTreeSet::new();
        for verb in command().get_subcommands() {
            for argument in verb.get_arguments() {
                helped.extend(argument.get_env().map(|variable| variable.to_string_lossy().into_owned()));
            }
        }
        assert_eq!(helped.difference(&listed).collect::<Vec<_>>(), Vec::<&String>::new(), "not in the README");
        assert_eq!(listed.difference(&helped).collect::<Vec<_>>(), Vec::<&String>::new(), "in no verb's help");
    }

    /// What only one verb can do is listed by no other.
    #[test]
    fn verbs_list_only_what_means_something_to_them() {
        let command = command();
        let has = |verb: &str, id: &str| {
            command.find_subcommand(verb).expect(verb).get_arguments().any(|argument| argument.get_id() == id)
        };
        for (verb, absent) in [
            ("compare", &["runs", "debug"][..]),
            ("report", &["verbose", "debug", "seed", "threads", "runs"]),
            ("export", &["verbose", "debug", "seed", "threads", "runs"]),
            ("trend", &["verbose", "debug", "seed", "threads", "runs"]),
            ("calibrate", &["verbose", "debug"]),
            ("quick-validate", &["history", "baseline", "baseline_dir", "allow_inconclusive"]),
            ("stress-test", &["history", "baseline", "baseline_dir"]),
            ("release-gate", &["history"]),
        ] {
            for id in absent {
                assert!(!has(verb, id), "{verb} {id}");
            }
        }
        assert!(has("daily-monitor", "history") && has("release-gate", "baseline") && has("compare", "verbose"));
    }
}
