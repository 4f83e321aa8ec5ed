//! Figures of a process and everything that it starts.

use serde::{Deserialize, Serialize};

/// How memory was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemoryMethod {
    /// The process' own account of its largest resident set.
    OneProcess,
    /// The largest sum of resident sets of all processes at one look.
    ProcessTree,
}
