//! Between data frames and the neutral form, and frames to Parquet.

use crate::engine::interface::ZSTD_LEVEL;
use crate::error::{Error, Result};
use crate::events::event_table::{EventTable, Values};
use crate::events::schema::{Column as EventColumn, EVENT_COLUMNS, Kind};
use crate::files::paths::TextPath;
use polars::prelude::*;
use polars_parquet::write::schema_to_metadata_key;
use polars_utils::compression::ZstdLevel;
use std::path::Path;
use std::sync::Arc;

/// A frame with the columns of the schema as the neutral form. A column of another type is an error, not converted: what
/// is compared is what the engine holds.
pub(super) fn table(frame: &DataFrame) -> PolarsResult<EventTable> {
    let columns = EVENT_COLUMNS.iter().map(|column| {
        let series = frame.column(column.name)?.as_materialized_series();
        let other = || PolarsError::SchemaMismatch(format!("column {} is {}", column.name, series.dtype()).into());
        Ok(match (column.kind, series.dtype()) {
            (Kind::Text, DataType::String) => Values::text(series.str()?.iter()),
            (Kind::Text, DataType::Enum(..)) => Values::text(series.strict_cast(&DataType::String)?.str()?.iter()),
            (Kind::Int, DataType::Int32) => Values::int(series.i32()?.iter()),
            (Kind::Date, DataType::Date) => Values::int(series.date()?.physical().iter()),
            (Kind::Decimal { precision, scale }, found)
                if *found == DataType::Decimal(precision.into(), scale.into()) =>
            {
                Values::int(series.to_physical_repr().strict_cast(&DataType::Int64)?.i64()?.iter())
            }
            _ => return Err(other()),
        })
    });
    let columns = columns.collect::<PolarsResult<Vec<_>>>()?;
    EventTable::new(columns).map_err(|message| PolarsError::ComputeError(message.into()))
}

/// The neutral form as a frame.
fn frame(table: &EventTable) -> PolarsResult<DataFrame> {
    let columns = EVENT_COLUMNS
        .iter()
        .zip(table.columns())
        .map(|(column, values)| series(column, values).map(Series::into_column));
    DataFrame::new(table.len(), columns.collect::<PolarsResult<Vec<_>>>()?)
}

fn series(column: &EventColumn, values: &Values) -> PolarsResult<Series> {
    let name: PlSmallStr = column.name.into();
    let numbers = match values {
        Values::Text(texts) => return Ok(texts.iter().collect::<StringChunked>().with_name(name).into_series()),
        Values::Int(numbers) => numbers.iter().copied().collect::<Int64Chunked>().with_name(name).into_series(),
    };
    match column.kind {
        Kind::Date => numbers.strict_cast(&DataType::Int32)?.cast(&DataType::Date),
        Kind::Decimal { precision, scale } => {
            let wide = numbers.strict_cast(&DataType::Int128)?;
            wide.i128()?.clone().into_decimal(precision.into(), scale.into()).map(IntoSeries::into_series)
        }
        Kind::Int | Kind::Text => numbers.strict_cast(&DataType::Int32),
    }
}

/// Writes one year's events in neutral form as a Parquet file.
///
/// # Errors
/// Names the file.
pub fn write_table(table: &EventTable, file: &Path) -> Result<()> {
    let frame = frame(table).map_err(|e| Error::file(file, e))?;
    write_frame(&frame, file)
}

/// Writes one year's events as a zstd Parquet file, without the year, which is in the folder's name.
///
/// The streaming engine's sink compresses a file's columns side by side; `ParquetWriter` does it on one thread.
pub(super) fn write_frame(frame: &DataFrame, path: &Path) -> Result<()> {
    let place = TextPath::new(path)?;
    let written = || {
        let frame = frame.drop("simulation_year")?;
        let options = ParquetWriteOptions {
            compression: ParquetCompression::Zstd(Some(ZstdLevel::try_new(ZSTD_LEVEL)?)),
            key_value_metadata: Some(plain_text_schema(&frame)),
            ..ParquetWriteOptions::default()
        };
        let target = SinkTarget::Path(PlRefPath::new(place.as_str()));
        let format = FileWriteFormat::Parquet(Arc::new(options));
        let sink = frame.lazy().sink(SinkDestination::File { target }, format, UnifiedSinkArgs::default())?;
        sink.collect_with_engine(Engine::Streaming)
    };
    written().map(|_| ()).map_err(|e| Error::file(path, e))
}

/// The Arrow schema to write into a file beside Parquet's own: with text where the frame has an enum. An enum's values
/// are on disk as a dictionary of texts in any case, but its type would be restored by Polars alone, and the schema must
/// be everybody's.
fn plain_text_schema(frame: &DataFrame) -> KeyValueMetadata {
    let plain = |(name, dtype): (&PlSmallStr, &DataType)| {
        Field::new(name.clone(), if dtype.is_enum() { DataType::String } else { dtype.clone() })
    };
    let schema: Schema = frame.schema().iter().map(plain).collect();
    KeyValueMetadata::Static(vec![schema_to_metadata_key(&schema.to_arrow(CompatLevel::oldest()))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_of_another_type_is_not_converted() {
        let empty = frame(&EventTable::default()).unwrap();
        assert!(table(&empty).is_ok());
        for (column, dtype) in [
            ("event_sequence", DataType::Float64),
            ("event_sequence", DataType::Int64),
            ("compensation_amount", DataType::Float64),
            ("compensation_amount", DataType::Decimal(18, 4)),
            ("effective_date", DataType::Datetime(TimeUnit::Microseconds, None)),
            ("employee_age", DataType::String),
        ] {
            let mut other = empty.clone();
            let changed = empty.column(column).unwrap().cast(&dtype).unwrap();
            other.with_column(changed).unwrap();
            let error = table(&other).unwrap_err().to_string();
            assert!(error.contains(column), "{error}");
        }
    }

    #[test]
    fn a_value_that_its_column_cannot_hold_is_an_error_and_not_null() {
        for (kind, value) in [
            (Kind::Int, i64::from(i32::MAX) + 1),
            (Kind::Date, i64::MIN),
            (Kind::Decimal { precision: 5, scale: 4 }, 100_000),
        ] {
            let column = EventColumn { name: "any", kind };
            assert!(series(&column, &Values::Int(vec![Some(1), None, Some(value)])).is_err(), "{kind:?}");
            assert_eq!(series(&column, &Values::Int(vec![Some(1), None])).unwrap().null_count(), 1);
        }
    }
}
