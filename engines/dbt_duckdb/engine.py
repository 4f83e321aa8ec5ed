"""An engine for planbench: a dbt project on DuckDB, run as users of PlanAlign run theirs, one invocation of dbt a year.

With --in-process, dbt runs within this process instead of in a process of its own for each year.
"""

from __future__ import annotations

import signal
import sys
from collections import defaultdict
from functools import partial
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "shared"))

import database  # noqa: E402
import dbt_runs  # noqa: E402
from planbench_engine import Engine, Generated, Inputs, serve  # noqa: E402
from work_folder import WorkFolder  # noqa: E402

PACKAGES = ("dbt-core", "dbt-duckdb", "duckdb")


class DbtEngine(Engine):
    """A database file in a work folder, on which dbt runs once for each year."""

    def __init__(self, in_process: bool) -> None:
        self.start_runs = dbt_runs.InProcess if in_process else dbt_runs.Processes
        self.work = WorkFolder("planbench-dbt-")

    def open(self, inputs: Inputs, threads: int) -> dict[str, str]:
        self.years, self.threads = inputs.years, threads
        self.database = self.work.path / "simulation.duckdb"
        database.load(self.database, inputs.folder, threads)
        self.variables = dbt_runs.variables(inputs)
        settings = dbt_runs.settings(inputs, self.database, threads)
        self.runs = self.start_runs(self.work.path, settings, self.variables)
        return {package: version(package) for package in PACKAGES}

    def generate(self) -> Generated:
        year_seconds: list[float] = []
        step_seconds: dict[str, float] = defaultdict(float)
        for year in self.years:
            start = perf_counter()
            # The first year makes the tables anew that the others add to.
            self.runs.run(self.variables | {"simulation_year": year}, full_refresh=year == self.years[0])
            year_seconds.append(perf_counter() - start)
            models = dbt_runs.seconds_of_models(self.work.path)
            for model, seconds in models.items():
                step_seconds[model] += seconds
            # Starting, parsing, compiling, and what it does between models.
            step_seconds["dbt"] += year_seconds[-1] - sum(models.values())
        return Generated(database.count_events(self.database), year_seconds, dict(step_seconds))

    def write(self, folder: Path) -> None:
        database.write(self.database, self.years, folder, self.threads)

    def close(self) -> None:
        self.work.remove()


def versions() -> str:
    return ", ".join(f"{package} {version(package)}" for package in PACKAGES)


if __name__ == "__main__":
    # Ends in order, with its children and its work folder.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    in_process = "--in-process" in sys.argv
    if in_process:
        sys.argv.remove("--in-process")
    serve(partial(DbtEngine, in_process), versions)
