//! The one error type of the library: every variant says what was wrong and where; and what to do, unless that
//! depends on a flag: `cli::remedy` knows which verb has which.

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
    #[error("{path}: {cause}", path = crate::console::path(path))]
    File {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        cause: Cause,
    },
    /// Something that is no file of the user's failed; `what` says what.
    #[error("{what}: {cause}")]
    Failed {
        /// What failed.
        what: String,
        /// Why.
        #[source]
        cause: Cause,
    },
    /// The folder for temporary files (`TMPDIR`) cannot be used.
    #[error("temporary files in {folder}: {cause}", folder = crate::console::path(folder))]
    Temporary {
        /// The folder.
        folder: PathBuf,
        /// Why.
        #[source]
        cause: Cause,
    },
    /// A setting that is needed was not given; its remedy is the command line's, which knows whether it has such a flag.
    #[error("{what} ({variable})")]
    Missing {
        /// What needs it, in words.
        what: String,
        /// Names of the settings, any of which will do, as flags have them.
        settings: &'static [&'static str],
        /// The variables that give it.
        variable: &'static str,
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
            Error::Config(_)
            | Error::Census(_)
            | Error::Engine { .. }
            | Error::File { .. }
            | Error::Failed { .. }
            | Error::Temporary { .. }
            | Error::Missing { .. } => 2,
        }
    }

    /// An error about `path`. What the system or a library said is kept as the source.
    pub fn file(path: &Path, cause: impl Into<Cause>) -> Self {
        Error::File { path: path.to_path_buf(), cause: cause.into() }
    }

    /// `what` could not be done. What the system or a library said is kept as the source.
    pub fn failed(what: impl Into<String>, cause: impl Into<Cause>) -> Self {
        Error::Failed { what: what.into(), cause: cause.into() }
    }

    /// The system's folder for temporary files cannot be used.
    pub fn temporary(cause: std::io::Error) -> Self {
        Error::Temporary { folder: std::env::temp_dir(), cause: Cause::System(cause) }
    }

    /// The words of this error and of its sources, each said once.
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut source = std::error::Error::source(self);
        while let Some(error) = source {
            let words = error.to_string();
            if !text.contains(words.trim()) {
                text += &format!("\n  caused by: {words}");
            }
            source = error.source();
        }
        text
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_source_is_said_once() {
        let system = std::io::Error::other("disk on fire");
        let inner = Error::file(Path::new("a.json"), system);
        assert_eq!(inner.chain(), "a.json: disk on fire");
        assert!(std::error::Error::source(&inner).is_some());
        let outer = Error::failed("report", inner);
        assert_eq!(outer.chain(), "report: a.json: disk on fire");
        #[derive(Debug, thiserror::Error)]
        #[error("opaque")]
        struct Opaque(#[source] std::io::Error);
        let hidden = Error::failed("report", std::io::Error::other(Opaque(std::io::Error::other("what it was"))));
        assert_eq!(hidden.chain(), "report: opaque\n  caused by: what it was");
    }
}
