//! How a cost grows with the size of the work.

use super::distribution::{student_quantile, tail_of};
use super::interval::{Estimate, Interval};

/// The least-squares slope of `ln y` over `ln x` for points `(x, y)`, with its t interval.
///
/// The slope has no unit: one is linear, two quadratic. The interval is `None` with two points, which a line always
/// meets, and means the scatter around one power law: points that bend widen it, they are not judged. `None` for fewer
/// than two different x, for a coordinate that is not positive and finite, or unless `0 < confidence < 1`.
pub fn log_log_slope(points: &[(f64, f64)], confidence: f64) -> Option<Estimate> {
    let tail = tail_of(confidence)?;
    if !points.iter().all(|&(x, y)| x > 0.0 && y > 0.0 && x.is_finite() && y.is_finite()) {
        return None;
    }
    let first = points.first()?.0;
    if points.iter().all(|point| point.0 == first) {
        return None;
    }
    let count = points.len() as f64;
    let logs: Vec<(f64, f64)> = points.iter().map(|(x, y)| (x.ln(), y.ln())).collect();
    let centre_x = logs.iter().map(|point| point.0).sum::<f64>() / count;
    let centre_y = logs.iter().map(|point| point.1).sum::<f64>() / count;
    let spread: f64 = logs.iter().map(|(x, _)| (x - centre_x).powi(2)).sum();
    let value = logs.iter().map(|(x, y)| (x - centre_x) * (y - centre_y)).sum::<f64>() / spread;
    if !value.is_finite() {
        // Neighbouring doubles may have one logarithm.
        return None;
    }
    let degrees = count - 2.0;
    let interval = (degrees > 0.0)
        .then(|| {
            let rest: f64 = logs.iter().map(|(x, y)| (y - centre_y - value * (x - centre_x)).powi(2)).sum();
            let half = student_quantile(tail, degrees) * (rest / degrees / spread).sqrt();
            Interval::new(value - half, value + half)
        })
        .flatten();
    Some(Estimate { value, interval })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_scipy() {
        // scipy 1.17.1 stats.linregress of the logarithms, stats.t.ppf(.975, 3).
        let points = [(1.0, 1.0), (2.0, 2.1), (4.0, 3.9), (8.0, 8.4), (16.0, 15.5)];
        let slope = log_log_slope(&points, 0.95).unwrap();
        let interval = slope.interval.unwrap();
        assert!((slope.value - 0.9908392620773749).abs() < 1e-12, "{slope:?}");
        assert!((interval.lower - 0.9276722265274835).abs() < 1e-9, "{interval:?}");
        assert!((interval.upper - 1.0540062976272664).abs() < 1e-9, "{interval:?}");
    }

    #[test]
    fn power_laws_over_the_whole_range_of_doubles() {
        let slope = log_log_slope(&[(1e-150, 1e-300), (1.0, 1.0), (1e150, 1e300)], 0.95).unwrap();
        assert!((slope.value - 2.0).abs() < 1e-12 && slope.interval.unwrap().width() < 1e-9);
        let flat = log_log_slope(&[(1.0, 3.0), (2.0, 3.0), (3.0, 3.0)], 0.95).unwrap();
        assert_eq!((flat.value, flat.interval), (0.0, Interval::new(0.0, 0.0)));
    }

    #[test]
    fn two_points_have_a_slope_but_no_interval() {
        let slope = log_log_slope(&[(10.0, 7.0), (100.0, 700.0)], 0.95).unwrap();
        assert!((slope.value - 2.0).abs() < 1e-12);
        assert_eq!(slope.interval, None);
    }

    #[test]
    fn refusals() {
        let good = (1.0, 1.0);
        assert_eq!(log_log_slope(&[], 0.95), None);
        assert_eq!(log_log_slope(&[good], 0.95), None);
        assert_eq!(log_log_slope(&[good, (1.0, 2.0), (1.0, 3.0)], 0.95), None);
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(log_log_slope(&[good, (bad, 2.0)], 0.95), None);
            assert_eq!(log_log_slope(&[good, (2.0, bad)], 0.95), None);
        }
        assert_eq!(log_log_slope(&[(1e300, 1.0), (1e300_f64.next_up(), 2.0)], 0.95), None);
        assert_eq!(log_log_slope(&[good, (2.0, 2.0)], 1.0), None);
    }
}
