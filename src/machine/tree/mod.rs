//! A process and all that descend from it: memory, CPU time and storage as one account. A process that starts others by
//! way of a third which ends at once is among them if the one at the top takes in orphans (`PR_SET_CHILD_SUBREAPER`).
//!
//! The process at the top watches over the others and is no part of the figures, except that it has the accounts of
//! those that it saw end.

mod accounts;
mod descendants;
mod figures;
mod method;
mod sampling;

pub use figures::Tree;
pub use method::MemoryMethod;
pub use sampling::{TreeSampler, TreeUsage};
