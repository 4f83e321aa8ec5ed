"""The workforce simulation of docs/event-rules.md in Polars' Python API, as an engine of planbench."""

from __future__ import annotations

import os
import platform
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "shared"))

from planbench_engine import Engine, Generated, Inputs, Steps, serve, year_folder

if TYPE_CHECKING:
    import polars

# As the built-in engines write.
ZSTD_LEVEL = 1


class PolarsPython(Engine):
    def __init__(self) -> None:
        self.beside: ThreadPoolExecutor | None = None

    def open(self, inputs: Inputs, threads: int) -> dict[str, str]:
        # Polars makes its threads when it is imported, which is why that happens here and not before.
        os.environ["POLARS_MAX_THREADS"] = str(threads)
        import polars
        import simulation

        if polars.thread_pool_size() != threads:
            raise RuntimeError(
                f"Polars runs on {polars.thread_pool_size()} threads in this process, not {threads}: start another one"
            )
        self.simulation = simulation.Simulation(inputs)
        self.beside = ThreadPoolExecutor(1) if threads > 1 else None
        self.events: list[polars.DataFrame] = []
        return {"polars": polars.__version__, "numpy": version("numpy"), "pyarrow": version("pyarrow")}

    def generate(self) -> Generated:
        """A year's event rows are not needed for the next year, and are made beside it where there are threads for it.

        So the seconds of the steps may add up to more than there were.
        """
        self.events = []
        steps = Steps()
        start = time.perf_counter()
        state, pending = self.simulation.census, []
        for year in self.simulation.years:
            people = year.people(state, steps)
            pending.append(self.beside_or_now(timed, year.events, people, steps))
            if year is not self.simulation.years[-1]:
                state = year.roll_forward(people, steps)
        finished = [start]
        for work in pending:
            events, end = work.result()
            self.events.append(events)
            finished.append(end)
        return Generated(
            events=sum(frame.height for frame in self.events),
            year_seconds=[end - before for before, end in pairwise(finished)],
            step_seconds=steps.seconds,
        )

    def beside_or_now(self, work: Callable[..., Any], *arguments: Any) -> Future[Any]:
        if self.beside is not None:
            return self.beside.submit(work, *arguments)
        done: Future[Any] = Future()
        done.set_result(work(*arguments))
        return done

    def write(self, folder: Path) -> None:
        for year, events in zip(self.simulation.years, self.events):
            file = year_folder(folder, year.plan.year) / "events.parquet"
            events.write_parquet(file, compression="zstd", compression_level=ZSTD_LEVEL)

    def close(self) -> None:
        if self.beside is not None:
            self.beside.shutdown()


def timed(work: Callable[..., Any], *arguments: Any) -> tuple[Any, float]:
    return work(*arguments), time.perf_counter()


def versions() -> str:
    return f"Polars {version('polars')} on Python {platform.python_version()}"


if __name__ == "__main__":
    serve(PolarsPython, versions)
