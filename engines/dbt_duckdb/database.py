"""The session's database: the input folder's files in, Parquet files out. Between them, dbt works on it."""

from pathlib import Path

import duckdb
from planbench_engine import year_folder

LOAD_INPUT = Path(__file__).parent / "load_input.sql"


def load(database: Path, input_folder: Path, threads: int) -> None:
    """Makes the database with the tables that the project calls its sources."""
    with duckdb.connect(database) as connection:
        set_threads(connection, threads)
        connection.execute("SET VARIABLE input = ?", [str(input_folder)])
        connection.execute(LOAD_INPUT.read_text())


def count_events(database: Path) -> int:
    with duckdb.connect(database) as connection:
        return connection.execute("SELECT count(*) FROM fct_yearly_events").fetchone()[0]


def write(database: Path, years: list[int], output: Path, threads: int) -> None:
    """Writes each year's events into its folder."""
    with duckdb.connect(database) as connection:
        set_threads(connection, threads)
        for year in years:
            file = str(year_folder(output, year) / "events.parquet").replace("'", "''")
            connection.execute(
                f"COPY (SELECT * EXCLUDE simulation_year FROM fct_yearly_events WHERE simulation_year = {year}) "
                f"TO '{file}' (FORMAT parquet, COMPRESSION zstd)"
            )


def set_threads(connection: duckdb.DuckDBPyConnection, threads: int) -> None:
    connection.execute(f"SET threads = {threads}")
