//! The forms of a report, and the files of each.

use super::{csv, json, template};
use crate::error::{Input, Result};
use crate::files::write_whole;
use crate::report::model::Report;
use std::path::{Path, PathBuf};

/// A form of report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Format {
    /// `report.json`, for machines.
    Json,
    /// `runs.csv` (a row per run) and `samples.csv` (a row per sample), for spreadsheets.
    Csv,
    /// `report.md`, for people.
    Markdown,
    /// `report.html`, for people; one file, with charts.
    Html,
}

impl Format {
    /// Every form.
    pub const ALL: [Format; 4] = [Format::Json, Format::Csv, Format::Markdown, Format::Html];

    /// Whether standard output can take this form: one file, for programs.
    pub fn is_for_pipes(self) -> bool {
        match self {
            Format::Json | Format::Csv => true,
            Format::Markdown | Format::Html => false,
        }
    }

    /// The files of this form: name and content.
    ///
    /// # Errors
    /// Names a template that cannot be used.
    fn render(self, report: &Report, templates: Option<&Path>) -> Result<Vec<(&'static str, String)>> {
        Ok(match self {
            Format::Json => vec![("report.json", json::render(report)?)],
            Format::Csv => vec![("runs.csv", csv::runs(report)?), ("samples.csv", csv::samples(report)?)],
            Format::Markdown => vec![("report.md", template::render("report.md", report, templates)?)],
            Format::Html => vec![("report.html", template::render("report.html", report, templates)?)],
        })
    }
}

/// Files of these forms: name and content.
///
/// # Errors
/// Names a template that cannot be used; when no form is asked for.
pub fn render(report: &Report, formats: &[Format], templates: Option<&Path>) -> Result<Vec<(&'static str, String)>> {
    let mut files = Vec::new();
    for format in formats {
        files.extend(format.render(report, templates)?);
    }
    if files.is_empty() {
        return Err(Input::NothingTo { what: "report" }.into());
    }
    Ok(files)
}

/// Renders everything first, then writes each file whole; the files.
///
/// # Errors
/// Names the template or file.
pub fn write(report: &Report, formats: &[Format], folder: &Path, templates: Option<&Path>) -> Result<Vec<PathBuf>> {
    render(report, formats, templates)?
        .into_iter()
        .map(|(name, content)| {
            let file = folder.join(name);
            write_whole(&file, &content)?;
            Ok(file)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ValueEnum;

    #[test]
    fn all_are_all() {
        assert_eq!(Format::value_variants(), Format::ALL);
    }
}
