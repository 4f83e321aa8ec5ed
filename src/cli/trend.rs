//! `planbench trend`: a history as table and charts, with its change points.

use super::context::{Context, PASS};
use super::output::{Output, print_json, tell};
use crate::console;
use crate::error::{Error, Flaw, Result};
use crate::figures;
use crate::files::{write_json, write_whole};
use crate::record::history::{self, History};
use crate::record::metric::Gated;
use crate::record::names::none_of;
use crate::report::render::charts;
use crate::report::render::template::{render_value, render_value_with};
use crate::results::trend::Trend;
use crate::settings::flags::{HistoryDir, Place, Selected};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    history: HistoryDir,
    #[command(flatten)]
    selected: Selected,
    /// Folder to write trend.html and trend.json to, or `-` to write the latter to standard output and nothing else there
    /// [default: `reports` in the folder of all results]
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<u8> {
    let (scenarios, modes) = (args.selected.scenarios(), args.selected.modes_of_results(context.file.engines())?);
    let output = Output::new(args.to.as_deref(), &context.folders(&args.place).reports);
    let sessions = context.history_folder(&args.history);
    let History { mut entries, problems } = history::read(&sessions)?;
    // The first is the error in the end.
    for problem in problems.iter().skip(1) {
        console::warning(format!("left out: {}: {}", console::path(&problem.path), problem.what));
    }
    let all = entries.len();
    entries.retain(|entry| {
        let named = [&entry.scenario_name, &entry.benchmark.group];
        (scenarios.is_empty() || scenarios.iter().any(|name| named.contains(&name)))
            && (modes.is_empty() || modes.contains(&entry.mode))
    });
    if entries.is_empty() {
        none_of(&problems)?;
        let of = if all == 0 { "" } else { " of these scenarios and modes" };
        return Err(Error::file(&sessions, Flaw::NoSessions { of }));
    }
    for text in history::contradictions(&entries) {
        console::warning(text);
    }
    let trend = Trend::new(&entries, context.command.clone());
    let charts = trend
        .series
        .iter()
        .map(|series| {
            let values: Vec<f64> = series.points.iter().map(|point| point.value).collect();
            let changes: Vec<usize> = series.changes.iter().flatten().map(|change| change.index).collect();
            let show = if series.figure == Gated::PeakMemory { figures::bytes } else { figures::seconds };
            charts::sessions(&values, &changes, show)
        })
        .collect::<Result<Vec<_>>>()?;
    let html = render_value_with("trend.html", &trend, "charts", &charts, context.file.templates())?;
    tell(&output, &console::escaped(&render_value("trend.txt", &trend, None)?));
    match output {
        Output::Place(folder) => {
            write_json(&folder.join("trend.json"), &trend)?;
            write_whole(&folder.join("trend.html"), &html)?;
            for name in ["trend.json", "trend.html"] {
                context.messages().say(&format!("written: {}", console::path(&folder.join(name))));
            }
        }
        Output::Standard => print_json(&trend)?,
    }
    none_of(&problems).map(|()| PASS)
}
