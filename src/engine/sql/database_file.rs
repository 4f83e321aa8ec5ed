//! A database file that somebody names to work in: only a new one, or one that this program made, is written to.

use super::errors::{engine_error, failed};
use crate::error::{Error, Flaw, Result};
use duckdb::Connection;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// A table that says whose file it is.
const MARK: &str = "planalign_bench_output";

/// Refuses files that are no DuckDB database; DuckDB itself takes some other formats for one.
pub(super) fn check(path: &Path) -> Result<()> {
    let Ok(mut file) = File::open(path) else { return Ok(()) };
    let mut start = Vec::new();
    file.by_ref().take(12).read_to_end(&mut start).map_err(|e| Error::file(path, e))?;
    // A checksum of eight bytes, then the magic bytes (DuckDB's storage format).
    if start.is_empty() || start.get(8..12) == Some(b"DUCK") {
        return Ok(());
    }
    Err(Error::file(path, Flaw::NotADatabase))
}

/// Marks the database as this program's; refuses one with tables of somebody else.
pub(super) fn claim(connection: &Connection, path: &Path) -> Result<()> {
    let step = || format!("opening {}", path.display());
    let (tables, marked): (Option<String>, bool) = connection
        .query_row(
            &format!(
                "SELECT string_agg(table_name, ', ' ORDER BY table_name), coalesce(bool_or(table_name = '{MARK}'), false)
                 FROM duckdb_tables() WHERE database_name = current_database() AND NOT internal AND NOT temporary"
            ),
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .map_err(failed(step()))?;
    match tables {
        Some(tables) if !marked => Err(engine_error(
            &step(),
            format!("the file holds tables that this program did not make ({tables}); give a new file"),
        )),
        _ => connection
            .execute_batch(&format!("CREATE TABLE IF NOT EXISTS {MARK} (unused BOOLEAN)"))
            .map_err(failed(step())),
    }
}
