//! `planbench compare`: two builds, round by round.

use super::context::Context;
use super::github;
use super::messages::{ComparisonProgress, Messages};
use super::output::{Output, tell, word_of, write_beside};
use super::regression_check::OutcomeFlags;
use super::selection::resolve;
use crate::compare::build::Builder;
use crate::compare::side::{Side, Task};
use crate::compare::{Comparison, Plan, compare};
use crate::console;
use crate::error::{Error, Input, Outside, Result};
use crate::files::{check_writable, temporary_workspace};
use crate::interrupt::watch_for_interrupts;
use crate::measure::padding;
use crate::report::render::template::render_value;
use crate::settings::flags::{Margins, Measure};
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
    margins: Margins,
    #[command(flatten)]
    outcome: OutcomeFlags,
    /// Judge although the events differ
    #[arg(long)]
    allow_output_change: bool,
    /// Start no round after this time: seconds, or such as 20m or 1h 30m [default: as long as it takes]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    max_time: Option<Duration>,
    /// Folder to write compare.md and compare.json to, or `-` to write the latter to standard output and nothing else there
    /// [default: `reports` in the folder of all results]
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
    /// Test hook: padding of the base's runs
    #[arg(long, hide = true, value_name = "PADDING")]
    pad_base: Option<String>,
    /// Test hook: padding of the head's runs
    #[arg(long, hide = true, value_name = "PADDING")]
    pad_head: Option<String>,
    /// Say one line per round
    #[arg(short, long, conflicts_with = "quiet")]
    verbose: bool,
}

/// What the head is padded with: the variable pads what is judged, as it does everywhere else.
fn padding_of_head(flag: Option<String>) -> Result<Option<String>> {
    let Some(text) = padding::active() else { return Ok(flag) };
    padding::check(&text)?;
    if flag.is_some() {
        let one = format!("{}={text}", padding::VARIABLE);
        return Err(Input::NotBoth { one, other: "--pad-head".into() }.into());
    }
    console::warning(format!("{}={text}: the head's figures are padded on purpose", padding::VARIABLE));
    Ok(Some(text))
}

/// Scenarios where nobody says.
pub(super) const SCENARIOS: [&str; 2] = ["quick", "1kx3"];

fn duration(text: &str) -> Result<Duration, String> {
    let unusable = || format!("`{text}` is no time above zero; give it as 90 (seconds), 20m or 1h 30m");
    let time = match text.trim().parse::<f64>() {
        Ok(seconds) => Duration::try_from_secs_f64(seconds).map_err(|_| unusable())?,
        Err(_) => {
            let signed: jiff::SignedDuration = text.parse().map_err(|_| unusable())?;
            Duration::try_from(signed).map_err(|_| unusable())?
        }
    };
    if time.is_zero() { Err(unusable()) } else { Ok(time) }
}

pub(super) fn run(args: Args, context: &Context) -> Result<u8> {
    let (thresholds, outcome) = (args.margins.thresholds(), args.outcome);
    let messages = Messages { verbose: args.verbose, ..context.messages() };
    let mut measure = args.measure;
    if !measure.what.is_said() {
        measure.what.only(&SCENARIOS);
    }
    let mut settings = resolve(&measure, context)?;
    settings.keep_people()?;
    let (pad_base, pad_head) = (args.pad_base.clone(), padding_of_head(args.pad_head.clone())?);
    let output = Output::new(args.to.as_deref(), &settings.folders.reports);
    if let (Some(_), Output::Place(folder)) = (&args.to, &output) {
        check_writable(folder)?;
    }
    watch_for_interrupts();
    // The builder keeps the binaries until the comparison is over.
    let mut builder = None;
    let place = temporary_workspace()?;
    let base = side(&args.base, &mut builder, messages)?;
    let head = match &args.head {
        Some(spec) => side(spec, &mut builder, messages)?,
        None => this_program(place.path())?,
    };
    // Every side runs from a fresh copy: how a file lies in the page cache decides how much of it becomes resident, and
    // has been seen to move the peak by 8 % for the same bytes.
    let (mut base, mut null) = (base.copied(place.path(), "base")?, base.copied(place.path(), "null")?);
    let mut head = head.copied(place.path(), "head")?;
    (base.padding, null.padding, head.padding) = (pad_base.clone(), pad_base, pad_head);
    let plan = Plan {
        base,
        null,
        head,
        tasks: Task::all(&settings)?,
        thresholds,
        allow_output_change: args.allow_output_change,
        max_time: args.max_time,
    };
    let mut rounds = ComparisonProgress::new(messages, args.max_time);
    let comparison = compare(&plan, &context.command, &mut |step| rounds.begins(step))?;
    drop(rounds);
    print(&comparison, &output)?;
    write_files(&comparison, &output, context);
    Ok(outcome.code(comparison.verdict))
}

/// Writes `compare.json` and `compare.md`, and tells GitHub what regressed.
fn write_files(comparison: &Comparison, output: &Output, context: &Context) {
    write_beside("compare", comparison, output, context);
    for benchmark in
        comparison.benchmarks.iter().filter(|b| comparison.verdict == Verdict::Fail && b.verdict == Verdict::Fail)
    {
        github::error(&format!("{} regressed", benchmark.id), &format!("against {}", comparison.base));
    }
}

/// A side as the user named it; a revision is built.
fn side(spec: &OsStr, builder: &mut Option<Builder>, messages: Messages) -> Result<Side> {
    let file = Path::new(spec);
    if file.is_file() {
        return Side::from_binary(&spec.to_string_lossy(), file);
    }
    let given = spec.to_string_lossy().into_owned();
    let Some(spec) = spec.to_str() else { return Err(Outside::NeitherFileNorRevision { given }.into()) };
    let builder = match builder {
        Some(builder) => builder,
        None => builder.insert(Builder::new().map_err(|e| Outside::NoClone { given, error: e.into() })?),
    };
    messages.say(&format!("building {spec}"));
    builder.side(spec)
}

/// A copy of this program: building the other side may replace the file it runs from.
pub(super) fn this_program(place: &Path) -> Result<Side> {
    let own = std::env::current_exe().map_err(|e| Error::failed("own executable", e))?;
    let copy = place.join("planbench");
    // The kernel's own name for this process' file still works after the file was replaced.
    let running = Path::new("/proc/self/exe");
    let source = if running.exists() { running } else { own.as_path() };
    std::fs::copy(source, &copy).map_err(|e| Error::file(&copy, e))?;
    Side::from_binary("this program", &copy)
}

/// The comparison, in words.
fn print(comparison: &Comparison, output: &Output) -> Result<()> {
    let text = render_value("compare.txt", comparison, None)?;
    let verdict = word_of(comparison.verdict, output);
    let sides = format!("{} against {}", comparison.head, comparison.base);
    tell(output, &format!("{}{}: {verdict}\n", console::escaped(&text), console::one_line(&sides)));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds_unless_they_say_otherwise() {
        for (text, seconds) in [("90", 90.0), ("0.5", 0.5), ("90s", 90.0), ("20m", 1_200.0), ("1h 30m", 5_400.0)] {
            assert_eq!(duration(text).expect(text).as_secs_f64(), seconds, "{text}");
        }
        for nonsense in ["", "0", "0s", "-5", "-5s", "inf", "nan", "1e300", "soon", "5 apples", "1h30"] {
            assert!(duration(nonsense).is_err(), "{nonsense}");
        }
    }
}
