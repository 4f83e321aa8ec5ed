//! Between data frames and the neutral form, and frames to Parquet.

use crate::engine::ZSTD_LEVEL;
use crate::engine::event_table::{EventTable, Values};
use crate::error::{Error, Result};
use crate::paths::TextPath;
use crate::rules::schema::{Column as EventColumn, EVENT_COLUMNS, Kind};
use polars::prelude::*;
use polars_parquet::write::schema_to_metadata_key;
use polars_utils::compression::ZstdLevel;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

/// A frame with the columns of the schema as the neutral form.
pub(super) fn table(frame: &DataFrame) -> PolarsResult<EventTable> {
    let columns = EVENT_COLUMNS.iter().map(|column| {
        let series = frame.column(column.name)?.as_materialized_series();
        Ok(match column.kind {
            Kind::Text => Values::text(series.cast(&DataType::String)?.str()?.iter()),
            Kind::Int | Kind::Date => Values::int(series.to_physical_repr().cast(&DataType::Int64)?.i64()?.iter()),
            Kind::Decimal { precision, scale } => {
                // Reading through the declared type refuses a file whose decimals have another scale.
                let exact = series.cast(&DataType::Decimal(precision.into(), scale.into()))?;
                Values::int(exact.to_physical_repr().cast(&DataType::Int64)?.i64()?.iter())
            }
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
        Kind::Date => numbers.cast(&DataType::Int32)?.cast(&DataType::Date),
        Kind::Decimal { precision, scale } => {
            let wide = numbers.cast(&DataType::Int128)?;
            Ok(wide.i128()?.clone().into_decimal_unchecked(precision.into(), scale.into()).into_series())
        }
        Kind::Int | Kind::Text => numbers.cast(&DataType::Int32),
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

/// Reads one year's events from a Parquet file that any engine wrote.
///
/// # Errors
/// Names the file when it is missing, is not Parquet, or lacks a column or has one of another type.
pub fn read_table(path: &Path, year: i32) -> Result<EventTable> {
    let file = File::open(path).map_err(|e| Error::file(path, e))?;
    let read = || {
        let mut frame = ParquetReader::new(file).finish()?;
        let years = Column::new_scalar("simulation_year".into(), year.into(), frame.height());
        frame.with_column(years)?;
        table(&frame)
    };
    read().map_err(|e: PolarsError| Error::file(path, e))
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
