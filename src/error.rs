//! The one error type of the library: every variant says what was wrong, where, and what to do.

use std::path::{Path, PathBuf};

/// Result of every fallible function of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong between a command line and its event log.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An assumption, scenario or setting is outside what the rules allow.
    #[error("{0}")]
    Config(String),
    /// A census that cannot be used; the text lists the offending cells.
    #[error("{0}")]
    Census(String),
    /// An engine failed while generating; `engine` is its mode name.
    #[error("{engine} engine, {step}: {message}")]
    Engine {
        /// Mode name of the engine (`sql`, `polars`, `reference`).
        engine: &'static str,
        /// The step of the year loop that failed.
        step: String,
        /// What the engine said, with the remedy where one is known.
        message: String,
    },
    /// A file or folder could not be read or written.
    #[error("{path}: {message}", path = path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system said, with the remedy where one is known.
        message: String,
    },
    /// Somebody interrupted; what was finished before is kept.
    #[error("interrupted; runs that were finished are kept")]
    Interrupted,
    /// Two outputs that must be identical are not; the text is the difference report.
    #[error("{0}")]
    Parity(String),
}

impl Error {
    /// Exit code of a process that ends with this: 1 when outputs that must be identical are not, 130 when interrupted,
    /// otherwise 2.
    pub fn exit_code(&self) -> u8 {
        match self {
            Error::Parity(_) => 1,
            Error::Interrupted => 130,
            Error::Config(_) | Error::Census(_) | Error::Engine { .. } | Error::File { .. } => 2,
        }
    }

    /// An error about `path`, keeping the system's own words.
    pub fn file(path: &Path, message: impl ToString) -> Self {
        let mut message = message.to_string();
        // The system's own numbers: no permission, no space, read-only.
        let remedy = [
            (
                "(os error 13)",
                "; choose a folder that you may write (--output-dir, --to, --out), or change its permissions",
            ),
            ("(os error 28)", "; free some space, or choose a folder elsewhere (--output-dir, --to, --out)"),
            ("(os error 30)", "; choose a folder elsewhere (--output-dir, --to, --out)"),
        ];
        if let Some((_, remedy)) = remedy.iter().find(|(number, _)| message.contains(number)) {
            message.push_str(remedy);
        }
        Error::File { path: path.to_path_buf(), message }
    }
}
