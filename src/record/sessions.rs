//! The sessions of a benchmark's folder: how their records are named and ordered, and which are kept.
//!
//! The order is that of a number that each session takes when it starts, one more than the highest it finds (a clock as
//! Lamport's of 1978). It cannot go backwards, as clocks do that are set or belong to another machine.

use super::names::{DIGITS, Problem, digits, next, numbered, start_of};
use super::run::{FOLDER, FORMAT_VERSION, RunRecord};
use crate::error::{Error, Result};
use crate::files::{PARTIAL, Workspace, folders, json_files, read_versioned, remove_abandoned};
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Sessions kept per benchmark, the running one included; older records are removed when a new session starts.
const SESSIONS_KEPT: usize = 10;
/// Beginning of the folders by which sessions under way say so.
const UNDER_WAY: &str = ".session-";
/// What to do about records that this version does not read.
const REMEDY: &str = "measure again, or use the version that wrote it";

/// What a file in the records' folder is, by its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Named {
    /// `<number>-<session>-<run>.json`.
    Record(Session),
    /// A record of a format in which sessions had no numbers: `<session>-<run>.json`.
    Older,
    /// Anything else.
    Foreign,
}

/// A session, in the order of sessions. Two that started at the same time may have the same number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Session {
    sequence: u64,
    id: String,
}

impl Session {
    /// `<number>-<id>`.
    fn parse(text: &str) -> Option<Self> {
        let (number, id) = text.split_once('-')?;
        let sequence = number.parse().ok().filter(|_| number.len() == DIGITS && digits(number))?;
        start_of(id).map(|_| Self { sequence, id: id.to_owned() })
    }
}

fn named(file: &Path) -> Named {
    let Some((session, run)) = file.file_stem().and_then(|stem| stem.to_str()?.rsplit_once('-')) else {
        return Named::Foreign;
    };
    match Session::parse(session) {
        Some(session) if digits(run) => Named::Record(session),
        None if digits(run) && start_of(session).is_some() => Named::Older,
        _ => Named::Foreign,
    }
}

/// A session of one benchmark that is under way, for as long as this lives. No other session removes its records.
#[derive(Debug)]
pub struct UnderWay {
    /// Its number.
    pub sequence: u64,
    /// Where its clock contradicts that of an earlier session, in words.
    pub remark: Option<String>,
    _marker: Workspace,
}

impl UnderWay {
    /// Begins a session of the benchmark in `group_folder`, below `criterion_folder`, over which numbers are counted.
    /// Removes what is older than the sessions kept, and what killed processes left.
    ///
    /// # Errors
    /// Names the folder that cannot be read or written.
    pub fn begin(criterion_folder: &Path, group_folder: &Path, id: &str) -> Result<Self> {
        let records = group_folder.join(FOLDER);
        std::fs::create_dir_all(&records).map_err(|e| Error::file(&records, e))?;
        let own = sessions(&records)?;
        let mut numbers: Vec<u64> = own.iter().map(|session| session.sequence).collect();
        for other in folders(criterion_folder)?.iter().map(|folder| folder.join(FOLDER)) {
            // Another benchmark's folder that cannot be read is no reason not to measure this one.
            numbers.extend(sessions(&other).unwrap_or_default().into_iter().map(|session| session.sequence));
            numbers.extend(under_way(&other).into_iter().map(|session| session.sequence));
        }
        let sequence = next(criterion_folder, numbers.into_iter())?;
        let session = Session { sequence, id: id.to_owned() };
        let remark = contradiction(&own, &session);
        prune(&records);
        let marker = Workspace::new(&records, &format!("{UNDER_WAY}{}-", numbered(sequence, id)))?;
        Ok(Self { sequence, remark, _marker: marker })
    }
}

/// Sessions that have records in a folder, in order; none if there is no such folder.
fn sessions(records: &Path) -> Result<BTreeSet<Session>> {
    let files = if records.is_dir() { json_files(records)? } else { Vec::new() };
    let session = |file: &PathBuf| match named(file) {
        Named::Record(session) => Some(session),
        Named::Older | Named::Foreign => None,
    };
    Ok(files.iter().filter_map(session).collect())
}

/// Sessions that say that they are under way, whether they still live or not.
fn under_way(records: &Path) -> Vec<Session> {
    let session = |folder: PathBuf| {
        let name = folder.file_name()?.to_str()?.strip_prefix(UNDER_WAY)?;
        Session::parse(name.rsplit_once('-')?.0)
    };
    folders(records).unwrap_or_default().into_iter().filter_map(session).collect()
}

/// Removes the records of all but the last sessions. Sessions under way keep theirs, and what has no number is not ours
/// to remove. A record that cannot be removed is left: it does no harm.
fn prune(records: &Path) {
    remove_abandoned(records, PARTIAL);
    remove_abandoned(records, UNDER_WAY);
    let alive = under_way(records);
    let Ok(all) = sessions(records) else { return };
    let Some(oldest_kept) = all.iter().rev().nth(SESSIONS_KEPT - 2) else { return };
    for file in json_files(records).unwrap_or_default() {
        if matches!(named(&file), Named::Record(session) if session < *oldest_kept && !alive.contains(&session)) {
            let _ = std::fs::remove_file(file);
        }
    }
}

/// Whether the session before `session` has a later start, in words.
fn contradiction(all: &BTreeSet<Session>, session: &Session) -> Option<String> {
    let start = start_of(&session.id)?;
    let before = all.iter().rev().find(|other| other.sequence < session.sequence)?;
    let before = start_of(&before.id).filter(|before| *before > start)?;
    Some(format!("a session started {start} by its clock, after one that started {before}"))
}

/// The latest session of a benchmark's folder.
#[derive(Debug, Clone, Default)]
pub struct Latest {
    /// Its records, by run number.
    pub records: Vec<RunRecord>,
    /// The records of the latest session of each other work or machine that goes by the same name, as on fewer CPUs.
    pub others: Vec<Vec<RunRecord>>,
    /// Files that are in no figure, and why.
    pub problems: Vec<Problem>,
    /// What is known of the clocks, if they contradict each other.
    pub remark: Option<String>,
}

/// The latest session in a benchmark's folder; no records if there is none.
///
/// # Errors
/// When the folder cannot be read.
pub fn latest_session(group_folder: &Path) -> Result<Latest> {
    let folder = group_folder.join(FOLDER);
    let mut latest = Latest::default();
    if !folder.is_dir() {
        return Ok(latest);
    }
    let files = json_files(&folder)?;
    // The name says which session a record is of; a copy by another name would count twice, or as another session.
    let misnamed = "is not named as a run record is (NNNNNNNN-<session>-NNNN.json); move it elsewhere";
    let foreign = files.iter().filter(|file| named(file) == Named::Foreign);
    latest.problems = foreign.map(|file| Problem::new(file, misnamed)).collect();
    let all = sessions(&folder)?;
    let Some(newest) = all.last() else {
        // Only what another version wrote: whole, but not to be read here.
        let older = files.iter().rfind(|file| named(file) == Named::Older);
        latest.problems.extend(older.and_then(|file| read(file).err()).map(Problem::from));
        return Ok(latest);
    };
    latest.remark = contradiction(&all, newest);
    for file in files.iter().filter(|file| named(file) == Named::Record(newest.clone())) {
        let named_so = |record: &RunRecord| Some(OsStr::new(&record.file_name())) == file.file_name();
        match read(file) {
            Ok(record) if named_so(&record) => latest.records.push(record),
            Ok(_) => {
                latest.problems.push(Problem::new(file, "is not the record that its name says; move it elsewhere"))
            }
            Err(error) => latest.problems.push(error.into()),
        }
    }
    // What cannot be read of them has been followed by something that can.
    for session in all.iter().rev().skip(1) {
        let of_it = files.iter().filter(|file| named(file) == Named::Record(session.clone()));
        let mut records = of_it.filter_map(|file| read(file).ok()).peekable();
        let Some(first) = records.peek() else { continue };
        let known = |of: &Vec<RunRecord>| of.first().is_some_and(|known| known.key() == first.key());
        if !known(&latest.records) && !latest.others.iter().any(known) {
            latest.others.push(records.collect());
        }
    }
    Ok(latest)
}

/// Reads one record.
fn read(file: &Path) -> Result<RunRecord> {
    let record: RunRecord = read_versioned(file, "run record", FORMAT_VERSION..=FORMAT_VERSION, REMEDY)?;
    record.benchmark.check(file)?;
    Ok(record)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::names::new_session;

    fn put(records: &Path, name: &str, text: &str) {
        std::fs::create_dir_all(records).unwrap();
        std::fs::write(records.join(name), text).unwrap();
    }

    fn record(records: &Path, sequence: u64, session: &str) {
        put(records, &format!("{}-0001.json", numbered(sequence, session)), "{}");
    }

    fn numbers(records: &Path) -> Vec<u64> {
        sessions(records).unwrap().into_iter().map(|session| session.sequence).collect()
    }

    #[test]
    fn names_say_what_a_file_is() {
        let of = |name: &str| named(Path::new(name));
        let id = "20261123T173124Z-0123456789abcdef";
        assert_eq!(of(&format!("00000012-{id}-0001.json")), Named::Record(Session { sequence: 12, id: id.into() }));
        assert_eq!(of("20261123T173124Z-4711-0001.json"), Named::Older);
        for foreign in ["00000012-0001.json", "copy.json", "12-20261123T173124Z-1-1.json", "00000012-x-0001 copy.json"]
        {
            assert_eq!(of(foreign), Named::Foreign, "{foreign}");
        }
    }

    #[test]
    fn the_next_session_is_later_whatever_the_clock_says() {
        let place = tempfile::tempdir().unwrap();
        let group = place.path().join("quick_sql");
        let records = group.join(FOLDER);
        record(&records, 7, "20900101T000000Z-00000000000000aa");
        // Another benchmark's sessions count too, and what is older than numbers does not.
        record(&place.path().join("quick_polars").join(FOLDER), 9, "20250101T000000Z-00000000000000aa");
        put(&records, "20261123T173124Z-4711-0001.json", "{}");
        let id = new_session();
        let first = UnderWay::begin(place.path(), &group, &id).unwrap();
        assert_eq!(first.sequence, 10);
        let remark = first.remark.as_deref().expect("the clock was set back");
        assert!(remark.ends_with("after one that started 20900101T000000Z"), "{remark}");
        // One that begins meanwhile finds the first, which has written nothing yet.
        assert_eq!(UnderWay::begin(place.path(), &group, &new_session()).unwrap().sequence, 11);
        drop(first);
        record(&records, 99_999_999, &id);
        assert!(UnderWay::begin(place.path(), &group, &id).is_err());
    }

    #[test]
    #[cfg(unix)]
    fn the_last_sessions_are_kept_by_number_and_those_under_way_always() {
        let place = tempfile::tempdir().unwrap();
        let group = place.path().join("quick_sql");
        let records = group.join(FOLDER);
        let long = new_session();
        let under_way = UnderWay::begin(place.path(), &group, &long).unwrap();
        record(&records, under_way.sequence, &long);
        for sequence in 2..=15u64 {
            // Clocks run backwards.
            record(&records, sequence, &format!("20250101T0000{:02}Z-00000000000000aa", 59 - sequence));
        }
        put(&records, "20261123T173124Z-4711-0001.json", "{}");
        put(&records, "other.json", "{}");
        drop(UnderWay::begin(place.path(), &group, &new_session()).unwrap());
        assert_eq!(numbers(&records), [vec![1], (7..=15).collect()].concat());
        drop(under_way);
        drop(UnderWay::begin(place.path(), &group, &new_session()).unwrap());
        assert_eq!(numbers(&records), (7..=15).collect::<Vec<_>>());
        assert_eq!(json_files(&records).unwrap().len(), 9 + 2, "what is not ours stays");
        assert!(folders(&records).unwrap().is_empty());
    }

    #[test]
    fn another_version_beside_is_no_matter_and_alone_is_named_as_that() {
        let place = tempfile::tempdir().unwrap();
        let records = place.path().join(FOLDER);
        put(&records, "20261123T173124Z-4711-0001.json", r#"{"format_version": 2, "session": "x"}"#);
        let latest = latest_session(place.path()).unwrap();
        assert!(latest.records.is_empty());
        let what = &latest.problems[0].what;
        assert!(what.contains("format 2") && what.contains("older") && what.contains("measure again"), "{what}");
        put(&records, "00000001-20261123T173124Z-00aa-0001.json", r#"{"format_version": 99}"#);
        let latest = latest_session(place.path()).unwrap();
        assert_eq!(latest.problems.len(), 1);
        assert!(latest.problems[0].what.contains("newer"), "{}", latest.problems[0].what);
    }
}
