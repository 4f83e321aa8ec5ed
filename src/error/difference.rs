//! Outputs that must be identical and are not.

use super::faults::faults;
use std::path::{Path, PathBuf};

faults! {
    /// Two outputs that must be identical are not.
    Difference {
        FromKnown { scenario: String, expected: String, found: String } =>
            ("scenario {scenario}: event count mismatch, expected {expected}, got {found}");
        FromReference { benchmark: String, expected: String, found: String } =>
            ("{benchmark}: output mismatch, expected {expected}, got {found}; nothing is measured. `planbench parity` of these \
              people and years shows the difference");
        NotToBeTrusted { scenario: String, found: String, expected: String, folder: PathBuf } =>
            ("scenario {scenario} gave {found}, expected {expected}; the output in {} is not to be trusted", shown(folder));
        Columns { file: PathBuf, differences: Vec<String> } => ("{}: {}", shown(file), differences.join("; "));
        Order { of: String, what: String } => ("{of}{what}");
    }
}

fn shown(path: &Path) -> String {
    crate::console::path(path)
}
