//! `planbench calibrate`: regenerates the proof of the verdicts.

use super::compare::this_program;
use super::context::{Context, PASS};
use super::output::Output;
use super::selection::resolve;
use crate::compare::calibration::Calibration;
use crate::compare::side::Task;
use crate::compare::trials::Proof;
use crate::error::{Error, Flaw, Input, Result};
use crate::files::{temporary_workspace, write_whole};
use crate::interrupt::watch_for_interrupts;
use crate::measure::padding;
use crate::report::render::template::render_value;
use crate::settings::flags::Selected;
use crate::settings::layers::Layers;
use crate::settings::names::{Names, listed};
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Scenarios of every trial
    #[arg(long, visible_alias = "scenario", value_name = "NAME", num_args = 1.., hide_possible_values = true, value_parser = Names::scenarios(), default_values = ["quick", "1kx3"])]
    scenarios: Vec<String>,
    /// Modes of every trial; slow-downs are planted in the first, the others must stay quiet
    #[arg(long, visible_alias = "mode", value_name = "MODE", num_args = 1.., hide_possible_values = true, value_parser = Names::modes(), default_values = ["polars", "reference"])]
    modes: Vec<String>,
    /// Runs against itself
    #[arg(long, value_name = "N", default_value_t = 60)]
    plain: u32,
    /// Trials of each planted slow-down (six of time, four of memory)
    #[arg(long, value_name = "N", default_value_t = 10)]
    per_level: u32,
    /// Folder of the trials; what is there is not done again
    #[arg(long, value_name = "DIR", default_value = "calibration")]
    trials: PathBuf,
    /// Page to write; `-` is standard output
    #[arg(long, value_name = "FILE", default_value = "docs/calibration.md")]
    to: PathBuf,
    /// Only write the page from the trials that are there
    #[arg(long)]
    report_only: bool,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<u8> {
    if !args.report_only {
        if let Some(text) = padding::active() {
            let setting = format!("{}={text}", padding::VARIABLE);
            return Err(Input::Padded { setting, why: "a calibration plants its own slow-downs" }.into());
        }
        let mut measure = Layers::default().every().measure;
        measure.what.selected = Selected { scenarios: listed(&args.scenarios), modes: listed(&args.modes) };
        let settings = resolve(&measure, context)?;
        let place = temporary_workspace()?;
        let proof = Proof {
            side: this_program(place.path())?,
            tasks: Task::all(&settings)?,
            padded_mode: settings.modes[0],
            plain: args.plain,
            per_level: args.per_level,
            folder: args.trials.clone(),
        };
        watch_for_interrupts();
        let messages = context.messages();
        proof.run(place.path(), &mut |done, all, what| messages.say(&format!("[{done}/{all}] {what}")))?;
    }
    let Some(calibration) = Calibration::read(&args.trials, context.command.replace(" --report-only", ""))? else {
        return Err(Error::file(&args.trials, Flaw::NoTrials));
    };
    let page = render_value("calibration.md", &calibration, context.file.templates())?;
    let output = Output::new(Some(&args.to), Path::new("-"));
    match &output {
        Output::Place(file) => write_whole(file, &page)?,
        Output::Standard => {
            print!("{page}");
            return Ok(PASS);
        }
    }
    println!(
        "{} run(s) against itself, {} false alarm(s); written: {output}",
        calibration.plain_runs, calibration.false_alarms
    );
    Ok(PASS)
}
