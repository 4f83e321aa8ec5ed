//! Figures as people read them. Rounded text is for the eye only: files for machines carry the full figures.

/// What stands for a figure that was not observed.
pub const ABSENT: &str = "–";

fn scaled(value: f64, steps: &[(f64, &str)]) -> String {
    let (factor, unit) =
        steps.iter().rev().find(|(factor, _)| value.abs() >= *factor).or(steps.first()).copied().unwrap_or((1.0, ""));
    format!("{} {unit}", significant(value / factor))
}

/// Three significant digits, at most two decimals where the number is above ten. What is not zero never reads as zero, and
/// what has more than seven digits is written in powers of ten.
fn significant(value: f64) -> String {
    match value.abs() {
        magnitude if magnitude >= 1e7 => format!("{value:.1e}"),
        magnitude if magnitude > 0.0 && magnitude < 0.000_5 => format!("{value:.1e}"),
        magnitude if magnitude > 0.0 && magnitude < 0.05 => format!("{value:.4}"),
        magnitude if magnitude >= 100.0 => format!("{value:.0}"),
        magnitude if magnitude >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// `52.3 ms`.
pub fn seconds(value: f64) -> String {
    scaled(value, &[(1e-9, "ns"), (1e-6, "µs"), (1e-3, "ms"), (1.0, "s")])
}

/// `82.1 MB`, in powers of a thousand.
pub fn bytes(value: f64) -> String {
    scaled(value, &[(1.0, "B"), (1e3, "kB"), (1e6, "MB"), (1e9, "GB")])
}

/// `58,253`.
pub fn count(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    if value < 0.0 { format!("-{text}") } else { text }
}

/// A rate to three significant digits: `1,110,000`.
pub fn rate(value: f64) -> String {
    if value < 1_000.0 || !value.is_finite() {
        return significant(value);
    }
    let step = 10f64.powf(value.log10().floor() - 2.0);
    count((value / step).round() * step)
}

/// `5.31x`.
pub fn ratio(value: f64) -> String {
    format!("{}x", significant(value))
}

/// `+12.3 %`, from a ratio that is positive: it never reads as a fall by everything.
pub fn change(ratio: f64) -> String {
    let percent = 100.0 * (ratio - 1.0);
    match percent {
        _ if percent >= 1e7 => format!("{percent:+.1e} %"),
        _ if ratio > 0.0 && percent < -99.95 => {
            format!("{:+.3} %", percent.max(-99.999))
        }
        _ => format!("{percent:+.1} %"),
    }
}

/// `85 %`.
pub fn percent(value: f64) -> String {
    format!("{value:.0} %")
}

/// A probability: `0.032`, `< 0.0001`.
pub fn probability(value: f64) -> String {
    if value < 1e-4 { "< 0.0001".to_owned() } else { format!("{value:.4}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_well() {
        assert_eq!(seconds(0.0523), "52.3 ms");
        assert_eq!(seconds(61.0), "61.0 s");
        assert_eq!(seconds(0.0), "0.00 ns");
        assert_eq!(bytes(82_100_000.0), "82.1 MB");
        assert_eq!(count(58_253.0), "58,253");
        assert_eq!(count(999.0), "999");
        assert_eq!(rate(1_113_842.0), "1,110,000");
        assert_eq!(rate(12.34), "12.3");
        assert_eq!(ratio(5.307), "5.31x");
        assert_eq!(change(0.9), "-10.0 %");
        assert_eq!(probability(1e-9), "< 0.0001");
        assert_eq!((change(40.0), change(1.0), change(0.0)), ("+3900.0 %".into(), "+0.0 %".into(), "-100.0 %".into()));
    }

    #[test]
    fn what_is_not_zero_does_not_read_as_zero() {
        assert_eq!(
            (seconds(2e-13), seconds(4.56e-11), bytes(0.004)),
            ("2.0e-4 ns".into(), "0.0456 ns".into(), "0.0040 B".into())
        );
        assert_eq!(
            (ratio(0.004), ratio(0.000_01), ratio(3.2e9)),
            ("0.0040x".into(), "1.0e-5x".into(), "3.2e9x".into())
        );
        assert_eq!(
            (change(0.000_4), change(1e-9), change(1e9)),
            ("-99.960 %".into(), "-99.999 %".into(), "+1.0e11 %".into())
        );
        assert_eq!((seconds(9.8e7), rate(0.002)), ("9.8e7 s".into(), "0.0020".into()));
    }
}
