//! The statements of a year: the SQL files with the year's facts put in as literals.

/// What stands for the timeline of the year before the first.
pub(super) const STATE: &str = include_str!("00_state.sql");
/// Head count per level, and where the hires belong.
pub(super) const PLAN: &str = include_str!("01_plan.sql");
/// Ranks of the people who leave.
pub(super) const TERMINATIONS: &str = include_str!("02_terminations.sql");
/// The year's hires.
pub(super) const HIRES: &str = include_str!("03_hires.sql");
/// Ranks of the hires who leave.
pub(super) const NEW_HIRE_TERMINATIONS: &str = include_str!("03_new_hire_terminations.sql");
/// Everybody's year in one row.
pub(super) const TIMELINE: &str = include_str!("04_timeline.sql");
/// The year's events.
pub(super) const EVENTS: &str = include_str!("05_events.sql");
/// The next year's state.
pub(super) const ROLL_FORWARD: &str = include_str!("06_roll_forward.sql");

/// Drops a timeline that nothing reads any more.
pub(super) const DROP_TIMELINE: &str = "DROP TABLE _work.timeline_{YEAR}";
/// Drops what the last year leaves.
pub(super) const DROP_WORK_TABLES: &str = "DROP VIEW state; DROP TABLE _work.hire; DROP TABLE _work.timeline_{YEAR}";
