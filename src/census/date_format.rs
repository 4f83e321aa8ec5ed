//! How a file writes its dates where that is not ISO: in strftime's letters or as `MM/DD/YYYY`, read to the letter.

use super::day::{self, time_follows};
use crate::error::{Error, Input, Result};
use crate::rules::calendar::Day;
use chrono::format::{Fixed, Item, Numeric, Pad, Parsed, StrftimeItems, parse, parse_and_remainder};
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// How text says a day: strftime's letters (`%m/%d/%Y`) or a picture (`MM/DD/YYYY`). It holds for text, and for whole numbers
/// such as 20110224; what is a date by its type needs none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DateFormat {
    given: String,
    items: Vec<Item<'static>>,
    /// Whether it says the time of day, too.
    with_time: bool,
}

const EXAMPLES: &str = "a format of dates such as MM/DD/YYYY, DD.MM.YYYY, YYYYMMDD, DD-MMM-YYYY (with 24-Feb-2011), or in the \
                        letters of strftime, such as %m/%d/%Y";

impl DateFormat {
    /// The day that a text says in this form, in the years 1 to 9999.
    ///
    /// Years have four digits, months and days one or two; where digits follow digits, each has all of its own. Where the
    /// format says nothing of a time of day, one may follow and is dropped.
    pub(super) fn read(&self, text: &str) -> Option<Day> {
        let mut parsed = Parsed::new();
        let mut rest = text;
        for (index, item) in self.items.iter().enumerate() {
            rest = match item {
                Item::Literal(literal) => rest.strip_prefix(literal)?,
                Item::OwnedLiteral(literal) => rest.strip_prefix(&**literal)?,
                Item::Space(_) | Item::OwnedSpace(_) => {
                    let trimmed = rest.trim_start();
                    (trimmed.len() < rest.len()).then_some(trimmed)?
                }
                Item::Numeric(number, pad) => {
                    let rest = if *pad == Pad::Space { rest.trim_start_matches(' ') } else { rest };
                    let (least, most) = width(number);
                    let number_at = |index: usize| matches!(self.items.get(index), Some(Item::Numeric(..)));
                    let closed = number_at(index + 1) || index.checked_sub(1).is_some_and(number_at);
                    let digits = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
                    if digits < if closed { most } else { least } {
                        return None;
                    }
                    parse(&mut parsed, &rest[..digits], std::iter::once(item)).ok()?;
                    &rest[digits..]
                }
                _ => parse_and_remainder(&mut parsed, rest, std::iter::once(item)).ok()?,
            };
        }
        if !rest.is_empty() && (self.with_time || !time_follows(rest)) {
            return None;
        }
        let date = parsed.to_naive_date().ok()?;
        day::in_range(date.signed_duration_since(NaiveDate::default()).num_days()).filter(|_| date.year() > 0)
    }
}

/// The fewest and the most digits of a number; those of a time of day may be any that strftime takes.
fn width(number: &Numeric) -> (usize, usize) {
    match number {
        Numeric::Year => (4, 4),
        Numeric::Ordinal => (1, 3),
        Numeric::Nanosecond => (1, 9),
        _ => (1, 2),
    }
}

impl FromStr for DateFormat {
    type Err = Error;

    fn from_str(given: &str) -> Result<Self> {
        let given = given.trim();
        let refused = |why: &str| {
            let given = format!("date format `{}` {why}", super::words::printable(given));
            Error::from(Input::Unusable { given, wanted: EXAMPLES.to_owned() })
        };
        let letters = if given.contains('%') { given.to_owned() } else { of_picture(given).map_err(refused)? };
        let items = StrftimeItems::new(&letters).parse_to_owned().map_err(|_| refused("is not understood"))?;
        let (mut year, mut month, mut day, mut with_time) = (false, false, false, false);
        for item in &items {
            match item {
                Item::Numeric(Numeric::Year, _) => year = true,
                Item::Numeric(Numeric::Month, _) | Item::Fixed(Fixed::ShortMonthName | Fixed::LongMonthName) => {
                    month = true
                }
                Item::Numeric(Numeric::Day, _) => day = true,
                Item::Numeric(Numeric::Ordinal, _) => (month, day) = (true, true),
                Item::Numeric(Numeric::YearMod100 | Numeric::YearDiv100, _) => {
                    return Err(refused("has a year of two digits, which does not say the century"));
                }
                Item::Numeric(
                    Numeric::Hour | Numeric::Hour12 | Numeric::Minute | Numeric::Second | Numeric::Nanosecond,
                    _,
                ) => with_time = true,
                Item::Numeric(..) | Item::Fixed(Fixed::RFC2822 | Fixed::RFC3339) | Item::Error => {
                    return Err(refused("has a part that is not understood"));
                }
                // Names of days, halves of days, fractions of seconds and zones.
                Item::Fixed(_) | Item::Literal(_) | Item::OwnedLiteral(_) | Item::Space(_) | Item::OwnedSpace(_) => {}
            }
        }
        match (year, month, day) {
            (true, true, true) => Ok(Self { given: given.to_owned(), items, with_time }),
            (false, ..) => Err(refused("names no year")),
            (_, false, _) => Err(refused("names no month")),
            _ => Err(refused("names no day of the month")),
        }
    }
}

/// `MM/DD/YYYY` in the letters of strftime.
fn of_picture(picture: &str) -> std::result::Result<String, &'static str> {
    let mut letters = String::new();
    let mut seen = Vec::new();
    let mut rest = picture;
    while let Some(first) = rest.chars().next() {
        let run = rest.chars().take_while(|c| *c == first).count();
        let part = match (first.to_ascii_uppercase(), run) {
            ('Y', 4) => "%Y",
            ('Y', 2) => return Err("has a year of two digits, which does not say the century"),
            ('M', 1 | 2) => "%m",
            ('M', 3) => "%b",
            ('M', 4) => "%B",
            ('D', 1 | 2) => "%d",
            ('/' | '.' | '-' | '_' | ' ' | ',', _) => "",
            _ => return Err("is not understood"),
        };
        let (text, left) = rest.split_at(first.len_utf8() * run);
        if part.is_empty() {
            letters.push_str(text);
        } else if seen.contains(&first.to_ascii_uppercase()) {
            return Err("has a part twice");
        } else {
            seen.push(first.to_ascii_uppercase());
            letters.push_str(part);
        }
        rest = left;
    }
    Ok(letters)
}

impl fmt::Display for DateFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.given)
    }
}

impl TryFrom<String> for DateFormat {
    type Error = Error;

    fn try_from(given: String) -> Result<Self> {
        given.parse()
    }
}

impl From<DateFormat> for String {
    fn from(format: DateFormat) -> Self {
        format.given
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::calendar::{civil, day};
    use proptest::prelude::*;

    fn format(given: &str) -> DateFormat {
        given.parse().unwrap_or_else(|error| panic!("{given}: {error}"))
    }

    #[test]
    fn a_date_is_read_as_the_format_says() {
        let expected = Some(day(2011, 2, 4));
        for (given, texts) in [
            ("%m/%d/%Y", &["02/04/2011", "2/4/2011", "2/04/2011", "2/4/2011 0:00", "02/04/2011 23:59:59 PM"][..]),
            ("MM/DD/YYYY", &["02/04/2011", "2/4/2011"]),
            ("m/d/yyyy", &["02/04/2011"]),
            ("DD.MM.YYYY", &["04.02.2011", "4.2.2011"]),
            ("%Y%m%d", &["20110204"]),
            ("YYYYMMDD", &["20110204"]),
            ("%F", &["2011-02-04", "2011-02-04T10:00:00Z"]),
            ("DD-MMM-YYYY", &["04-Feb-2011", "4-FEB-2011"]),
            ("%d%b%Y", &["04FEB2011", "4feb2011"]),
            ("MMMM D, YYYY", &["February 4, 2011", "february 04,  2011"]),
            ("%A, %B %e, %Y", &["Friday, February  4, 2011"]),
            ("%Y/%j", &["2011/35", "2011/035"]),
            ("%m/%d/%Y %H:%M:%S", &["02/04/2011 00:00:00"]),
            ("%d-%b-%Y %I.%M.%S%.f %p %z", &["04-FEB-2011 12.00.00.000 AM -05:00"]),
        ] {
            for text in texts {
                assert_eq!(format(given).read(text), expected, "{text} as {given}");
            }
        }
    }

    #[test]
    fn what_is_not_in_the_form_is_no_date() {
        for (given, texts) in [
            (
                "%m/%d/%Y",
                &["24/02/2011", "02/30/2011", "02/24/11", "02/24/+2011", "02/24/20111", "0/1/2011", "02/024/2011"][..],
            ),
            ("%m/%d/%Y", &["2011-02-24", "02-24-2011", " 2/ 4/2011", "02/24/2011?", "02/24", "", "02/24/2011 noon"]),
            ("%m/%d/%Y", &["02/24/0000", "٠2/24/2011", "02/24/-201"]),
            ("%Y%m%d", &["2011224", "201102240", "2011-02-24", "1012011"]),
            ("%m%d%Y", &["1012011", "2242011"]),
            ("%d-%b-%Y", &["24-Mär-2011", "24-February-2011", "31-Feb-2011"]),
            ("%A, %B %e, %Y", &["Monday, February  4, 2011"]),
            ("%Y/%j", &["2011/366", "2011/0"]),
            ("%m/%d/%Y %H:%M", &["02/04/2011", "02/04/2011 25:00", "02/04/2011 10:00 11:00"]),
        ] {
            for text in texts {
                assert_eq!(format(given).read(text), None, "{text} as {given}");
            }
        }
    }

    #[test]
    fn a_format_that_leaves_the_day_open_is_refused_with_the_reason() {
        for (given, why) in [
            ("", "is not understood"),
            ("%m/%d/%y", "century"),
            ("%D", "century"),
            ("MM/DD/YY", "century"),
            ("%m/%d", "no year"),
            ("%m/%Y", "no day"),
            ("%Y", "no month"),
            ("MM.YYYY", "no day"),
            ("%H:%M", "no year"),
            ("%Q", "not understood"),
            ("%", "not understood"),
            ("%s", "not understood"),
            ("%G-W%V-%u", "not understood"),
            ("%+", "not understood"),
            ("TT.MM.JJJJ", "not understood"),
            ("YYYY-MM-DD hh:mm", "not understood"),
            ("MM/MM/YYYY", "twice"),
            ("american", "not understood"),
        ] {
            let error = given.parse::<DateFormat>().expect_err(given).to_string();
            assert!(error.contains(why) || (given.is_empty() && error.contains("names no year")), "{given}: {error}");
            assert!(error.contains("MM/DD/YYYY"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn every_day_of_the_calendar_is_read_in_every_form(
            number in day(1, 1, 1)..=day(9999, 12, 31),
            given in prop::sample::select(vec![
                "%m/%d/%Y", "DD.MM.YYYY", "%Y%m%d", "%d-%b-%Y", "%B %d, %Y", "%A %Y/%j", "%m/%d/%Y %H:%M:%S",
            ]),
        ) {
            let (year, month, of_month) = civil(number);
            let date = NaiveDate::from_ymd_opt(year, month as u32, of_month as u32).unwrap();
            let given = format(given);
            let midnight = date.and_hms_opt(0, 0, 0).unwrap();
            // Years that chrono would write with fewer digits or a sign have four here, as in the file.
            let text = midnight.format_with_items(given.items.iter()).to_string();
            prop_assert_eq!(given.read(&text), Some(number), "{}", text);
        }
    }
}
