//! Talk while something runs: to standard error, so that standard output holds results only.

use crate::measure::worker::Warm;
use crate::record::run::RunRecord;
use crate::report::format;
use crate::stats::median;
use crate::suite::rounds::Observer;
use anstyle::{AnsiColor, Style};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;

/// How much is said.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(super) struct Talk {
    /// Say one line per run, with its figures
    #[arg(short, long, conflicts_with = "quiet")]
    pub verbose: bool,
    /// Say nothing but results and errors
    #[arg(short, long)]
    pub quiet: bool,
    /// Say everything: settings, and each run's whole record
    #[arg(long, conflicts_with = "quiet")]
    pub debug: bool,
}

impl Talk {
    /// Says something unless quiet.
    pub fn say(self, text: &str) {
        if !self.quiet {
            anstream::eprintln!("{text}");
        }
    }

    /// Says it in `--debug` only.
    pub fn debug(self, text: impl FnOnce() -> String) {
        if self.debug {
            anstream::eprintln!("debug: {}", text());
        }
    }

    /// Progress of a session of `runs` runs in all.
    pub fn progress(self, runs: u64) -> Progress {
        let bar = std::io::stderr().is_terminal() && !self.quiet && !self.verbose && !self.debug;
        let bar = bar.then(|| {
            let style = ProgressStyle::with_template("{bar:30} {pos}/{len} runs, {elapsed} so far, {eta} to go  {msg}");
            ProgressBar::new(runs).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Progress { talk: self, bar, done: 0, runs }
    }
}

/// Shows a session: a bar with an estimate on a terminal, plain lines elsewhere.
pub(super) struct Progress {
    talk: Talk,
    bar: Option<ProgressBar>,
    done: u64,
    runs: u64,
}

impl Observer for Progress {
    fn begins(&mut self, benchmark: &str, run: u32, runs: u32) {
        if let Some(bar) = &self.bar {
            bar.set_message(format!("{benchmark} {run}/{runs}"));
        }
    }

    fn ended(&mut self, record: &RunRecord) {
        let counts = record.replaced_by.is_none();
        self.done += u64::from(counts);
        let line = || format!("[{}/{}] {}", self.done, self.runs, describe(record));
        match &self.bar {
            Some(bar) => {
                bar.inc(u64::from(counts));
                if !record.success {
                    bar.println(line());
                }
            }
            None => self.talk.say(&line()),
        }
        self.talk.debug(|| serde_json::to_string(record).unwrap_or_else(|error| error.to_string()));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn describe(record: &RunRecord) -> String {
    let (id, run) = (record.benchmark.id(), record.run_number);
    let Some(seen) = record.observation.as_ref().filter(|_| record.success) else {
        return format!("{id} run {run} FAILED: {}", record.error.as_deref().unwrap_or("no output"));
    };
    let warm =
        median(&seen.warm_wall_seconds).map_or_else(String::new, |time| format!(", then {}", format::seconds(time)));
    let memory =
        seen.peak_memory_bytes.map_or_else(String::new, |bytes| format!(", peak {}", format::bytes(bytes as f64)));
    format!("{id} run {run}: first {}{warm}{memory}", format::seconds(seen.wall_seconds))
}

/// Warm runs of every process of a session.
pub(super) const WARM: Warm = Warm::MEDIAN;

/// A verdict or word in the colour of its meaning; no colour where nobody sees it or `NO_COLOR` is set.
pub(super) fn coloured(word: &str, good: Option<bool>) -> String {
    let colour = match good {
        Some(true) => AnsiColor::Green,
        Some(false) => AnsiColor::Red,
        None => AnsiColor::Yellow,
    };
    let style = Style::new().fg_color(Some(colour.into())).bold();
    format!("{style}{word}{style:#}")
}
