//! The fingerprint as anybody computes it: by the script, from files alone.

mod common;

use common::{check, folder, planbench};
use std::process::Command;

#[test]
fn the_script_computes_what_the_program_says() {
    // `make test` says where there is a Python with pyarrow and xxhash; elsewhere there is nothing to run the script.
    let Some(python) = std::env::var_os("PLANBENCH_PYTHON").filter(|python| !python.is_empty()) else { return };
    let base = folder();
    // More events in a year than a block has rows, and fewer.
    for (people, mode) in [("40000", "sql"), ("40000", "polars"), ("40000", "reference"), ("100", "sql")] {
        let out = base.path().join(format!("{mode}-{people}"));
        let line = format!("generate --mode {mode} --employee-count {people} --start-year 2025 --end-year 2026 --out");
        let said = check(planbench(&line).arg(&out), 0, &[]);
        let computed = Command::new(&python).arg("scripts/fingerprint.py").arg(&out).output().expect("a Python");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        let (computed, complaint) = (text(&computed.stdout), text(&computed.stderr));
        assert!(computed.starts_with("2:"), "{mode}: {computed}{complaint}");
        assert!(said.contains(&format!("fingerprint {computed}")), "{mode}: {said}{computed}");
    }
}
