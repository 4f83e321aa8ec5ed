//! Events as columns: small vocabularies as codes, texts packed end to end.

use super::names::Names;
use super::person::{Event, PersonYear};
use crate::events::schema::{EVENT_COLUMNS, Kind};
use crate::events::year::Events;
use crate::rules::calendar::Day;
use crate::rules::identity::{EVENT_ID_LEN, EventIds};
use crate::rules::run::RunSpec;
use crate::rules::tables::Tables;
use crate::rules::vocabulary::Category;
use arrow::array::{
    ArrayRef, Date32Array, Decimal128Array, DictionaryArray, Int32Array, RecordBatch, StringArray, UInt8Array,
};
use arrow::error::ArrowError;
use std::sync::Arc;

/// Some consecutive events of one year. Scenario, plan design and year are the same throughout and held once; what may be
/// missing and how wide a number is become Arrow's when somebody asks for the neutral form.
#[derive(Default)]
pub(super) struct EventChunk {
    event_id: Packed,
    employee_id: Packed,
    employee_ssn: Packed,
    has_ssn: Vec<bool>,
    /// Positions in [`Category::ALL`].
    category: Vec<u8>,
    effective_date: Vec<Day>,
    event_details: Packed,
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

/// Texts end to end, and where each ends.
#[derive(Default)]
struct Packed {
    text: String,
    ends: Vec<usize>,
}

impl Packed {
    #[inline]
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(&0).chain(&self.ends);
        starts.zip(&self.ends).map(|(&start, &end)| &self.text[start..end])
    }
}

impl EventChunk {
    /// Appends one person's events of the year, numbering them.
    pub fn append(&mut self, person: &PersonYear, names: &Names, year: i32, ids: &EventIds) {
        let employee_id = names.id(person.employee.name);
        let employee_ssn = names.ssn(person.employee.name);
        let mut buffer = [0; EVENT_ID_LEN];
        for (sequence, event) in (1u8..).zip(person.events()) {
            self.event_id.push(ids.text(employee_id, year, event.category, sequence, &mut buffer));
            self.employee_id.push(employee_id);
            self.employee_ssn.push(employee_ssn.unwrap_or_default());
            self.has_ssn.push(employee_ssn.is_some());
            self.category.push(event.category as u8 - Category::ALL[0] as u8);
            self.effective_date.push(event.date);
            details(event, &mut Details(&mut self.event_details.text));
            self.event_details.push("");
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

/// Appends pieces to the text under construction.
struct Details<'a>(&'a mut String);

impl Details<'_> {
    fn text(&mut self, text: &str) -> &mut Self {
        self.0.push_str(text);
        self
    }

    /// A whole number in decimal digits.
    fn number(&mut self, number: i64) -> &mut Self {
        self.text(itoa::Buffer::new().format(number))
    }
}

/// The text of `event_details`.
fn details(event: &Event, text: &mut Details<'_>) {
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

impl EventChunk {
    /// Number of events.
    pub fn len(&self) -> usize {
        self.sequence.len()
    }

    /// In neutral form.
    fn batch(&self, run: &RunSpec, tables: &Tables, year: i32) -> Result<RecordBatch, ArrowError> {
        let same = |text: &str| coded(&vec![0; self.len()], &[text]);
        let ints = |values: &[i32]| -> ArrayRef { Arc::new(Int32Array::from(values.to_vec())) };
        let ssns = || self.employee_ssn.iter().zip(&self.has_ssn).map(|(ssn, &present)| present.then_some(ssn));
        let columns = EVENT_COLUMNS.iter().map(|column| {
            let kind = column.kind;
            let array: ArrayRef = match column.name {
                "event_id" => texts(&self.event_id),
                "scenario_id" => same(&run.scenario_id),
                "plan_design_id" => same(&run.plan_design_id),
                "employee_id" => texts(&self.employee_id),
                "employee_ssn" => Arc::new(ssns().collect::<StringArray>()),
                "event_type" => coded(&self.category, &Category::ALL.map(Category::event_type)),
                "event_category" => coded(&self.category, &Category::ALL.map(Category::name)),
                "simulation_year" => ints(&vec![year; self.len()]),
                "effective_date" => Arc::new(Date32Array::from(self.effective_date.clone())),
                "event_details" => texts(&self.event_details),
                "compensation_amount" => decimals(self.compensation_cents.iter().map(|&cents| Some(cents)), kind),
                "previous_compensation" => decimals(self.previous_compensation_cents.iter().copied(), kind),
                "employee_deferral_rate" => decimals(self.deferral_bp.iter().copied(), kind),
                "prev_employee_deferral_rate" => decimals(self.previous_deferral_bp.iter().copied(), kind),
                "employee_age" => ints(&self.age),
                "employee_tenure" => ints(&self.tenure),
                "level_id" => ints(&self.level_id),
                "age_band" => coded(&self.age_band, &tables.age_bands.names()),
                "tenure_band" => coded(&self.tenure_band, &tables.tenure_bands.names()),
                "event_probability" => decimals(self.probability_ppm.iter().map(|&ppm| Some(ppm)), kind),
                "event_sequence" => ints(&self.sequence),
                other => unreachable!("no source for event column {other}"),
            };
            (column.name, array, true)
        });
        RecordBatch::try_from_iter_with_nullable(columns)
    }
}

fn texts(packed: &Packed) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(packed.iter()))
}

/// Texts by their codes.
fn coded(codes: &[u8], texts: &[&str]) -> ArrayRef {
    Arc::new(DictionaryArray::new(UInt8Array::from(codes.to_vec()), Arc::new(StringArray::from(texts.to_vec()))))
}

/// Unscaled integers as decimals of a kind.
fn decimals<T: Into<i128>>(unscaled: impl Iterator<Item = Option<T>>, kind: Kind) -> ArrayRef {
    let unscaled: Decimal128Array = unscaled.map(|value| value.map(Into::into)).collect();
    Arc::new(unscaled.with_data_type(kind.data_type()))
}

/// The events of a year in neutral form.
pub(super) fn neutral(chunks: &[EventChunk], run: &RunSpec, tables: &Tables, year: i32) -> Result<Events, String> {
    let batches = chunks.iter().map(|chunk| chunk.batch(run, tables, year)).collect::<Result<Vec<_>, _>>();
    Events::new(year, batches.map_err(|e| e.to_string())?)
}
