//! `planbench engine`: what somebody needs who writes an engine of their own.

use super::context::{Context, PASS};
use super::inputs::{Custom, nothing_to_simulate, work};
use crate::console;
use crate::engine::external;
use crate::error::{Error, Flaw, Input, Result};
use crate::figures::ABSENT;
use crate::settings::flags::Seed;
use std::path::{Path, PathBuf};

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Action {
    /// Show the engines of the settings file
    List,
    /// Run the protocol against an engine, step by step, on small inputs
    Check,
    /// Write an input folder, to look at or to try an engine by hand
    Input,
}

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What to do
    action: Action,
    /// Engine to check
    #[arg(value_name = "ENGINE")]
    name: Option<String>,
    #[command(flatten)]
    custom: Custom,
    #[command(flatten)]
    seed: Seed,
    /// Folder to write the input into (input)
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write the draws, too (input)
    #[arg(long)]
    draws: bool,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<u8> {
    match args.action {
        Action::List => match &args.name {
            Some(_) => Err(Input::OnlyFor { what: "the name of an engine", only: "engine check" }.into()),
            None => list(context),
        },
        Action::Check => {
            let Some(name) = &args.name else {
                let known =
                    context.file.engines().modes().iter().map(|mode| mode.name()).collect::<Vec<_>>().join(", ");
                let what =
                    if known.is_empty() { NONE.to_owned() } else { format!("say which engine to check: {known}") };
                return Err(Error::Missing { what, settings: &[], variable: "" });
            };
            let mode = context.file.engines().named(name)?;
            if mode.is_built_in() {
                return Err(Input::OnlyFor { what: "engine check", only: "an [[engine]] of the settings file" }.into());
            }
            crate::interrupt::watch_for_interrupts();
            super::engine_check::check(mode, args.custom.what.threads, context)
        }
        Action::Input => input(args, context),
    }
}

/// Characters of a version, or of why there is none, that are shown.
const LONGEST_VERSION: usize = 160;
/// What is said where there is no engine.
const NONE: &str =
    "no settings file describes an [[engine]]; give one as planbench.toml or with --config (docs/engines.md)";

/// The engines of the settings file.
fn list(context: &Context) -> Result<u8> {
    let engines = context.file.engines();
    if engines.is_empty() {
        println!("{NONE}");
        return Ok(PASS);
    }
    let word = |value: serde_json::Result<serde_json::Value>| {
        value.ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
    };
    console::result(&format!("{:<24} {:<8} {:<9} {:<5} version", "name", "protocol", "rules", "draws"));
    for spec in engines.specs() {
        let (protocol, rules) = (word(serde_json::to_value(spec.protocol)), word(serde_json::to_value(spec.rules)));
        let draws = if spec.draws { "files" } else { ABSENT };
        // One that is not installed is no reason not to show the others.
        let version = match external::version(spec) {
            Ok(version) => version.unwrap_or_else(|| ABSENT.to_owned()),
            Err(error) => console::one_line(&error.to_string()),
        };
        let version: String = version.chars().take(LONGEST_VERSION).collect();
        console::result(&format!("{:<24} {protocol:<8} {rules:<9} {draws:<5} {version}", spec.name));
    }
    Ok(PASS)
}

fn input(args: &Args, context: &Context) -> Result<u8> {
    let work = work(&args.custom, &[], context)?;
    let [work] = &work[..] else {
        if work.is_empty() {
            return Err(nothing_to_simulate());
        }
        let given = work.iter().map(|work| work.scenario.map_or("custom".into(), |s| s.name.to_string())).collect();
        return Err(Input::NotOne {
            verb: "engine input",
            setting: "scenario",
            given,
            variable: "BENCHMARK_SCENARIOS",
        }
        .into());
    };
    let Some(out) = &args.out else {
        let what = "say where to write the input".into();
        return Err(Error::Missing { what, settings: &["out"], variable: "" });
    };
    let seed = work.own_seed().filter(|_| !context.is_said("seed")).unwrap_or(args.seed.seed);
    work.run_spec(seed)?;
    free(out)?;
    let prepared = work.prepare(seed, None)?;
    prepared.report_census(context.quiet);
    external::input::write(out, &prepared.run, &prepared.loaded.census, args.custom.what.threads, args.draws)?;
    println!(
        "{} people, {} to {}: {}",
        prepared.loaded.census.len(),
        prepared.run.start_year,
        prepared.run.end_year,
        console::path(out)
    );
    Ok(PASS)
}

/// Makes a folder that is not there; one that is must be empty.
fn free(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(|e| Error::file(folder, e))?;
    let mut entries = std::fs::read_dir(folder).map_err(|e| Error::file(folder, e))?;
    if entries.next().is_some() { Err(Error::file(folder, Flaw::Occupied)) } else { Ok(()) }
}
