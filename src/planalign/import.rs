//! The whole import: files in, assumptions, a scenario and the lists out.

use super::config::Config;
use super::findings::Findings;
use super::importer::Importer;
use super::levers::Levers;
use super::table::Seeds;
use super::write::{self, Header};
use crate::error::{Error, Flaw, Result};
use crate::rules::assumptions::Assumptions;
use crate::rules::run::RunSpec;
use std::path::{Path, PathBuf};

/// What came of an import.
#[derive(Debug)]
pub struct Imported {
    /// Text of `assumptions.toml`.
    pub assumptions: String,
    /// Text of `planbench.toml`.
    pub settings: String,
    /// Name of the scenario.
    pub scenario: String,
    /// The lists.
    pub findings: Findings,
    /// Whether the scenario names a census.
    pub has_census: bool,
}

/// Seed tables that the importer reads, with those that concern no event and why.
const TABLES: [(&str, &str); 20] = [
    ("comp_levers", ""),
    ("config_age_bands", ""),
    ("config_tenure_bands", ""),
    ("config_job_levels", ""),
    ("config_cola_by_year", ""),
    ("config_new_hire_age_distribution", ""),
    ("config_new_hire_level_distribution", ""),
    ("config_promotion_hazard_base", ""),
    ("config_promotion_hazard_age_multipliers", ""),
    ("config_promotion_hazard_tenure_multipliers", ""),
    (
        "config_raise_timing_distribution",
        "PlanAlign reads it only where its variable raise_timing_methodology is realistic, and no key sets that: raises fall \
         on 15 July",
    ),
    ("config_raises_hazard", "no model that makes events reads it"),
    ("config_irs_limits", "limits of contributions are no events"),
    (
        "config_termination_hazard_base",
        "terminations are drawn by head count; no model that makes events reads the hazard",
    ),
    (
        "config_termination_hazard_age_multipliers",
        "terminations are drawn by head count; of this table only the bands count",
    ),
    (
        "config_termination_hazard_tenure_multipliers",
        "terminations are drawn by head count; of this table only the bands count",
    ),
    ("config_timing_validation_rules", "checks of PlanAlign's own"),
    ("default_deferral_rates", "no model that makes events reads it; rates come from enrollment.voluntary_enrollment"),
    ("comp_targets", "targets, not rules"),
    ("scenario_meta", "names of scenarios"),
];

/// Imports a configuration, with a scenario over it and seed tables beside it, for files that will lie in `out`.
///
/// # Errors
/// Names file, line and key of what cannot be read, is outside the limits, or contradicts itself.
pub fn import(config: &Path, scenario: Option<&Path>, seeds: Option<&Path>, out: &Path) -> Result<Imported> {
    let config = Config::read(config, scenario)?;
    let seeds = seeds.map_or_else(|| Ok(Seeds::default()), Seeds::read)?;
    for section in ["simulation", "compensation"] {
        if config.leaf(section).is_none() {
            return Err(config.missing(section, "without which PlanAlign takes no configuration"));
        }
    }
    let mut importer = Importer {
        config: &config,
        seeds: &seeds,
        found: Findings::default(),
        plan: Assumptions::default(),
        scenario_id: String::new(),
        start_year: 0,
        end_year: 0,
    };
    importer.years_and_tables()?;
    let identity = importer.identity()?;
    importer.workforce()?;
    let levers = Levers::read(&importer)?;
    importer.levels(levers.as_ref())?;
    importer.bands()?;
    importer.hires()?;
    importer.promotion_hazard()?;
    importer.promotion_raises()?;
    importer.raises(levers.as_ref())?;
    importer.enrollment()?;
    importer.escalation()?;
    importer.matching()?;
    let census = importer.census(out);
    importer.found.rest(&config)?;
    let Importer { found, plan, start_year, end_year, .. } = importer;

    let unfit = |error: Error| {
        let why = error.to_string();
        Error::file(config.path(), Flaw::Unfit { why })
    };
    RunSpec::new(&identity.name, &identity.plan_design, identity.seed as u64, start_year, end_year, plan.clone())
        .map_err(unfit)?;
    let files = config.names();
    let header = Header { files: &files, seeds: seeds.given, findings: &found };
    let assumptions = write::assumptions(&plan, &header)?;
    // What is written must be read as what is meant.
    let read = Assumptions::from_toml(&assumptions).map_err(unfit)?;
    if read != plan {
        return Err(Error::file(
            config.path(),
            Flaw::Unfit { why: "the assumptions are read as others than they are".into() },
        ));
    }
    let settings = write::settings(&identity, (start_year, end_year), census.as_deref(), &header);
    let (scenario, has_census) = (identity.name, matches!(census.as_deref(), Some(write::Census::There(_))));
    Ok(Imported { assumptions, settings, scenario, findings: found, has_census })
}

impl Importer<'_> {
    fn years_and_tables(&mut self) -> Result<()> {
        for (key, first) in [("simulation.start_year", true), ("simulation.end_year", false)] {
            if self.config.filled(key).is_none() {
                return Err(self.config.missing(key, "a year"));
            }
            let said = self.whole(&[key], 0, [2_000, 2_199])?;
            let name = if first { "start_year" } else { "end_year" };
            self.found.took(said.key, said.shown, format!("{name} = {} of the scenario", said.value));
            if first {
                self.start_year = said.value as i32;
            } else {
                self.end_year = said.value as i32;
            }
        }
        let id = self.config.filled("scenario_id").and_then(|node| node.text().map(str::to_owned));
        self.scenario_id = id.unwrap_or_else(|| "default".into());
        for (name, table) in self.seeds.all() {
            let rows = format!("{} rows", table.len());
            match TABLES.iter().find(|(known, _)| *known == name) {
                Some((_, "")) => {}
                Some((_, why)) => self.found.ignores(format!("{name}.csv"), rows, *why),
                None => self.found.knows_not(format!("{}.csv", crate::console::one_line(name)), rows),
            }
        }
        Ok(())
    }

    /// The census that the configuration names, where it is found.
    fn census(&mut self, out: &Path) -> Option<Box<write::Census>> {
        let key = "setup.census_parquet_path";
        let node = self.config.filled(key)?;
        self.found.covers(key);
        let named = PathBuf::from(node.text()?);
        let folder = self.config.path().parent().unwrap_or(Path::new("")).to_path_buf();
        // PlanAlign's configurations lie one below the folder that their paths start from.
        let places = [folder.join("..").join(&named), folder.join(&named), named.clone()];
        let found = places.iter().find(|place| place.is_file()).and_then(|place| relative(place, out));
        let census = match found {
            Some(path) => {
                self.found.took(
                    key,
                    node.shown(),
                    format!("census = {} of the scenario", crate::console::one_line(&path)),
                );
                write::Census::There(path)
            }
            None => {
                self.found.took(key, node.shown(), "not there, so no census is written: give one with --census");
                write::Census::Missing
            }
        };
        Some(Box::new(census))
    }
}

/// A path as it is seen from a folder, which need not be there yet; `None` where it cannot be written down.
fn relative(place: &Path, folder: &Path) -> Option<String> {
    let place = place.canonicalize().ok()?;
    let folder = std::path::absolute(folder).ok()?;
    // The folder may not be there yet: what is there of it may be a link.
    let there = folder.ancestors().find(|part| part.exists())?;
    let folder = there.canonicalize().ok()?.join(folder.strip_prefix(there).ok()?);
    let (place, folder): (Vec<_>, Vec<_>) = (place.components().collect(), folder.components().collect());
    let same = place.iter().zip(&folder).take_while(|(a, b)| a == b).count();
    let up = folder[same..].iter().map(|_| std::path::Component::ParentDir);
    let path: PathBuf = up.chain(place[same..].iter().copied()).collect();
    path.to_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_from_the_output_to_the_census() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("data/people.csv");
        std::fs::create_dir_all(folder.path().join("data")).expect("made");
        std::fs::write(&file, "").expect("written");
        assert_eq!(relative(&file, &folder.path().join("plan/deep")).as_deref(), Some("../../data/people.csv"));
        assert_eq!(relative(&file, &folder.path().join("data")).as_deref(), Some("people.csv"));
        assert_eq!(relative(Path::new("no/such/file"), folder.path()), None);
    }
}
