//! In which form the dates of a file may be written that could not be read: to be suggested, never to be taken.

use super::date_format::DateFormat;
use crate::rules::calendar::year_of;

/// Forms that are common, by the order of their parts: those of one order never read a date differently.
const FORMS: [(&str, [&str; 7]); 3] = [
    ("mdy", ["MM/DD/YYYY", "MM-DD-YYYY", "MM.DD.YYYY", "MMDDYYYY", "MMM DD, YYYY", "MMMM DD, YYYY", "MMM-DD-YYYY"]),
    ("dmy", ["DD/MM/YYYY", "DD-MM-YYYY", "DD.MM.YYYY", "DDMMYYYY", "DD-MMM-YYYY", "DD MMM YYYY", "DD MMMM YYYY"]),
    ("ymd", ["YYYY-MM-DD", "YYYY/MM/DD", "YYYY.MM.DD", "YYYYMMDD", "YYYY-MMM-DD", "YYYY MM DD", "YYYY_MM_DD"]),
];

/// What all dates that could not be read have in common.
#[derive(Default)]
pub(super) struct DateGuess {
    /// Forms that fit all of them, by their order; none before the first.
    fit: Option<Vec<(&'static str, &'static str, DateFormat)>>,
    /// Whether the years of all of them have two digits.
    short_years: bool,
    /// Whether all of them are numbers such as a spreadsheet counts days with.
    serials: bool,
    /// Whether other dates were read.
    others: bool,
}

impl DateGuess {
    /// A date that was read from text.
    pub fn read(&mut self) {
        self.others = true;
    }

    /// Text that was to be a date and could not be read.
    pub fn unread(&mut self, text: &str) {
        // `N/A` and the like say nothing about forms.
        if !text.bytes().any(|byte| byte.is_ascii_digit()) {
            return;
        }
        let first = self.fit.is_none();
        let fit = self.fit.get_or_insert_with(|| {
            let all = FORMS.iter().flat_map(|(order, forms)| forms.iter().map(move |form| (*order, *form)));
            all.filter_map(|(order, form)| Some((order, form, form.parse().ok()?))).collect()
        });
        let usual = |year: i32| (1800..2200).contains(&year) || year == 9999;
        fit.retain(|(_, _, format)| format.read(text).is_some_and(|day| usual(year_of(day))));
        self.short_years = (first || self.short_years) && has_short_year(text);
        // 1927 to 2173, and nothing of five digits is a date in any form.
        let serial = text.len() == 5 && text.parse().is_ok_and(|days: u32| (10_000..100_000).contains(&days));
        self.serials = (first || self.serials) && serial;
    }

    /// The forms that fit all: one, or one of each order if that cannot be told.
    pub fn forms(&self) -> Vec<&'static str> {
        let mut orders = Vec::new();
        let mut forms = Vec::new();
        for (order, form, _) in self.fit.iter().flatten() {
            if !orders.contains(order) {
                orders.push(*order);
                forms.push(*form);
            }
        }
        forms
    }

    /// What can be said about their form; `given` is what was said about it.
    pub fn remark(&self, given: Option<&DateFormat>) -> String {
        let forms = self.forms();
        let others = match given {
            Some(given) if self.others => format!("; others are read as {given}"),
            None if self.others && forms != ["YYYY-MM-DD"] => "; others are written as YYYY-MM-DD".to_owned(),
            _ => String::new(),
        };
        match forms[..] {
            [] if self.short_years => {
                "\n  these dates have years of two digits, which do not say the century: export them with four"
                    .to_owned()
            }
            [] if self.serials => {
                "\n  these look like the numbers by which spreadsheets count days: give the column the form of a date there, \
                 YYYY-MM-DD, and export it again"
                    .to_owned()
            }
            [] => String::new(),
            [one] => format!("\n  these dates fit {one}{others}"),
            _ => format!(
                "\n  these dates fit {}: which number is the day cannot be told from them{others}",
                forms.join(" as well as ")
            ),
        }
    }
}

/// `02/24/11`, `24-Feb-11`.
fn has_short_year(text: &str) -> bool {
    let date = text.split([' ', 'T']).next().unwrap_or_default();
    let parts: Vec<&str> = date.split(['/', '-', '.']).collect();
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let short = |part: &&&str| (1..=2).contains(&part.len()) && digits(part);
    matches!(&parts[..], [first, month, year]
        if short(&first) && short(&year) && year.len() == 2 && (short(&month) || month.len() == 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(texts: &[&str]) -> DateGuess {
        let mut guess = DateGuess::default();
        texts.iter().for_each(|text| guess.unread(text));
        guess
    }

    #[test]
    fn a_form_is_suggested_that_fits_all_dates() {
        for (texts, forms) in [
            (&["02/24/2011", "1/2/2011"][..], &["MM/DD/YYYY"][..]),
            (&["24/02/2011", "01/02/2011 0:00"], &["DD/MM/YYYY"]),
            (&["01/02/2011", "03/04/2011"], &["MM/DD/YYYY", "DD/MM/YYYY"]),
            (&["24.02.2011", "N/A"], &["DD.MM.YYYY"]),
            (&["20110224", "20200101"], &["YYYYMMDD"]),
            (&["2011-2-4"], &["YYYY-MM-DD"]),
            (&["24-Feb-2011", "1-MAY-2012"], &["DD-MMM-YYYY"]),
            (&["May 1, 2011"], &["MMM DD, YYYY"]),
            (&["February 1, 2011", "May 1, 2011"], &["MMMM DD, YYYY"]),
            (&["02/24/2011", "2011/02/24"], &[]),
            (&["02/24/2011", "24/02/2011"], &[]),
            (&["02/24/11"], &[]),
            (&["N/A"], &[]),
        ] {
            assert_eq!(guess(texts).forms(), forms, "{texts:?}");
        }
    }

    #[test]
    fn what_is_said_is_true_of_all_of_them() {
        let format: DateFormat = "DD/MM/YYYY".parse().unwrap();
        let mut mixed = guess(&["02/24/2011"]);
        assert_eq!(mixed.remark(None), "\n  these dates fit MM/DD/YYYY");
        mixed.read();
        assert!(mixed.remark(None).ends_with("; others are written as YYYY-MM-DD"));
        assert!(mixed.remark(Some(&format)).ends_with("; others are read as DD/MM/YYYY"));
        assert!(guess(&["01/02/2011"]).remark(None).contains("which number is the day cannot be told"));
        assert!(guess(&["02/24/11", "24-Feb-11"]).remark(None).contains("two digits"));
        assert_eq!(guess(&["02/24/11", "soon 7"]).remark(None), "");
        assert!(guess(&["29221", "40000"]).remark(None).contains("spreadsheets count days"));
        assert_eq!(guess(&["29221", "400"]).remark(None), "");
        assert_eq!(guess(&["N/A"]).remark(None), "");
    }
}
