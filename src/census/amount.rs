//! Amounts that are text. A comma or a point that may mean two things is refused, never guessed.

use super::words::Unusable;

const REMEDY: &str = "write a point before decimals, and nothing between thousands";

/// The number that a text says; `commas` says whether a comma may stand before decimals. Then a file's points may separate
/// thousands, too, so that what is one or the other is refused.
pub(super) fn written(text: &str, commas: bool) -> Result<f64, Unusable> {
    if commas && groups(text, '.') {
        return Err(format!("a point before three digits may separate thousands or decimals: {REMEDY}").into());
    }
    if let Ok(number) = text.parse() {
        return Ok(number);
    }
    if groups(text, ',') {
        return Err(format!("a comma before three digits may separate thousands or decimals: {REMEDY}").into());
    }
    match parts(text, ',') {
        Some((whole, fraction)) if commas => {
            format!("{whole}.{fraction}").parse().map_err(|_| Unusable::from("not a number"))
        }
        _ if text.contains([',', '\'', ' ', '$', '€', '£', '%']) => {
            Err(format!("not a number: {REMEDY}, no signs of currencies or percent").into())
        }
        _ => Err("not a number".into()),
    }
}

/// What stands before and after the only sign between digits.
fn parts(text: &str, sign: char) -> Option<(&str, &str)> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = text.split_once(sign)?;
    (digits(whole.trim_start_matches(['-', '+'])) && digits(fraction)).then_some((whole, fraction))
}

/// Whether the sign may separate thousands: one to three digits before it that are not a zero alone, and three after it.
fn groups(text: &str, sign: char) -> bool {
    parts(text, sign).is_some_and(|(whole, fraction)| {
        let whole = whole.trim_start_matches(['-', '+']);
        fraction.len() == 3 && whole.len() <= 3 && whole != "0"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_before_decimals_is_one_only_where_it_can_be_nothing_else() {
        for (text, number) in [
            ("50000,00", 50_000.0),
            ("50000,5", 50_000.5),
            ("0,065", 0.065),
            ("-0,5", -0.5),
            ("1234,567", 1_234.567),
            ("12,3456", 12.3456),
            ("50000.00", 50_000.0),
            ("51234.500", 51_234.5),
            ("0.065", 0.065),
            ("5e4", 50_000.0),
        ] {
            assert_eq!(written(text, true), Ok(number), "{text}");
        }
        for text in ["1,234", "12,345", "123,000", "1.234", "50.000", "-1,234"] {
            assert!(written(text, true).is_err_and(|why| why.contains("thousands or decimals")), "{text}");
        }
        for text in [
            "1.234,56",
            "1,234,567",
            "1.234.567",
            "1'234",
            "1 234,5",
            "5,",
            ",5",
            "1,5e4",
            "$5",
            "5 %",
            "5,0€",
            "--5,1",
        ] {
            assert!(written(text, true).is_err(), "{text}");
        }
    }

    #[test]
    fn where_commas_separate_cells_a_number_has_none() {
        for text in ["50000,00", "0,5", "1,234", "1.234,56"] {
            assert!(written(text, false).is_err_and(|why| why.contains("point before decimals")), "{text}");
        }
        assert_eq!((written("1.234", false), written("50.000", false)), (Ok(1.234), Ok(50.0)));
        assert_eq!(written("abc", false), Err("not a number".into()));
    }
}
