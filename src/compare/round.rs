//! One round: a fresh process of each side, all alive at once, which take turns.

use super::side::{Observed, Process, Side, Task};
use crate::error::Result;
use crate::interrupt::check_interrupt;
use crate::measure::rounds::Order;
use std::time::{Duration, Instant};

/// Where a first turn (the cold run of a process, from reading the census to the files) takes longer than this, processes
/// run one after the other: several large ones need not fit into memory together, and runs so long average the machine's
/// moods by themselves.
const LONG: Duration = Duration::from_secs(2);
/// Turns go on until each process had so many after its first,
const LEAST_TURNS: usize = 5;
/// and all together so much time for each of them.
const TIME_EACH: Duration = Duration::from_millis(200);

/// What a fresh process of each side showed. Each gets equally many turns, in balanced random order. `alone` says whether
/// they run one after the other instead; the first turn decides where it is not known yet.
///
/// # Errors
/// When somebody interrupts. A side that fails is among the answers.
pub(super) fn observe<const SIDES: usize>(
    sides: [&Side; SIDES],
    task: &Task,
    order: &mut Order<usize>,
    alone: &mut Option<bool>,
) -> Result<[Result<Observed>; SIDES]> {
    let mut processes = sides.map(|side| side.start(task));
    for index in order.next_round() {
        let Ok(process) = &mut processes[index] else { continue };
        let took = process.take_turn();
        check_interrupt()?;
        // A process that fails at once says nothing about the others.
        *alone = alone.or(took.map(|took| took > LONG));
        if *alone == Some(true) {
            process.go_on_alone();
        }
    }
    let clock = Instant::now();
    let mut turns = 0;
    while turns < LEAST_TURNS || clock.elapsed() < TIME_EACH * SIDES as u32 {
        if !processes.iter().flatten().any(Process::takes_turns) {
            break;
        }
        for index in order.next_round() {
            if let Ok(process) = &mut processes[index] {
                process.take_turn();
            }
        }
        turns += 1;
        check_interrupt()?;
    }
    let answers = processes.map(|process| process.and_then(Process::finish));
    // A child of the same terminal is interrupted too: its failure is no result.
    check_interrupt()?;
    Ok(answers)
}
