//! `planbench import-planalign`: a PlanAlign configuration as assumptions and a scenario.

use super::context::{Context, PASS};
use crate::console;
use crate::error::{Error, Flaw, Input, Result};
use crate::files::write_whole;
use crate::planalign::{DIFFERS, Finding, Findings, Imported, import};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// PlanAlign's configuration, such as simulation_config.yaml
    #[arg(value_name = "CONFIG.yaml")]
    configuration: PathBuf,
    /// Folder with its seed tables (dbt/seeds); what it lacks is as built in
    #[arg(long = "seeds", value_name = "DIR")]
    seed_tables: Option<PathBuf>,
    /// Scenario of PlanAlign whose keys go before the configuration's
    #[arg(long = "scenario", value_name = "FILE")]
    over: Option<PathBuf>,
    /// Folder for assumptions.toml and planbench.toml
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Refuse where something that would change events is not simulated, or a key is unknown
    #[arg(long)]
    strict: bool,
    /// Replace files of other content in that folder
    #[arg(long)]
    force: bool,
}

/// The files that are written.
const FILES: [&str; 2] = ["assumptions.toml", "planbench.toml"];

pub(super) fn run(args: &Args, context: &Context) -> Result<u8> {
    if args.out == Path::new("-") || args.out.as_os_str().is_empty() {
        let wanted = "a folder".into();
        return Err(Input::Unusable { given: "--out".into(), wanted }.into());
    }
    if args.out.is_file() {
        return Err(Error::file(&args.out, Flaw::AFile));
    }
    let imported = import(&args.configuration, args.over.as_deref(), args.seed_tables.as_deref(), &args.out)?;
    print(&imported.findings);
    let losses = imported.findings.losses();
    if args.strict && losses > 0 {
        return Err(Input::NotSimulated { count: losses }.into());
    }
    write(args, &imported)?;
    if losses > 0 {
        let what =
            "setting(s) would change events and are not simulated: see the list, and the head of assumptions.toml";
        console::warning(format!("{losses} {what}"));
    }
    let messages = context.messages();
    let folder = console::path(&args.out);
    messages.say(&format!("written to {folder}: {}", FILES.join(", ")));
    let census = if imported.has_census { "" } else { " --census FILE" };
    let settings = console::path(&args.out.join(FILES[1]));
    messages.say(&format!("try: planbench parity --config {settings} --scenario {}{census}", imported.scenario));
    Ok(PASS)
}

/// Writes both files or neither.
fn write(args: &Args, imported: &Imported) -> Result<()> {
    let texts = [&imported.assumptions, &imported.settings];
    let files = FILES.map(|name| args.out.join(name));
    let mut before = Vec::new();
    for (file, text) in files.iter().zip(texts) {
        let there = match fs::read(file) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(Error::file(file, error)),
        };
        if !args.force && there.as_ref().is_some_and(|there| there != text.as_bytes()) {
            return Err(Error::file(file, Flaw::OtherContent));
        }
        before.push(there);
    }
    write_whole(&files[0], texts[0])?;
    write_whole(&files[1], texts[1]).inspect_err(|_| {
        // The two belong together.
        let _ = match &before[0] {
            Some(bytes) => fs::write(&files[0], bytes),
            None => fs::remove_file(&files[0]),
        };
    })
}

/// The lists, on standard output.
fn print(findings: &Findings) {
    list("Taken over", &findings.taken);
    list("Ignored, because it concerns no event of ours", &findings.ignored);
    list("NOT SIMULATED, although it would change events", &findings.not_simulated);
    if !findings.unknown.is_empty() {
        list("UNKNOWN, and may change events", &findings.unknown);
    }
    console::result("How the rules differ, whatever the configuration says");
    for line in DIFFERS {
        console::result(&format!("  {line}"));
    }
}

fn list(title: &str, findings: &[Finding]) {
    console::result(&format!("{title}: {}", findings.len()));
    let width = |of: fn(&Finding) -> &String, most: usize| {
        findings.iter().map(|finding| of(finding).chars().count()).max().unwrap_or(0).min(most)
    };
    let (keys, values) = (width(|finding| &finding.key, 60), width(|finding| &finding.value, 36));
    for Finding { key, value, text } in findings {
        console::result(&format!(
            "  {:keys$}  {:values$}  {}",
            console::one_line(key),
            console::one_line(value),
            console::one_line(text)
        ));
    }
    console::result("");
}
