//! Reports: one model made from results, and rendered as JSON, CSV, Markdown and HTML.

mod build;
mod layers;
pub mod model;
mod notes;
mod recommendations;
pub mod render;
mod row;
mod targets;
#[cfg(test)]
mod tests;
mod wins;
