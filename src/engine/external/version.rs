//! What an engine's version command prints.

use super::fault::{Fault, Step};
use super::place;
use super::spec::Spec;
use super::start::{Started, start};
use super::words::Words;
use crate::error::Result;
use std::io::Read;
use std::time::Instant;

/// Bytes of the answer that are looked at.
const LOOKED_AT: u64 = 4_096;

/// The first line that the version command prints; `None` without such a command.
///
/// # Errors
/// When it cannot be started, fails, says nothing, or does not end in time.
pub fn version(spec: &Spec) -> Result<Option<String>> {
    if spec.version.is_empty() {
        return Ok(None);
    }
    let place = place::new(None)?;
    let fault = || Fault::new(spec, Step::Version);
    let Started { mut program, input, output, talk } = start(spec, &spec.version, Step::Version, place.path())?;
    drop(input);
    let words = Words::listen(talk);
    let reader = std::thread::spawn(move || {
        let (mut text, mut output) = (Vec::new(), output);
        // What cannot be read was not said.
        let _ = (&mut output).take(LOOKED_AT).read_to_end(&mut text);
        let _ = std::io::copy(&mut output, &mut std::io::sink());
        text
    });
    let ended = program.wait_until(Instant::now() + spec.time_limit()).map_err(|e| fault().cannot_start(e))?;
    let Some(ended) = ended else { return Err(fault().with_words(words.last()).silent(spec.time_limit())) };
    if !ended.status.success() {
        return Err(fault().with_words(words.last()).ended(&ended));
    }
    let text = String::from_utf8_lossy(&reader.join().unwrap_or_default()).into_owned();
    let first = text.lines().map(str::trim).find(|line| !line.is_empty());
    match first {
        Some(line) => Ok(Some(crate::console::one_line(line))),
        None => Err(fault().with_words(words.last()).output("the version command printed nothing on standard output")),
    }
}
