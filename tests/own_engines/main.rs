//! Engines of one's own, end to end: programs in shell that do as they should, and every way in which they do not.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that cannot prepare its case has failed")]

#[path = "../common/mod.rs"]
mod common;
mod ends;
mod good;
mod outputs;
mod places;
mod sessions;
mod settings;
mod shop;
