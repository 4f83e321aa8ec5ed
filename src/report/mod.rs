//! Reports: one model made from results, and rendered as JSON, CSV, Markdown and HTML.

mod build;
pub mod model;
mod notes;
mod recommendations;
pub mod render;
mod row;
mod targets;
