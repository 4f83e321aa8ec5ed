//! `planbench generate`: the events of one run, written as Parquet.

use super::context::{Context, PASS};
use super::inputs::{Custom, nothing_to_simulate, work};
use crate::engine::memory_limit::MemoryLimit;
use crate::engine::sql::{is_out_of_memory, remove_abandoned_spills};
use crate::engine::{EngineOptions, Mode};
use crate::error::{Difference, Error, Input, Result};
use crate::generate::output_folder::Claim;
use crate::scenario::DEFAULT_SEED;
use crate::settings::flags::Seed;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    pub custom: Custom,
    #[command(flatten)]
    seed: Seed,
    /// Work in this DuckDB database file instead of memory (mode sql)
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,
    /// DuckDB's memory limit, such as 4GB (mode sql)
    #[arg(long, value_name = "SIZE", allow_negative_numbers = true)]
    memory_limit: Option<MemoryLimit>,
    /// Folder to write into
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Replace an earlier output in that folder
    #[arg(long)]
    force: bool,
}

/// The one of what was asked for, by a flag or by settings.
fn only<T: Clone>(
    found: &[T],
    setting: &'static [&'static str; 1],
    variable: &'static str,
    name: fn(&T) -> String,
) -> Result<T> {
    let one = setting[0].trim_end_matches('s');
    match found {
        [only] => Ok(only.clone()),
        [] => Err(Error::Missing { what: format!("say which {one} to generate"), settings: setting, variable }),
        many => {
            Err(Input::NotOne { verb: "generate", setting: one, given: many.iter().map(name).collect(), variable }
                .into())
        }
    }
}

/// Names the flags by which DuckDB gets what it lacks: no other verb has them.
fn with_flags(error: Error) -> Error {
    let flags = |message: &str| {
        let lower = message.to_lowercase();
        if is_out_of_memory(&lower) {
            Some("--memory-limit, --threads")
        } else if lower.contains("lock on file") || lower.contains("tables that this program did not make") {
            Some("--database")
        } else {
            None
        }
    };
    match error {
        Error::Engine { engine, step, message } => {
            let message = match flags(&message) {
                Some(flags) => format!("{message} ({flags})"),
                None => message,
            };
            Error::Engine { engine, step, message }
        }
        other => other,
    }
}

pub(super) fn run(args: Args, context: &Context) -> Result<u8> {
    let what = &args.custom.what;
    let mode = only(&what.selected.named_modes(context.file.engines())?, &["modes"], "BENCHMARK_MODES", |mode| {
        mode.name().to_owned()
    })?;
    let work = work(&args.custom, &[], context)?;
    if work.is_empty() {
        return Err(nothing_to_simulate());
    }
    let work = only(&work, &["scenarios"], "BENCHMARK_SCENARIOS", |work| {
        work.scenario.map_or_else(|| "custom".to_owned(), |scenario| scenario.name.to_string())
    })?;
    let (threads, memory_limit, database) = (what.threads, args.memory_limit, args.database);
    let engines = context.file.engines().clone();
    let options = EngineOptions { threads, memory_limit, database, engines, ..EngineOptions::default() };
    if !options.engines.follows_the_rules(mode) {
        return Err(Input::OwnRules { engine: mode.to_string() }.into());
    }
    options.check_mode(mode)?;
    crate::interrupt::watch_for_interrupts();
    let seed = work.own_seed().filter(|_| !context.is_said("seed")).unwrap_or(args.seed.seed);
    // What can be refused is refused before a census is read or anything is written.
    work.run_spec(seed)?;
    if args.out == Path::new("-") {
        return Err(Input::EventsToOutput.into());
    }
    let claim = Claim::new(&args.out, args.force)?;
    let is_left = claim.is_left();
    let prepared = work.prepare(seed, None)?;
    prepared.report_census(context.quiet);
    if mode == Mode::Sql {
        remove_abandoned_spills();
    }
    let summary =
        crate::generate::generate(mode, &prepared.run, &prepared.loaded, &options, claim).map_err(with_flags)?;

    // A named scenario with nothing changed must give what the repository says it gives.
    let changed = seed != DEFAULT_SEED || work.census.is_some() || args.custom.assumptions.is_some();
    if let Some((scenario, golden)) = work.scenario.and_then(|s| Some((s, s.golden?))).filter(|_| !changed)
        && !golden.is(summary.events, summary.fingerprint)
    {
        let found = format!("{} events ({})", summary.events, summary.fingerprint);
        let expected = format!("{} ({})", golden.events, golden.fingerprint);
        let (scenario, folder) = (scenario.name.to_string(), args.out);
        return Err(Difference::NotToBeTrusted { scenario, found, expected, folder }.into());
    }

    println!("{} events, fingerprint {}", summary.events, summary.fingerprint);
    for (category, events) in &summary.events_by_category {
        println!("  {events:>10}  {category}");
    }
    for year in &summary.years {
        println!("{}: {} -> {} people, {} events", year.year, year.headcount_start, year.headcount_end, year.events);
    }
    let (messages, t) = (context.messages(), &summary.timings_seconds);
    messages.say(&format!(
        "setup {:.3} s, generation {:.3} s, Parquet {:.3} s; written to {}",
        t.setup,
        t.generation,
        t.persist,
        crate::console::path(&args.out)
    ));
    if is_left {
        messages.say("note: the folder that you are in was replaced as a whole: go into it again to see the output");
    }
    Ok(PASS)
}
