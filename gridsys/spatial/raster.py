"""Numba kernels of point location: a raster over polygons, and the few exact tests it leaves.

Polygons are numbered; the lowest number wins. A cell of the raster holds the polygon that covers it whole, or points
to a list of polygons whose boundary runs through it. Only those are tested, against their edges in the cell's row. A
test that floating point cannot decide is handed back as ``UNDECIDED``.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridsys.spatial.compiled import compiled

OUTSIDE: Final = -1
UNDECIDED: Final = -2
_MARGIN: Final = 1e-6  # of a cell: boundaries are drawn this much wider than they are, far above rounding
_ERROR: Final = (3 + 16 * 2.0**-53) * 2.0**-53  # Shewchuk's bound for the orientation of three points

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Numbers = NDArray[np.int32]


class Edges(NamedTuple):
    """Edges of polygons by polygon and row of cells.

    Edge ``e`` is ``ends[e]`` = x1, y1, x2, y2. The edges of polygon ``p`` in row ``r`` are
    ``members[starts[k] : starts[k + 1]]`` with ``k = row_base[p] + r - row_low[p]``.
    """

    ends: Floats
    row_low: Ints
    row_base: Ints
    starts: Ints
    members: Ints


class Lattice(NamedTuple):
    """Square cells: the corner they begin in, their size, how many across and up."""

    x0: float
    y0: float
    size: float
    columns: int
    rows: int


class Cells(NamedTuple):
    """What the cells hold, row by row.

    ``cell`` is a polygon's number, ``OUTSIDE``, or ``-2 - m`` for a mixed cell ``m``, whose polygons to test are
    ``candidates[mixed[m] : mixed[m + 1]]`` and else ``cover[m]`` (or ``OUTSIDE``).
    """

    cell: Numbers
    mixed: Ints
    candidates: Numbers
    cover: Numbers


class Raster(NamedTuple):
    """All that a query needs."""

    edges: Edges
    lattice: Lattice
    cells: Cells


def build_raster(ends: Floats, first_edge: Ints, cells_wanted: int) -> Raster:
    """Return the raster of polygons given by their edges, those of polygon p at ``first_edge[p] : first_edge[p + 1]``.

    Examples
    --------
    >>> square = np.array([[0, 0, 1, 0], [1, 0, 1, 1], [1, 1, 0, 1], [0, 1, 0, 0]], dtype=float)
    >>> raster = build_raster(square, np.array([0, 4]), 100)
    >>> find(raster, np.array([0.4, 2.0, 1.0]), np.array([0.4, 0.4, 0.5])).tolist()
    [0, -1, -2]
    """
    low = np.array([ends[:, [0, 2]].min(), ends[:, [1, 3]].min()])
    high = np.array([ends[:, [0, 2]].max(), ends[:, [1, 3]].max()])
    extent = np.maximum(high - low, 1e-6)
    # A long thin extent takes wider cells, so that neither side has more than was wanted in all.
    size = max(float(np.sqrt(extent[0] * extent[1] / cells_wanted)), float(extent.max()) / cells_wanted)
    columns, rows = (int(count) for count in np.ceil(extent / size) + 3)
    lattice = Lattice(float(low[0]) - size, float(low[1]) - size, size, columns, rows)
    edges = _bucket(ends, first_edge, lattice)
    drawn, first_drawn = _draw(edges, lattice)
    whole = _fill(edges, lattice, drawn, first_drawn)
    return Raster(edges, lattice, _fold(drawn, first_drawn, whole))


@compiled
def _bucket(ends: Floats, first_edge: Ints, lattice: Lattice) -> Edges:
    """Sort each polygon's edges into the rows of cells they touch."""
    polygons, y0, size = len(first_edge) - 1, lattice.y0, lattice.size
    row_low = np.empty(polygons, dtype=np.int64)
    row_base = np.zeros(polygons + 1, dtype=np.int64)
    for p in range(polygons):
        low, high = np.int64(2**62), np.int64(-1)
        for e in range(first_edge[p], first_edge[p + 1]):
            v1, v2 = (ends[e, 1] - y0) / size, (ends[e, 3] - y0) / size
            low = min(low, np.int64(np.floor(min(v1, v2) - _MARGIN)))
            high = max(high, np.int64(np.floor(max(v1, v2) + _MARGIN)))
        row_low[p] = low
        row_base[p + 1] = row_base[p] + max(high - low + 1, 0)
    starts = np.zeros(row_base[polygons] + 1, dtype=np.int64)
    members = np.empty(0, dtype=np.int64)
    for turn in range(2):  # count, then place
        if turn == 1:
            starts = np.cumsum(starts)
            members = np.empty(starts[-1], dtype=np.int64)
            place = starts[:-1].copy()
        for p in range(polygons):
            for e in range(first_edge[p], first_edge[p + 1]):
                v1, v2 = (ends[e, 1] - y0) / size, (ends[e, 3] - y0) / size
                low = np.int64(np.floor(min(v1, v2) - _MARGIN))
                high = np.int64(np.floor(max(v1, v2) + _MARGIN))
                for row in range(low, high + 1):
                    k = row_base[p] + row - row_low[p]
                    if turn == 0:
                        starts[k + 1] += 1
                    else:
                        members[place[k]] = e
                        place[k] += 1
    return Edges(ends, row_low, row_base, starts, members)


@compiled
def _draw(edges: Edges, lattice: Lattice) -> tuple[Ints, Ints]:
    """Return the cells each polygon's boundary runs through, and where each polygon's begin."""
    ends, row_low, row_base, starts, members = edges
    x0, y0, size, columns, rows = lattice
    polygons = len(row_low)
    drawn = np.full(columns * rows, -1, dtype=np.int32)
    cell, count = np.empty(max(len(members) * 2, 1024), dtype=np.int64), 0
    first_cell = np.zeros(polygons + 1, dtype=np.int64)
    for p in range(polygons):
        for k in range(row_base[p], row_base[p + 1]):
            row = k - row_base[p] + row_low[p]
            for member in range(starts[k], starts[k + 1]):
                e = members[member]
                u1, v1 = (ends[e, 0] - x0) / size, (ends[e, 1] - y0) / size
                u2, v2 = (ends[e, 2] - x0) / size, (ends[e, 3] - y0) / size
                t1, t2 = 0.0, 1.0
                if v1 != v2:
                    t1, t2 = (row - _MARGIN - v1) / (v2 - v1), (row + 1 + _MARGIN - v1) / (v2 - v1)
                    t1, t2 = max(min(t1, t2), 0.0), min(max(t1, t2), 1.0)
                ua, ub = u1 + t1 * (u2 - u1), u1 + t2 * (u2 - u1)
                low = np.int64(np.floor(min(ua, ub) - _MARGIN))
                for c in range(row * columns + low, row * columns + np.int64(np.floor(max(ua, ub) + _MARGIN)) + 1):
                    if drawn[c] != p:
                        drawn[c] = p
                        if count == len(cell):
                            cell = np.concatenate((cell, np.empty(count, dtype=np.int64)))
                        cell[count] = c
                        count += 1
        first_cell[p + 1] = count
    return cell[:count], first_cell


@compiled
def _fill(edges: Edges, lattice: Lattice, cell: Ints, first_cell: Ints) -> Numbers:
    """Return the lowest polygon that covers each cell whole; the number of polygons where none does."""
    ends, row_low, row_base, starts, members = edges
    x0, y0, size, columns, rows = lattice
    polygons = len(row_low)
    whole = np.full(columns * rows, polygons, dtype=np.int32)
    drawn = np.full(columns * rows, -1, dtype=np.int32)
    for p in range(polygons):
        drawn[cell[first_cell[p] : first_cell[p + 1]]] = p
        for k in range(row_base[p], row_base[p + 1]):
            row = k - row_base[p] + row_low[p]
            middle = y0 + (row + 0.5) * size
            crossings, n = np.empty(starts[k + 1] - starts[k], dtype=np.float64), 0
            for member in range(starts[k], starts[k + 1]):
                e = members[member]
                y1, y2 = ends[e, 1], ends[e, 3]
                if (y1 > middle) != (y2 > middle):
                    crossings[n] = (ends[e, 0] + (middle - y1) / (y2 - y1) * (ends[e, 2] - ends[e, 0]) - x0) / size
                    n += 1
            crossings[:n].sort()
            for pair in range(0, n - 1, 2):
                low, high = np.int64(np.ceil(crossings[pair] - 0.5)), np.int64(np.floor(crossings[pair + 1] - 0.5))
                for c in range(row * columns + low, row * columns + high + 1):
                    if drawn[c] != p and p < whole[c]:
                        whole[c] = p
    return whole


@compiled
def _fold(cell: Ints, first_cell: Ints, whole: Numbers) -> Cells:
    """Give the mixed cells numbers, and list for each the polygons that matter: those under the one that covers it."""
    polygons = len(first_cell) - 1
    counts = np.zeros(len(whole), dtype=np.int32)
    for p in range(polygons):
        for c in cell[first_cell[p] : first_cell[p + 1]]:
            counts[c] += p < whole[c]
    many = np.count_nonzero(counts)
    cells = np.empty(len(whole), dtype=np.int32)
    mixed, cover = np.zeros(many + 1, dtype=np.int64), np.empty(many, dtype=np.int32)
    m = 0
    for c in range(len(whole)):
        cells[c] = whole[c] if whole[c] < polygons else OUTSIDE
        if counts[c]:
            cover[m] = cells[c]
            cells[c] = -2 - m
            mixed[m + 1] = mixed[m] + counts[c]
            m += 1
    candidates, place = np.empty(mixed[many], dtype=np.int32), mixed[:-1].copy()
    for p in range(polygons):
        for c in cell[first_cell[p] : first_cell[p + 1]]:
            if p < whole[c]:
                candidates[place[-2 - cells[c]]] = p
                place[-2 - cells[c]] += 1
    return Cells(cells, mixed, candidates, cover)


@compiled
def _side(px: float, py: float, edges: Edges, p: int, row: int) -> int:
    """Return 1 inside, 0 outside, -1 on or too near the boundary to tell."""
    inside = False
    k = edges.row_base[p] + row - edges.row_low[p]
    for member in range(edges.starts[k], edges.starts[k + 1]):
        e = edges.members[member]
        x1, y1, x2, y2 = edges.ends[e, 0], edges.ends[e, 1], edges.ends[e, 2], edges.ends[e, 3]
        if y1 == py and (x1 == px or (y2 == py and min(x1, x2) <= px <= max(x1, x2))):
            return -1
        if (y1 > py) != (y2 > py):
            left, right = (x1 - px) * (y2 - py), (x2 - px) * (y1 - py)
            turn = left - right
            if abs(turn) <= _ERROR * (abs(left) + abs(right)):
                return -1
            if (turn > 0) == (y2 > y1):
                inside = not inside
    return 1 if inside else 0


@compiled
def find(raster: Raster, x: Floats, y: Floats) -> Numbers:
    """Return the lowest polygon that holds each point, ``OUTSIDE``, or ``UNDECIDED`` for a point on or at a boundary.

    Examples
    --------
    >>> triangle = np.array([[0, 0, 2, 0], [2, 0, 0, 2], [0, 2, 0, 0]], dtype=float)
    >>> find(build_raster(triangle, np.array([0, 3]), 16), np.array([0.5]), np.array([0.5])).tolist()
    [0]
    """
    lattice, cells = raster.lattice, raster.cells
    found = np.empty(len(x), dtype=np.int32)
    for i in range(len(x)):
        u, v = np.floor((x[i] - lattice.x0) / lattice.size), np.floor((y[i] - lattice.y0) / lattice.size)
        if not (0 <= u < lattice.columns and 0 <= v < lattice.rows):  # NaN included
            found[i] = OUTSIDE
            continue
        row = int(v)
        value = cells.cell[row * lattice.columns + int(u)]
        if value < OUTSIDE:
            m = -2 - value
            value = cells.cover[m]
            for c in range(cells.mixed[m], cells.mixed[m + 1]):
                side = _side(x[i], y[i], raster.edges, cells.candidates[c], row)
                if side != 0:
                    value = cells.candidates[c] if side > 0 else UNDECIDED
                    break
        found[i] = value
    return found
