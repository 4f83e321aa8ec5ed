"""The arithmetic of docs/event-rules.md as Spark SQL, and the split of the year's plan over levels.

All of it is on whole numbers of 64 bits: `div` divides them without a detour over floating point, and nothing here is
negative.
"""

from __future__ import annotations

# Codes of the event categories: the order of events on the same day, and part of the event id.
TERMINATION = 1
NEW_HIRE_TERMINATION = 2
HIRING = 3
VOLUNTARY_ENROLLMENT = 4
YEAR_OVER_YEAR_CONVERSION = 5
PROACTIVE_VOLUNTARY = 6
AUTO_ENROLLMENT = 7
ENROLLMENT_OPT_OUT = 8
DEFERRAL_ESCALATION = 9
PROMOTION = 10
RAISE = 11

ENROLLMENTS = (VOLUNTARY_ENROLLMENT, YEAR_OVER_YEAR_CONVERSION, PROACTIVE_VOLUNTARY, AUTO_ENROLLMENT)

MILLION = 1_000_000


# --- Numbers ----------------------------------------------------------------------------------------------------------


def bounded(draw: str, choices: str) -> str:
    """(draw * choices) >> 32: a whole number below `choices`."""
    return f"shiftright(bigint({draw}) * ({choices}), 32)"


def times_ppm(amount: str, ppm: str) -> str:
    """An amount times a rate in parts per million, rounded half up."""
    return f"((({amount}) * ({ppm}) + 500000) div {MILLION})"


def share_ppm(part: int, whole: int) -> int:
    """Part of a whole in parts per million, rounded half up; 0 of nothing."""
    return (part * MILLION + whole // 2) // whole if whole else 0


def days_after(day: str, days: str) -> str:
    return f"date_add({day}, int({days}))"


def bounds_reached(value: str, bounds: list[int]) -> str:
    """Index of a band or segment, from 0: how many lower bounds a value reaches."""
    return " + ".join(["0", *(f"int({value} >= {bound})" for bound in bounds)])


def raised_pay(pay: str, rate_ppm: str, cap_ppm: str, cap_cents: str) -> str:
    """Pay after a raise, with its caps as a share of pay and in cents ("Folding")."""
    return f"({pay} + least({times_ppm(pay, rate_ppm)}, {times_ppm(pay, cap_ppm)}, {cap_cents}))"


# --- Exact decimals of the event row: the value times one unit of the last digit ----------------------------------------


def money(cents: str) -> str:
    """DECIMAL(18,2). Its digits are those of both factors and one more."""
    return f"(cast({cents} AS DECIMAL(15,0)) * 0.01BD)"


def deferral_rate(bp: str) -> str:
    return f"cast(cast({bp} AS DECIMAL(5,0)) * 0.0001BD AS DECIMAL(5,4))"


def probability(ppm: str) -> str:
    return f"cast(cast({ppm} AS DECIMAL(7,0)) * 0.000001BD AS DECIMAL(7,6))"
