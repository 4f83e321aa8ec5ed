//! `planbench export`: figures for other tools, to a file, standard output or a server.

use super::context::{Context, PASS};
use super::output::Output;
use crate::console;
use crate::error::{Input, Outside, Result};
use crate::export::post::{Server, check_age, send};
use crate::export::{Options, Shape};
use crate::files::write_whole;
use crate::record::names::none_of;
use crate::report::model::Report;
use crate::results::comparison::BASE;
use crate::results::{Results, criterion_folder};
use crate::settings::flags::{Place, Selected};
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Shape
    #[arg(long, value_enum)]
    format: Shape,
    #[command(flatten)]
    selected: Selected,
    /// Folder with the results: an output folder, or Criterion's
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
    /// File to write; `-` is standard output [default: -]
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// Send to this address instead of standard output
    #[arg(long, value_name = "URL", conflicts_with = "to")]
    post: Option<String>,
    /// Variable that holds the server's key [default: DD_API_KEY for datadog, else EXPORT_API_KEY]
    #[arg(long, value_name = "NAME", requires = "post")]
    key_variable: Option<String>,
    /// github-action-benchmark: the figures of which more is better
    #[arg(long)]
    bigger_is_better: bool,
    /// Datadog: host that the figures are of
    #[arg(long, value_name = "NAME", env = "DD_HOSTNAME")]
    host: Option<String>,
    /// Say what would be sent or written where, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    place: Place,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<u8> {
    if args.bigger_is_better && args.format != Shape::GithubActionBenchmark {
        let (what, only) = ("--bigger-is-better", "--format github-action-benchmark");
        return Err(Input::OnlyFor { what, only }.into());
    }
    let folder = match &args.from {
        Some(from) => criterion_folder(from),
        None => context.folders(&args.place).criterion,
    };
    let results = Results::read(&folder)?
        .select(&args.selected.scenarios(), &args.selected.modes_of_results(context.file.engines())?)?;
    let report = Report::new(&results, BASE, context.command.clone());
    // The first is the error in the end.
    for problem in results.problems.iter().skip(1) {
        console::warning(format!("left out: {}: {}", console::path(&problem.path), problem.what));
    }
    let options = Options { bigger_is_better: args.bigger_is_better, host: args.host.clone() };
    let body = args.format.render(&report, &options)?;
    let (output, messages) = (Output::new(args.to.as_deref(), Path::new("-")), context.messages());
    if args.dry_run {
        // The address may hold a secret.
        let destination = if args.post.is_some() { "the server".to_owned() } else { output.to_string() };
        messages.say(&format!("{} bytes would go to {destination}", body.len()));
        print!("{body}");
        return none_of(&results.problems).map(|()| PASS);
    }
    match (&output, &args.post) {
        (_, Some(url)) => {
            check_age(&report, args.format)?;
            send(&Server { url: url.clone(), key: key(args)? }, args.format, &body)?;
            messages.say(&format!("sent: {} bytes", body.len()));
        }
        (Output::Place(file), None) => {
            write_whole(file, &body)?;
            messages.say(&format!("written: {}", console::path(file)));
        }
        (Output::Standard, None) => print!("{body}"),
    }
    none_of(&results.problems).map(|()| PASS)
}

/// The server's key; Datadog always wants one.
fn key(args: &Args) -> Result<Option<String>> {
    let default = if args.format == Shape::Datadog { "DD_API_KEY" } else { "EXPORT_API_KEY" };
    let variable = args.key_variable.as_deref().unwrap_or(default);
    let key = std::env::var(variable).ok().filter(|key| !key.trim().is_empty());
    if key.is_none() && (args.format == Shape::Datadog || args.key_variable.is_some()) {
        return Err(Outside::NoKey { variable: variable.to_owned() }.into());
    }
    Ok(key)
}
