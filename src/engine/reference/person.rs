//! One employee's year: which events happen and when, then the state folded over them in date order.

use crate::rules::calendar::{Day, day, first_of_year, last_of_year, month_span, year_of};
use crate::rules::draws::{Block, Slot, bounded};
use crate::rules::plan::YearPlan;
use crate::rules::run::RunSpec;
use crate::rules::tables::{EnrollmentTerms, Tables, enrollment_index, promotion_index};
use crate::rules::units::{MILLION, share_ppm, times_ppm};
use crate::rules::vocabulary::{
    AGE_BAND_FROM, AGE_SEGMENT_FROM, Category, INCOME_SEGMENT_FROM_CENTS, LEVELS, TENURE_BAND_FROM, band,
};

/// Most events one person can have in a year: escalation, raise, promotion, one enrollment, termination; a hire has
/// hiring, enrollment, opt-out, termination.
const MAX_EVENTS: usize = 5;

/// A person's state on 1 January (or on the day of hire).
#[derive(Debug, Clone, Copy)]
pub(super) struct Employee {
    /// Position of the id in the run's names.
    pub name: u32,
    /// Address of the draws.
    pub key: u64,
    pub birth_date: Day,
    pub hire_date: Day,
    pub level_id: i32,
    pub compensation_cents: i64,
    pub deferral_bp: i32,
    pub enrollment_date: Option<Day>,
    pub ever_opted_out: bool,
}

/// One event before it is written into columns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Event {
    pub category: Category,
    pub date: Day,
    pub probability_ppm: i64,
    /// Deferral rate that an enrollment sets.
    pub new_rate_bp: i32,
    /// Filled when the event is applied: the state after it, and what it changed.
    pub level_id: i32,
    pub pay_cents: i64,
    pub previous_pay_cents: Option<i64>,
    pub rate_bp: Option<i32>,
    pub previous_rate_bp: Option<i32>,
    /// Merit part of a raise; only that category reads it.
    pub merit_ppm: i64,
    /// The number in the details text, where the category has one.
    pub detail: i64,
}

/// What a year did to one person.
pub(super) struct PersonYear {
    /// Who, as on 1 January or the day of hire.
    pub employee: Employee,
    pub age: i32,
    pub tenure: i32,
    pub age_band: u8,
    pub tenure_band: u8,
    pub events: [Event; MAX_EVENTS],
    pub event_count: usize,
    /// The state on the next 1 January, of somebody who stays.
    pub next: Option<Employee>,
}

impl PersonYear {
    fn new(employee: Employee, year: i32) -> Self {
        let age = year - year_of(employee.birth_date);
        let tenure = ((first_of_year(year) - employee.hire_date).max(0) * 4) / 1_461;
        let nothing = Event {
            category: Category::Hiring,
            date: 0,
            probability_ppm: MILLION,
            new_rate_bp: 0,
            level_id: 0,
            pay_cents: 0,
            previous_pay_cents: None,
            rate_bp: None,
            previous_rate_bp: None,
            merit_ppm: 0,
            detail: 0,
        };
        Self {
            employee,
            age,
            tenure,
            age_band: band(age, &AGE_BAND_FROM) as u8,
            tenure_band: band(tenure, &TENURE_BAND_FROM) as u8,
            events: [nothing; MAX_EVENTS],
            event_count: 0,
            next: None,
        }
    }

    fn add(&mut self, category: Category, date: Day, probability_ppm: i64, new_rate_bp: i32) {
        let event = Event { category, date, probability_ppm, new_rate_bp, ..self.events[self.event_count] };
        self.events[self.event_count] = event;
        self.event_count += 1;
    }

    /// The events so far.
    pub fn events(&self) -> &[Event] {
        &self.events[..self.event_count]
    }
}

/// Everything that is the same for all people of one year.
pub(super) struct YearRules<'a> {
    year: i32,
    first_year: bool,
    first_day: Day,
    last_day: Day,
    run: &'a RunSpec,
    tables: &'a Tables,
    cola_ppm: i64,
    termination_ppm: [i64; LEVELS],
    new_hire_termination_ppm: i64,
}

impl<'a> YearRules<'a> {
    pub fn new(
        year: i32,
        run: &'a RunSpec,
        tables: &'a Tables,
        plan: &YearPlan,
        headcount: [i64; LEVELS],
        leavers: [i64; LEVELS],
    ) -> Self {
        Self {
            year,
            first_year: year == run.start_year,
            first_day: first_of_year(year),
            last_day: last_of_year(year),
            run,
            tables,
            cola_ppm: run.assumptions.raise.cola_ppm(year),
            termination_ppm: std::array::from_fn(|level| share_ppm(leavers[level], headcount[level])),
            new_hire_termination_ppm: share_ppm(plan.new_hire_leavers, plan.hires),
        }
    }

    fn enrollment_terms(&self, age: i32, pay_cents: i64) -> &EnrollmentTerms {
        let segment = enrollment_index(band(age, &AGE_SEGMENT_FROM), band(pay_cents, &INCOME_SEGMENT_FROM_CENTS));
        &self.tables.enrollment[segment]
    }

    /// The year of somebody employed on 1 January.
    pub fn employee_year(&self, employee: &Employee, draw: &Block, leaves: bool) -> PersonYear {
        let mut person = PersonYear::new(*employee, self.year);
        let pick = |slot: Slot, n: i64| bounded(draw[slot as usize], n) as i32;
        let level = employee.level_id as usize - 1;
        let days = i64::from(self.last_day - self.first_day + 1);
        let termination = leaves.then(|| self.first_day + pick(Slot::TerminationDay, days));
        let employed_on = |date: Day| termination.is_none_or(|last| date <= last);

        let escalation = &self.run.assumptions.escalation;
        if employee.enrollment_date.is_some() && i64::from(employee.deferral_bp) < escalation.cap.0 {
            let raised = (i64::from(employee.deferral_bp) + escalation.increment.0).min(escalation.cap.0);
            person.add(Category::DeferralEscalation, self.first_day, MILLION, raised as i32);
        }

        if person.tenure >= 1 {
            let months = &self.tables.raise_month;
            let month = months[pick(Slot::RaiseMonth, months.len() as i64) as usize];
            let (first_of_month, days) = month_span(self.year, month);
            let date = first_of_month + pick(Slot::RaiseDay, i64::from(days));
            if employed_on(date) {
                person.add(Category::Raise, date, MILLION, 0);
            }
        }

        let promotion_day = day(self.year, 2, 1);
        if level + 1 < LEVELS && person.tenure >= 1 && person.age < 65 && employed_on(promotion_day) {
            let index = promotion_index(employee.level_id, person.age_band.into(), person.tenure_band.into());
            let hazard = self.tables.promotion[index];
            if hazard.happens(draw[Slot::Promotion as usize]) {
                person.add(Category::Promotion, promotion_day, hazard.ppm, 0);
            }
        }

        if employee.enrollment_date.is_none() && !employee.ever_opted_out {
            let terms = self.enrollment_terms(person.age, employee.compensation_cents);
            let (category, date, chance, rate_bp) = if self.first_year {
                (Category::VoluntaryEnrollment, day(self.year, 1, 15), terms.voluntary, terms.rate_bp)
            } else {
                (Category::YearOverYearConversion, day(self.year, 6, 15), terms.conversion, terms.conversion_rate_bp)
            };
            if employed_on(date) && chance.happens(draw[Slot::Enrollment as usize]) {
                person.add(category, date, chance.ppm, rate_bp);
            }
        }

        if let Some(date) = termination {
            person.add(Category::Termination, date, self.termination_ppm[level], 0);
        }
        self.apply(&mut person, draw);
        person
    }

    /// The year of somebody hired in it.
    pub fn new_hire_year(&self, hire: &Employee, draw: &Block, leaves: bool) -> PersonYear {
        let mut person = PersonYear::new(*hire, self.year);
        let pick = |slot: Slot, n: i64| bounded(draw[slot as usize], n) as i32;
        let days_left = i64::from(self.last_day - hire.hire_date);
        let termination = leaves.then(|| hire.hire_date + 1 + pick(Slot::NewHireTerminationDay, days_left));
        let employed_on = |date: Day| termination.is_none_or(|last| date <= last);

        person.add(Category::Hiring, hire.hire_date, MILLION, 0);

        let terms = self.enrollment_terms(person.age, hire.compensation_cents);
        let rules = &self.run.assumptions.enrollment;
        if terms.proactive.happens(draw[Slot::Enrollment as usize]) {
            let date = (hire.hire_date + 7 + pick(Slot::EnrollmentDay, 29)).min(self.last_day);
            if employed_on(date) {
                person.add(Category::ProactiveVoluntary, date, terms.proactive.ppm, terms.rate_bp);
            }
        } else if rules.auto_enrollment {
            let date = (hire.hire_date + 45).min(self.last_day);
            if employed_on(date) {
                person.add(Category::AutoEnrollment, date, terms.auto_ppm, rules.auto_rate.0 as i32);
                let out = (date + 30).min(self.last_day);
                if terms.opt_out.happens(draw[Slot::OptOut as usize]) && employed_on(out) {
                    person.add(Category::EnrollmentOptOut, out, terms.opt_out.ppm, 0);
                }
            }
        }

        if let Some(date) = termination {
            person.add(Category::NewHireTermination, date, self.new_hire_termination_ppm, 0);
        }
        self.apply(&mut person, draw);
        person
    }

    /// Puts the events in order and folds the state over them.
    fn apply(&self, person: &mut PersonYear, draw: &Block) {
        let count = person.event_count;
        person.events[..count].sort_by_key(|event| (event.date, event.category));
        let mut state = person.employee;
        let mut stays = true;
        for event in &mut person.events[..count] {
            match event.category {
                Category::Hiring => {}
                Category::Promotion => self.promote(&mut state, event, draw),
                Category::Raise => self.raise(&mut state, event),
                Category::DeferralEscalation => set_rate(&mut state, event),
                Category::VoluntaryEnrollment
                | Category::YearOverYearConversion
                | Category::ProactiveVoluntary
                | Category::AutoEnrollment => {
                    set_rate(&mut state, event);
                    state.enrollment_date = Some(event.date);
                }
                Category::EnrollmentOptOut => {
                    set_rate(&mut state, event);
                    state.enrollment_date = None;
                    state.ever_opted_out = true;
                }
                Category::NewHireTermination => {
                    event.detail = i64::from(event.date - state.hire_date);
                    stays = false;
                }
                Category::Termination => stays = false,
            }
            event.level_id = state.level_id;
            event.pay_cents = state.compensation_cents;
        }
        person.next = stays.then_some(state);
    }

    fn promote(&self, state: &mut Employee, event: &mut Event, draw: &Block) {
        let rules = &self.run.assumptions.promotion;
        let choices = rules.raise_max.0 - rules.raise_min.0 + 1;
        let rate_ppm = rules.raise_min.0 + bounded(draw[Slot::PromotionRaise as usize], choices);
        event.detail = rate_ppm;
        raise_pay(state, event, rate_ppm, rules.raise_cap.0, rules.raise_cap_amount.0);
        state.level_id += 1;
    }

    fn raise(&self, state: &mut Employee, event: &mut Event) {
        let rules = &self.run.assumptions.raise;
        let merit_ppm = self.tables.levels[state.level_id as usize - 1].merit_ppm;
        event.merit_ppm = merit_ppm;
        event.detail = self.cola_ppm;
        raise_pay(state, event, merit_ppm + self.cola_ppm, rules.cap.0, rules.cap_amount.0);
    }
}

fn raise_pay(state: &mut Employee, event: &mut Event, rate_ppm: i64, cap_ppm: i64, cap_cents: i64) {
    let pay = state.compensation_cents;
    event.previous_pay_cents = Some(pay);
    state.compensation_cents = pay + times_ppm(pay, rate_ppm).min(times_ppm(pay, cap_ppm)).min(cap_cents);
}

fn set_rate(state: &mut Employee, event: &mut Event) {
    event.previous_rate_bp = Some(state.deferral_bp);
    event.rate_bp = Some(event.new_rate_bp);
    state.deferral_bp = event.new_rate_bp;
}
