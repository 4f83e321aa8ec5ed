//! `planbench parity`: every column of every row, of every engine.

use super::inputs::{Custom, Prepared, Resources, scenario};
use super::{Context, FAILED, PASS, split, use_threads};
use crate::census;
use crate::engine::{EngineOptions, EventLog, Mode, open};
use crate::error::{Error, Result};
use crate::fingerprint::census_fingerprint;
use crate::parity::{Report, compare_logs, compare_modes};
use crate::record::generation::Directory;
use crate::scenario::Scenario;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Instant;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Named scenarios, or custom with people and years [default: custom if years are given, else quick 1kx3 5kx5]
    #[arg(long, value_name = "NAME", num_args = 1.., value_delimiter = ',')]
    scenarios: Vec<String>,
    /// Seeds, one (`42`) or a range with both ends included (`1..20`)
    #[arg(long, value_name = "A..B", default_value = "42", value_parser = parse_seeds)]
    seeds: RangeInclusive<u64>,
    #[command(flatten)]
    custom: Custom,
    /// Engines to compare; the first is the yardstick
    #[arg(long, value_enum, num_args = 1.., value_delimiter = ',', default_values_t = [Mode::Reference, Mode::Sql, Mode::Polars])]
    modes: Vec<Mode>,
    /// Compare with a folder that `planbench generate` wrote, perhaps on another machine; its summary says what to run
    #[arg(long, value_name = "DIR", conflicts_with_all = ["scenarios", "seeds", "employee_count", "start_year", "end_year", "assumptions"])]
    against: Option<PathBuf>,
    #[command(flatten)]
    resources: Resources,
}

fn parse_seeds(text: &str) -> Result<RangeInclusive<u64>, String> {
    let number = |part: &str| part.parse::<u64>().map_err(|_| format!("`{part}` is no seed; give `42` or `1..20`"));
    let range = match text.split_once("..") {
        None => number(text)?..=number(text)?,
        Some((first, last)) => number(first)?..=number(last.trim_start_matches('='))?,
    };
    if range.is_empty() { Err(format!("{text} holds no seed")) } else { Ok(range) }
}

pub(super) fn run(args: Args, context: &Context) -> Result<u8> {
    use_threads(args.resources.threads)?;
    let options = EngineOptions { threads: args.resources.threads, ..EngineOptions::default() };
    let mut modes = args.modes.clone();
    modes.dedup();
    if let Some(folder) = &args.against {
        return against(folder, &args, &modes, &options);
    }
    if modes.len() < 2 {
        return Err(Error::Config("parity needs two or more different --modes to compare".into()));
    }
    let names = split(&args.scenarios);
    let scenarios: Vec<Option<&Scenario>> = if !names.is_empty() {
        names.iter().map(|name| scenario(name, &context.catalogue)).collect::<Result<_>>()?
    } else if args.custom.is_given() {
        vec![None]
    } else {
        context.catalogue.scenarios().iter().take(3).map(Some).collect()
    };
    let clock = Instant::now();
    let (mut runs, mut events, mut different) = (0u64, 0, 0u64);
    for scenario in scenarios {
        for seed in args.seeds.clone() {
            let prepared = args.custom.prepare(scenario, Some(seed))?;
            if runs == 0 {
                prepared.report_census();
            }
            let report = compare_modes(&modes, &prepared.run, &prepared.loaded.census, &options)?;
            print(&prepared, &report);
            runs += 1;
            events += report.outcomes[0].1.events;
            different += u64::from(!report.is_identical());
        }
    }
    let seconds = clock.elapsed().as_secs_f64();
    if different == 0 {
        println!("identical: {runs} run(s), {events} events, {} modes, in {seconds:.1} s", modes.len());
        Ok(PASS)
    } else {
        println!("NOT identical: {different} of {runs} run(s) differ");
        Ok(FAILED)
    }
}

/// Runs what a generated folder says it holds, and compares.
fn against(folder: &Path, args: &Args, modes: &[Mode], options: &EngineOptions) -> Result<u8> {
    let directory = Directory::open(folder)?;
    let run = directory.run_spec()?;
    let loaded = match (&args.custom.census, directory.summary.census.synthetic) {
        (Some(file), _) => args.custom.people(file, &run)?,
        (None, true) => census::synthetic(directory.summary.census.employees, &run),
        (None, false) => {
            return Err(Error::Config(format!(
                "{} was generated from {}; give that file with --census",
                folder.display(),
                directory.summary.census.source
            )));
        }
    };
    let found = census_fingerprint(&loaded.census).to_string();
    if found != directory.summary.census.fingerprint {
        return Err(Error::Config(format!(
            "{} is not the census of {}: fingerprint {found} instead of {}",
            loaded.source,
            folder.display(),
            directory.summary.census.fingerprint
        )));
    }
    let mut engines =
        modes.iter().map(|&mode| open(mode, &run, &loaded.census, options)).collect::<Result<Vec<_>>>()?;
    let mut logs = Vec::new();
    for (mode, engine) in modes.iter().zip(&mut engines) {
        logs.push((mode.name().to_owned(), engine.generate()?));
    }
    let mut views: Vec<(String, &dyn EventLog)> = logs.iter().map(|(name, log)| (name.clone(), log.as_ref())).collect();
    views.push((folder.display().to_string(), &directory));
    let report = compare_logs(&views, &run)?;
    print(&Prepared { run, loaded }, &report);
    // The summary must be of these very files.
    if report.is_identical()
        && let Some((_, found)) = report.outcomes.last()
        && (found.events, found.fingerprint.to_string())
            != (directory.summary.events, directory.summary.fingerprint.clone())
    {
        return Err(Error::Parity(format!(
            "{}: its summary says {} events ({}), its files hold {} ({})",
            folder.display(),
            directory.summary.events,
            directory.summary.fingerprint,
            found.events,
            found.fingerprint
        )));
    }
    println!("{}", if report.is_identical() { "identical" } else { "NOT identical" });
    Ok(if report.is_identical() { PASS } else { FAILED })
}

fn print(prepared: &Prepared, report: &Report) {
    let run = &prepared.run;
    println!(
        "{} seed {} {}-{}, {} people",
        run.scenario_id,
        run.seed,
        run.start_year,
        run.end_year,
        prepared.loaded.census.len()
    );
    for (name, outcome) in &report.outcomes {
        println!("  {name:<10} {} {:>9} events", outcome.fingerprint, outcome.events);
    }
    for difference in &report.differences {
        print!("{difference}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seed_ranges_include_both_ends() {
        assert_eq!(parse_seeds("1..20"), Ok(1..=20));
        assert_eq!(parse_seeds("1..=3"), Ok(1..=3));
        assert_eq!(parse_seeds("7"), Ok(7..=7));
        for bad in ["", "a", "1..", "5..1", "-1"] {
            assert!(parse_seeds(bad).is_err(), "{bad}");
        }
    }
}
