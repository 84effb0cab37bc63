"""Partition: the atoms of one connected piece of an area, grouped into balanced grids of one piece each."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from gridsys.spatial.division import kernels
from gridsys.spatial.division.adjacency import Adjacency
from gridsys.spatial.topology import Floats, Ints

TOLERANCE: Final = 0.05
"""Share of the mean by which a grid's weight may differ from it."""
RESTARTS: Final = 4
SWEEPS: Final = 250
ROUNDS: Final = 30
"""Starts, annealing steps an atom, and merge-and-split rounds a grid: more is better and slower."""


@dataclass(frozen=True)
class Graph:
    """Atoms of one connected piece: weights, and its edges with their cost in sides of a typical grid."""

    weight: Floats
    left: Ints
    right: Ints
    cost: Floats
    start: Ints
    near: Ints
    around: Floats


def graph_of(members: Ints, adjacency: Adjacency, own: Ints, weight: Floats, area_m2: Floats, count: int) -> Graph:
    """Return the graph of some atoms.

    Parameters
    ----------
    members
        Numbers of the atoms, ascending.
    adjacency, own
        All edges, and the rows of those between members.
    weight, area_m2
        Weight and area of every atom.
    count
        Grids wanted; with the area it gives the side of a typical grid.
    """
    left = np.searchsorted(members, adjacency.left[own])
    right = np.searchsorted(members, adjacency.right[own])
    held = weight[members]
    if not held.any():
        held = area_m2[members]
    cost = adjacency.cost[own] / math.sqrt(area_m2[members].sum() / count)
    return graph(held, left, right, cost)


def graph(weight: Floats, left: Ints, right: Ints, cost: Floats) -> Graph:
    """Return a graph with the neighbours of each vertex in a row."""
    tail, head, twice = np.concatenate([left, right]), np.concatenate([right, left]), np.concatenate([cost, cost])
    order = np.lexsort((head, tail))
    start = np.concatenate([[0], np.cumsum(np.bincount(tail, minlength=len(weight)))]).astype(np.int64)
    return Graph(
        np.asarray(weight, dtype=np.float64),
        left.astype(np.int64),
        right.astype(np.int64),
        np.asarray(cost, dtype=np.float64),
        start,
        head[order].astype(np.int64),
        twice[order].astype(np.float64),
    )


def partition(g: Graph, count: int, seed: int, tolerance: float = TOLERANCE) -> Ints:
    """Return the grid (0..count-1) of each vertex of a connected graph.

    The sum of cost over the edges between grids is made small, every grid in one piece, weights within the tolerance
    of their mean where that is found possible.
    """
    if count == 1:
        return np.zeros(len(g.weight), dtype=np.int64)
    state = np.array([mixed(seed)], dtype=np.uint64)
    label, _ = kernels.solve(
        g.start, g.near, g.around, g.left, g.right, g.cost, g.weight, count, float(g.weight.sum()) / count, tolerance,
        RESTARTS, SWEEPS, ROUNDS * count, state, kernels.LOGS,
    )  # fmt: skip
    return label  # type: ignore[no-any-return]


def mixed(seed: int) -> int:
    """Return a state for the generator that differs in many bits between neighbouring seeds (splitmix64)."""
    mask = (1 << 64) - 1
    x = (seed * 0x9E3779B97F4A7C15 + 0x632BE59BD9B4E019) & mask
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & mask
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & mask
    return (x ^ (x >> 31)) or 1
