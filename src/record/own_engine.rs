//! What files that carry figures say of an engine that is not built in.

use crate::engine::external::{Protocol, Rules};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is recorded of an engine that is not built in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnEngine {
    /// How it was talked to.
    pub protocol: Protocol,
    /// Whose rules it follows.
    pub rules: Rules,
    /// Whether it got the draws as files.
    pub draws: bool,
    /// Versions by name, as it told them; `version` is what its version command printed.
    pub versions: BTreeMap<String, String>,
}
