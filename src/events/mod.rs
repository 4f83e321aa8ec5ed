//! What every engine hands over: a year's events as Arrow batches in one schema, their fingerprint, and Parquet files of
//! them.

pub mod fingerprint;
pub mod read_parquet;
pub mod schema;
pub(crate) mod texts;
pub(crate) mod write_parquet;
pub mod year;
