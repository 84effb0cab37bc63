"""Groups: every connected set of blocks that could be one grid, and how such sets tile a piece, or that none do."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from gridsys.spatial.division.kernels import Graph
from gridsys.spatial.topology import Ints, components, sums

MOST_STEPS: Final = 150_000
"""Sets looked at before the search is given up."""
MOST_LINKS: Final = 5_000
"""Sets of connecting blocks looked at for one group."""
TILING_LIMIT: Final = 2.0
"""Deterministic seconds the solver may take over the tiling."""
COST_UNITS: Final = 10_000

Masks = list[int]


class Tiling:
    """Outcome of a search for a tiling: a labelling, or none, and whether it is proved that there is none."""

    def __init__(self, label: Ints | None = None, *, impossible: bool = False) -> None:
        self.label = label
        self.impossible = impossible


def tile(g: Graph, count: int, low: float, high: float) -> Tiling:
    """Return the cheapest parting of a small graph into connected groups within the weights, or that there is none.

    All groups that could be a grid are listed, then the solver chooses some that hold every block once. Blocks without
    weight belong to a group only where they hold it together; the others join a neighbour afterwards. Where there are
    too many groups to list, nothing is found and nothing proved.

    Parameters
    ----------
    g
        A connected graph.
    count
        Groups wanted, at least 1.
    low, high
        Weight of a group, both included; ``low`` above 0.

    Examples
    --------
    A row of three blocks weighing 1, 4 and 1 has no two groups of 2 to 4, since the ends do not touch:

    >>> row = Graph(np.array([1.0, 4.0, 1.0]), np.array([0, 1]), np.array([1, 2]), np.ones(2),
    ...     np.array([0, 1, 3, 4]), np.array([1, 0, 2, 1]), np.ones(4))
    >>> tile(row, 2, 2, 4).impossible, tile(row, 2, 1, 5).label.tolist()
    (True, [0, 0, 1])
    """
    near = [0] * len(g.weight)
    for left, right in zip(g.left.tolist(), g.right.tolist(), strict=True):
        near[left] |= 1 << right
        near[right] |= 1 << left
    groups = _groups(g.weight.tolist(), near, low, high)
    if groups is None:
        return Tiling()
    chosen, impossible = _choose(g, groups, count)
    return Tiling(impossible=impossible) if chosen is None else Tiling(_spread(g, chosen))


def heaviest_tied(g: Graph, low: float) -> float:
    """Return the most weight that one group must hold, whatever the division, because of a single block.

    What a block cuts off from the rest and weighs less than ``low`` cannot be a group of its own, so every group that
    reaches into it holds the block too. Where this is more than a group may weigh, there is no division at all.

    Parameters
    ----------
    g
        A connected graph.
    low
        Least weight of a group.

    Examples
    --------
    Five blocks of 4 around an empty one cannot weigh 5 without it, so all 20 lie in its group:

    >>> from gridsys.spatial.division.partition import graph
    >>> hub = np.array([0, 0, 0, 0, 0])
    >>> star = graph(np.array([0.0, 4, 4, 4, 4, 4]), hub, np.arange(1, 6), np.ones(5))
    >>> heaviest_tied(star, 5), heaviest_tied(star, 4)
    (20.0, 4.0)
    """
    most = 0.0
    for vertex, own in enumerate(g.weight.tolist()):
        apart = (g.left != vertex) & (g.right != vertex)
        part = components(len(g.weight), g.left[apart], g.right[apart])
        held = sums(part, g.weight, int(part.max()) + 1)
        held[part[vertex]] = 0
        most = max(most, own + float(held[held < low].sum()))
    return most


def _groups(weight: list[float], near: Masks, low: float, high: float) -> Masks | None:
    """Return every set that could be a group, with the blocks without weight that hold it together; None for too many.

    Sets are bit masks. First come the sets of blocks with weight, which may touch across blocks without; then, for
    each that does not hold together by itself, every least set of connecting blocks.
    """
    heavy = sum(1 << v for v, w in enumerate(weight) if w > 0)
    cores = _grow(weight, _across(near, heavy), low, high)
    if cores is None:
        return None
    found: Masks = []
    for core in cores:
        links = _links(core, near, ~heavy)
        if links is None or len(found) > MOST_STEPS:
            return None
        found += [core | link for link in links]
    return found


def _across(near: Masks, heavy: int) -> Masks:
    """Return for each block with weight those it touches, itself or across any number of blocks without."""
    touching = []
    for vertex, own in enumerate(near):
        reached, fresh = own, own & ~heavy
        while fresh:
            light = (fresh & -fresh).bit_length() - 1
            fresh &= fresh - 1
            new = near[light] & ~reached
            reached |= new
            fresh |= new & ~heavy
        touching.append(reached & heavy & ~(1 << vertex))
    return touching


def _grow(weight: list[float], near: Masks, low: float, high: float) -> Masks | None:
    """Return every connected set within the weights, each once.

    A set is grown from its lowest block, and a neighbour once passed over is never taken up again on that branch.
    """
    found: Masks = []
    steps = 0
    for root, own in enumerate(weight):
        if not 0 < own <= high:
            continue
        shut = (1 << root + 1) - 1
        stack = [(1 << root, own, near[root] & ~shut, shut)]
        while stack:
            steps += 1
            if steps > MOST_STEPS:
                return None
            group, held, waiting, shut = stack.pop()
            if held >= low:
                found.append(group)
            while waiting:
                bit = waiting & -waiting
                waiting ^= bit
                shut |= bit
                vertex = bit.bit_length() - 1
                if held + weight[vertex] <= high:
                    stack.append((group | bit, held + weight[vertex], waiting | (near[vertex] & ~shut), shut))
    return found


def _links(core: int, near: Masks, light: int) -> Masks | None:
    """Return the least sets of blocks without weight that make a core connected; None for too many to look at."""
    found: set[int] = set()
    start = core & -core
    stack = [0]
    seen = {0}
    while stack:
        link = stack.pop()
        whole = core | link
        reached = _reach(start, whole, near)
        if core & ~reached == 0:
            if all(core & ~_reach(start, whole ^ 1 << v, near) for v in _members(link)):
                found.add(link)
            continue
        rim = 0
        for vertex in _members(reached):
            rim |= near[vertex]
        for vertex in _members(rim & light & ~link & ((1 << len(near)) - 1)):
            wider = link | 1 << vertex
            if wider not in seen:
                seen.add(wider)
                stack.append(wider)
        if len(seen) > MOST_LINKS:
            return None
    return sorted(found)


def _reach(start: int, within: int, near: Masks) -> int:
    """Return what is reached from a block inside a set."""
    reached = fresh = start
    while fresh:
        vertex = (fresh & -fresh).bit_length() - 1
        fresh &= fresh - 1
        new = near[vertex] & within & ~reached
        reached |= new
        fresh |= new
    return reached


def _choose(g: Graph, groups: Masks, count: int) -> tuple[Masks | None, bool]:
    model = cp_model.CpModel()
    use = [model.new_bool_var("") for _ in groups]
    holding: list[list[int]] = [[] for _ in g.weight]
    for number, group in enumerate(groups):
        for vertex in _members(group):
            holding[vertex].append(number)
    for vertex, numbers in enumerate(holding):
        if g.weight[vertex] > 0:
            model.add_exactly_one(use[number] for number in numbers)
        elif numbers:
            model.add_at_most_one(use[number] for number in numbers)
    model.add(cp_model.LinearExpr.sum(use) == count)
    pairs = list(zip(g.left.tolist(), g.right.tolist(), np.rint(g.cost * COST_UNITS).astype(int).tolist(), strict=True))
    costs = [sum(cost for a, b, cost in pairs if (group >> a & 1) != (group >> b & 1)) for group in groups]
    model.minimize(cp_model.LinearExpr.weighted_sum(use, costs))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = TILING_LIMIT
    status = solver.solve(model)
    if status in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return [group for group, one in zip(groups, use, strict=True) if solver.boolean_value(one)], False
    return None, status == cp_model.INFEASIBLE


def _members(group: int) -> list[int]:
    return [vertex for vertex in range(group.bit_length()) if group >> vertex & 1]


def _spread(g: Graph, chosen: Masks) -> Ints:
    """Return the labels of the chosen groups, blocks left over joined to the neighbour that saves most boundary."""
    label: NDArray[np.int64] = np.full(len(g.weight), -1, dtype=np.int64)
    for number, group in enumerate(sorted(chosen, key=lambda one: one & -one)):
        label[_members(group)] = number
    while (label < 0).any():
        edge = (label[g.left] < 0) != (label[g.right] < 0)
        best = np.flatnonzero(edge)[g.cost[edge].argmax()]
        left, right = g.left[best], g.right[best]
        label[left if label[left] < 0 else right] = max(label[left], label[right])
    return label
