"""Stability: start from the plan in force, touch only what left its tolerance, and pay for every household moved."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.optimize import linear_sum_assignment

from gridsys.spatial.division import kernels
from gridsys.spatial.division.partition import Graph, mixed
from gridsys.spatial.topology import Ints, components

STAY: Final = 20.0
"""What moving one mean grid's weight to another grid costs, in sides of a typical grid."""
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
    state = np.array([mixed(seed)], dtype=np.uint64)
    mean = float(g.weight.sum()) / count
    label, grown = _to_count(g, label, count, mean, state)
    held = np.bincount(label, g.weight, count)
    if not grown and (label == _dense(home)).all() and np.abs(held / mean - 1).max() <= KEEP_WITHIN:
        return label
    anchor = np.where(home >= 0, label, -1)
    if np.abs(held / mean - 1).max() > KEEP_WITHIN:
        members, active = np.arange(len(label)), np.ones(count, dtype=np.bool_)
        best, least = label, np.inf
        for _ in range(3):
            tried = label.copy()
            kernels.anneal(g.start, g.near, g.around, g.weight, tried, members, active, mean, REPAIR_WITHIN,
                           300 * len(label), 0.3, anchor, STAY, state, kernels.LOGS)  # fmt: skip
            value = kernels.energy(g.left, g.right, g.cost, g.weight, tried, count, mean, REPAIR_WITHIN)
            value += kernels.strayed(g.weight, tried, anchor, STAY, mean)
            if value < least:
                best, least = tried, value
        label = best
    return label


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


def _to_count(g: Graph, label: Ints, count: int, mean: float, state: np.ndarray) -> tuple[Ints, bool]:
    """Return labels split or merged until there are ``count`` of them, and whether anything changed."""
    label = label.copy()
    have, changed = int(label.max()) + 1, False
    pair = np.ones(2, dtype=np.int64)
    while have < count:
        changed = True
        for grid in np.argsort(-np.bincount(label, g.weight), kind="stable"):
            if kernels.tree_cut(g.left, g.right, g.cost, g.weight, label, grid, have, pair, 40, mean, 0.05, state):
                break
        have += 1
    while have > count:
        changed = True
        held = np.bincount(label, g.weight)
        giver = int(held.argmin())
        touching = (label[g.left] == giver) != (label[g.right] == giver)
        beside = np.where(label[g.left] == giver, label[g.right], label[g.left])[touching]
        label[label == giver] = min(np.unique(beside), key=lambda grid: (held[grid], grid))
        label = _dense(label)
        have -= 1
    return label, changed


def match(label: Ints, home: Ints, weight: np.ndarray, area_m2: np.ndarray, grids: int, homes: int) -> Ints:
    """Return for each new grid the grid in force it continues, -1 for none.

    A grid continues the one in force with which it shares most weight (area, where there is none) when that is more
    than half of the old grid's; pairs are chosen to keep the most weight in all.
    """
    value = weight + area_m2 * 1e-9
    known = home >= 0
    common = np.zeros((grids, homes))
    np.add.at(common, (label[known], home[known]), value[known])
    whole = common.sum(axis=0)
    common[common <= 0.5 * whole] = 0
    found = np.full(grids, -1, dtype=np.int64)
    rows, columns = linear_sum_assignment(-common)
    kept = common[rows, columns] > 0
    found[rows[kept]] = columns[kept]
    return found
