//! What the columns of a Parquet file hold: Parquet's own types decide; the Arrow schema that many programs embed is only
//! asked for what Parquet cannot say, above all for time zones.

use super::day::Zone;
use super::names::{ACTIVE, BIRTH, HIRE, ID, OPT_OUT, SSN, TERMINATION};
use duckdb::arrow::datatypes::{DataType, TimeUnit};
use parquet::arrow::parquet_to_arrow_schema;
use parquet::basic::{ConvertedType, LogicalType, Repetition, TimeUnit as Unit, Type as Physical};
use parquet::file::metadata::{FileMetaData, KeyValue};
use parquet::schema::types::{SchemaDescriptor, Type};
use std::panic::catch_unwind;
use std::sync::Arc;

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Text,
    Uuid,
    Whole {
        signed: bool,
    },
    Floating,
    /// Units of 10^-scale.
    Decimal(i32),
    Date,
    /// So many per second.
    Instant {
        per_second: i64,
        zone: Zone,
    },
    Flag,
    /// Nothing but missing values.
    Nothing,
    Other,
}

/// Kinds of columns that can be read as one of the columns of a census, and what that is. Numbers are dates where somebody
/// said how they write them.
pub(super) fn suits(kind: Kind, column: usize, dates_in_numbers: bool) -> Result<(), &'static str> {
    let number = matches!(kind, Kind::Whole { .. } | Kind::Floating | Kind::Decimal(_));
    let (suits, what) = match column {
        ID | SSN => (number || matches!(kind, Kind::Text | Kind::Uuid), "text or whole number"),
        BIRTH | HIRE | TERMINATION => {
            (matches!(kind, Kind::Text | Kind::Date | Kind::Instant { .. }) || (number && dates_in_numbers), "date")
        }
        ACTIVE | OPT_OUT => (number || matches!(kind, Kind::Text | Kind::Flag), "flag"),
        _ => (number || kind == Kind::Text, "number"),
    };
    if suits || kind == Kind::Nothing { Ok(()) } else { Err(what) }
}

/// What a flat column holds. `embedded` says what the embedded Arrow schema says of it.
///
/// # Errors
/// Names a time zone that nobody knows.
pub(super) fn kind(column: &Type, embedded: &Embedded) -> Result<Kind, String> {
    let physical = column.get_physical_type();
    let decimal = || Kind::Decimal(column.get_scale());
    let instant = |per_second: i64, adjusted: bool| -> Result<Kind, String> {
        let zone = match &embedded.zone {
            Some(name) if adjusted => Zone::named(name).ok_or_else(|| name.clone())?,
            _ if adjusted => Zone::Unnamed,
            _ => Zone::Wall,
        };
        Ok(Kind::Instant { per_second, zone })
    };
    Ok(match (physical, logical_type(column)) {
        (_, Some(LogicalType::Unknown)) => Kind::Nothing,
        (Physical::BOOLEAN, None) => Kind::Flag,
        (Physical::FLOAT | Physical::DOUBLE, None) => Kind::Floating,
        (Physical::INT96, None) => instant(1, embedded.zone.is_some())?,
        (Physical::INT32 | Physical::INT64, Some(LogicalType::Integer { is_signed, .. })) => {
            Kind::Whole { signed: is_signed }
        }
        (Physical::INT32, Some(LogicalType::Date)) => Kind::Date,
        (Physical::INT64, Some(LogicalType::Timestamp { is_adjusted_to_u_t_c, unit })) => {
            let per_second = match unit {
                Unit::MILLIS => 1_000,
                Unit::MICROS => 1_000_000,
                Unit::NANOS => 1_000_000_000,
            };
            instant(per_second, is_adjusted_to_u_t_c)?
        }
        // Parquet has no seconds and no days in milliseconds; Arrow has.
        (Physical::INT64, None) => match embedded.plain {
            Plain::Number => Kind::Whole { signed: true },
            Plain::Seconds => instant(1, embedded.zone.is_some())?,
            Plain::Milliseconds => instant(1_000, false)?,
            Plain::Other => Kind::Other,
        },
        (Physical::INT32, None) => match embedded.plain {
            Plain::Number => Kind::Whole { signed: true },
            _ => Kind::Other,
        },
        (
            Physical::INT32 | Physical::INT64 | Physical::BYTE_ARRAY | Physical::FIXED_LEN_BYTE_ARRAY,
            Some(LogicalType::Decimal { .. }),
        ) => decimal(),
        (Physical::BYTE_ARRAY, None | Some(LogicalType::String | LogicalType::Enum | LogicalType::Json)) => Kind::Text,
        (Physical::FIXED_LEN_BYTE_ARRAY, Some(LogicalType::Uuid)) => Kind::Uuid,
        _ => Kind::Other,
    })
}

/// The type of a column for a message, as Parquet calls it.
pub(super) fn name(column: &Type) -> String {
    if column.is_group() || column.get_basic_info().repetition() == Repetition::REPEATED {
        return match column.get_basic_info().logical_type_ref() {
            Some(logical) => format!("{} (nested)", short(logical)),
            None => "nested".into(),
        };
    }
    let physical = column.get_physical_type();
    match (logical_type(column), column.get_basic_info().converted_type()) {
        (Some(logical), _) => format!("{physical} ({})", short(&logical)),
        (None, ConvertedType::NONE) => physical.to_string(),
        (None, converted) => format!("{physical} ({converted})"),
    }
}

/// The name of a logical type, without its parameters.
fn short(logical: &LogicalType) -> String {
    let text = format!("{logical:?}");
    text.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default().to_owned()
}

/// The logical type; of a file of before there were any, from the converted type.
fn logical_type(column: &Type) -> Option<LogicalType> {
    let info = column.get_basic_info();
    if let Some(logical) = info.logical_type_ref() {
        return Some(logical.clone());
    }
    let integer = |bit_width, is_signed| Some(LogicalType::Integer { bit_width, is_signed });
    // By definition the old timestamps are instants.
    let timestamp = |unit| Some(LogicalType::Timestamp { is_adjusted_to_u_t_c: true, unit });
    match info.converted_type() {
        ConvertedType::NONE => None,
        ConvertedType::UTF8 => Some(LogicalType::String),
        ConvertedType::ENUM => Some(LogicalType::Enum),
        ConvertedType::JSON => Some(LogicalType::Json),
        ConvertedType::DATE => Some(LogicalType::Date),
        ConvertedType::DECIMAL => {
            Some(LogicalType::Decimal { scale: column.get_scale(), precision: column.get_precision() })
        }
        ConvertedType::TIMESTAMP_MILLIS => timestamp(Unit::MILLIS),
        ConvertedType::TIMESTAMP_MICROS => timestamp(Unit::MICROS),
        ConvertedType::UINT_8 => integer(8, false),
        ConvertedType::UINT_16 => integer(16, false),
        ConvertedType::UINT_32 => integer(32, false),
        ConvertedType::UINT_64 => integer(64, false),
        ConvertedType::INT_8 => integer(8, true),
        ConvertedType::INT_16 => integer(16, true),
        ConvertedType::INT_32 => integer(32, true),
        ConvertedType::INT_64 => integer(64, true),
        // Times of day, intervals, BSON, nested: nothing that a census has.
        _ => Some(LogicalType::_Unknown { field_id: -1 }),
    }
}

/// What the programs that wrote a file say of a column beyond its type.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Embedded {
    /// Time zone.
    pub zone: Option<String>,
    /// What an integer without any further type is.
    pub plain: Plain,
}

/// What an integer without any further type is.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) enum Plain {
    #[default]
    Number,
    /// Seconds since 1970-01-01.
    Seconds,
    /// Milliseconds since 1970-01-01, of a date.
    Milliseconds,
    /// A duration or a time of day.
    Other,
}

/// What is embedded for each top-level column. An embedded schema that is broken or of other columns says nothing.
pub(super) fn embedded(metadata: &FileMetaData) -> Vec<Embedded> {
    let columns = metadata.schema_descr().root_schema().get_fields();
    let entries = metadata.key_value_metadata();
    let arrow = entries.and_then(|entries| arrow_types(columns, entries)).unwrap_or_default();
    let value = |key: &str| entries?.iter().find(|entry| entry.key == key)?.value.as_deref();
    let pandas = value("pandas").and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
    columns
        .iter()
        .enumerate()
        .map(|(index, column)| {
            let mut embedded = arrow.get(index).map(of_arrow).unwrap_or_default();
            if embedded.zone.is_none() {
                embedded.zone = pandas.as_ref().and_then(|pandas| pandas_zone(pandas, column.name()));
            }
            embedded
        })
        .collect()
}

/// The types of the embedded Arrow schema.
///
/// Reading a file with that schema would apply it only where it fits, and a zone whose unit was changed in writing would be
/// lost. Of plain integers anything may be said: so they are what the schema is applied to.
fn arrow_types(columns: &[Arc<Type>], entries: &Vec<KeyValue>) -> Option<Vec<DataType>> {
    let plain = |column: &Arc<Type>| Type::primitive_type_builder(column.name(), Physical::INT64).build().map(Arc::new);
    let fields = columns.iter().map(plain).collect::<Result<Vec<_>, _>>().ok()?;
    let root = Type::group_type_builder("schema").with_fields(fields).build().ok()?;
    // Reading is under guard already; this guard keeps what is wrong with the schema from what is wrong with the file.
    let schema = catch_unwind(|| parquet_to_arrow_schema(&SchemaDescriptor::new(Arc::new(root)), Some(entries)));
    Some(schema.ok()?.ok()?.fields().iter().map(|field| field.data_type().clone()).collect())
}

fn of_arrow(arrow: &DataType) -> Embedded {
    match arrow {
        DataType::Timestamp(unit, zone) => Embedded {
            zone: zone.as_deref().filter(|zone| !zone.is_empty()).map(str::to_owned),
            plain: if *unit == TimeUnit::Second { Plain::Seconds } else { Plain::Number },
        },
        DataType::Date64 => Embedded { zone: None, plain: Plain::Milliseconds },
        DataType::Duration(_) | DataType::Time32(_) | DataType::Time64(_) => {
            Embedded { zone: None, plain: Plain::Other }
        }
        DataType::Dictionary(_, value) => of_arrow(value),
        _ => Embedded::default(),
    }
}

/// The time zone that pandas notes of a column.
fn pandas_zone(pandas: &serde_json::Value, column: &str) -> Option<String> {
    let of_column = |entry: &&serde_json::Value| {
        [&entry["field_name"], &entry["name"]].into_iter().any(|name| name.as_str() == Some(column))
    };
    let entry = pandas["columns"].as_array()?.iter().find(of_column)?;
    entry["metadata"]["timezone"].as_str().filter(|zone| !zone.is_empty()).map(str::to_owned)
}
