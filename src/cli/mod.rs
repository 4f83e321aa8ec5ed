//! Verbs of `planbench`, one file each, and what they share.

mod automation;
mod baseline_update;
mod calibrate;
mod compare;
mod completions;
mod doctor;
mod export;
mod generate;
mod github;
mod help;
mod inputs;
mod manual;
mod names;
mod parity;
mod performance_gate;
mod regression_check;
mod remedy;
mod report;
mod run;
mod scenarios;
mod seeds;
mod selection;
mod talk;
mod trend;

use crate::console;
use crate::engine::EngineOptions;
use crate::error::{Error, Result};
use crate::files::paths::typed_line;
use crate::record::baseline::DEFAULT_FOLDER;
use crate::record::history;
use crate::scenario::Catalogue;
use crate::settings::choices::path_variable;
use crate::settings::file::Config;
use crate::settings::session::Folders;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use remedy::Used;
use selection::HistoryPlace;
use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use talk::Talk;

/// Exit code when everything was as it should be.
const PASS: u8 = 0;
/// Exit code of a confirmed regression, a missed gate, or outputs that must be identical and are not.
const FAILED: u8 = 1;
/// Exit code of a usage, input or internal error.
const ERROR: u8 = 2;
/// Exit code when the figures do not decide, or must not be compared.
const INCONCLUSIVE: u8 = 3;

#[derive(Debug, Parser)]
#[command(name = "planbench", version, about, long_about = None, after_help = EXIT_CODES)]
struct Cli {
    /// Settings file [default: the nearest planbench.toml, from the current folder upwards]
    #[arg(long, value_name = "FILE", global = true, env = crate::settings::file::VARIABLE)]
    config: Option<PathBuf>,
    /// Say nothing but results, warnings and errors
    #[arg(short, long, global = true)]
    quiet: bool,
    #[command(subcommand)]
    verb: Verb,
}

const EXIT_CODES: &str = "\
planbench --bench [CRITERION OPTIONS] [NAME] runs the benchmark suite as `cargo bench` does, without cargo.

Exit codes: 0 pass; 1 confirmed regression, missed gate or outputs that differ; 2 usage, input or internal error; \
3 inconclusive or not comparable; 130 interrupted.";

#[derive(Debug, Subcommand)]
enum Verb {
    /// Measure in fresh processes that take turns, then report.
    Run(run::Args),
    /// Render reports from what `cargo bench` or `run` left.
    Report(report::Args),
    /// Measure, and keep the figures as a baseline.
    BaselineUpdate(baseline_update::Args),
    /// Measure, and check against a baseline.
    RegressionCheck(regression_check::Args),
    /// Compare two builds round by round: the proof of a regression.
    Compare(compare::Args),
    /// Measure, and check against a target.
    PerformanceGate(performance_gate::Args),
    /// Parity and three runs of scenario quick.
    QuickValidate(automation::QuickValidate),
    /// Ten runs of quick, 1kx3 and 5kx5 into the history, its trend, and a regression check if there is a baseline.
    DailyMonitor(automation::DailyMonitor),
    /// Parity, performance gate and regression check of 5kx5.
    ReleaseGate(automation::ReleaseGate),
    /// Parity and performance gate of scenario stress.
    StressTest(automation::StressTest),
    /// Show a history: series, change points, growth with the work.
    Trend(trend::Args),
    /// Regenerate the proof of the verdicts: runs against itself, and planted slow-downs.
    Calibrate(calibrate::Args),
    /// Write figures in the shapes that other tools read.
    Export(export::Args),
    /// Generate the events of a run and write them as Parquet.
    Generate(generate::Args),
    /// Prove that all engines produce the same rows, bit for bit.
    Parity(parity::Args),
    /// List the named scenarios.
    Scenarios,
    /// Say what about this machine will make figures noisy.
    Doctor(doctor::Args),
    /// Print or write shell completions and manual pages.
    Completions(completions::Args),
}

/// The whole command line, as help, completions and manual pages show it.
fn command() -> clap::Command {
    let mut command = help::complete(Cli::command());
    command.build();
    command
}

/// What every verb may need.
struct Context {
    config: Config,
    /// The settings file if it was named; one that was found will be found again.
    config_file: Option<PathBuf>,
    catalogue: Catalogue,
    /// This command line.
    command: String,
    quiet: bool,
    used: Used,
}

impl Context {
    /// Flag or variable, then the settings file, then the default.
    fn baseline_folder(&self, given: Option<&Path>) -> PathBuf {
        baseline_folder(&self.config, given)
    }

    /// As [`Context::baseline_folder`], of the history.
    fn history_folder(&self, given: &HistoryPlace) -> PathBuf {
        history_folder(&self.config, given.history.as_deref())
    }

    /// Talk of a verb that has nothing more to say than its results and what it wrote.
    fn talk(&self) -> Talk {
        Talk { quiet: self.quiet, ..Talk::default() }
    }

    /// Talk of a verb that measures.
    fn talk_more(&self, more: talk::More) -> Talk {
        Talk { quiet: self.quiet, verbose: more.verbose, debug: more.debug }
    }

    /// A side output that failed: it is told, and changes no verdict.
    fn side(&self, outcome: Result<()>) {
        if let Err(error) = outcome {
            console::warning(self.used.explain(&error));
        }
    }
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    drop_blank_variables();
    let mut command = command();
    let understood = command
        .try_get_matches_from_mut(std::env::args_os())
        .and_then(|matches| Cli::from_arg_matches(&matches).map(|cli| (cli, Used::new(&command, &matches))));
    let (cli, mut used) = match understood {
        Ok(understood) => understood,
        Err(answer) => return show(&answer),
    };
    match run(cli, &mut used) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            console::error(used.explain(&error));
            ExitCode::from(error.exit_code())
        }
    }
}

/// Help, the version, or why a command line is not understood.
fn show(answer: &clap::Error) -> ExitCode {
    let plain = answer.render().to_string();
    let harmless = console::escaped(&plain) == plain;
    // What was typed is in the answer.
    let shown = if answer.use_stderr() && !harmless {
        console::line(plain.trim_end());
        Ok(())
    } else {
        answer.print().and_then(|()| std::io::stdout().flush())
    };
    match shown {
        Err(error) if !answer.use_stderr() => {
            console::error(format!("standard output: {error}"));
            ExitCode::from(ERROR)
        }
        _ => ExitCode::from(u8::try_from(answer.exit_code()).unwrap_or(ERROR)),
    }
}

fn run(cli: Cli, used: &mut Used) -> Result<u8> {
    used.also("config", Path::new(crate::settings::file::FILE));
    let config = match (Config::load(cli.config.as_deref()), &cli.verb) {
        // Shells ask for completions when they start, wherever that is: a file that is broken there breaks no shell.
        (Err(_), Verb::Completions(_)) => Config::default(),
        (config, _) => config?,
    };
    if let Some(file) = config.file() {
        used.also("config", file);
        if !cli.quiet && !matches!(cli.verb, Verb::Completions(_)) {
            console::line(&format!("settings: {}", console::path(file)));
        }
    }
    places(&config, used);
    let context = Context {
        catalogue: config.catalogue()?,
        config,
        config_file: cli.config,
        command: command_line(),
        quiet: cli.quiet,
        used: used.clone(),
    };
    match cli.verb {
        Verb::Run(args) => run::run(args, &context),
        Verb::Report(args) => report::run(args, &context),
        Verb::BaselineUpdate(args) => baseline_update::run(args, &context),
        Verb::RegressionCheck(args) => regression_check::run(args, &context),
        Verb::Compare(args) => compare::run(args, &context),
        Verb::PerformanceGate(args) => performance_gate::run(args, &context),
        Verb::QuickValidate(args) => automation::run(&args, &context),
        Verb::DailyMonitor(args) => automation::run(&args, &context),
        Verb::ReleaseGate(args) => automation::run(&args, &context),
        Verb::StressTest(args) => automation::run(&args, &context),
        Verb::Trend(args) => trend::run(&args, &context),
        Verb::Calibrate(args) => calibrate::run(&args, &context),
        Verb::Export(args) => export::run(&args, &context),
        Verb::Generate(args) => generate::run(args, &context),
        Verb::Parity(args) => parity::run(args, &context),
        Verb::Scenarios => scenarios::run(&context),
        Verb::Doctor(args) => doctor::run(&args, &context),
        Verb::Completions(args) => completions::run(&args, &context),
    }
}

fn baseline_folder(config: &Config, given: Option<&Path>) -> PathBuf {
    let folder = given.or(config.baseline_dir.as_deref()).map(Path::to_path_buf);
    folder.unwrap_or_else(|| config.project().join(DEFAULT_FOLDER))
}

fn history_folder(config: &Config, given: Option<&Path>) -> PathBuf {
    let folder = given.or(config.history_dir.as_deref()).map(Path::to_path_buf);
    folder.unwrap_or_else(|| config.project().join(history::DEFAULT_FOLDER))
}

/// Where things are that no flag of this command line names, with the flag that would.
fn places(config: &Config, used: &mut Used) {
    let output = path_variable("BENCHMARK_OUTPUT_DIR").or_else(|| config.output_dir.clone());
    if let Some(folder) = &output {
        used.also("output_dir", folder);
    }
    let folders = Folders::new(output.as_deref(), config.project());
    used.also("output_dir", &folders.criterion);
    used.also("output_dir", &folders.reports);
    if let Some(file) = path_variable("BENCHMARK_CENSUS") {
        used.also("census", &file);
    }
    used.also("baseline_dir", &baseline_folder(config, None));
    used.also("history", &history_folder(config, path_variable(history::VARIABLE).as_deref()));
    if let Some(folder) = &config.templates_dir {
        used.also("templates", folder);
    }
}

/// A variable that is blank does not count: workflows pass what nobody filled in as blank.
fn drop_blank_variables() {
    let ours = |name: &OsStr| {
        ["BENCHMARK_", "PLANBENCH_", "DD_"].iter().any(|prefix| name.as_encoded_bytes().starts_with(prefix.as_bytes()))
    };
    let is_blank = |value: &OsStr| value.to_str().is_some_and(|text| text.trim().is_empty());
    let blank: Vec<_> = std::env::vars_os().filter(|(name, value)| ours(name) && is_blank(value)).collect();
    for (name, _) in blank {
        // SAFETY: this is the start of the process; it still has its one thread.
        unsafe { std::env::remove_var(name) };
    }
}

/// This process' command line, without the folder of the program: what a reader types to repeat it.
fn command_line() -> String {
    let mut arguments = std::env::args_os();
    let program = PathBuf::from(arguments.next().unwrap_or_default());
    let name = program.file_name().unwrap_or(program.as_os_str()).to_string_lossy();
    typed_line(&name, &arguments.collect::<Vec<OsString>>())
}

/// Sets the threads of this process' engines.
fn use_threads(threads: usize) -> Result<()> {
    let options = EngineOptions { threads, ..EngineOptions::default() };
    options.check_threads().map_err(|e| Error::Config(format!("--threads: {e}")))?;
    // SAFETY: called by a verb before it starts anything; the process still has its one thread.
    unsafe { crate::engine::polars::set_threads(threads) };
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    /// Commands of this program in the code of a page.
    fn commands(page: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut block = false;
        for line in page.lines() {
            if line.trim_start().starts_with("```") {
                block = !block;
                continue;
            }
            let parts: Vec<&str> = if block { vec![line] } else { line.split('`').skip(1).step_by(2).collect() };
            for part in parts {
                let part = part.split(" #").next().unwrap_or_default().trim().trim_start_matches("$ ");
                let start = part.find("planbench ").filter(|&at| at == 0 || part[..at].ends_with(['/', ' ']));
                let Some(start) = start else { continue };
                let command = part[start..].split(['|', ';', '>', '&']).next().unwrap_or_default();
                // Placeholders and other programs' arguments are no commands to run.
                let placeholder = ["...", "…", "<", "[", "DIR", "FILE", "NAME", "BASE", "VERB", "--help"];
                let verb = command.split(' ').nth(1).unwrap_or_default();
                if !verb.starts_with("--") && !verb.is_empty() && !placeholder.iter().any(|word| command.contains(word))
                {
                    found.push(command.trim().to_owned());
                }
            }
        }
        found
    }

    #[test]
    fn what_the_pages_print_is_understood() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut pages = vec![root.join("README.md"), root.join("CONTRIBUTING.md")];
        for entry in std::fs::read_dir(root.join("docs")).expect("docs").flatten() {
            pages.extend(Some(entry.path()).filter(|path| path.extension().is_some_and(|extension| extension == "md")));
        }
        let (mut checked, mut wrong) = (0, Vec::new());
        for page in pages {
            let text = std::fs::read_to_string(&page).expect("a page");
            for command in commands(&text) {
                // A verb alone may be meant as a name.
                if let [_, verb] = command.split(' ').collect::<Vec<_>>()[..] {
                    assert!(super::command().find_subcommand(verb).is_some(), "{}: {command}", page.display());
                    continue;
                }
                let quoted: Vec<&str> = command.split('"').collect();
                let words = quoted.iter().enumerate().flat_map(|(index, part)| {
                    if index % 2 == 1 { vec![*part] } else { part.split_whitespace().collect() }
                });
                if let Err(error) = super::command().try_get_matches_from(words) {
                    wrong.push(format!("{}: `{command}`: {error}", page.display()));
                }
                checked += 1;
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(checked > 25, "only {checked} commands found");
    }

    #[test]
    fn the_command_line_is_consistent() {
        super::command().debug_assert();
    }
}
