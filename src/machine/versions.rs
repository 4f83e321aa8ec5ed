//! What made a result: versions of crate, rules and engines, and how DuckDB was obtained.

use serde::{Deserialize, Serialize};
use std::ffi::CStr;

/// Versions behind a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    /// This crate.
    pub planalign_bench: String,
    /// `docs/event-rules.md`.
    pub rules: u32,
    /// The DuckDB library in use.
    pub duckdb: String,
    /// `bundled` (compiled from source, static) or `prebuilt` (the official library).
    pub duckdb_route: String,
    /// The Polars crate.
    pub polars: String,
}

impl Versions {
    /// The versions of this process.
    pub fn current() -> Self {
        // SAFETY: the function takes nothing and returns a static, NUL-terminated string.
        let duckdb = unsafe { CStr::from_ptr(duckdb::ffi::duckdb_library_version()) };
        Self {
            planalign_bench: env!("CARGO_PKG_VERSION").to_owned(),
            rules: crate::rules::RULES_VERSION,
            duckdb: duckdb.to_string_lossy().trim_start_matches('v').to_owned(),
            duckdb_route: if cfg!(feature = "bundled") { "bundled" } else { "prebuilt" }.to_owned(),
            polars: polars::VERSION.to_owned(),
        }
    }
}
