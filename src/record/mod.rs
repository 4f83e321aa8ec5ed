//! Files that this crate owns: their formats, their places, and how they are written without ever being half there.

pub mod baseline;
pub mod benchmark;
pub mod criterion;
pub mod generation;
pub mod history;
mod output_folder;
pub mod run;
pub mod versions;

use crate::error::{Error, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Writes text to a file by way of a temporary file beside it and a rename: whoever reads sees all or nothing.
///
/// # Errors
/// Names the file and what the system said.
pub fn write_whole(path: &Path, text: &str) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let write = || -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(".partial-");
        // As any new file: others may read it if the user's mask lets them.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut file = builder.tempfile_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_data()?;
        file.persist(path).map_err(|e| e.error)?;
        Ok(())
    };
    write().map_err(|e| Error::file(path, e))
}

/// Makes a folder and makes sure that it can be written, before anything is measured for it.
///
/// # Errors
/// Names the folder and what the system said.
pub fn check_writable(folder: &Path) -> Result<()> {
    let check = || std::fs::create_dir_all(folder).and_then(|()| tempfile::tempfile_in(folder)).map(|_| ());
    check().map_err(|e| Error::file(folder, e))
}

/// Writes a value as JSON, whole or not at all.
///
/// # Errors
/// Names the file and what the system said.
pub fn write_json(path: &Path, value: &impl Serialize) -> Result<()> {
    let text = serde_json::to_string_pretty(value).map_err(|e| Error::file(path, e))?;
    write_whole(path, &(text + "\n"))
}

/// Reads a JSON file; `what` says what it should hold.
///
/// # Errors
/// Names the file when it cannot be read, is cut off, or holds something else.
pub fn read_json<T: DeserializeOwned>(path: &Path, what: &str) -> Result<T> {
    let text = std::fs::read_to_string(path).map_err(|e| Error::file(path, e))?;
    serde_json::from_str(&text).map_err(|e| {
        Error::file(
            path,
            format!(
                "not a whole {what}: {e}; it was cut off or is something else: move it away, or put back a whole copy"
            ),
        )
    })
}

/// The folders in a folder, by name; none if it does not exist.
pub(crate) fn folders(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = std::fs::read_dir(folder).map_err(|e| Error::file(folder, e))?;
    let mut folders = Vec::new();
    for entry in entries {
        let path = entry.map_err(|e| Error::file(folder, e))?.path();
        if path.is_dir() {
            folders.push(path);
        }
    }
    folders.sort();
    Ok(folders)
}

/// The JSON files of a folder, by name; hidden ones (unfinished) are not among them.
pub(crate) fn json_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).map_err(|e| Error::file(folder, e))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(|e| Error::file(folder, e))?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if !hidden && path.is_file() && path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Now, UTC, in ISO 8601 to the second.
pub(crate) fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
