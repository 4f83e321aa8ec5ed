//! The one error type of the library: every variant says what was wrong, where, and what to do.

use std::fmt;
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
    /// A file or folder could not be read or written, or does not hold what it should.
    #[error("{path}: {cause}", path = path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        cause: Cause,
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

    /// An error about `path`. What the system or a library said is kept as the source.
    pub fn file(path: &Path, cause: impl Into<Cause>) -> Self {
        Error::File { path: path.to_path_buf(), cause: cause.into() }
    }
}

/// Why a file or folder could not be used. Remedies that name flags are the command line's, which knows its flags.
#[derive(Debug)]
pub enum Cause {
    /// What the operating system said.
    System(std::io::Error),
    /// What a library said that reads or writes the format.
    Library(Box<dyn std::error::Error + Send + Sync>),
    /// What this program found, with the remedy where there is one.
    Found(String),
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cause::System(error) => error.fmt(f),
            Cause::Library(error) => error.fmt(f),
            Cause::Found(text) => text.fmt(f),
        }
    }
}

impl std::error::Error for Cause {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Cause::System(error) => Some(error),
            Cause::Library(error) => Some(error.as_ref()),
            Cause::Found(_) => None,
        }
    }
}

impl From<std::io::Error> for Cause {
    fn from(error: std::io::Error) -> Self {
        Cause::System(error)
    }
}

impl From<String> for Cause {
    fn from(text: String) -> Self {
        Cause::Found(text)
    }
}

impl From<&str> for Cause {
    fn from(text: &str) -> Self {
        Cause::Found(text.to_owned())
    }
}

macro_rules! from_library {
    ($($error:ty),+ $(,)?) => {
        $(impl From<$error> for Cause {
            fn from(error: $error) -> Self {
                Cause::Library(Box::new(error))
            }
        })+
    };
}

from_library!(
    Error,
    csv::Error,
    parquet::errors::ParquetError,
    polars::error::PolarsError,
    serde_json::Error,
    tera::Error,
    toml::de::Error,
);
