//! Where results are written: a folder or file, or standard output, which then holds nothing else.

use super::context::Context;
use super::github;
use super::messages::coloured;
use crate::console;
use crate::error::{Error, Flaw, Result};
use crate::files::{write_json, write_whole};
use crate::report::render::template::render_value;
use crate::verdict::Verdict;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Where something is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Output {
    /// Into a folder or file.
    Place(PathBuf),
    /// To standard output, which then holds nothing else.
    Standard,
}

impl Output {
    /// `-` is standard output.
    pub fn new(given: Option<&Path>, default: &Path) -> Self {
        let path = given.unwrap_or(default);
        if path == Path::new("-") { Output::Standard } else { Output::Place(path.to_path_buf()) }
    }
}

impl std::fmt::Display for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Output::Place(path) => f.write_str(&console::path(path)),
            Output::Standard => f.write_str("standard output"),
        }
    }
}

/// Words for people, to standard output, or to standard error where that one holds something for machines.
pub(super) fn tell(output: &Output, text: &str) {
    match output {
        Output::Place(_) => anstream::print!("{text}"),
        Output::Standard => console::line(text.trim_end()),
    }
}

/// A value as JSON on standard output.
pub(super) fn print_json(value: &impl Serialize) -> Result<()> {
    let text = serde_json::to_string_pretty(value).map_err(|e| Error::failed("JSON", e))?;
    println!("{text}");
    Ok(())
}

/// A verdict's word, in its colour where the words are for people.
pub(super) fn word_of(verdict: Verdict, output: &Output) -> String {
    let good = match verdict {
        Verdict::Pass => Some(true),
        Verdict::Fail => Some(false),
        Verdict::Inconclusive | Verdict::Unfit => None,
    };
    match output {
        Output::Place(_) => coloured(verdict.word(), good),
        Output::Standard => verdict.word().to_owned(),
    }
}

/// Writes a judged value as `<name>.json` and `<name>.md`, and adds the latter to GitHub's job summary. The verdict stands
/// whatever becomes of these.
pub(super) fn write_beside(name: &str, value: &impl Serialize, output: &Output, context: &Context) {
    let markdown = render_value(&format!("{name}.md"), value, context.file.templates());
    match output {
        Output::Place(folder) => {
            context.side(write_json(&folder.join(format!("{name}.json")), value));
            if let Ok(markdown) = &markdown {
                context.side(write_whole(&folder.join(format!("{name}.md")), markdown));
            }
        }
        Output::Standard => context.side(print_json(value)),
    }
    context.side(markdown.and_then(|markdown| github::summarise(&markdown)));
}

/// Refuses an empty folder name early.
pub(super) fn readable(folder: &Path) -> Result<()> {
    if folder.is_dir() { Ok(()) } else { Err(Error::file(folder, Flaw::NoFolder { of: "" })) }
}
