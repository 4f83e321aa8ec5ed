//! What an engine did that it must not do, in words.

use super::spec::Spec;
use super::supervisor::Ended;
use crate::error::{Error, Outside};
use std::time::Duration;

/// At which step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Starting the program.
    Start,
    /// A request.
    Asked(&'static str),
    /// The whole run of a program that is run once.
    Run,
    /// Its output folder.
    Output,
    /// Its version command.
    Version,
}

impl Step {
    fn words(self) -> &'static str {
        match self {
            Step::Start => "start",
            Step::Asked(name) => name,
            Step::Run => "run",
            Step::Output => "output",
            Step::Version => "version",
        }
    }
}

/// A fault of an engine at a step.
pub(super) struct Fault {
    engine: String,
    program: String,
    step: Step,
    said: String,
}

/// Processes that are named.
const MOST_LEFT: usize = 5;
/// Bytes of an answer that are shown.
const SHOWN: usize = 200;

impl Fault {
    pub fn new(spec: &Spec, step: Step) -> Self {
        let program = spec.command.first().cloned().unwrap_or_default();
        Self { engine: spec.name.clone(), program, step, said: String::new() }
    }

    /// With the engine's last words.
    pub fn with_words(mut self, said: String) -> Self {
        self.said = said;
        self
    }

    fn step(&self) -> String {
        self.step.words().to_owned()
    }

    pub fn cannot_start(self, error: impl std::fmt::Display) -> Error {
        let (step, why) = (self.step(), error.to_string());
        Outside::EngineNotStarted { engine: self.engine, step, program: self.program, why }.into()
    }

    /// It ended although it should not, or otherwise than it should.
    pub fn ended(self, ended: &Ended) -> Error {
        if let Some(why) = &ended.not_started {
            return self.cannot_start(&why.text);
        }
        // Who was told to end, or runs once, owes no answer.
        let before = match self.step {
            Step::Asked(name) if name != "close" => " before it had answered",
            _ => "",
        };
        let (step, how) = (self.step(), format!("it ended with {}{before}", ended.status));
        Outside::EngineEnded { engine: self.engine, step, how, said: self.said }.into()
    }

    pub fn closed_its_output(self) -> Error {
        let (step, how) = (self.step(), "it closed its standard output and went on, so no answer can come".to_owned());
        Outside::EngineEnded { engine: self.engine, step, how, said: self.said }.into()
    }

    pub fn silent(self, limit: Duration) -> Error {
        let (step, seconds) = (self.step(), limit.as_secs_f64());
        Outside::EngineSilent { engine: self.engine, step, seconds, said: self.said }.into()
    }

    pub fn still_there(self, limit: Duration) -> Error {
        let seconds = limit.as_secs_f64();
        Outside::EngineNotEnded { engine: self.engine, seconds, said: self.said }.into()
    }

    pub fn left_behind(self, left: &[String]) -> Error {
        let step = self.step();
        let shown = left[..left.len().min(MOST_LEFT)].join(", ");
        let more = left.len().saturating_sub(MOST_LEFT);
        let left = if more == 0 { shown } else { format!("{shown}, and {more} more") };
        Outside::EngineLeftProcesses { engine: self.engine, step, left }.into()
    }

    pub fn refused(self, why: &str) -> Error {
        let (step, why) = (self.step(), shown(why.as_bytes(), 5 * SHOWN));
        Outside::EngineFailed { engine: self.engine, step, why, said: self.said }.into()
    }

    pub fn not_understood(self, line: &[u8], error: &serde_json::Error, wanted: &str) -> Error {
        let got = if line.trim_ascii().is_empty() {
            "an empty line".to_owned()
        } else {
            format!("{} ({error})", shown(line, SHOWN))
        };
        self.answered(got, &format!("{wanted} on one line, and everything else on standard error"))
    }

    pub fn other_answer(self, line: &[u8], wanted: &str) -> Error {
        let got = shown(line, SHOWN);
        self.answered(got, wanted)
    }

    pub fn other_number(self, got: u64, wanted: u64) -> Error {
        self.answered(
            format!("with id {got}"),
            &format!("the id of the request, {wanted}, and one answer for each request"),
        )
    }

    pub fn too_long(self, most: u64) -> Error {
        self.answered(format!("more than {most} bytes without an end of line"), "one line of JSON")
    }

    /// It answered a request that wants none.
    pub fn answered_the_end(self, line: &[u8]) -> Error {
        let got = shown(line, SHOWN);
        self.answered(got, "no answer to `close`: the engine just ends")
    }

    /// Its answer holds what cannot be.
    pub fn impossible(self, got: String, wanted: &str) -> Error {
        self.answered(got, wanted)
    }

    /// It said something that nobody had asked for.
    pub fn unasked(self, line: &[u8]) -> Error {
        let before = self.step.words();
        let got = format!("{} unasked, before `{before}`", shown(line, SHOWN));
        self.answered(got, "one line for each request, and everything else on standard error")
    }

    fn answered(self, got: String, wanted: &str) -> Error {
        let (step, wanted) = (self.step(), wanted.to_owned());
        Outside::EngineAnswered { engine: self.engine, step, got, wanted, said: self.said }.into()
    }

    /// What it reported or wrote cannot be.
    pub fn output(self, problem: impl Into<String>) -> Error {
        Outside::EngineOutput { engine: self.engine, problem: problem.into() }.into()
    }
}

/// The beginning of what was said, on one line.
fn shown(line: &[u8], most: usize) -> String {
    let text = String::from_utf8_lossy(line);
    let text = text.trim_end();
    let cut: String = text.chars().take(most).collect();
    let more = if cut.len() < text.len() { "…" } else { "" };
    format!("`{}{more}`", crate::console::one_line(&cut))
}
