//! What a census file holds: Parquet, or text, which may be compressed and is UTF-8 in the end. Told by its first bytes,
//! never by its name.

use super::broken::{BrokenText, unread};
use super::foreign::{LOOKED_AT, named};
use super::utf16::{Order, Utf16};
use crate::error::{Error, Flaw, Result};
use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek};
use std::path::Path;

/// What there is to be read.
pub(super) enum Content {
    Parquet(File),
    /// Text from its beginning, without a byte order mark.
    Text(Box<dyn Read>),
}

/// How bytes are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Packing {
    Gzip,
    Zstd,
}

impl Packing {
    fn of(beginning: &[u8]) -> Option<Self> {
        match beginning {
            [0x1F, 0x8B, ..] => Some(Self::Gzip),
            [0x28, 0xB5, 0x2F, 0xFD, ..] => Some(Self::Zstd),
            // A frame to be skipped, which programs that compress with several threads put first.
            [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..] => Some(Self::Zstd),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    /// All members or frames, one after another.
    fn unpack(self, bytes: impl Read + 'static) -> io::Result<Unpacking> {
        let reader: Box<dyn Read> = match self {
            Self::Gzip => Box::new(MultiGzDecoder::new(bytes)),
            Self::Zstd => Box::new(zstd::Decoder::new(bytes)?),
        };
        Ok(Unpacking { packing: self, reader })
    }
}

/// Reads what is compressed; its errors say so.
struct Unpacking {
    packing: Packing,
    reader: Box<dyn Read>,
}

impl Read for Unpacking {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // What the system says of the file itself stays as it is.
        self.reader.read(buffer).map_err(|error| match error.raw_os_error() {
            Some(_) => error,
            None if error.kind() == io::ErrorKind::Interrupted => error,
            None => io::Error::other(BrokenText(Flaw::Packed { how: self.packing.name(), error })),
        })
    }
}

/// Opens the file at `path`, which messages call `shown`.
///
/// # Errors
/// Names what cannot be opened, or is neither Parquet nor text, compressed or not.
pub(super) fn open(path: &Path, shown: &Path) -> Result<Content> {
    let failed = |error: io::Error| unread(shown, error);
    let mut file = File::open(path).map_err(failed)?;
    if file.metadata().is_ok_and(|data| data.is_dir()) {
        return Err(Error::file(shown, Flaw::AFolder));
    }
    let first = beginning(&mut file).map_err(failed)?;
    refuse_foreign(shown, &first)?;
    if first.starts_with(b"PAR1") {
        file.rewind().map_err(failed)?;
        return Ok(Content::Parquet(file));
    }
    let Some(packing) = Packing::of(&first) else { return Ok(Content::Text(text(first, file))) };
    // What was read already goes first: a pipe cannot be read again.
    let mut unpacked = packing.unpack(Cursor::new(first).chain(file)).map_err(failed)?;
    let inner = beginning(&mut unpacked).map_err(failed)?;
    let found = match Packing::of(&inner) {
        _ if inner.starts_with(b"PAR1") => Some("Parquet, which is compressed by itself; unpack it first".to_owned()),
        Some(again) => Some(format!("more that is compressed, with {}; unpack it first", again.name())),
        None => named(&inner),
    };
    match found {
        Some(found) => Err(Error::file(shown, Flaw::PackedOther { how: packing.name(), found })),
        None => Ok(Content::Text(text(inner, unpacked))),
    }
}

/// Refuses what is neither a census nor text nor something compressed, by its first bytes.
pub(super) fn refuse_foreign(shown: &Path, beginning: &[u8]) -> Result<()> {
    let found = if Packing::of(beginning).is_some() { None } else { named(beginning) };
    found.map_or(Ok(()), |found| Err(Error::file(shown, Flaw::NotACensus { found })))
}

/// The first bytes.
pub(super) fn beginning(file: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(LOOKED_AT as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Text whose first bytes were read, without its mark.
fn text(mut beginning: Vec<u8>, rest: impl Read + 'static) -> Box<dyn Read> {
    let mark = match &beginning[..] {
        [0xEF, 0xBB, 0xBF, ..] => 3,
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => 2,
        _ => 0,
    };
    let order = match (mark, beginning.first()) {
        (2, Some(0xFF)) => Some(Order::LowFirst),
        (2, _) => Some(Order::HighFirst),
        _ => None,
    };
    beginning.drain(..mark);
    let all = Cursor::new(beginning).chain(rest);
    match order {
        Some(order) => Box::new(Utf16::new(all, order)),
        None => Box::new(all),
    }
}
