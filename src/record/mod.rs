//! Files that this crate owns: their formats and their places.

pub mod baseline;
pub mod benchmark;
pub mod criterion;
pub mod event_file;
pub mod event_folder;
mod exchange;
pub mod generation;
pub mod history;
pub mod names;
pub mod output_folder;
mod place;
pub mod run;
pub mod sessions;
pub mod versions;

/// Now, UTC, in ISO 8601 to the second.
pub(crate) fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
