//! Whether a person enrolls, and opts out again.

use super::person::{PersonYear, YearRules};
use crate::rules::calendar::{Day, day};
use crate::rules::draws::{Block, Slot, bounded};
use crate::rules::units::MILLION;
use crate::rules::vocabulary::Category;

impl YearRules<'_> {
    /// By choice, or else by the plan, if it enrolls employees.
    pub(super) fn enroll_employee(&self, person: &mut PersonYear, draw: &Block, employed_on: impl Fn(Day) -> bool) {
        let employee = person.employee;
        let group = self.tables.group(employee.compensation_cents, employee.level_id, person.tenure);
        let terms = &self.tables.enrollment[self.tables.choice_cell(person.age, group)];
        let (category, date, chance, rate_bp) = if self.first_year {
            (Category::VoluntaryEnrollment, day(self.year, 1, 15), terms.voluntary, terms.rate_bp)
        } else {
            (Category::YearOverYearConversion, day(self.year, 6, 15), terms.conversion, terms.conversion_rate_bp)
        };
        if chance.happens(draw[Slot::Enrollment as usize]) {
            if employed_on(date) {
                person.add(category, date, chance.ppm, rate_bp);
            }
        } else if self.tables.auto_scope.employees_from.is_some_and(|from| employee.hire_date >= from) {
            self.enroll_automatically(person, draw, group, day(self.year, 1, 15), MILLION - chance.ppm, employed_on);
        }
    }

    /// Enrollment by the plan on a day, and perhaps the opt-out that follows.
    fn enroll_automatically(
        &self,
        person: &mut PersonYear,
        draw: &Block,
        group: usize,
        date: Day,
        probability_ppm: i64,
        employed_on: impl Fn(Day) -> bool,
    ) {
        if !employed_on(date) {
            return;
        }
        let rules = &self.run.assumptions.enrollment;
        person.add(Category::AutoEnrollment, date, probability_ppm, rules.auto_rate.0 as i32);
        let opt_out = self.tables.opt_out[self.tables.auto_cell(person.age, group)];
        let out = (date + rules.opt_out_grace_days).min(self.last_day);
        if opt_out.happens(draw[Slot::OptOut as usize]) && employed_on(out) {
            person.add(Category::EnrollmentOptOut, out, opt_out.ppm, 0);
        }
    }

    /// By choice soon after the hire, or else by the plan.
    pub(super) fn enroll_hire(&self, person: &mut PersonYear, draw: &Block, employed_on: impl Fn(Day) -> bool) {
        let hire = person.employee;
        let pick = |slot: Slot, n: i64| bounded(draw[slot as usize], n) as i32;
        let rules = &self.run.assumptions.enrollment;
        let group = self.tables.group(hire.compensation_cents, hire.level_id, person.tenure);
        let terms = &self.tables.enrollment[self.tables.choice_cell(person.age, group)];
        if terms.proactive.happens(draw[Slot::Enrollment as usize]) {
            let [first, last] = rules.proactive_days;
            let days = first + pick(Slot::EnrollmentDay, i64::from(last - first + 1));
            let date = (hire.hire_date + days).min(self.last_day);
            if employed_on(date) {
                person.add(Category::ProactiveVoluntary, date, terms.proactive.ppm, terms.rate_bp);
            }
        } else if self.tables.auto_scope.hires_from.is_some_and(|from| hire.hire_date >= from) {
            let date = (hire.hire_date + rules.auto_window_days).min(self.last_day);
            self.enroll_automatically(person, draw, group, date, MILLION - terms.proactive.ppm, employed_on);
        }
    }
}
