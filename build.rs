//! Embeds the run path of a prebuilt DuckDB library, so that binaries start outside cargo without further settings, and
//! the facts about this build that records carry.

use std::path::Path;
use std::process::Command;

fn main() {
    // Whether the tree is dirty is only known if every tracked source is watched.
    for watched in [
        "build.rs",
        "src",
        "benches",
        "templates",
        "tests",
        "docs",
        "Cargo.toml",
        "Cargo.lock",
        ".git/HEAD",
        ".git/logs/HEAD",
    ] {
        if Path::new(watched).exists() {
            println!("cargo::rerun-if-changed={watched}");
        }
    }
    println!("cargo::rerun-if-env-changed=DUCKDB_LIB_DIR");
    if std::env::var_os("CARGO_FEATURE_BUNDLED").is_none() {
        embed_run_path();
    }
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let rustc = output(&variable("RUSTC"), &["--version"]).unwrap_or_default();
    let commit = output("git", &["rev-parse", "HEAD"]);
    let dirty = commit.as_ref().and_then(|_| output("git", &["status", "--porcelain", "--untracked-files=no"]));
    for (name, value) in [
        ("PLANALIGN_RUSTC", rustc),
        ("PLANALIGN_RUSTFLAGS", variable("CARGO_ENCODED_RUSTFLAGS").replace('\u{1f}', " ")),
        ("PLANALIGN_PROFILE", format!("{} (opt-level {})", variable("PROFILE"), variable("OPT_LEVEL"))),
        ("PLANALIGN_TARGET", variable("TARGET")),
        ("PLANALIGN_GIT_COMMIT", commit.unwrap_or_default()),
        ("PLANALIGN_GIT_DIRTY", dirty.map(|files| (!files.is_empty()).to_string()).unwrap_or_default()),
    ] {
        println!("cargo::rustc-env={name}={value}");
    }
}

/// What a command prints, if it works.
fn output(command: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(command).args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn embed_run_path() {
    let folder = std::env::var("DUCKDB_LIB_DIR").unwrap_or_else(|_| {
        panic!(
            "without the feature `bundled`, DUCKDB_LIB_DIR must name the folder of libduckdb: \
             run `make`, or set it to the output of `sh scripts/duckdb-lib.sh`"
        )
    });
    let folder = Path::new(&folder).canonicalize().unwrap_or_else(|error| panic!("DUCKDB_LIB_DIR {folder}: {error}"));
    println!("cargo::rustc-link-arg=-Wl,-rpath,{}", folder.display());
}
