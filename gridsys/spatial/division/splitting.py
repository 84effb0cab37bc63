"""Splitting: blocks too heavy for a balanced grid are split between their buildings, along the lines midway."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely
from scipy.spatial import Voronoi

from gridsys.spatial.division.blocks import Blocks
from gridsys.spatial.division.gluing import Flags, absorb, dissolve, held_together, overlap
from gridsys.spatial.topology import Ints, Shapes, components, faces, holder, reading_order, shared_edges

OUTLINE_STEP: Final = 4.0
"""Metres between the points of a building's outline from which the midway lines are drawn."""
STRAIGHTEN: Final = 1.0
"""Metres by which a midway line may be straightened."""


def split_blocks(blocks: Blocks, heavy: Flags, buildings: Shapes, block_of: Ints) -> Blocks:
    """Return blocks with the heavy ones split between their buildings; compounds are never split.

    Parameters
    ----------
    blocks
        Blocks of all areas.
    heavy
        Which of them to split.
    buildings
        Points or polygons.
    block_of
        The block each building counts in, -1 for none.
    """
    chosen = heavy & ~blocks.walled
    order = np.argsort(block_of, kind="stable")
    bounds = np.searchsorted(block_of[order], np.arange(len(blocks.shapes) + 1))
    ridges, split = [], np.zeros(len(chosen), dtype=bool)
    for number in np.flatnonzero(chosen):
        own = buildings[order[bounds[number] : bounds[number + 1]]]
        own = own[reading_order(own)]
        lines = midway_lines(own, blocks.shapes[number])
        if len(lines):
            ridges.append(lines)
            split[number] = True
    if not ridges:
        return blocks
    inside = np.isin(block_of, np.flatnonzero(split))
    return _cut_up(blocks, split, np.concatenate(ridges), buildings[inside])


def midway_lines(buildings: Shapes, block: shapely.Geometry) -> Shapes:
    """Return the lines midway between neighbouring buildings of a block, straightened and clipped to it.

    The lines are the ridges of the Voronoi diagram of points along the outlines that separate two buildings.
    """
    if len(buildings) < 2:  # noqa: PLR2004 - one building has nothing to be told from
        return np.array([], dtype=object)
    xy, owner = shapely.get_coordinates(shapely.segmentize(buildings, OUTLINE_STEP), return_index=True)
    xy, at = np.unique(np.round(xy, 2), axis=0, return_index=True)
    owner = owner[at]
    centre = xy.mean(axis=0)
    reach = 4 * np.ptp(xy, axis=0).max() + 100
    far = centre + reach * np.array([[1, 0], [-1, 0], [0, 1], [0, -1]])
    diagram = Voronoi(np.vstack([xy - centre, far - centre]))
    points, ends = diagram.ridge_points, np.array(diagram.ridge_vertices)
    between = (ends >= 0).all(axis=1) & (points < len(xy)).all(axis=1)
    points, ends = points[between], ends[between]
    ends = ends[owner[points[:, 0]] != owner[points[:, 1]]]
    if not len(ends):
        return np.array([], dtype=object)
    edges = shapely.multilinestrings(shapely.linestrings(diagram.vertices[ends] + centre))
    clipped = shapely.intersection(shapely.line_merge(edges), block)
    lines = shapely.get_parts(shapely.line_merge(clipped) if clipped.geom_type == "MultiLineString" else clipped)
    lines = lines[shapely.get_dimensions(lines) == 1]
    straight = shapely.simplify(lines, STRAIGHTEN, preserve_topology=False)
    crossing = np.unique(shapely.STRtree(buildings).query(straight, predicate="crosses")[0])
    straight[crossing] = lines[crossing]
    return np.asarray(straight)


def _cut_up(blocks: Blocks, split: Flags, ridges: Shapes, buildings: Shapes) -> Blocks:
    """Return blocks noded again with the ridges: unsplit ones as they were, split ones one piece per building."""
    pieces = faces(np.concatenate([shapely.boundary(blocks.shapes), ridges]))
    home = holder(blocks.shapes, shapely.point_on_surface(pieces))
    pieces, home = pieces[home >= 0], home[home >= 0]
    edges = shared_edges(pieces)
    area = blocks.area[home]
    reaching = overlap(pieces, buildings)
    held = held_together(edges, area, reaching)
    held |= (home[edges.left] == home[edges.right]) & ~split[home[edges.left]]
    group = components(len(pieces), edges.left[held], edges.right[held])
    empty = split[home] & np.asarray(reaching.sum(axis=1) == 0)
    group = absorb(pieces, edges, group, area=area, loose=empty, home=home)
    shapes = dissolve(pieces, group)
    first = np.unique(group, return_index=True)[1]
    order = reading_order(shapes)
    walled = np.bincount(group, blocks.walled[home]) > 0
    return Blocks(shapes[order], area[first][order], walled[order])
