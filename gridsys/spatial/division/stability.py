"""Stability: start from the plan in force, touch only what left its tolerance, and pay for every household moved."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.optimize import linear_sum_assignment

from gridsys.spatial.division import kernels
from gridsys.spatial.division.kernels import Aim, Dice, Graph, Home
from gridsys.spatial.division.partition import TOLERANCE, dice
from gridsys.spatial.topology import Floats, Ints, components

PRICES: Final = (60.0, 20.0, 5.0, 1.0)
"""What moving one mean grid's weight to another grid costs, in sides of a typical grid."""
ATTEMPTS: Final = 12
KEEP_WITHIN: Final = 0.10
"""A grid of the plan in force is left alone while its weight lies within this share of the mean."""
REPAIR_WITHIN: Final = 0.09
"""Tolerance of a repair, a little tighter so that the next small change does not need another."""


def warm_partition(g: Graph, count: int, home: Ints, seed: int) -> Ints:
    """Return the grid (0..count-1) of each vertex, as near to the plan in force as the tolerance allows.

    Parameters
    ----------
    g
        A connected graph.
    count
        Grids wanted; when it differs from the grids in force, the heaviest are split or the lightest merged first.
    home
        Grid in force of each vertex, any numbers, -1 for none.
    seed
        Seed of the generator.
    """
    label = _whole(g, home)
    throws = dice(seed)
    mean = float(g.weight.sum()) / count
    label = _to_count(g, label, count, Aim(mean, TOLERANCE), throws)
    held = np.bincount(label, g.weight, count)
    if np.abs(held / mean - 1).max() <= KEEP_WITHIN:
        return label
    return _repaired(g, label, np.where(home >= 0, label, -1), count, throws)


def _repaired(g: Graph, label: Ints, home: Ints, count: int, throws: Dice) -> Ints:
    """Return the labelling inside the tolerance that moves least weight from home, at whatever price it was found.

    Where none is found, the best balanced one.
    """
    aim = Aim(float(g.weight.sum()) / count, REPAIR_WITHIN)
    members, active = np.arange(len(label)), np.ones(count, dtype=np.bool_)
    nearest, least_off = label, np.inf
    best, least = None, np.inf
    for price in PRICES:
        before = least
        for attempt in range(ATTEMPTS):
            tried, now = label.copy(), Home(home, price)
            kernels.anneal(g, tried, members, active, aim, now, 150 * len(label), 0.03 * (attempt + 1), throws)
            if attempt % 2:
                kernels.improve(g, tried, count, aim, now, 10 * count, 30, throws)
            off = float(np.abs(np.bincount(tried, g.weight, count) / aim.mean - 1).max())
            moved = moved_weight(g, home, tried)
            if off <= KEEP_WITHIN and moved < least:
                best, least = tried, moved
            if off < least_off:
                nearest, least_off = tried, off
        if least == before < np.inf:
            break  # a lower price, which moves more freely, brought nothing
    return nearest if best is None else best


def moved_weight(g: Graph, home: Ints, label: Ints) -> float:
    """Return the weight that leaves its grid in force, all of a grid's where half or more does: it loses its code.

    Parameters
    ----------
    g
        A graph.
    home, label
        Grid of each vertex before (-1 for none) and after, by the same numbers.

    Examples
    --------
    >>> from gridsys.spatial.division.partition import graph
    >>> row = graph(np.array([3.0, 1, 4]), np.array([0, 1]), np.array([1, 2]), np.ones(2))
    >>> home = np.array([0, 0, 1])
    >>> moved_weight(row, home, np.array([0, 1, 1])), moved_weight(row, home, np.array([1, 0, 1]))
    (1.0, 4.0)
    """
    known = home >= 0
    held = np.bincount(home[known], g.weight[known])
    stays = np.bincount(home[known], g.weight[known] * (label == home)[known])
    return float((held - np.where(2 * stays > held, stays, 0.0)).sum())


def _dense(home: Ints) -> Ints:
    """Return labels counted from 0 in ascending order of the given ones."""
    return np.unique(home, return_inverse=True)[1].astype(np.int64)


def _whole(g: Graph, home: Ints) -> Ints:
    """Return labels from the plan in force, each in one piece; a stray vertex takes its dearest neighbour's label."""
    same = (home[g.left] == home[g.right]) & (home[g.left] >= 0)
    part = components(len(home), g.left[same], g.right[same])
    size = np.bincount(part, g.weight + 1e-9)
    label = np.full(len(home), -1, dtype=np.int64)
    for grid in np.unique(home[home >= 0]):
        own = part[home == grid]
        label[(home == grid) & (part == own[np.argmax(size[own])])] = grid
    while (label < 0).any():
        if (label < 0).all():
            return np.zeros(len(home), dtype=np.int64)
        for vertex in np.flatnonzero(label < 0):
            near = slice(g.start[vertex], g.start[vertex + 1])
            beside = label[g.near[near]]
            if (beside >= 0).any():
                label[vertex] = np.bincount(beside[beside >= 0], g.around[near][beside >= 0]).argmax()
    return _dense(label)


def _to_count(g: Graph, label: Ints, count: int, aim: Aim, throws: Dice) -> Ints:
    """Return labels split or merged until there are ``count`` of them."""
    label = label.copy()
    have = int(label.max()) + 1
    while have < count:
        for grid in np.argsort(-np.bincount(label, g.weight), kind="stable"):
            if kernels.tree_cut(g, label, int(grid), have, 1, 1, 40, aim, throws):
                break
        have += 1
    while have > count:
        held = np.bincount(label, g.weight)
        giver = int(held.argmin())
        touching = (label[g.left] == giver) != (label[g.right] == giver)
        beside = np.where(label[g.left] == giver, label[g.right], label[g.left])[touching]
        label[label == giver] = min(np.unique(beside), key=lambda grid: (held[grid], grid))
        label = _dense(label)
        have -= 1
    return label


def match(label: Ints, home: Ints, weight: Floats, area_m2: Floats, *, shape: tuple[int, int]) -> Ints:
    """Return for each new grid of an area the grid in force it continues, -1 for none.

    A grid continues the one in force with which it shares most weight (area, where there is none) when that is more
    than half of the old grid's; pairs are chosen to keep the most weight in all.

    Parameters
    ----------
    label, home
        New and old grid of each atom, counted from 0 in the area; -1 for no old one.
    weight, area_m2
        Of each atom.
    shape
        How many new and old grids there are.
    """
    found = np.full(shape[0], -1, dtype=np.int64)
    known = home >= 0
    if not known.any():
        return found
    common = np.zeros(shape)
    np.add.at(common, (label[known], home[known]), (weight + area_m2 * 1e-9)[known])
    common[common <= 0.5 * common.sum(axis=0)] = 0
    rows, columns = linear_sum_assignment(-common)
    kept = common[rows, columns] > 0
    found[rows[kept]] = columns[kept]
    return found
