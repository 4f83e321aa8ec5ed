//! Turns: processes that are compared live side by side and run one at a time, one run a turn, so that what happens to
//! the machine happens to all of them alike.
//!
//! A shared machine changes its speed many times a second (another guest on the same core, its clock). Processes that run
//! one after the other meet different speeds; processes that take turns meet the same. The caller listens on the loopback
//! interface and names the address in [`VARIABLE`]; each worker connects, and runs only when it is told to.

use crate::error::{Error, Outside, Result};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

/// The variable: the address at which a worker asks for its turns.
pub const VARIABLE: &str = "PLANBENCH_TURNS";

const TAKE_TURN: u8 = b't';
const GO_ON_ALONE: u8 = b'a';
const DONE: u8 = b'd';

fn broken(e: std::io::Error) -> Error {
    Error::failed("turns of compared processes, on the loopback interface", e)
}

/// Whether somebody gives turns to what this process starts.
pub fn are_given() -> bool {
    std::env::var_os(VARIABLE).is_some_and(|address| !address.is_empty())
}

/// Listens for one worker; also the address for [`VARIABLE`].
///
/// # Errors
/// When the loopback interface cannot be used.
pub fn open() -> Result<(TcpListener, String)> {
    let door = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(broken)?;
    door.set_nonblocking(true).map_err(broken)?;
    let address = door.local_addr().map_err(broken)?.to_string();
    Ok((door, address))
}

/// Whoever knocks, if somebody does.
///
/// # Errors
/// When the loopback interface cannot be used.
pub fn admit(door: &TcpListener) -> Result<Option<Player>> {
    match door.accept() {
        Ok((stream, _)) => {
            stream.set_nonblocking(false).and_then(|()| stream.set_nodelay(true)).map_err(broken)?;
            Ok(Some(Player(stream)))
        }
        Err(e) if e.kind() == std::io::ErrorKind::WouldBlock => Ok(None),
        Err(e) => Err(broken(e)),
    }
}

/// A worker, as the caller sees it. Dropping it tells the worker that it has run enough.
pub struct Player(TcpStream);

impl Player {
    /// Gives the worker one turn and waits for its end; `None` if the worker is gone.
    pub fn take_turn(&mut self) -> Option<Duration> {
        let clock = Instant::now();
        let mut answer = [0];
        self.0.write_all(&[TAKE_TURN]).and_then(|()| self.0.read_exact(&mut answer)).ok()?;
        (answer == [DONE]).then(|| clock.elapsed())
    }

    /// Lets the worker do the rest without turns; whether it was still there.
    pub fn go_on_alone(mut self) -> bool {
        self.0.write_all(&[GO_ON_ALONE]).is_ok()
    }
}

/// What a worker is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instruction {
    /// Run once.
    TakeTurn,
    /// Run on without turns.
    GoOnAlone,
    /// Enough.
    End,
}

/// The caller, as a worker sees it.
pub struct Caller(TcpStream);

impl Caller {
    /// Whoever gives turns to this process, if somebody does.
    ///
    /// # Errors
    /// When nobody listens at the address.
    pub fn join() -> Result<Option<Self>> {
        let Some(address) = crate::settings::environment::set(VARIABLE) else { return Ok(None) };
        let address = address.to_string_lossy();
        let stream = TcpStream::connect(&*address).and_then(|stream| stream.set_nodelay(true).map(|()| stream));
        let setting = format!("{VARIABLE}={address}");
        let stream = stream.map_err(|error| Outside::NobodyGivesTurns { setting, error })?;
        Ok(Some(Self(stream)))
    }

    /// Waits for the next instruction. A caller that is gone wants no more runs.
    pub fn wait(&mut self) -> Instruction {
        let mut byte = [0];
        match self.0.read_exact(&mut byte).map(|()| byte[0]) {
            Ok(TAKE_TURN) => Instruction::TakeTurn,
            Ok(GO_ON_ALONE) => Instruction::GoOnAlone,
            _ => Instruction::End,
        }
    }

    /// Has nothing to do in any later turn, and says so until there is none.
    pub fn stand_aside(mut self) {
        loop {
            self.done();
            if self.wait() != Instruction::TakeTurn {
                return;
            }
        }
    }

    /// Says that the turn is over.
    pub fn done(&mut self) {
        // If the caller is gone, the next wait says so.
        let _ = self.0.write_all(&[DONE]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_runs_only_in_its_turns() {
        let (door, address) = open().expect("loopback");
        let worker = std::thread::spawn(move || {
            let mut caller = Caller(TcpStream::connect(address).expect("connects"));
            let mut heard = Vec::new();
            loop {
                heard.push(caller.wait());
                match heard[heard.len() - 1] {
                    Instruction::TakeTurn => caller.done(),
                    Instruction::GoOnAlone | Instruction::End => return heard,
                }
            }
        });
        let mut player = loop {
            if let Some(player) = admit(&door).expect("accepts") {
                break player;
            }
        };
        assert!(player.take_turn().is_some() && player.take_turn().is_some());
        assert!(player.go_on_alone());
        assert_eq!(
            worker.join().expect("ends"),
            [Instruction::TakeTurn, Instruction::TakeTurn, Instruction::GoOnAlone]
        );
    }

    #[test]
    fn whoever_is_gone_takes_no_turn() {
        let (door, address) = open().expect("loopback");
        drop(TcpStream::connect(address).expect("connects"));
        let mut player = loop {
            if let Some(player) = admit(&door).expect("accepts") {
                break player;
            }
        };
        assert_eq!(player.take_turn(), None);
    }
}
