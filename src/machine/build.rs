//! The build that measured, which every record carries.

use super::allocator;
use super::versions::Versions;
use serde::{Deserialize, Serialize};

/// The build that measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Build {
    /// Compiler version, where it could be told.
    pub rustc: Option<String>,
    /// `RUSTFLAGS` of the build, if any.
    pub rustflags: Option<String>,
    /// Cargo profile and optimisation level.
    pub profile: String,
    /// Target triple.
    pub target: String,
    /// Allocator, of DuckDB's library too.
    pub allocator: String,
    /// Git commit that was built, where there was a repository.
    pub git_commit: Option<String>,
    /// Whether tracked files differed from that commit when it was built.
    pub git_dirty: Option<bool>,
    /// `BUILD_NUMBER` or `GITHUB_RUN_NUMBER` of the run.
    pub build_number: Option<String>,
    /// Versions of crate, rules and engines.
    pub versions: Versions,
}

impl Build {
    /// The build of this process.
    pub fn current() -> Self {
        let known = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Self {
            rustc: known(env!("PLANALIGN_RUSTC")),
            rustflags: known(env!("PLANALIGN_RUSTFLAGS")),
            profile: env!("PLANALIGN_PROFILE").to_owned(),
            target: env!("PLANALIGN_TARGET").to_owned(),
            allocator: allocator::NAME.to_owned(),
            git_commit: known(env!("PLANALIGN_GIT_COMMIT")),
            git_dirty: env!("PLANALIGN_GIT_DIRTY").parse().ok(),
            build_number: ["BUILD_NUMBER", "GITHUB_RUN_NUMBER"]
                .iter()
                .find_map(|name| std::env::var(name).ok().filter(|number| !number.is_empty())),
            versions: Versions::current(),
        }
    }

    /// The build as a program: which run of a pipeline made it makes no other one of it.
    pub fn program(&self) -> Self {
        Self { build_number: None, ..self.clone() }
    }
}
