//! Where a quantity that is known at some sizes, each time with its uncertainty, goes through zero.
//!
//! Made for the logarithm of the ratio of two times: where that changes its sign, one overtakes the other. Places are told
//! as positions among the sizes (`2.25` is a quarter of the way from the third to the fourth), so that who asks can put
//! them on any axis; along a logarithmic one the quantity is taken for straight between neighbours.

use super::interval::{Estimate, Interval};

/// A change of sign between two sizes at which the sign is certain.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Crossing {
    /// Whether the quantity is positive before and negative behind it.
    pub falls: bool,
    /// Indices of the certain sizes before and behind it.
    pub between: (usize, usize),
    /// Position at which the estimates change their sign.
    pub position: f64,
    /// From the first position at which the sign is no longer certain to the last at which it is not yet certain again.
    pub interval: Interval,
}

/// The sign that an estimate shows with its whole interval: `None` if that includes zero, or there is none.
pub fn certain_sign(estimate: &Estimate) -> Option<bool> {
    let interval = estimate.interval?;
    if interval.is_above(0.0) { Some(true) } else { interval.is_below(0.0).then_some(false) }
}

/// The crossings of a quantity over sizes in rising order. One is stated only between two sizes whose whole intervals lie
/// on different sides of zero, with nothing certain between them; so never beyond the sizes, and none where all is
/// undecided. Estimates without an interval decide nothing and are passed over.
///
/// Where estimates in between change their sign several times, the middle change is taken.
///
/// The interval takes the bounds for straight between neighbours. Between two sizes both bounds would have to err together,
/// so it holds the truth at least as often as the intervals that it is made of.
pub fn crossings(estimates: &[Estimate]) -> Vec<Crossing> {
    let known: Vec<(usize, f64, Interval)> = estimates
        .iter()
        .enumerate()
        .filter_map(|(index, estimate)| Some((index, estimate.value, estimate.interval?)))
        .collect();
    let certain: Vec<(usize, bool)> = known
        .iter()
        .enumerate()
        .filter_map(|(place, (index, _, _))| Some((place, certain_sign(&estimates[*index])?)))
        .collect();
    let changes = certain.windows(2).filter(|pair| pair[0].1 != pair[1].1);
    changes.filter_map(|pair| crossing(&known[pair[0].0..=pair[1].0], pair[0].1)).collect()
}

/// The crossing among sizes of which the first and the last are certain, on different sides.
fn crossing(known: &[(usize, f64, Interval)], falls: bool) -> Option<Crossing> {
    // A rise is a fall upside down.
    let down =
        |interval: Interval| if falls { interval } else { Interval { lower: -interval.upper, upper: -interval.lower } };
    let path = |value: &dyn Fn(f64, Interval) -> f64| -> Vec<(f64, f64)> {
        known.iter().map(|(index, estimate, interval)| (*index as f64, value(*estimate, *interval))).collect()
    };
    let values = zeros(&path(&|estimate, _| if falls { estimate } else { -estimate }));
    let lower = zeros(&path(&|_, interval| down(interval).lower));
    let upper = zeros(&path(&|_, interval| down(interval).upper));
    let position = *values.get(values.len() / 2)?;
    Some(Crossing {
        falls,
        between: (known.first()?.0, known.last()?.0),
        position,
        // The bounds enclose the estimates but for rounding.
        interval: Interval::new(lower.first()?.min(position), upper.last()?.max(position))?,
    })
}

/// Positions at which a broken line changes its sign.
fn zeros(path: &[(f64, f64)]) -> Vec<f64> {
    let changes = path.windows(2).filter(|ends| (ends[0].1 > 0.0) != (ends[1].1 > 0.0));
    changes.map(|ends| ends[0].0 + (ends[1].0 - ends[0].0) * ends[0].1 / (ends[0].1 - ends[1].1)).collect()
}

/// The value of a logarithmic axis at a position: `None` beyond the axis, or where it is not positive.
pub fn on_axis(axis: &[f64], position: f64) -> Option<f64> {
    let (before, behind) = (position.floor(), position.ceil());
    let at = |place: f64| axis.get(place as usize).copied().filter(|value| place >= 0.0 && *value > 0.0);
    let (start, end) = (at(before)?, at(behind)?);
    Some(if start == end { start } else { start * ((position - before) * (end / start).ln()).exp() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sure(value: f64, half: f64) -> Estimate {
        Estimate { value, interval: Interval::new(value - half, value + half) }
    }

    #[test]
    fn a_fall_is_halfway_between_equal_ends_and_its_interval_where_the_bounds_cross() {
        let found = crossings(&[sure(1.0, 0.5), sure(-1.0, 0.5)]);
        assert_eq!(found.len(), 1);
        let one = found[0];
        assert_eq!((one.falls, one.between, one.position), (true, (0, 1), 0.5));
        // From 0.5 to -1.5, and from 1.5 to -0.5.
        assert_eq!(one.interval, Interval::new(0.25, 0.75).unwrap());
        let rise = crossings(&[sure(-1.0, 0.5), sure(1.0, 0.5)])[0];
        assert_eq!((rise.falls, rise.position, rise.interval), (false, one.position, one.interval));
    }

    #[test]
    fn sizes_that_do_not_decide_widen_the_interval_and_those_without_one_are_passed_over() {
        let wide = crossings(&[sure(1.0, 0.5), sure(0.1, 0.5), sure(-0.1, 0.5), sure(-1.0, 0.5)])[0];
        assert_eq!((wide.between, wide.position), ((0, 3), 1.5));
        assert!(wide.interval.lower < 1.0 && wide.interval.upper > 2.0, "{wide:?}");
        let alone = Estimate { value: -9.0, interval: None };
        let over = crossings(&[sure(1.0, 0.5), alone, sure(-1.0, 0.5)])[0];
        assert_eq!((over.position, over.between), (1.0, (0, 2)));
    }

    #[test]
    fn several_changes_are_several_crossings_or_the_middle_one() {
        let there_and_back = crossings(&[sure(1.0, 0.5), sure(-1.0, 0.5), sure(1.0, 0.5)]);
        assert_eq!(there_and_back.iter().map(|one| one.falls).collect::<Vec<_>>(), [true, false]);
        let wavering = crossings(&[sure(1.0, 0.5), sure(-0.1, 0.5), sure(0.1, 0.5), sure(-1.0, 0.5)]);
        assert_eq!((wavering.len(), wavering[0].position), (1, 1.5));
    }

    #[test]
    fn nothing_is_said_where_a_side_is_missing() {
        let alone = Estimate { value: -1.0, interval: None };
        for estimates in [
            vec![],
            vec![sure(1.0, 0.5)],
            vec![sure(1.0, 0.5), sure(2.0, 0.5)],
            vec![sure(1.0, 0.5), sure(-0.4, 0.5)],
            vec![sure(0.1, 0.5), sure(-0.1, 0.5)],
            vec![sure(1.0, 0.5), alone],
        ] {
            assert_eq!(crossings(&estimates), vec![], "{estimates:?}");
        }
    }

    #[test]
    fn positions_lie_on_a_logarithmic_axis() {
        let axis = [100.0, 1_000.0, 10_000.0];
        assert_eq!((on_axis(&axis, 0.0), on_axis(&axis, 2.0)), (Some(100.0), Some(10_000.0)));
        assert!((on_axis(&axis, 1.5).unwrap() / 3_162.277_660_168_379_5 - 1.0).abs() < 1e-12);
        assert_eq!((on_axis(&axis, 2.5), on_axis(&axis, -0.5), on_axis(&[0.0, 1.0], 0.5)), (None, None, None));
    }

    proptest! {
        /// Whatever the figures: a crossing lies between certain sizes of different sides, and in its own interval.
        #[test]
        fn crossings_lie_within_their_intervals_and_the_sizes(
            given in prop::collection::vec((-2.0..2.0_f64, 0.0..1.5_f64, prop::bool::weighted(0.9)), 0..9)
        ) {
            let estimates: Vec<Estimate> = given
                .iter()
                .map(|(value, half, known)| Estimate { interval: sure(*value, *half).interval.filter(|_| *known), ..sure(*value, 0.0) })
                .collect();
            for one in crossings(&estimates) {
                let (first, last) = one.between;
                prop_assert_eq!(certain_sign(&estimates[first]), Some(one.falls));
                prop_assert_eq!(certain_sign(&estimates[last]), Some(!one.falls));
                prop_assert!(estimates[first + 1..last].iter().all(|estimate| certain_sign(estimate).is_none()));
                prop_assert!(one.interval.contains(one.position));
                prop_assert!(first as f64 <= one.interval.lower && one.interval.upper <= last as f64);
            }
        }

        /// Turning the quantity upside down turns the crossings, and moves none.
        #[test]
        fn upside_down_the_crossings_are_the_same(given in prop::collection::vec((-2.0..2.0_f64, 0.0..1.0_f64), 2..7)) {
            let turned = |sign: f64| crossings(&given.iter().map(|(v, h)| sure(sign * v, *h)).collect::<Vec<_>>());
            let (up, down) = (turned(1.0), turned(-1.0));
            prop_assert_eq!(up.len(), down.len());
            for (a, b) in up.iter().zip(&down) {
                prop_assert!(a.falls != b.falls && a.between == b.between);
                prop_assert!((a.position - b.position).abs() < 1e-9);
            }
        }
    }
}
