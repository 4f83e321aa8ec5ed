//! `planbench completions`: what shells and `man` want, made from the command line itself.

use super::context::{Context, PASS};
use super::manual;
use crate::console;
use crate::error::{Error, Input, Result};
use crate::files::write_whole;
use crate::settings::names::Names;
use clap::ValueEnum;
use clap_complete::Shell;
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Shell, or `man` for the manual pages
    #[arg(value_enum)]
    what: What,
    /// Folder to write all manual pages to, one per verb (planbench.1, planbench-run.1, ...) [default: the first page, to
    /// standard output]
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    Bash,
    Zsh,
    Fish,
    Elvish,
    #[value(name = "powershell")]
    PowerShell,
    Man,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<u8> {
    let shell = match args.what {
        What::Bash => Some(Shell::Bash),
        What::Zsh => Some(Shell::Zsh),
        What::Fish => Some(Shell::Fish),
        What::Elvish => Some(Shell::Elvish),
        What::PowerShell => Some(Shell::PowerShell),
        What::Man => None,
    };
    let mut text = Vec::new();
    match (shell, &args.to) {
        (Some(_), Some(_)) => {
            let only = "`completions man`, which has many pages; a shell's is printed";
            return Err(Input::OnlyFor { what: "--to", only }.into());
        }
        (Some(shell), None) => {
            clap_complete::generate(
                shell,
                &mut offering((context.program)(), context.catalogue.names()),
                "planbench",
                &mut text,
            );
        }
        (None, None) => text = manual::first(&(context.program)())?.into_bytes(),
        (None, Some(folder)) if folder == Path::new("-") => {
            return Err(Input::PagesToOutput.into());
        }
        (None, Some(folder)) => {
            for (name, page) in manual::pages(&(context.program)())? {
                let file = folder.join(name);
                write_whole(&file, &page)?;
                context.messages().say(&format!("written: {}", console::path(&file)));
            }
        }
    }
    let mut output = std::io::stdout().lock();
    output.write_all(&text).and_then(|()| output.flush()).map_err(|e| Error::failed("standard output", e))?;
    Ok(PASS)
}

/// The command line with all scenarios that can be named here, those of the settings file among them.
fn offering(mut command: clap::Command, scenarios: Vec<String>) -> clap::Command {
    let verbs: Vec<String> = command.get_subcommands().map(|verb| verb.get_name().to_owned()).collect();
    for verb in verbs {
        command = command.mut_subcommand(verb, |sub| {
            sub.mut_args(|argument| match argument.get_id().as_str() {
                "scenarios" => argument.value_parser(Names::of(scenarios.clone())),
                _ => argument,
            })
        });
    }
    command
}
