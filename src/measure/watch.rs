//! Memory and CPU time around a run, of this process or of an engine's own processes.

use crate::engine::{Engine, Place, WholeRun};
use crate::error::{Outside, Result};
use crate::machine::MemoryMethod;
use crate::machine::process::{cpu_time, peak_memory_bytes};
use crate::machine::sampler::Sampler;
use crate::machine::tree::{Tree, TreeSampler};
use std::time::Duration;

/// What a run used.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Used {
    /// CPU time.
    pub cpu: Option<Duration>,
    /// Highest CPU utilisation over a window, 1.0 = one CPU.
    pub peak_cpu_utilisation: Option<f64>,
    /// Peak memory since the start of the process or engine, bytes.
    pub peak_memory_bytes: Option<u64>,
    /// Mean memory, bytes.
    pub mean_memory_bytes: Option<f64>,
    /// How memory was measured, where it is not this process' own account.
    pub memory_method: Option<MemoryMethod>,
}

/// A watch over a run.
pub(super) enum Watch {
    /// Over this process.
    Here { sampler: Sampler, cpu_before: Duration },
    /// Over the processes of an engine.
    Below { sampler: Option<TreeSampler>, tree: Option<Tree>, cpu_before: Option<Duration> },
    /// Every run brings its own figures.
    EachRun,
}

impl Watch {
    /// Begins, right before a run.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn begin(engine: &mut dyn Engine) -> Result<Self> {
        Ok(match engine.place() {
            Place::ThisProcess => {
                let sampler = Sampler::start().map_err(|error| Outside::NoSampler { error })?;
                Self::Here { sampler, cpu_before: cpu_time() }
            }
            Place::Below(pid) => {
                let sampler = engine.take_sampler();
                sampler.iter().for_each(TreeSampler::mark);
                let mut tree = Tree::under(pid);
                let cpu_before = tree.as_mut().and_then(Tree::cpu_time);
                Self::Below { sampler, tree, cpu_before }
            }
            Place::EachRun => Self::EachRun,
        })
    }

    /// Ends, right after the run, before anything else can raise a peak.
    pub fn end(self, whole: Option<WholeRun>) -> Used {
        match self {
            Self::Here { sampler, cpu_before } => {
                let cpu = cpu_time().saturating_sub(cpu_before);
                let peak_memory_bytes = peak_memory_bytes();
                let usage = sampler.finish();
                Used {
                    cpu: Some(cpu),
                    peak_cpu_utilisation: usage.and_then(|usage| usage.peak_cpu_utilisation),
                    peak_memory_bytes,
                    mean_memory_bytes: usage.and_then(|usage| usage.mean_memory_bytes),
                    memory_method: None,
                }
            }
            Self::Below { sampler, mut tree, cpu_before } => {
                let cpu_after = tree.as_mut().and_then(Tree::cpu_time);
                let usage = sampler.map(TreeSampler::finish);
                Used {
                    cpu: cpu_after.zip(cpu_before).map(|(after, before)| after.saturating_sub(before)),
                    peak_cpu_utilisation: usage.and_then(|usage| usage.peak_cpu_utilisation),
                    peak_memory_bytes: usage.and_then(|usage| usage.peak_memory_bytes),
                    mean_memory_bytes: usage.and_then(|usage| usage.mean_memory_bytes),
                    memory_method: Some(MemoryMethod::ProcessTree),
                }
            }
            Self::EachRun => whole.map_or_else(Used::default, |whole| Used {
                cpu: whole.cpu,
                peak_cpu_utilisation: None,
                peak_memory_bytes: whole.peak_memory_bytes,
                mean_memory_bytes: whole.mean_memory_bytes,
                memory_method: Some(MemoryMethod::ProcessTree),
            }),
        }
    }
}
