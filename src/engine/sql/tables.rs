//! The driver's dealings with tables: connection, census in, events out.

use super::database_file;
use super::errors::failed;
use super::spill::Spill;
use super::variables::{enum_type, quoted};
use crate::census::Census;
use crate::engine::options::EngineOptions;
use crate::error::Result;
use crate::events::schema::{EVENT_COLUMNS, Kind};
use crate::events::write_parquet::ZSTD_LEVEL;
use crate::events::year::Events;
use crate::files::paths::TextPath;
use crate::rules::run::RunSpec;
use crate::rules::tables::Tables;
use crate::rules::vocabulary::Category;
use arrow::array::{ArrayRef, BooleanArray, Date32Array, Int32Array, Int64Array, RecordBatch};
use duckdb::{Config, Connection};
use std::sync::Arc;

/// Opens a database with the options' limits, and beside it one in memory for the tables that a run works with.
pub(super) fn connect(options: &EngineOptions, spill: &Spill) -> Result<Connection> {
    let configure = || {
        let mut config = Config::default().threads(options.threads as i64)?.with("temp_directory", spill.folder())?;
        // Looking for what is computed twice takes longer than computing it (docs/performance.md).
        config = config.with("disabled_optimizers", "common_subexpressions")?;
        if let Some(limit) = options.memory_limit {
            config = config.max_memory(&limit.to_string())?;
        }
        Ok(config)
    };
    let config = configure().map_err(failed("settings"))?;
    let connection = match &options.database {
        None => Connection::open_in_memory_with_flags(config).map_err(failed("start")),
        Some(path) => {
            database_file::check(path)?;
            let open = Connection::open_with_flags(path, config);
            let connection = open.map_err(failed(format!("opening {}", path.display())))?;
            database_file::claim(&connection, path)?;
            Ok(connection)
        }
    }?;
    connection.execute_batch("ATTACH ':memory:' AS _work").map_err(failed("start"))?;
    Ok(connection)
}

/// Creates the table `census`, in order of employee id, each person with the address of their draws.
pub(super) fn load_census(connection: &Connection, census: &Census) -> duckdb::Result<()> {
    connection.execute_batch(
        "CREATE OR REPLACE TEMP TABLE loaded (employee_id VARCHAR, employee_ssn VARCHAR, birth_date DATE, hire_date DATE,
             level_id INTEGER, compensation_cents BIGINT, deferral_bp INTEGER, enrollment_date DATE, ever_opted_out BOOLEAN,
             escalation_opt_out BOOLEAN)",
    )?;
    let rows = census.len();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("employee_id", Arc::new(census.employee_id.clone())),
        ("employee_ssn", Arc::new(census.employee_ssn.clone())),
        ("birth_date", Arc::new(Date32Array::from(census.birth_date.clone()))),
        ("hire_date", Arc::new(Date32Array::from(census.hire_date.clone()))),
        ("level_id", Arc::new(Int32Array::from(census.level_id.clone()))),
        ("compensation_cents", Arc::new(Int64Array::from(census.compensation_cents.clone()))),
        ("deferral_bp", Arc::new(Int32Array::from(census.deferral_bp.clone()))),
        ("enrollment_date", Arc::new((0..rows).map(|row| census.enrollment_date(row)).collect::<Date32Array>())),
        ("ever_opted_out", Arc::new(BooleanArray::from(vec![false; rows]))),
        ("escalation_opt_out", Arc::new(BooleanArray::from(census.escalation_opt_out.clone()))),
    ];
    if rows > 0 {
        let batch =
            RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)))
                .map_err(|e| duckdb::Error::DuckDBFailure(duckdb::ffi::Error::new(1), Some(e.to_string())))?;
        let mut appender = connection.appender_to_catalog_and_db("loaded", "temp", "main")?;
        appender.append_record_batch(batch)?;
        appender.flush()?;
    }
    connection.execute_batch(
        "CREATE OR REPLACE TEMP TABLE census AS
             SELECT employee_id, employee_ssn, employee_key(employee_id) AS draw_key, * EXCLUDE (employee_id, employee_ssn) FROM loaded;
         DROP TABLE loaded",
    )
}

/// The statement that makes an empty table `events` with the columns of the schema; small vocabularies are enums.
pub(super) fn create_events(run: &RunSpec, tables: &Tables) -> String {
    let columns = EVENT_COLUMNS.iter().map(|column| {
        let sql_type = match (column.name, column.kind) {
            ("scenario_id", _) => enum_type(&[&run.scenario_id]),
            ("plan_design_id", _) => enum_type(&[&run.plan_design_id]),
            ("event_type", _) => enum_type(&Category::ALL.map(Category::event_type)),
            ("event_category", _) => enum_type(&Category::ALL.map(Category::name)),
            ("age_band", _) => enum_type(&tables.age_bands.names()),
            ("tenure_band", _) => enum_type(&tables.tenure_bands.names()),
            (_, Kind::Text) => "VARCHAR".to_owned(),
            (_, Kind::Int) => "INTEGER".to_owned(),
            (_, Kind::Date) => "DATE".to_owned(),
            (_, Kind::Decimal { precision, scale }) => format!("DECIMAL({precision}, {scale})"),
        };
        format!("{} {sql_type}", column.name)
    });
    format!("CREATE OR REPLACE TABLE events ({})", columns.collect::<Vec<_>>().join(", "))
}

/// The statement that writes a year's events as Parquet, without the year, which is in the folder's name.
///
/// DuckDB writes an enum as plain UTF-8 text with a dictionary. A row group is one thread's work, so these are half of
/// its usual size. Ids get no dictionary, which would be as long as their column; the encodings of Parquet 2 have their
/// lengths apart from their text. Polars writes no Bloom filters either.
pub(super) fn copy_events(year: i32, file: &TextPath) -> String {
    format!(
        "COPY (SELECT * EXCLUDE simulation_year FROM events WHERE simulation_year = {year}) TO {} (FORMAT parquet, \
         COMPRESSION zstd, COMPRESSION_LEVEL {ZSTD_LEVEL}, PARQUET_VERSION v2, ROW_GROUP_SIZE 61440, \
         DICTIONARY_SIZE_LIMIT 4000, WRITE_BLOOM_FILTER false)",
        quoted(file.as_str())
    )
}

/// Reads a year's events in the order in which they stand in the table, as the table holds them.
pub(super) fn read_events(connection: &Connection, year: i32) -> Result<Events, String> {
    let columns = EVENT_COLUMNS.map(|column| column.name).join(", ");
    let sql = format!("SELECT {columns} FROM events WHERE simulation_year = {year}");
    let mut statement = connection.prepare(&sql).map_err(|e| e.to_string())?;
    let batches = statement.query_arrow([]).map_err(|e| e.to_string())?;
    Events::new(year, batches.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::assumptions::Assumptions;
    use crate::scenario::SCENARIOS;

    #[test]
    fn a_column_of_another_type_is_not_converted() {
        let run = SCENARIOS[0].run_spec(1, Assumptions::default()).unwrap();
        for (column, sql_type) in [
            ("event_sequence", "DOUBLE"),
            ("event_sequence", "BIGINT"),
            ("compensation_amount", "DOUBLE"),
            ("compensation_amount", "DECIMAL(18, 4)"),
            ("effective_date", "TIMESTAMP"),
        ] {
            let connection = Connection::open_in_memory().unwrap();
            connection.execute_batch(&create_events(&run, &Tables::new(&run.assumptions))).unwrap();
            connection.execute_batch("INSERT INTO events (simulation_year) VALUES (2025)").unwrap();
            assert_eq!(read_events(&connection, 2025).map(|table| table.len()), Ok(1));
            connection.execute_batch(&format!("ALTER TABLE events ALTER {column} TYPE {sql_type}")).unwrap();
            let error = read_events(&connection, 2025).map(|table| table.len()).unwrap_err();
            assert!(error.contains(column), "{error}");
        }
    }
}
