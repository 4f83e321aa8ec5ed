//! The output folder of an engine: `simulation_year=YYYY/`, in each any number of Parquet files, rows in any order. It is read
//! exactly or not at all, and put into canonical order, outside of every timed region.

use super::fault::{Fault, Step};
use super::spec::Spec;
use crate::error::{Difference, Error, Result};
use crate::events::read_parquet;
use crate::events::schema::position;
use crate::events::year::Events;
use arrow::array::RecordBatch;
use arrow::compute::{SortColumn, concat_batches, lexsort_to_indices, take_record_batch};
use parquet::file::metadata::ParquetMetaDataReader;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// Where an engine wrote.
pub(super) struct Output<'a> {
    spec: &'a Spec,
    folder: &'a Path,
}

impl<'a> Output<'a> {
    pub fn new(spec: &'a Spec, folder: &'a Path) -> Self {
        Self { spec, folder }
    }

    /// Refuses a folder that does not hold exactly these years, with events of the schema if the engine follows the rules.
    ///
    /// # Errors
    /// Names what is missing or does not belong there.
    pub fn check(&self, years: &[i32]) -> Result<()> {
        for path in entries(self.folder)? {
            let name = path.file_name().and_then(|name| name.to_str());
            let known = years.iter().any(|year| name == Some(partition(*year).as_str()));
            if !known || !path.is_dir() {
                return Err(self.fault(format!(
                    "it wrote {}, where folders simulation_year=YYYY of the years of the run are wanted, and nothing else",
                    self.shown(&path)
                )));
            }
        }
        for year in years {
            self.files(*year)?;
        }
        Ok(())
    }

    /// Number of rows of all years, as the files say.
    ///
    /// # Errors
    /// Names a file that is damaged or not Parquet.
    pub fn rows(&self, years: &[i32]) -> Result<u64> {
        let mut rows = 0;
        for year in years {
            for file in self.files(*year)? {
                let open = File::open(&file).map_err(|e| self.named(Error::file(&file, e)))?;
                let metadata = ParquetMetaDataReader::new()
                    .parse_and_finish(&open)
                    .map_err(|e| self.named(Error::file(&file, e)))?;
                rows += u64::try_from(metadata.file_metadata().num_rows()).unwrap_or(0);
            }
        }
        Ok(rows)
    }

    /// A year's events in canonical order.
    ///
    /// # Errors
    /// When a file is damaged, or holds something else than events of the schema.
    pub fn read(&self, year: i32) -> Result<Events> {
        let mut batches = Vec::new();
        for file in self.files(year)? {
            let events = read_parquet::read(&file, year).map_err(|error| self.named(error))?;
            batches.extend(events.batches().iter().cloned());
        }
        let events = Events::new(year, batches).map_err(|what| self.fault(what))?;
        if events.check_order().is_ok() {
            return Ok(events);
        }
        let sorted = sorted(events.batches()).map_err(|e| self.fault(format!("year {year}: {e}")))?;
        Events::new(year, vec![sorted]).map_err(|what| self.fault(what))
    }

    /// The files of a year, in order of name.
    fn files(&self, year: i32) -> Result<Vec<PathBuf>> {
        let folder = self.folder.join(partition(year));
        if !folder.is_dir() {
            return Err(self.fault(format!("it wrote no folder {}", partition(year))));
        }
        let mut files = entries(&folder)?;
        let strange = files.iter().find(|file| !file.is_file() || file.extension().is_none_or(|end| end != "parquet"));
        if let Some(strange) = strange {
            let strange = self.shown(strange);
            return Err(self.fault(format!("it wrote {strange}, where only files with names in .parquet are wanted")));
        }
        files.sort();
        Ok(files)
    }

    /// A path as the engine knows it. The folder is gone when somebody reads this.
    fn shown(&self, path: &Path) -> String {
        crate::console::path(path.strip_prefix(self.folder).unwrap_or(path))
    }

    /// An error about a file, with whose file it is.
    fn named(&self, error: Error) -> Error {
        match error {
            Error::File { path, cause } => self.fault(format!("{}: {cause}", self.shown(&path))),
            Error::Difference(Difference::Columns { file, differences }) => {
                let file = Path::new(&self.spec.name).join(self.shown(&file));
                Difference::Columns { file, differences }.into()
            }
            other => other,
        }
    }

    fn fault(&self, problem: String) -> Error {
        Fault::new(self.spec, Step::Output).output(problem)
    }
}

/// The years of a folder, once it was found to be whole and to hold as many rows as were said, if somebody said.
pub(super) fn years_of<'a>(
    spec: &'a Spec,
    years: &'a [i32],
    folder: Result<PathBuf>,
    said: Option<u64>,
) -> Box<dyn Iterator<Item = Result<Events>> + 'a> {
    match folder.and_then(|folder| whole(spec, years, &folder, said).map(|()| folder)) {
        Ok(folder) => Box::new(years.iter().map(move |year| Output::new(spec, &folder).read(*year))),
        Err(error) => Box::new(std::iter::once(Err(error))),
    }
}

/// Refuses a folder that is not whole, or holds more or fewer rows than were said.
///
/// # Errors
/// Names what is missing or does not belong there.
fn whole(spec: &Spec, years: &[i32], folder: &Path, said: Option<u64>) -> Result<()> {
    let output = Output::new(spec, folder);
    output.check(years)?;
    let wrote = output.rows(years)?;
    match said.filter(|said| *said != wrote) {
        Some(said) => Err(output.fault(format!("it said that it generated {said} events, and wrote {wrote}"))),
        None => Ok(()),
    }
}

/// Name of a year's folder.
fn partition(year: i32) -> String {
    format!("simulation_year={year}")
}

/// What a folder holds, apart from what programs keep there for themselves.
fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(|e| Error::file(folder, e))? {
        let path = entry.map_err(|e| Error::file(folder, e))?.path();
        let hidden = path
            .file_name()
            .is_some_and(|name| name.as_encoded_bytes().starts_with(b"_") || name.as_encoded_bytes().starts_with(b"."));
        if !hidden {
            found.push(path);
        }
    }
    Ok(found)
}

/// Batches as one, by employee and sequence.
fn sorted(batches: &[RecordBatch]) -> Result<RecordBatch, arrow::error::ArrowError> {
    let all = concat_batches(&batches[0].schema(), batches)?;
    let by = ["employee_id", "event_sequence"]
        .map(|name| SortColumn { values: all.column(position(name)).clone(), options: None });
    take_record_batch(&all, &lexsort_to_indices(&by, None)?)
}
