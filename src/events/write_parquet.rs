//! Events to Parquet, for whoever has no writer of its own.

use super::read_parquet::YEAR;
use super::schema::{EVENT_COLUMNS, position};
use super::year::Events;
use crate::error::{Error, Result};
use arrow::array::RecordBatch;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

/// zstd level of Parquet files, the same for every engine: the fastest of its usual range.
pub(crate) const ZSTD_LEVEL: i32 = 1;

/// Writes one year's events as a zstd Parquet file, without the year, which is in the folder's name.
///
/// # Errors
/// Names the file.
pub(crate) fn write(events: &Events, path: &Path) -> Result<()> {
    let file = File::create(path).map_err(|e| Error::file(path, e))?;
    let written = || -> Result<(), ParquetError> {
        let compression = Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?);
        let properties = WriterProperties::builder().set_compression(compression).build();
        let options = ArrowWriterOptions::new().with_properties(properties);
        let year = position(YEAR);
        let fields = EVENT_COLUMNS.iter().filter(|column| column.name != YEAR).map(|column| {
            let kind = Some(column.kind.data_type()).filter(|kind| *kind != DataType::LargeUtf8);
            Field::new(column.name, kind.unwrap_or(DataType::Utf8), true)
        });
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let mut writer = ArrowWriter::try_new_with_options(file, schema.clone(), options)?;
        for batch in events.batches() {
            let arrays = batch.columns().iter().enumerate().filter(|(index, _)| *index != year).map(|(_, array)| array);
            let plain = arrays.zip(schema.fields()).map(|(array, field)| cast(array, field.data_type()));
            writer.write(&RecordBatch::try_new(schema.clone(), plain.collect::<Result<_, _>>()?)?)?;
        }
        writer.close().map(drop)
    };
    written().map_err(|e| Error::file(path, e))
}
