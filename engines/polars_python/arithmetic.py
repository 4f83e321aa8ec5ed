"""Integer arithmetic of docs/event-rules.md, "Numbers", as expressions. Days count from 1970-01-01."""

from __future__ import annotations

import datetime

import polars as pl

MILLION = 1_000_000
EPOCH = datetime.date(1970, 1, 1)


def bounded(draw: pl.Expr, n: pl.Expr | int) -> pl.Expr:
    """A whole number from 0 to n - 1."""
    return draw.cast(pl.Int64) * n // 2**32


def times_ppm(amount: pl.Expr, ppm: pl.Expr | int) -> pl.Expr:
    """Amount times rate, rounded half up."""
    return (amount * ppm + MILLION // 2) // MILLION


def share_ppm(part: int, whole: int) -> int:
    """The share of the part in ppm, rounded half up; 0 of nothing."""
    return (part * MILLION + whole // 2) // whole if whole else 0


def smaller(a: pl.Expr, b: pl.Expr | int) -> pl.Expr:
    return a.clip(upper_bound=b)


def band(value: pl.Expr, lower_bounds: list[int]) -> pl.Expr:
    """The index of the band or segment: how many lower bounds the value reaches."""
    reached = [(value >= bound).cast(pl.Int32) for bound in lower_bounds]
    return sum(reached[1:], reached[0]) if reached else pl.lit(0, pl.Int32)


def lookup(values: pl.Series, index: pl.Expr) -> pl.Expr:
    """The values of a table at an index."""
    return pl.lit(values).gather(index)


def days(date: str | datetime.date) -> int:
    """The number of a day."""
    return ((datetime.date.fromisoformat(date) if isinstance(date, str) else date) - EPOCH).days


def decimal(unscaled: pl.Expr, precision: int, scale: int) -> pl.Expr:
    """Cents, basis points or ppm as the exact decimal that shows them."""
    return unscaled.cast(pl.Int128).reinterpret(dtype=pl.Decimal(precision, scale))
