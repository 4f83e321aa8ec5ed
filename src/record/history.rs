//! History: what sessions measured, one file per session and benchmark, written whole and never changed. Writers at the
//! same time do not meet, and a killed one leaves nothing. Entries are in the order of their numbers, which cannot go
//! backwards as clocks can.

use super::baseline::Baseline;
use super::names::{Problem, next, number_of, numbered, once};
use super::timestamp::Timestamp;
use crate::error::{Error, Flaw, Result};
use crate::files::{PARTIAL, json_files, remove_abandoned, write_new_json};
use crate::machine::MachineKey;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

/// Folder where none is named.
pub const DEFAULT_FOLDER: &str = "history";
/// Variable that names another.
pub const VARIABLE: &str = "BENCHMARK_HISTORY_DIR";
/// Stands for a baseline's name in history files.
pub const NAME: &str = "history";

/// What a folder holds.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// Entries, oldest first: by number, those from before there were numbers at the beginning; entries of one number by
    /// the time at which they were measured.
    pub entries: Vec<Baseline>,
    /// Files that are not among them, and why.
    pub problems: Vec<Problem>,
}

/// Adds a session's figures of one benchmark; the file. A session that is there already stays as it is.
///
/// # Errors
/// Names the file; also when the session is there with other figures.
pub fn append(folder: &Path, entry: &Baseline) -> Result<PathBuf> {
    std::fs::create_dir_all(folder).map_err(|e| Error::file(folder, e))?;
    // One at a time, so that each number is one entry's. Where there are no locks, the rest of the name is its own.
    let turn = File::open(folder).ok();
    let _ = turn.as_ref().map(File::lock);
    let files = json_files(folder)?;
    remove_abandoned(folder, PARTIAL);
    let rest = format!("{}_{}_{}.json", entry.session, entry.benchmark.group, entry.benchmark.mode);
    let is_this = |file: &&PathBuf| file.to_str().is_some_and(|name| name.ends_with(&rest));
    if let Some(file) = files.iter().find(is_this) {
        // As it would be read: text holds a figure less exactly than memory.
        let text = serde_json::to_string(entry).map_err(|e| Error::file(file, e))?;
        let entry: Baseline = serde_json::from_str(&text).map_err(|e| Error::file(file, e))?;
        if same(&Baseline::read_entry(file)?, &entry) {
            return Ok(file.clone());
        }
        return Err(Error::file(file, Flaw::OtherFigures));
    }
    // A file by another name may have been renamed: its own number counts.
    let number = |file: &PathBuf| number_of(file).or_else(|| Baseline::read_entry(file).ok()?.sequence);
    let sequence = next(folder, files.iter().filter_map(number))?;
    let file = folder.join(numbered(sequence, &rest));
    write_new_json(&file, &Baseline { sequence: Some(sequence), ..entry.clone() })?;
    Ok(file)
}

/// Whether two entries are one, whatever number each has in its folder.
fn same(a: &Baseline, b: &Baseline) -> bool {
    let unnumbered = |entry: &Baseline| Baseline { sequence: None, ..entry.clone() };
    unnumbered(a) == unnumbered(b)
}

/// Everything in a folder; nothing if there is no such folder. What is cut off, foreign or of a format that is not read
/// is among the problems. An entry that is there twice counts once.
///
/// # Errors
/// When the folder cannot be read.
pub fn read(folder: &Path) -> Result<History> {
    let mut history = History::default();
    if !folder.is_dir() {
        return Ok(history);
    }
    for file in json_files(folder)? {
        match Baseline::read_entry(&file) {
            Ok(entry) if number_of(&file).is_some_and(|number| entry.sequence != Some(number)) => {
                let what = "is not the entry that its name says: the numbers differ; move it elsewhere";
                history.problems.push(Problem::new(&file, what));
            }
            Ok(entry) => history.entries.push(entry),
            Err(error) => history.problems.push(error.into()),
        }
    }
    let place = |entry: &Baseline| (entry.sequence, entry.timestamp, entry.session.clone());
    history.entries.sort_by_key(place);
    let mut seen: BTreeMap<(String, String), Vec<Baseline>> = BTreeMap::new();
    history.entries.retain(|entry| {
        let of_session = seen.entry((entry.session.clone(), entry.benchmark.id())).or_default();
        let new = !of_session.iter().any(|other| same(other, entry));
        of_session.push(entry.clone());
        new
    });
    Ok(history)
}

/// Where clocks contradict the order of the entries, in words: a session that came after one of the same benchmark and
/// machine with a later time, and one whose time is yet to come. One sentence each, however often it happened.
pub fn contradictions(entries: &[Baseline]) -> Vec<String> {
    let mut latest: BTreeMap<(String, &MachineKey), Timestamp> = BTreeMap::new();
    let (mut set_back, mut ahead) = (Vec::new(), Vec::new());
    for entry in entries {
        let id = entry.benchmark.id();
        if entry.timestamp.is_ahead() {
            ahead.push(format!("{id}: the session of {} is yet to come by this machine's clock", entry.timestamp));
        }
        // Machines of their own have clocks of their own.
        let before = latest.insert((id.clone(), &entry.machine.key), entry.timestamp);
        if let Some(before) = before.filter(|before| *before > entry.timestamp) {
            set_back.push(format!("{id}: the session of {} was added after that of {before}", entry.timestamp));
        }
    }
    let mut of_number: BTreeMap<u64, &Baseline> = BTreeMap::new();
    let mut shared = Vec::new();
    for entry in entries {
        let Some(number) = entry.sequence else { continue };
        if let Some(other) = of_number.insert(number, entry).filter(|other| other.session != entry.session) {
            shared.push(format!(
                "{}: the sessions of {} and {} both have number {number}, as where histories were put together, and are in the \
                 order of their clocks",
                entry.benchmark.id(),
                other.timestamp,
                entry.timestamp
            ));
        }
    }
    [set_back, ahead, shared].iter().filter_map(|found| once(found)).collect()
}
