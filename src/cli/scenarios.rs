//! `planbench scenarios`: what can be named.

use super::PASS;
use crate::error::Result;
use crate::scenario::{DEFAULT_SEED, DEFAULT_START_YEAR, SCENARIOS};

pub(super) fn run() -> Result<u8> {
    println!("{:<8} {:>9} {:>9} {:>8} {:>10}  purpose", "name", "employees", "years", "target", "events");
    for s in SCENARIOS {
        let years = format!("{DEFAULT_START_YEAR}-{}", s.end_year());
        println!(
            "{:<8} {:>9} {years:>9} {:>6} s {:>10}  {}",
            s.name, s.employee_count, s.target_time_seconds, s.expected_events, s.purpose
        );
    }
    println!("custom   --employee-count N --start-year YEAR --end-year YEAR, or --census FILE with the years");
    println!("events are those of seed {DEFAULT_SEED} and the default assumptions");
    Ok(PASS)
}
