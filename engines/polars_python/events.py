"""The event rows of a year from everybody's year: "Reported values" to "Event row" of docs/event-rules.md."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from arithmetic import MILLION, decimal, lookup
from event_ids import event_ids
from tables import Assumptions, YearPlan

COLUMNS = (
    "event_id",
    "scenario_id",
    "plan_design_id",
    "employee_id",
    "employee_ssn",
    "event_type",
    "event_category",
    "effective_date",
    "event_details",
    "compensation_amount",
    "previous_compensation",
    "employee_deferral_rate",
    "prev_employee_deferral_rate",
    "employee_age",
    "employee_tenure",
    "level_id",
    "age_band",
    "tenure_band",
    "event_probability",
    "event_sequence",
)


@dataclass
class Event:
    """What is particular to one of a person's events. What an event does not report stays null."""

    name: str
    details: pl.Expr
    probability_ppm: pl.Expr | int
    pay: pl.Expr
    level_id: pl.Expr
    previous_pay: pl.Expr | None = None
    previous_bp: pl.Expr | int | None = None
    new_bp: pl.Expr | int | None = None

    def rows(self, people: pl.LazyFrame) -> pl.LazyFrame:
        def value(expression: pl.Expr | int | None, kind: type[pl.DataType]) -> pl.Expr:
            return (expression if isinstance(expression, pl.Expr) else pl.lit(expression)).cast(kind)

        order, sequence = pl.col(f"{self.name}_order"), pl.col(f"{self.name}_sequence")
        return people.filter(order.is_not_null()).select(
            "employee_id",
            "employee_ssn",
            (order % 16).cast(pl.UInt8).alias("code"),
            (order // 16).cast(pl.Date).alias("effective_date"),
            self.details.alias("event_details"),
            decimal(self.pay, 18, 2).alias("compensation_amount"),
            decimal(value(self.previous_pay, pl.Int64), 18, 2).alias("previous_compensation"),
            decimal(value(self.new_bp, pl.Int64), 5, 4).alias("employee_deferral_rate"),
            decimal(value(self.previous_bp, pl.Int64), 5, 4).alias("prev_employee_deferral_rate"),
            pl.col("age").cast(pl.Int32).alias("employee_age"),
            pl.col("tenure").cast(pl.Int32).alias("employee_tenure"),
            self.level_id.cast(pl.Int32).alias("level_id"),
            "age_band",
            "tenure_band",
            decimal(value(self.probability_ppm, pl.Int64), 7, 6).alias("event_probability"),
            sequence.alias("event_sequence"),
            (pl.col("person") * 16 + sequence.cast(pl.UInt32)).alias("place"),
        )


def pay_at(event: str) -> pl.Expr:
    """Pay in force after an event that does not change it."""
    order = pl.col(f"{event}_order")
    raised, promoted = pl.col("raise_order") < order, pl.col("promotion_order") < order
    all_of_it = raised & (promoted | ~pl.col("raise_is_early"))
    return (
        pl.when(all_of_it)
        .then("final_pay")
        .when(promoted)
        .then("promoted_pay")
        .when(raised)
        .then("early_pay")
        .otherwise("compensation")
    )


def level_at(event: str) -> pl.Expr:
    """The level in force after an event that does not change it."""
    promoted = pl.col("promotion_order") < pl.col(f"{event}_order")
    return pl.when(promoted).then("final_level_id").otherwise("level_id")


def events_of(plan: YearPlan, assumptions: Assumptions) -> list[Event]:
    is_hire = pl.col("is_hire")
    raised_first = pl.col("raise_is_early")
    level_before, level_after = pl.col("level_id"), pl.col("final_level_id")
    raise_level = pl.when(raised_first).then(level_before).otherwise(level_after)
    merit = assumptions.of_level("merit_ppm", raise_level)
    return [
        Event(
            "hire",
            details=pl.format("hired at level {}", level_before),
            probability_ppm=MILLION,
            pay=pl.col("compensation"),
            level_id=level_before,
        ),
        Event(
            "enrollment",
            details=pl.format("enrolled at {} bp", "enrollment_bp"),
            probability_ppm=pl.col("enrollment_ppm"),
            pay=pay_at("enrollment"),
            level_id=level_at("enrollment"),
            previous_bp=pl.col("deferral_bp"),
            new_bp=pl.col("enrollment_bp"),
        ),
        Event(
            "opt_out",
            details=pl.format("opted out of {} bp", "enrollment_bp"),
            probability_ppm=pl.col("opt_out_ppm"),
            pay=pay_at("opt_out"),
            level_id=level_at("opt_out"),
            previous_bp=pl.col("enrollment_bp"),
            new_bp=0,
        ),
        Event(
            "escalation",
            details=pl.format("deferral {} to {} bp", "deferral_bp", "escalated_bp"),
            probability_ppm=MILLION,
            pay=pay_at("escalation"),
            level_id=level_at("escalation"),
            previous_bp=pl.col("deferral_bp"),
            new_bp=pl.col("escalated_bp"),
        ),
        Event(
            "promotion",
            details=pl.format("level {} to {}, raise {} ppm", level_before, level_after, "promotion_raise_ppm"),
            probability_ppm=pl.col("promotion_ppm"),
            pay=pl.col("promoted_pay"),
            previous_pay=pl.col("early_pay"),
            level_id=level_after,
        ),
        Event(
            "raise",
            details=pl.format("merit {} ppm, COLA {} ppm", merit, plan.cola_ppm),
            probability_ppm=MILLION,
            pay=pl.when(raised_first).then("early_pay").otherwise("final_pay"),
            previous_pay=pl.when(raised_first).then("compensation").otherwise("promoted_pay"),
            level_id=raise_level,
        ),
        Event(
            "termination",
            details=pl.when(is_hire)
            .then(pl.format("left {} days after hire", pl.col("termination_date") - pl.col("hire_date")))
            .otherwise(pl.format("left at level {}", level_after)),
            probability_ppm=pl.col("termination_ppm"),
            pay=pl.col("final_pay"),
            level_id=level_after,
        ),
    ]


def event_rows(people: pl.LazyFrame, plan: YearPlan, assumptions: Assumptions, run: dict) -> pl.LazyFrame:
    """The year's events in canonical order, with all columns but the event id, which needs the category's code."""
    categories, code = assumptions.categories, pl.col("code") - 1
    rows = pl.concat([event.rows(people) for event in events_of(plan, assumptions)])
    return rows.sort("place").with_columns(
        pl.lit(run["scenario_id"]).alias("scenario_id"),
        pl.lit(run["plan_design_id"]).alias("plan_design_id"),
        lookup(categories["event_type"], code).alias("event_type"),
        lookup(categories["event_category"], code).alias("event_category"),
        lookup(pl.Series(assumptions.age_bands["labels"]), pl.col("age_band")).alias("age_band"),
        lookup(pl.Series(assumptions.tenure_bands["labels"]), pl.col("tenure_band")).alias("tenure_band"),
    )


def with_event_ids(rows: pl.DataFrame, key: int, year: int) -> pl.DataFrame:
    ids = event_ids(
        key, rows["employee_id"].to_arrow(), year, rows["code"].to_numpy(), rows["event_sequence"].to_numpy()
    )
    return rows.with_columns(pl.Series("event_id", pl.from_arrow(ids))).select(COLUMNS)
