//! The neutral form: a year's events as Arrow batches whose columns are those of the schema.

use super::schema::{Column, EVENT_COLUMNS, Kind, position};
use super::texts::Texts;
use arrow::array::{Array, ArrayRef, AsArray, Int32Array, RecordBatch};
use arrow::compute::{cast, concat};
use arrow::datatypes::{Date32Type, Decimal128Type, Int32Type};
use std::collections::BTreeMap;

/// Events of one simulated year in the engine's own row order. A column per entry of [`EVENT_COLUMNS`], each of its kind
/// ([`Kind::is_held_by`]); into how many batches they are cut has no meaning.
#[derive(Debug, Clone)]
pub struct Events {
    /// The simulated year.
    pub year: i32,
    batches: Vec<RecordBatch>,
}

impl Events {
    /// Events of a year, once it is sure that they are such.
    ///
    /// # Errors
    /// Says which column is missing, misplaced, or of another type. Nothing is converted.
    pub fn new(year: i32, batches: Vec<RecordBatch>) -> Result<Self, String> {
        for batch in &batches {
            let schema = batch.schema_ref();
            if schema.fields().len() != EVENT_COLUMNS.len() {
                return Err(format!("{} columns instead of {}", schema.fields().len(), EVENT_COLUMNS.len()));
            }
            for (column, field) in EVENT_COLUMNS.iter().zip(schema.fields()) {
                if column.name != field.name() {
                    return Err(format!("column {} stands where {} belongs", field.name(), column.name));
                }
                if !column.kind.is_held_by(field.data_type()) {
                    return Err(format!("column {} came back as {}", column.name, field.data_type()));
                }
            }
        }
        Ok(Self { year, batches })
    }

    /// Number of events.
    pub fn len(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// Whether there is no event.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The batches.
    pub fn batches(&self) -> &[RecordBatch] {
        &self.batches
    }

    /// The arrays of a column, one after the other.
    pub(crate) fn arrays(&self, position: usize) -> impl Iterator<Item = &ArrayRef> {
        self.batches.iter().map(move |batch| batch.column(position))
    }

    /// Adds how often each value of a text column occurs; a missing one counts as `null`.
    ///
    /// # Panics
    /// If there is no such column of text.
    pub fn count_values(&self, column: &str, counts: &mut BTreeMap<String, u64>) {
        for array in self.arrays(position(column)) {
            let texts = Texts::new(array);
            for row in 0..array.len() {
                let value = texts.get(row).unwrap_or("null");
                match counts.get_mut(value) {
                    Some(count) => *count += 1,
                    None => drop(counts.insert(value.to_owned(), 1)),
                }
            }
        }
    }

    /// Says what is not in canonical order (`employee_id`, then `event_sequence`, all of this year), if anything is.
    ///
    /// # Errors
    /// The first such row, in words.
    pub fn check_order(&self) -> Result<(), String> {
        let [ids, sequences, years] = ["employee_id", "event_sequence", "simulation_year"].map(position);
        let (mut number, mut last) = (0, None);
        for batch in &self.batches {
            let ids = Texts::new(batch.column(ids));
            let [sequences, years]: [&Int32Array; 2] =
                [sequences, years].map(|column| batch.column(column).as_primitive::<Int32Type>());
            for row in 0..batch.num_rows() {
                number += 1;
                match years.is_valid(row).then(|| years.value(row)) {
                    Some(found) if found == self.year => {}
                    Some(found) => return Err(format!("row {number} of year {} belongs to year {found}", self.year)),
                    None => return Err(format!("row {number} of year {} has no simulation_year", self.year)),
                }
                let this = (ids.get(row), sequences.is_valid(row).then(|| sequences.value(row)));
                if let Some(last) = last.filter(|last| *last >= this) {
                    let problem = if last == this { "stands twice" } else { "comes too late" };
                    return Err(format!(
                        "year {} is not in canonical order (employee_id, then event_sequence): in row {number}, {} \
                         {problem}, after {}",
                        self.year,
                        event(this),
                        event(last)
                    ));
                }
                last = Some(this);
            }
        }
        Ok(())
    }

    /// The events as rows that can be looked at one by one.
    pub fn rows(&self) -> Rows {
        let columns = EVENT_COLUMNS.iter().enumerate().map(|(index, column)| {
            let kind = column.kind.data_type();
            let plain: Vec<ArrayRef> =
                self.arrays(index).map(|array| cast(array, &kind).expect("one layout of text to another")).collect();
            let plain: Vec<&dyn Array> = plain.iter().map(AsRef::as_ref).collect();
            if plain.is_empty() {
                arrow::array::new_empty_array(&kind)
            } else {
                concat(&plain).expect("arrays of one type")
            }
        });
        Rows { columns: columns.collect() }
    }
}

impl PartialEq for Events {
    /// Whether two years have the same values in the same order, bit for bit, however they are laid out.
    fn eq(&self, other: &Self) -> bool {
        (self.year, self.len()) == (other.year, other.len())
            && (0..EVENT_COLUMNS.len()).all(|index| {
                let mut pieces = pieces(self.arrays(index), other.arrays(index));
                pieces.all(|(a, b)| match EVENT_COLUMNS[index].kind {
                    Kind::Text => {
                        let (texts, others) = (Texts::new(&a), Texts::new(&b));
                        (0..a.len()).all(|row| texts.get(row) == others.get(row))
                    }
                    // Of each of these kinds there is one layout, and what lies beneath a missing value does not count.
                    Kind::Int | Kind::Date | Kind::Decimal { .. } => a == b,
                })
            })
    }
}

/// An event in words, by its person and sequence.
fn event((person, sequence): (Option<&str>, Option<i32>)) -> String {
    let sequence = sequence.map_or_else(|| "without event_sequence".to_owned(), |number| number.to_string());
    format!("event {sequence} of {}", person.unwrap_or("somebody without employee_id"))
}

/// The arrays of two columns of one length, cut at the same rows.
fn pieces<'a>(
    left: impl Iterator<Item = &'a ArrayRef>,
    mut right: impl Iterator<Item = &'a ArrayRef>,
) -> impl Iterator<Item = (ArrayRef, ArrayRef)> {
    let mut left = left.filter(|array| !array.is_empty());
    let (mut a, mut b): (Option<ArrayRef>, Option<ArrayRef>) = (None, None);
    std::iter::from_fn(move || {
        let (x, y) =
            (a.take().or_else(|| left.next().cloned())?, b.take().or_else(|| right.find(|y| !y.is_empty()).cloned())?);
        let rows = x.len().min(y.len());
        let rest = |array: &ArrayRef| (array.len() > rows).then(|| array.slice(rows, array.len() - rows));
        (a, b) = (rest(&x), rest(&y));
        Some((x.slice(0, rows), y.slice(0, rows)))
    })
}

/// Events, each column in one array of its kind's plain type.
#[derive(Debug)]
pub struct Rows {
    columns: Vec<ArrayRef>,
}

impl Rows {
    /// Number of events.
    pub fn len(&self) -> usize {
        self.columns[0].len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The text of a text column at `row`.
    ///
    /// # Panics
    /// If the column is not one of text.
    pub fn text(&self, position: usize, row: usize) -> Option<&str> {
        let texts = self.columns[position].as_string::<i64>();
        texts.is_valid(row).then(|| texts.value(row))
    }

    /// The integer of any other column at `row`: the number, the day, the unscaled decimal.
    ///
    /// # Panics
    /// If the column is one of text.
    pub fn int(&self, position: usize, row: usize) -> Option<i128> {
        let array = &self.columns[position];
        array.is_valid(row).then(|| match EVENT_COLUMNS[position].kind {
            Kind::Date => array.as_primitive::<Date32Type>().value(row).into(),
            Kind::Decimal { .. } => array.as_primitive::<Decimal128Type>().value(row),
            Kind::Int | Kind::Text => array.as_primitive::<Int32Type>().value(row).into(),
        })
    }

    /// Whether a column's values at two rows are the same, bit for bit.
    pub fn same(&self, position: usize, row: usize, other: &Self, other_row: usize) -> bool {
        self.columns[position].slice(row, 1) == other.columns[position].slice(other_row, 1)
    }

    /// The value at `row` as text for people; `None` when missing.
    pub fn show(&self, position: usize, row: usize) -> Option<String> {
        let array = &self.columns[position];
        let Column { kind, .. } = EVENT_COLUMNS[position];
        array.is_valid(row).then(|| match kind {
            Kind::Text => array.as_string::<i64>().value(row).to_owned(),
            Kind::Int => array.as_primitive::<Int32Type>().value(row).to_string(),
            Kind::Date => {
                let day = array.as_primitive::<Date32Type>();
                day.value_as_date(row)
                    .map_or_else(|| format!("day {} from 1970-01-01", day.value(row)), |d| d.to_string())
            }
            Kind::Decimal { .. } => array.as_primitive::<Decimal128Type>().value_as_string(row),
        })
    }
}
