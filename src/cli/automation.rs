//! The brief's automations: each is a composition of other verbs, which it prints before it runs them.

use super::Context;
use crate::choices::Choices;
use crate::error::{Error, Result};
use crate::record::baseline::{Baseline, DEFAULT_NAME};
use crate::record::history;
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
    /// Folder of the history (daily-monitor)
    #[arg(long, value_name = "DIR", env = history::VARIABLE, default_value = history::DEFAULT_FOLDER)]
    history: PathBuf,
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
    /// Flag, then environment and settings file, then the automation's own.
    fn scenarios(&self, context: &Context, default: &[&str]) -> Result<Vec<String>> {
        let flags = Choices { scenarios: super::split(&self.scenarios), ..Choices::default() };
        let given = flags.complete(&context.config)?.scenarios;
        Ok(if given.is_empty() { default.iter().map(|name| name.to_string()).collect() } else { given })
    }

    /// Modes that a gate is held to where nobody says.
    fn gated_modes(&self, context: &Context) -> Result<Vec<String>> {
        let flags = Choices { modes: super::split(&self.modes), ..Choices::default() };
        let said = !flags.complete(&context.config)?.modes.is_empty();
        Ok(if said { Vec::new() } else { ["--modes", "sql", "polars"].map(str::to_owned).to_vec() })
    }

    /// A command line of this program, with the options that it shares with all.
    fn step(&self, verb: &str, scenarios: &[String], runs: Option<u32>, more: &[String]) -> Vec<String> {
        let mut line = vec![verb.to_owned(), "--scenarios".into()];
        line.extend(scenarios.iter().cloned());
        let modes = super::split(&self.modes);
        if !modes.is_empty() && verb != "parity" {
            line.push("--modes".into());
            line.extend(modes);
        }
        if let Some(runs) = self.runs.or(runs).filter(|_| !["parity", "trend"].contains(&verb)) {
            line.extend(["--runs".into(), runs.to_string()]);
        }
        if verb != "parity" {
            if let Some(folder) = &self.output_dir {
                line.extend(["--output-dir".into(), folder.display().to_string()]);
            }
            if self.quiet {
                line.push("--quiet".into());
            }
        }
        if self.allow_inconclusive && ["regression-check", "performance-gate"].contains(&verb) {
            line.push("--allow-inconclusive".into());
        }
        line.extend(more.iter().cloned());
        line
    }

    fn check(&self, scenarios: &[String], runs: u32) -> Vec<String> {
        let mut more = vec!["--baseline".to_owned(), self.baseline.clone()];
        if let Some(folder) = &self.baseline_dir {
            more.extend(["--baseline-dir".into(), folder.display().to_string()]);
        }
        self.step("regression-check", scenarios, Some(runs), &more)
    }

    fn target(&self) -> Vec<String> {
        self.target_time.map_or_else(Vec::new, |seconds| vec!["--target-time".into(), seconds.to_string()])
    }
}

/// Limits that a release and a stress run must keep, beside their time.
const LIMITS: [&str; 4] = ["--min-throughput", "1000", "--max-memory-mb", "8000"];

/// The commands of an automation.
fn steps(
    automation: Automation,
    args: &Args,
    context: &Context,
    has_baseline: &dyn Fn(&[String]) -> Result<bool>,
) -> Result<Vec<Vec<String>>> {
    let gate = |scenarios: &[String]| -> Result<Vec<String>> {
        let limits = [args.target(), LIMITS.map(str::to_owned).to_vec(), args.gated_modes(context)?].concat();
        Ok(args.step("performance-gate", scenarios, Some(5), &limits))
    };
    Ok(match automation {
        Automation::QuickValidate => {
            let scenarios = args.scenarios(context, &["quick"])?;
            vec![args.step("parity", &scenarios, None, &[]), args.step("run", &scenarios, Some(3), &args.target())]
        }
        Automation::DailyMonitor => {
            let scenarios = args.scenarios(context, &["quick", "1kx3", "5kx5"])?;
            let history = vec!["--history".to_owned(), args.history.display().to_string()];
            let run = [args.target(), history.clone()].concat();
            let mut steps =
                vec![args.step("run", &scenarios, Some(10), &run), args.step("trend", &scenarios, None, &history)];
            if has_baseline(&scenarios)? {
                steps.push(args.check(&scenarios, 10));
            }
            steps
        }
        Automation::ReleaseGate => {
            let scenarios = args.scenarios(context, &["5kx5"])?;
            let seeds = ["--seeds".to_owned(), "42..44".to_owned()];
            let mut steps = vec![args.step("parity", &scenarios, None, &seeds), gate(&scenarios)?];
            if has_baseline(&scenarios)? {
                steps.push(args.check(&scenarios, 10));
            }
            steps
        }
        Automation::StressTest => {
            let scenarios = args.scenarios(context, &["stress"])?;
            vec![args.step("parity", &scenarios, None, &[]), gate(&scenarios)?]
        }
    })
}

/// Runs an automation's commands in order and stops at the first that does not pass; its exit code.
pub(super) fn run(automation: Automation, args: &Args, context: &Context) -> Result<u8> {
    let executable = std::env::current_exe().map_err(|e| Error::Config(format!("own executable: {e}")))?;
    let folder = context.baseline_folder(args.baseline_dir.as_deref());
    let has_baseline = |scenarios: &[String]| -> Result<bool> {
        let choices = Choices { scenarios: scenarios.to_vec(), modes: super::split(&args.modes), ..Default::default() };
        let settings = choices.complete(&context.config)?.resolve(&context.catalogue)?;
        let threads = settings.options.threads;
        Ok(settings.selections.iter().all(|selection| {
            settings
                .modes
                .iter()
                .any(|&mode| Baseline::path(&folder, &args.baseline, &selection.benchmark(mode, threads)).is_file())
        }))
    };
    let steps = steps(automation, args, context, &has_baseline)?;
    let checks = steps.iter().any(|step| step[0] == "regression-check");
    for step in &steps {
        let line = format!("planbench {}", step.join(" "));
        if args.dry_run {
            println!("{line}");
            continue;
        }
        if !args.quiet {
            eprintln!("$ {line}");
        }
        let mut command = Command::new(&executable);
        if let Some(file) = &context.config_file {
            command.arg("--config").arg(file);
        }
        let status = command.args(step).stdin(Stdio::null()).status().map_err(|e| Error::file(&executable, e))?;
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
