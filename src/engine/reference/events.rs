//! Events as columns: small vocabularies as codes, texts packed end to end.

use super::Names;
use super::person::{Event, PersonYear};
use crate::events::event_table::{EventTable, Values};
use crate::events::schema::EVENT_COLUMNS;
use crate::events::text_column::{TextColumn, TextWriter};
use crate::rules::calendar::Day;
use crate::rules::identity::{EVENT_ID_LEN, EventIds};
use crate::rules::run::RunSpec;
use crate::rules::vocabulary::{AGE_BANDS, Category, TENURE_BANDS};

/// Some consecutive events of one year. Scenario, plan design and year are the same throughout and held once.
#[derive(Default)]
pub(super) struct EventChunk {
    event_id: TextColumn,
    employee_id: TextColumn,
    employee_ssn: TextColumn,
    category: Vec<Category>,
    effective_date: Vec<Day>,
    event_details: TextColumn,
    compensation_cents: Vec<i64>,
    previous_compensation_cents: Vec<Option<i64>>,
    deferral_bp: Vec<Option<i32>>,
    previous_deferral_bp: Vec<Option<i32>>,
    age: Vec<i32>,
    tenure: Vec<i32>,
    level_id: Vec<i32>,
    age_band: Vec<u8>,
    tenure_band: Vec<u8>,
    probability_ppm: Vec<i64>,
    sequence: Vec<i32>,
}

impl EventChunk {
    /// Number of events.
    pub fn len(&self) -> usize {
        self.category.len()
    }

    /// Appends one person's events of the year, numbering them.
    pub fn append(&mut self, person: &PersonYear, names: &Names, year: i32, ids: &EventIds) {
        let employee_id = names.id(&person.employee);
        let employee_ssn = names.ssn(&person.employee);
        let mut buffer = [0; EVENT_ID_LEN];
        for (sequence, event) in (1u8..).zip(person.events()) {
            self.event_id.push(ids.text(employee_id, year, event.category, sequence, &mut buffer));
            self.employee_id.push(employee_id);
            self.employee_ssn.push_option(employee_ssn);
            self.category.push(event.category);
            self.effective_date.push(event.date);
            self.event_details.push_with(|text| details(event, text));
            self.compensation_cents.push(event.pay_cents);
            self.previous_compensation_cents.push(event.previous_pay_cents);
            self.deferral_bp.push(event.rate_bp);
            self.previous_deferral_bp.push(event.previous_rate_bp);
            self.age.push(person.age);
            self.tenure.push(person.tenure);
            self.level_id.push(event.level_id);
            self.age_band.push(person.age_band);
            self.tenure_band.push(person.tenure_band);
            self.probability_ppm.push(event.probability_ppm);
            self.sequence.push(sequence.into());
        }
    }
}

/// The text of `event_details`.
fn details(event: &Event, text: &mut TextWriter<'_>) {
    let rate = |rate: Option<i32>| i64::from(rate.unwrap_or_default());
    let level = i64::from(event.level_id);
    match event.category {
        Category::Hiring => text.text("hired at level ").number(level),
        Category::DeferralEscalation => text
            .text("deferral ")
            .number(rate(event.previous_rate_bp))
            .text(" to ")
            .number(rate(event.rate_bp))
            .text(" bp"),
        Category::Promotion => {
            let levels = text.text("level ").number(level - 1).text(" to ").number(level);
            levels.text(", raise ").number(event.detail).text(" ppm")
        }
        Category::Raise => {
            let merit = text.text("merit ").number(event.merit_ppm);
            merit.text(" ppm, COLA ").number(event.detail).text(" ppm")
        }
        Category::VoluntaryEnrollment
        | Category::YearOverYearConversion
        | Category::ProactiveVoluntary
        | Category::AutoEnrollment => text.text("enrolled at ").number(rate(event.rate_bp)).text(" bp"),
        Category::EnrollmentOptOut => text.text("opted out of ").number(rate(event.previous_rate_bp)).text(" bp"),
        Category::NewHireTermination => text.text("left ").number(event.detail).text(" days after hire"),
        Category::Termination => text.text("left at level ").number(level),
    };
}

/// The events of a year in neutral form.
pub(super) fn neutral(chunks: &[EventChunk], run: &RunSpec, year: i32) -> Result<EventTable, String> {
    let rows = || chunks.iter().flat_map(|chunk| (0..chunk.len()).map(move |row| (chunk, row)));
    let columns = EVENT_COLUMNS.iter().map(|column| match column.name {
        "event_id" => Values::text(rows().map(|(c, r)| c.event_id.get(r))),
        "scenario_id" => Values::text(rows().map(|_| Some(run.scenario_id.as_str()))),
        "plan_design_id" => Values::text(rows().map(|_| Some(run.plan_design_id.as_str()))),
        "employee_id" => Values::text(rows().map(|(c, r)| c.employee_id.get(r))),
        "employee_ssn" => Values::text(rows().map(|(c, r)| c.employee_ssn.get(r))),
        "event_type" => Values::text(rows().map(|(c, r)| Some(c.category[r].event_type()))),
        "event_category" => Values::text(rows().map(|(c, r)| Some(c.category[r].name()))),
        "simulation_year" => Values::int(rows().map(|_| Some(year))),
        "effective_date" => Values::int(rows().map(|(c, r)| Some(c.effective_date[r]))),
        "event_details" => Values::text(rows().map(|(c, r)| c.event_details.get(r))),
        "compensation_amount" => Values::int(rows().map(|(c, r)| Some(c.compensation_cents[r]))),
        "previous_compensation" => Values::int(rows().map(|(c, r)| c.previous_compensation_cents[r])),
        "employee_deferral_rate" => Values::int(rows().map(|(c, r)| c.deferral_bp[r])),
        "prev_employee_deferral_rate" => Values::int(rows().map(|(c, r)| c.previous_deferral_bp[r])),
        "employee_age" => Values::int(rows().map(|(c, r)| Some(c.age[r]))),
        "employee_tenure" => Values::int(rows().map(|(c, r)| Some(c.tenure[r]))),
        "level_id" => Values::int(rows().map(|(c, r)| Some(c.level_id[r]))),
        "age_band" => Values::text(rows().map(|(c, r)| Some(AGE_BANDS[usize::from(c.age_band[r])]))),
        "tenure_band" => Values::text(rows().map(|(c, r)| Some(TENURE_BANDS[usize::from(c.tenure_band[r])]))),
        "event_probability" => Values::int(rows().map(|(c, r)| Some(c.probability_ppm[r]))),
        "event_sequence" => Values::int(rows().map(|(c, r)| Some(c.sequence[r]))),
        other => unreachable!("no source for event column {other}"),
    });
    EventTable::new(columns.collect())
}
