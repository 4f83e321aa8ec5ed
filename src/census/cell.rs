//! A cell as its file holds it, and what it means as an id, a day, an amount or a flag.
//!
//! CSV and Parquet, and every type of Parquet, meet here: the same value means the same in all of them.

use super::date_format::DateFormat;
use super::day::{self, OUTSIDE, Zone, of_instant};
use super::words::Unusable;
use crate::rules::calendar::{Day, iso};
use duckdb::arrow::datatypes::i256;
use std::fmt::{self, Write};

/// A cell, borrowed from whatever was read last.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cell<'a> {
    Missing,
    /// Without white space at its ends, and not empty.
    Text(&'a str),
    /// Bytes that were to be text.
    NotUtf8(&'a [u8]),
    Whole(i128),
    Double(f64),
    Single(f32),
    /// A whole number of units of 10^-scale.
    Decimal(i256, i32),
    /// Days since 1970-01-01.
    Date(i64),
    /// Seconds since 1970-01-01, whether there is a fraction on top of them, and the clock that shows them.
    Instant(i64, bool, Zone),
    Flag(bool),
}

/// From here on a double stands for more than one whole number.
const DOUBLE_WHOLE: f64 = 9_007_199_254_740_992.0;
/// Likewise a single.
const SINGLE_WHOLE: f32 = 16_777_216.0;
/// Amounts from here on, in their smallest unit, are refused: below it, doubles hold every whole number.
const TOO_LARGE: f64 = 9.0e15;

const NO_FLAG: &str = "neither true nor false (nor yes, no, y, n, t, f, 1 or 0)";

impl<'a> Cell<'a> {
    /// The cell of a text's bytes.
    pub fn of_bytes(bytes: &'a [u8]) -> Self {
        match std::str::from_utf8(bytes).map(str::trim) {
            Ok("") => Cell::Missing,
            Ok(text) => Cell::Text(text),
            Err(_) => Cell::NotUtf8(bytes),
        }
    }

    /// As an id. A whole number is the same id in whatever type it comes; text is as it is written.
    ///
    /// `scratch` is where an id is written that is no text.
    pub fn id<'t>(&self, scratch: &'t mut String) -> Result<Option<&'t str>, Unusable>
    where
        'a: 't,
    {
        let whole = match *self {
            Cell::Missing => return Ok(None),
            Cell::Text(text) => return Ok(Some(text)),
            Cell::Whole(number) => i256::from_i128(number),
            Cell::Double(number) => whole(number, DOUBLE_WHOLE)?,
            Cell::Single(number) => whole(f64::from(number), f64::from(SINGLE_WHOLE))?,
            Cell::Decimal(unscaled, scale) => whole_decimal(unscaled, scale)?,
            _ => return Err(self.misfit("an id")),
        };
        scratch.clear();
        let _ = write!(scratch, "{whole}");
        Ok(Some(scratch))
    }

    /// As a day, and whether it was read from an instant that is no midnight in a zone that the file does not name. Text is
    /// in `format`, without one in ISO's; only a format reads whole numbers.
    pub fn day(&self, format: Option<&DateFormat>) -> Result<Option<(Day, bool)>, Unusable> {
        let found = match (*self, format) {
            (Cell::Missing, _) => return Ok(None),
            (Cell::Text(text), None) => {
                let day = day::parse(text).ok_or_else(|| not_iso(text))?;
                return Ok(Some((day, false)));
            }
            (Cell::Text(text), Some(format)) => return of_text(text, format),
            (Cell::Whole(_) | Cell::Double(_) | Cell::Single(_) | Cell::Decimal(..), Some(format)) => {
                let mut digits = String::new();
                let digits = self.id(&mut digits).map_err(|_| not_of(format))?.unwrap_or_default();
                return of_text(digits, format);
            }
            (Cell::Date(days), _) => day::in_range(days).map(|day| (day, false)),
            (Cell::Instant(seconds, fraction, zone), _) => {
                of_instant(seconds, zone).map(|(day, midnight)| (day, zone == Zone::Unnamed && (fraction || !midnight)))
            }
            _ => return Err(self.misfit("a date")),
        };
        found.map(Some).ok_or_else(|| OUTSIDE.into())
    }

    /// As an amount in the unit of which `per_one` make 1.0: the nearest double times `per_one`, rounded to nearest, halves
    /// away from zero. What has no more decimals than the unit is exact. `commas` says whether text may have a comma before its
    /// decimals.
    pub fn amount(&self, per_one: i64, commas: bool) -> Result<Option<i64>, Unusable> {
        let number = match *self {
            Cell::Missing => return Ok(None),
            Cell::Text(text) => super::amount::written(text, commas)?,
            Cell::Whole(number) => number as f64,
            Cell::Double(number) => number,
            Cell::Single(number) => as_written(number),
            Cell::Decimal(unscaled, scale) => nearest(unscaled, scale),
            _ => return Err(self.misfit("a number")),
        };
        let units = (number * per_one as f64).round();
        // Whether the amount is a sensible one is checked later; here it only has to be a number.
        if units.abs() < TOO_LARGE { Ok(Some(units as i64)) } else { Err("not a finite number of usable size".into()) }
    }

    /// As a flag.
    pub fn flag(&self) -> Result<Option<bool>, Unusable> {
        let number = match *self {
            Cell::Missing => return Ok(None),
            Cell::Flag(flag) => return Ok(Some(flag)),
            Cell::Text(text) => {
                let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
                match text {
                    _ if is(&["true", "t", "yes", "y", "1", "1.0"]) => return Ok(Some(true)),
                    _ if is(&["false", "f", "no", "n", "0", "0.0"]) => return Ok(Some(false)),
                    _ => return Err(NO_FLAG.into()),
                }
            }
            Cell::Whole(number) => number as f64,
            Cell::Double(number) => number,
            Cell::Single(number) => f64::from(number),
            Cell::Decimal(unscaled, scale) => nearest(unscaled, scale),
            _ => return Err(self.misfit("a flag")),
        };
        match number {
            1.0 => Ok(Some(true)),
            0.0 => Ok(Some(false)),
            _ => Err(NO_FLAG.into()),
        }
    }

    fn misfit(&self, what: &str) -> Unusable {
        match self {
            Cell::NotUtf8(bytes) => not_utf8(bytes).into(),
            _ => format!("not {what}").into(),
        }
    }
}

fn of_text(text: &str, format: &DateFormat) -> Result<Option<(Day, bool)>, Unusable> {
    format.read(text).map(|day| Some((day, false))).ok_or_else(|| not_of(format))
}

/// Why a text is no ISO date.
fn not_iso(text: &str) -> &'static str {
    let parts: Vec<&str> = text.split('-').collect();
    let digits = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match parts[..] {
        [year, month, day] if year.len() == 4 && parts.iter().all(digits) => match (month.len(), day.len()) {
            (2, 2) => "there is no such day",
            _ => "a month and a day have two digits here, as in 1980-01-31",
        },
        _ => "not a date of the form YYYY-MM-DD",
    }
}

fn not_of(format: &DateFormat) -> Unusable {
    format!("not a date of the form {format}").into()
}

/// The whole number that a floating-point number surely stands for.
fn whole(number: f64, limit: f64) -> Result<i256, Unusable> {
    if !number.is_finite() || number.fract() != 0.0 {
        return Err("an id is text or a whole number".into());
    }
    if number.abs() >= limit {
        return Err(
            "too large for a floating-point column, in which it may stand for a neighbouring number; store ids as \
                    integers or text"
                .into(),
        );
    }
    Ok(i256::from_i128(number as i128))
}

fn whole_decimal(unscaled: i256, scale: i32) -> Result<i256, Unusable> {
    let fraction = || Unusable::from("an id is text or a whole number");
    let power = i256::from_i128(10).checked_pow(scale.unsigned_abs());
    match power {
        Some(power) if scale <= 0 => unscaled.checked_mul(power).ok_or_else(|| "too large for an id".into()),
        Some(power) if unscaled.wrapping_rem(power) == i256::ZERO => Ok(unscaled.wrapping_div(power)),
        None if unscaled == i256::ZERO => Ok(unscaled),
        _ => Err(fraction()),
    }
}

/// The double nearest to what a single is written as: 300000.1 is stored as 300000.09375, and no CSV says so.
fn as_written(number: f32) -> f64 {
    number.to_string().parse().unwrap_or(f64::NAN)
}

/// A decimal number as people write it.
fn written(unscaled: i256, scale: i32) -> String {
    let digits = unscaled.to_string();
    let Ok(scale @ 1..=80) = usize::try_from(scale) else { return format!("{digits}e{}", -i64::from(scale)) };
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits.as_str()), |digits| ("-", digits));
    let digits = format!("{digits:0>width$}", width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    format!("{sign}{whole}.{fraction}")
}

/// The double nearest to a decimal number, as if it had been written out and read.
fn nearest(unscaled: i256, scale: i32) -> f64 {
    // Both are exact doubles, so that their quotient is the nearest.
    if let (Some(small), 0..=22) = (unscaled.to_i128().filter(|n| n.unsigned_abs() < 1 << 53), scale) {
        return small as f64 / 10f64.powi(scale);
    }
    format!("{unscaled}e{}", -i64::from(scale)).parse().unwrap_or(f64::NAN)
}

/// What to say of bytes that are no UTF-8.
fn not_utf8(bytes: &[u8]) -> String {
    let at = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
    let byte = bytes.get(at).copied().unwrap_or_default();
    // The letters of Windows-1252 and Latin-1 are those of Unicode.
    let letter = if byte >= 0xA0 { format!(", which is {} in Windows-1252", char::from(byte)) } else { String::new() };
    format!("not UTF-8 (byte 0x{byte:02X}{letter}); save the file as UTF-8, in Excel as \"CSV UTF-8\"")
}

impl fmt::Display for Cell<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Cell::Missing => Ok(()),
            Cell::Text(text) => f.write_str(text),
            Cell::NotUtf8(bytes) => f.write_str(&String::from_utf8_lossy(bytes)),
            Cell::Whole(number) => write!(f, "{number}"),
            Cell::Double(number) => write!(f, "{number}"),
            Cell::Single(number) => write!(f, "{number}"),
            Cell::Decimal(unscaled, 0) => write!(f, "{unscaled}"),
            Cell::Decimal(unscaled, scale) => f.write_str(&written(unscaled, scale)),
            Cell::Date(days) => match day::in_range(days) {
                Some(day) => f.write_str(&iso(day)),
                None => write!(f, "{days} days from 1970-01-01"),
            },
            Cell::Instant(seconds, _, zone) => match of_instant(seconds, zone) {
                Some((day, _)) => f.write_str(&iso(day)),
                None => write!(f, "{seconds} seconds from 1970-01-01"),
            },
            Cell::Flag(flag) => write!(f, "{flag}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;

    fn id(cell: Cell<'_>) -> Result<String, String> {
        let mut scratch = String::from("left over");
        cell.id(&mut scratch).map(|id| id.expect("an id").to_owned()).map_err(Cow::into_owned)
    }

    fn decimal(text: &str, scale: i32) -> Cell<'static> {
        Cell::Decimal(i256::from_string(text).expect("digits"), scale)
    }

    #[test]
    fn a_whole_number_is_one_id_in_every_type() {
        for cell in [
            Cell::Whole(1017),
            Cell::Double(1017.0),
            Cell::Single(1017.0),
            decimal("1017", 0),
            decimal("101700", 2),
            decimal(&format!("1017{}", "0".repeat(60)), 60),
            Cell::Text("1017"),
        ] {
            assert_eq!(id(cell), Ok("1017".to_owned()), "{cell:?}");
        }
        assert_eq!(id(Cell::Double(-0.0)), Ok("0".into()));
        assert_eq!(id(Cell::Whole(i128::from(u64::MAX))), Ok("18446744073709551615".into()));
        assert_eq!(id(Cell::Double(9_007_199_254_740_991.0)), Ok("9007199254740991".into()));
        assert_eq!(id(decimal("5", -2)), Ok("500".into()));
        // Text is as it is written.
        assert_eq!(id(Cell::Text("0017")), Ok("0017".into()));
    }

    #[test]
    fn what_is_no_whole_number_or_may_be_another_is_no_id() {
        for cell in [
            Cell::Double(1017.5),
            Cell::Double(f64::NAN),
            Cell::Double(f64::INFINITY),
            Cell::Double(9_007_199_254_740_992.0),
            Cell::Double(-1e300),
            Cell::Single(16_777_216.0),
            Cell::Single(0.5),
            decimal("101701", 2),
            decimal("1", 100),
            Cell::Flag(true),
            Cell::Date(1),
            Cell::NotUtf8(b"Zo\xeb"),
        ] {
            assert!(id(cell).is_err(), "{cell:?}");
        }
        assert!(id(Cell::NotUtf8(b"Zo\xeb")).expect_err("no text").contains("0xEB, which is ë in Windows-1252"));
    }

    #[test]
    fn amounts_are_the_same_in_every_type() {
        // The double nearest to 1.005 lies below it: every type rounds it alike.
        for (text, unscaled, scale, cents) in [
            ("51234.50", "5123450", 2, 5_123_450),
            ("1.005", "1005", 3, 100),
            ("1.015", "1015000", 6, 101),
            ("0.125", "125", 3, 13),
            ("-0.125", "-125", 3, -13),
            ("10000000.01", &format!("1000000001{}", "0".repeat(48)), 50, 1_000_000_001),
            ("5e4", "5", -4, 5_000_000),
        ] {
            let double = text.parse().expect("a number");
            for cell in [Cell::Text(text), decimal(unscaled, scale), Cell::Double(double)] {
                assert_eq!(cell.amount(100, false), Ok(Some(cents)), "{cell:?}");
            }
        }
        for bad in ["NaN", "inf", "1e300", "1,000", "$5", "5 000", "0x10", "--1"] {
            assert!(Cell::Text(bad).amount(100, false).is_err(), "{bad}");
        }
        // A single is what it is written as, not what it is stored as.
        for (number, cents) in
            [(300_000.1, 30_000_010), (262_144.55, 26_214_456), (412_345.67, 41_234_566), (50.0, 5_000)]
        {
            let text = f32::to_string(&number);
            assert_eq!(Cell::Single(number).amount(100, false), Ok(Some(cents)), "{text}");
            assert_eq!(Cell::Text(&text).amount(100, false), Ok(Some(cents)), "{text}");
        }
        assert_eq!(Cell::Single(0.06).amount(10_000, false), Ok(Some(600)));
        assert!(
            Cell::Single(f32::NAN).amount(100, false).is_err()
                && Cell::Single(f32::INFINITY).amount(100, false).is_err()
        );
        assert!(Cell::Whole(i128::MAX).amount(100, false).is_err() && Cell::Flag(true).amount(100, false).is_err());
    }

    #[test]
    fn decimals_are_shown_as_people_write_them() {
        for (cell, shown) in [
            (decimal("250", 2), "2.50"),
            (decimal("-5", 3), "-0.005"),
            (decimal("5", -4), "5e4"),
            (decimal("7", 0), "7"),
        ] {
            assert_eq!(cell.to_string(), shown);
        }
    }

    #[test]
    fn flags_are_flags_and_nothing_else() {
        for cell in [Cell::Flag(true), Cell::Whole(1), Cell::Double(1.0), decimal("100", 2), Cell::Text("Yes")] {
            assert_eq!(cell.flag(), Ok(Some(true)), "{cell:?}");
        }
        for cell in [Cell::Whole(2), Cell::Double(f64::NAN), Cell::Text("active"), Cell::Date(0), decimal("10", 2)] {
            assert!(cell.flag().is_err(), "{cell:?}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_date_is_said() {
        for (text, what) in [
            ("1980-02-30", "there is no such day"),
            ("1980-1-1", "a month and a day have two digits here, as in 1980-01-31"),
            ("01/02/1980", "not a date of the form YYYY-MM-DD"),
            ("80-01-01", "not a date of the form YYYY-MM-DD"),
        ] {
            assert_eq!(Cell::Text(text).day(None), Err(what.into()), "{text}");
        }
    }

    #[test]
    fn days_outside_are_named_and_not_moved() {
        assert_eq!(Cell::Date(3_000_000).day(None), Err(OUTSIDE.into()));
        assert_eq!(Cell::Date(3_000_000).to_string(), "3000000 days from 1970-01-01");
        assert_eq!(Cell::Instant(i64::MAX, false, Zone::Wall).day(None), Err(OUTSIDE.into()));
        assert_eq!(Cell::Instant(0, true, Zone::Unnamed).day(None), Ok(Some((0, true))));
        assert_eq!(Cell::Instant(0, false, Zone::Unnamed).day(None), Ok(Some((0, false))));
        assert_eq!(Cell::Instant(7_200, false, Zone::Fixed(-7_200)).day(None), Ok(Some((0, false))));
        assert!(Cell::Whole(20_200_101).day(None).is_err() && Cell::Flag(true).day(None).is_err());
    }
}
