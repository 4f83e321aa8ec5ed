//! Ids and social security numbers of everybody who ever appears in a run.

use crate::census::Census;
use arrow::array::{Array, StringArray};
use std::fmt::Write;

/// Bytes of a hire's id, `NH_2025_000001`, and social security number, `SSN-900000001`.
const ID: usize = 14;
const SSN: usize = 13;

/// The names, by number: those of the census, then those of the hires.
#[derive(Clone)]
pub(super) struct Names {
    ids: StringArray,
    ssns: StringArray,
    /// The hires' ids and numbers, end to end.
    hired_ids: String,
    hired_ssns: String,
}

impl Names {
    pub fn new(census: &Census) -> Self {
        let (ids, ssns) = (census.employee_id.clone(), census.employee_ssn.clone());
        Self { ids, ssns, hired_ids: String::new(), hired_ssns: String::new() }
    }

    /// Names the `ordinal`-th hire of a year.
    pub fn hire(&mut self, year: i32, ordinal: usize) -> u32 {
        let hired = self.hired_ids.len() / ID;
        let named = write!(self.hired_ids, "NH_{year}_{ordinal:06}")
            .and_then(|()| write!(self.hired_ssns, "SSN-{}", 900_000_001 + hired));
        named.expect("writing to a string cannot fail");
        debug_assert!(self.hired_ids.len() == (hired + 1) * ID && self.hired_ssns.len() == (hired + 1) * SSN);
        (self.ids.len() + hired) as u32
    }

    pub fn id(&self, name: u32) -> &str {
        match (name as usize).checked_sub(self.ids.len()) {
            Some(hire) => &self.hired_ids[hire * ID..(hire + 1) * ID],
            None => self.ids.value(name as usize),
        }
    }

    pub fn ssn(&self, name: u32) -> Option<&str> {
        match (name as usize).checked_sub(self.ids.len()) {
            Some(hire) => Some(&self.hired_ssns[hire * SSN..(hire + 1) * SSN]),
            None => self.ssns.is_valid(name as usize).then(|| self.ssns.value(name as usize)),
        }
    }
}
