//! A started engine that is talked to in JSON lines.

use super::fault::{Fault, Step};
use super::spec::Spec;
use super::start::{PATIENCE, Started, start};
use super::supervisor::{Ended, Supervised};
use super::talk::{Answer, Request};
use super::words::Words;
use crate::error::{Error, Result};
use crate::interrupt::check_interrupt;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{ChildStdin, ChildStdout};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

/// Longest line of an answer, bytes.
const LONGEST_LINE: u64 = 1 << 20;
/// Time between two looks whether somebody interrupted.
const LOOK: Duration = Duration::from_millis(50);
/// Time that an engine has to end where nothing it says matters any more.
const LAST_MOMENTS: Duration = Duration::from_secs(5);

/// What came on standard output.
enum Heard {
    /// A line, and when it was there.
    Line(Vec<u8>, Instant),
    /// More than a line may have.
    TooLong,
}

/// A started engine.
pub(super) struct Session {
    spec: Spec,
    program: Supervised,
    /// `None` once it was told to end.
    input: Option<ChildStdin>,
    heard: Receiver<Heard>,
    words: Words,
    asked: u64,
    started: Instant,
}

impl Session {
    /// Starts the program. `scratch` is a folder for its temporary files and the supervisor's report.
    ///
    /// # Errors
    /// When no process can be started at all; that the program is missing shows in the first answer.
    pub fn start(spec: &Spec, scratch: &Path) -> Result<Self> {
        let started = Instant::now();
        let Started { program, input, output, talk } = start(spec, &spec.command, Step::Start, scratch)?;
        let (tell, heard) = sync_channel(16);
        // It ends with the program's output; nobody waits for it.
        std::thread::spawn(move || listen(output, &tell));
        let words = Words::listen(talk);
        Ok(Self { spec: spec.clone(), program, input: Some(input), heard, words, asked: 0, started })
    }

    /// When the program was started.
    pub fn started(&self) -> Instant {
        self.started
    }

    /// Number of the process below which everything of the engine runs.
    pub fn pid(&self) -> u32 {
        self.program.pid()
    }

    /// Asks, and waits for the answer; how long that took.
    ///
    /// # Errors
    /// Says what the engine did instead, with its last words.
    pub fn ask(&mut self, request: &Request<'_>) -> Result<(Answer, Duration)> {
        let step = Step::Asked(request.name());
        // What nobody asked for would be taken for the answer.
        if let Ok(heard) = self.heard.try_recv() {
            return Err(self.unasked(step, heard));
        }
        self.asked += 1;
        let line = request.line(self.asked).map_err(|e| Error::failed("request to an engine", e))?;
        let asked = Instant::now();
        let deadline = asked + self.spec.time_limit();
        if let Some(input) = &mut self.input {
            // An engine that is gone shows in what it says, or does not.
            let _ = without_sigpipe(|| input.write_all(line.as_bytes()).and_then(|()| input.flush()));
        }
        let (text, at) = match self.wait(deadline)? {
            Some(Heard::Line(line, at)) => (line, at),
            Some(Heard::TooLong) => return Err(self.too_long(step)),
            None => return Err(self.gone(step, deadline)),
        };
        let answer: Answer = match serde_json::from_slice(&text) {
            Ok(answer) => answer,
            Err(error) => return Err(self.fault(step).not_understood(&text, &error, Answer::wanted(request))),
        };
        if answer.id() != self.asked {
            return Err(self.fault(step).other_number(answer.id(), self.asked));
        }
        match (request, &answer) {
            (_, Answer::Failed { error, .. }) => Err(self.fault(step).refused(error)),
            (Request::Open { .. }, Answer::Ready { .. })
            | (Request::Generate, Answer::Generated { .. })
            | (Request::Write { .. }, Answer::Written { .. }) => Ok((answer, at.saturating_duration_since(asked))),
            _ => Err(self.fault(step).other_answer(&text, Answer::wanted(request))),
        }
    }

    /// Tells it to end, and waits for that; how long it took.
    ///
    /// # Errors
    /// When it does not, ends otherwise than with exit code 0, says something, or leaves processes behind.
    pub fn close(mut self) -> Result<Duration> {
        let step = Step::Asked(Request::Close.name());
        if let Ok(heard) = self.heard.try_recv() {
            return Err(self.unasked(step, heard));
        }
        let asked = Instant::now();
        // What it leaves behind has its own time to go.
        let deadline = asked + self.spec.time_limit() + PATIENCE;
        self.say_goodbye();
        let Some(ended) = self.ended(deadline)? else {
            return Err(self.fault(step).still_there(self.spec.time_limit()));
        };
        let took = asked.elapsed();
        if ended.left_behind.is_empty() && took > self.spec.time_limit() + LOOK {
            return Err(self.fault(step).still_there(self.spec.time_limit()));
        }
        // Nobody holds its output any more, but what was in it may still be on its way here.
        match self.heard.recv_timeout(LOOK) {
            Ok(Heard::Line(line, _)) => return Err(self.fault(step).answered_the_end(&line)),
            Ok(Heard::TooLong) => return Err(self.too_long(step)),
            Err(_) => {}
        }
        if !ended.status.success() {
            return Err(self.fault(step).ended(&ended));
        }
        if !ended.left_behind.is_empty() {
            return Err(self.fault(step).left_behind(&ended.left_behind));
        }
        Ok(took)
    }

    fn say_goodbye(&mut self) {
        self.asked += 1;
        if let (Some(mut input), Ok(line)) = (self.input.take(), Request::Close.line(self.asked)) {
            let _ = without_sigpipe(|| input.write_all(line.as_bytes()).and_then(|()| input.flush()));
        }
    }

    /// The next thing that it says; `None` if it is gone or the time is over.
    fn wait(&mut self, deadline: Instant) -> Result<Option<Heard>> {
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.heard.recv_timeout(left.min(LOOK)) {
                Ok(heard) => return Ok(Some(heard)),
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
                Err(RecvTimeoutError::Timeout) if left.is_zero() => return Ok(None),
                Err(RecvTimeoutError::Timeout) => check_interrupt()?,
            }
            // Its output may be held open by what it left behind.
            if let Ok(Some(_)) = self.program.wait_until(Instant::now()) {
                return Ok(self.heard.recv_timeout(LOOK).ok());
            }
        }
    }

    /// How it ended, if it does before the time is over.
    fn ended(&mut self, deadline: Instant) -> Result<Option<Ended>> {
        loop {
            let until = deadline.min(Instant::now() + LOOK);
            let ended = self.program.wait_until(until).map_err(|e| self.fault(Step::Start).cannot_start(e))?;
            if ended.is_some() || Instant::now() >= deadline {
                return Ok(ended);
            }
            check_interrupt()?;
        }
    }

    /// It gave no answer: because it ended, or because the time is over.
    fn gone(&mut self, step: Step, deadline: Instant) -> Error {
        let silent = Instant::now() >= deadline;
        let until = if silent { Instant::now() } else { Instant::now() + LAST_MOMENTS };
        let ended = self.ended(until);
        self.give_up();
        match ended {
            Err(error) => error,
            Ok(Some(ended)) => self.fault(step).ended(&ended),
            Ok(None) if silent => self.fault(step).silent(self.spec.time_limit()),
            Ok(None) => self.fault(step).closed_its_output(),
        }
    }

    fn unasked(&mut self, step: Step, heard: Heard) -> Error {
        match heard {
            Heard::Line(line, _) => self.fault(step).unasked(&line),
            Heard::TooLong => self.too_long(step),
        }
    }

    fn too_long(&mut self, step: Step) -> Error {
        self.give_up();
        self.fault(step).too_long(LONGEST_LINE)
    }

    /// It hears nothing any more, so it is not told to end before it is ended.
    fn give_up(&mut self) {
        self.input = None;
    }

    fn fault(&self, step: Step) -> Fault {
        Fault::new(&self.spec, step).with_words(self.words.last())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if self.input.is_some() && check_interrupt().is_ok() && !std::thread::panicking() {
            // Whoever is told can clear up; nobody hears how that went.
            self.say_goodbye();
            let _ = self.program.wait_until(Instant::now() + LAST_MOMENTS);
        }
    }
}

/// Hands on lines until the output ends.
fn listen(output: ChildStdout, tell: &SyncSender<Heard>) {
    let mut output = BufReader::new(output);
    loop {
        let mut line = Vec::new();
        let read = (&mut output).take(LONGEST_LINE).read_until(b'\n', &mut line);
        let at = Instant::now();
        let heard = match read {
            Ok(0) | Err(_) => return,
            Ok(_) if line.len() as u64 == LONGEST_LINE && !line.ends_with(b"\n") => Heard::TooLong,
            Ok(_) => Heard::Line(line, at),
        };
        let last = matches!(heard, Heard::TooLong);
        if tell.send(heard).is_err() || last {
            return;
        }
    }
}

/// Writes to somebody who may be gone. This program ends quietly when nobody reads its own output, by a signal; that must not
/// happen because an engine ended.
fn without_sigpipe<T>(write: impl FnOnce() -> T) -> T {
    #[cfg(unix)]
    // SAFETY: changes and restores which signals this thread takes; both sets are made by the calls.
    unsafe {
        let mut pipe: libc::sigset_t = std::mem::zeroed();
        let mut before: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&mut pipe);
        libc::sigaddset(&mut pipe, libc::SIGPIPE);
        libc::pthread_sigmask(libc::SIG_BLOCK, &pipe, &mut before);
        let written = write();
        let mut pending: libc::sigset_t = std::mem::zeroed();
        if libc::sigpending(&mut pending) == 0 && libc::sigismember(&pending, libc::SIGPIPE) == 1 {
            let mut signal = 0;
            libc::sigwait(&pipe, &mut signal);
        }
        libc::pthread_sigmask(libc::SIG_SETMASK, &before, std::ptr::null_mut());
        written
    }
    #[cfg(not(unix))]
    write()
}
