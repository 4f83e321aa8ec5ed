//! `planbench doctor`: what about this machine will make figures noisy.

use super::context::{Context, INCONCLUSIVE, PASS};
use crate::error::Result;
use crate::figures::{ABSENT, bytes};
use crate::machine::cgroup::Cgroups;
use crate::machine::fitness::examine;
use crate::machine::{Build, Machine};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Exit with 3 if the machine is not fit to measure now
    #[arg(long)]
    strict: bool,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<u8> {
    let (machine, build) = (Machine::current(), Build::current());
    let absent = || ABSENT.to_owned();
    let key = &machine.key;
    println!(
        "cpu      {} ({}), {} usable",
        key.cpu_model.as_deref().unwrap_or(ABSENT),
        key.architecture,
        key.usable_cpus
    );
    println!("memory   {}", machine.memory_bytes.map_or_else(absent, |size| bytes(size as f64)));
    let groups = Cgroups::of_this_process();
    let limits = [
        groups.cpu_quota().map(|cpus| format!("{cpus:.1} CPUs")),
        groups.memory_limit_bytes().map(|size| format!("{} of memory", bytes(size as f64))),
    ];
    let limits: Vec<String> = limits.into_iter().flatten().collect();
    if !limits.is_empty() {
        println!("limits   {} (the strictest of this process' cgroups)", limits.join(", "));
    }
    println!("system   {}, kernel {}", machine.os, machine.kernel.as_deref().unwrap_or(ABSENT));
    println!(
        "build    planalign-bench {}, {}, {}, allocator {}",
        build.versions.planalign_bench,
        build.rustc.as_deref().unwrap_or(ABSENT),
        build.profile,
        build.allocator
    );
    println!(
        "engines  DuckDB {} ({}), Polars {}",
        build.versions.duckdb, build.versions.duckdb_route, build.versions.polars
    );
    let folders = context.folders(&context.every.measure.place);
    let results = std::path::absolute(&folders.criterion).unwrap_or(folders.criterion.clone());
    let place = results.ancestors().find(|folder| folder.is_dir());
    let writable = place.is_some_and(|folder| tempfile::tempfile_in(folder).is_ok());
    println!(
        "results  {}{}",
        crate::console::path(&folders.criterion),
        if writable { "" } else { " (cannot be written)" }
    );
    let warnings = examine();
    for warning in &warnings {
        println!("{} {warning}", if warning.is_serious() { "UNFIT   " } else { "noisy   " });
    }
    if warnings.is_empty() {
        println!("nothing here is known to make figures noisy");
    }
    let unfit = !writable || warnings.iter().any(|warning| warning.is_serious());
    Ok(if args.strict && unfit { INCONCLUSIVE } else { PASS })
}
