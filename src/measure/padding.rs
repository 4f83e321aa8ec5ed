//! A test hook: pads an engine's time or memory by a known share, inside what is measured, so that gates and verdicts
//! can be tried against a slow-down that is known. Active only through [`VARIABLE`]; every record then says so.

use crate::census::Census;
use crate::engine::{self, Engine, EngineOptions, EventLog, Mode, Place, SetupTimes};
use crate::error::{Input, Result};
use crate::machine::process::peak_memory_bytes;
use crate::rules::run::RunSpec;
use std::time::{Duration, Instant};

/// The variable: `<mode>:<time|memory>=<percent>`, several separated by commas (`polars:time=40`).
pub const VARIABLE: &str = "PLANBENCH_TEST_PADDING";

/// The end of a delay is spun, for a sleeper wakes late.
const WAKING: Duration = Duration::from_micros(200);

/// What the variable says, if it says anything.
pub fn active() -> Option<String> {
    std::env::var(VARIABLE).ok().filter(|text| !text.trim().is_empty())
}

/// What the variable says about one mode.
pub fn of(mode: Mode) -> Option<String> {
    let about = |part: &&str| part.trim().split(':').next() == Some(mode.name());
    let parts: Vec<String> = active()?.split(',').filter(about).map(|part| part.trim().to_owned()).collect();
    (!parts.is_empty()).then(|| parts.join(","))
}

/// Refuses a value of the variable that no mode would understand.
///
/// # Errors
/// Says what it should look like.
pub fn check(text: &str) -> Result<()> {
    Mode::BUILT_IN.into_iter().try_for_each(|mode| parse(text, mode).map(drop))
}

/// Padding of one mode, as shares: 0.4 = 40 % more.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Padding {
    time: f64,
    memory: f64,
}

/// Starts an engine as [`engine::open`] does, padded if the variable asks for it.
///
/// # Errors
/// As [`engine::open`], and when the variable cannot be understood.
pub fn open(mode: Mode, run: &RunSpec, census: &Census, options: &EngineOptions) -> Result<Box<dyn Engine>> {
    let engine = engine::open(mode, run, census, options)?;
    let padding = active().map_or(Ok(Padding::default()), |text| parse(&text, mode))?;
    if padding == Padding::default() {
        return Ok(engine);
    }
    Ok(Box::new(Padded { engine, padding, ballast: Vec::new() }))
}

fn parse(text: &str, mode: Mode) -> Result<Padding> {
    let unusable = || {
        let wanted = "<mode>:<time|memory>=<percent>, such as polars:time=40".into();
        Input::Unusable { given: format!("{VARIABLE}={text}"), wanted }
    };
    let mut padding = Padding::default();
    for part in text.split(',') {
        let (target, percent) = part.trim().split_once('=').ok_or_else(unusable)?;
        let (name, what) = target.split_once(':').ok_or_else(unusable)?;
        let share = percent.parse::<f64>().ok().filter(|percent| (0.0..=10_000.0).contains(percent));
        let share = share.ok_or_else(unusable)? / 100.0;
        let applies = Mode::built_in(name)? == mode;
        match what {
            "time" if applies => padding.time = share,
            "memory" if applies => padding.memory = share,
            "time" | "memory" => {}
            _ => return Err(unusable().into()),
        }
    }
    Ok(padding)
}

struct Padded {
    engine: Box<dyn Engine>,
    padding: Padding,
    /// Made by the first run and kept: making it takes time, which would be in every run's.
    ballast: Vec<u8>,
}

impl Engine for Padded {
    fn generate(&mut self) -> Result<Box<dyn EventLog + '_>> {
        let clock = Instant::now();
        let log = self.engine.generate()?;
        let took = clock.elapsed();
        if self.ballast.is_empty() && self.padding.memory > 0.0 {
            let bytes = peak_memory_bytes().map_or(0, |peak| (peak as f64 * self.padding.memory) as usize);
            self.ballast = std::hint::black_box(vec![1u8; bytes]);
        }
        if self.padding.time > 0.0 {
            let end = took.mul_f64(1.0 + self.padding.time);
            std::thread::sleep(end.saturating_sub(clock.elapsed()).saturating_sub(WAKING));
            while clock.elapsed() < end {
                std::hint::spin_loop();
            }
        }
        Ok(log)
    }

    fn setup_times(&self) -> SetupTimes {
        self.engine.setup_times()
    }

    fn place(&self) -> Place {
        self.engine.place()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_gets_its_own_padding() {
        let text = "polars:time=40, sql:memory=20";
        assert_eq!(parse(text, Mode::Polars).expect("understood"), Padding { time: 0.4, memory: 0.0 });
        assert_eq!(parse(text, Mode::Sql).expect("understood"), Padding { time: 0.0, memory: 0.2 });
        assert_eq!(parse(text, Mode::Reference).expect("understood"), Padding::default());
        for bad in ["polars", "polars:time", "polars:time=x", "polars:space=3", "spark:time=3", "sql:time=-1"] {
            assert!(parse(bad, Mode::Sql).is_err(), "{bad}");
        }
    }
}
