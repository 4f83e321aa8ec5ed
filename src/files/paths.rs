//! Paths as the system has them, which need not be text: how they stand in JSON for another process, in a command line
//! that somebody may type again, and how a library gets them that takes text only.

use crate::error::{Error, Flaw, Result};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// For `#[serde(with)]`: a path that is UTF-8 as text, any other as an array of its bytes, so that nothing is lost.
///
/// # Errors
/// Where the system's paths are no bytes and this one is no text.
pub(crate) fn serialize<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    match (path.to_str(), bytes(path.as_os_str())) {
        (Some(text), _) => text.serialize(serializer),
        (None, Some(bytes)) => bytes.serialize(serializer),
        (None, None) => Err(serde::ser::Error::custom(format!("{}: the path is not Unicode", path.display()))),
    }
}

/// The path that [`serialize`] wrote.
///
/// # Errors
/// When it is neither text nor bytes.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PathBuf, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Text(String),
        Bytes(Vec<u8>),
    }
    match Written::deserialize(deserializer)? {
        Written::Text(text) => Ok(text.into()),
        Written::Bytes(bytes) => {
            from_bytes(bytes).ok_or_else(|| serde::de::Error::custom("paths of this system are no bytes"))
        }
    }
}

#[cfg(unix)]
fn bytes(path: &OsStr) -> Option<&[u8]> {
    Some(std::os::unix::ffi::OsStrExt::as_bytes(path))
}

#[cfg(not(unix))]
fn bytes(_: &OsStr) -> Option<&[u8]> {
    None
}

/// The path of these bytes; `None` where the system's paths are no bytes and these are no text.
#[cfg(unix)]
pub(crate) fn from_bytes(bytes: Vec<u8>) -> Option<PathBuf> {
    Some(<OsString as std::os::unix::ffi::OsStringExt>::from_vec(bytes).into())
}

/// The path of these bytes; `None` where the system's paths are no bytes and these are no text.
#[cfg(not(unix))]
pub(crate) fn from_bytes(bytes: Vec<u8>) -> Option<PathBuf> {
    String::from_utf8(bytes).ok().map(PathBuf::from)
}

/// An argument as somebody types it into a shell: quoted where it has to be, with bytes that are no text as `$'\xE9'`.
pub(crate) fn typed(argument: &OsStr) -> Cow<'_, str> {
    let plain = |c: char| c.is_alphanumeric() || "-_./=:,+@%^".contains(c);
    match (argument.to_str(), bytes(argument)) {
        (Some(text), _) if !text.is_empty() && text.chars().all(plain) => text.into(),
        (Some(text), _) => format!("'{}'", text.replace('\'', r"'\''")).into(),
        (None, Some(bytes)) => format!("$'{}'", bytes.escape_ascii()).into(),
        (None, None) => argument.to_string_lossy(),
    }
}

/// A command line as somebody types it.
pub(crate) fn typed_line(program: &str, arguments: &[OsString]) -> String {
    let arguments = arguments.iter().map(|argument| typed(argument));
    std::iter::once(program.into()).chain(arguments).collect::<Vec<_>>().join(" ")
}

/// A file's path for a library that takes text only; it stands for that file as long as this lives.
#[derive(Debug)]
pub(crate) struct TextPath {
    text: String,
    /// Held, not read: the text names the folder by it.
    _folder: Option<Box<dyn std::fmt::Debug>>,
}

impl TextPath {
    /// The path itself where it is text. Otherwise by another name of its folder, which must exist.
    ///
    /// # Errors
    /// Names the file where there is no such name.
    pub fn new(file: &Path) -> Result<Self> {
        if let Some(text) = file.to_str() {
            return Ok(Self { text: text.to_owned(), _folder: None });
        }
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let name = file.file_name().and_then(OsStr::to_str);
        if let Some((name, (other, held))) = name.and_then(|name| Some((name, other_name(folder)?))) {
            return Ok(Self { text: format!("{other}/{name}"), _folder: Some(held) });
        }
        Err(Error::file(file, Flaw::NotUtf8))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// Another name of a folder, and what has to live as long: the number under which this process has it open, where the
/// system shows that as a folder (Linux), else a link.
#[cfg(unix)]
fn other_name(folder: &Path) -> Option<(String, Box<dyn std::fmt::Debug>)> {
    use std::os::fd::AsRawFd;
    let open = std::fs::File::open(folder).ok()?;
    let text = format!("/proc/self/fd/{}", open.as_raw_fd());
    if Path::new(&text).is_dir() {
        return Some((text, Box::new(open)));
    }
    let place = tempfile::Builder::new().prefix(".planbench-link-").tempdir().ok()?;
    let link = place.path().join("folder");
    std::os::unix::fs::symlink(std::path::absolute(folder).ok()?, &link).ok()?;
    Some((link.to_str()?.to_owned(), Box::new(place)))
}

#[cfg(not(unix))]
fn other_name(_: &Path) -> Option<(String, Box<dyn std::fmt::Debug>)> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize, Deserialize, Debug, PartialEq)]
    struct Sent {
        #[serde(with = "super")]
        path: PathBuf,
    }

    #[test]
    fn a_text_stays_text_for_who_reads_the_json() {
        let sent = Sent { path: "a/b é".into() };
        let json = serde_json::to_string(&sent).unwrap();
        assert_eq!(json, r#"{"path":"a/b é"}"#);
        assert_eq!(serde_json::from_str::<Sent>(&json).unwrap(), sent);
    }

    #[test]
    #[cfg(unix)]
    fn no_byte_of_a_path_is_lost_between_processes() {
        let sent = Sent { path: from_bytes(b"/a/caf\xe9 \"\\\n".to_vec()).unwrap() };
        let json = serde_json::to_string(&sent).unwrap();
        assert_eq!(serde_json::from_str::<Sent>(&json).unwrap(), sent);
    }

    #[test]
    #[cfg(unix)]
    fn a_shell_gives_back_what_was_typed() {
        for bytes in
            [&b"plain-1.0/x=y"[..], b"", b"a b", b"it's", b"caf\xe9", b"caf\xe9 'q' \"d\" \\ \n", b"$HOME `x`", b"*"]
        {
            let argument: OsString = from_bytes(bytes.to_vec()).unwrap().into();
            let line = format!("printf %s {}", typed(&argument));
            let shell = std::process::Command::new("bash").args(["-c", &line]).env("LC_ALL", "C").output().unwrap();
            assert_eq!(shell.stdout, bytes, "{line}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_library_that_takes_text_finds_the_same_file() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join(from_bytes(b"caf\xe9".to_vec()).unwrap());
        std::fs::create_dir(&folder).unwrap();
        let path = TextPath::new(&folder.join("x")).unwrap();
        std::fs::write(path.as_str(), "here").unwrap();
        assert_eq!(std::fs::read_to_string(folder.join("x")).unwrap(), "here");
        assert!(TextPath::new(&from_bytes(b"\xe9".to_vec()).unwrap()).unwrap_err().to_string().contains("UTF-8"));
    }
}
