//! The two files that an import leaves.

use super::findings::{Finding, Findings};
use super::people::Identity;
use crate::error::{Error, Result};
use crate::rules::assumptions::Assumptions;
use std::fmt::Write;

/// What both files say at their beginning.
pub(super) struct Header<'a> {
    /// Names of the files that were read, without folders.
    pub files: &'a [String],
    /// Whether seed tables were given.
    pub seeds: bool,
    pub findings: &'a Findings,
}

/// The census that a configuration names.
#[derive(Debug)]
pub(super) enum Census {
    /// Its path, from the folder of the output.
    There(String),
    Missing,
}

impl Header<'_> {
    fn from(&self) -> String {
        let tables = if self.seeds { " and its seed tables" } else { ", without seed tables" };
        comment(&format!("Imported from PlanAlign: {}{tables}", self.files.join(", under ")))
    }
}

/// A line of a comment: whatever is in it, it stays one.
fn comment(text: &str) -> String {
    format!("# {}\n", crate::console::one_line(text))
}

/// Text of the assumptions: the lists as comments, then every value.
///
/// # Errors
/// When they cannot be written as TOML.
pub(super) fn assumptions(plan: &Assumptions, header: &Header<'_>) -> Result<String> {
    let found = header.findings;
    let mut text = header.from();
    text +=
        "# by `planbench import-planalign`; docs/planalign.md says what is taken over and how the rules differ.\n#\n";
    if found.losses() == 0 {
        text += "# Nothing that would change events was left out.\n";
    } else {
        text += "# !! NOT SIMULATED, although it would change events:\n";
    }
    list(&mut text, &found.not_simulated, "!! ");
    list(&mut text, &found.unknown, "!! ");
    text += "#\n# Taken over:\n";
    list(&mut text, &found.taken, "");
    text += "#\n# Ignored, because it concerns no event:\n";
    list(&mut text, &found.ignored, "");
    let values = toml::to_string(plan)
        .map_err(|e| Error::failed("assumptions as TOML", crate::error::Flaw::Unfit { why: e.to_string() }))?;
    Ok(format!("{text}\n{values}"))
}

fn list(text: &mut String, findings: &[Finding], mark: &str) {
    for Finding { key, value, text: what } in findings {
        *text += &comment(&format!("  {mark}{key} = {value}: {what}"));
    }
}

/// Text of the settings: one scenario.
pub(super) fn settings(
    identity: &Identity,
    (start_year, end_year): (i32, i32),
    census: Option<&Census>,
    header: &Header<'_>,
) -> String {
    let quoted = |text: &str| toml::Value::from(text).to_string();
    let mut text = header.from();
    let purpose = format!("PlanAlign: {}", header.files.join(", "));
    let _ = write!(
        text,
        "\n[[scenario]]\nname = {}\npurpose = {}\nstart_year = {start_year}\nend_year = {end_year}\nseed = {}\nplan_design = {}\n\
         assumptions = \"assumptions.toml\"\n",
        quoted(&identity.name),
        quoted(&purpose),
        identity.seed,
        quoted(&identity.plan_design),
    );
    match census {
        Some(Census::There(path)) => {
            let _ = writeln!(text, "census = {}", quoted(path));
        }
        Some(Census::Missing) => {
            text += "# The census that the configuration names is not there. Give --census FILE, or take out the # below.\n";
            text += "# census = \"census.parquet\"\n";
        }
        None => {
            text += "# The configuration names no census. Give --census FILE, or take out the # below.\n";
            text += "# census = \"census.parquet\"\n";
        }
    }
    text
}
