//! The engines behind one interface: three of this crate, and any other program. None generates with another's help (the reference uses Polars' writer for
//! Parquet, and nothing else of it); all follow `docs/event-rules.md`.

pub mod external;
mod interface;
pub mod memory_limit;
mod mode;
mod options;
pub mod polars;
pub mod reference;
mod registry;
pub(crate) mod resources;
pub mod sql;

pub use external::Engines;
pub use interface::{Engine, EventLog, Place, SetupTimes, WholeRun};
pub use mode::{ALL, LONGEST_NAME, Mode, OwnName};
pub use options::EngineOptions;
pub use registry::open;
