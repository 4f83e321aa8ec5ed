"""Spark for the time of a session: its settings, and the end of its JVM."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

# A person's year is about half a KiB, and Spark's makers advise tasks of some hundred MiB at most. Smaller tasks are for
# keeping all cores busy, if there is enough to do to be worth one.
MOST_PEOPLE_PER_TASK = 200_000
FEWEST_PEOPLE_PER_TASK = 5_000
SECONDS_FOR_JVM_TO_END = 20


@dataclass
class Settings:
    """What the environment says; README.md explains each."""

    master: str | None = os.environ.get("PLANBENCH_SPARK_MASTER")
    cores: str | None = os.environ.get("PLANBENCH_SPARK_CORES")
    memory: str = os.environ.get("PLANBENCH_SPARK_MEMORY", "4g")
    executor_memory: str | None = os.environ.get("PLANBENCH_SPARK_EXECUTOR_MEMORY")
    checkpoints: str | None = os.environ.get("PLANBENCH_SPARK_CHECKPOINTS")
    host: str = os.environ.get("PLANBENCH_SPARK_HOST", "127.0.0.1")


class Session:
    def __init__(self, settings: Settings, threads: int, people: int, work: Path, modules: list[Path]) -> None:
        require_java()
        # Workers run the Python of the driver, unless the cluster's machines have it elsewhere.
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        os.environ.setdefault("SPARK_LOCAL_IP", settings.host)
        from pyspark.sql import SparkSession

        self.is_local = settings.master is None
        options = {
            "spark.master": settings.master or f"local[{threads}]",
            "spark.app.name": "planbench",
            "spark.driver.host": settings.host,
            "spark.driver.bindAddress": settings.host,
            "spark.driver.memory": settings.memory,
            "spark.executor.memory": settings.executor_memory,
            "spark.cores.max": settings.cores,
            "spark.local.dir": work / "local",
            "spark.sql.warehouse.dir": work / "warehouse",
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.sql.adaptive.enabled": "true",
            "spark.sql.session.timeZone": "UTC",
            # The code of every year and step is kept for the next `generate`.
            "spark.sql.codegen.cache.maxEntries": 1000,
        }
        builder = SparkSession.builder
        for name, value in options.items():
            if value is not None:
                builder = builder.config(name, str(value))
        self.spark = builder.getOrCreate()
        context = self.spark.sparkContext
        context.setLogLevel("ERROR")
        for module in modules:
            context.addPyFile(str(module))
        if not self.is_local:
            checkpoints = settings.checkpoints
            if checkpoints is None:
                raise ValueError(
                    "PLANBENCH_SPARK_CHECKPOINTS is not set: name a folder that all machines of the cluster see"
                )
            self.keep_checkpoints_in(checkpoints)
        self.partitions = tasks(people, context.defaultParallelism)
        self.spark.conf.set("spark.sql.shuffle.partitions", self.partitions)

    def keep_checkpoints_in(self, folder: str) -> None:
        """A folder in there for this session, which goes when its JVM ends, however that comes."""
        context = self.spark.sparkContext
        context.setCheckpointDir(folder)
        path = self.spark._jvm.org.apache.hadoop.fs.Path(context.getCheckpointDir())
        path.getFileSystem(context._jsc.hadoopConfiguration()).deleteOnExit(path)

    def close(self) -> None:
        """Ends the JVM, too: Spark itself leaves it to the end of Python."""
        from pyspark import SparkContext

        gateway = SparkContext._gateway
        self.spark.stop()
        if gateway is None:
            return
        gateway.shutdown()
        # The JVM ends when nobody holds its standard input.
        gateway.proc.stdin.close()
        try:
            gateway.proc.wait(SECONDS_FOR_JVM_TO_END)
        except subprocess.TimeoutExpired:
            gateway.proc.kill()
            gateway.proc.wait()
        # So that the next session starts a JVM of its own.
        SparkContext._gateway = SparkContext._jvm = None


def tasks(people: int, cores: int) -> int:
    """Into how many tasks a step is divided."""
    return max(-(-people // MOST_PEOPLE_PER_TASK), min(cores, -(-people // FEWEST_PEOPLE_PER_TASK)))


def require_java() -> None:
    home = os.environ.get("JAVA_HOME")
    if not (Path(home, "bin", "java").exists() if home else shutil.which("java")):
        missing = f"no Java in JAVA_HOME ({home})" if home else "no java on the PATH, and JAVA_HOME is not set"
        raise FileNotFoundError(f"{missing}: install Java 17 or later, Spark runs on it")
