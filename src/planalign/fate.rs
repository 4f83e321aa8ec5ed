//! What becomes of a key of PlanAlign.

/// What becomes of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Looked at by the part of the importer that knows it, which says what became of it.
    Looked,
    /// PlanAlign reads it, and no event of ours depends on it.
    NoEvent(&'static str),
    /// PlanAlign does not read it either, or not for its events.
    Unread(&'static str),
    /// It would change events and is not simulated, unless its value makes no difference.
    NotSimulated {
        /// What would differ.
        differs: &'static str,
        /// The value that changes nothing.
        harmless: &'static str,
    },
}

/// A pattern with its fate: names with dots between; `*` is any one name, `**` at the end any names, or none.
pub(super) type Known = (&'static str, Fate);
