//! What is measured and how: CPU time, peak memory of fresh processes, phases, sampled means, machine facts, flame
//! graphs. `docs/measuring.md` says what each figure means and what it leaves out.

pub mod allocator;
pub mod bandwidth;
pub mod cgroup;
pub mod cpu_time;
pub mod fitness;
pub mod fresh;
pub mod load;
pub mod machine;
pub mod metric;
pub mod peak_memory;
pub mod process;
pub mod profiler;
pub mod sampler;
pub mod turns;
mod warning;
pub mod worker;
