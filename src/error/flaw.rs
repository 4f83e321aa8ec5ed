//! What a file or folder is found to be, or to lack.

use super::faults::{Source, faults};
use std::io;

faults! {
    /// Why a file or folder cannot be used, as this program found. Its path is the error's.
    Flaw {
        // Any file or folder.
        NoFile => ("is no file");
        NoFolder { of: &'static str } => ("no such folder{of}");
        NotUtf8 =>
            ("the path is not UTF-8, and the library that writes the file takes no other; give one that is");
        InUse { by: &'static str } => ("another {by} there now; wait until it has ended");
        LockLeft { #[source] error: io::Error } =>
            ("{error}; if no other `planbench generate` writes there, remove this file");
        InTheWay => ("is in the way of a folder for temporary files; move it away");
        TooManyLinks => ("too many links");
        Setting { key: String, why: String } => ("{key}{why}");
        NoJobSummary => ("is no file, so it gets no job summary");

        // Records and what Criterion keeps.
        NotWhole { what: String, #[source] error: serde_json::Error } =>
            ("not a whole {what}: {error}; it was cut off or is something else: move it away, or put back a whole copy");
        OtherVersion { what: String, found: u32, age: &'static str, read: String, remedy: String } =>
            ("{what} of format {found}, written by {age} version of this program, which reads {read}; {remedy}");
        ForeignField { field: String, given: String } =>
            ("its {field} is `{given}`, not letters, digits, hyphens, underscores and dots, a dot not first: the file was \
              edited or is foreign; move it away");
        Contradiction { remedy: String } => ("contradicts itself or has no usable samples; {remedy}");
        OtherContext { found: String, expected: String } => ("is of {found}, but its context is of {expected}");
        OtherBaseline { found: String, expected: String } => ("is a baseline of {found}, not of {expected}");
        Copy { of: String } => ("is a copy: Criterion wrote it to {of}; move the copy away");
        NotWholeSample => ("not a whole sample of Criterion; measure again");
        NotSaved => ("Criterion did not save this measurement; is the disk full, or not writable?");
        OtherFigures => ("is there with other figures of this session, and stays as it is");
        NumbersUsedUp => ("the numbers of its sessions are used up; give another folder");
        LeftOut { what: String, more: usize } => ("{what}{}", and_more(*more));
        NoMeasurements =>
            ("no measurements there; run `planbench run` or `cargo bench` first, or give the folder that holds them");
        NoSessions { of: &'static str } => ("no sessions{of} there");
        NoBaseline { name: String, of: String, kept: String } => ("no baseline `{name}` of {of}{kept}");
        NotExecutable => ("may not be run; `chmod +x` it");
        NotPlanbench =>
            ("is no planbench: it does not answer to --version as one; give a binary that `make build` made");
        ForeignTrial { of: &'static str } => ("is a trial of {of}");
        NoTrials => ("no trials there");

        // Outputs of `generate`.
        NotAnOutput { problem: String } =>
            ("is not an output of `planbench generate`: {problem}; give an empty or new folder");
        NotAWholeOutput { problem: String } => ("is not a whole output of `planbench generate`: {problem}");
        OtherRules { found: u32, here: u32 } =>
            ("its events follow version {found} of the event rules, and this program knows version {here}; use the version \
              that wrote it, or generate the output again");
        NoSummary { name: &'static str } => ("holds no {name}; give a folder that `planbench generate` wrote");
        NotEmpty => ("is not empty: it holds an earlier output");
        Occupied => ("is not empty; give a folder that is, or one that is not there yet");
        AFile => ("is a file; give a folder");
        Irreplaceable => ("cannot be replaced; give a folder in it");
        MountPoint => ("is a mount point, or a folder of a container's image, and cannot be replaced; give a folder in it");
        NotReplaced { #[source] error: io::Error } =>
            ("is a mount point, or a folder of a container's image, and cannot be replaced ({error}); give a folder in it");
        ChangedMeanwhile => ("was changed by somebody else meanwhile; try again");
        OfACensus { census: String } => ("was generated from {census}");
        NotADatabase => ("is no DuckDB database; give a new file");

        // A PlanAlign configuration and its seed tables.
        NotYaml { line: usize, what: String } => ("line {line}: {what}");
        ConfigKey { line: usize, key: String, what: String } => ("line {line}, key {key}: {what}");
        ConfigLacks { key: String, why: String } => ("has no {key}, {why}");
        SeedTable { what: String } => ("not a seed table as PlanAlign has them: {what}");
        Unfit { why: String } => ("what it says does not fit the rules here: {why}");
        OtherContent => ("is there with other content, and stays as it is");

        // A census.
        PeopleChanged { found: String, expected: String } =>
            ("its people changed while they were in use (fingerprint {found} instead of {expected}); let nobody write to \
              it, and start again");
        AFolder => ("a folder, not a file; name one file, Parquet or CSV");
        NotACensus { found: String } => ("not a census but {found}");
        OtherText { found: String } => ("{found}");
        Packed { how: &'static str, #[source] error: io::Error } =>
            ("compressed with {how}, and cut short or damaged: {error}; compress it again");
        PackedOther { how: &'static str, found: String } =>
            ("not a census: it is compressed with {how}, and in it is {found}");
        Utf16 => ("text in UTF-16 that is cut short or damaged; save it as CSV with UTF-8");
        TwoSeparators { one: &'static str, other: &'static str } =>
            ("its cells could be separated by {one}s and by {other}s; write it again with one of them");
        EndlessHeader { most: usize } =>
            ("its header has no end within {most} MiB; is it a census, and are its quotes closed?");
        EndlessRow { line: u64, most: u64 } =>
            ("line {line}: the row that begins there has no end within {most} MiB; is a quote not closed?");
        BlankLines => ("holds nothing but blank lines");
        ColumnTwice { column: String } => ("column {column} stands twice in the header; drop or rename one");
        ColumnNotThere { column: &'static str, name: String, there: String } =>
            ("there is no column {name}, which was to be {column}; the file has {there}");
        OneForTwo { name: String, one: &'static str, other: &'static str } =>
            ("its column {name} would be both {one} and {other}; name another for one of them");
        ColumnsMissing { missing: String, there: String, like: Vec<(&'static str, String)> } =>
            ("missing column(s) {missing}; the file has {there}");
        ColumnType { column: &'static str, found: String, wanted: &'static str } =>
            ("column {column} is of type {found}, which cannot be read as {wanted}");
        TimeZone { column: &'static str, zone: String } =>
            ("column {column} is in time zone {zone:?}, which is not known; write it with a zone such as America/New_York \
              or +05:30, or as a date");
        Cells { count: usize, shown: Vec<String>, forms: Vec<&'static str>, remark: String } =>
            ("{count} unusable value(s){}\n  {}{remark}", first_of(*count, shown), shown.join("\n  "));
        Implausible { rows: Vec<String> } => ("implausible rows\n  {}", rows.join("\n  "));
        Nobody { rows: u64, hired_later: usize, start_year: i32 } =>
            ("no active employee among {rows} row(s){}", nobody(*rows, *hired_later, *start_year));
        TooMany { most: usize } => ("more than the {most} active employees that a run can hold");
        Parquet { #[source] error: Source } =>
            ("not a readable Parquet file: {error}; it is cut off, damaged or of a kind that is not supported: write it again");
        Damaged { what: String } => ("not a readable Parquet file: it is damaged ({what}); write it again");
        Panicked { said: String } =>
            ("not a readable Parquet file: it is damaged, or of a kind that is not supported ({said}); write it again");
    }
}

fn nobody(rows: u64, hired_later: usize, start_year: i32) -> String {
    match (rows, hired_later) {
        (0, _) => ": it holds a header and nothing else".into(),
        (_, 0) => String::new(),
        _ => format!(", {hired_later} of them hired on or after 1 January {start_year}; start in a later year"),
    }
}

fn and_more(files: usize) -> String {
    if files == 0 { String::new() } else { format!(" (and {files} more file(s) that cannot be used)") }
}

fn first_of(count: usize, shown: &[String]) -> String {
    if count > shown.len() { format!(" (the first {} shown)", shown.len()) } else { String::new() }
}
