//! Panics: how one ends the process, and how that of a library is caught and told as an error.

mod caught;
mod ending;

pub(crate) use caught::without_panic;
pub use ending::guarded;
