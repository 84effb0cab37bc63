"""Polygons that share borders, as arcs: each border is kept once."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

Ints = npt.NDArray[np.int64]
_Point = tuple[int, int]

_ALONG: Final = 2
"""A point with this many neighbours lies along a border; with any other number borders meet there."""
_LEAST_RING: Final = 3


@dataclass(frozen=True)
class Topology:
    """Arcs, and the rings of each polygon as signed references to them.

    ``arcs``: arrays of whole-number points. ``rings[p]``: rings of polygon ``p``, each a list of
    ``arc << 1 | reversed``.
    ``owners[a]``: polygons on the sides of arc ``a``, one or more.
    """

    arcs: list[Ints]
    rings: list[list[list[int]]]
    owners: list[tuple[int, ...]]


def build_topology(polygons: npt.NDArray[np.object_], step: float) -> Topology:
    """Return the arcs of polygons whose coordinates are rounded to multiples of ``step``.

    Neighbours share an arc where their borders hold the same points, as those of a coverage do.

    Examples
    --------
    >>> squares = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
    >>> topology = build_topology(squares, 1.0)
    >>> sorted(topology.owners)
    [(0,), (0, 1), (1,)]
    """
    rings = [_whole_rings(polygon, step) for polygon in polygons]
    owners_of = _edge_owners(rings)
    neighbours = _neighbours(owners_of)
    nodes = {
        point
        for point, around in neighbours.items()
        if len(around) != _ALONG or len({owners_of[_edge(point, other)] for other in around}) > 1
    }
    return _cut(rings, nodes, owners_of)


def _whole_rings(polygon: shapely.Geometry, step: float) -> list[list[_Point]]:
    rings = []
    for part in shapely.get_parts(polygon):
        for ring in [part.exterior, *part.interiors]:
            points = [(int(x), int(y)) for x, y in np.round(shapely.get_coordinates(ring) / step)]
            open_ring = [point for point, after in pairwise(points) if point != after]
            if len(open_ring) >= _LEAST_RING:
                rings.append(open_ring)
    return rings


def _edge(one: _Point, other: _Point) -> tuple[_Point, _Point]:
    return (one, other) if one < other else (other, one)


def _edge_owners(rings: list[list[list[_Point]]]) -> dict[tuple[_Point, _Point], tuple[int, ...]]:
    owners: dict[tuple[_Point, _Point], tuple[int, ...]] = {}
    for number, polygon in enumerate(rings):
        for ring in polygon:
            for one, other in zip(ring, [*ring[1:], ring[0]], strict=True):
                edge = _edge(one, other)
                owners[edge] = (*owners.get(edge, ()), number)
    return owners


def _neighbours(edges: dict[tuple[_Point, _Point], tuple[int, ...]]) -> dict[_Point, set[_Point]]:
    neighbours: dict[_Point, set[_Point]] = {}
    for one, other in edges:
        neighbours.setdefault(one, set()).add(other)
        neighbours.setdefault(other, set()).add(one)
    return neighbours


def _cut(
    rings: list[list[list[_Point]]],
    nodes: set[_Point],
    owners_of: dict[tuple[_Point, _Point], tuple[int, ...]],
) -> Topology:
    numbers: dict[tuple[_Point, ...], int] = {}
    owners: list[tuple[int, ...]] = []
    references: list[list[list[int]]] = []
    for polygon in rings:
        references.append([])
        for ring in polygon:
            references[-1].append([])
            for piece in _pieces(ring, nodes):
                back = piece[::-1]
                turned = back < piece
                key = back if turned else piece
                if key not in numbers:
                    numbers[key] = len(numbers)
                    owners.append(owners_of[_edge(piece[0], piece[1])])
                references[-1][-1].append(numbers[key] << 1 | int(turned))
    return Topology([np.array(arc, dtype=np.int64) for arc in numbers], references, owners)


def _pieces(ring: list[_Point], nodes: set[_Point]) -> list[tuple[_Point, ...]]:
    starts = [place for place, point in enumerate(ring) if point in nodes]
    if not starts:
        # A ring that meets nobody, or two that share it whole: both must start at the same point.
        starts = [ring.index(min(ring))]
    closed = ring[starts[0] :] + ring[: starts[0]] + [ring[starts[0]]]
    cuts = [start - starts[0] for start in starts] + [len(ring)]
    return [tuple(closed[one : other + 1]) for one, other in pairwise(cuts)]
