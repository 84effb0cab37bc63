"""Gluing: which faces become one, because something may not be cut or a piece is too small to stand alone."""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array

from gridsys.spatial.topology import Ints, Shapes, SharedEdges, components

SLIVER_AREA: Final = 50.0
"""Square metres: a smaller piece is merged with the neighbour in its area it shares the longest edge with."""
SLIVER_WIDTH: Final = 1.5
"""Metres of mean width (twice the area by the perimeter): a narrower piece is merged too."""
CUT_DEPTH: Final = 0.02
"""Metres a line must run inside a building to count as cutting it."""

Flags: TypeAlias = NDArray[np.bool_]
Membership: TypeAlias = csr_array
"""Faces by things: 1 where the face lies in the thing (a compound, a building, a block)."""


def membership(faces: Shapes, things: Shapes) -> Membership:
    """Return which faces lie in which things, judged by a point of each face."""
    face, thing = shapely.STRtree(things).query(shapely.point_on_surface(faces), predicate="intersects")
    return csr_array((np.ones(len(face), dtype=np.int64), (face, thing)), shape=(len(faces), len(things)))


def overlap(faces: Shapes, things: Shapes) -> Membership:
    """Return which faces reach into which things by more than the depth that counts as a cut."""
    inner = shapely.buffer(things, -CUT_DEPTH)
    thing, face = shapely.STRtree(faces).query(inner, predicate="intersects")
    return csr_array((np.ones(len(face), dtype=np.int64), (face, thing)), shape=(len(faces), len(things)))


def held_together(edges: SharedEdges, area: Ints, member: Membership) -> Flags:
    """Return which shared edges run inside one thing and one area."""
    common = member[edges.left].multiply(member[edges.right]).sum(axis=1)
    return np.asarray((common > 0) & (area[edges.left] == area[edges.right]))


def absorb(faces: Shapes, edges: SharedEdges, group: Ints, *, area: Ints, loose: Flags, home: Ints) -> Ints:
    """Return groups in which slivers and loose faces have joined a neighbour.

    ``loose`` faces cannot stand alone whatever their size; a neighbour of the same ``home`` is preferred to any other.
    Each small group joins the neighbour in its area with which it shares the longest edge, until none is left that has
    a neighbour.
    """
    face_area, face_length = shapely.area(faces), shapely.length(faces)
    while True:
        count = int(group.max(initial=-1)) + 1
        left, right = group[edges.left], group[edges.right]
        inside = left == right
        size = np.bincount(group, face_area, count)
        rim = np.bincount(group, face_length, count) - 0.02 * np.bincount(left[inside], edges.length[inside], count)
        firm = np.bincount(group, ~loose, count) > 0
        small = (size < SLIVER_AREA) | (2 * size < SLIVER_WIDTH * rim) | ~firm
        usable = ~inside & (area[edges.left] == area[edges.right])
        favour = np.where(home[edges.left] == home[edges.right], 1_000_000, 1) * edges.length
        giver = np.concatenate([left[usable], right[usable]])
        taker = np.concatenate([right[usable], left[usable]])
        length = np.concatenate([favour[usable], favour[usable]])
        chosen = small[giver]
        if not chosen.any():
            return group
        pair, at = np.unique(giver[chosen] * count + taker[chosen], return_inverse=True)
        total = np.bincount(at, length[chosen]).astype(np.int64)
        giver, taker = pair // count, pair % count
        order = np.lexsort((taker, -total, giver))
        first = order[np.unique(giver[order], return_index=True)[1]]
        group = components(count, giver[first], taker[first])[group]


def dissolve(faces: Shapes, group: Ints) -> Shapes:
    """Return one shape per group, the union of its faces."""
    order = np.argsort(group, kind="stable")
    sizes = np.bincount(group)
    starts = np.cumsum(sizes) - sizes
    merged = np.asarray(faces[order[starts]])
    for number in np.flatnonzero(sizes > 1):
        merged[number] = shapely.coverage_union_all(faces[order[starts[number] : starts[number] + sizes[number]]])
    return merged
