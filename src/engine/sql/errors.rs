//! DuckDB's errors with the remedy, where one is known.

use crate::error::Error;

pub(super) fn engine_error(step: &str, message: impl ToString) -> Error {
    Error::Engine { engine: "sql", step: step.to_owned(), message: message.to_string() }
}

/// Turns a DuckDB error of a step into ours.
pub(super) fn failed(step: impl Into<String>) -> impl FnOnce(duckdb::Error) -> Error {
    let step = step.into();
    move |error| {
        let message = error.to_string();
        engine_error(&step, format!("{message}{}", remedy(&message)))
    }
}

/// Whether DuckDB lacks memory, in whichever of its words; the message is in small letters.
pub(crate) fn is_out_of_memory(message: &str) -> bool {
    message.contains("out of memory") || message.contains("failed to pin block")
}

fn remedy(message: &str) -> &'static str {
    let lower = message.to_lowercase();
    if lower.contains("conflicting lock") || lower.contains("could not set lock") {
        "\nanother process has the database file open (an IDE, a notebook, the DuckDB shell, another planbench): close it, \
         or work in another file"
    } else if is_out_of_memory(&lower) {
        "\nallow DuckDB more memory, use fewer threads, or a smaller scenario"
    } else if lower.contains("no space left") || lower.contains("disk full") {
        "\nfree disk space, or give another place"
    } else {
        ""
    }
}
