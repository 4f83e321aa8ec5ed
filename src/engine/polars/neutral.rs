//! Between data frames and the neutral form, and frames to Parquet.

use crate::error::{Error, Result as Outcome};
use crate::events::write_parquet::ZSTD_LEVEL;
use crate::events::year::Events;
use crate::files::paths::TextPath;
use arrow::array::{ArrayRef, RecordBatch, make_array};
use arrow::error::ArrowError;
use arrow::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use polars::prelude::*;
use polars_parquet::write::schema_to_metadata_key;
use polars_utils::compression::ZstdLevel;
use std::path::Path;
use std::sync::Arc;

/// A frame as the neutral form: its own buffers by way of Arrow's C data interface, nothing copied and nothing converted.
pub(super) fn events(year: i32, frame: &DataFrame) -> PolarsResult<Events> {
    // Columns that are cut alike, as they mostly are, are shared.
    let mut frame = frame.clone();
    frame.align_chunks_par();
    let batches = frame.iter_chunks(CompatLevel::newest(), false).map(|chunk| {
        let fields = chunk.schema().iter_values();
        let arrays =
            fields.zip(chunk.arrays()).map(|(field, array)| Ok((field.name.as_str(), hand_over(field, array)?)));
        RecordBatch::try_from_iter_with_nullable(
            arrays.collect::<Result<Vec<_>, ArrowError>>()?.into_iter().map(|(name, array)| (name, array, true)),
        )
    });
    let batches =
        batches.collect::<Result<Vec<_>, ArrowError>>().map_err(|e| PolarsError::ComputeError(e.to_string().into()))?;
    Events::new(year, batches).map_err(|message| PolarsError::SchemaMismatch(message.into()))
}

/// One array, from Polars' implementation of Arrow to Arrow's own.
fn hand_over(field: &ArrowField, array: &polars_arrow::array::ArrayRef) -> Result<ArrayRef, ArrowError> {
    let schema = polars_arrow::ffi::export_field_to_c(field);
    let array = polars_arrow::ffi::export_array_to_c(array.clone());
    // SAFETY: both are the structures of the C data interface, laid out as it says, and are moved: each has one owner that
    // releases it.
    let data = unsafe {
        let schema: FFI_ArrowSchema = std::mem::transmute(schema);
        from_ffi(std::mem::transmute::<polars_arrow::ffi::ArrowArray, FFI_ArrowArray>(array), &schema)?
    };
    Ok(make_array(data))
}

/// Writes one year's events as a zstd Parquet file, without the year, which is in the folder's name.
///
/// The streaming engine's sink compresses a file's columns side by side; `ParquetWriter` does it on one thread.
pub(super) fn write_frame(frame: &DataFrame, path: &Path) -> Outcome<()> {
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
    use crate::events::schema::{EVENT_COLUMNS, Kind};

    #[test]
    fn a_column_of_another_type_is_not_converted() {
        let columns = EVENT_COLUMNS.iter().map(|column| {
            let dtype = match column.kind {
                Kind::Text => DataType::String,
                Kind::Int => DataType::Int32,
                Kind::Date => DataType::Date,
                Kind::Decimal { precision, scale } => DataType::Decimal(precision.into(), scale.into()),
            };
            Column::new_empty(column.name.into(), &dtype)
        });
        let empty = DataFrame::new(0, columns.collect()).unwrap();
        assert!(events(2025, &empty).is_ok());
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
            let error = events(2025, &other).unwrap_err().to_string();
            assert!(error.contains(column), "{error}");
        }
    }
}
