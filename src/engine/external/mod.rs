//! Engines that are other programs, by the protocol of `docs/engines.md`.

mod draws;
pub mod input;
pub mod spec;

pub use spec::{Engines, Protocol, Rules, Spec};
