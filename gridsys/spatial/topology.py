"""Coverages: shared edges, areas made to fit one another, and what does not fit.

Everything here works on a lattice of one centimetre: two polygons share an edge when both hold a segment between the
same two lattice points.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

LATTICE: Final = 0.01
"""Metres between lattice points: coordinates are whole centimetres."""
_KEY: Final = 1 << 31

Shapes: TypeAlias = NDArray[np.object_]
Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class SharedEdges:
    """Segments that two polygons of a coverage have in common: polygon numbers, length (cm), end points (m)."""

    left: Ints
    right: Ints
    length: Ints
    start: Floats
    end: Floats


def shared_edges(polygons: Shapes) -> SharedEdges:
    """Return every segment two polygons have in common, one row each.

    Parameters
    ----------
    polygons
        Polygons of a coverage whose coordinates are whole centimetres, in metres; parts and holes count.

    Examples
    --------
    >>> pair = shared_edges(np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)]))
    >>> pair.left.tolist(), pair.right.tolist(), pair.length.tolist()
    ([0], [1], [100])
    """
    rings, owner = shapely.get_rings(polygons, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    lattice = np.rint(xy / LATTICE).astype(np.int64)
    inner = ring[1:] == ring[:-1]
    start, end, polygon = lattice[:-1][inner], lattice[1:][inner], owner[ring[:-1][inner]]
    first, second = start[:, 0] * _KEY + start[:, 1], end[:, 0] * _KEY + end[:, 1]
    low, high = np.minimum(first, second), np.maximum(first, second)
    order = np.lexsort((polygon, high, low))
    low, high, polygon, start, end = low[order], high[order], polygon[order], start[order], end[order]
    at = np.flatnonzero((low[1:] == low[:-1]) & (high[1:] == high[:-1]) & (polygon[1:] != polygon[:-1]))
    length = np.rint(np.hypot(*(end[at] - start[at]).T)).astype(np.int64)
    return SharedEdges(polygon[at], polygon[at + 1], length, start[at] * LATTICE, end[at] * LATTICE)


def faces(lines: Shapes) -> Shapes:
    """Return the faces that lines enclose, noded together once on the lattice, in an order free of the input's.

    Parameters
    ----------
    lines
        Lines in metres; crossing, overlapping and dangling ones are allowed.

    Examples
    --------
    >>> cross = [shapely.box(0, 0, 2, 2).exterior, shapely.LineString([(1, -1), (1, 3)])]
    >>> [round(face.area, 2) for face in faces(np.array(cross, dtype=object))]
    [2.0, 2.0]
    """
    noded = shapely.union_all(lines, grid_size=LATTICE)
    found = shapely.get_parts(shapely.polygonize([noded]))
    return found[reading_order(found)]


def reading_order(polygons: Shapes) -> Ints:
    """Return the order of polygons by bounds, then area: the same whatever order they came in."""
    return np.lexsort((shapely.area(polygons), *shapely.bounds(polygons).T)).astype(np.int64)


def holder(polygons: Shapes, points: Shapes) -> Ints:
    """Return for each point the number of the first polygon that holds it, -1 where none does."""
    point, polygon = shapely.STRtree(polygons).query(points, predicate="intersects")
    found = np.full(len(points), len(polygons), dtype=np.int64)
    np.minimum.at(found, point, polygon)
    found[found == len(polygons)] = -1
    return found


def components(count: int, left: Ints, right: Ints) -> Ints:
    """Return the number of the connected component of each of ``count`` nodes, counted from its lowest node."""
    graph = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def sums(group: Ints, values: NDArray[np.generic], count: int) -> Floats:
    """Return the sum of values by group number, for groups 0..count-1."""
    return np.bincount(group, values, count).astype(np.float64)


def width(polygons: Shapes) -> Floats:
    """Return the diameter of the widest circle each polygon holds, in metres."""
    return 2 * np.asarray(shapely.length(shapely.maximum_inscribed_circle(polygons, tolerance=LATTICE)))


def polygonal(shapes: Shapes) -> Shapes:
    """Return shapes made valid and reduced to their polygons, as MultiPolygons."""
    fixed = shapely.make_valid(shapes, method="structure", keep_collapsed=False)
    parts, owner = shapely.get_parts(fixed, return_index=True)
    kept = shapely.get_dimensions(parts) == 2  # noqa: PLR2004 - polygons have two dimensions
    pieces, whole = shapely.get_parts(parts[kept], return_index=True)
    empty = np.full(len(shapes), shapely.MultiPolygon(), dtype=object)
    return np.asarray(shapely.multipolygons(pieces, indices=owner[kept][whole], out=empty))
