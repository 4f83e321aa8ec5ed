//! Engines of one's own: programs beside this one.

pub mod supervisor;
