//! The folder of a generated output: written beside its place and put there as a whole.

use super::generation::{SUMMARY, Summary};
use crate::error::{Error, Result};
use crate::files::read_json;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Name of a year's folder, as Hive partitions are named.
pub(super) fn partition(year: i32) -> String {
    format!("simulation_year={year}")
}

/// Name of the file in it.
pub(super) const EVENTS: &str = "events.parquet";

fn entries(folder: &Path) -> Result<Vec<(String, PathBuf)>> {
    let list = fs::read_dir(folder).map_err(|e| Error::file(folder, e))?;
    list.map(|entry| {
        let entry = entry.map_err(|e| Error::file(folder, e))?;
        Ok((entry.file_name().to_string_lossy().into_owned(), entry.path()))
    })
    .collect()
}

/// What a folder holds beside the output that its summary describes, or lacks of it.
pub(super) fn irregularity(folder: &Path, summary: &Summary) -> Result<Option<String>> {
    let mut expected: BTreeSet<String> = (summary.start_year..=summary.end_year).map(partition).collect();
    for (name, path) in entries(folder)? {
        if name == SUMMARY {
            continue;
        }
        if !expected.remove(&name) {
            return Ok(Some(format!("it holds {name}, which its {SUMMARY} does not account for")));
        }
        let inside = entries(&path)?;
        if inside.len() != 1 || inside[0].0 != EVENTS || !inside[0].1.is_file() {
            return Ok(Some(format!("{name} must hold {EVENTS} and nothing else")));
        }
    }
    Ok(expected.pop_first().map(|name| format!("{name} is missing")))
}

/// Refuses a folder that must not be written or, with `force`, replaced: only a whole output of `generate` may be.
pub(super) fn check(out: &Path, force: bool) -> Result<()> {
    if !out.exists() {
        return Ok(());
    }
    let found = entries(out)?;
    if found.is_empty() {
        return Ok(());
    }
    let summary = read_json::<Summary>(&out.join(SUMMARY), "generation summary").ok();
    let problem = match &summary {
        None => {
            let name = &found.iter().map(|(name, _)| name).min().unwrap_or(&found[0].0);
            Some(format!("it holds {name} and no {SUMMARY}"))
        }
        Some(summary) => irregularity(out, summary)?,
    };
    match problem {
        Some(problem) => Err(Error::file(
            out,
            format!("is not an output of `planbench generate`: {problem}; give an empty or new folder"),
        )),
        None if force => Ok(()),
        None => Err(Error::file(out, "is not empty; --force replaces the output in it, or give another folder")),
    }
}

/// A hidden folder beside the final one; removed again unless published.
pub(super) struct Staging {
    /// Where to write.
    pub path: PathBuf,
    out: PathBuf,
}

impl Staging {
    /// # Errors
    /// Names the folder that cannot be written.
    pub fn new(out: &Path) -> Result<Self> {
        let out = std::path::absolute(out).map_err(|e| Error::file(out, e))?;
        let (Some(parent), Some(name)) = (out.parent(), out.file_name()) else {
            return Err(Error::file(&out, "cannot be replaced; give a folder in it"));
        };
        fs::create_dir_all(parent).map_err(|e| Error::file(parent, e))?;
        let prefix = format!(".{}.staging-", name.to_string_lossy());
        remove_old(parent, &prefix);
        let path = parent.join(format!("{prefix}{}", std::process::id()));
        fs::create_dir(&path).map_err(|e| Error::file(&path, e))?;
        Ok(Self { path, out })
    }

    /// Puts the folder in its place in one step; with `force` in the place of an earlier output.
    ///
    /// # Errors
    /// When somebody else has written there meanwhile, or the system refuses; then what was there is still there.
    pub fn publish(self, force: bool) -> Result<()> {
        check(&self.out, force)?;
        let place = |from: &Path| {
            fs::rename(from, &self.out).map_err(|e| {
                Error::file(&self.out, format!("the output cannot be put there ({e}); does another run write to it?"))
            })
        };
        let occupied = self.out.exists() && !entries(&self.out)?.is_empty();
        if !occupied {
            return place(&self.path);
        }
        let replaced = self.path.with_extension("replaced");
        fs::rename(&self.out, &replaced).map_err(|e| Error::file(&self.out, e))?;
        place(&self.path).inspect_err(|_| {
            let _ = fs::rename(&replaced, &self.out);
        })?;
        fs::remove_dir_all(&replaced).map_err(|e| Error::file(&replaced, e))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // After publishing it is not there; after a failure its content is worthless.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Removes what killed runs left. A younger folder may belong to a run under way.
fn remove_old(parent: &Path, prefix: &str) {
    let Ok(list) = fs::read_dir(parent) else { return };
    for entry in list.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix)) {
        let age = entry.metadata().and_then(|data| data.modified()).ok().and_then(|time| time.elapsed().ok());
        if age.is_some_and(|age| age > Duration::from_secs(3_600)) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
