//! Flaws that are found while text is read.

use crate::error::{Error, Flaw};
use std::path::Path;
use std::{fmt, io};

/// A flaw that is found while text is read, on its way through readers of other libraries.
#[derive(Debug)]
pub(super) struct BrokenText(pub Flaw);

impl fmt::Display for BrokenText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for BrokenText {}

/// An error of reading a file, which may be a flaw that was found on the way.
pub(super) fn unread(shown: &Path, error: io::Error) -> Error {
    match error.downcast::<BrokenText>() {
        Ok(BrokenText(flaw)) => Error::file(shown, flaw),
        Err(error) => Error::file(shown, error),
    }
}
