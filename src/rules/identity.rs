//! Event identity: a UUID that depends on what the event is and on nothing else.

use crate::rules::vocabulary::Category;
use uuid::{Builder, Uuid};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128_with_seed};

/// Length of a UUID in its hyphenated text form.
pub const EVENT_ID_LEN: usize = 36;

/// Longest employee id, in bytes; a census with a longer one is refused.
pub const MAX_EMPLOYEE_ID_LEN: usize = 64;

/// Makes event ids for one run (seed, scenario, plan design).
///
/// id = UUID version 8 (RFC 9562, section 5.8) over XXH3-128 of
/// `employee_id bytes | year (i32 LE) | category code (u8) | sequence (u8)`, hashed with the run key as XXH3 seed; the
/// run key is XXH3-64 of `seed (decimal) 0x1F scenario_id 0x1F plan_design_id`. The digest enters big endian.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventIds {
    run_key: u64,
}

/// The id of the `number`-th hire of a year, from 1.
pub fn hire_id(year: i32, number: i64) -> String {
    format!("NH_{year}_{number:06}")
}

impl EventIds {
    /// The seed of XXH3 under which this run's events are digested.
    pub fn run_key(&self) -> u64 {
        self.run_key
    }

    /// The id maker of one run.
    pub fn new(seed: u64, scenario_id: &str, plan_design_id: &str) -> Self {
        Self { run_key: xxh3_64(format!("{seed}\x1f{scenario_id}\x1f{plan_design_id}").as_bytes()) }
    }

    /// The id of one event.
    ///
    /// # Panics
    /// If `employee_id` is longer than [`MAX_EMPLOYEE_ID_LEN`] bytes.
    #[inline]
    pub fn uuid(&self, employee_id: &str, year: i32, category_code: u8, sequence: u8) -> Uuid {
        let mut name = [0u8; MAX_EMPLOYEE_ID_LEN + 6];
        let len = employee_id.len();
        name[..len].copy_from_slice(employee_id.as_bytes());
        name[len..len + 4].copy_from_slice(&year.to_le_bytes());
        name[len + 4] = category_code;
        name[len + 5] = sequence;
        Builder::from_custom_bytes(xxh3_128_with_seed(&name[..len + 6], self.run_key).to_be_bytes()).into_uuid()
    }

    /// The id of one event as text, written into `buffer`.
    #[inline]
    pub fn text<'b>(
        &self,
        employee_id: &str,
        year: i32,
        category: Category,
        sequence: u8,
        buffer: &'b mut [u8; EVENT_ID_LEN],
    ) -> &'b str {
        self.uuid(employee_id, year, category as u8, sequence).hyphenated().encode_lower(buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_part_of_the_name_counts() {
        let base = EventIds::new(42, "5kx5", "default");
        let mut ids = HashSet::new();
        for (maker, employee, year, category, sequence) in [
            (base, "EMP_000001", 2025, 1, 1),
            (EventIds::new(43, "5kx5", "default"), "EMP_000001", 2025, 1, 1),
            (EventIds::new(42, "1kx3", "default"), "EMP_000001", 2025, 1, 1),
            (EventIds::new(42, "5kx5", "other"), "EMP_000001", 2025, 1, 1),
            (base, "EMP_000002", 2025, 1, 1),
            (base, "EMP_000001", 2026, 1, 1),
            (base, "EMP_000001", 2025, 2, 1),
            (base, "EMP_000001", 2025, 1, 2),
        ] {
            let id = maker.uuid(employee, year, category, sequence);
            assert_eq!(id.get_version_num(), 8);
            assert!(ids.insert(id));
        }
    }

    #[test]
    fn the_id_of_a_known_event_never_changes() {
        let mut buffer = [0; EVENT_ID_LEN];
        let id = EventIds::new(42, "5kx5", "default").text("EMP_000001", 2025, Category::Raise, 1, &mut buffer);
        assert_eq!(id, "f6dee1c4-3dba-87a0-8283-5be87dcba2ff");
    }
}
