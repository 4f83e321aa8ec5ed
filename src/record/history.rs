//! History: what sessions measured, one file per session and benchmark, written whole and never changed. Writers at the
//! same time do not meet, and a killed one leaves nothing.

use super::baseline::Baseline;
use crate::error::Result;
use crate::files::{json_files, write_json};
use std::path::{Path, PathBuf};

/// Folder where none is named.
pub const DEFAULT_FOLDER: &str = "history";
/// Variable that names another.
pub const VARIABLE: &str = "BENCHMARK_HISTORY_DIR";
/// Stands for a baseline's name in history files.
pub const NAME: &str = "history";

/// Adds a session's figures of one benchmark; the file. A session that is there already stays as it is.
///
/// # Errors
/// Names the file.
pub fn append(folder: &Path, entry: &Baseline) -> Result<PathBuf> {
    let benchmark = &entry.benchmark;
    let file = folder.join(format!("{}_{}_{}.json", entry.session, benchmark.group, benchmark.mode));
    if !file.exists() {
        write_json(&file, entry)?;
    }
    Ok(file)
}

/// Everything in a folder, oldest first; nothing if there is no such folder.
///
/// # Errors
/// Names a file that is cut off, foreign or of another format.
pub fn read(folder: &Path) -> Result<Vec<Baseline>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut entries = json_files(folder)?.iter().map(|file| Baseline::read_file(file)).collect::<Result<Vec<_>>>()?;
    entries.sort_by(|a, b| (&a.timestamp, &a.session).cmp(&(&b.timestamp, &b.session)));
    Ok(entries)
}
