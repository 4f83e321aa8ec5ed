//! Reports in forms: JSON, CSV, Markdown and HTML.

pub mod charts;
pub mod csv;
mod format;
pub mod json;
pub mod template;

pub use format::{Format, render, write};
