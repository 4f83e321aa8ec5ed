//! When something has regressed: thresholds, and the decisions against a stored baseline and on paired rounds
//! (`docs/verdicts.md` is the procedure).

pub mod check;
mod days;
mod decision;
pub mod limit;
mod outcome;
pub mod paired;
pub mod rounds;
pub mod stored;
pub mod thresholds;

pub use outcome::{Severity, Verdict, together};
