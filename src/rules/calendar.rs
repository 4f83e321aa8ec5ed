//! Proleptic Gregorian calendar in days since 1970-01-01, the only form in which dates enter the rules.

/// A date as days since 1970-01-01 (`Date32`, DuckDB `DATE`).
pub type Day = i32;

/// 1 January of `year` (Howard Hinnant, "chrono-compatible low-level date algorithms", `days_from_civil`).
#[inline]
pub const fn first_of_year(year: i32) -> Day {
    day(year, 1, 1)
}

/// 31 December of `year`.
#[inline]
pub const fn last_of_year(year: i32) -> Day {
    first_of_year(year + 1) - 1
}

/// 365 or 366.
#[inline]
pub const fn days_in_year(year: i32) -> i32 {
    first_of_year(year + 1) - first_of_year(year)
}

/// The day number of a calendar date; `month` is 1 to 12.
pub const fn day(year: i32, month: i32, day_of_month: i32) -> Day {
    let shifted_year = if month <= 2 { year - 1 } else { year };
    let era = shifted_year.div_euclid(400);
    let year_of_era = shifted_year - era * 400;
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day_of_month - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The calendar year in which a day lies.
pub const fn year_of(day: Day) -> i32 {
    civil(day).0
}

/// Year, month and day of month of a day number (`civil_from_days` of the same source).
pub const fn civil(day: Day) -> (i32, i32, i32) {
    // Every 32-bit day has a year, also those that no census may hold.
    let shifted = day as i64 + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted - era * 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
    (year as i32, month as i32, (day_of_year - (153 * month_from_march + 2) / 5 + 1) as i32)
}

/// First day and number of days of a month (1 to 12).
pub const fn month_span(year: i32, month: i32) -> (Day, i32) {
    let first = day(year, month, 1);
    let next = if month == 12 { first_of_year(year + 1) } else { day(year, month + 1, 1) };
    (first, next - first)
}

/// A day as `YYYY-MM-DD`.
pub fn iso(day: Day) -> String {
    let (year, month, day_of_month) = civil(day);
    format!("{year:04}-{month:02}-{day_of_month:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_days() {
        assert_eq!(day(1970, 1, 1), 0);
        assert_eq!(day(2000, 3, 1), 11_017);
        assert_eq!(day(2024, 2, 29), 19_782);
        assert_eq!(iso(day(1899, 12, 31)), "1899-12-31");
        assert_eq!((year_of(Day::MIN), year_of(Day::MAX)), (-5_877_641, 5_881_580));
        assert_eq!((days_in_year(2024), days_in_year(2025), days_in_year(2100)), (366, 365, 365));
    }

    #[test]
    fn civil_inverts_day_for_every_day_of_four_centuries() {
        let mut expected = day(1800, 1, 1);
        for year in 1800..2200 {
            for month in 1..=12 {
                let (first, days) = month_span(year, month);
                assert_eq!(first, expected);
                for offset in 0..days {
                    assert_eq!(civil(first + offset), (year, month, offset + 1));
                }
                expected += days;
            }
        }
    }
}
