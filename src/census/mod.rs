//! The people at the start: read from a PlanAlign file or drawn from a seed, checked, sorted by employee id.

mod cell;
mod columns;
mod csv_file;
mod day;
mod draft;
mod fingerprint;
mod foreign;
mod lines;
mod parquet_file;
mod parquet_type;
mod people;
mod problems;
mod source;
mod synthetic;

pub use fingerprint::census_fingerprint;
pub use people::{Census, LoadedCensus};
pub use problems::RowWarning;
pub use source::{CensusFile, load};
pub(crate) use source::{check_same, load_as};
pub use synthetic::synthetic;
