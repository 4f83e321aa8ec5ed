//! A census file as a command holds it: opened once, whatever it is, and the same people for everybody who asks.

use super::content::{Content, beginning, refuse_foreign};
use super::draft::Draft;
use super::fingerprint::census_fingerprint;
use super::format::CensusFormat;
use super::people::LoadedCensus;
use super::{content, csv_file, parquet_file};
use crate::error::{Error, Flaw, Result};
use crate::events::fingerprint::Fingerprint;
use crate::files::{Workspace, remove_abandoned};
use crate::rules::run::RunSpec;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Beginning of the names of folders with copies of what came from pipes.
const COPIES: &str = ".planbench-census-";

/// A census file that was given. What can be read only once, such as a pipe, was read into a private copy, which lives as
/// long as this does.
#[derive(Debug, Clone)]
pub struct CensusFile {
    given: PathBuf,
    path: PathBuf,
    format: CensusFormat,
    /// The copy ends with it.
    copy: Option<Arc<PrivateCopy>>,
}

/// A file that ends with this.
#[derive(Debug)]
struct PrivateCopy {
    /// Held: where a copy has no name, it is there for as long as somebody has it open.
    file: File,
    /// Held, not read: where copies must have names.
    _folder: Option<Workspace>,
}

impl CensusFile {
    /// Opens what was given: a file is left where it is, anything else is read, once.
    ///
    /// # Errors
    /// Names the file that is not there, cannot be read or is no census, or the temporary folder that does not take a copy.
    pub fn open(given: &Path) -> Result<Self> {
        Self::found(given)?.map_or_else(|| Self::copy(given, given), Ok)
    }

    /// The same file, read as `format` says.
    pub fn read_as(self, format: CensusFormat) -> Self {
        Self { format, ..self }
    }

    /// The same file as a private copy, which nobody writes to.
    ///
    /// # Errors
    /// As [`CensusFile::open`].
    pub fn copied(&self) -> Result<Self> {
        if self.copy.is_some() {
            return Ok(self.clone());
        }
        Ok(Self::copy(&self.given, &self.path)?.read_as(self.format.clone()))
    }

    /// The file that any process finds under its full name; `None` for anything else.
    fn found(given: &Path) -> Result<Option<Self>> {
        let failed = |e: io::Error| Error::file(given, e);
        let found = std::fs::metadata(given).map_err(failed)?;
        if found.is_dir() {
            return Err(Error::file(given, Flaw::AFolder));
        }
        // A name like /dev/stdin means another file in another process, which its full name does not. A name that is not
        // UTF-8 cannot be handed on in every way that names are.
        let full = std::fs::canonicalize(given).ok().filter(|path| {
            found.is_file() && path.to_str().is_some() && std::fs::metadata(path).is_ok_and(|data| data.is_file())
        });
        Ok(full.map(|path| Self { given: given.to_path_buf(), path, format: CensusFormat::default(), copy: None }))
    }

    /// Reads what is at `from` into a private copy.
    fn copy(given: &Path, from: &Path) -> Result<Self> {
        let failed = |e: io::Error| Error::file(given, e);
        let mut file = File::open(from).map_err(failed)?;
        let beginning = beginning(&mut file).map_err(failed)?;
        // A device may have no end.
        refuse_foreign(given, &beginning)?;
        let (mut copy, path) = PrivateCopy::new()?;
        let full = |e: io::Error| Error::file(std::env::temp_dir(), e);
        copy.file.write_all(&beginning).map_err(full)?;
        let mut buffer = vec![0; 1 << 16];
        loop {
            match file.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => copy.file.write_all(&buffer[..read]).map_err(full)?,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(failed(e)),
            }
        }
        let given = given.to_path_buf();
        Ok(Self { given, path, format: CensusFormat::default(), copy: Some(Arc::new(copy)) })
    }

    /// As it was given, for messages.
    pub fn given(&self) -> &Path {
        &self.given
    }

    /// Where any process finds the people for as long as this lives.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How its people are read.
    pub fn format(&self) -> &CensusFormat {
        &self.format
    }

    /// Loads the people for a run, as [`load`](super::load) does.
    ///
    /// # Errors
    /// As [`load`](super::load).
    pub fn load(&self, run: &RunSpec, strict: bool) -> Result<LoadedCensus> {
        load_as(&self.path, &self.given, &self.format, run, strict)
    }
}

impl PrivateCopy {
    /// An empty one, and where any process finds it.
    fn new() -> Result<(Self, PathBuf)> {
        let folder = std::env::temp_dir();
        // Nobody's name, so that a killed process leaves no people behind; other processes reach it through this one.
        #[cfg(target_os = "linux")]
        {
            use std::os::fd::AsRawFd;
            let file = tempfile::tempfile_in(&folder).map_err(|e| Error::file(&folder, e))?;
            let path = PathBuf::from(format!("/proc/{}/fd/{}", std::process::id(), file.as_raw_fd()));
            if File::open(&path).is_ok() {
                return Ok((Self { file, _folder: None }, path));
            }
        }
        remove_abandoned(&folder, COPIES);
        let workspace = Workspace::new(&folder, COPIES)?;
        let path = workspace.path().join("census");
        let file = private_file(&path).map_err(|e| Error::file(&path, e))?;
        Ok((Self { file, _folder: Some(workspace) }, path))
    }
}

/// Refuses people who are not the ones that were read before from the same file.
///
/// # Errors
/// Names the file as it was given.
pub(crate) fn check_same(given: &Path, loaded: &LoadedCensus, expected: Fingerprint) -> Result<()> {
    let found = census_fingerprint(&loaded.census);
    if found == expected {
        return Ok(());
    }
    Err(Error::file(given, Flaw::PeopleChanged { found: found.to_string(), expected: expected.to_string() }))
}

/// Loads the file at `path`, which messages call `shown`.
///
/// # Errors
/// As [`load`](super::load).
pub(crate) fn load_as(
    path: &Path,
    shown: &Path,
    format: &CensusFormat,
    run: &RunSpec,
    strict: bool,
) -> Result<LoadedCensus> {
    let content = content::open(path, shown)?;
    let mut draft = Draft::new(shown.display().to_string(), run, format);
    match content {
        Content::Parquet(file) => {
            let alike = parquet_file::read(shown, file, format, |place, cells| draft.row(place, cells))?;
            draft.alike = alike;
        }
        Content::Text(text) => csv_file::read(shown, text, &mut draft)?,
    }
    draft.finish(strict)
}

/// A new file that nobody else may read.
fn private_file(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Loads a census file for a run: columns under their own names, dates as `YYYY-MM-DD`.
///
/// Rows are numbered from 1, the header not counted; lines of a CSV file as an editor counts them. Parquet and CSV are told
/// apart by the file's first bytes. What is to be read more than once, perhaps by other processes, is opened as a
/// [`CensusFile`].
///
/// # Errors
/// Names file, row, column and value of what cannot be used; with `strict` also of what is merely implausible. Names what
/// the file is when it is neither Parquet nor CSV.
pub fn load(path: &Path, run: &RunSpec, strict: bool) -> Result<LoadedCensus> {
    CensusFile::open(path)?.load(run, strict)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::assumptions::Assumptions;

    #[test]
    fn a_file_that_changed_is_not_taken_for_the_same_people() {
        let folder = tempfile::tempdir().unwrap();
        let run = RunSpec::new("test", "default", 1, 2025, 2025, Assumptions::default()).unwrap();
        let file = folder.path().join("people.csv");
        let write = |pay: &str| {
            let header = "employee_id,employee_birth_date,employee_hire_date,employee_gross_compensation,active";
            std::fs::write(&file, format!("{header}\nE1,1990-01-01,2020-01-01,{pay},true\n")).unwrap();
            load_as(&file, Path::new("given.csv"), &CensusFormat::default(), &run, false).unwrap()
        };
        let before = census_fingerprint(&write("51234.5").census);
        assert!(check_same(Path::new("given.csv"), &write("51234.5"), before).is_ok());
        let error = check_same(Path::new("given.csv"), &write("51234.6"), before).unwrap_err().to_string();
        assert!(error.contains("given.csv") && error.contains("people changed"), "{error}");
    }
}
