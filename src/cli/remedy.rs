//! What to do about a file or folder that cannot be used. It depends on how the verb came by it, which only the command
//! line knows; a verb is never told a flag that it does not have.

use crate::error::{Cause, Error, Flaw, Input};
use crate::files::paths::typed;
use crate::settings::layers::is_place;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// The verb that runs, and the paths that it was given.
#[derive(Debug, Clone)]
pub(super) struct Used {
    verb: clap::Command,
    /// Names of arguments and their values; the command line's come first.
    paths: Vec<(String, PathBuf)>,
}

/// What a verb does with what an argument names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    ReadFile,
    ReadFolder,
    WriteFile,
    WriteFolder,
}

/// What went wrong, as far as something can be done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    NotFound,
    Denied,
    ReadOnly,
    Full,
    InTheWay,
    TooLong,
    TooManyOpen,
}

impl Used {
    /// From a command line that was understood; `command` is built.
    pub fn new(command: &clap::Command, matches: &clap::ArgMatches) -> Self {
        let verb = matches.subcommand_name().and_then(|name| command.find_subcommand(name)).unwrap_or(command).clone();
        let mut used = Self { verb, paths: Vec::new() };
        used.learn(matches);
        used
    }

    /// The paths of a command line, perhaps with settings below its flags.
    pub fn learn(&mut self, matches: &clap::ArgMatches) {
        let Some((_, matches)) = matches.subcommand() else { return };
        for argument in self.verb.get_arguments().filter(|argument| is_place(argument)) {
            let id = argument.get_id().as_str();
            for value in matches.try_get_raw(id).ok().flatten().into_iter().flatten() {
                self.paths.push((id.to_owned(), PathBuf::from(value)));
            }
        }
    }

    /// A path that a variable, the settings file or a default gave, and the argument that would have given another.
    pub fn also(&mut self, id: &str, path: &Path) {
        self.paths.push((id.to_owned(), path.to_path_buf()));
    }

    /// The flag of an argument, if the verb has it.
    fn flag(&self, id: &str) -> Option<String> {
        let mut arguments = self.verb.get_arguments();
        let argument = arguments.find(|argument| argument.get_id() == id && !argument.is_hide_set())?;
        argument.get_long().map(|long| format!("--{long}"))
    }

    /// An error in its own words, then what to do, then its sources.
    pub fn explain(&self, error: &Error) -> String {
        let chain = error.chain();
        let Some(remedy) = self.remedy(error) else { return chain };
        let words = error.to_string();
        let sources = chain.strip_prefix(&words).unwrap_or_default();
        let between = if words.contains('\n') { "\n" } else { "; " };
        format!("{words}{between}{remedy}{sources}")
    }

    fn remedy(&self, error: &Error) -> Option<String> {
        match error {
            Error::Missing { settings, .. } => {
                let all_of = |ids: &&str| {
                    let flags: Option<Vec<String>> = ids.split(' ').map(|id| self.flag(id)).collect();
                    flags.map(|flags| flags.join(" and "))
                };
                let flags: Vec<String> = settings.iter().filter_map(all_of).collect();
                // The variable is in the error's own words.
                (!flags.is_empty()).then(|| format!("give {}", flags.join(" or ")))
            }
            Error::Input(input) => of_input(input),
            Error::File { path, cause: Cause::Flaw(flaw) } => self.of_flaw(flaw, path),
            Error::Temporary { cause, .. } => trouble(cause).map(temporary),
            Error::Failed { cause, .. } => trouble(cause).and_then(anywhere),
            Error::File { path, cause } => {
                let trouble = trouble(cause)?;
                match self.argument(path) {
                    Some(id) => Some(self.about_argument(id, path, trouble)),
                    // Nothing is looked for there that was not put there first.
                    None if trouble != Trouble::NotFound && is_below(path, &std::env::temp_dir()) => {
                        Some(temporary(trouble))
                    }
                    None => anywhere(trouble),
                }
            }
            _ => None,
        }
    }

    fn of_flaw(&self, flaw: &Flaw, path: &Path) -> Option<String> {
        let another = |what: &str| Some(format!("give another {what} with {}", self.flag(self.argument(path)?)?));
        Some(match flaw {
            Flaw::NotEmpty => format!("--force replaces it, or {}", another("folder")?),
            Flaw::OtherContent => format!("--force replaces it, or {}", another("folder")?),
            Flaw::InUse { .. } => format!("or {}", another("folder")?),
            Flaw::NoFile => format!("move it away, or {}", another("file")?),
            Flaw::ForeignTrial { .. } => format!("{}, or move this one away", another("folder")?),
            Flaw::NoTrials => "run `planbench calibrate` without --report-only".into(),
            Flaw::NoSessions { .. } => "`planbench run --history DIR` adds them".into(),
            Flaw::NoBaseline { name, .. } => {
                let make = format!("make one with `planbench baseline-update --baseline {name}`");
                self.flag("baseline_dir").map_or(make.clone(), |flag| format!("{make}, or say where it is with {flag}"))
            }
            Flaw::OfACensus { .. } => "give that file with --census".into(),
            Flaw::ColumnsMissing { like, .. } if !like.is_empty() => {
                let flag = self.flag("column")?;
                let one =
                    |(column, name): &(&str, String)| format!(" {flag} {}", typed(format!("{column}={name}").as_ref()));
                format!("if these are theirs, give{}", like.iter().map(one).collect::<String>())
            }
            Flaw::ColumnNotThere { .. } | Flaw::OneForTwo { .. } => {
                format!("correct {}", self.flag("column")?)
            }
            Flaw::Cells { forms, .. } if !forms.is_empty() => {
                let flag = self.flag("date_format")?;
                let all: Vec<String> = forms.iter().map(|form| format!("{flag} {}", typed(form.as_ref()))).collect();
                match &all[..] {
                    [one] => format!("if all dates of the file are written so, give {one}"),
                    _ => format!("give the one that is meant: {}", all.join(" or ")),
                }
            }
            Flaw::ColumnType { found, wanted: "date", .. } if found.starts_with("INT") => {
                format!("if the number is a date such as 20110224, give {} YYYYMMDD", self.flag("date_format")?)
            }
            Flaw::Implausible { .. } => "refused by --strict; without it they are only told".into(),
            _ => return None,
        })
    }

    /// The argument by which a path came: the one that names it most closely.
    fn argument(&self, path: &Path) -> Option<&str> {
        let mut closest: Option<(&str, usize)> = None;
        for (id, known) in &self.paths {
            if is_below(path, known) || is_below(known, path) {
                let depth = std::path::absolute(known).map_or(0, |known| known.components().count());
                if closest.is_none_or(|(_, most)| depth > most) {
                    closest = Some((id, depth));
                }
            }
        }
        closest.map(|(id, _)| id).or_else(|| self.beside(path))
    }

    /// The argument beside whose place a path is: outputs are prepared there, under hidden names.
    fn beside(&self, path: &Path) -> Option<&str> {
        let folder = |path: &Path| std::path::absolute(path).ok().and_then(|path| path.parent().map(Path::to_path_buf));
        let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        let prepared = |id: &str| matches!(self.purpose(id), Purpose::WriteFile | Purpose::WriteFolder);
        let found = folder(path).filter(|_| hidden)?;
        let mut paths = self.paths.iter();
        paths.find(|(id, known)| prepared(id) && folder(known).as_ref() == Some(&found)).map(|(id, _)| id.as_str())
    }

    fn about_argument(&self, id: &str, path: &Path, trouble: Trouble) -> String {
        let purpose = self.purpose(id);
        let (what, do_what) = match purpose {
            Purpose::ReadFile => ("file", "readable"),
            Purpose::ReadFolder => ("folder", "readable"),
            Purpose::WriteFile => ("file", "writable"),
            Purpose::WriteFolder => ("folder", "writable"),
        };
        let other = |words: &str| match self.flag(id) {
            Some(flag) => format!(", or give {words} with {flag}"),
            None => String::new(),
        };
        let another = other(&format!("another {what}"));
        match trouble {
            Trouble::NotFound => format!("check the path{another}"),
            Trouble::Denied => format!("make it {do_what}{another}"),
            Trouble::ReadOnly => format!("mount that file system writable{another}"),
            Trouble::Full => format!("make room there{}", other(&format!("a {what} on another disk"))),
            Trouble::InTheWay if purpose == Purpose::ReadFile && path.is_dir() => {
                format!("it is a folder: name the file in it{another}")
            }
            Trouble::InTheWay if matches!(purpose, Purpose::ReadFile | Purpose::ReadFolder) => {
                format!("check the path{another}")
            }
            Trouble::InTheWay => format!("something else is in the way: move it{another}"),
            Trouble::TooLong => format!("the name is too long: shorten it{another}"),
            Trouble::TooManyOpen => too_many_open(),
        }
    }

    /// What the verb does with what an argument names.
    fn purpose(&self, id: &str) -> Purpose {
        match id {
            "census" | "assumptions" | "config" => Purpose::ReadFile,
            "configuration" | "over" => Purpose::ReadFile,
            "from" | "against" | "templates" | "seed_tables" => Purpose::ReadFolder,
            "database" => Purpose::WriteFile,
            "to" if ["export", "calibrate"].contains(&self.verb.get_name()) => Purpose::WriteFile,
            _ => Purpose::WriteFolder,
        }
    }
}

/// Whether `path` is `folder` or in it. Both may be relative.
fn is_below(path: &Path, folder: &Path) -> bool {
    match (std::path::absolute(path), std::path::absolute(folder)) {
        (Ok(path), Ok(folder)) => path.starts_with(folder),
        _ => false,
    }
}

/// What to do where settings do not fit: each fault is that of verbs which have these flags.
fn of_input(input: &Input) -> Option<String> {
    Some(match input {
        Input::NotOne { setting, .. } => format!("give one with --{setting}"),
        Input::NotSimulated { .. } => "refused by --strict; without it the rest is imported".into(),
        Input::OneRun { .. } => "give more with --runs".into(),
        Input::NotOnMain { .. } => "--yes updates it all the same".into(),
        Input::OneReport => "--to - wants --format json or --format csv with it".into(),
        Input::OnlyReport => "with --to -, leave out --baseline; or give a folder".into(),
        Input::EventsToOutput => "give one with --out; ./- is one of that name".into(),
        Input::PagesToOutput => "give a folder with --to, or leave it out for the first".into(),
        Input::OwnSize { .. } => {
            "drop --employee-count, --start-year and --end-year, or the scenario (BENCHMARK_SCENARIOS \
                                  and the variables of the custom scenario alike)"
                .into()
        }
        Input::OtherHeadCount { .. } => {
            "leave the head count to the census: give it with --start-year and --end-year alone".into()
        }
        _ => return None,
    })
}

fn temporary(trouble: Trouble) -> String {
    match trouble {
        Trouble::Full => "make room there, or set TMPDIR to a folder on another disk".into(),
        Trouble::TooManyOpen => too_many_open(),
        _ => "set TMPDIR to a folder that can be written and in which programs may run".into(),
    }
}

/// What can be done about it wherever it is.
fn anywhere(trouble: Trouble) -> Option<String> {
    match trouble {
        Trouble::Full => Some("make room there".into()),
        Trouble::TooManyOpen => Some(too_many_open()),
        _ => None,
    }
}

fn too_many_open() -> String {
    "allow more open files (`ulimit -n`)".into()
}

/// What the system said at the bottom of a cause.
fn trouble(cause: &Cause) -> Option<Trouble> {
    let mut found = None;
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(cause);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            found = kind(error).or(found);
        } else if let Some(error) = in_words(&error.to_string()) {
            found = found.or(kind(&error));
        }
        next = error.source();
    }
    found
}

/// The system's error in the words of a library that keeps nothing else of it.
fn in_words(text: &str) -> Option<io::Error> {
    let number = text.rsplit_once("(os error ")?.1.split_once(')')?.0;
    number.parse().ok().map(io::Error::from_raw_os_error)
}

fn kind(error: &io::Error) -> Option<Trouble> {
    #[cfg(unix)]
    if let Some(libc::EMFILE | libc::ENFILE) = error.raw_os_error() {
        return Some(Trouble::TooManyOpen);
    }
    match error.kind() {
        ErrorKind::NotFound => Some(Trouble::NotFound),
        ErrorKind::PermissionDenied => Some(Trouble::Denied),
        ErrorKind::ReadOnlyFilesystem => Some(Trouble::ReadOnly),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => Some(Trouble::Full),
        ErrorKind::AlreadyExists | ErrorKind::NotADirectory | ErrorKind::IsADirectory => Some(Trouble::InTheWay),
        ErrorKind::InvalidFilename => Some(Trouble::TooLong),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::program::command;

    /// Flags in a text.
    fn flags(text: &str) -> Vec<&str> {
        text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').filter(|word| word.starts_with("--")).collect()
    }

    #[test]
    fn a_librarys_words_name_the_systems_error() {
        let full = Cause::Library("parquet: underlying IO error: No space left on device (os error 28)".into());
        assert!(matches!(trouble(&full), Some(Trouble::Full)));
        for other in ["no such thing", "(os error x)", "(os error 28", "(os error 99999)"] {
            assert!(trouble(&Cause::Library(other.into())).is_none(), "{other}");
        }
    }

    const KINDS: [ErrorKind; 10] = [
        ErrorKind::NotFound,
        ErrorKind::PermissionDenied,
        ErrorKind::ReadOnlyFilesystem,
        ErrorKind::StorageFull,
        ErrorKind::QuotaExceeded,
        ErrorKind::FileTooLarge,
        ErrorKind::AlreadyExists,
        ErrorKind::NotADirectory,
        ErrorKind::IsADirectory,
        ErrorKind::InvalidFilename,
    ];

    #[test]
    fn every_path_of_every_verb_is_told_the_flag_that_gives_another_and_no_other() {
        let command = command();
        let mut told = 0;
        for verb in command.get_subcommands() {
            let paths: Vec<&clap::Arg> = verb.get_arguments().filter(|argument| is_place(argument)).collect();
            for argument in &paths {
                let id = argument.get_id().as_str();
                // What has no flag is named by its place alone.
                let own: Vec<String> = argument.get_long().iter().map(|long| format!("--{long}")).collect();
                let used = Used { verb: verb.clone(), paths: vec![(id.to_owned(), PathBuf::from("some/place"))] };
                for kind in KINDS {
                    for path in ["some/place", "some/place/inside", "some"] {
                        let error = Error::file(Path::new(path), io::Error::from(kind));
                        let text = used.explain(&error);
                        assert_eq!(flags(&text), own, "{} {kind:?}: {text}", verb.get_name());
                        told += 1;
                    }
                }
                // What somebody else gave is not blamed on it.
                let error = Error::file(Path::new("elsewhere"), io::Error::from(ErrorKind::PermissionDenied));
                assert!(flags(&used.explain(&error)).is_empty());
            }
            // A place that the verb has no flag for.
            let used = Used { verb: verb.clone(), paths: vec![("no_such_flag".into(), PathBuf::from("some/place"))] };
            let text = used.explain(&Error::file(Path::new("some/place"), io::Error::from(ErrorKind::StorageFull)));
            assert!(flags(&text).is_empty() && text.contains("make room"), "{text}");
        }
        assert!(told > 1_000, "{told}");
    }

    #[test]
    fn the_closest_argument_and_the_temporary_folder_are_told_apart() {
        let command = command();
        let verb = command.find_subcommand("run").expect("run").clone();
        let mut used = Used { verb, paths: vec![("to".into(), "out/reports/mine".into())] };
        used.also("output_dir", Path::new("out"));
        let denied = |path: &Path| used.explain(&Error::file(path, io::Error::from(ErrorKind::PermissionDenied)));
        assert!(denied(Path::new("out/reports/mine/report.json")).ends_with("or give another folder with --to"));
        assert!(denied(Path::new("out/criterion/x")).ends_with("or give another folder with --output-dir"));
        assert!(denied(Path::new("out/reports/.mine.staging-1")).ends_with("with --output-dir"));
        let verb = command.find_subcommand("generate").expect("generate").clone();
        let generate = Used { verb, paths: vec![("out".into(), "some/events".into())] };
        let error = Error::file(Path::new("some/.events.staging-1"), io::Error::from(ErrorKind::InvalidFilename));
        assert!(generate.explain(&error).ends_with("with --out"), "{}", generate.explain(&error));
        let temporary = denied(&std::env::temp_dir().join("x"));
        assert!(temporary.contains("set TMPDIR") && flags(&temporary).is_empty(), "{temporary}");
        let full = used.explain(&Error::temporary(io::Error::from(ErrorKind::StorageFull)));
        assert!(full.contains("make room there, or set TMPDIR"), "{full}");
        #[cfg(unix)]
        {
            let many = used.explain(&Error::file(Path::new("out"), io::Error::from_raw_os_error(libc::EMFILE)));
            assert!(many.ends_with("(`ulimit -n`)"), "{many}");
        }
    }

    #[test]
    fn what_is_missing_is_asked_for_by_flag_where_there_is_one_and_by_variable_elsewhere() {
        let missing = Error::Missing {
            what: "scenario custom needs its first year".into(),
            settings: &["start_year"],
            variable: "BENCHMARK_START_YEAR",
        };
        let command = command();
        let explain = |verb: &str| {
            Used { verb: command.find_subcommand(verb).expect(verb).clone(), paths: Vec::new() }.explain(&missing)
        };
        assert!(explain("run").ends_with("give --start-year"));
        assert!(explain("daily-monitor").ends_with("its first year (BENCHMARK_START_YEAR)"));
    }
}
