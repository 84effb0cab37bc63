"""Adjacency: which atoms of an area touch, over what length, and what a grid boundary there costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from gridsys.spatial.division.inputs import Inputs
from gridsys.spatial.topology import Floats, Ints, Shapes, shared_edges, sums

ON_LINE: Final = 0.6
"""Metres: a boundary whose middle lies this near to a road or barrier runs on it."""
COST: Final = {"barrier": 1.0, "arterial": 1.0, "collector": 1.0, "alley": 1.0, "none": 4.0}
"""Cost of a metre of grid boundary by what it runs on."""


@dataclass(frozen=True)
class Adjacency:
    """Touching atoms of one area, a row a pair: numbers, shared length, length on roads or barriers, cost (metres)."""

    left: Ints
    right: Ints
    length: Floats
    on_road: Floats
    cost: Floats


def find_adjacency(atoms: Shapes, area: Ints, inputs: Inputs) -> Adjacency:
    """Return the adjacency of atoms of the same area.

    Parameters
    ----------
    atoms
        Polygons of a coverage on the centimetre lattice.
    area
        Number of the area each atom lies in.
    inputs
        The roads and barriers a boundary may run on.
    """
    edges = shared_edges(atoms)
    same = np.flatnonzero(area[edges.left] == area[edges.right])
    left, right, middle = edges.left[same], edges.right[same], (edges.start[same] + edges.end[same]) / 2
    length = edges.length[same] / 100
    rate = np.full(len(same), COST["none"])
    drawn = np.concatenate([inputs.roads.geometry.to_numpy(), inputs.barriers.geometry.to_numpy()])
    kinds = np.array([*inputs.roads["kind"], *["barrier"] * len(inputs.barriers)], dtype=object)
    on_line = np.zeros(len(same), dtype=bool)
    if len(drawn):
        at, line = shapely.STRtree(drawn).query(shapely.points(middle), predicate="dwithin", distance=ON_LINE)
        on_line[at] = True
        np.minimum.at(rate, at, np.array([COST[kind] for kind in kinds])[line])
    low, high = np.minimum(left, right), np.maximum(left, right)
    pair, row = np.unique(low * len(atoms) + high, return_inverse=True)
    total = [sums(row, values, len(pair)).round(2) for values in (length, length * on_line, length * rate)]
    return Adjacency(pair // len(atoms), pair % len(atoms), *total)
