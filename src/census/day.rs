//! Civil days from whatever a file writes them as: text, day numbers, instants with and without a time zone.
//!
//! Every day of the years 1 to 9999 is read exactly; what lies outside is refused, never moved to the nearest.

use crate::rules::calendar::{Day, day, days_in_year, first_of_year, month_span, year_of};
use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::Tz;

/// First and last day that a cell may hold.
const FIRST: Day = day(1, 1, 1);
const LAST: Day = day(9999, 12, 31);
const SECONDS_PER_DAY: i64 = 86_400;
/// Last year whose changes of the clock `chrono-tz` lists.
const LAST_LISTED_YEAR: i32 = 2099;

/// Why a day is refused that no calendar in use has.
pub(super) const OUTSIDE: &str = "outside the years 1 to 9999";

/// The day of that number (days since 1970-01-01), if it lies in the years 1 to 9999.
pub(super) fn in_range(number: i64) -> Option<Day> {
    Day::try_from(number).ok().filter(|day| (FIRST..=LAST).contains(day))
}

/// Where the clock hangs that an instant is read from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Zone {
    /// The file holds the time on the wall, wherever that is.
    Wall,
    /// The file holds instants and names no zone: read in UTC.
    Unnamed,
    /// Always so many seconds ahead of UTC.
    Fixed(i64),
    /// A zone of the time zone database.
    Named(Tz),
}

impl Zone {
    /// The zone of that name or offset (`America/New_York`, `+05:30`).
    pub fn named(name: &str) -> Option<Self> {
        let name = name.trim();
        match name {
            "Z" | "utc" => return Some(Zone::Fixed(0)),
            _ => {}
        }
        let offset = name.strip_prefix("UTC").unwrap_or(name);
        if let Some(seconds) = offset_seconds(offset) {
            return Some(Zone::Fixed(seconds));
        }
        name.parse().ok().map(Zone::Named)
    }

    /// Seconds ahead of UTC at an instant (seconds since 1970-01-01 UTC).
    fn offset(self, seconds: i64) -> i64 {
        match self {
            Zone::Wall | Zone::Unnamed => 0,
            Zone::Fixed(ahead) => ahead,
            Zone::Named(zone) => {
                let instant = DateTime::from_timestamp(within_listed_years(seconds), 0).unwrap_or_default();
                i64::from(zone.offset_from_utc_datetime(&instant.naive_utc()).fix().local_minus_utc())
            }
        }
    }
}

/// The same second of a listed year that has the same days on the same days of the week, for a year after the list:
/// the rules in force then are the last ones.
fn within_listed_years(seconds: i64) -> i64 {
    let year = Day::try_from(seconds.div_euclid(SECONDS_PER_DAY)).map_or(0, year_of);
    if year <= LAST_LISTED_YEAR {
        return seconds;
    }
    let alike = |other: &i32| {
        days_in_year(*other) == days_in_year(year) && (first_of_year(year) - first_of_year(*other)) % 7 == 0
    };
    // Twenty-eight years in a row hold every kind of year.
    let other = (LAST_LISTED_YEAR - 27..=LAST_LISTED_YEAR).find(alike).unwrap_or(LAST_LISTED_YEAR);
    seconds - i64::from(first_of_year(year) - first_of_year(other)) * SECONDS_PER_DAY
}

/// `+05:30`, `-0530`, `+05`, `-04:56:02` in seconds.
fn offset_seconds(text: &str) -> Option<i64> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'+' => (1, &text[1..]),
        b'-' => (-1, &text[1..]),
        _ => return None,
    };
    let plain: String = digits.split(':').collect();
    let in_pairs = digits.split(':').count() == 1 || digits.split(':').all(|part| part.len() == 2);
    if !in_pairs || !matches!(plain.len(), 2 | 4 | 6) || !plain.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i64 = format!("{plain:0<6}").parse().ok()?;
    let (hours, minutes, seconds) = (number / 10_000, number / 100 % 100, number % 100);
    (hours < 24 && minutes < 60 && seconds < 60).then_some(sign * (hours * 3_600 + minutes * 60 + seconds))
}

/// The day of an instant (seconds since 1970-01-01, of UTC or of the wall's clock) and whether it is a midnight, as far
/// as whole seconds tell.
pub(super) fn of_instant(seconds: i64, zone: Zone) -> Option<(Day, bool)> {
    // Zones are within a day of UTC: far outside, no zone brings it back.
    let rough = seconds.div_euclid(SECONDS_PER_DAY);
    if !(i64::from(FIRST) - 2..=i64::from(LAST) + 2).contains(&rough) {
        return None;
    }
    let local = seconds + zone.offset(seconds);
    in_range(local.div_euclid(SECONDS_PER_DAY)).map(|day| (day, local.rem_euclid(SECONDS_PER_DAY) == 0))
}

/// `YYYY-MM-DD`, optionally followed by a time of day, and that by a zone: the day as it is written.
pub(super) fn parse(text: &str) -> Option<Day> {
    let (date, time) = text.split_at_checked(10)?;
    if !time.is_empty() && !time.strip_prefix(['T', 't', ' ']).is_some_and(|time| is_time_of_day(time, 2)) {
        return None;
    }
    let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<i32>().ok()).flatten();
    let (year, rest) = date.split_at_checked(4)?;
    let (month, day_of_month) = rest.strip_prefix('-')?.split_once('-').filter(|(month, _)| month.len() == 2)?;
    let (year, month, day_of_month) = (number(year)?, number(month)?, number(day_of_month)?);
    let valid = year >= 1 && (1..=12).contains(&month) && (1..=month_span(year, month).1).contains(&day_of_month);
    valid.then(|| day(year, month, day_of_month))
}

/// Whether what follows a date is a time of day; of hours as spreadsheets write them, too (`0:00`).
pub(super) fn time_follows(text: &str) -> bool {
    text.strip_prefix(['T', ' ']).is_some_and(|time| is_time_of_day(time, 1))
}

/// `HH`, `HH:MM`, `HH:MM:SS`, `HH:MM:SS.fraction`, optionally followed by a zone, whose name is not looked up; hours of at
/// least so many digits.
fn is_time_of_day(text: &str, hour_digits: usize) -> bool {
    let text = text.trim();
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.' | ','))).unwrap_or(text.len());
    let (clock, zone) = text.split_at(end);
    let limits = [23, 59, 60];
    let parts: Vec<&str> = clock.split(':').collect();
    let part = |(index, part): (usize, &&str)| {
        let (whole, fraction) = part.split_once(['.', ',']).unwrap_or((part, "0"));
        let fraction = !fraction.is_empty() && fraction.bytes().all(|b| b.is_ascii_digit());
        let fits = whole.parse::<i32>().is_ok_and(|number| number <= limits[index]);
        let digits = if index == 0 { hour_digits..=2 } else { 2..=2 };
        digits.contains(&whole.len()) && fits && (fraction && (index == 2 || !part.contains(['.', ','])))
    };
    let zone_like = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '/' | '_' | '+' | '-' | ':' | '[' | ']');
    parts.len() <= limits.len() && parts.iter().enumerate().all(part) && zone.chars().all(zone_like)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::calendar::iso;
    use proptest::prelude::*;

    #[test]
    fn iso_dates_with_and_without_time() {
        assert_eq!(parse("1970-01-02"), Some(1));
        let day = parse("2024-02-29");
        for same in [
            "2024-02-29T00:00:00",
            "2024-02-29 12:30:00.000",
            "2024-02-29 12:30",
            "2024-02-29T23",
            "2024-02-29T23:30:00Z",
            "2024-02-29T00:00:00.000000-05:00",
            "2024-02-29 00:00:00+14",
            "2024-02-29 00:00:00 UTC",
            "2024-02-29 11:59:00 PM",
            "2024-02-29T00:00:00+05:30[Asia/Kolkata]",
        ] {
            assert_eq!(parse(same), day, "{same}");
        }
        assert_eq!((parse("0001-01-01"), parse("9999-12-31")), (Some(FIRST), Some(LAST)));
        for bad in [
            "2023-02-29",
            "01/02/2020",
            "2020-13-01",
            "2020-1-1",
            "2020-01-011",
            "",
            "2020-01-0é",
            "2020-1-001",
            "20-001-01x",
            "0000-01-01",
            "-001-01-01",
            "10000-01-01",
            "2020-01-01T",
            "2020-01-01 2021-01-01",
            "2020-01-01 - 2021-01-01",
            "2020-01-01 24:00:00",
            "2020-01-01 12:60",
            "2020-01-01 noon",
            "2020-01-01 1:00",
            "2020-01-01T12:00:00.",
            "2020-01-01T12.5:00",
            "2020-01-01?",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn zones_by_name_and_by_offset() {
        for (name, seconds) in [
            ("+05:30", 19_800),
            ("-0530", -19_800),
            ("+14", 50_400),
            ("-04:56:02", -17_762),
            ("UTC+01:00", 3_600),
            ("Z", 0),
        ] {
            assert_eq!(Zone::named(name), Some(Zone::Fixed(seconds)), "{name}");
        }
        assert_eq!(Zone::named("America/New_York"), Some(Zone::Named(Tz::America__New_York)));
        for bad in ["", "Mars/Olympus", "+5:30", "+24:00", "+05:60", "05:30", "+05:3a", "+0530é"] {
            assert_eq!(Zone::named(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_clock_is_put_forward_in_years_that_no_list_holds() {
        let new_york = Zone::Named(Tz::America__New_York);
        for year in [2024, 2099, 2100, 2150, 2400, 9998] {
            let noon = |text: &str| i64::from(parse(&format!("{year}-{text}")).unwrap()) * SECONDS_PER_DAY + 61_200;
            assert_eq!(new_york.offset(noon("07-01")), -14_400, "{year}");
            assert_eq!(new_york.offset(noon("12-24")), -18_000, "{year}");
        }
    }

    proptest! {
        #[test]
        fn every_day_is_the_same_day_in_every_zone(day in FIRST..=LAST, second in 0..SECONDS_PER_DAY, zone in 0usize..6) {
            let names = ["UTC", "America/New_York", "Pacific/Kiritimati", "+05:30", "Pacific/Apia", "Australia/Lord_Howe"];
            let zone = Zone::named(names[zone]).unwrap();
            // The instant at which the wall clock of the zone shows that second, found without the code under test
            // but for the offset; a clock that is put forward skips some.
            let wall = i64::from(day) * SECONDS_PER_DAY + second;
            let instant = [-50_400, 0, 50_400].map(|near| wall - zone.offset(wall + near)).into_iter()
                .find(|instant| instant + zone.offset(*instant) == wall);
            if let Some(instant) = instant {
                prop_assert_eq!(of_instant(instant, zone), Some((day, second == 0)));
            }
            prop_assert_eq!(of_instant(wall, Zone::Wall), Some((day, second == 0)));
            prop_assert_eq!(parse(&iso(day)), Some(day));
        }
    }

    #[test]
    fn what_lies_outside_is_refused_and_not_moved() {
        assert_eq!(
            (in_range(i64::from(FIRST) - 1), in_range(i64::from(LAST) + 1), in_range(i64::MIN)),
            (None, None, None)
        );
        for seconds in
            [i64::MIN, i64::MAX, (i64::from(FIRST)) * SECONDS_PER_DAY - 1, (i64::from(LAST) + 1) * SECONDS_PER_DAY]
        {
            assert_eq!(of_instant(seconds, Zone::Wall), None, "{seconds}");
        }
        // One second of the year 10000 in Greenwich is still 9999 in New York.
        let first_outside = (i64::from(LAST) + 1) * SECONDS_PER_DAY;
        assert_eq!(of_instant(first_outside, Zone::Named(Tz::America__New_York)).map(|(day, _)| day), Some(LAST));
        // Before 1970 a day begins at its midnight, too.
        assert_eq!(of_instant(-1, Zone::Wall), Some((-1, false)));
    }
}
