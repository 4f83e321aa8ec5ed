//! Generating the events of a run into a folder of Parquet files, and reading such a folder.

pub mod event_folder;
mod exchange;
pub mod output_folder;
mod place;
mod run;
mod summary;

pub use run::generate;
pub use summary::{SUMMARY, Summary};
