//! The brief's automations: each is a composition of other verbs, which it prints before it runs them.

use super::Context;
use super::selection::resolve;
use crate::choices::Choices;
use crate::error::{Error, Result};
use crate::paths::typed_line;
use crate::record::baseline::{Baseline, DEFAULT_NAME, check_name};
use crate::record::history;
use crate::scenario::CUSTOM;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Arguments of every automation.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Folder of all results [env: BENCHMARK_OUTPUT_DIR] [default: cargo's target folder]
    #[arg(long, value_name = "DIR")]
    output_dir: Option<PathBuf>,
    /// Folder of the baseline files [default: target-baselines]
    #[arg(long, value_name = "DIR", env = "BENCHMARK_BASELINE_DIR")]
    baseline_dir: Option<PathBuf>,
    /// Folder of the history (daily-monitor; regression checks read it) [default: history]
    #[arg(long, value_name = "DIR", env = history::VARIABLE)]
    history: Option<PathBuf>,
    /// Name of the baseline to check against
    #[arg(long, value_name = "NAME", default_value = DEFAULT_NAME)]
    baseline: String,
    /// Scenarios instead of the automation's own
    #[arg(long, alias = "scenario", value_name = "NAME", num_args = 1.., value_parser = super::names)]
    scenarios: Vec<String>,
    /// Modes instead of all
    #[arg(long, alias = "mode", value_name = "MODE", num_args = 1.., value_parser = super::names)]
    modes: Vec<String>,
    /// Fresh processes per scenario and mode
    #[arg(long, value_name = "N", env = "BENCHMARK_RUNS", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    runs: Option<u32>,
    /// Time that a whole run may take at the most, seconds [default: the scenario's own]
    #[arg(long, value_name = "SECONDS", value_parser = super::run::positive)]
    target_time: Option<f64>,
    /// Go on, and exit with 0 instead of 3, when the figures do not decide
    #[arg(long)]
    allow_inconclusive: bool,
    /// Say nothing but results and errors
    #[arg(short, long)]
    quiet: bool,
    /// Print the commands, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// An automation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Automation {
    QuickValidate,
    DailyMonitor,
    ReleaseGate,
    StressTest,
}

impl Args {
    /// What was asked for: by flag, then environment and settings file.
    fn asked(&self, context: &Context) -> Result<Choices> {
        let flags = Choices {
            scenarios: super::split(&self.scenarios),
            modes: super::split(&self.modes),
            output_dir: self.output_dir.clone(),
            ..Choices::default()
        };
        flags.complete(&context.config)
    }

    /// A command line of this program, with the options that it shares with all.
    fn step(&self, verb: &str, work: &Choices, runs: Option<u32>, more: &[OsString]) -> Vec<OsString> {
        let mut line: Vec<OsString> = vec![verb.into(), "--scenarios".into()];
        line.extend(work.scenarios.iter().map(OsString::from));
        if verb != "trend" && work.scenarios.iter().any(|name| name == CUSTOM) {
            line.extend(custom(work));
        }
        let modes = super::split(&self.modes);
        if !modes.is_empty() && verb != "parity" {
            line.push("--modes".into());
            line.extend(modes.into_iter().map(OsString::from));
        }
        if let Some(runs) = self.runs.or(runs).filter(|_| !["parity", "trend"].contains(&verb)) {
            line.extend(["--runs".into(), runs.to_string().into()]);
        }
        if verb != "parity" {
            if let Some(folder) = &self.output_dir {
                line.extend(["--output-dir".into(), folder.into()]);
            }
            if self.quiet {
                line.push("--quiet".into());
            }
        }
        if self.allow_inconclusive && ["regression-check", "performance-gate"].contains(&verb) {
            line.push("--allow-inconclusive".into());
        }
        line.extend_from_slice(more);
        line
    }

    fn check(&self, work: &Choices, runs: u32) -> Vec<OsString> {
        let mut more = vec!["--baseline".into(), (&self.baseline).into()];
        if let Some(folder) = &self.baseline_dir {
            more.extend(["--baseline-dir".into(), folder.into()]);
        }
        more.extend(self.history());
        self.step("regression-check", work, Some(runs), &more)
    }

    fn history(&self) -> Vec<OsString> {
        self.history.as_ref().map_or_else(Vec::new, |folder| vec!["--history".into(), folder.into()])
    }

    fn target(&self) -> Vec<OsString> {
        let target = |seconds: f64| vec!["--target-time".into(), seconds.to_string().into()];
        self.target_time.map_or_else(Vec::new, target)
    }
}

/// The people and years of scenario custom: a step that is told its scenarios by flag takes these from flags, too.
fn custom(work: &Choices) -> Vec<OsString> {
    let number = |flag: &str, value: Option<String>| value.map(|value| [flag.into(), value.into()]);
    let given: [Option<[OsString; 2]>; 4] = [
        number("--employee-count", work.employee_count.map(|count| count.to_string())),
        work.census.as_ref().map(|file| ["--census".into(), file.into()]),
        number("--start-year", work.start_year.map(|year| year.to_string())),
        number("--end-year", work.end_year.map(|year| year.to_string())),
    ];
    given.into_iter().flatten().flatten().collect()
}

/// Limits that a release and a stress run must keep, beside their time.
const LIMITS: [&str; 4] = ["--min-throughput", "1000", "--max-memory-mb", "8000"];

/// Scenarios of an automation where nobody says.
fn default_scenarios(automation: Automation) -> &'static [&'static str] {
    match automation {
        Automation::QuickValidate => &["quick"],
        Automation::DailyMonitor => &["quick", "1kx3", "5kx5"],
        Automation::ReleaseGate => &["5kx5"],
        Automation::StressTest => &["stress"],
    }
}

/// What an automation works on: what was asked for, else its own.
fn work(automation: Automation, args: &Args, context: &Context) -> Result<Choices> {
    let mut work = args.asked(context)?;
    if !work.says_what() {
        work.scenarios = default_scenarios(automation).iter().map(|name| name.to_string()).collect();
    } else if work.scenarios.is_empty() {
        work.scenarios = vec![CUSTOM.to_owned()];
    }
    Ok(work)
}

/// The commands of an automation.
fn steps(
    automation: Automation,
    args: &Args,
    context: &Context,
    work: &Choices,
    has_baseline: &dyn Fn() -> Result<bool>,
) -> Result<Vec<Vec<OsString>>> {
    let gate = || {
        let mut more = [args.target(), LIMITS.map(OsString::from).to_vec()].concat();
        if work.modes.is_empty() {
            // Modes that a gate is held to where nobody says.
            more.extend(["--modes", "sql", "polars"].map(OsString::from));
        }
        args.step("performance-gate", work, Some(5), &more)
    };
    let parity = |seeds: &[&str]| {
        let seeds: Vec<OsString> = seeds.iter().map(OsString::from).collect();
        args.step("parity", work, None, &seeds)
    };
    Ok(match automation {
        Automation::QuickValidate => {
            vec![parity(&[]), args.step("run", work, Some(3), &args.target())]
        }
        Automation::DailyMonitor => {
            let history: [OsString; 2] = ["--history".into(), context.history_folder(args.history.as_deref()).into()];
            let mut steps = vec![
                args.step("run", work, Some(10), &[args.target(), history.to_vec()].concat()),
                args.step("trend", work, None, &history),
            ];
            if has_baseline()? {
                steps.push(args.check(work, 10));
            }
            steps
        }
        Automation::ReleaseGate => {
            let mut steps = vec![parity(&["--seeds", "42..44"]), gate()];
            if has_baseline()? {
                steps.push(args.check(work, 10));
            }
            steps
        }
        Automation::StressTest => vec![parity(&[]), gate()],
    })
}

/// Runs an automation's commands in order and stops at the first that does not pass; its exit code.
pub(super) fn run(automation: Automation, args: &Args, context: &Context) -> Result<u8> {
    check_name(&args.baseline)?;
    let executable = std::env::current_exe().map_err(|e| Error::Config(format!("own executable: {e}")))?;
    let folder = context.baseline_folder(args.baseline_dir.as_deref());
    let work = work(automation, args, context)?;
    let has_baseline = || -> Result<bool> {
        let settings = resolve(&work, context)?;
        let threads = settings.options.threads;
        Ok(settings.selections.iter().all(|selection| {
            settings
                .modes
                .iter()
                .any(|&mode| Baseline::path(&folder, &args.baseline, &selection.benchmark(mode, threads)).is_file())
        }))
    };
    let steps = steps(automation, args, context, &work, &has_baseline)?;
    let checks = steps.iter().any(|step| step[0] == "regression-check");
    // Settings that were found will be found again; what was named has to be named.
    let named = context.config_file.iter().flat_map(|file| ["--config".into(), file.into()]).collect::<Vec<OsString>>();
    for step in steps {
        let arguments = [named.clone(), step].concat();
        let line = typed_line("planbench", &arguments);
        if args.dry_run {
            println!("{line}");
            continue;
        }
        if !args.quiet {
            eprintln!("$ {line}");
        }
        let status = Command::new(&executable).args(&arguments).stdin(Stdio::null()).status();
        let status = status.map_err(|e| Error::file(&executable, e))?;
        match status.code() {
            Some(0) => {}
            Some(code) => return Ok(u8::try_from(code).unwrap_or(super::ERROR)),
            None => return Err(Error::Config(format!("`{line}` ended with {status}"))),
        }
    }
    if !checks && matches!(automation, Automation::DailyMonitor | Automation::ReleaseGate) {
        eprintln!(
            "note: no baseline `{}` of these scenarios in {}, so nothing was checked against one; `planbench \
             baseline-update` makes it",
            args.baseline,
            folder.display()
        );
    }
    Ok(super::PASS)
}
