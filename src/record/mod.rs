//! Files that this crate owns: their formats and their places.

pub mod baseline;
pub mod benchmark;
pub mod criterion;
pub mod history;
pub mod metric;
pub mod names;
pub mod run;
pub mod sessions;

/// Now, UTC, in ISO 8601 to the second.
pub(crate) fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
