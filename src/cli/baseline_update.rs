//! `planbench baseline-update`: keeps today's figures for later checks, Criterion's and the baseline files.

use super::context::{Context, PASS};
use super::messages::{Messages, More};
use super::selection::{failures, observe, resolve, results_of};
use crate::console;
use crate::engine::Mode;
use crate::error::{Error, Input, Outside, Result};
use crate::files::check_writable;
use crate::measure::padding;
use crate::record::baseline::{Baseline, DEFAULT_NAME, Unusable, check_name};
use crate::record::benchmark::{Benchmark, MeasuredContext};
use crate::record::criterion::save_baseline;
use crate::results::{ModeResults, Results, criterion_folder};
use crate::scenario::CUSTOM;
use crate::scenario::SCALING;
use crate::settings::flags::{BaselineDir, Measure, Place, Runs};
use crate::settings::session::Settings;
use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Which baseline, and where.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct BaselinePlace {
    /// Name of the baseline
    #[arg(long, value_name = "NAME", default_value = DEFAULT_NAME)]
    pub baseline: String,
    #[command(flatten)]
    pub dir: BaselineDir,
}

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    measure: Measure,
    #[command(flatten)]
    runs: Runs,
    #[command(flatten)]
    baseline: BaselinePlace,
    /// Keep these results instead of measuring: an output folder, or Criterion's
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
    /// Leave Criterion's saved baseline out: only fresh processes are measured
    #[arg(long, conflicts_with = "from")]
    no_criterion: bool,
    /// Do not ask when off the main branch
    #[arg(long)]
    yes: bool,
    /// Say what would be measured and written, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    more: More,
}

/// Processes per benchmark where nobody says.
pub(super) const RUNS: u32 = 10;

pub(super) fn run(args: Args, context: &Context) -> Result<u8> {
    let name = &args.baseline.baseline;
    check_name(name)?;
    let folder = context.baseline_folder(&args.baseline.dir);
    let settings = resolve(&args.measure, context)?;
    if let Some(padding) = padding::active() {
        let setting = format!("{}={padding}", padding::VARIABLE);
        return Err(Input::Padded { setting, why: "padded figures make no baseline" }.into());
    }
    let (runs, messages) = (args.runs.or(RUNS), context.messages_of(args.more));
    if args.from.is_none() && runs < 2 {
        return Err(Input::OneRun { what: "a baseline" }.into());
    }
    if args.dry_run {
        if args.from.is_none() {
            println!("{}", super::run::plan(&settings, runs));
            if !args.no_criterion {
                println!("Criterion would measure the same benchmarks and save them as {name}");
            }
        }
        for selection in &settings.selections {
            for &mode in &settings.modes {
                let benchmark = selection.benchmark(mode, settings.options.threads);
                println!("would write {}", console::path(&Baseline::path(&folder, name, &benchmark)));
            }
        }
        return Ok(PASS);
    }
    confirm(&args)?;
    check_writable(&folder)?;
    let (results, mut outcome) = match &args.from {
        Some(from) => {
            let source = criterion_folder(from);
            // What the settings want measured hides nothing that was.
            let scenarios =
                if context.is_flag("scenarios") { args.measure.what.selected.scenarios() } else { Vec::new() };
            let results = Results::read(&source)?.select(&scenarios, &settings.modes)?.whole()?;
            keep_criterion(&source, name, &results, messages)?;
            (results, Ok(()))
        }
        None => {
            let criterion = || run_criterion(&settings, &args.measure.place, context, name, messages);
            let measured = if args.no_criterion { Ok(()) } else { criterion() };
            if matches!(measured, Err(Error::Interrupted)) {
                return measured.map(|()| PASS);
            }
            let records = observe(&settings, runs, messages)?;
            let failed = failures(&records);
            (results_of(records), measured.and(failed))
        }
    };
    // Each file is whole or as it was. What is good is kept; what is not leaves its file as it was, and is named.
    for mode in results.groups.iter().flat_map(|group| &group.modes) {
        match made(name, mode, &results) {
            Some(Ok(baseline)) => println!("{}", console::path(&baseline.write(&folder)?)),
            Some(Err(unusable)) => {
                let unkept = Error::from(Input::NotKept { error: unusable.into() });
                console::warning(&unkept);
                outcome = outcome.and(Err(unkept));
            }
            None => {}
        }
    }
    outcome.map(|()| PASS)
}

/// The baseline of a benchmark. Scaling benchmarks have no processes of their own, and so none; nor has work that goes by
/// the name of what fresh processes ran, as on another number of CPUs. What Criterion keeps of them is kept all the same.
fn made(name: &str, mode: &ModeResults, results: &Results) -> Option<Result<Baseline, Unusable>> {
    let id = mode.benchmark.id();
    let ran = |other: &ModeResults| other.benchmark.id() == id && !other.runs.is_empty();
    let beside = || results.groups.iter().flat_map(|group| &group.modes).any(ran);
    let none = mode.runs.is_empty() && (mode.benchmark.scenario == SCALING || beside());
    (!none).then(|| Baseline::from_records(name, &mode.benchmark, &mode.runs.iter().collect::<Vec<_>>()))
}

/// Keeps what Criterion measured last of the benchmarks that make a baseline, or have none to make.
fn keep_criterion(source: &Path, name: &str, results: &Results, messages: Messages) -> Result<()> {
    let good: Vec<&Benchmark> = results
        .groups
        .iter()
        .flat_map(|group| &group.modes)
        .filter(|mode| !matches!(made(name, mode, results), Some(Err(_))))
        .map(|mode| &mode.benchmark)
        .collect();
    let wanted = |context: &MeasuredContext| {
        context.padding.is_none() && good.iter().any(|benchmark| benchmark.same_work(&context.benchmark))
    };
    for function in save_baseline(source, name, &wanted)? {
        messages.say(&format!("Criterion's {function} kept as {name}"));
    }
    Ok(())
}

/// Has Criterion measure and save under the name, in a process of its own as `cargo bench` would.
fn run_criterion(settings: &Settings, place: &Place, context: &Context, name: &str, messages: Messages) -> Result<()> {
    let groups: Vec<&str> = settings.selections.iter().map(|selection| selection.group.as_str()).collect();
    let modes: Vec<&str> = settings.modes.iter().map(|mode: &Mode| mode.name()).collect();
    let filter = format!("^({})/({})/", groups.join("|"), modes.join("|"));
    let executable = std::env::current_exe().map_err(|e| Error::failed("own executable", e))?;
    messages.say(&format!("Criterion measures {filter} and saves it as {name}"));
    let mut command = Command::new(&executable);
    command.args(["--bench", "--save-baseline", name, "--noplot", &filter]);
    // Everything that it could find out otherwise is said: it sees the variables and the settings file, but no flag.
    match &place.output_dir {
        Some(folder) => command.env("BENCHMARK_OUTPUT_DIR", folder),
        None => command.env_remove("BENCHMARK_OUTPUT_DIR"),
    };
    if let Some(file) = &context.config_file {
        command.env(crate::settings::file::VARIABLE, file);
    }
    for variable in ["EMPLOYEE_COUNT", "CENSUS", "COLUMNS", "DATE_FORMAT", "START_YEAR", "END_YEAR"] {
        command.env_remove(format!("BENCHMARK_{variable}"));
    }
    command.env("BENCHMARK_THREADS", settings.options.threads.to_string());
    for selection in &settings.selections {
        command.env("BENCHMARK_SEED", selection.run.seed.to_string());
        if selection.name == CUSTOM {
            let years =
                [("BENCHMARK_START_YEAR", selection.run.start_year), ("BENCHMARK_END_YEAR", selection.run.end_year)];
            command.envs(years.map(|(variable, year)| (variable, year.to_string())));
            match &selection.census_file {
                Some(file) => {
                    command.env("BENCHMARK_CENSUS", file.path());
                    // A variable that is blank does not count.
                    let columns: Vec<String> = file.format().columns.written().collect();
                    command.env("BENCHMARK_COLUMNS", columns.join("\n"));
                    let format = file.format().date_format.as_ref().map(ToString::to_string);
                    command.env("BENCHMARK_DATE_FORMAT", format.unwrap_or_default());
                }
                None => {
                    command.env("BENCHMARK_EMPLOYEE_COUNT", selection.employee_count.to_string());
                }
            }
        }
    }
    let names: Vec<&str> = settings.selections.iter().map(|selection| selection.name.as_str()).collect();
    command.env("BENCHMARK_SCENARIOS", names.join(" ")).env("BENCHMARK_MODES", modes.join(" "));
    // Criterion's own words are messages, not results; quiet, only those of a failure are passed on.
    command.stdin(Stdio::null());
    let (status, said) = if messages.quiet {
        let output = command.output().map_err(|e| Error::file(&executable, e))?;
        (output.status, format!(": {}", String::from_utf8_lossy(&output.stderr).trim()))
    } else {
        let status =
            command.stdout(Stdio::from(std::io::stderr())).status().map_err(|e| Error::file(&executable, e))?;
        (status, String::new())
    };
    if status.success() {
        return Ok(());
    }
    if status.code() == Some(i32::from(Error::Interrupted.exit_code())) {
        return Err(Error::Interrupted);
    }
    Err(Outside::StepEnded { what: "Criterion's measurement".into(), status, said }.into())
}

/// Asks when off the main branch, because a baseline of a side branch makes its slow-downs the yardstick.
fn confirm(args: &Args) -> Result<()> {
    let branch = current_branch();
    if args.yes || args.baseline.baseline != DEFAULT_NAME || matches!(branch.as_deref(), Some("main" | "master")) {
        return Ok(());
    }
    let place =
        branch.map_or_else(|| "not on a branch of a repository".to_owned(), |branch| format!("on branch {branch}"));
    let refuse = || Error::from(Input::NotOnMain { place: place.clone(), baseline: DEFAULT_NAME });
    let ci = std::env::var("CI").is_ok_and(|value| !["", "0", "false"].contains(&value.to_lowercase().as_str()));
    if ci || !std::io::stdin().is_terminal() {
        return Err(refuse());
    }
    let question = format!("{place}, not on main: update baseline `{DEFAULT_NAME}` all the same? [y/N] ");
    let mut terminal = std::io::stderr().lock();
    let _ = write!(terminal, "{}", console::one_line(&question)).and_then(|()| terminal.flush());
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer).map_err(|e| Error::failed("standard input", e))?;
    if ["y", "yes"].contains(&answer.trim().to_lowercase().as_str()) { Ok(()) } else { Err(refuse()) }
}

/// The branch, from GitHub's variables on its runners (which check out no branch), else from git.
fn current_branch() -> Option<String> {
    for variable in ["GITHUB_HEAD_REF", "GITHUB_REF_NAME"] {
        if let Some(branch) = std::env::var(variable).ok().filter(|branch| !branch.is_empty()) {
            return Some(branch);
        }
    }
    let output = Command::new("git").args(["symbolic-ref", "--short", "HEAD"]).stderr(Stdio::null()).output().ok()?;
    let branch = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (output.status.success() && !branch.is_empty()).then_some(branch)
}
