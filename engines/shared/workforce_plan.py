"""The split of a year's plan over levels (docs/event-rules.md, "Workforce plan"), for engines that do it in Python."""

from __future__ import annotations


def split_over_levels(total: int, weights: list[int]) -> list[int]:
    """Shares of a total by largest remainder; equal remainders favour the lower level. All are 0 if the weights are."""
    weight_of_all = sum(weights)
    if weight_of_all == 0:
        return [0] * len(weights)
    shares = [total * weight // weight_of_all for weight in weights]
    remainders = [total * weight % weight_of_all for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda level: (-remainders[level], level))
    for level in by_remainder[: total - sum(shares)]:
        shares[level] += 1
    return shares
