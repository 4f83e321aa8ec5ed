//! A generated output that is read back: its summary, and the events of its files as they are.

use super::place::entries;
use super::summary::{FORMAT_VERSION, Figures, SUMMARY, Summary, figures};
use crate::engine::{EventLog, Mode};
use crate::error::{Error, Flaw, Result};
use crate::events::year::Events;
use crate::events::{read_parquet, write_parquet};
use crate::files::read_versioned;
use crate::rules::RULES_VERSION;
use crate::rules::run::{RunSpec, check_headcount};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Name of a year's folder, as Hive partitions are named.
pub(super) fn partition(year: i32) -> String {
    format!("simulation_year={year}")
}

/// Name of the file in it.
pub(super) const EVENTS: &str = "events.parquet";

/// The summary of a folder, its version looked at first.
pub(super) fn summary(folder: &Path) -> Result<Summary> {
    let file = folder.join(SUMMARY);
    let remedy = "use the version that wrote it, or generate the output again";
    let summary: Summary = read_versioned(&file, "generation summary", FORMAT_VERSION..=FORMAT_VERSION, remedy)?;
    if summary.versions.rules != RULES_VERSION {
        let (found, here) = (summary.versions.rules, RULES_VERSION);
        return Err(Error::file(&file, Flaw::OtherRules { found, here }));
    }
    let checked = run_spec(&summary).and_then(|_| check_headcount(summary.census.employees));
    checked.map_err(|e| Error::file(&file, e)).map(|()| summary)
}

fn run_spec(s: &Summary) -> Result<RunSpec> {
    RunSpec::new(&s.scenario_id, &s.plan_design_id, s.seed, s.start_year, s.end_year, s.assumptions.clone())
}

/// What a folder holds beside the output that its summary describes, or lacks of it.
pub(super) fn irregularity(folder: &Path, summary: &Summary) -> Result<Option<String>> {
    let mut expected: BTreeSet<OsString> =
        (summary.start_year..=summary.end_year).map(|year| partition(year).into()).collect();
    for (name, path) in entries(folder)? {
        if name == SUMMARY {
            continue;
        }
        if !expected.remove(&name) {
            return Ok(Some(format!("it holds {}, which its {SUMMARY} does not account for", name.display())));
        }
        let inside = if path.is_dir() { entries(&path)? } else { Vec::new() };
        if inside.len() != 1 || inside[0].0 != EVENTS || !inside[0].1.is_file() {
            return Ok(Some(format!("{} must hold {EVENTS} and nothing else", name.display())));
        }
    }
    Ok(expected.pop_first().map(|name| format!("{} is missing", name.display())))
}

/// A generated output that is read back.
#[derive(Debug)]
pub struct Directory {
    folder: PathBuf,
    /// Its summary.
    pub summary: Summary,
}

impl Directory {
    /// Opens a folder that `generate` wrote.
    ///
    /// # Errors
    /// When there is no summary, it is not one of this format, or the folder does not hold what it says and nothing else.
    pub fn open(folder: &Path) -> Result<Self> {
        let missing = |path: &Path| fs::metadata(path).is_err_and(|e| e.kind() == ErrorKind::NotFound);
        if missing(folder) {
            return Err(Error::file(folder, Flaw::NoFolder { of: "; give one that `planbench generate` wrote" }));
        }
        if missing(&folder.join(SUMMARY)) {
            return Err(Error::file(folder, Flaw::NoSummary { name: SUMMARY }));
        }
        let summary = summary(folder)?;
        if let Some(problem) = irregularity(folder, &summary)? {
            return Err(Error::file(folder, Flaw::NotAWholeOutput { problem }));
        }
        Ok(Self { folder: folder.to_path_buf(), summary })
    }

    /// The run that the summary describes.
    pub fn run_spec(&self) -> Result<RunSpec> {
        run_spec(&self.summary)
    }

    fn file(&self, year: i32) -> PathBuf {
        self.folder.join(partition(year)).join(EVENTS)
    }

    /// What is not as the event row says in the files' columns, with the files; empty if all can be read.
    ///
    /// # Errors
    /// Names a file that is damaged or not Parquet.
    pub fn schema_differences(&self) -> Result<Vec<String>> {
        let mut found = Vec::new();
        for year in self.run_spec()?.years() {
            let differences = read_parquet::schema_differences(&self.file(year))?;
            found.extend(differences.into_iter().map(|what| format!("{}: {what}", partition(year))));
        }
        Ok(found)
    }

    /// What the summary says and the files do not: events, fingerprint, and the figures by type, category and year.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn summary_differences(&self) -> Result<Vec<String>> {
        let found = figures(self, self.summary.census.employees)?;
        let said = &self.summary;
        let Figures { events, fingerprint, events_by_type, events_by_category, years } = &found;
        let mut differences = Vec::new();
        let mut compare = |what: &str, said: String, found: String| {
            if said != found {
                differences.push(format!("{SUMMARY} says {what} {said}, and the files hold {found}"));
            }
        };
        compare("events", said.events.to_string(), events.to_string());
        compare("fingerprint", said.fingerprint.to_string(), fingerprint.to_string());
        compare("events_by_type", as_text(&said.events_by_type), as_text(events_by_type));
        compare("events_by_category", as_text(&said.events_by_category), as_text(events_by_category));
        compare("years", as_text(&said.years), as_text(years));
        if let Err(error) = Mode::try_from(said.mode.clone()) {
            differences.push(format!("{SUMMARY} says mode {}: {error}", said.mode));
        }
        if said.census.synthetic
            && (said.census.inactive + said.census.hired_later > 0 || !said.census.implausible.is_empty())
        {
            differences.push(format!("{SUMMARY} names inactive or implausible rows of a census that has none"));
        }
        Ok(differences)
    }
}

fn as_text(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

impl EventLog for Directory {
    fn event_count(&self) -> Result<u64> {
        Ok(self.summary.events)
    }

    fn years(&self) -> Box<dyn Iterator<Item = Result<Events>> + '_> {
        let years = self.summary.start_year..=self.summary.end_year;
        Box::new(years.map(|year| read_parquet::read(&self.file(year), year)))
    }

    fn year_seconds(&self) -> &[f64] {
        &[]
    }

    fn write_parquet(&self, year: i32, file: &Path) -> Result<()> {
        write_parquet::write(&read_parquet::read(&self.file(year), year)?, file)
    }
}
