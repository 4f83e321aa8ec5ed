//! `planbench completions`: what shells and `man` want, made from the command line itself.

use super::PASS;
use crate::error::{Error, Result};
use clap::ValueEnum;
use clap_complete::Shell;
use std::io::Write;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Shell, or `man` for the manual page
    #[arg(value_enum)]
    what: What,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum What {
    Bash,
    Zsh,
    Fish,
    Elvish,
    #[value(name = "powershell")]
    PowerShell,
    Man,
}

pub(super) fn run(args: &Args, mut command: clap::Command) -> Result<u8> {
    let mut text = Vec::new();
    let shell = match args.what {
        What::Bash => Some(Shell::Bash),
        What::Zsh => Some(Shell::Zsh),
        What::Fish => Some(Shell::Fish),
        What::Elvish => Some(Shell::Elvish),
        What::PowerShell => Some(Shell::PowerShell),
        What::Man => None,
    };
    let failed = |e: std::io::Error| Error::Config(format!("standard output: {e}"));
    match shell {
        Some(shell) => clap_complete::generate(shell, &mut command, "planbench", &mut text),
        None => clap_mangen::Man::new(command).render(&mut text).map_err(failed)?,
    }
    std::io::stdout().write_all(&text).map_err(failed)?;
    Ok(PASS)
}
