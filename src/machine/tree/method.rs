//! How a peak of memory was found, for who compares figures.

use serde::{Deserialize, Serialize};

/// How peak memory was found. Figures of two methods are no measure of each other to the last megabyte.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemoryMethod {
    /// The kernel's high-water mark of one process (`VmHWM` on Linux).
    #[default]
    OneProcess,
    /// The largest sum over a process and its descendants at one look, see [`TreeSampler`](super::TreeSampler).
    ProcessTree,
}

impl MemoryMethod {
    /// In words, for a report.
    pub fn words(self) -> &'static str {
        match self {
            Self::OneProcess => "the kernel's high-water mark of the one process",
            Self::ProcessTree => {
                "largest sum of the resident memory of all processes of the engine at one look; pages that processes \
                 share count in each of them"
            }
        }
    }
}
