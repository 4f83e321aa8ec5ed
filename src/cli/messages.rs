//! Messages while something runs: to standard error, so that standard output holds results only.

use crate::compare::Step;
use crate::console;
use crate::figures;
use crate::measure::request::Warm;
use crate::measure::rounds::Observer;
use crate::record::run::RunRecord;
use crate::stats::median;
use anstyle::{AnsiColor, Style};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// How much is said. `--quiet` is every verb's; more can be said only by verbs that measure.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Messages {
    /// Nothing but results, warnings and errors.
    pub quiet: bool,
    /// A line for everything.
    pub verbose: bool,
    /// All there is to say.
    pub debug: bool,
}

/// For verbs that measure.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(super) struct More {
    /// Say one line per run, with its figures
    #[arg(short, long, conflicts_with = "quiet")]
    pub verbose: bool,
    /// Say everything: settings, and each run's whole record
    #[arg(long, conflicts_with = "quiet")]
    pub debug: bool,
}

impl Messages {
    /// Says something unless quiet.
    pub fn say(self, text: &str) {
        if !self.quiet {
            console::line(text);
        }
    }

    /// Says it in `--debug` only.
    pub fn debug(self, text: impl FnOnce() -> String) {
        if self.debug {
            console::line(&format!("debug: {}", text()));
        }
    }

    /// A bar, where somebody sees it.
    pub fn bar(self, length: u64, template: &str) -> Option<ProgressBar> {
        let seen = std::io::stderr().is_terminal() && !self.quiet && !self.verbose && !self.debug;
        seen.then(|| {
            let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressBar::new(length).with_style(style)
        })
    }

    /// Progress of a session of `runs` runs in all.
    pub fn progress(self, runs: u64) -> SessionProgress {
        let bar = self.bar(runs, "{bar:30} {pos}/{len} runs, {elapsed} so far, {eta} to go  {msg}");
        SessionProgress { messages: self, bar, done: 0, runs }
    }
}

/// Shows a session: a bar with an estimate on a terminal, plain lines elsewhere.
pub(super) struct SessionProgress {
    messages: Messages,
    bar: Option<ProgressBar>,
    done: u64,
    runs: u64,
}

impl Observer for SessionProgress {
    fn begins(&mut self, benchmark: &str, run: u32, runs: u32) {
        if let Some(bar) = &self.bar {
            bar.set_message(console::one_line(&format!("{benchmark} {run}/{runs}")));
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
                    bar.println(console::escaped(&line()));
                }
            }
            None => self.messages.say(&line()),
        }
        self.messages.debug(|| serde_json::to_string(record).unwrap_or_else(|error| error.to_string()));
    }
}

impl Drop for SessionProgress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Shows a comparison: which round of how many, and the time left.
pub(super) struct ComparisonProgress {
    messages: Messages,
    bar: Option<ProgressBar>,
    start: Instant,
    done: u32,
    most: Option<Duration>,
}

impl ComparisonProgress {
    /// `most` is the time after which no round starts.
    pub fn new(messages: Messages, most: Option<Duration>) -> Self {
        let bar = messages.bar(0, "{bar:30} {msg}");
        Self { messages, bar, start: Instant::now(), done: 0, most }
    }

    /// A round begins.
    pub fn begins(&mut self, step: Step<'_>) {
        let elapsed = self.start.elapsed();
        let text = self.describe(step, elapsed);
        match &self.bar {
            Some(bar) => {
                bar.set_length(step.rounds as u64);
                bar.set_position(step.round as u64 - 1);
                bar.set_message(console::one_line(&text));
            }
            None if self.messages.verbose || step.round % EVERY == 1 => self.messages.say(&text),
            None => {}
        }
        self.done += 1;
    }

    fn describe(&self, step: Step<'_>, elapsed: Duration) -> String {
        let mut text =
            format!("[{}/{}] {} round {} of {}", step.number, step.benchmarks, step.benchmark, step.round, step.rounds);
        // No round has ended yet: nothing is known.
        if self.done > 0 {
            let later = (step.benchmarks - step.number) * step.rounds_of_each;
            let rounds = (step.rounds - step.round + 1 + later) as f64;
            let mut left = elapsed.as_secs_f64() / f64::from(self.done) * rounds;
            if let Some(most) = self.most {
                left = left.min(most.saturating_sub(elapsed).as_secs_f64());
            }
            text += &format!(", about {} left", about(left));
        }
        text
    }
}

impl Drop for ComparisonProgress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Off a terminal, a line for the first of so many rounds.
const EVERY: usize = 5;

/// A time as people say it.
fn about(seconds: f64) -> String {
    match seconds.round() {
        seconds if seconds < 100.0 => format!("{seconds} s"),
        seconds if seconds < 5_400.0 => format!("{} min", (seconds / 60.0).round()),
        seconds => format!("{:.1} h", seconds / 3_600.0),
    }
}

fn describe(record: &RunRecord) -> String {
    let (id, run) = (record.benchmark.id(), record.run_number);
    let Some(seen) = record.observation.as_ref().filter(|_| record.success) else {
        return format!("{id} run {run} FAILED: {}", record.error.as_deref().unwrap_or("no output"));
    };
    let warm =
        median(&seen.warm_wall_seconds).map_or_else(String::new, |time| format!(", then {}", figures::seconds(time)));
    let memory =
        seen.peak_memory_bytes.map_or_else(String::new, |bytes| format!(", peak {}", figures::bytes(bytes as f64)));
    let first = seen.wall_seconds.map(|time| format!("first {}", figures::seconds(time)));
    let whole = || seen.whole_seconds.map(|time| format!("whole run {}", figures::seconds(time)));
    format!("{id} run {run}: {}{warm}{memory}", first.or_else(whole).unwrap_or_default())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_says_which_of_how_many_and_the_time_left() {
        let rounds = |done, most| ComparisonProgress {
            messages: Messages::default(),
            bar: None,
            start: Instant::now(),
            done,
            most,
        };
        let step = |number, round, rounds| Step {
            benchmark: "quick/sql",
            number,
            benchmarks: 3,
            round,
            rounds,
            rounds_of_each: 10,
        };
        let first = rounds(0, None).describe(step(1, 1, 10), Duration::ZERO);
        assert_eq!(first, "[1/3] quick/sql round 1 of 10");
        // Four rounds took 8 s: six more of these, and ten of each of the two that follow.
        let fifth = rounds(4, None).describe(step(1, 5, 10), Duration::from_secs(8));
        assert_eq!(fifth, "[1/3] quick/sql round 5 of 10, about 52 s left");
        let limited = rounds(4, Some(Duration::from_secs(20))).describe(step(1, 5, 10), Duration::from_secs(8));
        assert!(limited.ends_with("about 12 s left"), "{limited}");
        let last = rounds(50, None).describe(step(3, 20, 20), Duration::from_secs(100));
        assert!(last.ends_with("[3/3] quick/sql round 20 of 20, about 2 s left"), "{last}");
        assert_eq!((about(99.4), about(150.0), about(7_200.0)), ("99 s".into(), "3 min".into(), "2.0 h".into()));
    }
}
