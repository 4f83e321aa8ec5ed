"""The steps of a year up to everybody's timeline, in the order and by the names of docs/event-rules.md.

Each takes tables and returns one, with Spark's built-in functions only. What is computed first comes from the facts of
the year, which stand beside each row (`Tables.year_row`).
"""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql.functions import row_number

from assumptions import Tables
from rules import (
    AUTO_ENROLLMENT,
    PROACTIVE_VOLUNTARY,
    VOLUNTARY_ENROLLMENT,
    YEAR_OVER_YEAR_CONVERSION,
    bounded,
    bounds_reached,
    days_after,
    raised_pay,
    times_ppm,
)

STATE = {
    "employee_id": "STRING",
    "employee_ssn": "STRING",
    "birth_date": "DATE",
    "hire_date": "DATE",
    "level_id": "INT",
    "compensation_cents": "BIGINT",
    "deferral_bp": "INT",
    "enrollment_date": "DATE",
    "ever_opted_out": "BOOLEAN",
    "escalation_opt_out": "BOOLEAN",
}

DRAWS = (
    "termination_rank", "termination_day", "promotion", "promotion_raise", "raise_month", "raise_day", "enrollment",
    "enrollment_day", "opt_out", "hire_day", "hire_age", "hire_birthday", "hire_pay", "new_hire_termination_rank",
    "new_hire_termination_day", "reserve",
)  # fmt: skip


def headcount(state: DataFrame) -> dict[int, int]:
    """People of the state by level."""
    return {row.level_id: row["count"] for row in state.groupBy("level_id").count().collect()}


def leavers(state: DataFrame, draws: DataFrame, levels: DataFrame) -> DataFrame:
    """Who of the people of 1 January leaves ("Ranked selection"): per level, the quota with the lowest draws."""
    by_draw = Window.partitionBy("level_id").orderBy("termination_rank", "employee_id")
    return (
        state.select("employee_id", "level_id")
        .join(draws.select("employee_id", "termination_rank"), "employee_id")
        .select("employee_id", "level_id", row_number().over(by_draw).alias("place"))
        .join(levels, "level_id")
        .where("place <= leavers")
        .select("employee_id", "termination_ppm")
    )


def hires(draws: DataFrame, levels: DataFrame, hire_ages: DataFrame) -> DataFrame:
    """The year's hires as they start ("Hires"), with their number `k` in the year."""
    return (
        levels.where("hires > 0")
        .selectExpr("*", "explode(sequence(first_k, last_k)) AS k")
        .selectExpr(
            "*",
            "concat('NH_', simulation_year, '_', lpad(string(k), 6, '0')) AS employee_id",
            "concat('SSN-', 900000000 + hired_before + k) AS employee_ssn",
        )
        .join(draws, "employee_id")
        .selectExpr("*", f"{bounded('hire_age', 'hire_age_places')} AS place")
        .join(hire_ages, "place", "left")
        .selectExpr("*", "make_date(simulation_year - age, 1, 1) AS born_from",
                    "make_date(simulation_year - age + 1, 1, 1) AS born_before")
        .selectExpr(
            "employee_id",
            "employee_ssn",
            days_after("born_from", bounded("hire_birthday", "datediff(born_before, born_from)")) + " AS birth_date",
            days_after("first_day", bounded("hire_day", "datediff(last_day, first_day)")) + " AS hire_date",
            "level_id",
            times_ppm("hire_point_cents", f"1000000 - pay_spread_ppm + {bounded('hire_pay', '2 * pay_spread_ppm + 1')}")
            + " AS compensation_cents",
            "0 AS deferral_bp",
            "CAST(NULL AS DATE) AS enrollment_date",
            "false AS ever_opted_out",
            "false AS escalation_opt_out",
            "k",
            "new_hire_termination_rank",
            "new_hire_termination_ppm",
        )
    )  # fmt: skip


def new_hire_leavers(hires: DataFrame, quota: int) -> DataFrame:
    """Who of the year's hires leaves again before it ends ("Ranked selection"), levels together."""
    return (
        hires.orderBy("new_hire_termination_rank", "k")
        .limit(quota)
        .selectExpr("employee_id", "new_hire_termination_ppm AS termination_ppm")
    )


def everybody(state: DataFrame, hires: DataFrame, leavers: DataFrame, draws: DataFrame, year_row: DataFrame) -> DataFrame:
    """Employees and hires with their draws, and the day on which they leave ("Day of termination")."""
    people = state.selectExpr(*STATE, "false AS is_hire").unionByName(hires.selectExpr(*STATE, "true AS is_hire"))
    drawn = draws.withColumnsRenamed({name: f"{name}_draw" for name in DRAWS})
    last_draw = "CASE WHEN is_hire THEN new_hire_termination_day_draw ELSE termination_day_draw END"
    return (
        people.join(drawn, "employee_id")
        .join(leavers, "employee_id", "left")
        .crossJoin(year_row)
        .selectExpr(
            "*",
            # Nobody leaves on the day of the hire; others may on 1 January.
            "CASE WHEN is_hire THEN date_add(hire_date, 1) ELSE first_day END AS leaves_from",
        )
        .selectExpr(
            "*",
            "CASE WHEN termination_ppm IS NOT NULL THEN "
            + days_after("leaves_from", bounded(last_draw, "datediff(last_day, leaves_from) + 1"))
            + " END AS termination_date",
        )
        # "Employed on a day" means: the day is before this one.
        .selectExpr("*", "coalesce(termination_date, DATE'9999-12-31') AS leaves_on")
    )


def derived(people: DataFrame, tables: Tables) -> DataFrame:
    """Derived quantities, and what the tables of the assumptions say about them."""
    given = tables.assumptions
    segments = given["segments"]
    return (
        people.selectExpr(
            "*",
            "simulation_year - year(birth_date) AS age",
            "int(greatest(datediff(first_day, hire_date), 0) * 4 div 1461) AS tenure",
        )
        .selectExpr(
            "*",
            bounds_reached("age", given["age_bands"]["from"]) + " AS age_band_index",
            bounds_reached("tenure", given["tenure_bands"]["from"]) + " AS tenure_band_index",
            bounds_reached("age", segments["choice_age_from"]) + " AS choice_age_segment",
            bounds_reached("age", segments["auto_age_from"]) + " AS auto_age_segment",
            bounds_reached("compensation_cents", segments["income_from_cents"]) + " AS income_segment",
            bounds_reached("level_id", segments["level_from"]) + " AS level_segment",
            bounds_reached("tenure", segments["tenure_from"]) + " AS tenure_segment",
            f"{bounded('raise_month_draw', 'raise_month_places')} AS place",
        )
        # Every combination is there; an inner join would first compute everything only to look for missing keys.
        .join(tables.level_cells, ["level_id", "age_band_index", "tenure_band_index"], "left")
        .join(tables.enrollment_cells,
              ["choice_age_segment", "auto_age_segment", "income_segment", "level_segment", "tenure_segment"], "left")
        .join(tables.raise_months, "place", "left")
    )  # fmt: skip


def decided(people: DataFrame) -> DataFrame:
    """What happens to everybody in the year, and when ("Events"). On the day of a termination nothing else happens."""
    return (
        people.selectExpr(
            "*",
            f"promotion_raise_min_ppm + {bounded('promotion_raise_draw', 'promotion_raise_choices')} AS promotion_raise_ppm",
            "element_at(months, month) AS raise_month",
            # The choice is proactive for hires, voluntary for employees in the first year, a conversion later.
            f"""CASE WHEN is_hire THEN {PROACTIVE_VOLUNTARY} WHEN is_first_year THEN {VOLUNTARY_ENROLLMENT}
                     ELSE {YEAR_OVER_YEAR_CONVERSION} END AS choice_code""",
            """CASE WHEN is_hire THEN proactive_ppm WHEN is_first_year THEN voluntary_ppm
                    ELSE conversion_ppm END AS choice_ppm""",
            """CASE WHEN is_hire THEN proactive_threshold WHEN is_first_year THEN voluntary_threshold
                    ELSE conversion_threshold END AS choice_threshold""",
            "CASE WHEN is_hire OR is_first_year THEN rate_bp ELSE conversion_rate_bp END AS choice_rate_bp",
            "CASE WHEN is_hire THEN auto_hires_from ELSE auto_employees_from END AS auto_from",
            f"""CASE WHEN is_hire
                     THEN date_add({days_after("hire_date", bounded("enrollment_day_draw", "proactive_days"))},
                                   proactive_first_day)
                     ELSE choice_day END AS choice_date""",
            "CASE WHEN is_hire THEN date_add(hire_date, auto_window_days) ELSE auto_day END AS auto_date",
            "least(deferral_bp + escalation_increment_bp, escalation_cap_bp) AS escalated_rate_bp",
        )
        .selectExpr(
            "*",
            days_after("raise_month", bounded("raise_day_draw", "day(last_day(raise_month))")) + " AS raise_day",
            """NOT is_hire AND level_id < highest_level AND tenure >= promotion_min_tenure AND age <= promotion_max_age
               AND promotion_day < leaves_on AND promotion_draw < promotion_threshold AS is_promoted""",
            """NOT is_hire AND escalation_enabled AND coalesce(enrollment_date < escalation_enrolled_before, false)
               AND deferral_bp < escalation_cap_bp AND NOT escalation_opt_out
               AND coalesce(hire_date >= escalation_hired_from, true) AND escalation_day < leaves_on AS escalates""",
            # By choice or else, in its scope, by the plan; of people who are not enrolled and never opted out.
            f"""CASE WHEN enrollment_date IS NOT NULL OR ever_opted_out THEN NULL
                     WHEN enrollment_draw < choice_threshold THEN choice_code
                     WHEN hire_date >= auto_from THEN {AUTO_ENROLLMENT} END AS enrollment_code""",
        )
        .selectExpr(
            "*",
            "CASE WHEN NOT is_hire AND tenure >= raise_min_tenure AND raise_day < leaves_on THEN raise_day END AS raise_date",
            f"""least(CASE WHEN enrollment_code = {AUTO_ENROLLMENT} THEN auto_date ELSE choice_date END, last_day)
                AS new_enrollment_date""",
            f"CASE WHEN enrollment_code = {AUTO_ENROLLMENT} THEN auto_rate_bp ELSE choice_rate_bp END AS enrollment_rate_bp",
        )
        .selectExpr(
            "*",
            "enrollment_code IS NOT NULL AND new_enrollment_date < leaves_on AS enrolls",
            "least(date_add(new_enrollment_date, opt_out_grace_days), last_day) AS opt_out_date",
        )
        .selectExpr(
            "*",
            f"""enrolls AND enrollment_code = {AUTO_ENROLLMENT} AND opt_out_date < leaves_on
                AND opt_out_draw < opt_out_threshold AS opts_out""",
        )
    )


def folded(people: DataFrame) -> DataFrame:
    """Pay and level after each event that changes them ("Folding"). Where one does not happen, they stay as they are."""
    def after_raise(pay: str, merit: str) -> str:
        return raised_pay(pay, f"{merit} + cola_ppm", "raise_cap_ppm", "raise_cap_cents")

    after_promotion = raised_pay(
        "early_pay_cents", "promotion_raise_ppm", "promotion_raise_cap_ppm", "promotion_raise_cap_cents"
    )
    return (
        people.selectExpr(
            "*",
            # An early raise comes before the promotion, a late one on its day or after it.
            "coalesce(raise_date < promotion_day, false) AS raised_early",
            "coalesce(raise_date >= promotion_day, false) AS raised_late",
            "level_id + int(is_promoted) AS final_level_id",
        )
        .selectExpr(
            "*",
            f"""CASE WHEN raised_early THEN {after_raise('compensation_cents', 'merit_ppm')}
                     ELSE compensation_cents END AS early_pay_cents""",
            # A late raise counts on the level and the pay of the promotion.
            "CASE WHEN raised_late THEN final_level_id ELSE level_id END AS raise_level_id",
            "CASE WHEN raised_late AND is_promoted THEN promoted_merit_ppm ELSE merit_ppm END AS raise_merit_ppm",
        )
        .selectExpr("*", f"CASE WHEN is_promoted THEN {after_promotion} ELSE early_pay_cents END AS promoted_pay_cents")
        .selectExpr(
            "*",
            f"""CASE WHEN raised_late THEN {after_raise('promoted_pay_cents', 'raise_merit_ppm')}
                     ELSE promoted_pay_cents END AS final_pay_cents""",
            # At the end of the year.
            """CASE WHEN opts_out THEN 0 WHEN enrolls THEN enrollment_rate_bp WHEN escalates THEN escalated_rate_bp
                    ELSE deferral_bp END AS final_deferral_bp""",
            """CASE WHEN opts_out THEN NULL WHEN enrolls THEN new_enrollment_date
                    ELSE enrollment_date END AS final_enrollment_date""",
            "ever_opted_out OR opts_out AS finally_opted_out",
        )
    )


# What events and the next state need of a person's year.
TIMELINE = (
    *STATE, "is_hire", "age", "tenure", "age_band", "tenure_band",
    "termination_date", "termination_ppm",
    "escalates", "escalated_rate_bp",
    "enrolls", "enrollment_code", "new_enrollment_date", "enrollment_rate_bp", "choice_ppm",
    "opts_out", "opt_out_date", "opt_out_ppm",
    "is_promoted", "promotion_ppm", "promotion_raise_ppm", "promoted_pay_cents",
    "raise_date", "raised_early", "raise_level_id", "raise_merit_ppm", "early_pay_cents",
    "final_level_id", "final_pay_cents", "final_deferral_bp", "final_enrollment_date", "finally_opted_out",
)  # fmt: skip


def timeline(state: DataFrame, draws: DataFrame, tables: Tables, year: int) -> DataFrame:
    """Everybody's year in one row."""
    levels = tables.levels_of_year(year, headcount(state))
    hired = hires(draws, levels, tables.hire_ages)
    leaving_hires = new_hire_leavers(hired, tables.plan[year]["new_hire_leavers"])
    leaving = leavers(state, draws, levels).unionByName(leaving_hires)
    people = everybody(state, hired, leaving, draws, tables.year_row(year))
    return folded(decided(derived(people, tables))).select(*TIMELINE)


def roll_forward(timeline: DataFrame) -> DataFrame:
    """The state of the next 1 January: those who stay, with what the year made of them."""
    return timeline.where("termination_date IS NULL").selectExpr(
        "employee_id", "employee_ssn", "birth_date", "hire_date",
        "final_level_id AS level_id", "final_pay_cents AS compensation_cents", "final_deferral_bp AS deferral_bp",
        "final_enrollment_date AS enrollment_date", "finally_opted_out AS ever_opted_out", "escalation_opt_out",
    )  # fmt: skip
