//! One year's events as a Parquet file that anybody may have written: read back exactly or not at all.
//!
//! Nothing is converted before it is compared. A file whose columns are not those of the event row, by name, order and
//! logical type, differs from the rules and is not read; how the values are stored is free (`docs/event-rules.md`, "Files").

use super::schema::{Column, EVENT_COLUMNS, Kind, position};
use super::year::Events;
use crate::error::{Difference, Error, Flaw, Result};
use crate::panics::without_panic;
use arrow::array::{Int32Array, RecordBatch};
use arrow::datatypes::{DataType, Field, FieldRef, Schema};
use arrow::error::ArrowError;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::basic::{ConvertedType, LogicalType, Repetition, Type as Physical};
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use parquet::schema::types::Type;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

/// The column that stands in the folder's name and not in the file.
pub(super) const YEAR: &str = "simulation_year";

/// The columns of a file, in order.
fn expected() -> impl Iterator<Item = &'static Column> {
    EVENT_COLUMNS.iter().filter(|column| column.name != YEAR)
}

/// What is not as the event row says in a file's columns; empty if it can be read.
///
/// # Errors
/// Names the file when it is missing, damaged or not Parquet.
pub fn schema_differences(path: &Path) -> Result<Vec<String>> {
    let file = File::open(path).map_err(|e| Error::file(path, e))?;
    let metadata = guarded(path, || metadata(path, &file))?;
    Ok(differences(metadata.file_metadata().schema()))
}

/// Reads one year's events.
///
/// # Errors
/// Names the file when it is missing, damaged or not Parquet; as [`Difference::Columns`] when it is whole and holds something
/// else than events of the schema.
pub fn read(path: &Path, year: i32) -> Result<Events> {
    let file = File::open(path).map_err(|e| Error::file(path, e))?;
    guarded(path, || {
        let metadata = metadata(path, &file)?;
        let differences = differences(metadata.file_metadata().schema());
        if !differences.is_empty() {
            return Err(Difference::Columns { file: path.to_path_buf(), differences }.into());
        }
        events(path, file, metadata, year)
    })
}

/// Damage that makes the library panic is damage all the same.
fn guarded<T>(path: &Path, work: impl FnOnce() -> Result<T>) -> Result<T> {
    without_panic(work).unwrap_or_else(|panic| Err(Error::file(path, Flaw::Panicked { said: panic })))
}

fn metadata(path: &Path, file: &File) -> Result<ParquetMetaData> {
    ParquetMetaDataReader::new().parse_and_finish(file).map_err(|e| Error::file(path, e))
}

/// Compares the columns of a file with those of the event row.
fn differences(schema: &Type) -> Vec<String> {
    let fields = schema.get_fields();
    let mut found = Vec::new();
    for column in expected() {
        let mut named = fields.iter().filter(|field| field.name() == column.name);
        match (named.next(), named.count()) {
            (None, _) => found.push(format!("column {} is missing", column.name)),
            (Some(field), 0) => {
                let kind = kind_of(field);
                if kind != Ok(column.kind) {
                    let is = kind.map_or_else(|words| words, described);
                    found.push(format!("column {} is {is} instead of {}", column.name, described(column.kind)));
                }
            }
            (Some(_), more) => found.push(format!("column {} stands {} times", column.name, more + 1)),
        }
    }
    for field in fields.iter().filter(|field| !expected().any(|column| column.name == field.name())) {
        let why = if field.name() == YEAR {
            "is in the folder's name alone, not in the file"
        } else {
            "is not of the event row"
        };
        found.push(format!("column {} {why}", field.name()));
    }
    let misplaced = expected().zip(fields).position(|(column, field)| column.name != field.name());
    if let Some(index) = misplaced.filter(|_| found.is_empty()) {
        let wanted = expected().nth(index).map_or("none", |column| column.name);
        found.push(format!("column {} is {} instead of {wanted}: the order differs", index + 1, fields[index].name()));
    }
    found
}

/// A kind in words.
fn described(kind: Kind) -> String {
    match kind {
        Kind::Text => "text".into(),
        Kind::Int => "a 32-bit integer".into(),
        Kind::Date => "a date".into(),
        Kind::Decimal { precision, scale } => format!("DECIMAL({precision},{scale})"),
    }
}

/// The kind that a column's logical type is, or else its type in words.
fn kind_of(field: &Type) -> Result<Kind, String> {
    let info = field.get_basic_info();
    if field.is_group() || (info.has_repetition() && info.repetition() == Repetition::REPEATED) {
        return Err("a list or structure".into());
    }
    let (logical, converted, physical) = (info.logical_type_ref(), info.converted_type(), field.get_physical_type());
    if let Type::PrimitiveType { scale, precision, .. } = field
        && (matches!(logical, Some(LogicalType::Decimal { .. }))
            || (logical.is_none() && converted == ConvertedType::DECIMAL))
    {
        let digits = (u8::try_from(*precision), u8::try_from(*scale));
        let (Ok(precision), Ok(scale)) = digits else { return Err(format!("DECIMAL({precision},{scale})")) };
        return Ok(Kind::Decimal { precision, scale });
    }
    let integer = |bits: i8, signed: bool| format!("{} {bits}-bit integer", if signed { "a" } else { "an unsigned" });
    match (physical, logical, converted) {
        (Physical::BYTE_ARRAY, Some(LogicalType::String), _) | (Physical::BYTE_ARRAY, None, ConvertedType::UTF8) => {
            Ok(Kind::Text)
        }
        (Physical::INT32, Some(LogicalType::Integer { bit_width: 32, is_signed: true }), _)
        | (Physical::INT32, None, ConvertedType::NONE | ConvertedType::INT_32) => Ok(Kind::Int),
        (Physical::INT32, Some(LogicalType::Date), _) | (Physical::INT32, None, ConvertedType::DATE) => Ok(Kind::Date),
        (_, Some(LogicalType::Integer { bit_width, is_signed }), _) => Err(integer(*bit_width, *is_signed)),
        (_, None, ConvertedType::INT_8) => Err(integer(8, true)),
        (_, None, ConvertedType::INT_16) => Err(integer(16, true)),
        (_, None, ConvertedType::UINT_8) => Err(integer(8, false)),
        (_, None, ConvertedType::UINT_16) => Err(integer(16, false)),
        (_, None, ConvertedType::UINT_32) => Err(integer(32, false)),
        (_, None, ConvertedType::UINT_64) => Err(integer(64, false)),
        (_, None, ConvertedType::INT_64) | (Physical::INT64, None, ConvertedType::NONE) => Err(integer(64, true)),
        (_, Some(LogicalType::Timestamp { .. }), _)
        | (_, None, ConvertedType::TIMESTAMP_MILLIS | ConvertedType::TIMESTAMP_MICROS)
        | (Physical::INT96, None, _) => Err("a timestamp".into()),
        (_, Some(LogicalType::Time { .. }), _) | (_, None, ConvertedType::TIME_MILLIS | ConvertedType::TIME_MICROS) => {
            Err("a time of day".into())
        }
        (_, Some(LogicalType::Float16), _) => Err("a 16-bit floating-point number".into()),
        (_, Some(LogicalType::Uuid), _) => Err("a UUID".into()),
        (_, Some(LogicalType::Unknown), _) => Err("without any value or type".into()),
        (_, None, ConvertedType::ENUM) | (_, Some(LogicalType::Enum), _) => Err("an enumeration".into()),
        (_, None, ConvertedType::JSON) | (_, Some(LogicalType::Json), _) => Err("JSON".into()),
        (Physical::BOOLEAN, ..) => Err("true or false".into()),
        (Physical::FLOAT, ..) => Err("a 32-bit floating-point number".into()),
        (Physical::DOUBLE, ..) => Err("a 64-bit floating-point number".into()),
        (Physical::BYTE_ARRAY | Physical::FIXED_LEN_BYTE_ARRAY, None, ConvertedType::NONE) => Err("bytes".into()),
        (physical, None, converted) => Err(format!("of Parquet's type {physical} ({converted})")),
        (physical, Some(_), _) => Err(format!("of another of Parquet's types ({physical})")),
    }
}

/// Reads the columns of a file whose schema has been checked.
fn events(path: &Path, file: File, metadata: ParquetMetaData, year: i32) -> Result<Events> {
    let rows = metadata.file_metadata().num_rows();
    // A writer's own schema beside Parquet's may ask for dictionaries or longer text; the values are the same.
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let failed = |e| Error::file(path, e);
    let metadata = ArrowReaderMetadata::try_new(Arc::new(metadata), options).map_err(failed)?;
    let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata);
    let damaged = |e: ArrowError| Error::file(path, Flaw::Parquet { error: Box::new(e) });
    let mut batches = Vec::new();
    for batch in reader.with_batch_size(8_192).build().map_err(failed)? {
        batches.push(batch.and_then(|batch| with_year(&batch, year)).map_err(damaged)?);
    }
    let events = Events::new(year, batches).map_err(|what| Error::file(path, Flaw::Damaged { what }))?;
    if events.len() as i64 != rows {
        let what = format!("it says that it has {rows} row(s) and has {}", events.len());
        return Err(Error::file(path, Flaw::Damaged { what }));
    }
    Ok(events)
}

/// A file's batch with the column that stands in the folder's name.
fn with_year(batch: &RecordBatch, year: i32) -> Result<RecordBatch, ArrowError> {
    let mut fields: Vec<FieldRef> = batch.schema_ref().fields().iter().cloned().collect();
    let mut arrays = batch.columns().to_vec();
    fields.insert(position(YEAR), Arc::new(Field::new(YEAR, DataType::Int32, false)));
    arrays.insert(position(YEAR), Arc::new(Int32Array::from_value(year, batch.num_rows())));
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
}
