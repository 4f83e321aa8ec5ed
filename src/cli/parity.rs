//! `planbench parity`: every column of every row, of every engine.

use super::context::{Context, FAILED, PASS};
use super::inputs::{self, Custom, Prepared, work};
use super::seeds::{self, Seeds};
use crate::census;
use crate::census::census_fingerprint;
use crate::console;
use crate::engine::sql::remove_abandoned_spills;
use crate::engine::{EngineOptions, Engines, EventLog, Mode, open};
use crate::error::{Error, Flaw, Input, Result};
use crate::generate::SUMMARY;
use crate::generate::event_folder::Directory;
use crate::parity::{ParityReport, compare_logs, compare_modes};
use crate::scenario::USUAL;
use crate::settings::flags::Selected;
use std::path::{Path, PathBuf};
use std::time::Instant;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    pub custom: Custom,
    /// Seeds, single ones (`42`) or ranges with both ends included (`1..20`)
    #[arg(long, visible_alias = "seed", env = "BENCHMARK_SEED", value_name = "A..B", default_value = "42", num_args = 1.., allow_negative_numbers = true, value_parser = seeds::parse)]
    seeds: Vec<Seeds>,
    /// Compare with a folder that `planbench generate` wrote, perhaps on another machine; its summary says what to run
    #[arg(long, value_name = "DIR", conflicts_with_all = ["scenarios", "seeds", "employee_count", "start_year", "end_year", "assumptions"])]
    against: Option<PathBuf>,
}

/// The modes to compare, in order. One that only the settings name is held against the reference, and the reference
/// against the others: settings are about what is measured, and a proof needs two.
fn modes(selected: &Selected, engines: &Engines, given: bool) -> Result<Vec<Mode>> {
    // The yardstick comes first.
    let mut all = Mode::BUILT_IN.to_vec();
    all.sort_by_key(|mode| *mode != Mode::Reference);
    Ok(match selected.named_modes(engines)?[..] {
        [] => all,
        [Mode::Reference] if !given => all,
        [one] if !given => vec![Mode::Reference, one],
        ref modes => modes.to_vec(),
    })
}

pub(super) fn run(args: Args, context: &Context) -> Result<u8> {
    let what = &args.custom.what;
    let engines = context.file.engines().clone();
    let modes = modes(&what.selected, &engines, context.is_flag("modes"))?;
    let options = EngineOptions { threads: what.threads, engines, ..EngineOptions::default() };
    if let Some(own) = modes.iter().find(|mode| !options.engines.follows_the_rules(**mode)) {
        return Err(Input::OwnRules { engine: own.to_string() }.into());
    }
    if let Some(folder) = &args.against {
        return against(folder, &args, &modes, &options, context);
    }
    if modes.len() < 2 {
        let what = "parity needs two or more different modes to compare".into();
        return Err(Error::Missing { what, settings: &["modes"], variable: "BENCHMARK_MODES" });
    }
    let work = work(&args.custom, &USUAL.map(str::to_owned), context)?;
    remove_abandoned_spills();
    crate::interrupt::watch_for_interrupts();
    let seeds = seeds::all(&args.seeds);
    let clock = Instant::now();
    let (mut runs, mut events, mut different) = (0u64, 0, 0u64);
    let mut failed: Vec<String> = Vec::new();
    for work in &work {
        let mut read = None;
        let own = work.own_seed().filter(|_| !context.is_said("seeds"));
        let seeds: Box<dyn Iterator<Item = u64>> = match own {
            Some(own) => Box::new(std::iter::once(own)),
            None => Box::new(seeds.clone()),
        };
        for seed in seeds {
            crate::interrupt::check_interrupt()?;
            let prepared = work.prepare(seed, read.take())?;
            if runs == 0 {
                prepared.report_census(context.quiet);
            }
            runs += 1;
            match compare_modes(&modes, &prepared.run, &prepared.loaded.census, &options) {
                Ok(report) => {
                    print(&prepared, Some(&report));
                    events += report.outcomes[0].1.events;
                    let differs = report.failed.iter().any(|(_, error)| error.differs());
                    different += u64::from(!report.is_same() || differs);
                    let of_run = format!("{} seed {seed}", prepared.run.scenario_id);
                    let unread = report.failed.iter().filter(|(_, error)| !error.differs());
                    failed.extend(unread.map(|(name, error)| format!("{of_run}: {name}: {}", error.chain())));
                }
                // What cannot be compared row by row differs all the same.
                Err(error) if error.differs() => {
                    print(&prepared, None);
                    console::result(&format!("  {error}"));
                    different += 1;
                }
                Err(error) => return Err(error),
            }
            read = Some(prepared.loaded).filter(|loaded| !loaded.synthetic);
        }
    }
    let seconds = clock.elapsed().as_secs_f64();
    if different == 0 && !failed.is_empty() {
        println!("NOT proved: {} failure(s) in {runs} run(s)", failed.len());
        return Err(Error::Runs { what: failed.join("\n"), differs: false });
    }
    if different == 0 {
        println!("identical: {runs} run(s), {events} events, {} modes, in {seconds:.1} s", modes.len());
        Ok(PASS)
    } else {
        println!("NOT identical: {different} of {runs} run(s) differ");
        Ok(FAILED)
    }
}

/// Runs what a generated folder says it holds, and compares.
fn against(folder: &Path, args: &Args, modes: &[Mode], options: &EngineOptions, context: &Context) -> Result<u8> {
    let directory = Directory::open(folder)?;
    let different = |what: &[String]| {
        for line in what {
            console::result(&format!("{}: {line}", console::path(folder)));
        }
        println!("NOT identical");
        Ok(FAILED)
    };
    // Columns of another kind have no values that could be compared.
    let differences = directory.schema_differences()?;
    if !differences.is_empty() {
        return different(&differences);
    }
    let run = directory.run_spec()?;
    let said = &directory.summary.census;
    let loaded = match (args.custom.what.census_file()?, said.synthetic) {
        (Some(file), _) => file.load(&run, args.custom.strict)?,
        (None, _) if args.custom.strict => {
            return Err(inputs::strict_without_census());
        }
        (None, true) => census::synthetic(said.employees, &run),
        (None, false) => {
            return Err(Error::file(folder, Flaw::OfACensus { census: said.source.clone() }));
        }
    };
    let found = census_fingerprint(&loaded.census).to_string();
    if (&found, loaded.census.len()) != (&said.fingerprint, said.employees) {
        let found = format!("{} people with fingerprint {found}", loaded.census.len());
        let expected = format!("{} with {}", said.employees, said.fingerprint);
        let (census, folder) = (loaded.source, folder.to_path_buf());
        return Err(Input::OtherCensus { census, folder, found, expected }.into());
    }
    remove_abandoned_spills();
    let prepared = Prepared { run, loaded };
    prepared.report_census(context.quiet);
    let run = &prepared.run;
    let mut engines =
        modes.iter().map(|&mode| open(mode, run, &prepared.loaded.census, options)).collect::<Result<Vec<_>>>()?;
    let mut logs = Vec::new();
    for (mode, engine) in modes.iter().zip(&mut engines) {
        logs.push((mode.name().to_owned(), engine.generate()?));
    }
    let mut views: Vec<(String, &dyn EventLog)> = logs.iter().map(|(name, log)| (name.clone(), log.as_ref())).collect();
    views.push((folder.display().to_string(), &directory));
    let report = match compare_logs(&views) {
        Err(error) if error.differs() => {
            print(&prepared, None);
            console::result(&format!("  {error}\nNOT identical"));
            return Ok(FAILED);
        }
        compared => compared?,
    };
    print(&prepared, Some(&report));
    // The summary must be of these very files.
    let mut differences = if report.is_identical() { directory.summary_differences()? } else { Vec::new() };
    let (said, loaded) = (&directory.summary.census, &prepared.loaded);
    for (what, said_rows, found) in
        [("inactive", said.inactive, loaded.inactive), ("later hired", said.hired_later, loaded.hired_later)]
    {
        if !said.synthetic && said_rows != found {
            differences.push(format!("{SUMMARY} says {said_rows} {what} rows of the census, and it has {found}"));
        }
    }
    if !differences.is_empty() {
        return different(&differences);
    }
    println!("{}", if report.is_identical() { "identical" } else { "NOT identical" });
    Ok(if report.is_identical() { PASS } else { FAILED })
}

fn print(prepared: &Prepared, report: Option<&ParityReport>) {
    let run = &prepared.run;
    println!(
        "{} seed {} {}-{}, {} people",
        run.scenario_id,
        run.seed,
        run.start_year,
        run.end_year,
        prepared.loaded.census.len()
    );
    let Some(report) = report else { return };
    let names = report.outcomes.iter().map(|(name, _)| name).chain(report.failed.iter().map(|(name, _)| name));
    let width = names.map(String::len).fold(10, usize::max);
    for (name, outcome) in &report.outcomes {
        console::result(&format!("  {name:<width$} {} {:>9} events", outcome.fingerprint, outcome.events));
    }
    for (name, error) in &report.failed {
        console::result(&format!("  {name:<width$} FAILED: {error}"));
    }
    for difference in &report.differences {
        console::result(&difference.to_string());
    }
}
