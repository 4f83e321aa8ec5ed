//! Environment variables as settings: one that is blank does not count, for workflows pass what nobody filled in as blank.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

/// A variable that is set and not blank, as it is.
pub(crate) fn set(name: impl AsRef<OsStr>) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.to_str().is_some_and(|text| text.trim().is_empty()))
}

/// As [`set`], of a place.
pub(crate) fn path(name: &str) -> Option<PathBuf> {
    set(name).map(PathBuf::from)
}

/// A misspelt variable would otherwise change nothing and say nothing.
pub(crate) fn warn_of_misspelt(settings: &clap::Command) {
    let known = |name: &OsStr| settings.get_arguments().any(|argument| argument.get_env() == Some(name));
    for (name, _) in std::env::vars_os() {
        if name.as_encoded_bytes().starts_with(b"BENCHMARK_") && !known(&name) {
            crate::console::warning(format!(
                "{} is not a variable of this program and changes nothing (see README, Settings)",
                name.display()
            ));
        }
    }
}
