//! A file of the input folder.

use crate::error::{Error, Result};
use arrow::array::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use std::fs::File;
use std::path::Path;

/// Writes a batch as one Parquet file whose columns any reader understands.
pub(super) fn write_parquet(batch: &RecordBatch, file: &Path, compression: Compression) -> Result<()> {
    let written = || -> Result<(), ParquetError> {
        let to = File::create(file).map_err(|e| ParquetError::External(Box::new(e)))?;
        let properties = WriterProperties::builder().set_compression(compression).build();
        let mut writer = ArrowWriter::try_new(to, batch.schema(), Some(properties))?;
        writer.write(batch)?;
        writer.close().map(drop)
    };
    written().map_err(|e| Error::file(file, e))
}
