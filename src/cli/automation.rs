//! The brief's automations: each is a composition of other verbs, which it prints before it runs them.

use super::baseline_update::BaselinePlace;
use super::context::{Context, ERROR, PASS};
use super::selection::resolve;
use crate::console;
use crate::error::{Error, Outside, Result};
use crate::files::paths::typed_line;
use crate::record::baseline::{BYTES_PER_MB, Baseline, check_name};
use crate::scenario::CUSTOM;
use crate::settings::flags::{HistoryDir, Measure, Place, Runs, Selected, TargetTime, What};
use crate::settings::names::listed;
use crate::verdict::limit::{EVENTS_PER_SECOND, PEAK_MEMORY_BYTES};
use std::ffi::OsString;
use std::path::PathBuf;
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
    history: HistoryDir,
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
    fn baseline(&self) -> Option<&BaselinePlace> {
        None
    }
    /// Its commands; `has_baseline` tells whether all of some work has one.
    fn steps(&self, context: &Context, has_baseline: &dyn Fn(&What) -> Result<bool>) -> Result<Vec<Line>>;
}

impl Automation for QuickValidate {
    fn common(&self) -> &Common {
        &self.common
    }

    fn steps(&self, context: &Context, _: &dyn Fn(&What) -> Result<bool>) -> Result<Vec<Line>> {
        let common = &self.common;
        let work = common.work(context, &["quick"]);
        Ok(vec![common.parity(context, &work), common.measure(context, "run", &work, 3, common.target())])
    }
}

impl Automation for DailyMonitor {
    fn common(&self) -> &Common {
        &self.common
    }

    fn baseline(&self) -> Option<&BaselinePlace> {
        Some(&self.baseline)
    }

    fn steps(&self, context: &Context, has_baseline: &dyn Fn(&What) -> Result<bool>) -> Result<Vec<Line>> {
        let common = &self.common;
        let work = common.work(context, &["quick", "1kx3", "5kx5"]);
        let history: Line = vec!["--history".into(), context.history_folder(&self.history).into()];
        let run = [common.target(), history.clone()].concat();
        let mut steps =
            vec![common.measure(context, "run", &work, 10, run), common.step(context, "trend", &work, history.clone())];
        if has_baseline(&work)? {
            let more = [named(&self.baseline, context), history, self.undecided.flag()].concat();
            steps.push(common.measure(context, "regression-check", &work, 10, more));
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

    fn steps(&self, context: &Context, has_baseline: &dyn Fn(&What) -> Result<bool>) -> Result<Vec<Line>> {
        let common = &self.common;
        let work = common.work(context, &["5kx5"]);
        let mut parity = common.parity(context, &work);
        parity.extend(["--seeds".into(), "42..44".into()]);
        let mut steps = vec![parity, common.gate(context, &work, self.undecided)];
        if has_baseline(&work)? {
            let more = [named(&self.baseline, context), self.undecided.flag()].concat();
            steps.push(common.measure(context, "regression-check", &work, 10, more));
        }
        Ok(steps)
    }
}

impl Automation for StressTest {
    fn common(&self) -> &Common {
        &self.common
    }

    fn steps(&self, context: &Context, _: &dyn Fn(&What) -> Result<bool>) -> Result<Vec<Line>> {
        let common = &self.common;
        let work = common.work(context, &["stress"]);
        Ok(vec![common.parity(context, &work), common.gate(context, &work, self.undecided)])
    }
}

impl Undecided {
    fn flag(self) -> Line {
        if self.allow_inconclusive { vec!["--allow-inconclusive".into()] } else { Vec::new() }
    }
}

fn named(baseline: &BaselinePlace, context: &Context) -> Line {
    let mut line: Line = vec!["--baseline".into(), baseline.baseline.clone().into()];
    if let Some(folder) = baseline.dir.baseline_dir.as_ref().filter(|_| context.is_flag("baseline_dir")) {
        line.extend(["--baseline-dir".into(), folder.clone().into()]);
    }
    line
}

/// Limits that a release and a stress run must keep, beside their time.
fn limits() -> Line {
    let (rate, memory) = (EVENTS_PER_SECOND.to_string(), (PEAK_MEMORY_BYTES / BYTES_PER_MB).to_string());
    vec!["--min-throughput".into(), rate.into(), "--max-memory-mb".into(), memory.into()]
}

impl Common {
    /// Flag, then environment and settings file, then the automation's own.
    fn work(&self, context: &Context, default: &[&str]) -> What {
        let mut work = context.every.measure.what.clone();
        if context.is_flag("scenarios") {
            work.only(&[]);
        }
        work.selected = Selected { scenarios: self.selected.scenarios(), modes: self.selected.modes.clone() };
        if !work.is_said() {
            work.only(default);
        } else if work.selected.scenarios.is_empty() {
            work.selected.scenarios = vec![CUSTOM.to_owned()];
        }
        work
    }

    fn parity(&self, context: &Context, work: &What) -> Line {
        let mut line: Line = vec!["parity".into(), "--scenarios".into()];
        line.extend(work.selected.scenarios.iter().map(Into::into));
        line.extend(custom(work));
        line.extend(context.quiet.then(|| "--quiet".into()));
        line
    }

    /// A command line of a verb that has scenarios, modes and a folder of results.
    fn step(&self, context: &Context, verb: &str, work: &What, more: Line) -> Line {
        let mut line: Line = vec![verb.into(), "--scenarios".into()];
        line.extend(work.selected.scenarios.iter().map(Into::into));
        // What it was told by other means its steps are told, too.
        if context.is_flag("modes") {
            line.push("--modes".into());
            line.extend(listed(&self.selected.modes).into_iter().map(Into::into));
        }
        if let Some(folder) = self.place.output_dir.as_ref().filter(|_| context.is_flag("output_dir")) {
            line.extend(["--output-dir".into(), folder.clone().into()]);
        }
        line.extend(context.quiet.then(|| "--quiet".into()));
        line.extend(more);
        line
    }

    /// A command line of a verb that measures: `runs` where neither flag, variable nor settings file says.
    fn measure(&self, context: &Context, verb: &str, work: &What, runs: u32, more: Line) -> Line {
        let runs = self.runs.or(runs).to_string();
        let more = [custom(work), more].concat();
        self.step(context, verb, work, [vec!["--runs".into(), runs.into()], more].concat())
    }

    fn gate(&self, context: &Context, work: &What, undecided: Undecided) -> Line {
        let mut more = [self.target(), limits(), undecided.flag()].concat();
        // Modes that a gate is held to where nobody says.
        if work.selected.modes.is_empty() {
            more.extend(["--modes", "sql", "polars"].map(OsString::from));
        }
        self.measure(context, "performance-gate", work, 5, more)
    }

    fn target(&self) -> Line {
        let seconds = self.target.target_time;
        seconds.map_or_else(Vec::new, |seconds| vec!["--target-time".into(), seconds.to_string().into()])
    }
}

/// The people and years of scenario custom: a step that is told its scenarios by flag takes these from flags, too.
fn custom(work: &What) -> Line {
    if !work.selected.scenarios.iter().any(|name| name == CUSTOM) {
        return Line::new();
    }
    let number = |flag: &str, value: Option<String>| value.map(|value| [flag.into(), value.into()]);
    let columns = work.column.iter().flat_map(|names| names.written());
    let columns = columns.map(|column| Some(["--column".into(), column.into()]));
    let given: [Option<[OsString; 2]>; 5] = [
        number("--employee-count", work.employee_count.map(|count| count.to_string())),
        work.census.as_ref().map(|file| ["--census".into(), file.into()]),
        number("--date-format", work.date_format.as_ref().map(ToString::to_string)),
        number("--start-year", work.start_year.map(|year| year.to_string())),
        number("--end-year", work.end_year.map(|year| year.to_string())),
    ];
    given.into_iter().chain(columns).flatten().flatten().collect()
}

/// Runs an automation's commands in order and stops at the first that does not pass; its exit code.
pub(super) fn run(automation: &impl Automation, context: &Context) -> Result<u8> {
    let executable = std::env::current_exe().map_err(|e| Error::failed("own executable", e))?;
    let common = automation.common();
    let place = automation.baseline();
    let folder = place.map_or_else(PathBuf::new, |place| context.baseline_folder(&place.dir));
    place.map_or(Ok(()), |place| check_name(&place.baseline))?;
    let has_baseline = |work: &What| -> Result<bool> {
        let Some(place) = place else { return Ok(false) };
        let settings = resolve(&Measure { what: work.clone(), ..context.every.measure.clone() }, context)?;
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
    // Settings that were found will be found again; what was named has to be named.
    let named = context.config_file.iter().flat_map(|file| ["--config".into(), file.into()]).collect::<Line>();
    for step in steps {
        let arguments = [named.clone(), step.clone()].concat();
        let line = typed_line("planbench", &arguments);
        if common.dry_run {
            println!("{}", console::escaped(&line));
            continue;
        }
        context.messages().say(&format!("$ {line}"));
        let status = Command::new(&executable).args(&arguments).stdin(Stdio::null()).status();
        let status = status.map_err(|e| Error::file(&executable, e))?;
        match status.code() {
            Some(0) => {}
            Some(code) if step[0] == "trend" && code != i32::from(Error::Interrupted.exit_code()) => {
                // The history is shown beside the check, which decides.
                console::warning(format!("`{line}` ended with {code}; what is to be decided is decided all the same"));
            }
            Some(code) => return Ok(u8::try_from(code).unwrap_or(ERROR)),
            None => {
                let what = format!("`{line}`");
                return Err(Outside::StepEnded { what, status, said: String::new() }.into());
            }
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
    Ok(PASS)
}
