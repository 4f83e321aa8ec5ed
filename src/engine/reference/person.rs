//! One employee's year: which events happen and when, then the state folded over them in date order.

use crate::rules::calendar::{Day, day, first_of_year, last_of_year, month_span, year_of};
use crate::rules::draws::{Block, Slot, bounded};
use crate::rules::plan::YearPlan;
use crate::rules::run::RunSpec;
use crate::rules::tables::Tables;
use crate::rules::units::{MILLION, share_ppm, times_ppm};
use crate::rules::vocabulary::{Category, PROMOTION_AGE_BELOW, PerLevel};

/// Most events one person can have in a year: raise, promotion, an enrollment with an opt-out or an escalation,
/// termination; a hire has hiring, enrollment, opt-out, termination.
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
    /// Whether the deferral rate never goes up by itself.
    pub escalation_opt_out: bool,
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
    fn new(employee: Employee, year: i32, tables: &Tables) -> Self {
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
            age_band: tables.age_bands.index(age) as u8,
            tenure_band: tables.tenure_bands.index(tenure) as u8,
            events: [nothing; MAX_EVENTS],
            event_count: 0,
            next: None,
        }
    }

    pub(super) fn add(&mut self, category: Category, date: Day, probability_ppm: i64, new_rate_bp: i32) {
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
    pub(super) year: i32,
    pub(super) first_year: bool,
    first_day: Day,
    pub(super) last_day: Day,
    pub(super) run: &'a RunSpec,
    pub(super) tables: &'a Tables,
    cola_ppm: i64,
    /// The day on which deferral rates go up, of people enrolled before the other day.
    escalation_day: Day,
    enrolled_before: Day,
    termination_ppm: PerLevel,
    new_hire_termination_ppm: i64,
}

impl<'a> YearRules<'a> {
    pub fn new(
        year: i32,
        run: &'a RunSpec,
        tables: &'a Tables,
        plan: &YearPlan,
        headcount: PerLevel,
        leavers: PerLevel,
    ) -> Self {
        let escalation = &run.assumptions.escalation;
        Self {
            year,
            first_year: year == run.start_year,
            first_day: first_of_year(year),
            last_day: last_of_year(year),
            run,
            tables,
            cola_ppm: run.assumptions.raise.cola_ppm(year),
            escalation_day: escalation.day.of(year),
            enrolled_before: escalation.enrolled_before(year),
            termination_ppm: std::array::from_fn(|level| share_ppm(leavers[level], headcount[level])),
            new_hire_termination_ppm: share_ppm(plan.new_hire_leavers, plan.hires),
        }
    }

    /// The year of somebody employed on 1 January.
    pub fn employee_year(&self, employee: &Employee, draw: &Block, leaves: bool) -> PersonYear {
        let mut person = PersonYear::new(*employee, self.year, self.tables);
        let pick = |slot: Slot, n: i64| bounded(draw[slot as usize], n) as i32;
        let level = employee.level_id as usize - 1;
        let days = i64::from(self.last_day - self.first_day + 1);
        let termination = leaves.then(|| self.first_day + pick(Slot::TerminationDay, days));
        // On the day of a termination nothing else happens.
        let employed_on = |date: Day| termination.is_none_or(|last| date < last);

        let escalation = &self.run.assumptions.escalation;
        let enrolled = employee.enrollment_date.is_some_and(|date| date < self.enrolled_before);
        if escalation.enabled
            && enrolled
            && !employee.escalation_opt_out
            && i64::from(employee.deferral_bp) < escalation.cap.0
            && escalation.hired_from.is_none_or(|from| employee.hire_date >= from.0)
            && employed_on(self.escalation_day)
        {
            let raised = (i64::from(employee.deferral_bp) + escalation.increment.0).min(escalation.cap.0);
            person.add(Category::DeferralEscalation, self.escalation_day, MILLION, raised as i32);
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
        if level + 1 < self.tables.levels.len()
            && person.tenure >= 1
            && person.age < PROMOTION_AGE_BELOW
            && employed_on(promotion_day)
        {
            let (age_band, tenure_band) = (person.age_band.into(), person.tenure_band.into());
            let hazard = self.tables.promotion[self.tables.promotion_cell(employee.level_id, age_band, tenure_band)];
            if hazard.happens(draw[Slot::Promotion as usize]) {
                person.add(Category::Promotion, promotion_day, hazard.ppm, 0);
            }
        }

        if employee.enrollment_date.is_none() && !employee.ever_opted_out {
            self.enroll_employee(&mut person, draw, employed_on);
        }

        if let Some(date) = termination {
            person.add(Category::Termination, date, self.termination_ppm[level], 0);
        }
        self.apply(&mut person, draw);
        person
    }

    /// The year of somebody hired in it.
    pub fn new_hire_year(&self, hire: &Employee, draw: &Block, leaves: bool) -> PersonYear {
        let mut person = PersonYear::new(*hire, self.year, self.tables);
        let pick = |slot: Slot, n: i64| bounded(draw[slot as usize], n) as i32;
        let days_left = i64::from(self.last_day - hire.hire_date);
        let termination = leaves.then(|| hire.hire_date + 1 + pick(Slot::NewHireTerminationDay, days_left));
        let employed_on = |date: Day| termination.is_none_or(|last| date < last);

        person.add(Category::Hiring, hire.hire_date, MILLION, 0);

        self.enroll_hire(&mut person, draw, employed_on);

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
        let level = &self.tables.levels[state.level_id as usize - 1];
        let drawn = bounded(draw[Slot::PromotionRaise as usize], level.promotion_raise_choices);
        let rate_ppm = level.promotion_raise_min_ppm + drawn;
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
