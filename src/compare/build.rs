//! Builds git revisions to compare, in a worktree that is removed afterwards.

use super::side::{Side, said};
use crate::error::{Error, Flaw, Outside, Result};
use crate::files::paths::{from_bytes, typed_line};
use crate::settings::environment;
use serde_json::Value;
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
        let repository = from_bytes(repository.strip_suffix(b"\n").unwrap_or(&repository).to_vec());
        let repository = repository.ok_or(Outside::NoRepository)?;
        let target = environment::path("CARGO_TARGET_DIR").unwrap_or_else(|| repository.join("target"));
        let target = std::path::absolute(&target).map_err(|e| Error::file(&target, e))?;
        let folder = target.join("compare");
        std::fs::create_dir_all(&folder).map_err(|e| Error::file(&folder, e))?;
        let lock = File::create(folder.join("lock")).map_err(|e| Error::file(&folder, e))?;
        lock.try_lock().map_err(|_| Error::file(&folder, Flaw::InUse { by: "comparison is building" }))?;
        let place = tempfile::tempdir_in(&folder).map_err(|e| Error::file(&folder, e))?;
        Ok(Self { repository, target, place, built: Vec::new(), _lock: lock })
    }

    /// Builds a revision, once for each commit; dependencies that are built already are not built again.
    ///
    /// # Errors
    /// When there is no such revision, or it does not build.
    pub fn side(&mut self, revision: &str) -> Result<Side> {
        let commit = git(&self.repository, &["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")])
            .map_err(|_| Outside::NeitherFileNorRevision { given: revision.to_owned() })?;
        let commit = String::from_utf8_lossy(&commit).trim().to_owned();
        let name = format!("{revision} ({})", &commit[..commit.len().min(12)]);
        if let Some((_, binary)) = self.built.iter().find(|(known, _)| *known == commit) {
            return Ok(Side { commit: Some(commit), ..Side::from_binary(&name, binary)? });
        }
        let binary = self.place.path().join(format!("planbench-{commit}"));
        let outcome = self.build(&commit, &binary);
        self.remove_worktree();
        outcome?;
        self.built.push((commit.clone(), binary.clone()));
        Ok(Side { commit: Some(commit), ..Side::from_binary(&name, &binary)? })
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
        // What the user has built there is put back afterwards.
        let kept = Kept::new(&self.target, self.place.path());
        let mut make = Command::new("make");
        // Only cargo knows where it puts the binary: its settings, and those of the revision, may name another target or
        // folder, and what lies in the usual place may then be of another commit.
        make.args(["--no-print-directory", "build", "ARGS=--message-format=json-render-diagnostics"]);
        make.current_dir(&worktree).env("CARGO_TARGET_DIR", &self.target);
        make.env_remove("MAKEFLAGS").env_remove("MAKELEVEL").env_remove("CARGO_BUILD_TARGET_DIR").stdin(Stdio::null());
        let output = make.output().map_err(|e| Error::failed("make", e));
        let copied = output.and_then(|output| {
            if !output.status.success() {
                return Err(Outside::NoBuild { commit: commit.to_owned(), said: said(&output) }.into());
            }
            let built = executable(&String::from_utf8_lossy(&output.stdout))
                .ok_or_else(|| Outside::NoBinary { commit: commit.to_owned(), binary: BINARY })?;
            std::fs::copy(&built, binary).map_err(|e| Error::file(&built, e))?;
            kept.remove_unless_known(&built)
        });
        copied.and(kept.put_back())
    }

    fn remove_worktree(&self) {
        let worktree = self.worktree();
        let remove = ["worktree", "remove", "--force", "--force"].map(OsStr::new);
        let _ = git(&self.repository, &[&remove[..], &[worktree.as_os_str()]].concat());
        let _ = std::fs::remove_dir_all(&worktree);
        let _ = git(&self.repository, &["worktree", "prune"]);
    }
}

/// Name of the program's binary, in every revision.
const BINARY: &str = "planbench";

/// Where cargo put the program, by its messages among other lines.
fn executable(messages: &str) -> Option<PathBuf> {
    let artifact = |line: &str| -> Option<PathBuf> {
        let message: Value = serde_json::from_str(line).ok()?;
        let target = &message["target"];
        let binary = target["kind"].as_array()?.iter().any(|kind| kind == "bin") && target["name"] == BINARY;
        let ours = message["reason"] == "compiler-artifact" && binary;
        message["executable"].as_str().filter(|_| ours).map(PathBuf::from)
    };
    messages.lines().filter(|line| line.starts_with('{')).filter_map(artifact).next_back()
}

/// Copies of the programs in a target folder: of the usual place, and of every target's own.
struct Kept(Vec<(PathBuf, PathBuf)>);

impl Kept {
    fn new(target: &Path, place: &Path) -> Self {
        let below = std::fs::read_dir(target).into_iter().flatten().flatten().map(|entry| entry.path());
        let programs =
            std::iter::once(target.to_path_buf()).chain(below).map(|folder| folder.join("release").join(BINARY));
        let copies = programs.filter(|program| program.is_file()).enumerate().filter_map(|(number, program)| {
            let copy = place.join(format!("kept-{number}"));
            std::fs::copy(&program, &copy).ok().map(|_| (program, copy))
        });
        Self(copies.collect())
    }

    /// Removes a program that was not there before.
    fn remove_unless_known(&self, built: &Path) -> Result<()> {
        if self.0.iter().any(|(program, _)| program == built) {
            return Ok(());
        }
        std::fs::remove_file(built).map_err(|e| Error::file(built, e))
    }

    fn put_back(&self) -> Result<()> {
        self.0.iter().try_for_each(|(program, copy)| {
            // Removed first: a running program cannot be written to.
            let _ = std::fs::remove_file(program);
            std::fs::copy(copy, program).map(drop).map_err(|e| Error::file(program, e))
        })
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
        return Err(Outside::Git { command: typed_line("git", &arguments), said: said(&output) }.into());
    }
    Ok(output.stdout)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As cargo 1.95 wrote them, shortened.
    const MESSAGES: &str = r#"DuckDB: prebuilt library in /cache/duckdb
cargo build --release --no-default-features --message-format=json-render-diagnostics
{"reason":"compiler-artifact","package_id":"registry+https://github.com/rust-lang/crates.io-index#cfg-if@1.0.4","target":{"kind":["lib"],"crate_types":["lib"],"name":"cfg_if"},"filenames":["/t/release/deps/libcfg_if.rlib"],"executable":null,"fresh":true}
{"reason":"build-script-executed","package_id":"path+file:///w#planalign-bench@0.1.0","linked_libs":[]}
{"reason":"compiler-artifact","package_id":"path+file:///w#planalign-bench@0.1.0","target":{"kind":["lib"],"name":"planalign_bench"},"filenames":["/t/release/libplanalign_bench.rlib"],"executable":null,"fresh":false}
{"reason":"compiler-artifact","package_id":"path+file:///w#planalign-bench@0.1.0","target":{"kind":["custom-build"],"name":"build-script-build"},"executable":null,"fresh":false}
{"reason":"compiler-artifact","package_id":"path+file:///w#helper@0.1.0","target":{"kind":["bin"],"name":"helper"},"executable":"/t/release/helper","fresh":false}
{"reason":"compiler-artifact","package_id":"path+file:///w#planalign-bench@0.1.0","target":{"kind":["bin"],"crate_types":["bin"],"name":"planbench"},"filenames":["/t/x86_64-unknown-linux-gnu/release/planbench"],"executable":"/t/x86_64-unknown-linux-gnu/release/planbench","fresh":true}
{"reason":"build-finished","success":true}
"#;

    #[test]
    fn the_binary_is_where_cargo_says() {
        let built = executable(MESSAGES);
        assert_eq!(built.as_deref(), Some(Path::new("/t/x86_64-unknown-linux-gnu/release/planbench")));
        let without: String =
            MESSAGES.lines().filter(|line| !line.contains("\"planbench\"")).collect::<Vec<_>>().join("\n");
        assert_eq!(executable(&without), None);
        assert_eq!(executable("{ not JSON\n{}\n[1]\nFinished"), None);
        // An example or a test of that name is not the program.
        assert_eq!(executable(&MESSAGES.replace("[\"bin\"]", "[\"example\"]")), None);
    }

    #[test]
    fn what_the_user_built_is_put_back_and_nothing_is_left_beside_it() {
        let (target, place) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let program = |folder: &str| target.path().join(folder).join("release").join(BINARY);
        let write = |file: &Path, text: &str| {
            std::fs::create_dir_all(file.parent().expect("a folder")).expect("made");
            std::fs::write(file, text).expect("written");
        };
        write(&program(""), "mine");
        write(&program("musl"), "mine too");
        let kept = Kept::new(target.path(), place.path());
        write(&program(""), "another commit's");
        write(&program("gnu"), "another commit's");
        kept.remove_unless_known(&program("")).expect("known");
        kept.remove_unless_known(&program("gnu")).expect("removed");
        kept.put_back().expect("put back");
        let read = |folder: &str| std::fs::read_to_string(program(folder)).ok();
        assert_eq!((read("").as_deref(), read("musl").as_deref(), read("gnu")), (Some("mine"), Some("mine too"), None));
    }
}
