"""An engine for planbench in PySpark: on one machine by itself, on a cluster with PLANBENCH_SPARK_MASTER."""

from __future__ import annotations

import signal
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Callable

SHARED = Path(__file__).resolve().parent.parent / "shared"
sys.path.insert(0, str(SHARED))

from planbench_engine import Engine, Generated, Inputs, Steps, serve, year_folder  # noqa: E402
from work_folder import WorkFolder  # noqa: E402

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from session import Session


class SparkEngine(Engine):
    """The state of a year in a checkpoint, the events of all years in Spark's memory."""

    def __init__(self) -> None:
        self.work = WorkFolder("planbench-spark-")
        self.session: Session | None = None
        self.beside: ThreadPoolExecutor | None = None
        self.events: dict[int, DataFrame] = {}

    def open(self, inputs: Inputs, threads: int) -> dict[str, str]:
        # Here, where standard output is out of reach of what they print.
        import events
        import steps
        from assumptions import Tables
        from session import Session, Settings

        self.inputs, self.steps, self.event_rows = inputs, steps, events.event_rows
        self.session = Session(Settings(), threads, inputs.run["employees"], self.work.path, [SHARED / "event_ids.py"])
        self.beside = ThreadPoolExecutor(1) if threads > 1 else None
        spark = self.session.spark
        self.tables = Tables(spark, inputs)
        self.event_id = events.event_id_function(inputs.event_id_key)
        schema = ", ".join(f"{name} {kind}" for name, kind in steps.STATE.items())
        census = spark.read.schema(schema).parquet(uri(inputs.census))
        self.census = census.repartition(self.session.partitions).persist()
        self.census.count()
        return {"pyspark": version("pyspark"), "java": java_version(spark)}

    def generate(self) -> Generated:
        """A year's event rows are not needed for the next year, and are made beside it where there are threads for it.

        So the seconds of the steps may add up to more than there were.
        """
        self.forget_events()
        seconds = Steps()
        state, pending, finished = self.census, [], [perf_counter()]
        for year in self.inputs.years:
            with seconds("timeline"), self.steps.timeline(state, self.draws(year), self.tables, year) as timeline:
                timeline = self.checkpoint(timeline)
            pending.append(self.beside_or_now(self.keep_events, year, timeline, seconds))
            state = self.steps.roll_forward(timeline)
        count = 0
        for work in pending:
            events, end = work.result()
            count += events
            finished.append(end)
        return Generated(count, [end - before for before, end in pairwise(finished)], seconds.seconds)

    def keep_events(self, year: int, timeline: DataFrame, seconds: Steps) -> tuple[int, float]:
        """The year's event rows in Spark's memory, all of them computed: how many there are, and when they were."""
        with seconds("events"):
            rows = self.event_rows(timeline, self.tables.year_row(year), self.tables.categories, self.event_id)
            self.events[year] = rows.persist()
            return rows.count(), perf_counter()

    def beside_or_now(self, work: Callable[..., Any], *arguments: Any) -> Future[Any]:
        if self.beside is not None:
            return self.beside.submit(work, *arguments)
        done: Future[Any] = Future()
        done.set_result(work(*arguments))
        return done

    def draws(self, year: int) -> DataFrame:
        schema = ", ".join(["employee_id STRING", *(f"{name} BIGINT" for name in self.steps.DRAWS)])
        return self.session.spark.read.schema(schema).parquet(uri(self.inputs.draws(year)))

    def checkpoint(self, table: DataFrame) -> DataFrame:
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
        if self.beside is not None:
            self.beside.shutdown(cancel_futures=True)
        if self.session is not None:
            self.session.close()
        self.work.remove()


def uri(path: Path) -> str:
    """Of this machine's file system, whatever Spark takes for the usual one."""
    return f"file://{path.resolve()}"


def java_version(spark: SparkSession) -> str:
    return spark.sparkContext._jvm.java.lang.System.getProperty("java.version")


def versions() -> str:
    return f"pyspark {version('pyspark')}"


def stop(signal_number: int, _frame: object) -> None:
    """Ends at once and in order: first the JVM, so that nobody waits for its work, at exit the work folder."""
    if "session" in sys.modules:
        sys.modules["session"].terminate_jvm()
    sys.exit(128 + signal_number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    serve(SparkEngine, versions)
