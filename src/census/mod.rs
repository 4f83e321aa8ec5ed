//! The people at the start: read from a PlanAlign file or drawn from a seed, checked, sorted by employee id.

mod amount;
mod broken;
mod cell;
mod columns;
mod content;
mod csv_file;
mod date_format;
mod date_guess;
mod day;
mod draft;
mod fingerprint;
mod foreign;
mod format;
mod lines;
mod lookalike;
mod names;
mod parquet_file;
mod parquet_type;
mod people;
mod problems;
mod separator;
mod source;
mod synthetic;
mod utf16;
mod words;

pub use date_format::DateFormat;
pub use fingerprint::census_fingerprint;
pub use format::{CensusFormat, ColumnNames};
pub use people::{Census, LoadedCensus};
pub use problems::RowWarning;
pub use source::{CensusFile, load};
pub(crate) use source::{check_same, load_as};
pub use synthetic::synthetic;
