"""Who is employed in a year, and until when: "Workforce plan" to "Day of termination" of docs/event-rules.md."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

import polars as pl

from arithmetic import band, bounded, lookup, share_ppm, times_ppm
from tables import Assumptions, YearPlan
from workforce_plan import split_over_levels

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


@dataclass
class Needs:
    """The year's leavers and hires of each level, and the probability of a termination there."""

    leavers: list[int]
    hires: list[int]
    termination_ppm: list[int]


def needs_by_level(state: pl.DataFrame, plan: YearPlan, assumptions: Assumptions) -> Needs:
    people = dict(state.group_by("level_id").len().iter_rows())
    headcount = [people.get(level, 0) for level in assumptions.levels["level_id"]]
    leavers = split_over_levels(plan.leavers, headcount)
    return Needs(
        leavers=leavers,
        hires=split_over_levels(plan.hires, assumptions.hire_level_weights or headcount),
        termination_ppm=[share_ppm(*level) for level in zip(leavers, headcount)],
    )


def roster(
    state: pl.DataFrame, draws: pl.DataFrame, needs: Needs, plan: YearPlan, assumptions: Assumptions
) -> pl.LazyFrame:
    """Everybody employed in the year in order of employee id, with draws and day of termination."""
    staff = state.lazy().with_columns(pl.lit(False).alias("is_hire"))
    people = pl.concat([staff, hires(draws.lazy(), needs, plan, assumptions)]).sort("employee_id")
    # Both are in order of employee id, and draws has everybody: the last row at or before an id is the row of that id,
    # and the two are merged without a hash table of texts.
    return people.join_asof(draws.lazy().set_sorted("employee_id"), on="employee_id", strategy="backward").pipe(
        terminations, needs, plan
    )


def hires(draws: pl.LazyFrame, needs: Needs, plan: YearPlan, assumptions: Assumptions) -> pl.LazyFrame:
    """The year's hires: first all of level 1, then all of level 2, and so on."""
    number = pl.col("number")
    first_number_of_level = [1 + before for before in accumulate(needs.hires)]
    birth_year = plan.year - lookup(assumptions.hire_ages, bounded(pl.col("hire_age"), len(assumptions.hire_ages)))
    first_of_birth_year, first_of_next_year = (
        pl.date(pl.col("birth_year") + later, 1, 1).cast(pl.Int32) for later in (0, 1)
    )
    spread = assumptions.pay_spread_ppm
    pay_ppm = 1_000_000 - spread + bounded(pl.col("hire_pay"), 2 * spread + 1)
    hired = {
        "employee_id": pl.col("employee_id"),
        "employee_ssn": pl.format("SSN-{}", 900_000_000 + plan.hired_before + number.cast(pl.Int64)),
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
        # The year's hires are the only ones whose ids begin like this, and in order of id they are in order of number.
        draws.filter(pl.col("employee_id").str.starts_with(f"NH_{plan.year}_"))
        .with_row_index("number", offset=1)
        .with_columns(
            birth_year.alias("birth_year"),
            (1 + band(number, first_number_of_level)).alias("level_id"),
        )
        .select(*(value.cast(STATE[name]).alias(name) for name, value in hired.items()), pl.lit(True).alias("is_hire"))
    )


def terminations(people: pl.LazyFrame, needs: Needs, plan: YearPlan) -> pl.LazyFrame:
    """Who leaves, on what day, and with what probability.

    People of the state are selected among those of their level, the hires among all hires: group 0.
    """
    is_hire = pl.col("is_hire")
    quota = pl.Series([plan.new_hire_leavers, *needs.leavers])
    probability = pl.Series([plan.new_hire_termination_ppm, *needs.termination_ppm])
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
