//! Folders for work under way, and what processes leave behind when they are killed.
//!
//! No rule here looks at a clock or a process id: clocks are set and differ between machines that share a folder, and
//! process ids repeat in every container. Who still works on something holds a lock on it, which ends with the process.

use crate::error::{Cause, Error, Flaw, Result};
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Beginning of the names of files and folders that are not whole yet.
pub const PARTIAL: &str = ".partial-";

/// Locks what was just made, so that nobody removes it as abandoned; `false` if somebody did before it was locked. Who
/// removes holds the lock meanwhile, so this waits for that. Where there are no locks nobody removes anything.
pub(super) fn is_held(lock: &File, path: &Path) -> bool {
    lock.lock().is_err() || path.symlink_metadata().is_ok()
}

/// Locks a folder for as long as the answer lives; `None` where folders cannot be locked.
///
/// # Errors
/// Names the folder, and is `taken`, if somebody else holds it.
pub fn lock(folder: &Path, taken: Flaw) -> Result<Option<File>> {
    let Ok(file) = File::open(folder) else { return Ok(None) };
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(std::fs::TryLockError::WouldBlock) => Err(Error::file(folder, taken)),
        Err(std::fs::TryLockError::Error(_)) => Ok(None),
    }
}

/// A hidden folder for work under way. It is locked for as long as its owner lives, and removed when dropped.
#[derive(Debug)]
pub struct Workspace {
    folder: TempDir,
    /// Held, not read: the lock ends with it.
    _lock: Option<File>,
}

impl Workspace {
    /// Makes one in `parent`, which must exist; its name begins with `prefix` and is nobody else's.
    ///
    /// # Errors
    /// Names `parent` when it cannot be written.
    pub fn new(parent: &Path, prefix: &str) -> Result<Self> {
        loop {
            let folder =
                tempfile::Builder::new().prefix(prefix).tempdir_in(parent).map_err(|e| Error::file(parent, e))?;
            let lock = File::open(folder.path());
            let gone = lock.as_ref().is_err_and(|e| e.kind() == ErrorKind::NotFound);
            let lock = lock.ok();
            if !gone && lock.as_ref().is_none_or(|lock| is_held(lock, folder.path())) {
                return Ok(Self { folder, _lock: lock });
            }
        }
    }

    /// Where to work.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// A [`Workspace`] in the system's folder for temporary files. What killed processes left of theirs is removed first: copies
/// of programs are large.
///
/// # Errors
/// [`Error::Temporary`].
pub fn temporary_workspace() -> Result<Workspace> {
    const PREFIX: &str = ".planbench-work-";
    let folder = std::env::temp_dir();
    remove_abandoned(&folder, PREFIX);
    Workspace::new(&folder, PREFIX).map_err(|error| match error {
        Error::File { cause: Cause::System(e), .. } => Error::temporary(e),
        other => other,
    })
}

/// Removes the files and folders in `folder` whose names begin with `prefix` and whose owners are gone. What cannot be
/// looked at, locked or removed is left: it does no harm.
pub fn remove_abandoned(folder: &Path, prefix: &str) {
    for (path, _lock) in abandoned(folder, prefix) {
        let _ = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
    }
}

/// The files and folders in `folder` whose names begin with `prefix` and whose owners are gone, each with a lock on it: as
/// long as that lives, nobody else takes it for theirs.
pub fn abandoned(folder: &Path, prefix: &str) -> Vec<(PathBuf, File)> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let named = |entry: &fs::DirEntry| entry.file_name().as_encoded_bytes().starts_with(prefix.as_bytes());
    // A link is never ours, and following one would lead elsewhere.
    let ours = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_file() || kind.is_dir());
    let free = |entry: fs::DirEntry| {
        let file = File::open(entry.path()).ok()?;
        file.try_lock().ok().map(|()| (entry.path(), file))
    };
    entries.flatten().filter(|entry| named(entry) && ours(entry)).filter_map(free).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::write::write_new;

    #[test]
    #[cfg(unix)]
    fn only_what_nobody_holds_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let held = Workspace::new(folder.path(), ".work-").unwrap();
        let left = folder.path().join(".work-of-a-killed-process");
        fs::create_dir(&left).unwrap();
        fs::write(left.join("half"), "x").unwrap();
        fs::write(folder.path().join(".work-file"), "x").unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        fs::write(elsewhere.path().join("kept"), "x").unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), folder.path().join(".work-link")).unwrap();
        fs::write(folder.path().join("other"), "x").unwrap();
        remove_abandoned(folder.path(), ".work-");
        assert!(held.path().is_dir() && elsewhere.path().join("kept").is_file());
        let mut rest: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        rest.sort();
        let mut expected = vec![held.path().file_name().unwrap().to_owned(), ".work-link".into(), "other".into()];
        expected.sort();
        assert_eq!(rest, expected);
    }

    #[test]
    fn who_writes_and_who_tidies_up_do_not_meet() {
        let folder = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let folder = folder.path();
                scope.spawn(move || {
                    for number in 0..25 {
                        remove_abandoned(folder, PARTIAL);
                        write_new(&folder.join(format!("{thread}-{number}")), "x").unwrap();
                        let work = Workspace::new(folder, PARTIAL).unwrap();
                        fs::write(work.path().join("half"), "x").unwrap();
                    }
                });
            }
        });
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 200);
    }
}
