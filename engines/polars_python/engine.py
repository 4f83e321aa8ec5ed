"""The workforce simulation of docs/event-rules.md in Polars' Python API, as an engine of planbench."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "shared"))

from planbench_engine import Engine, Generated, Inputs, serve, year_folder


class PolarsPython(Engine):
    def open(self, inputs: Inputs, threads: int) -> dict[str, str]:
        # Polars makes its threads when it is imported.
        os.environ["POLARS_MAX_THREADS"] = str(threads)
        import polars
        import tables
        import events
        import workforce

        if polars.thread_pool_size() != threads:
            raise RuntimeError(f"Polars runs on {polars.thread_pool_size()} threads, not {threads}: start the engine anew")
        self.inputs = inputs
        self.assumptions = tables.Assumptions(inputs.assumptions)
        self.plans = [tables.YearPlan(year) for year in inputs.plan["years"]]
        self.census = workforce.census_state(polars.scan_parquet(inputs.census)).collect()
        self.events = []
        return {"polars": polars.__version__}

    def generate(self) -> Generated:
        self.events = []
        state = self.census
        for plan in self.plans:
            state = self.simulate(plan, state)
        return Generated(sum(frame.height for frame in self.events))

    def simulate(self, plan, state):
        import polars as pl
        import workforce, person_year, events

        draws = pl.scan_parquet(self.inputs.draws(plan.year))
        needs = workforce.needs_by_level(state, plan, self.assumptions)
        t=time.perf_counter()
        people = person_year.person_year(
            workforce.roster(state, draws, needs, plan, self.assumptions), plan, self.assumptions
        ).collect(engine="in-memory")
        t1=time.perf_counter()
        rows = events.event_rows(people.lazy(), plan, self.assumptions, self.inputs.run)
        rows, state = pl.collect_all([rows, person_year.roll_forward(people.lazy())], engine="in-memory")
        t2=time.perf_counter()
        self.events.append(events.with_event_ids(rows, self.inputs.event_id_key, plan.year))
        t3=time.perf_counter()
        print(f"people {t1-t:.4f} events {t2-t1:.4f} ids {t3-t2:.4f}", file=sys.stderr)
        return state

    def write(self, folder: Path) -> None:
        for plan, frame in zip(self.plans, self.events):
            frame.write_parquet(year_folder(folder, plan.year) / "events.parquet", compression="zstd")


if __name__ == "__main__":
    serve(PolarsPython, version="polars_python")
