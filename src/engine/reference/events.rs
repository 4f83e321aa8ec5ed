//! Events as columns: small vocabularies as codes, everything else as Arrow's arrays are built.

use super::names::Names;
use super::person::{Event, PersonYear};
use crate::events::schema::{EVENT_COLUMNS, Kind};
use crate::events::year::Events;
use crate::rules::identity::{EVENT_ID_LEN, EventIds};
use crate::rules::run::RunSpec;
use crate::rules::vocabulary::{AGE_BANDS, Category, TENURE_BANDS};
use arrow::array::{
    ArrayRef, Date32Array, Date32Builder, Decimal128Array, DictionaryArray, Int32Array, Int32Builder, Int64Array,
    Int64Builder, RecordBatch, StringArray, StringBuilder, UInt8Array, UInt8Builder,
};
use arrow::error::ArrowError;
use std::fmt::Write;
use std::sync::Arc;

macro_rules! chunk {
    ($($field:ident: $builder:ty => $array:ty,)*) => {
        /// Some consecutive events of one year as they come.
        #[derive(Default)]
        pub(super) struct ChunkBuilder { $($field: $builder),* }

        /// Some consecutive events of one year. Scenario, plan design and year are the same throughout and held once; amounts
        /// are narrower than in the neutral form.
        pub(super) struct EventChunk { $($field: $array),* }

        impl ChunkBuilder {
            /// The events so far.
            pub fn finish(&mut self) -> EventChunk {
                EventChunk { $($field: self.$field.finish()),* }
            }
        }
    };
}

chunk! {
    event_id: StringBuilder => StringArray,
    employee_id: StringBuilder => StringArray,
    employee_ssn: StringBuilder => StringArray,
    // Positions in `Category::ALL`.
    category: UInt8Builder => UInt8Array,
    effective_date: Date32Builder => Date32Array,
    event_details: StringBuilder => StringArray,
    compensation_cents: Int64Builder => Int64Array,
    previous_compensation_cents: Int64Builder => Int64Array,
    deferral_bp: Int32Builder => Int32Array,
    previous_deferral_bp: Int32Builder => Int32Array,
    age: Int32Builder => Int32Array,
    tenure: Int32Builder => Int32Array,
    level_id: Int32Builder => Int32Array,
    age_band: UInt8Builder => UInt8Array,
    tenure_band: UInt8Builder => UInt8Array,
    probability_ppm: Int32Builder => Int32Array,
    sequence: Int32Builder => Int32Array,
}

impl ChunkBuilder {
    /// Appends one person's events of the year, numbering them.
    pub fn append(&mut self, person: &PersonYear, names: &Names, year: i32, ids: &EventIds) {
        let employee_id = names.id(person.employee.name);
        let employee_ssn = names.ssn(person.employee.name);
        let mut buffer = [0; EVENT_ID_LEN];
        for (sequence, event) in (1u8..).zip(person.events()) {
            self.event_id.append_value(ids.text(employee_id, year, event.category, sequence, &mut buffer));
            self.employee_id.append_value(employee_id);
            self.employee_ssn.append_option(employee_ssn);
            self.category.append_value(event.category as u8 - Category::ALL[0] as u8);
            self.effective_date.append_value(event.date);
            details(event, &mut Details(&mut self.event_details));
            self.event_details.append_value("");
            self.compensation_cents.append_value(event.pay_cents);
            self.previous_compensation_cents.append_option(event.previous_pay_cents);
            self.deferral_bp.append_option(event.rate_bp);
            self.previous_deferral_bp.append_option(event.previous_rate_bp);
            self.age.append_value(person.age);
            self.tenure.append_value(person.tenure);
            self.level_id.append_value(event.level_id);
            self.age_band.append_value(person.age_band);
            self.tenure_band.append_value(person.tenure_band);
            self.probability_ppm.append_value(event.probability_ppm as i32);
            self.sequence.append_value(sequence.into());
        }
    }
}

/// Appends pieces to the text under construction.
struct Details<'a>(&'a mut StringBuilder);

impl Details<'_> {
    fn text(&mut self, text: &str) -> &mut Self {
        self.0.write_str(text).expect("writing to memory cannot fail");
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
    fn batch(&self, run: &RunSpec, year: i32) -> Result<RecordBatch, ArrowError> {
        let same = |text: &str| coded(&UInt8Array::from_value(0, self.len()), &[text]);
        let (categories, event_types) = (Category::ALL.map(Category::name), Category::ALL.map(Category::event_type));
        let columns = EVENT_COLUMNS.iter().map(|column| {
            let array: ArrayRef = match column.name {
                "event_id" => Arc::new(self.event_id.clone()),
                "scenario_id" => same(&run.scenario_id),
                "plan_design_id" => same(&run.plan_design_id),
                "employee_id" => Arc::new(self.employee_id.clone()),
                "employee_ssn" => Arc::new(self.employee_ssn.clone()),
                "event_type" => coded(&self.category, &event_types),
                "event_category" => coded(&self.category, &categories),
                "simulation_year" => Arc::new(Int32Array::from_value(year, self.len())),
                "effective_date" => Arc::new(self.effective_date.clone()),
                "event_details" => Arc::new(self.event_details.clone()),
                "compensation_amount" => decimal(self.compensation_cents.unary(i128::from), column.kind),
                "previous_compensation" => decimal(self.previous_compensation_cents.unary(i128::from), column.kind),
                "employee_deferral_rate" => decimal(self.deferral_bp.unary(i128::from), column.kind),
                "prev_employee_deferral_rate" => decimal(self.previous_deferral_bp.unary(i128::from), column.kind),
                "employee_age" => Arc::new(self.age.clone()),
                "employee_tenure" => Arc::new(self.tenure.clone()),
                "level_id" => Arc::new(self.level_id.clone()),
                "age_band" => coded(&self.age_band, &AGE_BANDS),
                "tenure_band" => coded(&self.tenure_band, &TENURE_BANDS),
                "event_probability" => decimal(self.probability_ppm.unary(i128::from), column.kind),
                "event_sequence" => Arc::new(self.sequence.clone()),
                other => unreachable!("no source for event column {other}"),
            };
            (column.name, array, true)
        });
        RecordBatch::try_from_iter_with_nullable(columns)
    }
}

/// Texts by their codes.
fn coded(codes: &UInt8Array, texts: &[&str]) -> ArrayRef {
    Arc::new(DictionaryArray::new(codes.clone(), Arc::new(StringArray::from(texts.to_vec()))))
}

/// Unscaled integers as decimals of a kind.
fn decimal(unscaled: Decimal128Array, kind: Kind) -> ArrayRef {
    Arc::new(unscaled.with_data_type(kind.data_type()))
}

/// The events of a year in neutral form.
pub(super) fn neutral(chunks: &[EventChunk], run: &RunSpec, year: i32) -> Result<Events, String> {
    let batches = chunks.iter().map(|chunk| chunk.batch(run, year)).collect::<Result<Vec<_>, _>>();
    Events::new(year, batches.map_err(|e| e.to_string())?)
}
