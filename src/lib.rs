//! Workforce event generation in SQL (DuckDB), in Polars and in plain Rust: one set of rules, provably the same rows,
//! and a Criterion suite that times exactly that work.

pub mod census;
pub mod choices;
pub mod cli;
pub mod compare;
pub mod config;
pub mod console;
pub mod engine;
pub mod error;
pub mod export;
pub mod files;
pub mod fingerprint;
mod guard;
pub mod measure;
pub mod panics;
pub mod parity;
mod paths;
pub mod record;
pub mod remarks;
pub mod report;
pub mod results;
pub mod rules;
pub mod scenario;
pub mod settings;
pub mod stats;
pub mod suite;
pub mod text_column;
pub mod verdict;

pub use error::{Error, Result};
