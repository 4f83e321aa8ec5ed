//! What measurements left on disk, put together: run records and Criterion's samples, by work, machine and mode.

pub mod comparison;
#[cfg(test)]
pub(crate) mod examples;
mod group;
mod names;
pub mod overtaking;
mod reading;
pub mod scaling;
pub mod trend;

pub use group::{Basis, Group, ModeResults};
pub use names::describe;
pub(crate) use reading::may_be_of;
pub use reading::{Results, criterion_folder};
