//! `planbench report`: renders what `cargo bench` or `planbench run` left.

use super::checking::{Against, print_check, sessions_of, write_files};
use super::context::{Context, PASS};
use super::messages::Messages;
use super::output::{Output, tell};
use crate::console;
use crate::engine::Mode;
use crate::error::{Input, Result};
use crate::figures;
use crate::record::baseline::check_name;
use crate::record::names::none_of;
use crate::report::model::Report;
use crate::report::render::{Format, render, write};
use crate::results::comparison::ModeComparison;
use crate::results::{Basis, Results, criterion_folder};
use crate::settings::flags::{BaseMode, BaselineDir, HistoryDir, Place, Selected, Templates};
use crate::stats::Figure;
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
    #[command(flatten)]
    base: BaseMode,
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

    /// Makes sure, before anything is measured, that base, folder and templates can be used.
    pub fn check(&self, place: &Output, context: &Context) -> Result<()> {
        self.base.mode(context.file.engines(), &[])?;
        if let Output::Place(folder) = place {
            crate::files::check_writable(folder)?;
        }
        crate::report::render::template::check(self.templates.templates.as_deref())
    }

    /// Writes the reports, and the essence to standard output.
    pub fn make(&self, results: &Results, place: &Output, context: &Context, messages: Messages) -> Result<Report> {
        let measured: Vec<Mode> =
            results.groups.iter().flat_map(|group| &group.modes).map(|mode| mode.benchmark.mode).collect();
        let base = self.base.mode(context.file.engines(), &measured)?;
        let report = Report::new(results, base, context.command.clone());
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
    let rows = || report.scenarios.iter().flat_map(|scenario| scenario.rows().map(move |row| (scenario, row)));
    // Of who is run once there is nothing else; of all others it is in the reports.
    let whole = rows().any(|(_, row)| row.execution_time.is_none() && row.batch_seconds.is_some());
    let mut header = vec!["benchmark", "execution", "95 % interval", "first run", "events/s", "peak memory", "target"];
    if whole {
        header.insert(4, "whole run");
    }
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(header);
    for (scenario, row) in rows() {
        let absent = || figures::ABSENT.to_owned();
        let show = |figure: Option<Figure>, words: fn(f64) -> String| {
            figure.map_or_else(absent, |figure| words(figure.estimate))
        };
        let interval = row.execution_time.and_then(|time| time.ci95);
        let mut cells = vec![
            format!("{}/{}", scenario.name, row.mode),
            show(row.execution_time, figures::seconds),
            interval.map_or_else(absent, |i| format!("{} to {}", figures::seconds(i.lower), figures::seconds(i.upper))),
            show(row.first_run_seconds, figures::seconds),
            show(row.events_per_second, figures::rate),
            show(row.peak_memory_bytes, figures::bytes),
            match row.meets_target {
                Some(true) => "met".to_owned(),
                Some(false) => "MISSED".to_owned(),
                None => absent(),
            },
        ];
        if whole {
            cells.insert(4, show(row.batch_seconds, figures::seconds));
        }
        table.add_row(cells);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let mut text =
        format!("{}\nfigures are geometric means, and their intervals are on logarithms\n", table.trim_fmt());
    for scenario in &report.scenarios {
        for comparison in scenario.with_base() {
            text += &format!("{}: {}\n", scenario.name, in_words(comparison));
        }
    }
    for note in &report.notes {
        text += &format!("note: {note}\n");
    }
    text
}

/// A comparison with the base.
fn in_words(comparison: &ModeComparison) -> String {
    let interval = comparison
        .speedup_interval
        .map_or_else(String::new, |i| format!(" ({} to {})", figures::ratio(i.lower), figures::ratio(i.upper)));
    let winner = match (comparison.winner, &comparison.no_winner_because) {
        (Some(winner), _) => format!("{winner} is faster"),
        (None, why) => format!("no winner: {}", why.as_deref().unwrap_or("undecided")),
    };
    let (base, mode, ratio) =
        (comparison.slower_candidate, comparison.faster_candidate, figures::ratio(comparison.speedup));
    let by = if comparison.basis == Basis::WholeRun { ", by whole runs" } else { "" };
    format!("{base} takes {ratio}{interval} the time of {mode}{by}: {winner}")
}
