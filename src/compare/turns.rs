//! One round: a fresh process of each side, all alive at once, which take turns.

use super::side::{Observed, Process, Side, Work};
use crate::error::Result;
use crate::suite::rounds::{Order, check_interrupt};
use std::time::Duration;

/// Where the first turn of a process (its cold run, from reading the census to the files) takes longer than this, the
/// processes run one after the other: several large ones need not fit into memory together, and runs so long average the
/// machine's moods by themselves.
const LONG: Duration = Duration::from_secs(2);
/// Turns go on until each process had so many after its first,
const LEAST_TURNS: usize = 5;
/// and so much time of its own.
const LEAST_TIME: Duration = Duration::from_millis(200);

/// What a fresh process of each side showed, in the order of `sides`. Each gets equally many turns, in balanced random
/// order.
///
/// # Errors
/// When somebody interrupts, or turns cannot be given. A side that fails is among the answers.
pub(super) fn round(sides: &[&Side], work: &Work, order: &mut Order<usize>) -> Result<Vec<Result<Observed>>> {
    let mut processes: Vec<Result<Process>> = sides.iter().map(|side| side.start(work)).collect();
    let mut alone = None;
    for index in order.next_round() {
        let Ok(process) = &mut processes[index] else { continue };
        let took = process.take_turn();
        check_interrupt()?;
        if *alone.get_or_insert(took.is_some_and(|took| took > LONG)) {
            process.go_on_alone();
        }
    }
    let mut total = vec![Duration::ZERO; processes.len()];
    for turns in 0.. {
        let running = |index: usize| processes[index].as_ref().is_ok_and(Process::takes_turns);
        let mut running = (0..processes.len()).filter(|&index| running(index)).peekable();
        if running.peek().is_none() || turns >= LEAST_TURNS && running.all(|index| total[index] >= LEAST_TIME) {
            break;
        }
        for index in order.next_round() {
            if let Ok(process) = &mut processes[index] {
                total[index] += process.take_turn().unwrap_or_default();
            }
        }
        check_interrupt()?;
    }
    Ok(processes.into_iter().map(|process| process.and_then(Process::finish)).collect())
}
