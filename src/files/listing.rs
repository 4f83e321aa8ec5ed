//! What is in a folder.

use crate::error::{Error, Result};
use std::path::{Path, PathBuf};
use std::{fs, io};

/// The folders in a folder, by name; none if it does not exist.
pub(crate) fn folders(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    listed(folder, Path::is_dir)
}

/// The JSON files of a folder, by name; hidden ones (unfinished) are not among them.
pub(crate) fn json_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let hidden = |path: &Path| path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    listed(folder, |path| {
        !hidden(path) && path.is_file() && path.extension().is_some_and(|extension| extension == "json")
    })
}

fn listed(folder: &Path, wanted: impl Fn(&Path) -> bool) -> Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>())
        .map_err(|e| Error::file(folder, e))?;
    paths.retain(|path| wanted(path));
    paths.sort();
    Ok(paths)
}
