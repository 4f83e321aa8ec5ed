//! The command line of the program, from its arguments to the verb that does the work.

use super::context::{Context, ERROR};
use super::help::EXIT_CODES;
use super::remedy::Used;
use super::{
    automation, baseline_update, calibrate, compare, completions, doctor, engine, export, generate, help,
    import_planalign, parity, performance_gate, regression_check, report, run, scenarios, trend,
};
use crate::console;
use crate::engine::polars::decide_threads;
use crate::error::Result;
use crate::files::paths::typed_line;
use crate::settings::environment::{self, warn_of_misspelt};
use crate::settings::file::{self, SettingsFile};
use crate::settings::flags::Every;
use crate::settings::layers::Layers;
use clap::{ArgMatches, Command, CommandFactory, FromArgMatches, Parser, Subcommand};
use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, Parser)]
#[command(name = "planbench", version, about, long_about = None, after_help = EXIT_CODES)]
struct Cli {
    /// Settings file [default: the nearest planbench.toml, from the current folder upwards]
    #[arg(long, value_name = "FILE", global = true, env = file::VARIABLE)]
    config: Option<PathBuf>,
    /// Say nothing but results, warnings and errors
    #[arg(short, long, global = true)]
    quiet: bool,
    #[command(subcommand)]
    verb: Verb,
}

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
    /// Write assumptions and a scenario from a PlanAlign configuration and its seed tables.
    ImportPlanalign(import_planalign::Args),
    /// List, check and feed engines of one's own.
    Engine(engine::Args),
    /// List the named scenarios.
    Scenarios,
    /// Say what about this machine will make figures noisy.
    Doctor(doctor::Args),
    /// Print or write shell completions and manual pages.
    Completions(completions::Args),
}

/// The whole command line, as help, completions and manual pages show it.
pub(super) fn command() -> Command {
    let mut command = help::complete(Cli::command());
    command.build();
    command
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let line = || std::env::args_os();
    let declared = help::complete(Cli::command());
    // Variables are put below the flags when these are known; that they exist is a matter of the help.
    let none = |argument: clap::Arg| argument.env(None::<&'static str>);
    let flags = declared.clone().mut_args(none).mut_subcommands(|verb| verb.mut_args(none));
    let mut command = flags.clone();
    let given = match command.try_get_matches_from_mut(line()) {
        Ok(given) => given,
        Err(answer) if answer.use_stderr() => return show(&answer),
        Err(answer) => return show(&declared.try_get_matches_from(line()).err().unwrap_or(answer)),
    };
    let mut used = Used::new(&command, &given);
    let outcome = read(&declared, &flags, &given, &mut used).and_then(|(cli, context)| run(cli, &context));
    match outcome {
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

/// Verbs about results that are there: what the settings file wants measured hides nothing that was.
const OF_RESULTS: [&str; 3] = ["report", "export", "trend"];

/// Puts variables and the settings file below the flags that were given. `used` learns what they name.
fn read(declared: &Command, flags: &Command, given: &ArgMatches, used: &mut Used) -> Result<(Cli, Context)> {
    let (verb, of_verb) = given.subcommand().unwrap_or(("", given));
    // Shells ask for completions when they start, wherever that is: settings that are broken there break no shell.
    let matters = verb != "completions";
    let config_file = given.get_one::<PathBuf>("config").cloned();
    used.also("config", Path::new(file::FILE));
    // Before it is read: what is said of one that cannot be names the flag.
    environment::path(file::VARIABLE).iter().for_each(|path| used.also("config", path));
    let file = match SettingsFile::load(config_file.as_deref()) {
        Err(_) if !matters => SettingsFile::default(),
        file => file?,
    };
    file.path().into_iter().for_each(|path| used.also("config", path));
    let declared = declared.find_subcommand(verb).unwrap_or(declared);
    let every = Every::command();
    let arguments = every.get_arguments().chain(declared.get_arguments()).filter(|_| matters);
    let mut layers = Layers::read(arguments, &file)?;
    let every = layers.every();
    if OF_RESULTS.contains(&verb) {
        ["scenarios", "modes"].iter().for_each(|name| layers.ignore_file(name));
    }
    let command = flags.clone().mut_subcommand(verb, |_| layers.below(declared.clone(), of_verb));
    // Every value was looked at before.
    let read = command.try_get_matches_from(std::env::args_os()).unwrap_or_else(|error| error.exit());
    let cli = Cli::from_arg_matches(&read).unwrap_or_else(|error| error.exit());
    used.learn(&read);
    let context = Context {
        catalogue: file.catalogue()?,
        file,
        config_file,
        every,
        settings: read.subcommand().map_or_else(Vec::new, |(_, read)| layers.sourced(declared, read)),
        command: command_line(),
        quiet: cli.quiet,
        used: used.clone(),
        program: self::command,
    };
    context.places(used);
    Ok((cli, Context { used: used.clone(), ..context }))
}

fn run(cli: Cli, context: &Context) -> Result<u8> {
    let here = match &cli.verb {
        Verb::Generate(args) => Some(&args.custom.what),
        Verb::Parity(args) => Some(&args.custom.what),
        _ => None,
    };
    if let Some(what) = here {
        decide_threads(what.threads, context.file.handed_on())?;
    }
    if !matches!(cli.verb, Verb::Completions(_)) {
        if let Some(file) = context.file.path().filter(|_| !cli.quiet) {
            console::line(&format!("settings: {}", console::path(file)));
        }
        warn_of_misspelt(&Every::command());
    }
    match cli.verb {
        Verb::Run(args) => run::run(args, context),
        Verb::Report(args) => report::run(args, context),
        Verb::BaselineUpdate(args) => baseline_update::run(args, context),
        Verb::RegressionCheck(args) => regression_check::run(args, context),
        Verb::Compare(args) => compare::run(args, context),
        Verb::PerformanceGate(args) => performance_gate::run(args, context),
        Verb::QuickValidate(args) => automation::run(&args, context),
        Verb::DailyMonitor(args) => automation::run(&args, context),
        Verb::ReleaseGate(args) => automation::run(&args, context),
        Verb::StressTest(args) => automation::run(&args, context),
        Verb::Trend(args) => trend::run(&args, context),
        Verb::Calibrate(args) => calibrate::run(&args, context),
        Verb::Export(args) => export::run(&args, context),
        Verb::Generate(args) => generate::run(args, context),
        Verb::Parity(args) => parity::run(args, context),
        Verb::ImportPlanalign(args) => import_planalign::run(&args, context),
        Verb::Engine(args) => engine::run(&args, context),
        Verb::Scenarios => scenarios::run(context),
        Verb::Doctor(args) => doctor::run(&args, context),
        Verb::Completions(args) => completions::run(&args, context),
    }
}

/// This process' command line, without the folder of the program: what a reader types to repeat it.
fn command_line() -> String {
    let mut arguments = std::env::args_os();
    let program = PathBuf::from(arguments.next().unwrap_or_default());
    let name = program.file_name().unwrap_or(program.as_os_str()).to_string_lossy();
    typed_line(&name, &arguments.collect::<Vec<OsString>>())
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
