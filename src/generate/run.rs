//! A generated event log on disk: `simulation_year=YYYY/events.parquet` and `generation_summary.json`.
//!
//! Everything is written into a hidden folder beside the final one, which is put in its place when the whole run is done:
//! an interrupted run leaves what was there as it was.

use super::summary::{CensusSummary, FORMAT_VERSION, SUMMARY, Summary, Timings, figures};
use crate::census::census_fingerprint;
use crate::census::{LoadedCensus, RowWarning};
use crate::engine::{EngineOptions, EventLog, Mode, open};
use crate::error::{Error, Result};
use crate::generate::event_folder::{EVENTS, partition};
use crate::generate::output_folder::Claim;
use crate::interrupt::check_interrupt;
use crate::machine::Versions;
use crate::record::timestamp::Timestamp;
use crate::rules::run::RunSpec;
use std::collections::BTreeMap;
use std::fs;
use std::time::Instant;

/// Generates a run with one engine and writes it into the claimed folder.
///
/// # Errors
/// When generating or writing fails, or somebody has changed the folder meanwhile; then it is as it was.
pub fn generate(
    mode: Mode,
    run: &RunSpec,
    loaded: &LoadedCensus,
    options: &EngineOptions,
    claim: Claim,
) -> Result<Summary> {
    let options = &EngineOptions { spill_parent: Some(claim.spill()), ..options.clone() };
    let clock = Instant::now();
    let mut engine = open(mode, run, &loaded.census, options)?;
    let setup = clock.elapsed().as_secs_f64();
    let clock = Instant::now();
    let log = engine.generate()?;
    let generation = clock.elapsed().as_secs_f64();

    let folder = claim.new_output();
    let clock = Instant::now();
    let mut files = Vec::new();
    for year in run.years() {
        let partition = partition(year);
        fs::create_dir(folder.join(&partition)).map_err(|e| Error::file(&folder, e))?;
        files.push((year, folder.join(partition).join(EVENTS)));
    }
    for files in files.chunks(options.threads) {
        check_interrupt()?;
        log.write_side_by_side(files)?;
    }
    let persist = clock.elapsed().as_secs_f64();

    let mut summary = summarise(mode, run, loaded, options, log.as_ref(), Timings { setup, generation, persist })?;
    drop(log);
    summary.engine_versions = engine.versions();
    let json = serde_json::to_string_pretty(&summary).map_err(|e| Error::file(&folder, e))?;
    let file = folder.join(SUMMARY);
    fs::write(&file, json + "\n").map_err(|e| Error::file(&file, e))?;
    // Its temporary files are in the claimed folder, too.
    engine.close()?;
    claim.publish()?;
    Ok(summary)
}

fn summarise(
    mode: Mode,
    run: &RunSpec,
    loaded: &LoadedCensus,
    options: &EngineOptions,
    log: &dyn EventLog,
    timings_seconds: Timings,
) -> Result<Summary> {
    let figures = figures(log, loaded.census.len())?;
    let implausible = |warning: &RowWarning| (warning.what.to_owned(), warning.rows);
    Ok(Summary {
        format_version: FORMAT_VERSION,
        created_at: Timestamp::now(),
        mode: mode.name().to_owned(),
        scenario_id: run.scenario_id.clone(),
        plan_design_id: run.plan_design_id.clone(),
        seed: run.seed,
        start_year: run.start_year,
        end_year: run.end_year,
        census: CensusSummary {
            source: loaded.source.clone(),
            synthetic: loaded.synthetic,
            employees: loaded.census.len(),
            inactive: loaded.inactive,
            hired_later: loaded.hired_later,
            implausible: loaded.warnings.iter().map(implausible).collect(),
            fingerprint: census_fingerprint(&loaded.census).to_string(),
        },
        assumptions: run.assumptions.clone(),
        threads: options.threads,
        versions: Versions::current(),
        engine_versions: BTreeMap::new(),
        events: figures.events,
        fingerprint: figures.fingerprint,
        events_by_type: figures.events_by_type,
        events_by_category: figures.events_by_category,
        years: figures.years,
        timings_seconds,
    })
}
