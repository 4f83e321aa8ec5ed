//! The one error type of the library.

use super::cause::{Cause, from_library};
use super::difference::Difference;
use super::input::Input;
use super::outside::Outside;
use std::path::{Path, PathBuf};

/// Result of every fallible function of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong between a command line and its event log.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What was asked for cannot be.
    #[error(transparent)]
    Input(#[from] Input),
    /// Two outputs that must be identical are not.
    #[error(transparent)]
    Difference(#[from] Difference),
    /// What another program, process or server did.
    #[error(transparent)]
    Outside(#[from] Outside),
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
    #[error("{what}{}", if variable.is_empty() { String::new() } else { format!(" ({variable})") })]
    Missing {
        /// What needs it, in words.
        what: String,
        /// Names of the settings, as flags have them: any will do. Where several do only together, with blanks between.
        settings: &'static [&'static str],
        /// The variables that give it.
        variable: &'static str,
    },
    /// Runs that failed, while others may have succeeded.
    #[error("{what}")]
    Runs {
        /// Which, and what each said.
        what: String,
        /// Whether one of them gave other rows than it must.
        differs: bool,
    },
    /// Somebody interrupted; what was finished before is kept.
    #[error("interrupted; runs that were finished are kept")]
    Interrupted,
}

impl Error {
    /// Exit code of a process that ends with this: 1 when outputs that must be identical are not, 130 when interrupted,
    /// otherwise 2.
    pub fn exit_code(&self) -> u8 {
        match self {
            Error::Interrupted => 130,
            error if error.differs() => 1,
            _ => 2,
        }
    }

    /// Whether outputs that must be identical are not.
    pub fn differs(&self) -> bool {
        matches!(self, Error::Difference(_) | Error::Runs { differs: true, .. })
    }

    /// Name of the fault, under which `docs/troubleshooting.md` says what it means and what to do.
    pub fn kind(&self) -> &'static str {
        match self {
            Error::Input(fault) => fault.kind(),
            Error::Difference(fault) => fault.kind(),
            Error::Outside(fault) => fault.kind(),
            Error::File { cause, .. } | Error::Failed { cause, .. } => cause.kind(),
            Error::Engine { .. } => "Engine",
            Error::Temporary { .. } => "Temporary",
            Error::Missing { .. } => "Missing",
            Error::Runs { .. } => "Runs",
            Error::Interrupted => "Interrupted",
        }
    }

    /// An error about `path`. What the system or a library said is kept as the source.
    pub fn file(path: impl AsRef<Path>, cause: impl Into<Cause>) -> Self {
        Error::File { path: path.as_ref().to_path_buf(), cause: cause.into() }
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

from_library!(Error);

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
