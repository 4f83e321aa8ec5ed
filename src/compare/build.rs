//! Builds git revisions to compare, in a worktree that is removed afterwards.

use super::side::{Side, said};
use crate::choices::path_variable;
use crate::error::{Error, Result};
use crate::paths::{from_bytes, typed_line};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Builds revisions of the repository that the current folder is in.
pub struct Builder {
    repository: PathBuf,
    target: PathBuf,
    /// Finished binaries; gone when this is dropped.
    place: tempfile::TempDir,
    built: Vec<(String, PathBuf)>,
    _lock: File,
}

impl Builder {
    /// Makes ready to build.
    ///
    /// # Errors
    /// When this is no repository, or another comparison is building in the same target folder.
    pub fn new() -> Result<Self> {
        let repository = git(Path::new("."), &["rev-parse", "--show-toplevel"])?;
        // The name of a folder may end with a blank; git adds the end of the line.
        let unusable = || Error::Config("git names a repository whose path this system does not have".into());
        let repository = from_bytes(repository.strip_suffix(b"\n").unwrap_or(&repository).to_vec());
        let repository = repository.ok_or_else(unusable)?;
        let target = path_variable("CARGO_TARGET_DIR").unwrap_or_else(|| repository.join("target"));
        let target = std::path::absolute(&target).map_err(|e| Error::file(&target, e))?;
        let folder = target.join("compare");
        std::fs::create_dir_all(&folder).map_err(|e| Error::file(&folder, e))?;
        let lock = File::create(folder.join("lock")).map_err(|e| Error::file(&folder, e))?;
        lock.try_lock().map_err(|_| Error::file(&folder, "another comparison is building there; wait for it"))?;
        let place = tempfile::tempdir_in(&folder).map_err(|e| Error::file(&folder, e))?;
        Ok(Self { repository, target, place, built: Vec::new(), _lock: lock })
    }

    /// Builds a revision, once for each commit; dependencies that are built already are not built again.
    ///
    /// # Errors
    /// When there is no such revision, or it does not build.
    pub fn side(&mut self, revision: &str) -> Result<Side> {
        let commit = git(&self.repository, &["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")])
            .map_err(|_| Error::Config(format!("`{revision}` is neither a file nor a git revision")))?;
        let commit = String::from_utf8_lossy(&commit).trim().to_owned();
        let name = format!("{revision} ({})", &commit[..commit.len().min(12)]);
        if let Some((_, binary)) = self.built.iter().find(|(known, _)| *known == commit) {
            return Side::from_binary(&name, binary);
        }
        let binary = self.place.path().join(format!("planbench-{commit}"));
        let outcome = self.build(&commit, &binary);
        self.remove_worktree();
        outcome?;
        self.built.push((commit, binary.clone()));
        Side::from_binary(&name, &binary)
    }

    /// One place for all worktrees: cargo then replaces the crate's own files instead of piling them up.
    fn worktree(&self) -> PathBuf {
        self.target.join("compare/worktree")
    }

    fn build(&self, commit: &str, binary: &Path) -> Result<()> {
        self.remove_worktree();
        let worktree = self.worktree();
        let add = ["worktree", "add", "--detach", "--force"].map(OsStr::new);
        git(&self.repository, &[&add[..], &[worktree.as_os_str(), OsStr::new(commit)]].concat())?;
        let built = self.target.join("release/planbench");
        // What the user has built there is put back afterwards.
        let kept = self.place.path().join("kept");
        let had = built.is_file() && std::fs::copy(&built, &kept).is_ok();
        let mut make = Command::new("make");
        make.args(["--no-print-directory", "build"]).current_dir(&worktree).env("CARGO_TARGET_DIR", &self.target);
        make.env_remove("MAKEFLAGS").env_remove("MAKELEVEL").env_remove("CARGO_BUILD_TARGET_DIR").stdin(Stdio::null());
        let output = make.output().map_err(|e| Error::failed("make", e));
        let copied = output.and_then(|output| {
            if !output.status.success() {
                return Err(Error::Config(format!("commit {commit} does not build: {}", said(&output))));
            }
            std::fs::copy(&built, binary).map(|_| ()).map_err(|e| Error::file(&built, e))
        });
        if had {
            let _ = std::fs::remove_file(&built);
            std::fs::copy(&kept, &built).map_err(|e| Error::file(&built, e))?;
        }
        copied
    }

    fn remove_worktree(&self) {
        let worktree = self.worktree();
        let remove = ["worktree", "remove", "--force", "--force"].map(OsStr::new);
        let _ = git(&self.repository, &[&remove[..], &[worktree.as_os_str()]].concat());
        let _ = std::fs::remove_dir_all(&worktree);
        let _ = git(&self.repository, &["worktree", "prune"]);
    }
}

impl Drop for Builder {
    fn drop(&mut self) {
        self.remove_worktree();
    }
}

/// What git answers, which may hold paths.
fn git(folder: &Path, arguments: &[impl AsRef<OsStr>]) -> Result<Vec<u8>> {
    let output = Command::new("git").args(arguments).current_dir(folder).stdin(Stdio::null()).output();
    let output = output.map_err(|e| Error::failed("git", e))?;
    if !output.status.success() {
        let arguments: Vec<OsString> = arguments.iter().map(|argument| argument.as_ref().to_owned()).collect();
        return Err(Error::Config(format!("{}: {}", typed_line("git", &arguments), said(&output))));
    }
    Ok(output.stdout)
}
