//! The neutral form of an event log: columns by the schema, independent of any engine, for comparison and fingerprints.

use crate::events::schema::{EVENT_COLUMNS, Kind};
use crate::events::text_column::TextColumn;
use std::collections::BTreeMap;

/// Values of one column.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// [`Kind::Text`].
    Text(TextColumn),
    /// Every other kind as its integer: the number, the day, the unscaled decimal.
    Int(Vec<Option<i64>>),
}

impl Values {
    /// An empty column of a kind.
    pub fn empty(kind: Kind) -> Self {
        match kind {
            Kind::Text => Values::Text(TextColumn::default()),
            Kind::Int | Kind::Date | Kind::Decimal { .. } => Values::Int(Vec::new()),
        }
    }

    /// A text column.
    pub fn text<'a>(values: impl Iterator<Item = Option<&'a str>>) -> Self {
        Values::Text(values.collect())
    }

    /// A column of any other kind.
    pub fn int<T: Into<i64>>(values: impl Iterator<Item = Option<T>>) -> Self {
        Values::Int(values.map(|value| value.map(Into::into)).collect())
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        match self {
            Values::Text(values) => values.len(),
            Values::Int(values) => values.len(),
        }
    }

    /// Whether there is no value at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value at `row` as text for people; `None` when missing.
    pub fn show(&self, row: usize, kind: Kind) -> Option<String> {
        match self {
            Values::Text(values) => values.get(row).map(str::to_owned),
            Values::Int(values) => values[row].map(|value| match kind {
                Kind::Date => i32::try_from(value)
                    .map_or_else(|_| format!("day {value} from 1970-01-01"), crate::rules::calendar::iso),
                Kind::Decimal { scale, .. } => {
                    let unit = 10u64.pow(u32::from(scale));
                    let sign = if value < 0 { "-" } else { "" };
                    let size = value.unsigned_abs();
                    format!("{sign}{}.{:0width$}", size / unit, size % unit, width = usize::from(scale))
                }
                Kind::Int | Kind::Text => value.to_string(),
            }),
        }
    }

    /// Whether the values at two rows of two columns are the same, bit for bit.
    pub fn same(&self, row: usize, other: &Self, other_row: usize) -> bool {
        match (self, other) {
            (Values::Text(a), Values::Text(b)) => a.get(row) == b.get(other_row),
            (Values::Int(a), Values::Int(b)) => a[row] == b[other_row],
            _ => false,
        }
    }
}

/// Events of one simulated year, a column per entry of [`EVENT_COLUMNS`], in the engine's own row order.
#[derive(Debug, Clone, PartialEq)]
pub struct EventTable {
    columns: Vec<Values>,
}

impl Default for EventTable {
    fn default() -> Self {
        Self { columns: EVENT_COLUMNS.iter().map(|column| Values::empty(column.kind)).collect() }
    }
}

impl EventTable {
    /// A table from columns in schema order.
    ///
    /// # Errors
    /// Says which column has the wrong kind or length.
    pub fn new(columns: Vec<Values>) -> Result<Self, String> {
        if columns.len() != EVENT_COLUMNS.len() {
            return Err(format!("{} columns instead of {}", columns.len(), EVENT_COLUMNS.len()));
        }
        for (column, values) in EVENT_COLUMNS.iter().zip(&columns) {
            let right_kind = matches!(values, Values::Text(_)) == (column.kind == Kind::Text);
            if !right_kind || values.len() != columns[0].len() {
                return Err(format!("column {} has {} value(s) of another kind or length", column.name, values.len()));
            }
        }
        Ok(Self { columns })
    }

    /// Number of events.
    pub fn len(&self) -> usize {
        self.columns[0].len()
    }

    /// Whether there is no event.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All columns in schema order.
    pub fn columns(&self) -> &[Values] {
        &self.columns
    }

    /// Adds how often each value of a text column occurs; a missing one counts as `null`.
    ///
    /// # Panics
    /// If the column is not one of text.
    pub fn count_values(&self, position: usize, counts: &mut BTreeMap<String, u64>) {
        for row in 0..self.len() {
            let value = self.text(position, row).unwrap_or("null");
            match counts.get_mut(value) {
                Some(count) => *count += 1,
                None => drop(counts.insert(value.to_owned(), 1)),
            }
        }
    }

    /// The text of a text column at `row`.
    ///
    /// # Panics
    /// If the column is not one of text.
    pub fn text(&self, position: usize, row: usize) -> Option<&str> {
        match &self.columns[position] {
            Values::Text(values) => values.get(row),
            Values::Int(_) => panic!("column {} is not text", EVENT_COLUMNS[position].name),
        }
    }

    /// The integer of any other column at `row`.
    ///
    /// # Panics
    /// If the column is one of text.
    pub fn int(&self, position: usize, row: usize) -> Option<i64> {
        match &self.columns[position] {
            Values::Int(values) => values[row],
            Values::Text(_) => panic!("column {} is text", EVENT_COLUMNS[position].name),
        }
    }
}
