//! What was asked for: flags, variables and the settings file, and what a session makes of them.

pub mod choices;
pub mod file;
pub mod session;
