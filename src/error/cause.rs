//! Why something could not be used.

use super::faults::Source;
use super::flaw::Flaw;
use super::library::{CsvError, TomlError};

/// Why something could not be used. Remedies that name flags are the command line's, which knows its flags.
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    /// What the operating system said.
    #[error("{0}")]
    System(#[from] std::io::Error),
    /// What a library said that reads or writes the format.
    #[error("{0}")]
    Library(#[source] Source),
    /// What this program found.
    #[error("{0}")]
    Flaw(#[from] Flaw),
}

impl Cause {
    /// Name of the fault: that of a [`Flaw`], or who told it.
    pub fn kind(&self) -> &'static str {
        match self {
            Cause::System(_) => "System",
            Cause::Library(_) => "Library",
            Cause::Flaw(flaw) => flaw.kind(),
        }
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
pub(super) use from_library;

from_library!(
    arrow::error::ArrowError,
    parquet::errors::ParquetError,
    polars::error::PolarsError,
    serde_json::Error,
    tera::Error,
);

impl From<toml::de::Error> for Cause {
    fn from(error: toml::de::Error) -> Self {
        Cause::Library(Box::new(TomlError(error)))
    }
}

impl From<csv::Error> for Cause {
    fn from(error: csv::Error) -> Self {
        Cause::Library(Box::new(CsvError(error)))
    }
}
