//! Files that this crate owns: their formats and their places.

pub mod baseline;
pub mod benchmark;
pub mod criterion;
pub mod history;
pub mod key;
pub mod metric;
pub mod names;
mod own_engine;
pub mod run;
pub mod sessions;
pub mod timestamp;
