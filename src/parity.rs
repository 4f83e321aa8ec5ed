//! Proof of equality: every column of every row, of every mode, against the reference.

use crate::census::Census;
use crate::engine::{EngineOptions, EventLog, Mode, open};
use crate::error::{Difference, Error, Result};
use crate::events::fingerprint::{Fingerprint, Fingerprinter};
use crate::events::schema::{EVENT_COLUMNS, position};
use crate::events::year::{Events, Rows};
use crate::rules::run::RunSpec;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

/// Differing rows shown side by side.
const SHOWN: usize = 5;

/// Fingerprint and size of one event log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// Digest of the whole log.
    pub fingerprint: Fingerprint,
    /// Number of events.
    pub events: u64,
}

/// What several logs of one run have in common, and what not.
#[derive(Debug, Default)]
pub struct ParityReport {
    /// Each log's name and outcome, the yardstick first.
    pub outcomes: Vec<(String, Outcome)>,
    /// Differences of the later logs from the first; empty means identical.
    pub differences: Vec<Differences>,
    /// Other programs that gave nothing to compare, and why.
    pub failed: Vec<(String, Error)>,
}

impl ParityReport {
    /// Whether all logs are there and the same, bit for bit.
    pub fn is_identical(&self) -> bool {
        self.failed.is_empty() && self.is_same()
    }

    /// Whether those logs that are there are the same.
    pub fn is_same(&self) -> bool {
        self.differences.is_empty() && self.outcomes.windows(2).all(|pair| pair[0].1 == pair[1].1)
    }
}

/// Fingerprint of a log, read year by year.
///
/// # Errors
/// When the log cannot be read, or is not in canonical order.
pub fn outcome(log: &dyn EventLog) -> Result<Outcome> {
    let mut total = Totals::default();
    for events in log.years() {
        total.add(&events?).map_err(|what| Difference::Order { of: String::new(), what })?;
    }
    Ok(total.finish())
}

/// Runs every mode and compares them; the first of `modes` is the yardstick. Another program that fails is among the report's
/// failures, and the others are compared all the same.
///
/// # Errors
/// When an engine of this crate or the yardstick fails, or its events are not in canonical order.
pub fn compare_modes(modes: &[Mode], run: &RunSpec, census: &Census, options: &EngineOptions) -> Result<ParityReport> {
    let mut failures = Failures { yardstick: modes.first().copied(), failed: Vec::new() };
    let mut engines = Vec::new();
    for &mode in modes {
        let opened = failures.note(mode, open(mode, run, census, options))?;
        engines.extend(opened.map(|engine| (mode, engine)));
    }
    let mut logs = Vec::new();
    for (mode, engine) in &mut engines {
        let generated = failures.note(*mode, engine.generate())?;
        logs.extend(generated.map(|log| (*mode, log)));
    }
    let views: Vec<(String, &dyn EventLog)> =
        logs.iter().map(|(mode, log)| (mode.name().to_owned(), log.as_ref())).collect();
    let (mut report, failed) = compare_all(&views)?;
    for (index, error) in failed {
        failures.note::<()>(logs[index].0, Err(error))?;
    }
    drop(logs);
    for (mode, engine) in engines {
        // One that failed before is ended anyhow.
        if !failures.failed.iter().any(|(failed, _)| failed == mode.name()) {
            failures.note(mode, engine.close())?;
        }
    }
    report.failed = failures.failed;
    Ok(report)
}

/// What failed so far, of other programs.
struct Failures {
    yardstick: Option<Mode>,
    failed: Vec<(String, Error)>,
}

impl Failures {
    /// What came of a step; `None` of another program that failed.
    fn note<T>(&mut self, mode: Mode, outcome: Result<T>) -> Result<Option<T>> {
        match outcome {
            Ok(found) => Ok(Some(found)),
            Err(error @ Error::Interrupted) => Err(error),
            Err(error) if mode.is_built_in() || self.yardstick == Some(mode) => Err(error),
            Err(error) => {
                self.failed.push((mode.name().to_owned(), error));
                Ok(None)
            }
        }
    }
}

/// Compares logs year by year; the first is the yardstick.
///
/// # Errors
/// When a log cannot be read, or is not in canonical order.
pub fn compare_logs(logs: &[(String, &dyn EventLog)]) -> Result<ParityReport> {
    let (report, failed) = compare_all(logs)?;
    failed.into_iter().next().map_or(Ok(report), |(_, error)| Err(error))
}

/// As [`compare_logs`]; of the later logs that cannot be compared the number and why, and the others are.
fn compare_all(logs: &[(String, &dyn EventLog)]) -> Result<(ParityReport, Vec<(usize, Error)>)> {
    let mut totals = vec![Totals::default(); logs.len()];
    let mut differences: Vec<Differences> =
        logs.iter().skip(1).map(|(name, _)| Differences::new(&logs[0].0, name)).collect();
    let named = |name: &str, what: String| Difference::Order { of: format!("{name}: "), what };
    let mut years: Vec<_> = logs.iter().map(|(_, log)| log.years()).collect();
    let mut failed: Vec<(usize, Error)> = Vec::new();
    while let Some(yardstick) = years[0].next().transpose()? {
        totals[0].add(&yardstick).map_err(|problem| named(&logs[0].0, problem))?;
        for (index, (name, _)) in logs.iter().enumerate().skip(1) {
            if failed.iter().any(|(gone, _)| *gone == index) {
                continue;
            }
            let mut compare = || -> Result<()> {
                let events = years[index].next().transpose()?;
                let events = events.ok_or_else(|| named(name, format!("year {} is missing", yardstick.year)))?;
                totals[index].add(&events).map_err(|problem| named(name, problem))?;
                if events != yardstick {
                    differences[index - 1].add_year(&yardstick, &events);
                }
                Ok(())
            };
            if let Err(error) = compare() {
                failed.push((index, error));
            }
        }
    }
    let gone = |index: usize| failed.iter().any(|(gone, _)| *gone == index);
    let differences = differences.into_iter().enumerate();
    let differences = differences.filter(|(index, difference)| !gone(index + 1) && difference.count() > 0);
    let outcomes = logs.iter().zip(totals).enumerate().filter(|(index, _)| !gone(*index));
    let report = ParityReport {
        differences: differences.map(|(_, difference)| difference).collect(),
        outcomes: outcomes.map(|(_, ((name, _), total))| (name.clone(), total.finish())).collect(),
        failed: Vec::new(),
    };
    Ok((report, failed))
}

#[derive(Clone, Default)]
struct Totals {
    printer: Fingerprinter,
    events: u64,
}

impl Totals {
    /// Adds a year after making sure that it is in canonical order; says what is not.
    fn add(&mut self, events: &Events) -> Result<(), String> {
        events.check_order()?;
        self.printer.add_year(events);
        self.events += events.len() as u64;
        Ok(())
    }

    fn finish(self) -> Outcome {
        Outcome { fingerprint: self.printer.finish(), events: self.events }
    }
}

/// How one log differs from another, counted and with examples.
#[derive(Debug)]
pub struct Differences {
    yardstick: String,
    other: String,
    /// Events by category that only the yardstick has.
    missing: BTreeMap<String, u64>,
    /// Events by category that only the other has.
    extra: BTreeMap<String, u64>,
    /// Differing values by category and column.
    changed: BTreeMap<(String, &'static str), u64>,
    examples: Vec<String>,
}

impl Differences {
    fn new(yardstick: &str, other: &str) -> Self {
        Self {
            yardstick: yardstick.to_owned(),
            other: other.to_owned(),
            missing: BTreeMap::new(),
            extra: BTreeMap::new(),
            changed: BTreeMap::new(),
            examples: Vec::new(),
        }
    }

    /// Number of missing events, extra events and differing values.
    pub fn count(&self) -> u64 {
        self.missing.values().chain(self.extra.values()).chain(self.changed.values()).sum()
    }

    /// The columns in which values differ.
    pub fn columns(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.changed.keys().map(|(_, column)| *column)
    }

    /// Matches events by person and category, which happens at most once a year, and counts what differs.
    fn add_year(&mut self, yardstick: &Events, other: &Events) {
        let (year, left, right) = (yardstick.year, &yardstick.rows(), &other.rows());
        let (lefts, rights) = (by_person_and_category(left), by_person_and_category(right));
        let (mut l, mut r) = (0, 0);
        while l < lefts.len() || r < rights.len() {
            let order = match (lefts.get(l), rights.get(r)) {
                (Some(&a), Some(&b)) => person_and_category(left, a).cmp(&person_and_category(right, b)),
                (Some(_), None) => Ordering::Less,
                (None, _) => Ordering::Greater,
            };
            match order {
                Ordering::Less => {
                    *self.missing.entry(category(left, lefts[l])).or_default() += 1;
                    self.example(year, Some((left, lefts[l])), None);
                    l += 1;
                }
                Ordering::Greater => {
                    *self.extra.entry(category(right, rights[r])).or_default() += 1;
                    self.example(year, None, Some((right, rights[r])));
                    r += 1;
                }
                Ordering::Equal => {
                    self.add_row(year, (left, lefts[l]), (right, rights[r]));
                    l += 1;
                    r += 1;
                }
            }
        }
    }

    fn add_row(&mut self, year: i32, left: (&Rows, usize), right: (&Rows, usize)) {
        let mut same = true;
        for (index, column) in EVENT_COLUMNS.iter().enumerate() {
            if !left.0.same(index, left.1, right.0, right.1) {
                same = false;
                *self.changed.entry((category(left.0, left.1), column.name)).or_default() += 1;
            }
        }
        if !same {
            self.example(year, Some(left), Some(right));
        }
    }

    fn example(&mut self, year: i32, left: Option<(&Rows, usize)>, right: Option<(&Rows, usize)>) {
        let Some((table, row)) = left.or(right) else { return };
        if self.examples.len() >= SHOWN {
            return;
        }
        let mut text =
            format!("{year}, {}, {}:", table.text(position("employee_id"), row).unwrap_or("?"), category(table, row));
        for (index, column) in EVENT_COLUMNS.iter().enumerate() {
            let show = |side: Option<(&Rows, usize)>| match side {
                None => "(no such event)".to_owned(),
                Some((table, row)) => table.show(index, row).unwrap_or_else(|| "null".to_owned()),
            };
            let (a, b) = (show(left), show(right));
            if a != b {
                text.push_str(&format!("\n      {:<28} {a:<40} {b}", column.name));
            }
        }
        self.examples.push(text);
    }
}

fn category(table: &Rows, row: usize) -> String {
    table.text(position("event_category"), row).unwrap_or("?").to_owned()
}

fn person_and_category(table: &Rows, row: usize) -> (Option<&str>, Option<&str>) {
    (table.text(position("employee_id"), row), table.text(position("event_category"), row))
}

fn by_person_and_category(table: &Rows) -> Vec<usize> {
    let mut rows: Vec<usize> = (0..table.len()).collect();
    rows.sort_by(|&a, &b| person_and_category(table, a).cmp(&person_and_category(table, b)));
    rows
}

impl fmt::Display for Differences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} differs from {}:", self.other, self.yardstick)?;
        for (events, what) in [(&self.missing, "missing"), (&self.extra, "extra")] {
            for (category, count) in events {
                writeln!(f, "  {count:>8} {what} {category} event(s)")?;
            }
        }
        for ((category, column), count) in &self.changed {
            writeln!(f, "  {count:>8} differing value(s) of {column} in {category} events")?;
        }
        writeln!(f, "  first differing rows ({} | {}):", self.yardstick, self.other)?;
        for example in &self.examples {
            writeln!(f, "    {example}")?;
        }
        Ok(())
    }
}
