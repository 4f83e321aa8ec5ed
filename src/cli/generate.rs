//! `planbench generate`: the events of one run, written as Parquet.

use super::inputs::{Custom, Resources, scenario};
use super::{Context, PASS, use_threads};
use crate::engine::{EngineOptions, Mode};
use crate::error::{Error, Result};
use crate::record::generation;
use crate::scenario::DEFAULT_SEED;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Engine to generate with
    #[arg(long, value_enum)]
    mode: Mode,
    /// Named scenario (see `planbench scenarios`), or custom, which may be left out where years are given
    #[arg(long, value_name = "NAME")]
    scenario: Option<String>,
    #[command(flatten)]
    custom: Custom,
    /// Seed of every draw
    #[arg(long, default_value_t = DEFAULT_SEED)]
    seed: u64,
    #[command(flatten)]
    resources: Resources,
    /// Work in this DuckDB database file instead of memory (mode sql)
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,
    /// DuckDB's memory limit, such as 4GB (mode sql)
    #[arg(long, value_name = "SIZE")]
    memory_limit: Option<String>,
    /// Folder to write into
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Replace an earlier output in that folder
    #[arg(long)]
    force: bool,
}

pub(super) fn run(args: Args, context: &Context) -> Result<u8> {
    use_threads(args.resources.threads)?;
    crate::suite::rounds::watch_for_interrupts();
    let scenario = args.scenario.as_deref().map(|name| scenario(name, &context.catalogue)).transpose()?.flatten();
    let prepared = args.custom.prepare(scenario, Some(args.seed))?;
    prepared.report_census();
    let options =
        EngineOptions { threads: args.resources.threads, memory_limit: args.memory_limit, database: args.database };
    let summary = generation::generate(args.mode, &prepared.run, &prepared.loaded, &options, &args.out, args.force)?;

    // A named scenario with nothing changed must give what the repository says it gives.
    let changed = args.seed != DEFAULT_SEED || args.custom.census.is_some() || args.custom.assumptions.is_some();
    if let Some((scenario, golden)) = scenario.and_then(|s| Some((s, s.golden?))).filter(|_| !changed)
        && (summary.events, summary.fingerprint.as_str()) != (golden.events, golden.fingerprint)
    {
        return Err(Error::Parity(format!(
            "scenario {} gave {} events ({}), expected {} ({}); the output in {} is not to be trusted",
            scenario.name,
            summary.events,
            summary.fingerprint,
            golden.events,
            golden.fingerprint,
            args.out.display()
        )));
    }

    println!("{} events, fingerprint {}", summary.events, summary.fingerprint);
    for (category, events) in &summary.events_by_category {
        println!("  {events:>10}  {category}");
    }
    for year in &summary.years {
        println!("{}: {} -> {} people, {} events", year.year, year.headcount_start, year.headcount_end, year.events);
    }
    let t = &summary.timings_seconds;
    eprintln!(
        "setup {:.3} s, generation {:.3} s, Parquet {:.3} s; written to {}",
        t.setup,
        t.generation,
        t.persist,
        args.out.display()
    );
    Ok(PASS)
}
