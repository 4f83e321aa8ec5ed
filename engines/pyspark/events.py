"""One row per event, from everybody's timeline ("Order and sequence", "Reported values", "event_details", "Event row")."""

from __future__ import annotations

from typing import Callable

import pyarrow
from pyspark.sql import Column, DataFrame
from pyspark.sql.functions import arrow_udf

from rules import (
    AUTO_ENROLLMENT,
    DEFERRAL_ESCALATION,
    ENROLLMENT_OPT_OUT,
    ENROLLMENTS,
    HIRING,
    MILLION,
    NEW_HIRE_TERMINATION,
    PROMOTION,
    RAISE,
    TERMINATION,
    deferral_rate,
    money,
    probability,
)

# Without simulation_year, which is in the folder's name.
EVENT_COLUMNS = (
    "event_id", "scenario_id", "plan_design_id", "employee_id", "employee_ssn", "event_type", "event_category",
    "effective_date", "event_details", "compensation_amount", "previous_compensation", "employee_deferral_rate",
    "prev_employee_deferral_rate", "employee_age", "employee_tenure", "level_id", "age_band", "tenure_band",
    "event_probability", "event_sequence",
)  # fmt: skip

ENROLLMENT_CODES = ", ".join(map(str, ENROLLMENTS))


def event_id_function(key: int) -> Callable[..., Column]:
    """Event ids of this run. Arrow hands whole columns to Python and back, and numpy computes them."""

    @arrow_udf("string")
    def event_id(
        employee_id: pyarrow.Array, year: pyarrow.Array, code: pyarrow.Array, sequence: pyarrow.Array
    ) -> pyarrow.Array:
        from event_ids import event_ids  # of the worker, which may be another machine

        return event_ids(key, employee_id, year, code, sequence)

    return event_id


def ordered(timeline: DataFrame) -> DataFrame:
    """A row for each event, numbered by date, on the same day by code."""
    happened = {
        HIRING: ("is_hire", "hire_date"),
        DEFERRAL_ESCALATION: ("escalates", "escalation_day"),
        PROMOTION: ("is_promoted", "promotion_day"),
        RAISE: ("raise_date IS NOT NULL", "raise_date"),
        "enrollment_code": ("enrolls", "new_enrollment_date"),
        ENROLLMENT_OPT_OUT: ("opts_out", "opt_out_date"),
        f"CASE WHEN is_hire THEN {NEW_HIRE_TERMINATION} ELSE {TERMINATION} END": (
            "termination_date IS NOT NULL",
            "termination_date",
        ),
    }
    all_events = ", ".join(
        f"CASE WHEN {condition} THEN struct({day} AS effective_date, {code} AS code) END"
        for code, (condition, day) in happened.items()
    )
    return timeline.selectExpr(
        "*", f"posexplode(array_sort(array_compact(array({all_events})))) AS (place, event)"
    ).selectExpr("* EXCEPT (place, event)", "place + 1 AS event_sequence", "event.effective_date", "event.code")


def reported(events: DataFrame) -> DataFrame:
    """What is in force after each event, and before it where that is reported."""
    return events.selectExpr(
        "* EXCEPT (level_id, enrollment_code)",
        "level_id AS level_before",
        f"""CASE WHEN code = {RAISE} THEN raise_level_id
                 WHEN code = {PROMOTION} OR promotion_day < effective_date THEN final_level_id
                 ELSE level_id END AS level_id""",
        f"""CASE WHEN code = {RAISE} THEN CASE WHEN raised_early THEN early_pay_cents ELSE final_pay_cents END
                 WHEN code = {PROMOTION} THEN promoted_pay_cents
                 WHEN promotion_day < effective_date
                 THEN CASE WHEN raise_date < effective_date THEN final_pay_cents ELSE promoted_pay_cents END
                 WHEN raise_date < effective_date THEN early_pay_cents
                 ELSE compensation_cents END AS pay_cents""",
        f"""CASE WHEN code = {RAISE} THEN CASE WHEN raised_early THEN compensation_cents ELSE promoted_pay_cents END
                 WHEN code = {PROMOTION} THEN early_pay_cents END AS previous_pay_cents""",
        f"""CASE WHEN code IN ({ENROLLMENT_CODES}) THEN enrollment_rate_bp
                 WHEN code = {ENROLLMENT_OPT_OUT} THEN 0
                 WHEN code = {DEFERRAL_ESCALATION} THEN escalated_rate_bp END AS new_rate_bp""",
        f"""CASE WHEN code IN ({ENROLLMENT_CODES}) THEN deferral_bp
                 WHEN code = {ENROLLMENT_OPT_OUT} THEN enrollment_rate_bp
                 WHEN code = {DEFERRAL_ESCALATION} THEN deferral_bp END AS old_rate_bp""",
        f"""CASE WHEN code IN ({TERMINATION}, {NEW_HIRE_TERMINATION}) THEN termination_ppm
                 WHEN code = {AUTO_ENROLLMENT} THEN {MILLION} - choice_ppm
                 WHEN code IN ({ENROLLMENT_CODES}) THEN choice_ppm
                 WHEN code = {ENROLLMENT_OPT_OUT} THEN opt_out_ppm
                 WHEN code = {PROMOTION} THEN promotion_ppm
                 ELSE {MILLION} END AS chance_ppm""",
    )


EVENT_DETAILS = f"""CASE
    WHEN code = {HIRING} THEN concat('hired at level ', level_id)
    WHEN code = {RAISE} THEN concat('merit ', raise_merit_ppm, ' ppm, COLA ', cola_ppm, ' ppm')
    WHEN code = {PROMOTION} THEN concat('level ', level_before, ' to ', level_id, ', raise ', promotion_raise_ppm, ' ppm')
    WHEN code = {DEFERRAL_ESCALATION} THEN concat('deferral ', old_rate_bp, ' to ', new_rate_bp, ' bp')
    WHEN code IN ({ENROLLMENT_CODES}) THEN concat('enrolled at ', new_rate_bp, ' bp')
    WHEN code = {ENROLLMENT_OPT_OUT} THEN concat('opted out of ', old_rate_bp, ' bp')
    WHEN code = {NEW_HIRE_TERMINATION} THEN concat('left ', datediff(effective_date, hire_date), ' days after hire')
    WHEN code = {TERMINATION} THEN concat('left at level ', level_id) END"""


def event_rows(timeline: DataFrame, year_row: DataFrame, categories: DataFrame, event_id: Callable[..., Column]) -> DataFrame:
    """The year's events in the columns of the event row."""
    events = reported(ordered(timeline.crossJoin(year_row))).join(categories, "code", "left")
    return events.selectExpr(
        "scenario_id", "plan_design_id", "employee_id", "employee_ssn", "event_type", "event_category",
        "simulation_year", "code", "effective_date",
        f"{EVENT_DETAILS} AS event_details",
        f"{money('pay_cents')} AS compensation_amount",
        f"{money('previous_pay_cents')} AS previous_compensation",
        f"{deferral_rate('new_rate_bp')} AS employee_deferral_rate",
        f"{deferral_rate('old_rate_bp')} AS prev_employee_deferral_rate",
        "age AS employee_age", "tenure AS employee_tenure", "level_id", "age_band", "tenure_band",
        f"{probability('chance_ppm')} AS event_probability",
        "event_sequence",
    ).withColumn("event_id", event_id("employee_id", "simulation_year", "code", "event_sequence")).select(
        *EVENT_COLUMNS
    )  # fmt: skip
