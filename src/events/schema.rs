//! The event row: one schema for every engine, for Parquet and for comparison.

use arrow::datatypes::DataType;

/// How a column's values are stored and compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8 text.
    Text,
    /// 32-bit integer.
    Int,
    /// Days since 1970-01-01.
    Date,
    /// Exact decimal, held as its unscaled integer (cents, basis points, ppm).
    Decimal {
        /// Total digits.
        precision: u8,
        /// Digits after the point.
        scale: u8,
    },
}

impl Kind {
    /// The Arrow type of this kind; of text, the one that has room for any length.
    pub fn data_type(self) -> DataType {
        match self {
            Kind::Text => DataType::LargeUtf8,
            Kind::Int => DataType::Int32,
            Kind::Date => DataType::Date32,
            Kind::Decimal { precision, scale } => DataType::Decimal128(precision, scale.cast_signed()),
        }
    }

    /// Whether an array of this type holds values of this kind. Text may be laid out in any way, dictionaries too; of
    /// everything else there is one way.
    pub fn is_held_by(self, found: &DataType) -> bool {
        let text = |found: &DataType| matches!(found, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
        match (self, found) {
            (Kind::Text, DataType::Dictionary(_, values)) => text(values),
            (Kind::Text, found) => text(found),
            (kind, found) => *found == kind.data_type(),
        }
    }
}

/// One column of the event row.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Column name.
    pub name: &'static str,
    /// Value type.
    pub kind: Kind,
}

const fn column(name: &'static str, kind: Kind) -> Column {
    Column { name, kind }
}

const MONEY: Kind = Kind::Decimal { precision: 18, scale: 2 };
const RATE: Kind = Kind::Decimal { precision: 5, scale: 4 };
const PROBABILITY: Kind = Kind::Decimal { precision: 7, scale: 6 };

/// The columns of an event, in order.
pub const EVENT_COLUMNS: [Column; 21] = [
    column("event_id", Kind::Text),
    column("scenario_id", Kind::Text),
    column("plan_design_id", Kind::Text),
    column("employee_id", Kind::Text),
    column("employee_ssn", Kind::Text),
    column("event_type", Kind::Text),
    column("event_category", Kind::Text),
    column("simulation_year", Kind::Int),
    column("effective_date", Kind::Date),
    column("event_details", Kind::Text),
    column("compensation_amount", MONEY),
    column("previous_compensation", MONEY),
    column("employee_deferral_rate", RATE),
    column("prev_employee_deferral_rate", RATE),
    column("employee_age", Kind::Int),
    column("employee_tenure", Kind::Int),
    column("level_id", Kind::Int),
    column("age_band", Kind::Text),
    column("tenure_band", Kind::Text),
    column("event_probability", PROBABILITY),
    column("event_sequence", Kind::Int),
];

/// Position of a column in [`EVENT_COLUMNS`].
///
/// # Panics
/// If there is no such column: the names are fixed at compile time.
pub fn position(name: &str) -> usize {
    EVENT_COLUMNS.iter().position(|column| column.name == name).unwrap_or_else(|| panic!("no event column {name}"))
}
