"""An engine for planbench in PySpark: on one machine by itself, on a cluster with PLANBENCH_SPARK_MASTER."""

from __future__ import annotations

import signal
import sys
from collections import defaultdict
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Iterator

SHARED = Path(__file__).resolve().parent.parent / "shared"
sys.path.insert(0, str(SHARED))

from planbench_engine import Engine, Generated, Inputs, serve, year_folder  # noqa: E402
from work_folder import WorkFolder  # noqa: E402


class SparkEngine(Engine):
    """The state of a year in a checkpoint, the events of all years in Spark's memory."""

    def __init__(self) -> None:
        self.work = WorkFolder()
        self.session = None

    def open(self, inputs: Inputs, threads: int) -> dict[str, str]:
        from session import Session, Settings

        self.session = Session(Settings(), threads, inputs.run["employees"], self.work.path, [SHARED / "event_ids.py"])
        # What needs pyspark, with standard output out of reach.
        import assumptions, events, steps  # noqa: E401

        self.assumptions, self.events_step, self.steps = assumptions, events, steps
        spark = self.session.spark
        self.inputs = inputs
        self.tables = assumptions.Tables(spark, inputs)
        self.event_id = events.event_id_function(inputs.event_id_key)
        schema = ", ".join(f"{name} {kind}" for name, kind in steps.STATE.items())
        census = spark.read.schema(schema).parquet(uri(inputs.census))
        self.census = census.repartition(self.session.partitions).persist()
        self.census.count()
        self.events = {}
        return {"pyspark": version("pyspark"), "java": java_version(spark)}

    def generate(self) -> Generated:
        self.forget_events()
        self.step_seconds: dict[str, float] = defaultdict(float)
        year_seconds, count, state = [], 0, self.census
        for year in self.inputs.years:
            start = perf_counter()
            with self.step("timeline"):
                timeline = self.checkpoint(self.steps.timeline(state, self.draws(year), self.tables, year))
            with self.step("events"):
                rows = self.events_step.event_rows(
                    timeline, self.tables.year_row(year), self.tables.categories, self.event_id
                )
                self.events[year] = rows.persist()
                count += rows.count()
            state = self.steps.roll_forward(timeline)
            year_seconds.append(perf_counter() - start)
        return Generated(count, year_seconds, dict(self.step_seconds))

    def draws(self, year: int):
        schema = ", ".join(["employee_id STRING", *(f"{name} BIGINT" for name in self.steps.DRAWS)])
        return self.session.spark.read.schema(schema).parquet(uri(self.inputs.draws(year)))

    def checkpoint(self, table):
        """The table as it is, without the plan that led to it, which would grow with every year."""
        # Employees and hires come from different tables, and each year would add the tasks of its hires.
        table = table.coalesce(self.session.partitions)
        return table.localCheckpoint() if self.session.is_local else table.checkpoint()

    def forget_events(self) -> None:
        for rows in self.events.values():
            rows.unpersist()
        self.events = {}

    def write(self, folder: Path) -> None:
        for year, rows in self.events.items():
            rows.write.mode("append").option("compression", "zstd").parquet(uri(year_folder(folder, year)))

    def close(self) -> None:
        if self.session is not None:
            self.session.close()
        self.work.remove()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        start = perf_counter()
        yield
        self.step_seconds[name] += perf_counter() - start


def uri(path: Path) -> str:
    """Of this machine's file system, whatever Spark takes for the usual one."""
    return f"file://{path.resolve()}"


def java_version(spark) -> str:
    return spark.sparkContext._jvm.java.lang.System.getProperty("java.version")


def versions() -> str:
    return f"pyspark {version('pyspark')}"


if __name__ == "__main__":
    # Ends in order, with its JVM and its work folder.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    serve(SparkEngine, versions)
