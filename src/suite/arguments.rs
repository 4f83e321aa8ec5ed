//! The arguments of the suite, which are Criterion's. Criterion reads them for itself and tells nobody; this reads them
//! by the same grammar for what else depends on them: which figures are kept, under which names, and of what size.

use crate::error::{Input, Result};
use crate::record::baseline::check_name;
use clap::builder::PossibleValuesParser;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use criterion::Criterion;
use std::ffi::OsString;
use std::fmt::Display;
use std::time::Duration;

/// What Criterion calls the measurement before the latest, where no name is given.
const LAST: &str = "base";
/// What Criterion calls the latest measurement.
const LATEST: &str = crate::record::criterion::LATEST;

/// What Criterion does with the benchmarks that the filter names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// Measures them.
    Measure,
    /// Compares what it keeps under a name with what it keeps under another; nothing runs.
    Compare,
    /// Prints their names.
    List,
    /// Runs each once.
    Test,
    /// Runs each for a while under the profiler.
    Profile,
}

/// The arguments.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Arguments {
    /// What is done.
    pub action: Action,
    /// What benchmarks' names are held against.
    pub filter: Option<String>,
    /// Whether the filter is a whole name.
    pub exact: bool,
    /// Whether only ignored benchmarks are asked for, of which there are none.
    pub ignored: bool,
    /// Whether Criterion says results only.
    pub quiet: bool,
    /// Name under which figures are kept beside the latest.
    pub saved: Option<String>,
    /// Name of the figures that are compared with, each benchmark of which must be there.
    pub compared: Option<String>,
    /// As [`Arguments::compared`], for benchmarks where they are there.
    pub compared_if_there: Option<String>,
    /// Name of the figures that take the place of a measurement.
    pub loaded: Option<String>,
    /// Whether samples have a size of their own.
    pub has_sample_size: bool,
    /// Whether measurements have a time of their own.
    pub has_measurement_time: bool,
    /// Whether warm-ups have a time of their own.
    pub has_warm_up_time: bool,
    discarded: bool,
}

impl Arguments {
    /// Those of this process. Where they ask for help, or are not Criterion's, Criterion answers, and the process ends.
    ///
    /// # Errors
    /// Names the argument whose value cannot be used.
    pub fn of_this_process() -> Result<Self> {
        let parsed = match grammar().try_get_matches_from(std::env::args_os()) {
            Ok(parsed) => parsed,
            Err(ours) => {
                let _ = Criterion::default().configure_from_args();
                // An option of another Criterion than the one that the grammar below was written for.
                let error = ours.into();
                return Err(Input::UnknownArgument { error }.into());
            }
        };
        if parsed.get_flag("version") {
            println!("{} {}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
            std::process::exit(0);
        }
        Self::read(&parsed)
    }

    fn read(parsed: &ArgMatches) -> Result<Self> {
        check_numbers(parsed)?;
        let text = |name: &str| parsed.get_one::<String>(name).cloned();
        let given = |name: &str| parsed.value_source(name) == Some(ValueSource::CommandLine);
        let loaded = text("load-baseline");
        // As Criterion decides: without `--bench` it is run by `cargo test`.
        let action = if parsed.get_flag("list") {
            Action::List
        } else if parsed.get_flag("test") || !parsed.get_flag("bench") {
            Action::Test
        } else if given("profile-time") {
            Action::Profile
        } else if loaded.is_some() {
            Action::Compare
        } else {
            Action::Measure
        };
        let arguments = Self {
            action,
            filter: text("FILTER"),
            exact: parsed.get_flag("exact"),
            ignored: parsed.get_flag("ignored"),
            quiet: parsed.get_flag("quiet"),
            saved: text("save-baseline").filter(|name| name != LAST),
            compared: text("baseline"),
            compared_if_there: text("baseline-lenient"),
            loaded,
            has_sample_size: given("sample-size"),
            has_measurement_time: given("measurement-time"),
            has_warm_up_time: given("warm-up-time"),
            discarded: parsed.get_flag("discard-baseline"),
        };
        arguments.check_names()?;
        Ok(arguments)
    }

    /// Names are folders: one that is none would be written where nothing reads it.
    fn check_names(&self) -> Result<()> {
        self.saved.as_deref().map_or(Ok(()), check_name)?;
        let read = [&self.compared, &self.compared_if_there, &self.loaded].into_iter().flatten();
        read.filter(|name| !is_criterions(name)).try_for_each(|name| check_name(name))
    }

    /// Whether figures are kept.
    pub fn keeps_figures(&self) -> bool {
        self.action == Action::Measure && !self.discarded
    }

    /// Whether a filter that no benchmark's name matches is a mistake.
    pub fn wants_benchmarks(&self) -> bool {
        self.action != Action::List && !self.ignored
    }

    /// Arguments that have Criterion list the same benchmarks.
    pub fn listing(&self) -> Vec<OsString> {
        let mut arguments: Vec<OsString> = ["--bench", "--list", "--format", "terse"].map(OsString::from).to_vec();
        arguments.extend(self.exact.then(|| "--exact".into()));
        arguments.extend(self.ignored.then(|| "--ignored".into()));
        if let Some(filter) = &self.filter {
            arguments.extend(["--".into(), filter.into()]);
        }
        arguments
    }
}

/// Whether Criterion keeps figures under this name by itself.
pub(super) fn is_criterions(name: &str) -> bool {
    [LAST, LATEST].contains(&name)
}

/// Refuses in words what Criterion would end with a panic for.
fn check_numbers(parsed: &ArgMatches) -> Result<()> {
    fn check<T: Display + Copy + Send + Sync + 'static>(
        parsed: &ArgMatches,
        name: &str,
        usable: impl Fn(T) -> bool,
        wanted: &str,
    ) -> Result<()> {
        match parsed.get_one::<T>(name).copied().filter(|value| !usable(*value)) {
            Some(value) => {
                Err(Input::Unusable { given: format!("--{name} {value}"), wanted: wanted.to_owned() }.into())
            }
            None => Ok(()),
        }
    }
    let share = |value: f64| value > 0.0 && value < 1.0;
    let time = |least: Duration| move |value: f64| Duration::try_from_secs_f64(value).is_ok_and(|time| time >= least);
    check(
        parsed,
        "sample-size",
        |samples: usize| (10..=1_000_000).contains(&samples),
        "10 to 1000000, as Criterion's statistics need",
    )?;
    check(parsed, "nresamples", |samples: usize| (2..=100_000_000).contains(&samples), "2 to 100000000")?;
    for name in ["warm-up-time", "measurement-time"] {
        check(parsed, name, time(Duration::from_nanos(1)), "seconds above zero, and no more than a machine counts")?;
    }
    check(parsed, "profile-time", time(Duration::from_secs(1)), "1 second or more")?;
    check(parsed, "noise-threshold", |value: f64| value > 0.0, "a share above zero, such as 0.01")?;
    check(parsed, "confidence-level", share, "a share between 0 and 1, such as 0.95")?;
    check(parsed, "significance-level", share, "a share between 0 and 1, such as 0.05")
}

/// The options of Criterion 0.8, under its own names.
fn grammar() -> Command {
    let flag = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue);
    let valued = |name: &'static str| Arg::new(name).long(name);
    let one_of =
        |name: &'static str, values: [&'static str; 2]| valued(name).value_parser(PossibleValuesParser::new(values));
    let count = |name: &'static str| valued(name).value_parser(value_parser!(usize));
    let number = |name: &'static str| valued(name).value_parser(value_parser!(f64));
    Command::new("criterion")
        .arg(Arg::new("FILTER").index(1))
        .arg(valued("color").short('c').alias("colour").value_parser(["auto", "always", "never"]))
        .arg(flag("verbose").short('v'))
        .arg(flag("quiet").conflicts_with("verbose"))
        .arg(flag("noplot").short('n'))
        .arg(valued("save-baseline").short('s').default_value(LAST))
        .arg(flag("discard-baseline").conflicts_with_all(["save-baseline", "baseline", "baseline-lenient"]))
        .arg(valued("baseline").short('b').conflicts_with_all(["save-baseline", "baseline-lenient"]))
        .arg(valued("baseline-lenient").conflicts_with_all(["save-baseline", "baseline"]))
        .arg(flag("list").conflicts_with_all(["test", "profile-time"]))
        .arg(one_of("format", ["pretty", "terse"]))
        .arg(flag("ignored"))
        .arg(flag("exact"))
        .arg(number("profile-time").conflicts_with_all(["test", "list"]))
        .arg(valued("load-baseline").conflicts_with("profile-time").requires("baseline"))
        .arg(count("sample-size"))
        .arg(number("warm-up-time"))
        .arg(number("measurement-time"))
        .arg(count("nresamples"))
        .arg(number("noise-threshold"))
        .arg(number("confidence-level"))
        .arg(number("significance-level"))
        .arg(flag("quick").conflicts_with("sample-size"))
        .arg(flag("test").conflicts_with_all(["list", "profile-time"]))
        .arg(flag("bench"))
        .arg(one_of("plotting-backend", ["gnuplot", "plotters"]))
        .arg(one_of("output-format", ["criterion", "bencher"]))
        .arg(flag("nocapture"))
        .arg(flag("show-output"))
        .arg(flag("include-ignored"))
        .arg(flag("version").short('V'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> std::result::Result<Arguments, String> {
        let words = std::iter::once("suite").chain(line.split(' ').filter(|word| !word.is_empty()));
        let matches = grammar().try_get_matches_from(words).map_err(|e| e.to_string())?;
        Arguments::read(&matches).map_err(|e| e.to_string())
    }

    fn read(line: &str) -> Arguments {
        parsed(line).unwrap_or_else(|error| panic!("{line}: {error}"))
    }

    #[test]
    fn the_grammar_is_sound() {
        grammar().debug_assert();
    }

    #[test]
    fn a_name_is_found_however_it_is_attached() {
        for line in
            ["-smain", "-s main", "-s=main", "--save-baseline main", "--save-baseline=main", "-nsmain", "-vns main"]
        {
            let arguments = read(&format!("--bench {line} quick"));
            assert_eq!(arguments.saved.as_deref(), Some("main"), "{line}");
            assert_eq!(arguments.filter.as_deref(), Some("quick"), "{line}");
        }
        // What Criterion does by itself is no name of anybody's.
        assert_eq!(read("--bench").saved, None);
        assert_eq!(read("--bench --save-baseline base").saved, None);
        assert_eq!(read("--bench -- -smain").saved, None);
    }

    #[test]
    fn only_a_measurement_keeps_figures() {
        for line in [
            "--bench",
            "--bench quick",
            "--bench -s x",
            "--bench -b x",
            "--bench --quick",
            "--baseline-lenient x --bench",
        ] {
            assert!(read(line).keeps_figures(), "{line}");
        }
        for line in [
            "",
            "quick",
            "--test",
            "--bench --test",
            "--bench --list",
            "--bench --profile-time 5",
            "--bench --profile-time=5",
            "--bench --discard-baseline",
            "--bench --load-baseline a --baseline b",
            "--list --save-baseline x",
        ] {
            assert!(!read(line).keeps_figures(), "{line}");
        }
    }

    #[test]
    fn what_cannot_be_used_is_said_in_words() {
        for (line, part) in [
            ("--save-baseline ../../../esc", "esc"),
            ("--save-baseline=", "baseline name"),
            ("-sa/b", "a/b"),
            ("-s new", "taken"),
            ("--save-baseline change", "taken"),
            ("-b ..", "baseline name"),
            ("--baseline-lenient a/b", "a/b"),
            ("--load-baseline ../x --baseline main", "../x"),
            ("--sample-size 9", "give 10 to 1000000"),
            ("--nresamples 0", "2 to"),
            ("--nresamples 1", "2 to"),
            ("--sample-size 99999999999999", "10 to 1000000"),
            ("--measurement-time 0", "above zero"),
            ("--measurement-time=-1", "above zero"),
            ("--warm-up-time nan", "above zero"),
            ("--warm-up-time 1e300", "above zero"),
            ("--profile-time 0.5", "1 second"),
            ("--noise-threshold 0", "above zero"),
            ("--confidence-level 1", "0.95"),
            ("--significance-level=-0.1", "0.05"),
            ("--quick --sample-size 10", "cannot be used"),
            ("--save-baseline a --baseline b", "cannot be used"),
            ("--load-baseline a", "--baseline"),
            ("quick 1kx3", "1kx3"),
        ] {
            let error = parsed(&format!("--bench {line}")).expect_err(line);
            assert!(error.contains(part), "{line}: {error}");
        }
        assert!(parsed("--bench --load-baseline new --baseline base").is_ok(), "Criterion's own can be read");
    }
}
