//! The brief's automations: each is a composition of other verbs, which it prints before it runs them.

use super::Context;
use super::baseline_update::BaselinePlace;
use super::run::TargetTime;
use super::selection::{HistoryPlace, Place, Runs, Selected};
use crate::choices::Choices;
use crate::console;
use crate::error::{Error, Result};
use crate::record::baseline::Baseline;
use std::ffi::OsString;
use std::process::{Command, Stdio};

/// Arguments of every automation.
#[derive(Debug, clap::Args)]
pub(super) struct Common {
    #[command(flatten)]
    selected: Selected,
    #[command(flatten)]
    runs: Runs,
    #[command(flatten)]
    target: TargetTime,
    #[command(flatten)]
    place: Place,
    /// Print the commands, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// Arguments of those whose figures may leave something undecided.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub(super) struct Undecided {
    /// Go on, and exit with 0 instead of 3, when the figures do not decide
    #[arg(long)]
    allow_inconclusive: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct QuickValidate {
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, clap::Args)]
pub(super) struct DailyMonitor {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    history: HistoryPlace,
    #[command(flatten)]
    baseline: BaselinePlace,
    #[command(flatten)]
    undecided: Undecided,
}

#[derive(Debug, clap::Args)]
pub(super) struct ReleaseGate {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    baseline: BaselinePlace,
    #[command(flatten)]
    undecided: Undecided,
}

#[derive(Debug, clap::Args)]
pub(super) struct StressTest {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    undecided: Undecided,
}

/// A command line of this program: the verb first.
type Line = Vec<OsString>;

/// An automation.
pub(super) trait Automation {
    /// Its common arguments.
    fn common(&self) -> &Common;
    /// Its baseline, if it checks against one.
    fn baseline(&self) -> Option<&BaselinePlace>;
    /// Its commands; `has_baseline` tells whether scenarios have one.
    fn steps(&self, context: &Context, has_baseline: &dyn Fn(&[String]) -> Result<bool>) -> Result<Vec<Line>>;
}

impl Automation for QuickValidate {
    fn common(&self) -> &Common {
        &self.common
    }

    fn baseline(&self) -> Option<&BaselinePlace> {
        None
    }

    fn steps(&self, context: &Context, _: &dyn Fn(&[String]) -> Result<bool>) -> Result<Vec<Line>> {
        let common = &self.common;
        let scenarios = common.scenarios(context, &["quick"])?;
        Ok(vec![common.parity(context, &scenarios), common.measure(context, "run", &scenarios, 3, common.target())])
    }
}

impl Automation for DailyMonitor {
    fn common(&self) -> &Common {
        &self.common
    }

    fn baseline(&self) -> Option<&BaselinePlace> {
        Some(&self.baseline)
    }

    fn steps(&self, context: &Context, has_baseline: &dyn Fn(&[String]) -> Result<bool>) -> Result<Vec<Line>> {
        let common = &self.common;
        let scenarios = common.scenarios(context, &["quick", "1kx3", "5kx5"])?;
        let history: Line = vec!["--history".into(), self.history.history.clone().into()];
        let run = [common.target(), history.clone()].concat();
        let mut steps = vec![
            common.measure(context, "run", &scenarios, 10, run),
            common.step(context, "trend", &scenarios, history.clone()),
        ];
        if has_baseline(&scenarios)? {
            let more = [named(&self.baseline), history, self.undecided.flag()].concat();
            steps.push(common.measure(context, "regression-check", &scenarios, 10, more));
        }
        Ok(steps)
    }
}

impl Automation for ReleaseGate {
    fn common(&self) -> &Common {
        &self.common
    }

    fn baseline(&self) -> Option<&BaselinePlace> {
        Some(&self.baseline)
    }

    fn steps(&self, context: &Context, has_baseline: &dyn Fn(&[String]) -> Result<bool>) -> Result<Vec<Line>> {
        let common = &self.common;
        let scenarios = common.scenarios(context, &["5kx5"])?;
        let mut parity = common.parity(context, &scenarios);
        parity.extend(["--seeds".into(), "42..44".into()]);
        let mut steps = vec![parity, common.gate(context, &scenarios, self.undecided)?];
        if has_baseline(&scenarios)? {
            let more = [named(&self.baseline), self.undecided.flag()].concat();
            steps.push(common.measure(context, "regression-check", &scenarios, 10, more));
        }
        Ok(steps)
    }
}

impl Automation for StressTest {
    fn common(&self) -> &Common {
        &self.common
    }

    fn baseline(&self) -> Option<&BaselinePlace> {
        None
    }

    fn steps(&self, context: &Context, _: &dyn Fn(&[String]) -> Result<bool>) -> Result<Vec<Line>> {
        let common = &self.common;
        let scenarios = common.scenarios(context, &["stress"])?;
        Ok(vec![common.parity(context, &scenarios), common.gate(context, &scenarios, self.undecided)?])
    }
}

impl Undecided {
    fn flag(self) -> Line {
        if self.allow_inconclusive { vec!["--allow-inconclusive".into()] } else { Vec::new() }
    }
}

fn named(baseline: &BaselinePlace) -> Line {
    let mut line: Line = vec!["--baseline".into(), baseline.baseline.clone().into()];
    if let Some(folder) = &baseline.baseline_dir {
        line.extend(["--baseline-dir".into(), folder.clone().into()]);
    }
    line
}

/// Limits that a release and a stress run must keep, beside their time.
const LIMITS: [&str; 4] = ["--min-throughput", "1000", "--max-memory-mb", "8000"];

impl Common {
    /// Flag, then environment and settings file, then the automation's own.
    fn scenarios(&self, context: &Context, default: &[&str]) -> Result<Vec<String>> {
        let given = self.selected.choices().complete(&context.config)?.scenarios;
        Ok(if given.is_empty() { default.iter().map(|name| name.to_string()).collect() } else { given })
    }

    fn parity(&self, context: &Context, scenarios: &[String]) -> Line {
        let mut line: Line = vec!["parity".into(), "--scenarios".into()];
        line.extend(scenarios.iter().map(Into::into));
        line.extend(context.quiet.then(|| "--quiet".into()));
        line
    }

    /// A command line of a verb that has scenarios, modes and a folder of results.
    fn step(&self, context: &Context, verb: &str, scenarios: &[String], more: Line) -> Line {
        let mut line: Line = vec![verb.into(), "--scenarios".into()];
        line.extend(scenarios.iter().map(Into::into));
        let modes = self.selected.choices().modes;
        if !modes.is_empty() {
            line.push("--modes".into());
            line.extend(modes.into_iter().map(Into::into));
        }
        if let Some(folder) = &self.place.output_dir {
            line.extend(["--output-dir".into(), folder.clone().into()]);
        }
        line.extend(context.quiet.then(|| "--quiet".into()));
        line.extend(more);
        line
    }

    /// A command line of a verb that measures: `runs` where neither flag, variable nor settings file says.
    fn measure(&self, context: &Context, verb: &str, scenarios: &[String], runs: u32, more: Line) -> Line {
        let runs = self.runs.or(&context.config, runs).to_string();
        self.step(context, verb, scenarios, [vec!["--runs".into(), runs.into()], more].concat())
    }

    fn gate(&self, context: &Context, scenarios: &[String], undecided: Undecided) -> Result<Line> {
        let mut more = [self.target(), LIMITS.map(OsString::from).to_vec(), undecided.flag()].concat();
        // Modes that a gate is held to where nobody says.
        if self.selected.choices().complete(&context.config)?.modes.is_empty() {
            more.extend(["--modes", "sql", "polars"].map(OsString::from));
        }
        Ok(self.measure(context, "performance-gate", scenarios, 5, more))
    }

    fn target(&self) -> Line {
        let seconds = self.target.target_time;
        seconds.map_or_else(Vec::new, |seconds| vec!["--target-time".into(), seconds.to_string().into()])
    }
}

/// A command line as a reader may type it.
fn shown(step: &Line) -> String {
    let words = step.iter().map(|word| super::quoted(&word.to_string_lossy()));
    format!("planbench {}", words.collect::<Vec<_>>().join(" "))
}

/// Runs an automation's commands in order and stops at the first that does not pass; its exit code.
pub(super) fn run(automation: &impl Automation, context: &Context) -> Result<u8> {
    let executable = std::env::current_exe().map_err(|e| Error::failed("own executable", e))?;
    let common = automation.common();
    let place = automation.baseline();
    let folder = context.baseline_folder(place.and_then(|place| place.baseline_dir.as_deref()));
    let has_baseline = |scenarios: &[String]| -> Result<bool> {
        let Some(place) = place else { return Ok(false) };
        let choices =
            Choices { scenarios: scenarios.to_vec(), modes: common.selected.choices().modes, ..Default::default() };
        let settings = choices.complete(&context.config)?.resolve(&context.catalogue)?;
        let threads = settings.options.threads;
        Ok(settings.selections.iter().all(|selection| {
            settings
                .modes
                .iter()
                .any(|&mode| Baseline::path(&folder, &place.baseline, &selection.benchmark(mode, threads)).is_file())
        }))
    };
    let steps = automation.steps(context, &has_baseline)?;
    let checks = steps.iter().any(|step| step[0] == "regression-check");
    for step in &steps {
        let line = shown(step);
        if common.dry_run {
            println!("{}", console::escaped(&line));
            continue;
        }
        context.talk().say(&format!("$ {line}"));
        let mut command = Command::new(&executable);
        if let Some(file) = &context.config_file {
            command.arg("--config").arg(file);
        }
        let status = command.args(step).stdin(Stdio::null()).status().map_err(|e| Error::file(&executable, e))?;
        match status.code() {
            Some(0) => {}
            Some(code) if step[0] == "trend" && code != i32::from(Error::Interrupted.exit_code()) => {
                // The history is shown beside the check, which decides.
                console::warning(format!("`{line}` ended with {code}; what is to be decided is decided all the same"));
            }
            Some(code) => return Ok(u8::try_from(code).unwrap_or(super::ERROR)),
            None => return Err(Error::Config(format!("`{line}` ended with {status}"))),
        }
    }
    if let Some(place) = place.filter(|_| !checks) {
        console::line(&format!(
            "note: no baseline `{}` of these scenarios in {}, so nothing was checked against one; `planbench \
             baseline-update` makes it",
            place.baseline,
            console::path(&folder)
        ));
    }
    Ok(super::PASS)
}
