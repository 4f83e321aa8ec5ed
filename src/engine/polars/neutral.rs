//! Between data frames and the neutral form, and frames to Parquet.

use crate::engine::ZSTD_LEVEL;
use crate::engine::event_table::{EventTable, Values};
use crate::error::{Error, Result};
use crate::rules::schema::{Column as EventColumn, EVENT_COLUMNS, Kind};
use polars::prelude::*;
use polars_core::runtime::THREAD_POOL;
use polars_utils::compression::ZstdLevel;
use rayon::prelude::*;
use std::fs::File;
use std::path::{Path, PathBuf};

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
    write_frame(frame, file)
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

/// Writes files in Polars' pool, as many at once as it has threads.
///
/// # Errors
/// The first that `write` says.
pub fn side_by_side(files: &[(i32, PathBuf)], write: impl Fn(i32, &Path) -> Result<()> + Sync) -> Result<()> {
    THREAD_POOL.install(|| files.par_iter().try_for_each(|(year, file)| write(*year, file)))
}

/// Writes one year's events as a zstd Parquet file, without the year, which is in the folder's name.
pub(super) fn write_frame(frame: DataFrame, path: &Path) -> Result<()> {
    let failed = |e: PolarsError| Error::file(path, e);
    // Plain text on disk: an enum would be restored by Polars alone, and the schema must be everybody's.
    let columns: Vec<Expr> = EVENT_COLUMNS
        .iter()
        .filter(|column| column.name != "simulation_year")
        .map(|column| match column.kind {
            Kind::Text => col(column.name).cast(DataType::String),
            Kind::Int | Kind::Date | Kind::Decimal { .. } => col(column.name),
        })
        .collect();
    let mut plain = frame.lazy().select(columns).collect().map_err(failed)?;
    let level = ZstdLevel::try_new(ZSTD_LEVEL).map_err(failed)?;
    let file = File::create(path).map_err(|e| Error::file(path, e))?;
    ParquetWriter::new(file)
        .with_compression(ParquetCompression::Zstd(Some(level)))
        .finish(&mut plain)
        .map(|_| ())
        .map_err(failed)
}
