//! `planbench scenarios`: what can be named.

use super::context::{Context, PASS};
use crate::error::Result;
use crate::figures::{ABSENT, count};
use crate::scenario::DEFAULT_SEED;

pub(super) fn run(context: &Context) -> Result<u8> {
    println!("{:<12} {:>9} {:>9} {:>8} {:>10}  purpose", "name", "employees", "years", "target", "events");
    for s in context.catalogue.scenarios() {
        let years = format!("{}-{}", s.start_year, s.end_year);
        let target = s.target_time_seconds.map_or_else(|| ABSENT.to_owned(), |seconds| format!("{seconds} s"));
        let events = s.golden.map_or_else(|| ABSENT.to_owned(), |golden| count(golden.events as f64));
        let from_file = s.own.as_ref().is_some_and(|own| own.census.is_some());
        let unsaid = || if from_file { "census".to_owned() } else { ABSENT.to_owned() };
        let employees = s.employee_count.map_or_else(unsaid, |people| count(people as f64));
        println!("{:<12} {employees:>9} {years:>9} {target:>8} {events:>10}  {}", s.name, s.purpose);
    }
    println!("custom       --employee-count N --start-year YEAR --end-year YEAR, or --census FILE with the years");
    println!("events are those of seed {DEFAULT_SEED} and the default assumptions");
    Ok(PASS)
}
