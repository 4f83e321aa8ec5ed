//! Workforce event generation in SQL (DuckDB), in Polars and in plain Rust: one set of rules, provably the same rows,
//! and a Criterion suite that times exactly that work.

pub mod census;
pub mod engine;
pub mod error;
pub mod fingerprint;
pub mod parity;
pub mod rules;
pub mod scenario;
pub mod text_column;

pub use error::{Error, Result};
