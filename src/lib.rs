//! Workforce event generation in SQL (DuckDB), in Polars and in plain Rust: one set of rules, provably the same rows,
//! and a Criterion suite that times exactly that work.

pub mod census;
pub mod cli;
pub mod compare;
pub mod console;
pub mod engine;
pub mod error;
pub mod events;
pub mod export;
pub mod figures;
pub mod files;
pub mod generate;
pub mod interrupt;
pub mod machine;
pub mod measure;
pub mod panics;
pub mod parity;
pub mod record;
pub mod remarks;
pub mod report;
pub mod results;
pub mod rules;
pub mod scenario;
pub mod settings;
pub mod stats;
pub mod suite;
pub mod verdict;

pub use error::{Error, Result};
