"""Groups: every connected set of blocks that could be one grid, and whether such sets can tile a piece.

This is a relaxation, so a "no" is a proof: blocks without weight connect their neighbours for any number of groups at once.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from ortools.sat.python import cp_model

from gridsys.spatial.division.kernels import Graph
from gridsys.spatial.topology import components

MOST_STEPS: Final = 200_000
"""Sets looked at before the search is given up."""
COVER_LIMIT: Final = 5.0
"""Deterministic seconds the solver may take over the tiling."""


def no_grouping(g: Graph, count: int, low: float, high: float) -> bool:
    """Return whether it is proved that the blocks cannot be parted into connected groups within the weights.

    Parameters
    ----------
    g
        A connected graph.
    count
        Groups wanted.
    low, high
        Weight of a group, both included; ``low`` above 0.

    Examples
    --------
    A row of three blocks weighing 1, 4 and 1 has no two groups of 2 to 4, since the ends do not touch:

    >>> ends = Graph(np.array([1.0, 4.0, 1.0]), np.array([0, 1]), np.array([1, 2]), np.ones(2),
    ...     np.array([0, 1, 3, 4]), np.array([1, 0, 2, 1]), np.ones(4))
    >>> no_grouping(ends, 2, 2, 4), no_grouping(ends, 2, 1, 5)
    (True, False)
    """
    near = _touching(g)
    weight = g.weight[g.weight > 0].tolist()
    groups = _groups(weight, near, low, high)
    if groups is None:
        return False
    holding: list[list[int]] = [[] for _ in weight]
    for number, group in enumerate(groups):
        for vertex in group:
            holding[vertex].append(number)
    if not all(holding):
        return True
    model = cp_model.CpModel()
    chosen = [model.new_bool_var("") for _ in groups]
    for numbers in holding:
        model.add_exactly_one(chosen[number] for number in numbers)
    model.add(cp_model.LinearExpr.sum(chosen) == count)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = COVER_LIMIT
    return bool(solver.solve(model) == cp_model.INFEASIBLE)


def _touching(g: Graph) -> list[set[int]]:
    """Return for each block with weight those it touches, itself or across blocks without weight."""
    heavy = g.weight > 0
    place = np.cumsum(heavy) - 1
    light = ~heavy[g.left] & ~heavy[g.right]
    patch = components(len(g.weight), g.left[light], g.right[light])
    near: list[set[int]] = [set() for _ in range(int(heavy.sum()))]
    around: dict[int, set[int]] = {}
    for left, right in zip(g.left.tolist(), g.right.tolist(), strict=True):
        if heavy[left] and heavy[right]:
            near[place[left]].add(int(place[right]))
            near[place[right]].add(int(place[left]))
        elif heavy[left] != heavy[right]:
            one, other = (left, right) if heavy[left] else (right, left)
            around.setdefault(int(patch[other]), set()).add(int(place[one]))
    for members in around.values():
        for member in members:
            near[member] |= members - {member}
    return near


def _groups(weight: list[float], near: list[set[int]], low: float, high: float) -> list[tuple[int, ...]] | None:
    """Return every connected set within the weights, each once; None when there are too many sets to look at.

    A set is grown from its lowest vertex; a neighbour once passed over is never taken up again on that branch.
    """
    found: list[tuple[int, ...]] = []
    steps = 0
    for root in range(len(weight)):
        stack = [((root,), weight[root], {v for v in near[root] if v > root}, {root} | near[root])]
        while stack:
            steps += 1
            if steps > MOST_STEPS:
                return None
            group, held, open_to, seen = stack.pop()
            if held > high:
                continue
            if held >= low:
                found.append(group)
            waiting = set(open_to)
            while waiting:
                vertex = waiting.pop()
                fresh = {v for v in near[vertex] if v > root and v not in seen}
                stack.append(((*group, vertex), held + weight[vertex], waiting | fresh, seen | near[vertex]))
    return found
