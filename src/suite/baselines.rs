//! Baselines that the arguments name: looked at before anything is measured, for Criterion looks when it is too late.

use super::arguments::{Action, Arguments, is_criterions};
use crate::error::{Error, Flaw, Outside, Result};
use crate::record::criterion::{baselines, kept};
use std::path::Path;
use std::process::{Command, Stdio};

/// Refuses to compare with what is not there. How many benchmarks the filter names, if that had to be found out.
///
/// # Errors
/// Names the baseline and the benchmarks that it lacks.
pub(super) fn check(arguments: &Arguments, criterion_folder: &Path) -> Result<Option<usize>> {
    if !matches!(arguments.action, Action::Measure | Action::Compare) {
        return Ok(None);
    }
    if let Some(name) = &arguments.compared_if_there
        && kept(criterion_folder, name)?.is_empty()
    {
        crate::console::warning(format!("no baseline `{name}`{}, so nothing is compared", known(criterion_folder)?));
    }
    let needed: Vec<&String> = [&arguments.compared, &arguments.loaded].into_iter().flatten().collect();
    if needed.is_empty() {
        return Ok(None);
    }
    let selected = selected(arguments)?;
    for name in needed {
        let kept = kept(criterion_folder, name)?;
        let missing: Vec<&str> = selected.iter().filter(|one| !kept.contains(*one)).map(String::as_str).collect();
        if !missing.is_empty() {
            let how = if is_criterions(name) { "a measurement" } else { &format!("`--save-baseline {name}`") };
            let (of, kept) = (some_of(&missing), format!("{}; {how} makes it", known(criterion_folder)?));
            return Err(Error::file(criterion_folder, Flaw::NoBaseline { name: name.clone(), of, kept }));
        }
    }
    Ok(Some(selected.len()))
}

/// The names that there are.
fn known(criterion_folder: &Path) -> Result<String> {
    let known = baselines(criterion_folder)?;
    Ok(format!(" (Criterion keeps: {})", if known.is_empty() { "none".to_owned() } else { known.join(", ") }))
}

/// The first few, and how many more.
fn some_of(names: &[&str]) -> String {
    const SHOWN: usize = 3;
    let more = names.len().saturating_sub(SHOWN);
    let shown = names[..names.len() - more].join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}

/// The benchmarks that the filter names. What a filter means is Criterion's to say, and it says so in a listing.
fn selected(arguments: &Arguments) -> Result<Vec<String>> {
    let executable = std::env::current_exe().map_err(|e| Error::failed("own executable", e))?;
    let output = Command::new(&executable).args(arguments.listing()).stdin(Stdio::null()).output();
    let output = output.map_err(|e| Error::file(&executable, e))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Outside::NotListed { said: said.trim().trim_start_matches("error: ").to_owned() }.into());
    }
    let listed = String::from_utf8_lossy(&output.stdout);
    Ok(listed.lines().filter_map(|line| line.strip_suffix(": benchmark")).map(str::to_owned).collect())
}
