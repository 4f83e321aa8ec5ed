//! Libraries that panic on damaged input: the panic is caught, and becomes an error like any other.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    /// Whether this thread's panics are caught and told as errors.
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Does `work` on this thread; a panic of it is returned as text, and nobody else hears of it. What `work` holds must be
/// thrown away with its result.
pub(crate) fn without_panic<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |panic| {
            if !GUARDED.get() {
                usual(panic);
            }
        }));
    });
    let before = GUARDED.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(before);
    result.map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        text.unwrap_or("no reason was given").to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_its_text() {
        assert_eq!(without_panic(|| 3), Ok(3));
        let empty: Vec<u8> = Vec::new();
        let text = without_panic(|| empty[0]).unwrap_err();
        assert!(text.contains("out of bounds"), "{text}");
        assert_eq!(without_panic(|| -> u8 { panic!("{} words", 2) }), Err("2 words".into()));
        assert!(!GUARDED.get(), "a later panic is somebody else's");
    }
}
