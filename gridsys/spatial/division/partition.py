"""Partition: the atoms of one connected piece of an area, grouped into balanced grids of one piece each."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from gridsys.spatial.division import kernels
from gridsys.spatial.division.atoms import Atoms
from gridsys.spatial.division.kernels import Aim, Dice, Graph
from gridsys.spatial.topology import Floats, Ints

TOLERANCE: Final = 0.05
"""Share of the mean by which a grid's weight may differ from it."""
EPSILON: Final = 1e-9


class Effort(NamedTuple):
    """Starts, annealing steps an atom, and merge-and-split rounds a grid: more is better and slower."""

    restarts: int = 10
    sweeps: int = 100
    rounds: int = 45


USUAL: Final = Effort()


def graph_of(members: Ints, atoms: Atoms, own: Ints, count: int) -> Graph:
    """Return the graph of some atoms.

    Parameters
    ----------
    members
        Numbers of the atoms, ascending.
    atoms, own
        All atoms, and the rows of their adjacency between members.
    count
        Grids wanted; with the area it gives the side of a typical grid.
    """
    edges = atoms.adjacency
    left, right = np.searchsorted(members, edges.left[own]), np.searchsorted(members, edges.right[own])
    held = atoms.weight[members]
    if not held.any():
        held = atoms.m2[members]
    return graph(held, left, right, edges.cost[own] / math.sqrt(atoms.m2[members].sum() / count))


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


def partition(g: Graph, count: int, seed: int, *, tolerance: float = TOLERANCE, effort: Effort = USUAL) -> Ints:
    """Return the grid (0..count-1) of each vertex of a connected graph.

    The sum of cost over the edges between grids is made small, every grid in one piece, weights within the tolerance
    of their mean where that is found possible.
    """
    if count == 1:
        return np.zeros(len(g.weight), dtype=np.int64)
    aim = Aim(fair_mean(g.weight, count)[0], tolerance)
    return kernels.solve(g, count, aim, effort.restarts, effort.sweeps, effort.rounds * count, dice(seed))


def polish(g: Graph, label: Ints, count: int, tolerance: float, seed: int) -> Ints:
    """Return a labelling improved by merging and splitting pairs of grids, never for the worse."""
    better, aim = label.copy(), Aim(fair_mean(g.weight, count)[0], tolerance)
    kernels.improve(g, better, count, aim, kernels.nowhere(len(label)), 2 * USUAL.rounds * count, 30, dice(seed))
    return better


def fair_mean(weight: Floats, count: int) -> tuple[float, Ints]:
    """Return the weight grids can share equally, and the vertices too heavy for any grid, which are left out of it.

    Such a vertex fills a grid by itself; the other grids share what is left.

    Examples
    --------
    >>> mean, giants = fair_mean(np.array([90.0, 10.0, 10.0, 10.0]), 4)
    >>> mean, giants.tolist()
    (10.0, [0])
    """
    order = np.argsort(-weight, kind="stable")
    left, giants = float(weight.sum()), 0
    while giants < count - 1:
        heaviest = float(weight[order[giants]])
        if heaviest <= (1 + TOLERANCE) * left / (count - giants) or left - heaviest <= EPSILON * left:
            break
        left -= heaviest
        giants += 1
    return left / (count - giants), np.sort(order[:giants]).astype(np.int64)


def dice(seed: int) -> Dice:
    """Return a generator whose state differs in many bits between neighbouring seeds (splitmix64)."""
    mask = (1 << 64) - 1
    x = (seed * 0x9E3779B97F4A7C15 + 0x632BE59BD9B4E019) & mask
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & mask
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & mask
    return Dice(np.array([(x ^ (x >> 31)) or 1], dtype=np.uint64), kernels.LOGS)
