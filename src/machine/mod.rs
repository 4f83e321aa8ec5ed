//! The machine and the build: what makes figures comparable, what makes them noisy, and the accounts that the system
//! keeps of a process.

pub mod allocator;
pub mod bandwidth;
mod build;
pub mod cgroup;
pub mod fitness;
mod key;
pub mod load;
pub mod process;
pub mod sampler;
pub mod tree;
mod versions;
mod warning;

pub use build::Build;
pub use key::{Machine, MachineKey};
pub use process::available_threads;
pub use tree::MemoryMethod;
pub use versions::Versions;
