//! Where an engine's input, output and temporary files are: a folder that goes with the engine.

use crate::error::{Error, Flaw, Result};
use crate::files::{Workspace, temporary_workspace};
use std::path::{Path, PathBuf};

/// Beginning of the names of these folders.
const PREFIX: &str = ".planbench-engine-";

/// A new folder in `parent`, or in the system's folder for temporary files where there is none, or where its path is no text,
/// which JSON needs.
///
/// # Errors
/// When it cannot be made, or no place has a path that is text.
pub(super) fn new(parent: Option<&Path>) -> Result<Workspace> {
    let parent = parent.and_then(|parent| std::path::absolute(parent).ok()).filter(|parent| parent.to_str().is_some());
    let place = match parent {
        Some(parent) => {
            crate::files::remove_abandoned(&parent, PREFIX);
            Workspace::new(&parent, PREFIX)?
        }
        None => temporary_workspace()?,
    };
    match place.path().to_str() {
        Some(_) => Ok(place),
        None => Err(Error::file(place.path(), Flaw::NotUtf8)),
    }
}

/// An empty folder in it.
///
/// # Errors
/// Names the folder.
pub(super) fn inside(place: &Workspace, name: &str) -> Result<PathBuf> {
    let folder = place.path().join(name);
    std::fs::create_dir(&folder).map_err(|e| Error::file(&folder, e))?;
    Ok(folder)
}
