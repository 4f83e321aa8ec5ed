//! Files that are whole or not there, names that nobody else has, formats that are read by their version, and what
//! processes leave behind when they are killed.
//!
//! No rule here looks at a clock or a process id: clocks are set and differ between machines that share a folder, and
//! process ids repeat in every container. Who still works on something holds a lock on it, which ends with the process.

use crate::error::{Error, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use tempfile::{NamedTempFile, TempDir};

/// Beginning of the names of files and folders that are not whole yet.
pub const PARTIAL: &str = ".partial-";

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

/// Locks what was just made, so that nobody removes it as abandoned; `false` if somebody did before it was locked. Who
/// removes holds the lock meanwhile, so this waits for that. Where there are no locks nobody removes anything.
fn is_held(lock: &File, path: &Path) -> bool {
    lock.lock().is_err() || path.symlink_metadata().is_ok()
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

/// Reads a JSON file; `what` says what it should hold.
///
/// # Errors
/// Names the file when it cannot be read, is cut off, or holds something else.
pub fn read_json<T: DeserializeOwned>(path: &Path, what: &str) -> Result<T> {
    let text = fs::read_to_string(path).map_err(|e| Error::file(path, e))?;
    serde_json::from_str(&text).map_err(|e| not_whole(path, what, &e))
}

fn not_whole(path: &Path, what: &str, error: &serde_json::Error) -> Error {
    Error::file(
        path,
        format!(
            "not a whole {what}: {error}; it was cut off or is something else: move it away, or put back a whole copy"
        ),
    )
}

/// Reads a JSON file of this program that carries `format_version`, which is looked at before anything else: what
/// another version of this program wrote is whole and ours, but not to be read here. `remedy` says how to get one that is.
///
/// # Errors
/// Names the file when it cannot be read, is cut off or something else, or is of another version.
pub fn read_versioned<T: DeserializeOwned>(path: &Path, what: &str, version: u32, remedy: &str) -> Result<T> {
    read_versions(path, what, version..=version, remedy)
}

/// As [`read_versioned`], for a format of which this program reads several versions.
///
/// # Errors
/// As [`read_versioned`].
pub fn read_versions<T: DeserializeOwned>(
    path: &Path,
    what: &str,
    versions: RangeInclusive<u32>,
    remedy: &str,
) -> Result<T> {
    #[derive(serde::Deserialize)]
    struct Versioned {
        format_version: u32,
    }
    let text = fs::read_to_string(path).map_err(|e| Error::file(path, e))?;
    let found = serde_json::from_str::<Versioned>(&text).map_err(|e| not_whole(path, what, &e))?.format_version;
    if !versions.contains(&found) {
        let (first, last) = versions.into_inner();
        let age = if found < first { "an older" } else { "a newer" };
        let read = if first == last { last.to_string() } else { format!("{first} to {last}") };
        return Err(Error::file(
            path,
            format!("{what} of format {found}, written by {age} version of this program, which reads {read}; {remedy}"),
        ));
    }
    serde_json::from_str(&text).map_err(|e| not_whole(path, what, &e))
}

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

/// Sixteen hexadecimal digits that nobody else has, whatever their clock, process id and machine.
pub fn unique_digits() -> String {
    let number = getrandom::u64().unwrap_or_else(|_| {
        // No source of randomness at all: the address space and the clock are the next best.
        use std::hash::{BuildHasher, RandomState};
        RandomState::new().hash_one(std::time::SystemTime::now())
    });
    format!("{number:016x}")
}

/// Locks a folder for as long as the answer lives; `None` where folders cannot be locked.
///
/// # Errors
/// Names the folder and says `taken` if somebody else holds it.
pub fn lock(folder: &Path, taken: &str) -> Result<Option<File>> {
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
        Error::File { cause: crate::error::Cause::System(e), .. } => Error::temporary(e),
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

    #[derive(Debug, serde::Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Second {
        format_version: u32,
        figure: f64,
    }

    #[test]
    fn another_version_is_named_as_that_and_not_as_damage() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("record.json");
        let said = |text: &str| {
            fs::write(&file, text).unwrap();
            read_versioned::<Second>(&file, "record", 2, "measure again").map_err(|e| e.to_string())
        };
        assert_eq!(said(r#"{"format_version": 2, "figure": 1.5}"#), Ok(Second { format_version: 2, figure: 1.5 }));
        let older = said(r#"{"format_version": 1, "other": []}"#).unwrap_err();
        assert!(older.contains("format 1") && older.contains("older") && older.contains("measure again"), "{older}");
        assert!(said(r#"{"format_version": 3}"#).unwrap_err().contains("newer"));
        for damaged in [r#"{"format_version": 2, "fig"#, "{}", "[]", "", r#"{"format_version": 2, "figure": "x"}"#] {
            assert!(said(damaged).unwrap_err().contains("not a whole record"), "{damaged}");
        }
    }

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

    #[test]
    fn digits_are_nobody_elses() {
        let many: std::collections::BTreeSet<_> = (0..1_000).map(|_| unique_digits()).collect();
        assert_eq!(many.len(), 1_000);
        assert!(many.iter().all(|digits| digits.len() == 16));
    }
}
