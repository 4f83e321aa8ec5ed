"""The assumptions and the plan as small tables that Spark broadcasts to where the people are."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import broadcast

import rules
from planbench_engine import Inputs
from workforce_plan import split_over_levels


def small_table(spark: SparkSession, rows: list[dict[str, Any]], schema: pyarrow.Schema) -> DataFrame:
    # By way of Arrow it is a table of the driver, not one of pickled Python rows.
    return spark.createDataFrame(pyarrow.Table.from_pylist(rows, schema))


def columns(**types: pyarrow.DataType) -> pyarrow.Schema:
    return pyarrow.schema(list(types.items()))


INT, LONG, TEXT, DATE = pyarrow.int32(), pyarrow.int64(), pyarrow.string(), pyarrow.date32()
FLAG, DATES = pyarrow.bool_(), pyarrow.list_(pyarrow.date32())


class Tables:
    """What does not change from year to year."""

    def __init__(self, spark: SparkSession, inputs: Inputs) -> None:
        self.spark = spark
        self.run = inputs.run
        self.assumptions = inputs.assumptions
        self.plan = {year["simulation_year"]: year for year in inputs.plan["years"]}
        self.categories = broadcast(small_table(
            spark, self.assumptions["categories"], columns(code=INT, event_type=TEXT, event_category=TEXT)
        ))  # fmt: skip
        self.level_cells = self._level_cells()
        self.enrollment_cells = self._enrollment_cells()
        self.hire_ages = self._places("hire_ages", "age")
        self.raise_months = self._places("raise_months", "month")

    def _places(self, name: str, value: str) -> DataFrame:
        """A list that a draw is looked up in, by place from 0."""
        rows = [{"place": place, value: entry} for place, entry in enumerate(self.assumptions[name])]
        return broadcast(small_table(self.spark, rows, columns(place=LONG, **{value: INT})))

    def _level_cells(self) -> DataFrame:
        """Everything that depends on level, age band and tenure band on 1 January."""
        given = self.assumptions
        levels = {level["level_id"]: level for level in given["levels"]}
        rows = []
        for cell in given["promotion"]:
            level = levels[cell["level_id"]]
            rows.append({
                "level_id": cell["level_id"],
                "age_band_index": cell["age_band"],
                "tenure_band_index": cell["tenure_band"],
                "age_band": given["age_bands"]["labels"][cell["age_band"]],
                "tenure_band": given["tenure_bands"]["labels"][cell["tenure_band"]],
                "promotion_ppm": cell["ppm"],
                "promotion_threshold": cell["threshold"],
                "promotion_raise_min_ppm": level["promotion_raise_min_ppm"],
                "promotion_raise_choices": level["promotion_raise_choices"],
                "merit_ppm": level["merit_ppm"],
                # Of the level above; nobody is promoted from the highest.
                "promoted_merit_ppm": levels.get(cell["level_id"] + 1, level)["merit_ppm"],
            })  # fmt: skip
        return broadcast(small_table(self.spark, rows, columns(
            level_id=INT, age_band_index=INT, tenure_band_index=INT, age_band=TEXT, tenure_band=TEXT,
            promotion_ppm=LONG, promotion_threshold=LONG, promotion_raise_min_ppm=LONG, promotion_raise_choices=LONG,
            merit_ppm=LONG, promoted_merit_ppm=LONG,
        )))  # fmt: skip

    def _enrollment_cells(self) -> DataFrame:
        """Chances and rates of enrolling and opting out; the two look at different age segments."""
        segments = ("income_segment", "level_segment", "tenure_segment")
        rows = [
            {
                **choice,
                "choice_age_segment": choice["age_segment"],
                "auto_age_segment": opt_out["age_segment"],
                "opt_out_ppm": opt_out["ppm"],
                "opt_out_threshold": opt_out["threshold"],
            }
            for choice in self.assumptions["enrollment"]
            for opt_out in self.assumptions["opt_out"]
            if all(choice[segment] == opt_out[segment] for segment in segments)
        ]
        return broadcast(small_table(self.spark, rows, columns(
            choice_age_segment=INT, auto_age_segment=INT, income_segment=INT, level_segment=INT, tenure_segment=INT,
            voluntary_ppm=LONG, voluntary_threshold=LONG, conversion_ppm=LONG, conversion_threshold=LONG,
            proactive_ppm=LONG, proactive_threshold=LONG, rate_bp=INT, conversion_rate_bp=INT,
            opt_out_ppm=LONG, opt_out_threshold=LONG,
        )))  # fmt: skip

    def year_row(self, year: int) -> DataFrame:
        """What holds for everybody in a year, in one row that stands beside everybody's own.

        As a table and not as literals: code that Spark makes for one year serves the others, too.
        """
        plan, given = self.plan[year], self.assumptions
        automatic, escalation = given["auto_enrollment"], given["escalation"]
        first_proactive_day, last_proactive_day = given["proactive_days"]
        row = {
            "scenario_id": self.run["scenario_id"],
            "plan_design_id": self.run["plan_design_id"],
            "simulation_year": year,
            "is_first_year": plan["choice_category"] == "voluntary_enrollment",
            **{name: day(plan[name]) for name in PLAN_DAYS},
            "months": [day(month["first_day"]) for month in plan["months"]],
            "cola_ppm": plan["cola_ppm"],
            "highest_level": len(given["levels"]),
            "raise_month_places": len(given["raise_months"]),
            "proactive_first_day": first_proactive_day,
            "proactive_days": last_proactive_day - first_proactive_day + 1,
            "auto_hires_from": day(automatic["hires_from"]),
            "auto_employees_from": day(automatic["employees_from"]),
            "auto_window_days": automatic["window_days"],
            "auto_rate_bp": automatic["rate_bp"],
            "opt_out_grace_days": automatic["opt_out_grace_days"],
            "escalation_enabled": escalation["enabled"],
            "escalation_increment_bp": escalation["increment_bp"],
            "escalation_cap_bp": escalation["cap_bp"],
            "escalation_hired_from": day(escalation["hired_from"]),
            **{name: given[name] for name in LIMITS},
        }
        return broadcast(small_table(self.spark, [row], YEAR_ROW))

    def levels_of_year(self, year: int, headcount: dict[int, int]) -> DataFrame:
        """The year's plan split over levels ("Workforce plan"). Hires are numbered level by level."""
        plan, levels = self.plan[year], self.assumptions["levels"]
        people = [headcount.get(level["level_id"], 0) for level in levels]
        leavers = split_over_levels(plan["leavers"], people)
        hires = split_over_levels(plan["hires"], self.assumptions["hire_level_weights"] or people)
        rows = [
            {
                "level_id": level["level_id"],
                "leavers": leavers[index],
                "termination_ppm": rules.share_ppm(leavers[index], people[index]),
                "hires": hires[index],
                "first_k": sum(hires[:index]) + 1,
                "last_k": sum(hires[: index + 1]),
                "hire_point_cents": level["hire_point_cents"],
                # What holds for all hires of the year.
                "simulation_year": year,
                "first_day": day(plan["first_day"]),
                "last_day": day(plan["last_day"]),
                "hired_before": plan["hired_before"],
                "new_hire_termination_ppm": plan["new_hire_termination_ppm"],
                "hire_age_places": len(self.assumptions["hire_ages"]),
                "pay_spread_ppm": self.assumptions["pay_spread_ppm"],
            }
            for index, level in enumerate(levels)
        ]
        return broadcast(small_table(self.spark, rows, columns(
            level_id=INT, leavers=LONG, termination_ppm=LONG, hires=LONG, first_k=LONG, last_k=LONG,
            hire_point_cents=LONG, simulation_year=INT, first_day=DATE, last_day=DATE, hired_before=LONG,
            new_hire_termination_ppm=LONG, hire_age_places=LONG, pay_spread_ppm=LONG,
        )))  # fmt: skip


PLAN_DAYS = (
    "first_day", "last_day", "promotion_day", "choice_day", "auto_day", "escalation_day", "escalation_enrolled_before",
)  # fmt: skip
LIMITS = (
    "promotion_max_age", "promotion_min_tenure", "raise_min_tenure",
    "promotion_raise_cap_ppm", "promotion_raise_cap_cents", "raise_cap_ppm", "raise_cap_cents",
)  # fmt: skip
YEAR_ROW = columns(
    scenario_id=TEXT, plan_design_id=TEXT, simulation_year=INT, is_first_year=FLAG,
    **{name: DATE for name in PLAN_DAYS},
    months=DATES, cola_ppm=LONG, highest_level=INT, raise_month_places=LONG,
    proactive_first_day=INT, proactive_days=LONG,
    auto_hires_from=DATE, auto_employees_from=DATE, auto_window_days=INT, auto_rate_bp=INT, opt_out_grace_days=INT,
    escalation_enabled=FLAG, escalation_increment_bp=INT, escalation_cap_bp=INT, escalation_hired_from=DATE,
    **{name: LONG for name in LIMITS},
)  # fmt: skip


def day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
