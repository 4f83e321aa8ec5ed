//! Where DuckDB puts what it cannot hold in memory. By itself it would use `.tmp` of the working folder, or a folder beside
//! the database file, and leave it there when it is killed.

use crate::files::{Workspace, remove_abandoned};
use std::env::temp_dir;
use std::path::Path;

/// Begins as the folders of observation processes do, so that what a killed one leaves in a folder of results goes with
/// the rest.
const PREFIX: &str = ".scratch-planbench-";

/// A folder for one engine's temporary files, removed with it.
pub(super) struct Spill(Option<Workspace>);

impl Spill {
    /// One below `parent`, else in the folder of temporary files (`TMPDIR`). Where neither can be written, or has a name
    /// that DuckDB can be told, there is none: DuckDB then says that memory was not enough, should that be so.
    pub fn new(parent: Option<&Path>) -> Self {
        let within = |parent: &Path| Workspace::new(parent, PREFIX).ok().filter(|made| made.path().to_str().is_some());
        Self(parent.and_then(within).or_else(|| within(&temp_dir())))
    }

    /// Its name as DuckDB takes it; empty means that nothing may be put on disk.
    pub fn folder(&self) -> &str {
        self.0.as_ref().and_then(|made| made.path().to_str()).unwrap_or_default()
    }
}

/// Removes what engines that were killed have left in the folder of temporary files.
pub fn remove_abandoned_spills() {
    remove_abandoned(&temp_dir(), PREFIX);
}
