//! Files that are whole or not there, and names that nobody else has.

use super::workspace::{PARTIAL, is_held};
use crate::error::{Error, Result};
use serde::Serialize;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use tempfile::NamedTempFile;

/// Writes text to a file by way of a temporary file beside it and a rename: whoever reads sees all or nothing.
///
/// # Errors
/// Names the file and what the system said.
pub fn write_whole(path: &Path, text: &str) -> Result<()> {
    write(path, text, |file| file.persist(path).map(drop).map_err(|e| e.error))
}

/// As [`write_whole`], for a file that must not be there yet.
///
/// # Errors
/// Names the file; also when it is there already, which is then left as it is.
pub fn write_new(path: &Path, text: &str) -> Result<()> {
    write(path, text, |file| match file.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(e) if e.error.kind() == ErrorKind::AlreadyExists => Err(e.error),
        // A file system that has neither links nor such renames: the name is taken first.
        Err(e) => {
            File::create_new(path)?;
            e.file.persist(path).map(drop).map_err(|e| {
                let _ = fs::remove_file(path);
                e.error
            })
        }
    })
}

fn write(path: &Path, text: &str, persist: impl Fn(NamedTempFile) -> io::Result<()>) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let write = || -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let mut file = partial(folder)?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_data()?;
        persist(file)
    };
    write().map_err(|e| Error::file(path, e))
}

/// A temporary file in a folder, locked.
fn partial(folder: &Path) -> io::Result<NamedTempFile> {
    loop {
        let mut builder = tempfile::Builder::new();
        builder.prefix(PARTIAL);
        // As any new file: others may read it if the user's mask lets them.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let file = builder.tempfile_in(folder)?;
        if is_held(file.as_file(), file.path()) {
            return Ok(file);
        }
    }
}

/// Makes a folder and makes sure that it can be written, before anything is measured for it.
///
/// # Errors
/// Names the folder and what the system said.
pub fn check_writable(folder: &Path) -> Result<()> {
    let check = || fs::create_dir_all(folder).and_then(|()| tempfile::tempfile_in(folder)).map(|_| ());
    check().map_err(|e| Error::file(folder, e))
}

/// Writes a value as JSON, whole or not at all.
///
/// # Errors
/// Names the file and what the system said.
pub fn write_json(path: &Path, value: &impl Serialize) -> Result<()> {
    write_whole(path, &json(path, value)?)
}

/// As [`write_json`], for a file that must not be there yet.
///
/// # Errors
/// As [`write_new`].
pub fn write_new_json(path: &Path, value: &impl Serialize) -> Result<()> {
    write_new(path, &json(path, value)?)
}

fn json(path: &Path, value: &impl Serialize) -> Result<String> {
    let text = serde_json::to_string_pretty(value).map_err(|e| Error::file(path, e))?;
    Ok(text + "\n")
}

/// Sixteen hexadecimal digits that nobody else has, whatever their clock, process id and machine.
pub fn unique_digits() -> String {
    let number = getrandom::u64().unwrap_or_else(|_| {
        // No source of randomness at all: the address space and the clock are the next best.
        use std::hash::{BuildHasher, RandomState};
        RandomState::new().hash_one(std::time::SystemTime::now())
    });
    format!("{number:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn a_new_file_never_replaces_another() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a/b.txt");
        write_new(&file, "first").unwrap();
        assert!(write_new(&file, "second").unwrap_err().to_string().contains("b.txt"));
        assert_eq!(fs::read_to_string(&file).unwrap(), "first");
        write_whole(&file, "third").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "third");
        assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1, "nothing half-written stays");
    }

    #[test]
    fn digits_are_nobody_elses() {
        let many: std::collections::BTreeSet<_> = (0..1_000).map(|_| unique_digits()).collect();
        assert_eq!(many.len(), 1_000);
        assert!(many.iter().all(|digits| digits.len() == 16));
    }
}
