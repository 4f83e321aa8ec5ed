//! Errors: every variant is one fault, says what was wrong and where, and keeps what the system or a library said. What to
//! do stands in the message unless it depends on a flag: `cli::remedy` knows which verb has which.
//! `docs/troubleshooting.md` has an entry for every variant.

mod cause;
mod difference;
mod faults;
mod flaw;
mod input;
mod library;
mod outside;
#[cfg(test)]
mod page;
mod top;

pub use cause::Cause;
pub use difference::Difference;
pub use flaw::Flaw;
pub use input::Input;
pub use library::TomlError;
pub use outside::{FEWER, Outside};
pub use top::{Error, Result};
