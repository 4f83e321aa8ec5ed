//! Files and folders: whole or not there, read by their version, locked by who works on them; and paths in any encoding.

mod listing;
pub mod paths;
mod versioned;
mod workspace;
mod write;

pub(crate) use listing::{folders, json_files};
pub use versioned::{read_json, read_versioned};
pub use workspace::{PARTIAL, Workspace, lock, remove_abandoned, temporary_workspace};
pub use write::{check_writable, unique_digits, write_json, write_new_json, write_whole};
