//! What was asked for: flags, variables and the settings file, and what a session makes of them.

pub(crate) mod environment;
pub mod file;
pub mod flags;
pub mod layers;
pub(crate) mod names;
pub mod session;
