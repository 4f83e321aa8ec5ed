//! Whether a figure keeps a limit, and the limits that every run is to keep.

use crate::stats::Figure;

/// Events per second that a run must exceed.
pub const EVENTS_PER_SECOND: f64 = 1_000.0;
/// Peak memory that a run must stay below, bytes.
pub const PEAK_MEMORY_BYTES: f64 = 8e9;

/// Whether a figure is below a limit: its whole 95 % interval decides; a single value decides nothing.
pub fn below(figure: Figure, limit: f64) -> Option<bool> {
    let interval = figure.ci95?;
    match interval {
        _ if interval.upper < limit => Some(true),
        _ if interval.lower >= limit => Some(false),
        _ => None,
    }
}

/// Whether a figure is above a limit.
pub fn above(figure: Figure, limit: f64) -> Option<bool> {
    let interval = figure.ci95?;
    match interval {
        _ if interval.lower > limit => Some(true),
        _ if interval.upper <= limit => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_decides_nothing_and_the_whole_interval_must_agree() {
        let figure = |values: &[f64]| Figure::of(values).expect("a figure");
        assert_eq!(below(figure(&[1.0]), 60.0), None);
        assert_eq!(below(figure(&[1.0, 1.1, 0.9]), 60.0), Some(true));
        assert_eq!(below(figure(&[61.0, 61.1, 61.2]), 60.0), Some(false));
        assert_eq!(below(figure(&[50.0, 59.0, 65.0]), 60.0), None);
        assert_eq!(above(figure(&[2000.0, 2001.0]), 1000.0), Some(true));
        assert_eq!(above(figure(&[200.0, 201.0]), 1000.0), Some(false));
    }
}
