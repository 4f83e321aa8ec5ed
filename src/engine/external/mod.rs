//! Engines that are other programs, by the protocol of `docs/engines.md`: started under a supervisor, fed with a folder, talked
//! to in JSON lines or run once, and read back exactly.

mod draws;
mod engine;
mod fault;
pub mod input;
mod once;
mod output;
mod parquet_file;
mod place;
mod session;
pub mod spec;
mod start;
pub mod supervisor;
mod talk;
mod told;
mod version;
mod words;

pub use engine::SessionEngine;
pub use once::OnceEngine;
pub use spec::{Engines, Protocol, Rules, Spec};
pub use version::version;
