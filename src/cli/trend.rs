//! `planbench trend`: a history as table and charts, with its change points.

use super::selection::{Place, Selected};
use super::talk::Talk;
use super::{Context, PASS};
use crate::error::{Error, Result};
use crate::files::{write_json, write_whole};
use crate::record::history::{self, History};
use crate::record::names::none_of;
use crate::report::template::{render_value, render_value_with};
use crate::report::{charts, format};
use crate::results::trend::Trend;
use crate::settings::Folders;
use crate::verdict::Gated;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Folder of the history
    #[arg(long, value_name = "DIR", env = history::VARIABLE, default_value = history::DEFAULT_FOLDER)]
    history: PathBuf,
    #[command(flatten)]
    selected: Selected,
    /// Folder to write trend.html and trend.json to [default: `reports` in the folder of all results]
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    talk: Talk,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<u8> {
    let mut choices = args.selected.choices();
    let (scenarios, modes) = (choices.scenarios.clone(), choices.modes()?);
    choices.output_dir = args.place.output_dir.clone();
    let folder = match &args.to {
        Some(folder) => folder.clone(),
        None => Folders::new(choices.complete(&context.config)?.output_dir)?.reports,
    };
    let History { mut entries, problems } = history::read(&args.history)?;
    // The first is the error in the end.
    for problem in problems.iter().skip(1) {
        anstream::eprintln!("warning: left out: {}: {}", problem.path.display(), problem.what);
    }
    let all = entries.len();
    entries.retain(|entry| {
        let named = [&entry.scenario_name, &entry.benchmark.group];
        (scenarios.is_empty() || scenarios.iter().any(|name| named.contains(&name)))
            && modes.iter().any(|mode| mode.name() == entry.mode)
    });
    if entries.is_empty() {
        none_of(&problems)?;
        let what = if all == 0 { "no sessions there" } else { "no sessions of these scenarios and modes there" };
        return Err(Error::file(&args.history, format!("{what}; `planbench run --history DIR` adds them")));
    }
    for text in history::contradictions(&entries) {
        anstream::eprintln!("warning: {text}");
    }
    let trend = Trend::new(&entries, context.command.clone());
    let charts = trend
        .series
        .iter()
        .map(|series| {
            let values: Vec<f64> = series.points.iter().map(|point| point.value).collect();
            let changes: Vec<usize> = series.changes.iter().flatten().map(|change| change.index).collect();
            let show = if series.figure == Gated::PeakMemory { format::bytes } else { format::seconds };
            charts::sessions(&values, &changes, show)
        })
        .collect::<Result<Vec<_>>>()?;
    let html = render_value_with("trend.html", &trend, "charts", &charts, context.config.templates_dir.as_deref())?;
    anstream::print!("{}", render_value("trend.txt", &trend, None)?);
    write_json(&folder.join("trend.json"), &trend)?;
    write_whole(&folder.join("trend.html"), &html)?;
    args.talk.say(&format!("written: {}", folder.join("trend.html").display()));
    none_of(&problems).map(|()| PASS)
}
