//! Two folders that change places in one step, where the system can do that.

use std::io;
use std::path::Path;

/// Whether the system could be asked at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exchanged {
    /// Each stands where the other stood.
    Yes,
    /// This system, or this file system, cannot do it; both are where they were.
    Unsupported,
}

/// Exchanges two folders of one file system. Whoever looks sees one or the other in either place, and never none.
///
/// # Errors
/// What the system said; both are where they were.
pub(super) fn exchange(a: &Path, b: &Path) -> io::Result<Exchanged> {
    let done = system::exchange(a, b);
    let unsupported = |code: i32| system::UNSUPPORTED.contains(&code);
    match done {
        Ok(()) => Ok(Exchanged::Yes),
        Err(e) if e.kind() == io::ErrorKind::Unsupported || e.raw_os_error().is_some_and(unsupported) => {
            Ok(Exchanged::Unsupported)
        }
        Err(e) => Err(e),
    }
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
mod system {
    use std::ffi::CString;
    use std::io;
    use std::os::unix::ffi::OsStrExt;
    use std::path::Path;

    /// What a kernel or file system without this says.
    pub(super) const UNSUPPORTED: [i32; 3] = [libc::ENOSYS, libc::EINVAL, libc::ENOTSUP];

    pub(super) fn exchange(a: &Path, b: &Path) -> io::Result<()> {
        let (a, b) = (CString::new(a.as_os_str().as_bytes())?, CString::new(b.as_os_str().as_bytes())?);
        #[cfg(target_os = "linux")]
        // SAFETY: both names end with a zero byte and live until the call returns. By number, for old C libraries have no
        // function for it.
        let failed = unsafe {
            let here = libc::AT_FDCWD;
            libc::syscall(libc::SYS_renameat2, here, a.as_ptr(), here, b.as_ptr(), libc::RENAME_EXCHANGE) != 0
        };
        #[cfg(target_os = "macos")]
        // SAFETY: both names end with a zero byte and live until the call returns.
        let failed = unsafe { libc::renamex_np(a.as_ptr(), b.as_ptr(), libc::RENAME_SWAP) != 0 };
        if failed { Err(io::Error::last_os_error()) } else { Ok(()) }
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
mod system {
    use std::io;
    use std::path::Path;

    pub(super) const UNSUPPORTED: [i32; 0] = [];

    pub(super) fn exchange(_: &Path, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn folders_change_places_or_stay() {
        let base = tempfile::tempdir().unwrap();
        let (a, b) = (base.path().join("a"), base.path().join("b"));
        for (folder, text) in [(&a, "first"), (&b, "second")] {
            fs::create_dir(folder).unwrap();
            fs::write(folder.join("text"), text).unwrap();
        }
        let read = |folder: &Path| fs::read_to_string(folder.join("text")).unwrap();
        match exchange(&a, &b).unwrap() {
            Exchanged::Yes => assert_eq!((read(&a).as_str(), read(&b).as_str()), ("second", "first")),
            Exchanged::Unsupported => assert_eq!((read(&a).as_str(), read(&b).as_str()), ("first", "second")),
        }
        assert!(
            exchange(&a, &base.path().join("nowhere")).is_err()
                || cfg!(not(any(target_os = "linux", target_os = "macos")))
        );
    }
}
