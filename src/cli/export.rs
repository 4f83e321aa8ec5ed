//! `planbench export`: figures for other tools, to a file, standard output or a server.

use super::selection::{Place, Selected};
use super::talk::Talk;
use super::{Context, PASS};
use crate::error::{Error, Result};
use crate::export::post::{Target, check_age, send};
use crate::export::{Options, Shape};
use crate::files::write_whole;
use crate::report::model::Report;
use crate::results::{Results, criterion_folder};
use std::path::PathBuf;

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
    /// File to write instead of standard output
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
    #[command(flatten)]
    talk: Talk,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<u8> {
    let mut choices = args.selected.choices();
    let scenarios = choices.scenarios.clone();
    choices.output_dir = args.place.output_dir.clone();
    let choices = choices.complete(&context.config)?;
    let folder = match &args.from {
        Some(from) => criterion_folder(from),
        None => choices.folders().criterion,
    };
    let results = Results::read(&folder)?.select(&scenarios, &choices.modes()?)?;
    let report = Report::new(&results, context.command.clone());
    let options = Options { bigger_is_better: args.bigger_is_better, host: args.host.clone() };
    let body = args.format.render(&report, &options)?;
    if args.dry_run {
        args.talk.say(&format!("{} bytes would go to {}", body.len(), destination(args)));
        print!("{body}");
        return Ok(PASS);
    }
    match (&args.to, &args.post) {
        (Some(file), _) => {
            write_whole(file, &body)?;
            args.talk.say(&format!("written: {}", file.display()));
        }
        (None, Some(url)) => {
            check_age(&report, args.format)?;
            send(&Target { url: url.clone(), key: key(args)? }, args.format, &body)?;
            args.talk.say(&format!("sent: {} bytes", body.len()));
        }
        (None, None) => print!("{body}"),
    }
    Ok(PASS)
}

fn destination(args: &Args) -> String {
    match (&args.to, &args.post) {
        (Some(file), _) => file.display().to_string(),
        // The address may hold a secret.
        (None, Some(_)) => "the server".to_owned(),
        (None, None) => "standard output".to_owned(),
    }
}

/// The server's key; Datadog always wants one.
fn key(args: &Args) -> Result<Option<String>> {
    let default = if args.format == Shape::Datadog { "DD_API_KEY" } else { "EXPORT_API_KEY" };
    let variable = args.key_variable.as_deref().unwrap_or(default);
    let key = std::env::var(variable).ok().filter(|key| !key.trim().is_empty());
    if key.is_none() && (args.format == Shape::Datadog || args.key_variable.is_some()) {
        return Err(Error::Config(format!(
            "the server's key is not in {variable}: set that variable; nothing was sent"
        )));
    }
    Ok(key)
}
