//! Integer quantities: money in cents, rates in parts per million, deferral rates in basis points.
//!
//! No floating point exists between census and event row (`docs/event-rules.md`, "Numbers"). Decimal literals of a
//! TOML file are turned into integers here, once, and refused when they carry more digits than the unit holds.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One million: the denominator of every rate.
pub const MILLION: i64 = 1_000_000;

/// `(amount * ppm + 500_000) div 1_000_000`: `amount` times a rate, rounded half up.
///
/// Both factors are at least 0 and their product below 2^63 by the validated limits on pay and rates.
#[inline]
pub const fn times_ppm(amount: i64, ppm: i64) -> i64 {
    (amount * ppm + MILLION / 2) / MILLION
}

/// `part / whole` in parts per million, rounded half up; 0 for an empty group, about which nobody asks.
#[inline]
pub const fn share_ppm(part: i64, whole: i64) -> i64 {
    if whole == 0 { 0 } else { (part * MILLION + whole / 2) / whole }
}

/// Threshold below which a 32-bit draw means "it happens" for a probability of `ppm` parts per million.
///
/// `ppm * 2^32 div 10^6`, so 0 ppm never happens and 1,000,000 ppm (2^32) always does.
#[inline]
pub const fn threshold(ppm: i64) -> i64 {
    ((ppm as i128 * (1i128 << 32)) / MILLION as i128) as i64
}

macro_rules! decimal_unit {
    ($(#[$doc:meta])* $name:ident, $per_one:expr, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub i64);

        impl $name {
            /// How many of this unit make 1.0 in a settings file.
            pub const PER_ONE: i64 = $per_one;

            /// Exact value of a decimal number; an error if it has more digits than the unit can hold.
            pub fn from_decimal(value: f64) -> Result<Self, String> {
                let scaled = value * Self::PER_ONE as f64;
                let rounded = scaled.round();
                // 2^53 bounds exact integers in a double; the tolerance only absorbs the decimal-to-binary step.
                let tolerance = 1e-6_f64.max(rounded.abs() * 1e-15);
                if !value.is_finite() || rounded.abs() > 9.0e15 || (scaled - rounded).abs() > tolerance {
                    return Err(format!(concat!("{} is not ", $what), value));
                }
                Ok(Self(rounded as i64))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::from_decimal(f64::deserialize(deserializer)?).map_err(serde::de::Error::custom)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_f64(self.0 as f64 / Self::PER_ONE as f64)
            }
        }
    };
}

decimal_unit!(
    /// A rate, probability or multiplier in parts per million; written as a decimal (`0.035`) in settings.
    Ppm,
    MILLION,
    "a rate with at most six decimals"
);
decimal_unit!(
    /// An amount of money in cents; written in dollars (`81000` or `81000.50`) in settings.
    Cents,
    100,
    "an amount in dollars with at most two decimals"
);
decimal_unit!(
    /// A deferral rate in basis points (1 % = 100); written as a decimal fraction (`0.06`) in settings.
    BasisPoints,
    10_000,
    "a deferral rate with at most four decimals"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_become_exact_integers_or_errors() {
        assert_eq!(Ppm::from_decimal(0.035), Ok(Ppm(35_000)));
        assert_eq!(Ppm::from_decimal(-0.02), Ok(Ppm(-20_000)));
        assert_eq!(Cents::from_decimal(80_000.55), Ok(Cents(8_000_055)));
        assert_eq!(BasisPoints::from_decimal(0.0625), Ok(BasisPoints(625)));
        for bad in [0.000_000_5, f64::NAN, f64::INFINITY, 1e300] {
            assert!(Ppm::from_decimal(bad).is_err(), "{bad}");
        }
        assert!(BasisPoints::from_decimal(0.062_55).is_err());
        assert!(Cents::from_decimal(80_000.555).is_err());
        assert!(Ppm::from_decimal(0.600_000_4).is_err());
    }

    #[test]
    fn rounding_is_half_up() {
        assert_eq!(times_ppm(1, 499_999), 0);
        assert_eq!(times_ppm(1, 500_000), 1);
        assert_eq!(times_ppm(3, 500_000), 2);
        assert_eq!(times_ppm(7_800_000, 65_000), 507_000);
    }

    #[test]
    fn thresholds_cover_never_to_always() {
        assert_eq!(threshold(0), 0);
        assert_eq!(threshold(MILLION), 1 << 32);
        assert_eq!(threshold(500_000), 1 << 31);
    }
}
