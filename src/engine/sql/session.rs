//! A connection with the functions and assumptions of a run.

use super::errors::failed;
use super::variables::{self, Facts, Vocabulary};
use crate::error::Result;
use crate::rules::run::RunSpec;
use crate::rules::tables::Tables;
use duckdb::{Connection, Row};

const FUNCTIONS: &str = include_str!("00_functions.sql");

/// One of the engine's connections.
pub(super) struct Session(pub Connection);

impl Session {
    /// Gives a connection its macros and variables, which no other connection sees.
    pub fn new(connection: Connection, run: &RunSpec, tables: &Tables) -> Result<Self> {
        let session = Self(connection);
        session.execute("functions", &Vocabulary::new(tables).put_into(FUNCTIONS))?;
        session.execute("assumptions", variables::of_run(run, tables).sql())?;
        Ok(session)
    }

    /// Sets DuckDB's number of threads, of which there is at least one.
    pub fn set_threads(&self, threads: usize) -> Result<()> {
        self.execute("threads", &format!("SET threads = {}", threads.max(1)))
    }

    /// Runs a script.
    pub fn execute(&self, step: &str, sql: &str) -> Result<()> {
        self.0.execute_batch(sql).map_err(failed(step))
    }

    /// Runs a step of a year.
    pub fn run(&self, step: &str, sql: &str, facts: &Facts) -> Result<()> {
        self.execute(&format!("{step} of {}", facts.year()), &facts.put_into(sql))
    }

    /// Runs a step of a year whose result is one row.
    pub fn row<T>(
        &self,
        step: &str,
        sql: &str,
        facts: &Facts,
        read: impl FnOnce(&Row<'_>) -> duckdb::Result<T>,
    ) -> Result<T> {
        let step = format!("{step} of {}", facts.year());
        self.0.query_row(&facts.put_into(sql), [], read).map_err(failed(step))
    }
}
