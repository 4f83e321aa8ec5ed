//! What every engine hands over: the schema of events, their neutral form, its fingerprint, and Parquet files of it.

pub mod event_file;
pub mod event_table;
pub mod fingerprint;
pub mod schema;
pub mod text_column;
