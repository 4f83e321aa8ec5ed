//! The written rules (`docs/event-rules.md`) as code that every engine shares: units, assumptions, draws,
//! calendar, workforce plan and vocabularies. Nothing here knows Polars or DuckDB, and of
//! files only that of the assumptions.

pub mod assumptions;
pub mod bands;
pub mod calendar;
pub mod draws;
pub mod identity;
pub mod plan;
pub mod run;
pub mod tables;
pub mod units;
pub mod vocabulary;

/// Version of `docs/event-rules.md` that this code implements; it changes whenever an event log could change.
pub const RULES_VERSION: u32 = 2;
