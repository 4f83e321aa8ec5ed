//! Figures in the shapes that other tools read. Each shape is one file here; what it cannot carry is left out, never zero.

mod bencher;
mod datadog;
mod github_action_benchmark;
mod openmetrics;
pub mod post;
mod row;
mod shape;
#[cfg(test)]
mod tests;

pub use shape::{Options, Shape};
