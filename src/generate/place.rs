//! Where a folder really is, the hidden folder beside it, and who may work there.

use crate::error::{Error, Flaw, Result};
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// The file in a hidden folder whose lock belongs to whoever works there.
pub(super) const LOCK: &str = "lock";

/// The folder that is meant, with links followed: a link stays, and what it leads to is replaced.
pub(super) fn resolve(out: &Path) -> Result<PathBuf> {
    let failed = |e: io::Error| Error::file(out, e);
    let mut place: PathBuf = std::path::absolute(out).map_err(failed)?.components().collect();
    // As many links as systems follow.
    for _ in 0..40 {
        let missing = match fs::canonicalize(&place) {
            Ok(place) => return Ok(place),
            Err(e) if e.kind() == ErrorKind::NotFound => e,
            Err(e) => return Err(failed(e)),
        };
        // It is to be made, perhaps where a link says.
        match fs::read_link(&place) {
            Ok(target) => place = place.parent().unwrap_or(Path::new("")).join(target),
            Err(_) => {
                // What is above a folder that is not there is nowhere.
                let mut to_make = place.ancestors().take_while(|above| !above.exists());
                let nowhere = to_make.any(|above| above.ends_with(".."));
                return if nowhere { Err(failed(missing)) } else { Ok(place) };
            }
        }
    }
    Err(Error::file(out, Flaw::TooManyLinks))
}

/// Folders that were made for an output, deepest first; those that stay empty are removed again.
#[derive(Debug)]
pub(super) struct Made(Vec<PathBuf>);

impl Made {
    /// Makes a folder and those above it.
    pub(super) fn new(folder: &Path) -> Result<Self> {
        let made = Self(folder.ancestors().take_while(|above| !above.exists()).map(Path::to_path_buf).collect());
        fs::create_dir_all(folder).map_err(|e| Error::file(folder, e))?;
        Ok(made)
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        for folder in &self.0 {
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Whether another file system begins at a folder, which then cannot be replaced.
#[cfg(unix)]
pub(super) fn is_mount_point(folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let device = |path: &Path| fs::metadata(path).map(|found| found.dev()).ok();
    let above = folder.parent().and_then(device);
    device(folder).is_some_and(|own| above.is_some_and(|above| above != own))
}

/// Whether another file system begins at a folder: not known here.
#[cfg(not(unix))]
pub(super) fn is_mount_point(_: &Path) -> bool {
    false
}

/// Names and paths in a folder.
pub(super) fn entries(folder: &Path) -> Result<Vec<(OsString, PathBuf)>> {
    let list = fs::read_dir(folder).map_err(|e| Error::file(folder, e))?;
    list.map(|entry| entry.map(|entry| (entry.file_name(), entry.path())).map_err(|e| Error::file(folder, e))).collect()
}

/// The hidden folder of a name.
pub(super) fn hidden(name: &OsStr) -> OsString {
    let mut hidden = OsString::from(".");
    // A name has at most 255 bytes on the usual file systems.
    if name.len() <= 240 {
        hidden.push(name);
    } else {
        hidden.push(format!("{:016x}", xxhash_rust::xxh3::xxh3_64(name.as_encoded_bytes())));
    }
    hidden.push(".staging");
    hidden
}

/// Makes the hidden folder and locks it.
pub(super) fn lock(hidden: &Path, place: &Path) -> Result<File> {
    let busy = || Error::file(place, Flaw::InUse { by: "`planbench generate` writes" });
    let file = hidden.join(LOCK);
    // Whoever ends removes the folder, perhaps just when it was found.
    for _ in 0..100 {
        match fs::create_dir(hidden) {
            Err(e) if e.kind() != ErrorKind::AlreadyExists => return Err(Error::file(hidden, e)),
            _ => {}
        }
        if fs::symlink_metadata(hidden).is_ok_and(|found| !found.is_dir()) {
            return Err(Error::file(hidden, Flaw::InTheWay));
        }
        let options = |new: bool| {
            let mut options = OpenOptions::new();
            options.write(true).create(!new).create_new(new).truncate(false);
            options
        };
        let (opened, new) = match options(true).open(&file) {
            Err(e) if e.kind() == ErrorKind::AlreadyExists => (options(false).open(&file), false),
            opened => (opened, true),
        };
        let opened = match opened {
            Err(e) if e.kind() == ErrorKind::NotFound => continue,
            opened => opened.map_err(|e| Error::file(&file, e))?,
        };
        match opened.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(busy()),
            // No locks on this file system: whoever made the file has the place.
            Err(TryLockError::Error(_)) if new => return Ok(opened),
            Err(TryLockError::Error(error)) => return Err(Error::file(&file, Flaw::LockLeft { error })),
            Ok(()) => {}
        }
        if is_at(&opened, &file) {
            return Ok(opened);
        }
    }
    Err(busy())
}

/// Whether an open file is still the one of that name.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let same = |a: fs::Metadata, b: fs::Metadata| (a.dev(), a.ino()) == (b.dev(), b.ino());
    file.metadata().and_then(|a| Ok(same(a, fs::metadata(path)?))).unwrap_or(false)
}

#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> bool {
    path.exists()
}
