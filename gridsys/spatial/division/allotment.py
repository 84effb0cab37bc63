"""Allotment: how many grids each area gets, and each detached part of an area."""

from __future__ import annotations

import heapq
from typing import Final

import numpy as np

from gridsys.errors import DivisionError
from gridsys.spatial.division.rule import Count, Rule, TargetArea
from gridsys.spatial.topology import Floats, Ints

KEEP: Final = 500 / 300
"""A fixed count moves a grid to another area only when that area's claim is stronger by this factor.

It is the proportion of the usual window's ends, so both rules keep a number of grids about equally long.
"""

UNIT_SLACK: Final = 0.25
"""Unit grids keep their number while their mean lies within this share of the target area."""


def allot(weights: Floats, least: Ints, most: Ints, rule: Rule, previous: Ints | None = None) -> Ints:
    """Return the number of grids of each area.

    Parameters
    ----------
    weights
        Weight of each area (square metres under :class:`TargetArea`).
    least, most
        Fewest and most grids each area can have: its detached parts, its indivisible pieces.
    rule
        The rule of the division.
    previous
        Grids each area has in the plan in force; 0 for a new area.

    Raises
    ------
    DivisionError
        GS302 when a fixed count is less than the areas need or more than they can take.

    Examples
    --------
    >>> from gridsys.spatial.division import Window
    >>> one, many = np.ones(2, dtype=np.int64), np.full(2, 99)
    >>> allot(np.array([800.0, 1630.0]), one, many, Window()).tolist()
    [2, 4]
    >>> allot(np.array([800.0, 1630.0]), one, many, Count(4)).tolist()
    [1, 3]
    """
    if isinstance(rule, Count):
        return huntington_hill(weights, least, most, rule.total, previous)
    if isinstance(rule, TargetArea):
        middle, low, high = rule.m2, rule.m2 * (1 - UNIT_SLACK), rule.m2 * (1 + UNIT_SLACK)
    else:
        middle, low, high = (rule.lightest + rule.heaviest) / 2, rule.lightest, rule.heaviest
    wanted = np.rint(weights / middle)
    if previous is not None:
        mean = weights / np.maximum(previous, 1)
        wanted = np.where((previous > 0) & (mean >= low) & (mean <= high), previous, wanted)
    return np.clip(wanted, least, most).astype(np.int64)


def huntington_hill(weights: Floats, least: Ints, most: Ints, total: int, previous: Ints | None = None) -> Ints:
    """Return whole numbers that sum to ``total``, by the method that keeps relative differences smallest.

    Each further grid goes to the area with the largest ``weight² / (n (n + 1))``. With a previous allotment of the same
    areas, grids move only from weak to clearly stronger claims.

    Raises
    ------
    DivisionError
        GS302 when ``total`` cannot be met between ``least`` and ``most``.

    Examples
    --------
    >>> huntington_hill(np.array([300.0, 100.0]), np.array([1, 1]), np.array([9, 9]), 4).tolist()
    [3, 1]
    """
    if not least.sum() <= total <= most.sum():
        raise DivisionError(
            "GS302", f"{total} grids cannot be allotted to {len(weights)} areas",
            why=f"they need at least {least.sum()} and can be divided into at most {most.sum()} with blocks whole",
            fix="change the count, or give more roads",
        )  # fmt: skip
    if previous is not None and (previous > 0).all():
        return _shift(weights, least, most, total, np.clip(previous, least, most))
    return _add(weights, most, total, least.copy())


def _claim(weight: float, held: int) -> float:
    return weight * weight / (held * (held + 1))


def _add(weights: Floats, most: Ints, total: int, held: Ints) -> Ints:
    heap = [(-_claim(weights[area], held[area]), area) for area in range(len(held)) if held[area] < most[area]]
    heapq.heapify(heap)
    for _ in range(total - int(held.sum())):
        _, area = heapq.heappop(heap)
        held[area] += 1
        if held[area] < most[area]:
            heapq.heappush(heap, (-_claim(weights[area], held[area]), area))
    return held


def _shift(weights: Floats, least: Ints, most: Ints, total: int, held: Ints) -> Ints:
    """Return the previous allotment, grids moved from the weakest to the strongest claim while that is clear."""
    while True:
        gains = np.where(held < most, weights * weights / (held * (held + 1.0)), -np.inf)
        losses = np.where(held > least, weights * weights / (np.maximum(held - 1.0, 1e-9) * held), np.inf)
        taker, giver = int(gains.argmax()), int(losses.argmin())
        surplus = int(held.sum()) - total
        if surplus < 0:
            held[taker] += 1
        elif surplus > 0:
            held[giver] -= 1
        elif gains[taker] > KEEP * KEEP * losses[giver]:
            held[taker] += 1
            held[giver] -= 1
        else:
            return held
