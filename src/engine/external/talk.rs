//! What this program and an engine say to each other: JSON lines (`docs/engines.md`).

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// Version of the protocol.
pub const PROTOCOL_VERSION: u32 = 1;

/// What an engine is asked.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "request", rename_all = "snake_case")]
pub enum Request<'a> {
    /// Start, and load the census.
    Open {
        /// Version of the protocol.
        protocol: u32,
        /// The input folder.
        #[serde(with = "crate::files::paths")]
        input: &'a Path,
        /// Worker threads.
        threads: usize,
        /// Seed of every draw.
        seed: u64,
        /// First simulated year.
        start_year: i32,
        /// Last simulated year.
        end_year: i32,
        /// Value of the `scenario_id` column.
        scenario_id: &'a str,
        /// Value of the `plan_design_id` column.
        plan_design_id: &'a str,
    },
    /// Generate every year's events, from the census.
    Generate,
    /// Write the events of the last generation.
    Write {
        /// An empty folder.
        #[serde(with = "crate::files::paths")]
        output: &'a Path,
    },
    /// End.
    Close,
}

impl Request<'_> {
    /// Its name.
    pub fn name(&self) -> &'static str {
        match self {
            Request::Open { .. } => "open",
            Request::Generate => "generate",
            Request::Write { .. } => "write",
            Request::Close => "close",
        }
    }

    /// Its line, with the number that the answer must carry.
    pub fn line(&self, id: u64) -> serde_json::Result<String> {
        #[derive(Serialize)]
        struct Numbered<'a> {
            id: u64,
            #[serde(flatten)]
            request: &'a Request<'a>,
        }
        Ok(serde_json::to_string(&Numbered { id, request: self })? + "\n")
    }
}

/// What an engine answers.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case", deny_unknown_fields)]
pub enum Answer {
    /// Started, with the census loaded.
    Ready {
        /// Number of the request.
        id: u64,
        /// Versions by name.
        #[serde(default)]
        versions: BTreeMap<String, String>,
    },
    /// All events are there.
    Generated {
        /// Number of the request.
        id: u64,
        /// Number of events.
        events: u64,
        /// Wall seconds of each year, in order.
        #[serde(default)]
        year_seconds: Option<Vec<f64>>,
        /// Wall seconds by step.
        #[serde(default)]
        step_seconds: Option<BTreeMap<String, f64>>,
    },
    /// The files are there.
    Written {
        /// Number of the request.
        id: u64,
    },
    /// It could not be done.
    Failed {
        /// Number of the request.
        id: u64,
        /// Why.
        error: String,
    },
}

impl Answer {
    /// Number of the request that it answers.
    pub fn id(&self) -> u64 {
        match self {
            Answer::Ready { id, .. }
            | Answer::Generated { id, .. }
            | Answer::Written { id }
            | Answer::Failed { id, .. } => *id,
        }
    }

    /// What answers a request as it should.
    pub fn wanted(request: &Request<'_>) -> &'static str {
        match request {
            Request::Open { .. } => r#"{"answer": "ready", "id": the request's}"#,
            Request::Generate => r#"{"answer": "generated", "id": the request's, "events": how many}"#,
            Request::Write { .. } => r#"{"answer": "written", "id": the request's}"#,
            Request::Close => "nothing, and ends",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_a_line_with_a_number() {
        let line = Request::Write { output: Path::new("/out") }.line(7).unwrap();
        assert_eq!(line, "{\"id\":7,\"request\":\"write\",\"output\":\"/out\"}\n");
        assert_eq!(Request::Generate.line(2).unwrap(), "{\"id\":2,\"request\":\"generate\"}\n");
    }

    #[test]
    fn answers_are_understood_or_refused() {
        let generated: Answer = serde_json::from_str(r#"{"answer":"generated","id":2,"events":9}"#).unwrap();
        assert_eq!(generated.id(), 2);
        for bad in [
            r#"{"answer":"generated","id":2}"#,
            r#"{"answer":"generated","events":9}"#,
            r#"{"answer":"generated","id":2,"events":-1}"#,
            r#"{"answer":"generated","id":2,"events":9,"year_second":[]}"#,
            r#"{"answer":"done","id":2}"#,
            "ready",
            "{}",
        ] {
            assert!(serde_json::from_str::<Answer>(bad).is_err(), "{bad}");
        }
    }
}
