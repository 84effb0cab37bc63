"""Blocks: the pieces between roads, barriers, limits and walls that a grid takes whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from gridsys.domain.finding import Finding, Severity
from gridsys.spatial.division.gluing import CUT_DEPTH, Flags, Membership, absorb, dissolve, held_together, membership
from gridsys.spatial.division.inputs import Inputs
from gridsys.spatial.topology import Ints, Shapes, components, faces, holder, reading_order, shared_edges, width

UNDERSHOOT: Final = 2.0
"""Metres: a road that ends this close to another line is carried on to it."""
STRADDLE_WIDTH: Final = 1.0
"""Metres: a compound reaching less far than this over an area limit is taken to stop at it."""


@dataclass(frozen=True)
class Blocks:
    """Polygons in reading order, the number of the area each lies in, and whether a compound holds it together."""

    shapes: Shapes
    area: Ints
    walled: Flags


def make_blocks(inputs: Inputs, prior: Shapes, pins: Shapes) -> tuple[Blocks, list[Finding]]:
    """Return the blocks of all areas and what was found on the way.

    Lines are noded together once. A compound is one block per area it lies in; a building that a road or wall would
    cut is added to the block that holds most of its outline; slivers are merged inside their area; outlines of
    grids in force (``prior``) are lines too, and nothing is merged across those of ``pins``.
    """
    areas = inputs.areas.geometry.to_numpy()
    compounds = inputs.compounds.geometry.to_numpy()
    inner = np.concatenate([_inner_lines(inputs, areas), shapely.boundary(prior)])
    limits = shapely.boundary(areas)
    buildings = inputs.buildings.geometry.to_numpy()
    cut = buildings[cut_by(buildings, inner)]
    lines = np.concatenate([limits, inner, shapely.boundary(cut)])
    pieces = faces(lines)
    area = holder(areas, shapely.point_on_surface(pieces))
    pieces, area = pieces[area >= 0], area[area >= 0]
    edges = shared_edges(pieces)
    in_compound, in_building = membership(pieces, compounds), membership(pieces, cut)
    held = held_together(edges, area, in_compound) | held_together(edges, area, in_building)
    group = components(len(pieces), edges.left[held], edges.right[held])
    walled = _any(in_compound)
    pinned = holder(pins, shapely.point_on_surface(pieces))
    territory = area * (len(pins) + 1) + pinned + 1
    group = absorb(pieces, edges, group, area=territory, loose=_any(in_building) & ~walled, home=area)
    found = _straddling_buildings(inputs, limits) + _straddling_compounds(inputs, pieces, area, in_compound)
    shapes = dissolve(pieces, group)
    first = np.unique(group, return_index=True)[1]
    order = reading_order(shapes)
    return Blocks(shapes[order], area[first][order], (np.bincount(group, walled) > 0)[order]), found


def cut_by(buildings: Shapes, lines: Shapes) -> Ints:
    """Return the numbers of buildings that a line runs through, deeper than the depth that counts as a cut."""
    tree = shapely.STRtree(lines)
    near = np.unique(tree.query(buildings)[0])
    inner = shapely.buffer(buildings[near], -CUT_DEPTH)
    return np.asarray(near[np.unique(tree.query(inner, predicate="intersects")[0])], dtype=np.int64)


def _any(member: Membership) -> Flags:
    return np.asarray(member.sum(axis=1) > 0)


def _inner_lines(inputs: Inputs, areas: Shapes) -> Shapes:
    """Return roads carried on over undershoots, barriers and compound walls, as far as they touch an area."""
    roads = shapely.get_parts(inputs.roads.geometry.to_numpy())
    barriers = shapely.get_parts(inputs.barriers.geometry.to_numpy())
    walls = shapely.boundary(inputs.compounds.geometry.to_numpy())
    drawn = np.concatenate([roads, barriers, walls])
    touching = np.unique(
        shapely.STRtree(drawn).query(shapely.box(*shapely.total_bounds(areas)), predicate="intersects")
    )
    drawn = drawn[touching]
    others = np.concatenate([drawn, shapely.boundary(areas)])
    return np.concatenate([drawn, bridges(drawn[touching < len(roads)], others)])


def bridges(roads: Shapes, lines: Shapes) -> Shapes:
    """Return short lines that carry road ends which meet nothing on to the nearest line within reach.

    A road that crosses another line near its end (an overshoot) is left alone.

    Parameters
    ----------
    roads
        Road lines whose ends are looked at.
    lines
        Every line an end may meet, the roads among them.
    """
    ends = np.concatenate([shapely.get_point(roads, 0), shapely.get_point(roads, -1)])
    own = np.concatenate([roads, roads])
    end, line = shapely.STRtree(lines).query(ends, predicate="dwithin", distance=UNDERSHOOT)
    other = ~shapely.equals_identical(own[end], lines[line])
    end, line = end[other], line[other]
    met = shapely.distance(ends[end], shapely.intersection(own[end], lines[line])) <= 2 * UNDERSHOOT
    loose = np.bincount(end, met, len(ends)) == 0
    end, line = end[loose[end]], line[loose[end]]
    distance = shapely.distance(ends[end], lines[line])
    nearest = np.full(len(ends), np.inf)
    np.minimum.at(nearest, end, distance)
    chosen = (distance == nearest[end]) & (distance > 0)
    end, line = end[chosen], line[chosen]
    keep = np.unique(end, return_index=True)[1]
    return np.asarray(shapely.shortest_line(ends[end[keep]], lines[line[keep]]))


def _straddling_buildings(inputs: Inputs, limits: Shapes) -> list[Finding]:
    shapes, keys = inputs.buildings.geometry.to_numpy(), inputs.buildings.index
    reason = "the building lies in more than one area; it counts where its representative point lies"
    fix = "correct the area limit or the building's outline"
    return [
        Finding(
            "building.straddles", Severity.WARNING, "building", str(keys[number]), reason, fix, geometry=shapes[number]
        )
        for number in cut_by(shapes, limits)
    ]


def _straddling_compounds(inputs: Inputs, pieces: Shapes, area: Ints, member: Membership) -> list[Finding]:
    """Return compounds that an area limit cuts into pieces wider than the threshold."""
    by_thing = member.T.tocsr()
    found = []
    for number, key in enumerate(inputs.compounds.index):
        own = by_thing.indices[by_thing.indptr[number] : by_thing.indptr[number + 1]]
        if len(np.unique(area[own])) < 2:  # noqa: PLR2004 - a limit makes two sides
            continue
        wide = {int(area[piece]) for piece in own if width(pieces[piece : piece + 1])[0] > STRADDLE_WIDTH}
        if len(wide) > 1:
            codes = ", ".join(inputs.areas.index[sorted(wide)])
            reason = f"the compound lies in {codes}; it is kept whole inside each of them only"
            fix = "correct the area limit or the compound's outline"
            shape = inputs.compounds.geometry.iloc[number]
            found.append(
                Finding("compound.straddles", Severity.WARNING, "compound", str(key), reason, fix, geometry=shape)
            )
    return found
