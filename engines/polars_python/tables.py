"""The tables of assumptions.json and plan.json, ready to look up."""

from __future__ import annotations

import math

import polars as pl

from arithmetic import days, lookup


class Table:
    """A table with a row for every combination of its keys, in ascending order of the keys.

    Its cells are numbered in that order, so that a person's cell is computed once and every column is looked up by its
    number.
    """

    def __init__(self, rows: list[dict[str, int]], keys: dict[str, int]) -> None:
        """`keys` has the lowest value of each key."""
        self.frame = pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.Int64)).sort(list(keys))
        self.keys = keys
        self.sizes = {key: self.frame[key].n_unique() for key in keys}
        if self.frame.height != math.prod(self.sizes.values()):
            raise ValueError(f"assumptions.json: a table by {', '.join(keys)} does not have all combinations of them")

    def cell(self, **values: pl.Expr) -> pl.Expr:
        """The number of the cell where the keys have these values."""
        cell = pl.lit(0, pl.Int32)
        for key, lowest in self.keys.items():
            cell = cell * self.sizes[key] + (values[key] - lowest)
        return cell

    def at(self, cell: pl.Expr, column: str) -> pl.Expr:
        return lookup(self.frame[column], cell)


SEGMENTS = {"age_segment": 0, "income_segment": 0, "level_segment": 0, "tenure_segment": 0}


class Assumptions:
    """assumptions.json: what is the same in every year."""

    def __init__(self, json: dict) -> None:
        self.levels = pl.DataFrame(json["levels"], schema=dict.fromkeys(json["levels"][0], pl.Int64)).sort("level_id")
        self.hire_level_weights = json["hire_level_weights"]
        self.hire_ages = pl.Series(json["hire_ages"], dtype=pl.Int32)
        self.raise_months = json["raise_months"]
        self.pay_spread_ppm = json["pay_spread_ppm"]

        self.age_bands = json["age_bands"]
        self.tenure_bands = json["tenure_bands"]
        self.segments = json["segments"]

        self.promotion = Table(json["promotion"], {"level_id": 1, "age_band": 0, "tenure_band": 0})
        self.promotion_max_age = json["promotion_max_age"]
        self.promotion_min_tenure = json["promotion_min_tenure"]
        self.raise_min_tenure = json["raise_min_tenure"]
        self.promotion_raise_cap = json["promotion_raise_cap_ppm"], json["promotion_raise_cap_cents"]
        self.raise_cap = json["raise_cap_ppm"], json["raise_cap_cents"]

        self.enrollment = Table(json["enrollment"], SEGMENTS)
        self.opt_out = Table(json["opt_out"], SEGMENTS)
        self.proactive_days = json["proactive_days"]
        automatic = json["auto_enrollment"]
        self.auto_hires_from = _day_or_none(automatic["hires_from"])
        self.auto_employees_from = _day_or_none(automatic["employees_from"])
        self.auto_window_days = automatic["window_days"]
        self.auto_rate_bp = automatic["rate_bp"]
        self.opt_out_grace_days = automatic["opt_out_grace_days"]

        escalation = json["escalation"]
        self.escalation_enabled = escalation["enabled"]
        self.escalation_increment_bp = escalation["increment_bp"]
        self.escalation_cap_bp = escalation["cap_bp"]
        self.escalation_hired_from = _day_or_none(escalation["hired_from"])

        self.categories = pl.DataFrame(json["categories"]).sort("code")
        self.code = dict(self.categories.select("event_category", "code").iter_rows())

    def of_level(self, column: str, level: pl.Expr) -> pl.Expr:
        """What a level has in this column."""
        return lookup(self.levels[column], level - 1)


class YearPlan:
    """A year of plan.json. Days are numbers."""

    def __init__(self, json: dict) -> None:
        self.year = json["simulation_year"]
        self.leavers = json["leavers"]
        self.hires = json["hires"]
        self.new_hire_leavers = json["new_hire_leavers"]
        self.new_hire_termination_ppm = json["new_hire_termination_ppm"]
        self.hired_before = json["hired_before"]
        self.first_day = days(json["first_day"])
        self.last_day = days(json["last_day"])
        self.promotion_day = days(json["promotion_day"])
        self.choice_day = days(json["choice_day"])
        self.choice_category = json["choice_category"]
        self.auto_day = days(json["auto_day"])
        self.escalation_day = days(json["escalation_day"])
        self.escalation_enrolled_before = days(json["escalation_enrolled_before"])
        self.cola_ppm = json["cola_ppm"]
        self.month_first_days = {month["month"]: days(month["first_day"]) for month in json["months"]}
        self.month_days = {month["month"]: month["days"] for month in json["months"]}

    @property
    def days(self) -> int:
        return self.last_day - self.first_day + 1


def _day_or_none(date: str | None) -> int | None:
    return None if date is None else days(date)
