//! `planbench report`: renders what `cargo bench` or `planbench run` left.

use super::checking::{Against, print_check, sessions_of, write_files};
use super::context::{Context, PASS};
use super::messages::Messages;
use super::output::{Output, tell};
use crate::console;
use crate::error::{Input, Result};
use crate::figures;
use crate::record::baseline::check_name;
use crate::record::names::none_of;
use crate::report::model::Report;
use crate::report::render::{Format, render, write};
use crate::results::{Results, criterion_folder};
use crate::settings::flags::{BaselineDir, HistoryDir, Place, Selected, Templates};
use clap::Args as ClapArgs;
use comfy_table::{CellAlignment, Table, presets};
use std::path::{Path, PathBuf};

/// Which reports, and where to.
#[derive(Debug, Clone, ClapArgs)]
pub(super) struct Reports {
    /// Forms of report, separated by commas
    #[arg(long = "format", value_enum, value_delimiter = ',', num_args = 1.., value_name = "FORMAT", default_values_t = Format::ALL)]
    formats: Vec<Format>,
    /// Folder to write reports to, or `-` to write json, or csv with a row per run, to standard output and nothing else there
    /// [default: `reports` in the folder of all results]
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
    #[command(flatten)]
    templates: Templates,
}

impl Reports {
    /// Where reports go.
    pub fn place(&self, default: &Path) -> Result<Output> {
        let place = Output::new(self.to.as_deref(), default);
        if place == Output::Standard && !matches!(self.formats[..], [one] if one.is_for_pipes()) {
            return Err(Input::OneReport.into());
        }
        Ok(place)
    }

    /// Makes sure, before anything is measured, that folder and templates can be used.
    pub fn check(&self, place: &Output) -> Result<()> {
        if let Output::Place(folder) = place {
            crate::files::check_writable(folder)?;
        }
        crate::report::render::template::check(self.templates.templates.as_deref())
    }

    /// Writes the reports, and the essence to standard output.
    pub fn make(&self, results: &Results, place: &Output, context: &Context, messages: Messages) -> Result<Report> {
        let report = Report::new(results, context.command.clone());
        let templates = self.templates.templates.as_deref();
        let mut formats = self.formats.clone();
        formats.sort();
        formats.dedup();
        match place {
            Output::Place(folder) => {
                let files = write(&report, &formats, folder, templates)?;
                tell(place, &console::escaped(&essence(&report)));
                for file in files {
                    messages.say(&format!("written: {}", console::path(&file)));
                }
            }
            Output::Standard => {
                // Of two files the first: a row per run.
                let files = render(&report, &formats, templates)?;
                if let Some((_, text)) = files.first() {
                    print!("{text}");
                }
            }
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
    #[command(flatten)]
    dir: BaselineDir,
    #[command(flatten)]
    history: HistoryDir,
    #[command(flatten)]
    place: Place,
}

pub(super) fn run(args: Args, context: &Context) -> Result<u8> {
    args.baseline.as_deref().map_or(Ok(()), check_name)?;
    let folders = context.folders(&args.place);
    let place = args.reports.place(&folders.reports)?;
    if place == Output::Standard && args.baseline.is_some() {
        return Err(Input::OnlyReport.into());
    }
    let from = args.from.as_deref().map_or(folders.criterion, criterion_folder);
    let results = Results::read(&from)?
        .select(&args.selected.scenarios(), &args.selected.modes_of_results(context.file.engines())?)?;
    args.reports.make(&results, &place, context, context.messages())?;
    if let (Some(name), Output::Place(_)) = (&args.baseline, &place) {
        let baselines = context.baseline_folder(&args.dir);
        let thresholds = context.every.margins.thresholds();
        let against = Against {
            name,
            files: &baselines,
            criterion: &from,
            thresholds,
            allow_output_change: false,
            history: &sessions_of(&context.history_folder(&args.history))?,
        };
        let check = against.check(&results, context)?;
        print_check(&check, &place)?;
        write_files(&check, &place, context);
    }
    none_of(&results.problems).map(|()| PASS)
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
            let absent = || figures::ABSENT.to_owned();
            let interval = mode.execution_time.and_then(|time| time.ci95);
            table.add_row([
                format!("{}/{}", scenario.name, mode.mode),
                mode.execution_time.map_or_else(absent, |figure| figures::seconds(figure.estimate)),
                interval
                    .map_or_else(absent, |i| format!("{} to {}", figures::seconds(i.lower), figures::seconds(i.upper))),
                mode.first_run_seconds.map_or_else(absent, |figure| figures::seconds(figure.estimate)),
                mode.events_per_second.map_or_else(absent, |figure| figures::rate(figure.estimate)),
                mode.peak_memory_bytes.map_or_else(absent, |figure| figures::bytes(figure.estimate)),
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
    let mut text =
        format!("{}\nfigures are geometric means, and their intervals are on logarithms\n", table.trim_fmt());
    for scenario in &report.scenarios {
        let Some(comparison) = &scenario.comparison else { continue };
        let interval = comparison
            .speedup_interval
            .map_or_else(String::new, |i| format!(" ({} to {})", figures::ratio(i.lower), figures::ratio(i.upper)));
        let winner = match (comparison.winner, &comparison.no_winner_because) {
            (Some(winner), _) => format!("{winner} is faster"),
            (None, why) => format!("no winner: {}", why.as_deref().unwrap_or("undecided")),
        };
        text += &format!(
            "{}: sql takes {}{interval} the time of polars: {winner}\n",
            scenario.name,
            figures::ratio(comparison.speedup)
        );
    }
    for note in &report.notes {
        text += &format!("note: {note}\n");
    }
    text
}
