//! Verbs of `planbench`, one file each, and what they share.

mod automation;
mod baseline_update;
mod calibrate;
mod checking;
mod compare;
mod completions;
mod context;
mod doctor;
mod engine;
mod engine_check;
mod export;
mod generate;
mod github;
mod help;
mod import_planalign;
mod inputs;
mod manual;
mod messages;
mod output;
mod parity;
mod performance_gate;
mod program;
mod regression_check;
mod remedy;
mod report;
mod run;
mod scenarios;
mod seeds;
mod selection;
mod trend;

pub use program::main;
