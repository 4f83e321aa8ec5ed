//! A small process between this program and an engine of one's own, which has everything that the engine starts below
//! it.
//!
//! It takes in orphans (Linux), so that no process of the engine gets out of sight: what they use is counted, and none
//! is left when it ends. It ends them, too, when the program that ordered the engine is gone, however that ended.
//!
//! The engine runs in a session of its own. Control-C in a terminal therefore reaches this program alone, which
//! decides: the run that is under way ends first, or the engine is ended, whole. The engine's own answer to an
//! interrupt would be a half-done end with its own words that looks like a failed run, and what it started in the
//! background would not get one.
//!
//! Elsewhere than on Linux the engine's process group takes the place of its descendants: who leaves that group is
//! lost.

mod order;
mod serve;
mod supervised;

pub use order::{NotStarted, Order};
pub use serve::{GRACE, serve_if_asked};
pub use supervised::{Ended, Supervised};
