//! The folder of a generated output: written beside its place and put there as a whole.
//!
//! Everything that is not the output itself is in one hidden folder beside it, `.NAME.staging`, whose lock belongs to
//! whoever writes there. What a killed process leaves in it is put right by the next one that writes to the same place.

use super::event_folder::{irregularity, summary};
use super::exchange::{Exchanged, exchange};
use super::place::{LOCK, Made, entries, hidden, is_mount_point, lock, resolve};
use super::summary::SUMMARY;
use crate::error::{Error, Flaw, Result};
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// What a hidden folder holds: the new output until it is published, the old one while they change places, DuckDB's
/// temporary files (and the lock).
const NEW: &str = "new";
const OLD: &str = "old";
const SPILL: &str = "spill";

/// Whether nothing is there, or an empty folder.
fn is_free(place: &Path) -> bool {
    match fs::symlink_metadata(place) {
        Err(e) => e.kind() == ErrorKind::NotFound,
        Ok(found) => found.is_dir() && fs::read_dir(place).is_ok_and(|mut entries| entries.next().is_none()),
    }
}

/// Whether a folder is a whole output with nothing beside it.
fn is_output(folder: &Path) -> bool {
    let is_folder = fs::symlink_metadata(folder).is_ok_and(|found| found.is_dir());
    is_folder && summary(folder).is_ok_and(|summary| matches!(irregularity(folder, &summary), Ok(None)))
}

/// Refuses a folder that must not be written or, with `force`, replaced: only a whole output of `generate` may be.
fn check(place: &Path, force: bool) -> Result<()> {
    if is_free(place) {
        return Ok(());
    }
    let found = entries(place)?;
    let problem = if place.join(SUMMARY).exists() {
        irregularity(place, &summary(place)?)?
    } else {
        let first = found.iter().map(|(name, _)| name).min();
        first.map(|name| format!("it holds {} and no {SUMMARY}", name.display()))
    };
    match problem {
        Some(problem) => Err(Error::file(place, Flaw::NotAnOutput { problem })),
        None if force => Ok(()),
        None => Err(Error::file(place, Flaw::NotEmpty)),
    }
}

/// The place of an output. Nobody else writes to it for as long as this lives.
#[derive(Debug)]
pub struct Claim {
    /// Where the output goes.
    place: PathBuf,
    /// Whether an earlier output may be replaced.
    force: bool,
    /// The hidden folder.
    hidden: PathBuf,
    /// Whether this process works in the place itself, or below.
    within: bool,
    /// Held, not read.
    _lock: File,
    /// Goes after the hidden folder, which is in one of them.
    _made: Made,
}

impl Claim {
    /// Claims a folder for writing; with `force` one that holds an earlier output.
    ///
    /// # Errors
    /// When it holds anything else, when another process writes to it, or when it cannot be written.
    pub fn new(out: &Path, force: bool) -> Result<Self> {
        let place = resolve(out)?;
        let (Some(parent), Some(name)) = (place.parent(), place.file_name()) else {
            return Err(Error::file(&place, Flaw::Irreplaceable));
        };
        if fs::metadata(&place).is_ok_and(|found| !found.is_dir()) {
            return Err(Error::file(&place, Flaw::AFile));
        }
        if is_mount_point(&place) {
            return Err(Error::file(&place, Flaw::MountPoint));
        }
        check(&place, force)?;
        let made = Made::new(parent)?;
        let parent = fs::canonicalize(parent).map_err(|e| Error::file(parent, e))?;
        let (place, hidden) = (parent.join(name), parent.join(hidden(name)));
        let lock = lock(&hidden, &place)?;
        let within = std::env::current_dir().is_ok_and(|folder| folder.starts_with(&place));
        let claim = Self { place, force, hidden, within, _lock: lock, _made: made };
        claim.put_right();
        claim.remove_former(name);
        // Something may have come back, or somebody may have written there meanwhile.
        check(&claim.place, force)?;
        for folder in [claim.new_output(), claim.spill()] {
            fs::create_dir(&folder).map_err(|e| Error::file(&folder, e))?;
        }
        Ok(claim)
    }

    /// Where to write the output until it is published.
    pub fn new_output(&self) -> PathBuf {
        self.hidden.join(NEW)
    }

    /// Where temporary files may be put.
    pub fn spill(&self) -> PathBuf {
        self.hidden.join(SPILL)
    }

    /// Whether the folder in which this process works is replaced, so that its user must go into it again.
    pub fn is_left(&self) -> bool {
        self.within
    }

    /// Puts the new output in its place in one step.
    ///
    /// # Errors
    /// When somebody else has written there meanwhile, or the system refuses; then what was there is still there.
    pub(super) fn publish(self) -> Result<()> {
        self.publish_by(exchange)
    }

    fn publish_by(self, exchange: fn(&Path, &Path) -> io::Result<Exchanged>) -> Result<()> {
        check(&self.place, self.force)?;
        let (new, place) = (self.new_output(), &self.place);
        let refused = |e: io::Error| match e.kind() {
            ErrorKind::ResourceBusy | ErrorKind::CrossesDevices => Error::file(place, Flaw::NotReplaced { error: e }),
            _ => Error::file(place, e),
        };
        let changed = |place: &Path| {
            check(place, self.force)?;
            Err(Error::file(place, Flaw::ChangedMeanwhile))
        };
        // Who may read and write there stays as it was.
        let rights = fs::metadata(place).map(|found| found.permissions()).ok();
        if is_free(place) {
            fs::rename(&new, place).map_err(refused)?;
        } else if exchange(&new, place).map_err(refused)? == Exchanged::Yes {
            if !is_output(&new) {
                // Between the look and the step somebody has put a file there.
                exchange(&new, place).map_err(refused)?;
                return changed(place);
            }
        } else {
            let old = self.hidden.join(OLD);
            fs::rename(place, &old).map_err(refused)?;
            if !is_output(&old) {
                fs::rename(&old, place).map_err(refused)?;
                return changed(place);
            }
            // A failure is put right when this is dropped.
            fs::rename(&new, place).map_err(refused)?;
        }
        if let Some(rights) = rights {
            // The output is there, whoever may read it.
            let _ = fs::set_permissions(place, rights);
        }
        Ok(())
    }

    /// Puts an old output back that has lost its place, and removes what else an earlier or this process has left.
    fn put_right(&self) {
        let old = self.hidden.join(OLD);
        if is_output(&old) && is_free(&self.place) {
            let _ = fs::rename(&old, &self.place);
        }
        let superseded = is_output(&self.place) || !is_output(&old);
        for part in [NEW, SPILL].into_iter().chain(Some(OLD).filter(|_| superseded)) {
            let part = self.hidden.join(part);
            match fs::remove_dir_all(&part) {
                Err(e) if e.kind() != ErrorKind::NotFound => {
                    let part = crate::console::path(&part);
                    crate::console::warning(format!("{part}: {e}; it is no longer needed and can be removed"));
                }
                _ => {}
            }
        }
    }

    /// What programs of before this kind of hidden folder have left when they were killed: `.NAME.replaced`, which was
    /// the old output, and `.NAME.staging-<process>`.
    fn remove_former(&self, name: &OsStr) {
        let Some(parent) = self.place.parent() else { return };
        let named = |ending: &str| {
            let mut former = OsString::from(".");
            former.push(name);
            former.push(ending);
            former
        };
        let replaced = parent.join(named(".replaced"));
        if is_output(&replaced) {
            let _ =
                if is_free(&self.place) { fs::rename(&replaced, &self.place) } else { fs::remove_dir_all(&replaced) };
        }
        let beginning = named(".staging-");
        for (entry, path) in entries(parent).unwrap_or_default() {
            let process = entry.as_encoded_bytes().strip_prefix(beginning.as_encoded_bytes());
            let is_process = process.is_some_and(|digits| !digits.is_empty() && digits.iter().all(u8::is_ascii_digit));
            if is_process && fs::symlink_metadata(&path).is_ok_and(|found| found.is_dir()) {
                let _ = fs::remove_dir_all(&path);
            }
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.put_right();
        // The lock is the last to go, and a folder that still holds something stays.
        let _ = fs::remove_file(self.hidden.join(LOCK));
        let _ = fs::remove_dir(&self.hidden);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::census;
    use crate::engine::{EngineOptions, Mode};
    use crate::generate::event_folder::Directory;
    use crate::generate::generate;
    use crate::rules::assumptions::Assumptions;
    use crate::scenario::SCENARIOS;

    fn output(out: &Path, seed: u64) {
        let run = SCENARIOS[0].run_spec(seed, Assumptions::default()).unwrap();
        let loaded = census::synthetic(20, &run);
        let claim = Claim::new(out, false).unwrap();
        generate(Mode::Reference, &run, &loaded, &EngineOptions::default(), claim).unwrap();
    }

    /// A place with an output of seed 1, claimed, and one of seed 2 to be published there.
    fn prepared(base: &Path) -> (PathBuf, Claim) {
        let (place, other) = (base.join("events"), base.join("other"));
        output(&place, 1);
        output(&other, 2);
        let claim = Claim::new(&place, true).unwrap();
        fs::remove_dir(claim.new_output()).unwrap();
        fs::rename(other, claim.new_output()).unwrap();
        (place, claim)
    }

    fn seed(place: &Path) -> u64 {
        Directory::open(place).unwrap().summary.seed
    }

    #[test]
    fn without_an_exchange_the_old_output_is_moved_aside() {
        let base = tempfile::tempdir().unwrap();
        let (place, claim) = prepared(base.path());
        claim.publish_by(|_, _| Ok(Exchanged::Unsupported)).unwrap();
        assert_eq!(seed(&place), 2);
        assert_eq!(entries(base.path()).unwrap().len(), 1, "something was left");
    }

    #[test]
    fn what_cannot_be_published_leaves_the_old_output() {
        let base = tempfile::tempdir().unwrap();
        let (place, claim) = prepared(base.path());
        let error = claim.publish_by(|_, _| Err(io::Error::from_raw_os_error(libc::EBUSY))).unwrap_err().to_string();
        assert!(error.contains("events") && error.contains("mount point"), "{error}");
        assert_eq!((seed(&place), entries(base.path()).unwrap().len()), (1, 1));
    }

    #[test]
    fn a_failed_second_step_is_taken_back() {
        let base = tempfile::tempdir().unwrap();
        let (place, claim) = prepared(base.path());
        // The new output is lost between the two steps.
        let lost = |new: &Path, _: &Path| fs::remove_dir_all(new).map(|()| Exchanged::Unsupported);
        claim.publish_by(lost).unwrap_err();
        assert_eq!((seed(&place), entries(base.path()).unwrap().len()), (1, 1));
    }

    fn intrude(_: &Path, place: &Path) -> io::Result<Exchanged> {
        fs::write(place.join("notes.txt"), "mine").map(|()| Exchanged::Unsupported)
    }

    fn intrude_and_exchange(new: &Path, place: &Path) -> io::Result<Exchanged> {
        // Only the first time: the second is to take it back.
        if !new.join(SUMMARY).exists() {
            intrude(new, place)?;
        }
        exchange(new, place)
    }

    #[test]
    fn what_somebody_puts_there_at_the_last_moment_is_kept() {
        let base = tempfile::tempdir().unwrap();
        let (place, claim) = prepared(base.path());
        drop(claim);
        for step in [0, 1] {
            let claim = Claim::new(&place, true).unwrap();
            fs::write(claim.new_output().join("whatever"), "new").unwrap();
            let error = if step == 0 { claim.publish_by(intrude_and_exchange) } else { claim.publish_by(intrude) };
            let error = error.unwrap_err().to_string();
            assert!(error.contains("notes.txt"), "{error}");
            assert_eq!(fs::read_to_string(place.join("notes.txt")).unwrap(), "mine");
            assert_eq!(entries(base.path()).unwrap().len(), 1, "something was left");
            fs::remove_file(place.join("notes.txt")).unwrap();
            assert_eq!(seed(&place), 1);
        }
    }

    #[test]
    fn a_place_has_one_owner() {
        let base = tempfile::tempdir().unwrap();
        let place = base.path().join("events");
        let first = Claim::new(&place, true).unwrap();
        let error = Claim::new(&place, true).unwrap_err().to_string();
        assert!(error.contains("another `planbench generate` writes there"), "{error}");
        drop(first);
        assert!(entries(base.path()).unwrap().is_empty());
        Claim::new(&place, true).unwrap();
    }
}
