//! People as they are read, row by row: checked, the active ones kept, in the end sorted.

use super::cell::Cell;
use super::columns::Cells;
use super::format::CensusFormat;
use super::lookalike::Lookalike;
use super::names::{ACTIVE, BIRTH, DEFERRAL, HIRE, ID, NAMES, OPT_OUT, PAY, SSN, TERMINATION};
use super::people::{Census, LoadedCensus};
use super::problems::{Place, Problems, RowWarning, RowWarnings, describe};
use super::words::{Unusable, printable};
use crate::error::{Error, Flaw, Result};
use crate::rules::calendar::{Day, civil, first_of_year, iso, year_of};
use crate::rules::identity::MAX_EMPLOYEE_ID_LEN;
use crate::rules::run::{MAX_EMPLOYEES, RunSpec};
use crate::rules::tables::Tables;
use crate::rules::units::{BasisPoints, Cents};
use arrow::array::{Array, StringArray, StringBuilder};

/// Highest accepted pay: 1,000 million dollars a year, in cents.
const MAX_PAY_CENTS: i64 = 100_000_000_000;

/// A census under construction.
pub(super) struct Draft<'r> {
    run: &'r RunSpec,
    /// How the file is read.
    pub format: &'r CensusFormat,
    start: Day,
    /// Beginnings of ids that belong to people hired in a simulated year.
    reserved: Vec<String>,
    /// How the file is named in messages.
    pub source: String,
    pub problems: Problems,
    /// Whether commas may stand before decimals, for they do not separate cells.
    pub other_commas: bool,
    /// Columns of the file that look like some that it has not.
    pub alike: Vec<Lookalike>,
    rows: u64,
    inactive: usize,
    hired_later: usize,
    later: RowWarnings,
    warnings: RowWarnings,
    people: People,
    places: Vec<Place>,
    scratch: [String; 2],
}

impl<'r> Draft<'r> {
    pub fn new(source: String, run: &'r RunSpec, format: &'r CensusFormat) -> Self {
        Self {
            run,
            format,
            start: first_of_year(run.start_year),
            reserved: run.years().map(|year| format!("NH_{year}_")).collect(),
            source,
            problems: Problems::default(),
            other_commas: false,
            alike: Vec::new(),
            rows: 0,
            inactive: 0,
            hired_later: 0,
            later: RowWarnings::default(),
            warnings: RowWarnings::default(),
            people: People::default(),
            places: Vec::new(),
            scratch: Default::default(),
        }
    }

    /// Takes in the next row.
    ///
    /// # Errors
    /// When there are more people than a census may hold. What is wrong with the row is collected.
    pub fn row(&mut self, place: Place, cells: &Cells<'_>) -> Result<()> {
        self.rows += 1;
        let day = |column: usize| cells[column].day(self.format.date_format.as_ref());
        let (flag, left) = (cells[ACTIVE].flag(), day(TERMINATION));
        // Without a flag, somebody whose termination date lies before the start is not there any more. Of cells that cannot
        // be used nobody knows.
        let active = match (&flag, &left) {
            (Ok(Some(flag)), _) => Some(*flag),
            (Ok(None), Ok(left)) => Some(left.is_none_or(|(day, _)| day >= self.start)),
            _ => None,
        };
        if let (Ok(None), Ok(Some((_, true)))) = (&flag, &left) {
            let (column, value) = (NAMES[TERMINATION], cells[TERMINATION].to_string());
            let taken = if active == Some(true) { "taken as active" } else { "taken as inactive" };
            self.warnings.add(RowWarning::TERMINATION_ZONE_UNNAMED, || describe(place, column, &value, taken));
        }
        let [mut id_text, mut ssn_text] = std::mem::take(&mut self.scratch);
        let person = Person {
            id: cells[ID].id(&mut id_text),
            ssn: cells[SSN].id(&mut ssn_text),
            birth: day(BIRTH),
            hire: day(HIRE),
            pay: cells[PAY].amount(Cents::PER_ONE, self.other_commas),
            deferral: cells[DEFERRAL].amount(BasisPoints::PER_ONE, self.other_commas),
            opt_out: cells[OPT_OUT].flag(),
        };
        // Who comes later is not among the first people, whatever else the row says.
        let later = active != Some(false) && matches!(person.hire, Ok(Some((hire, _))) if hire >= self.start);
        let dates = [(BIRTH, person.birth.is_ok()), (HIRE, person.hire.is_ok()), (TERMINATION, left.is_ok())];
        for (column, read) in dates {
            match cells[column] {
                Cell::Text(_) if read => self.problems.dates.read(),
                Cell::Text(text) if active != Some(false) && !later => self.problems.dates.unread(text),
                _ => {}
            }
        }
        let unusable = [
            (ID, person.id.as_ref().err()),
            (SSN, person.ssn.as_ref().err()),
            (BIRTH, person.birth.as_ref().err()),
            (HIRE, person.hire.as_ref().err()),
            (TERMINATION, left.as_ref().err()),
            (PAY, person.pay.as_ref().err()),
            (DEFERRAL, person.deferral.as_ref().err()),
            (ACTIVE, flag.as_ref().err()),
            (OPT_OUT, person.opt_out.as_ref().err()),
        ];
        if active == Some(false) || later {
            let first = unusable.iter().find_map(|(column, what)| Some((*column, what.cloned()?)));
            // Of who comes later only the day of hire matters, which decides it.
            let outside = self.outside(&person).into_iter();
            let first = first.or_else(|| outside.into_iter().find(|(column, _)| !later || *column == HIRE));
            let told = |column: usize, what: &str| describe(place, NAMES[column], &cells[column].to_string(), what);
            if later {
                self.hired_later += 1;
                let year = self.run.start_year;
                self.later.add(RowWarning::HIRED_LATER, || {
                    told(HIRE, &format!("hired on or after 1 January {year}, the start of the simulation"))
                });
                if matches!(person.hire, Ok(Some((_, true)))) {
                    self.warnings.add(RowWarning::LATER_ZONE_UNNAMED, || told(HIRE, "taken as hired later"));
                }
            } else {
                self.inactive += 1;
            }
            if let Some((column, what)) = first {
                let kind = if later { RowWarning::LATER_UNUSABLE } else { RowWarning::INACTIVE_UNUSABLE };
                self.warnings.add(kind, || told(column, &what));
            }
        } else {
            for (column, what) in unusable {
                if let Some(what) = what {
                    self.problems.cell(place, NAMES[column], &cells[column].to_string(), what);
                }
            }
            if active == Some(true) {
                self.employ(place, &person, cells)?;
            }
        }
        self.scratch = [id_text, ssn_text];
        Ok(())
    }

    /// Checks somebody who is active, and keeps them.
    fn employ(&mut self, place: Place, person: &Person<'_>, cells: &Cells<'_>) -> Result<()> {
        let absent = [
            (ID, person.id == Ok(None)),
            (BIRTH, person.birth == Ok(None)),
            (HIRE, person.hire == Ok(None)),
            (PAY, person.pay == Ok(None)),
        ];
        for (column, _) in absent.into_iter().filter(|(_, absent)| *absent) {
            self.problems.cell(place, NAMES[column], "", "missing value");
        }
        let (Ok(Some(id)), Ok(ssn), Ok(Some(birth)), Ok(Some(hire)), Ok(Some(cents)), Ok(deferral), Ok(opt_out)) =
            (&person.id, &person.ssn, &person.birth, &person.hire, &person.pay, &person.deferral, &person.opt_out)
        else {
            return Ok(());
        };
        for (column, what) in self.outside(person) {
            self.problems.cell(place, NAMES[column], &cells[column].to_string(), &what);
        }
        let (zone_unnamed, deferral_bp) = (birth.1 || hire.1, deferral.unwrap_or(0));
        let (id, birth, hire, cents) = (*id, birth.0, hire.0, *cents);
        let age = self.run.start_year - civil(birth).0;
        let implausible = [
            (RowWarning::HIRED_BEFORE_BIRTH, hire < birth),
            (RowWarning::UNDER_14, age < 14),
            (RowWarning::OVER_100, age > 100),
            (RowWarning::ZONE_UNNAMED, zone_unnamed),
            (RowWarning::NUMBER_LIKE_ID, matches!(cells[ID], Cell::Text(_)) && looks_like_a_number(id)),
        ];
        for (what, _) in implausible.into_iter().filter(|(_, hit)| *hit) {
            self.warnings.add(what, || format!("{place}, {}: born {}, hired {}", printable(id), iso(birth), iso(hire)));
        }
        self.people.employee_id.append_value(id);
        self.people.employee_ssn.append_option(*ssn);
        self.people.birth_date.push(birth);
        self.people.hire_date.push(hire);
        self.people.compensation_cents.push(cents);
        // Beyond the range it is a problem already.
        self.people.deferral_bp.push(deferral_bp.clamp(0, 10_000) as i32);
        self.people.escalation_opt_out.push(opt_out.unwrap_or(false));
        self.places.push(place);
        if self.places.len() > MAX_EMPLOYEES {
            return Err(Error::file(&self.source, Flaw::TooMany { most: MAX_EMPLOYEES }));
        }
        Ok(())
    }

    /// Values that can be read and are outside what a person may have. Nobody looks at those that are missing.
    fn outside(&self, person: &Person<'_>) -> Vec<(usize, Unusable)> {
        let mut found: Vec<(usize, Unusable)> = Vec::new();
        if let Ok(Some(id)) = person.id {
            if id.len() > MAX_EMPLOYEE_ID_LEN {
                found.push((ID, format!("an id has 1 to {MAX_EMPLOYEE_ID_LEN} bytes").into()));
            }
            if self.reserved.iter().any(|reserved| id.starts_with(reserved)) {
                found.push((ID, "reserved for people hired in a simulated year".into()));
            }
        }
        if matches!(person.pay, Ok(Some(cents)) if !(0..=MAX_PAY_CENTS).contains(&cents)) {
            found.push((PAY, "pay must be from 0 to 1,000,000,000 dollars".into()));
        }
        if matches!(person.deferral, Ok(Some(rate)) if !(0..=10_000).contains(&rate)) {
            found.push((DEFERRAL, "a deferral rate is a fraction from 0 to 1".into()));
        }
        for (column, day) in [(BIRTH, &person.birth), (HIRE, &person.hire)] {
            if matches!(day, Ok(Some((day, _))) if !(1800..2200).contains(&year_of(*day))) {
                found.push((column, "a date lies between 1800 and 2199".into()));
            }
        }
        found
    }

    /// The census, sorted.
    ///
    /// # Errors
    /// Everything that was collected.
    pub fn finish(mut self, strict: bool) -> Result<LoadedCensus> {
        let people = &mut self.people;
        let (ids, ssns) = (people.employee_id.finish(), people.employee_ssn.finish());
        let mut order: Vec<usize> = (0..ids.len()).collect();
        order.sort_by_key(|&index| (ids.value(index), index));
        for pair in order.windows(2) {
            let id = ids.value(pair[1]);
            if ids.value(pair[0]) == id {
                let what = format!("duplicate id, also in {}", self.places[pair[0]]);
                self.problems.cell(self.places[pair[1]], NAMES[ID], id, &what);
            }
        }
        self.problems.into_result(&self.source, self.format.date_format.as_ref())?;
        if strict {
            self.warnings.append(self.later);
        }
        let warnings = self.warnings.into_result(&self.source, strict)?;
        let (hired_later, start_year) = (self.hired_later, self.run.start_year);
        if ids.is_empty() {
            return Err(Error::file(&self.source, Flaw::Nobody { rows: self.rows, hired_later, start_year }));
        }

        let tables = Tables::new(&self.run.assumptions);
        let sorted = |texts: &StringArray| {
            order.iter().map(|&index| texts.is_valid(index).then(|| texts.value(index))).collect()
        };
        let cents: Vec<i64> = order.iter().map(|&index| people.compensation_cents[index]).collect();
        let census = Census {
            employee_id: sorted(&ids),
            employee_ssn: sorted(&ssns),
            birth_date: order.iter().map(|&index| people.birth_date[index]).collect(),
            hire_date: order.iter().map(|&index| people.hire_date[index]).collect(),
            level_id: cents.iter().map(|&cents| tables.level_of_pay(cents)).collect(),
            deferral_bp: order.iter().map(|&index| people.deferral_bp[index]).collect(),
            escalation_opt_out: order.iter().map(|&index| people.escalation_opt_out[index]).collect(),
            compensation_cents: cents,
        };
        let (source, inactive, alike) = (self.source, self.inactive, self.alike);
        Ok(LoadedCensus { census, source, synthetic: false, inactive, hired_later, alike, warnings })
    }
}

/// The people of the rows so far, as they come.
#[derive(Default)]
struct People {
    employee_id: StringBuilder,
    employee_ssn: StringBuilder,
    birth_date: Vec<Day>,
    hire_date: Vec<Day>,
    compensation_cents: Vec<i64>,
    deferral_bp: Vec<i32>,
    escalation_opt_out: Vec<bool>,
}

/// A row's cells as what they are meant to be.
struct Person<'a> {
    id: Result<Option<&'a str>, Unusable>,
    ssn: Result<Option<&'a str>, Unusable>,
    birth: Result<Option<(Day, bool)>, Unusable>,
    hire: Result<Option<(Day, bool)>, Unusable>,
    pay: Result<Option<i64>, Unusable>,
    deferral: Result<Option<i64>, Unusable>,
    opt_out: Result<Option<bool>, Unusable>,
}

/// `1017.0` or `1.02E+15`: text that was a number before somebody wrote it out.
fn looks_like_a_number(id: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let exponent = |text: &str| text.strip_prefix('+').is_some_and(digits);
    match (id.split_once('.'), id.split_once(['E', 'e'])) {
        (_, Some((mantissa, power))) if exponent(power) => mantissa.split('.').all(digits),
        (Some((whole, zeros)), None) => digits(whole) && !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0'),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_were_written_out_are_recognised() {
        for id in ["1017.0", "17.00", "1E+15", "1.02e+15"] {
            assert!(looks_like_a_number(id), "{id}");
        }
        for id in ["1017", "0017", "10.17", "A1.0", "1.0.0", "E+15", "1E15", "E1001", ".0", "1.", "", "12E"] {
            assert!(!looks_like_a_number(id), "{id}");
        }
    }
}
