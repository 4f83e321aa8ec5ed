"""A run, year by year: "A year, step by step" of docs/event-rules.md."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from events import event_rows, with_event_ids
from person_year import person_year, roll_forward
from planbench_engine import Inputs, Steps
from tables import Assumptions, YearPlan
from workforce import census_state, needs_by_level, roster


class Simulation:
    def __init__(self, inputs: Inputs) -> None:
        assumptions = Assumptions(inputs.assumptions)
        self.census = collect(census_state(pl.scan_parquet(inputs.census)))
        self.years = [Year(inputs, assumptions, YearPlan(json)) for json in inputs.plan["years"]]


@dataclass
class Year:
    inputs: Inputs
    assumptions: Assumptions
    plan: YearPlan

    def people(self, state: pl.DataFrame, steps: Steps) -> pl.DataFrame:
        """Everybody employed in the year, with everything that happens to them."""
        with steps("draws"):
            draws = collect(pl.scan_parquet(self.inputs.draws(self.plan.year)).drop("reserve"))
        with steps("people"):
            needs = needs_by_level(state, self.plan, self.assumptions)
            employed = roster(state, draws, needs, self.plan, self.assumptions)
            return collect(person_year(employed, self.plan, self.assumptions))

    def events(self, people: pl.DataFrame, steps: Steps) -> pl.DataFrame:
        """The year's events in canonical order."""
        with steps("event rows"):
            rows = collect(event_rows(people.lazy(), self.plan, self.assumptions, self.inputs.run))
        with steps("event ids"):
            return with_event_ids(rows, self.inputs.event_id_key, self.plan.year)

    def roll_forward(self, people: pl.DataFrame, steps: Steps) -> pl.DataFrame:
        """The state of the next 1 January."""
        with steps("roll forward"):
            return collect(roll_forward(people.lazy()))


def collect(query: pl.LazyFrame) -> pl.DataFrame:
    # The streaming engine is made for more rows than a year of a workforce has, and takes longer for these.
    return query.collect(engine="in-memory")
