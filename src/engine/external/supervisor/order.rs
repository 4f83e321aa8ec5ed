//! What the supervisor is told, and what it tells.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{Error, ErrorKind};
use std::path::PathBuf;

/// First argument of a process that is to supervise. What follows is the engine's command, for who lists processes.
pub(super) const ARGUMENT: &str = "--planalign-supervisor";
/// Holds the order as JSON. Unlike arguments, variables are shown to no other user: the engine's may be secret.
pub(super) const VARIABLE: &str = "PLANALIGN_SUPERVISOR_ORDER";

/// What is to be run, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The program and its arguments. A bare name is looked for in `PATH`; a relative path leads from the folder.
    pub command: Vec<String>,
    /// Folder in which it runs.
    #[serde(with = "crate::files::paths")]
    pub folder: PathBuf,
    /// Variables beside those of this process.
    pub environment: BTreeMap<String, String>,
    /// File for the supervisor's report. An older one is removed first.
    #[serde(with = "crate::files::paths")]
    pub report: PathBuf,
}

/// An order as it is sent.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Sent {
    /// Number of the process that ordered.
    pub parent: u32,
    pub order: Order,
}

/// How a program ended, or why it never began.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Report {
    pub exit_code: Option<i32>,
    pub signal: Option<i32>,
    pub seconds: f64,
    pub cpu_seconds: Option<f64>,
    pub largest_process_bytes: Option<u64>,
    pub disk_read_bytes: Option<u64>,
    pub disk_written_bytes: Option<u64>,
    pub left_behind: Vec<String>,
    pub not_started: Option<NotStarted>,
}

/// Why a program could not be started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotStarted {
    /// In two or three words: `not found`, `permission denied`.
    pub kind: String,
    /// What the system said.
    pub text: String,
}

impl NotStarted {
    pub(super) fn new(error: &Error) -> Self {
        let kind = match error.kind() {
            ErrorKind::NotFound => "not found".to_owned(),
            kind => kind.to_string(),
        };
        Self { kind, text: error.to_string() }
    }
}
