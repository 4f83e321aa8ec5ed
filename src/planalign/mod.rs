//! A PlanAlign configuration and its seed tables as assumptions and a scenario. Its public repository is the specification,
//! in the state that `docs/planalign.md` names: which key wins, what is left out, which of them its models read.

mod catalogue;
mod config;
mod differs;
mod enrollment;
mod escalation;
mod fate;
mod findings;
mod groups;
mod hire_levels;
mod import;
mod importer;
mod keys;
mod levels;
mod levers;
mod lists;
mod node;
mod other_keys;
mod pay;
mod people;
mod table;
mod write;
mod yaml;

pub use differs::DIFFERS;
pub use findings::{Finding, Findings};
pub use import::{Imported, import};
