//! A paired comparison of two builds, and the calibration of its verdicts.

pub mod build;
pub mod calibration;
mod comparison;
mod paired;
mod round;
pub mod side;
pub mod trials;

pub use comparison::Comparison;
pub use paired::{Plan, Step, compare};
