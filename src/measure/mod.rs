//! Measuring: fresh processes that take turns, each checked against the reference, and what they observe.
//! `docs/measuring.md` says what each figure means and what it leaves out.

pub mod fresh;
pub mod metric;
pub mod observations;
mod one_run;
pub mod oracle;
pub mod padding;
pub mod request;
pub mod rounds;
pub mod turns;
mod watch;
pub mod worker;
