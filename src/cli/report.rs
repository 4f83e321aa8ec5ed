//! `planbench report`: renders what `cargo bench` or `planbench run` left.

use super::regression_check::{Against, ThresholdFlags};
use super::selection::{Place, Selected};
use super::talk::{Talk, coloured};
use super::{Context, PASS};
use crate::choices::path_variable;
use crate::error::{Error, Result};
use crate::record::baseline::check_name;
use crate::record::history;
use crate::report::model::Report;
use crate::report::{Format, format, write};
use crate::results::{Results, criterion_folder};
use crate::verdict::check::{BenchmarkCheck, Check};
use clap::Args as ClapArgs;
use comfy_table::{CellAlignment, Table, presets};
use std::path::{Path, PathBuf};

/// Which reports, and where to.
#[derive(Debug, Clone, ClapArgs)]
pub(super) struct Reports {
    /// Forms of report, separated by commas
    #[arg(long = "format", value_enum, value_delimiter = ',', num_args = 1.., value_name = "FORMAT", default_values_t = Format::ALL)]
    formats: Vec<Format>,
    /// Folder to write reports to [default: `reports` in the folder of all results]
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
    /// Folder with report.md.tera or report.html.tera to use instead of the built-in ones
    #[arg(long, value_name = "DIR", env = "PLANBENCH_TEMPLATES")]
    templates: Option<PathBuf>,
}

impl Reports {
    /// Where reports go.
    pub fn folder(&self, default: &Path) -> PathBuf {
        self.to.clone().unwrap_or_else(|| default.to_path_buf())
    }

    /// Makes sure, before anything is measured, that folder and templates can be used.
    pub fn check(&self, folder: &Path, context: &Context) -> Result<()> {
        crate::files::check_writable(folder)?;
        crate::report::template::check(self.templates.as_deref().or(context.config.templates_dir.as_deref()))
    }

    /// Writes the reports, and the essence to standard output.
    pub fn make(&self, results: &Results, folder: &Path, context: &Context, talk: Talk) -> Result<Report> {
        let report = Report::new(results, context.command.clone());
        let templates = self.templates.as_deref().or(context.config.templates_dir.as_deref());
        let mut formats = self.formats.clone();
        formats.sort();
        formats.dedup();
        let files = write(&report, &formats, folder, templates)?;
        anstream::print!("{}", essence(&report));
        for file in files {
            talk.say(&format!("written: {}", file.display()));
        }
        Ok(report)
    }
}

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    #[command(flatten)]
    selected: Selected,
    #[command(flatten)]
    reports: Reports,
    /// Folder with the results: an output folder, or Criterion's
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
    /// Also compare with this baseline
    #[arg(long, value_name = "NAME")]
    baseline: Option<String>,
    /// Folder of the baseline files
    #[arg(long, value_name = "DIR", env = "BENCHMARK_BASELINE_DIR")]
    baseline_dir: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    talk: Talk,
}

pub(super) fn run(args: Args, context: &Context) -> Result<u8> {
    args.baseline.as_deref().map_or(Ok(()), check_name)?;
    let mut choices = args.selected.choices();
    choices.output_dir = args.place.output_dir.clone();
    let scenarios = choices.scenarios.clone();
    let choices = choices.complete(&context.config)?;
    let folders = choices.folders();
    let from = args.from.as_deref().map_or(folders.criterion, criterion_folder);
    let results = Results::read(&from)?.select(&scenarios, &choices.modes()?)?;
    let folder = args.reports.folder(&folders.reports);
    args.reports.make(&results, &folder, context, args.talk)?;
    if let Some(name) = &args.baseline {
        let baselines = context.baseline_folder(args.baseline_dir.as_deref());
        let thresholds = ThresholdFlags::default().resolve(context)?;
        let against = Against {
            name,
            files: &baselines,
            criterion: &from,
            thresholds,
            allow_output_change: false,
            history: &context.history_folder(path_variable(history::VARIABLE).as_deref()),
        };
        let check = against.check(&results, context)?;
        print_check(&check)?;
        super::regression_check::write_files(&check, &folder, context)?;
    }
    Ok(PASS)
}

/// A check, on standard output.
pub(super) fn print_check(check: &Check) -> Result<()> {
    let text = crate::report::template::render_value("check.txt", check, None)?;
    anstream::print!("{text}");
    let good = match check.verdict {
        crate::verdict::Verdict::Pass => Some(true),
        crate::verdict::Verdict::Fail => Some(false),
        _ => None,
    };
    anstream::println!("regression check against {}: {}", check.baseline_name, coloured(check.verdict.word(), good));
    let failed: Vec<&str> = check.failures().map(|benchmark: &BenchmarkCheck| benchmark.id.as_str()).collect();
    if !failed.is_empty() {
        println!("regressed: {}", failed.join(", "));
        println!("a paired run is the proof: `planbench compare`");
    }
    Ok(())
}

/// The essence of a report as a table.
fn essence(report: &Report) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header([
        "benchmark",
        "execution",
        "95 % interval",
        "first run",
        "events/s",
        "peak memory",
        "target",
    ]);
    for scenario in &report.scenarios {
        for mode in &scenario.modes {
            let absent = || format::ABSENT.to_owned();
            let interval = mode.execution_time.and_then(|time| time.ci95);
            table.add_row([
                format!("{}/{}", scenario.name, mode.mode),
                mode.avg_execution_time.map_or_else(absent, format::seconds),
                interval
                    .map_or_else(absent, |i| format!("{} to {}", format::seconds(i.lower), format::seconds(i.upper))),
                mode.first_run_seconds.map_or_else(absent, |figure| format::seconds(figure.mean)),
                mode.avg_events_per_second.map_or_else(absent, format::rate),
                mode.peak_memory_bytes.map_or_else(absent, |figure| format::bytes(figure.mean)),
                match mode.meets_target {
                    Some(true) => "met".to_owned(),
                    Some(false) => "MISSED".to_owned(),
                    None => absent(),
                },
            ]);
        }
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let mut text = format!("{}\n", table.trim_fmt());
    for scenario in &report.scenarios {
        let Some(comparison) = &scenario.comparison else { continue };
        let interval = comparison
            .speedup_interval
            .map_or_else(String::new, |i| format!(" ({} to {})", format::ratio(i.lower), format::ratio(i.upper)));
        let winner = match (comparison.winner, &comparison.no_winner_because) {
            (Some(winner), _) => format!("{winner} is faster"),
            (None, why) => format!("no winner: {}", why.as_deref().unwrap_or("undecided")),
        };
        text += &format!(
            "{}: sql takes {}{interval} the time of polars: {winner}\n",
            scenario.name,
            format::ratio(comparison.speedup)
        );
    }
    for note in &report.notes {
        text += &format!("note: {note}\n");
    }
    text
}

/// Refuses an empty folder name early.
pub(super) fn readable(folder: &Path) -> Result<()> {
    if folder.is_dir() { Ok(()) } else { Err(Error::file(folder, "no such folder")) }
}
