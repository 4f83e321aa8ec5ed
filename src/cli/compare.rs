//! `planbench compare`: two builds, round by round.

use super::regression_check::{OutcomeFlags, ThresholdFlags};
use super::selection::{Measure, resolve};
use super::talk::{Talk, coloured};
use super::{Context, github};
use crate::compare::build::Builder;
use crate::compare::side::Side;
use crate::compare::{Comparison, Plan, compare, work};
use crate::error::{Error, Result};
use crate::files::{write_json, write_whole};
use crate::report::template::render_value;
use crate::suite::rounds::watch_for_interrupts;
use crate::verdict::Verdict;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::time::Duration;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Git revision, or a planbench binary: the yardstick
    base: OsString,
    /// Git revision, or a planbench binary: what is judged [default: this program]
    head: Option<OsString>,
    #[command(flatten)]
    measure: Measure,
    #[command(flatten)]
    thresholds: ThresholdFlags,
    #[command(flatten)]
    outcome: OutcomeFlags,
    /// Judge although the events differ
    #[arg(long)]
    allow_output_change: bool,
    /// Start no round after this time, such as 20m
    #[arg(long, value_name = "TIME", value_parser = duration)]
    max_time: Option<Duration>,
    /// Folder to write compare.md and compare.json to [default: `reports` in the folder of all results]
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
    /// Test hook: padding of the base's runs
    #[arg(long, hide = true, value_name = "PADDING")]
    pad_base: Option<String>,
    /// Test hook: padding of the head's runs
    #[arg(long, hide = true, value_name = "PADDING")]
    pad_head: Option<String>,
    #[command(flatten)]
    talk: Talk,
}

fn duration(text: &str) -> Result<Duration, String> {
    let unusable = || format!("`{text}` is no time above zero; give it as 90s, 20m or 1h 30m");
    let signed: jiff::SignedDuration = text.parse().map_err(|_| unusable())?;
    Duration::try_from(signed)
        .map_err(|_| unusable())
        .and_then(|time| if time.is_zero() { Err(unusable()) } else { Ok(time) })
}

pub(super) fn run(args: Args, context: &Context) -> Result<u8> {
    if args.measure.runs.is_some() && std::env::var_os("BENCHMARK_RUNS").is_none() {
        return Err(Error::Config("compare decides by itself how many rounds it needs; --max-time limits them".into()));
    }
    let thresholds = args.thresholds.resolve(context)?;
    let mut choices = args.measure.choices(&context.config)?;
    if !choices.says_what() {
        choices.scenarios = vec!["quick".into(), "1kx3".into()];
    }
    let settings = resolve(&choices, context)?;
    let folder = args.to.clone().unwrap_or_else(|| settings.folders.reports.clone());
    watch_for_interrupts();
    // The builder keeps the binaries until the comparison is over.
    let mut builder = None;
    let place = tempfile::tempdir().map_err(|e| Error::Config(format!("temporary folder: {e}")))?;
    let base = side(&args.base, &mut builder, args.talk)?;
    let head = match &args.head {
        Some(spec) => side(spec, &mut builder, args.talk)?,
        None => this_program(place.path())?,
    };
    // Every side runs from a fresh copy: how a file lies in the page cache decides how much of it becomes resident, and
    // has been seen to move the peak by 8 % for the same bytes.
    let (mut base, mut null) = (base.copied(place.path(), "base")?, base.copied(place.path(), "null")?);
    let mut head = head.copied(place.path(), "head")?;
    (base.padding, null.padding, head.padding) = (args.pad_base.clone(), args.pad_base, args.pad_head);
    let plan = Plan {
        base,
        null,
        head,
        work: work(&settings)?,
        thresholds,
        allow_output_change: args.allow_output_change,
        max_time: args.max_time,
    };
    let talk = args.talk;
    let comparison = compare(&plan, &context.command, &mut |id, round| {
        if round == 1 || talk.verbose {
            talk.say(&format!("{id} round {round}"));
        }
    })?;
    print(&comparison)?;
    let markdown = render_value("compare.md", &comparison, context.config.templates_dir.as_deref())?;
    write_json(&folder.join("compare.json"), &comparison)?;
    write_whole(&folder.join("compare.md"), &markdown)?;
    github::summarise(&markdown)?;
    for benchmark in
        comparison.benchmarks.iter().filter(|b| comparison.verdict == Verdict::Fail && b.verdict == Verdict::Fail)
    {
        github::error(&format!("{} regressed", benchmark.id), &format!("against {}", comparison.base));
    }
    args.outcome.code(comparison.verdict)
}

/// A side as the user named it; a revision is built.
fn side(spec: &OsStr, builder: &mut Option<Builder>, talk: Talk) -> Result<Side> {
    let file = Path::new(spec);
    if file.is_file() {
        return Side::from_binary(&spec.to_string_lossy(), file);
    }
    let spec = spec.to_str().ok_or_else(|| Error::file(file, "is neither a file nor a git revision"))?;
    if builder.is_none() {
        let new = Builder::new().map_err(|e| {
            Error::Config(format!(
                "`{spec}` is neither a file nor a git revision: {e}; name a planbench binary, or call this in a clone"
            ))
        })?;
        *builder = Some(new);
    }
    talk.say(&format!("building {spec}"));
    match builder {
        Some(builder) => builder.side(spec),
        None => Err(Error::Config("no builder".into())),
    }
}

/// A copy of this program: building the other side may replace the file it runs from.
pub(super) fn this_program(place: &Path) -> Result<Side> {
    let own = std::env::current_exe().map_err(|e| Error::Config(format!("own executable: {e}")))?;
    let copy = place.join("planbench");
    // The kernel's own name for this process' file still works after the file was replaced.
    let running = Path::new("/proc/self/exe");
    let source = if running.exists() { running } else { own.as_path() };
    std::fs::copy(source, &copy).map_err(|e| Error::file(&copy, e))?;
    Side::from_binary("this program", &copy)
}

/// The comparison, on standard output.
fn print(comparison: &Comparison) -> Result<()> {
    anstream::print!("{}", render_value("compare.txt", comparison, None)?);
    let good = match comparison.verdict {
        Verdict::Pass => Some(true),
        Verdict::Fail => Some(false),
        _ => None,
    };
    anstream::println!(
        "{} against {}: {}",
        comparison.head,
        comparison.base,
        coloured(comparison.verdict.word(), good)
    );
    Ok(())
}
