"""Who is employed in a year, and until when: "Workforce plan" to "Day of termination" of docs/event-rules.md."""

from __future__ import annotations

import polars as pl

from arithmetic import bounded, largest_remainder, lookup, share_ppm, times_ppm
from tables import Assumptions, YearPlan

STATE = {
    "employee_id": pl.String,
    "employee_ssn": pl.String,
    "birth_date": pl.Int32,
    "hire_date": pl.Int32,
    "level_id": pl.Int32,
    "compensation": pl.Int64,
    "deferral_bp": pl.Int32,
    "enrollment_date": pl.Int32,
    "ever_opted_out": pl.Boolean,
    "escalation_opt_out": pl.Boolean,
}


def census_state(census: pl.LazyFrame) -> pl.LazyFrame:
    """The state on 1 January of the first year."""
    census = census.rename({"compensation_cents": "compensation"})
    return census.select(pl.col(column).cast(kind) for column, kind in STATE.items())


def needs_by_level(state: pl.DataFrame, plan: YearPlan, assumptions: Assumptions) -> pl.DataFrame:
    """The year's leavers and hires, split over levels."""
    headcount = state.lazy().group_by("level_id").agg(pl.len().cast(pl.Int64).alias("headcount"))
    levels = assumptions.levels.lazy().select(pl.col("level_id").cast(pl.Int32))
    shares = assumptions.hire_level_weights
    hire_weight = pl.col("headcount") if shares is None else pl.lit(pl.Series(shares, dtype=pl.Int64))
    return (
        levels.join(headcount, on="level_id", how="left", maintain_order="left")
        .with_columns(pl.col("headcount").fill_null(0))
        .with_columns(
            largest_remainder(plan.leavers, pl.col("headcount")).alias("leavers"),
            largest_remainder(plan.hires, hire_weight).alias("hires"),
        )
        .with_columns(share_ppm(pl.col("leavers"), pl.col("headcount")).alias("termination_ppm"))
        .collect()
    )


def roster(
    state: pl.DataFrame, draws: pl.LazyFrame, needs: pl.DataFrame, plan: YearPlan, assumptions: Assumptions
) -> pl.LazyFrame:
    """Everybody employed in the year in order of employee id, with draws and day of termination."""
    staff = state.lazy().with_columns(pl.lit(False).alias("is_hire"))
    people = pl.concat([staff, hires(draws, needs, plan, assumptions)])
    return draws.join(people, on="employee_id", how="inner", maintain_order="left").pipe(terminations, needs, plan)


def hires(draws: pl.LazyFrame, needs: pl.DataFrame, plan: YearPlan, assumptions: Assumptions) -> pl.LazyFrame:
    """The year's hires: first all of level 1, then all of level 2, and so on."""
    number = pl.col("number")
    level_of_number = (
        needs.lazy().filter(pl.col("hires") > 0).select(pl.col("level_id").repeat_by("hires").explode()).with_row_index("number")
    )
    birth_year = plan.year - lookup(assumptions.hire_ages, bounded(pl.col("hire_age"), len(assumptions.hire_ages)))
    first_of_birth_year, first_of_next_year = (
        pl.date(pl.col("birth_year") + later, 1, 1).cast(pl.Int32) for later in (0, 1)
    )
    spread = assumptions.pay_spread_ppm
    pay_ppm = 1_000_000 - spread + bounded(pl.col("hire_pay"), 2 * spread + 1)
    hired = {
        "employee_id": pl.col("employee_id"),
        "employee_ssn": pl.format("SSN-{}", 900_000_001 + plan.hired_before + number.cast(pl.Int64)),
        "birth_date": first_of_birth_year
        + bounded(pl.col("hire_birthday"), first_of_next_year - first_of_birth_year),
        "hire_date": plan.first_day + bounded(pl.col("hire_day"), plan.days - 1),
        "level_id": pl.col("level_id"),
        "compensation": times_ppm(assumptions.of_level("hire_point_cents", pl.col("level_id")), pay_ppm),
        "deferral_bp": pl.lit(0),
        "enrollment_date": pl.lit(None),
        "ever_opted_out": pl.lit(False),
        "escalation_opt_out": pl.lit(False),
    }
    return (
        level_of_number.with_columns(
            pl.format("NH_{}_{}", plan.year, (number + 1).cast(pl.String).str.zfill(6)).alias("employee_id")
        )
        .join(draws, on="employee_id", how="left", maintain_order="left")
        .with_columns(birth_year.alias("birth_year"))
        .select(*(value.cast(STATE[name]).alias(name) for name, value in hired.items()), pl.lit(True).alias("is_hire"))
    )


def terminations(people: pl.LazyFrame, needs: pl.DataFrame, plan: YearPlan) -> pl.LazyFrame:
    """Who leaves, on what day, and with what probability.

    People of the state are selected among those of their level, the hires among all hires: group 0.
    """
    is_hire = pl.col("is_hire")
    quota = pl.Series([plan.new_hire_leavers, *needs["leavers"]])
    probability = pl.Series([plan.new_hire_termination_ppm, *needs["termination_ppm"]])
    group = pl.when(is_hire).then(0).otherwise(pl.col("level_id"))
    rank_draw = pl.when(is_hire).then("new_hire_termination_rank").otherwise("termination_rank")
    # Ordinal: of equal draws the one that comes first in order of employee id counts as the lower one.
    rank = rank_draw.rank("ordinal").over("termination_group")
    day_of_staff = plan.first_day + bounded(pl.col("termination_day"), plan.days)
    days_left = plan.last_day - pl.col("hire_date")
    day_of_hire = pl.col("hire_date") + 1 + bounded(pl.col("new_hire_termination_day"), days_left)
    day = pl.when(is_hire).then(day_of_hire).otherwise(day_of_staff).cast(pl.Int32)
    return people.with_columns(group.alias("termination_group")).with_columns(
        pl.when(rank <= lookup(quota, pl.col("termination_group"))).then(day).alias("termination_date"),
        lookup(probability, pl.col("termination_group")).alias("termination_ppm"),
    )
