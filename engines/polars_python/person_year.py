"""Everything that happens to a person in a year, in one row: "Events" to "Roll forward" of docs/event-rules.md.

A date that is null says that the event does not happen.
"""

from __future__ import annotations

import polars as pl

from arithmetic import MILLION, band, bounded, lookup, smaller, times_ppm
from tables import Assumptions, YearPlan
from workforce import STATE

# The events of a person and year, at most one of each.
BETWEEN = ("enrollment", "opt_out", "escalation", "promotion", "raise")
EVENTS = ("hire", *BETWEEN, "termination")


def person_year(roster: pl.LazyFrame, plan: YearPlan, assumptions: Assumptions) -> pl.LazyFrame:
    return (
        roster.with_row_index("person")
        .pipe(derived_quantities, plan, assumptions)
        .pipe(promotions, plan, assumptions)
        .pipe(raises, plan, assumptions)
        .pipe(pay_and_level, plan, assumptions)
        .pipe(enrollments, plan, assumptions)
        .pipe(opt_outs, plan, assumptions)
        .pipe(escalations, plan, assumptions)
        .pipe(event_order, plan, assumptions)
        .pipe(event_sequence)
    )


def employed_on(day: pl.Expr | int) -> pl.Expr:
    """On the day of a termination nothing else happens to that person."""
    leaves = pl.col("termination_date")
    return leaves.is_null() | (leaves > day)


def derived_quantities(people: pl.LazyFrame, plan: YearPlan, assumptions: Assumptions) -> pl.LazyFrame:
    """Age, tenure, bands and segments on 1 January."""
    segments = assumptions.segments
    served = (plan.first_day - pl.col("hire_date")).clip(lower_bound=0)
    others = {
        "income_segment": band(pl.col("compensation"), segments["income_from_cents"]),
        "level_segment": band(pl.col("level_id"), segments["level_from"]),
        "tenure_segment": band(pl.col("tenure"), segments["tenure_from"]),
    }
    return people.with_columns(
        (plan.year - pl.col("birth_date").cast(pl.Date).dt.year()).alias("age"),
        (served * 4 // 1461).alias("tenure"),
    ).with_columns(
        band(pl.col("age"), assumptions.age_bands["from"]).alias("age_band"),
        band(pl.col("tenure"), assumptions.tenure_bands["from"]).alias("tenure_band"),
        assumptions.enrollment.cell(
            age_segment=band(pl.col("age"), segments["choice_age_from"]), **others
        ).alias("enrollment_cell"),
        assumptions.opt_out.cell(
            age_segment=band(pl.col("age"), segments["auto_age_from"]), **others
        ).alias("opt_out_cell"),
    )


def promotions(people: pl.LazyFrame, plan: YearPlan, assumptions: Assumptions) -> pl.LazyFrame:
    """One level up, with the probability of the hazard cell."""
    hazard = assumptions.promotion
    keys = ("level_id", "age_band", "tenure_band")
    cell = pl.col("promotion_cell")
    level = pl.col("level_id")
    promoted = (
        ~pl.col("is_hire")
        & (level < assumptions.levels.height)
        & (pl.col("tenure") >= assumptions.promotion_min_tenure)
        & (pl.col("age") <= assumptions.promotion_max_age)
        & employed_on(plan.promotion_day)
        & (pl.col("promotion") < hazard.at(cell, "threshold"))
    )
    raise_ppm = assumptions.of_level("promotion_raise_min_ppm", level) + bounded(
        pl.col("promotion_raise"), assumptions.of_level("promotion_raise_choices", level)
    )
    return people.with_columns(hazard.cell(**{key: pl.col(key) for key in keys}).alias("promotion_cell")).with_columns(
        pl.when(promoted).then(plan.promotion_day).cast(pl.Int32).alias("promotion_date"),
        hazard.at(cell, "ppm").alias("promotion_ppm"),
        raise_ppm.alias("promotion_raise_ppm"),
    )


def raises(people: pl.LazyFrame, plan: YearPlan, assumptions: Assumptions) -> pl.LazyFrame:
    """One candidate date a year, and no raise for who has left by then."""
    months = assumptions.raise_months
    first_day = pl.Series([plan.month_first_days[month] for month in months])
    month_days = pl.Series([plan.month_days[month] for month in months])
    pick = pl.col("raise_pick")
    date = pl.col("raise_date")
    raised = ~pl.col("is_hire") & (pl.col("tenure") >= assumptions.raise_min_tenure) & employed_on(date)
    return (
        people.with_columns(bounded(pl.col("raise_month"), len(months)).alias("raise_pick"))
        .with_columns(
            (lookup(first_day, pick) + bounded(pl.col("raise_day"), lookup(month_days, pick)))
            .cast(pl.Int32)
            .alias("raise_date")
        )
        .with_columns(pl.when(raised).then(date).alias("raise_date"))
    )


def raised_pay(pay: pl.Expr, rate_ppm: pl.Expr, cap: tuple[int, int]) -> pl.Expr:
    cap_ppm, cap_cents = cap
    return pay + smaller(smaller(times_ppm(pay, rate_ppm), times_ppm(pay, cap_ppm)), cap_cents)


def pay_and_level(people: pl.LazyFrame, plan: YearPlan, assumptions: Assumptions) -> pl.LazyFrame:
    """Pay compounds in date order: a raise before the promotion is on the old pay, with the merit of the old level."""
    is_promoted = pl.col("promotion_date").is_not_null()
    early = (pl.col("raise_date") < plan.promotion_day).fill_null(False)
    late = (pl.col("raise_date") >= plan.promotion_day).fill_null(False)

    def raised(pay: str, level: str) -> pl.Expr:
        merit = assumptions.of_level("merit_ppm", pl.col(level))
        return raised_pay(pl.col(pay), merit + plan.cola_ppm, assumptions.raise_cap)

    def promoted(pay: str) -> pl.Expr:
        return raised_pay(pl.col(pay), pl.col("promotion_raise_ppm"), assumptions.promotion_raise_cap)

    return (
        people.with_columns(
            early.alias("raise_is_early"),
            (pl.col("level_id") + is_promoted.cast(pl.Int32)).alias("final_level_id"),
            pl.when(early).then(raised("compensation", "level_id")).otherwise("compensation").alias("early_pay"),
        )
        .with_columns(pl.when(is_promoted).then(promoted("early_pay")).otherwise("early_pay").alias("promoted_pay"))
        .with_columns(
            pl.when(late).then(raised("promoted_pay", "final_level_id")).otherwise("promoted_pay").alias("final_pay")
        )
    )


def enrollments(people: pl.LazyFrame, plan: YearPlan, assumptions: Assumptions) -> pl.LazyFrame:
    """By choice, proactively, or automatically.

    Choice goes first: who leaves before its date has no enrollment at all.
    """
    cell = pl.col("enrollment_cell")
    choice = "voluntary" if plan.choice_category == "voluntary_enrollment" else "conversion"
    choice_rate = "rate_bp" if choice == "voluntary" else "conversion_rate_bp"
    is_hire = pl.col("is_hire")
    may_enroll = pl.col("enrollment_date").is_null() & ~pl.col("ever_opted_out")

    def of_cell(column: str) -> pl.Expr:
        return assumptions.enrollment.at(cell, column)

    def draw_below(way: str) -> pl.Expr:
        return pl.col("enrollment") < of_cell(f"{way}_threshold")

    def by_way(chosen: pl.Expr | int, proactive: pl.Expr | int, automatic: pl.Expr | int) -> pl.Expr:
        return (
            pl.when("chooses").then(chosen).when("is_proactive").then(proactive).when("is_automatic").then(automatic)
        )

    first, last = assumptions.proactive_days
    proactive_day = pl.col("hire_date") + first + bounded(pl.col("enrollment_day"), last - first + 1)
    automatic_day = pl.when(is_hire).then(pl.col("hire_date") + assumptions.auto_window_days).otherwise(plan.auto_day)
    not_chosen_ppm = MILLION - pl.when(is_hire).then(of_cell("proactive_ppm")).otherwise(of_cell(f"{choice}_ppm"))
    date = by_way(
        pl.lit(plan.choice_day),
        smaller(proactive_day, plan.last_day),
        smaller(automatic_day, plan.last_day),
    )
    enrolled_date = pl.col("new_enrollment_date")
    code = assumptions.code
    return (
        people.with_columns(
            (~is_hire & may_enroll & draw_below(choice)).alias("chooses"),
            (is_hire & draw_below("proactive")).alias("is_proactive"),
            auto_enrollment_scope(may_enroll, assumptions).alias("is_automatic"),
        )
        .with_columns(date.cast(pl.Int32).alias("new_enrollment_date"))
        .with_columns(
            pl.when(employed_on(enrolled_date)).then(enrolled_date).alias("new_enrollment_date"),
            by_way(
                pl.lit(code[plan.choice_category]), pl.lit(code["proactive_voluntary"]), pl.lit(code["auto_enrollment"])
            )
            .cast(pl.Int32)
            .alias("enrollment_code"),
            by_way(of_cell(choice_rate), of_cell("rate_bp"), pl.lit(assumptions.auto_rate_bp))
            .cast(pl.Int32)
            .alias("enrollment_bp"),
            by_way(of_cell(f"{choice}_ppm"), of_cell("proactive_ppm"), not_chosen_ppm).alias("enrollment_ppm"),
        )
    )


def auto_enrollment_scope(may_enroll: pl.Expr, assumptions: Assumptions) -> pl.Expr:
    """Hires of the year, and people of the state who may enroll, of both those hired on or after a day."""
    is_hire, hired = pl.col("is_hire"), pl.col("hire_date")
    scope = pl.lit(False)
    if assumptions.auto_hires_from is not None:
        scope = scope | (is_hire & (hired >= assumptions.auto_hires_from))
    if assumptions.auto_employees_from is not None:
        scope = scope | (~is_hire & may_enroll & (hired >= assumptions.auto_employees_from))
    return scope


def opt_outs(people: pl.LazyFrame, plan: YearPlan, assumptions: Assumptions) -> pl.LazyFrame:
    """Out of an automatic enrollment of this year."""
    cell = pl.col("opt_out_cell")
    date = pl.col("opt_out_date")
    automatic = pl.col("enrollment_code") == assumptions.code["auto_enrollment"]
    opts_out = automatic & (pl.col("opt_out") < assumptions.opt_out.at(cell, "threshold")) & employed_on(date)
    grace = pl.col("new_enrollment_date") + assumptions.opt_out_grace_days
    return people.with_columns(
        pl.when(pl.col("new_enrollment_date").is_not_null())
        .then(smaller(grace, plan.last_day))
        .cast(pl.Int32)
        .alias("opt_out_date")
    ).with_columns(
        pl.when(opts_out).then(date).alias("opt_out_date"),
        assumptions.opt_out.at(cell, "ppm").alias("opt_out_ppm"),
    )


def escalations(people: pl.LazyFrame, plan: YearPlan, assumptions: Assumptions) -> pl.LazyFrame:
    """The deferral rate of who is enrolled long enough goes up."""
    escalates = (
        pl.lit(assumptions.escalation_enabled)
        & ~pl.col("is_hire")
        & (pl.col("enrollment_date") < plan.escalation_enrolled_before)
        & (pl.col("deferral_bp") < assumptions.escalation_cap_bp)
        & ~pl.col("escalation_opt_out")
        & employed_on(plan.escalation_day)
    )
    if assumptions.escalation_hired_from is not None:
        escalates = escalates & (pl.col("hire_date") >= assumptions.escalation_hired_from)
    rate = smaller(pl.col("deferral_bp") + assumptions.escalation_increment_bp, assumptions.escalation_cap_bp)
    return people.with_columns(
        pl.when(escalates).then(plan.escalation_day).cast(pl.Int32).alias("escalation_date"),
        rate.cast(pl.Int32).alias("escalated_bp"),
    )


def event_order(people: pl.LazyFrame, plan: YearPlan, assumptions: Assumptions) -> pl.LazyFrame:
    """By date, on the same day by code: as one number for each event that happens."""
    is_hire = pl.col("is_hire")
    code = assumptions.code
    termination_code = pl.when(is_hire).then(code["new_hire_termination"]).otherwise(code["termination"])
    date_and_code = {
        "hire": (pl.when(is_hire).then("hire_date"), code["hiring"]),
        "enrollment": (pl.col("new_enrollment_date"), pl.col("enrollment_code")),
        "opt_out": (pl.col("opt_out_date"), code["enrollment_opt_out"]),
        "escalation": (pl.col("escalation_date"), code["deferral_escalation"]),
        "promotion": (pl.col("promotion_date"), code["promotion"]),
        "raise": (pl.col("raise_date"), code["raise"]),
        "termination": (pl.col("termination_date"), termination_code),
    }
    return people.with_columns(
        (date * 16 + code).cast(pl.Int32).alias(f"{event}_order") for event, (date, code) in date_and_code.items()
    )


def event_sequence(people: pl.LazyFrame) -> pl.LazyFrame:
    """The place of each event among the person's events of the year, from 1.

    A hire is the first, a termination the last.
    """

    def order(event: str) -> pl.Expr:
        return pl.col(f"{event}_order")

    def earlier(event: str) -> list[pl.Expr]:
        if event == "hire":
            return []
        others = [other for other in BETWEEN if other != event]
        if event == "termination":
            return [pl.col("is_hire"), *(order(other).is_not_null() for other in others)]
        return [pl.col("is_hire"), *((order(other) < order(event)).fill_null(False) for other in others)]

    return people.with_columns(
        sum((flag.cast(pl.Int32) for flag in earlier(event)), pl.lit(1, pl.Int32)).alias(f"{event}_sequence")
        for event in EVENTS
    )


def roll_forward(people: pl.LazyFrame) -> pl.LazyFrame:
    """The state of the next 1 January, in order of employee id."""
    enrolled_now = pl.col("new_enrollment_date").is_not_null()
    opted_out_now = pl.col("opt_out_date").is_not_null()
    escalated_now = pl.col("escalation_date").is_not_null()
    folded = {
        "level_id": pl.col("final_level_id"),
        "compensation": pl.col("final_pay"),
        "deferral_bp": pl.when(opted_out_now)
        .then(0)
        .when(enrolled_now)
        .then("enrollment_bp")
        .when(escalated_now)
        .then("escalated_bp")
        .otherwise("deferral_bp"),
        "enrollment_date": pl.when(opted_out_now)
        .then(None)
        .when(enrolled_now)
        .then("new_enrollment_date")
        .otherwise("enrollment_date"),
        "ever_opted_out": pl.col("ever_opted_out") | opted_out_now,
    }
    return people.filter(pl.col("termination_date").is_null()).select(
        folded.get(column, pl.col(column)).cast(kind).alias(column) for column, kind in STATE.items()
    )
