//! The benchmark suite: per scenario and mode a Criterion group with `wall_time`, `cpu_time` and `peak_memory`.
//!
//! Inside the timed region is [`Engine::generate`](crate::engine::Engine::generate) and nothing else, for every engine
//! alike: from the loaded census to all event columns of all years in the engine's own memory, in canonical order.
//! Starting the engine, loading the census, freeing the events and writing files are outside (`docs/measuring.md`).

mod arguments;
mod baselines;
mod benchmarks;
mod cpu_time;
mod failures;
mod of_an_engine;
pub mod peak_memory;
mod profiler;
mod run;
mod scaling;

pub use run::main;
