"""Packs the grids: borders as shared arcs, label points, the areas they belong to."""

from __future__ import annotations

from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gridsys.render.codec import Ints, Packer
from gridsys.render.local import LocalFrame
from gridsys.render.topology import Topology, build_topology

SHAPE_STEP: Final = 0.1
"""Step of grid coordinates, web-mercator metres."""
POINT_STEP: Final = 1.0
"""Step of points, web-mercator metres: no place is told finer than a building."""
SIMPLIFY: Final = 2.0
"""Tolerance of the coverage simplification for drawing, web-mercator metres."""

BORDER_GRID, BORDER_COMMUNITY, BORDER_STREET, BORDER_OUTER = range(4)
_STREET_DIGITS: Final = 9


def texts(values: pd.Series) -> list[str]:
    """Return a text column as a list, missing values as empty text.

    Examples
    --------
    >>> texts(pd.Series(["东四", None]))
    ['东四', '']
    """
    return ["" if pd.isna(value) else str(value) for value in values]


def pack_grids(packer: Packer, grids: gpd.GeoDataFrame, local: LocalFrame) -> Ints:
    """Pack the grids' shapes; return the corner of each that incident positions are counted from, in point steps."""
    shapes = shapely.coverage_simplify(local.project(grids), SIMPLIFY)
    topology = build_topology(shapes, SHAPE_STEP)
    points = np.concatenate(topology.arcs)
    areas = grids["area_code"].astype(str).tolist()
    packer.add("arc_length", [len(arc) for arc in topology.arcs])
    packer.add("arc_x", points[:, 0], delta=True)
    packer.add("arc_y", points[:, 1], delta=True)
    packer.add("arc_border", [_border(owners, areas) for owners in topology.owners])
    packer.add("grid_rings", [len(rings) for rings in topology.rings])
    packer.add("ring_arcs", [len(ring) for rings in topology.rings for ring in rings])
    packer.add("ring_arc", [arc for rings in topology.rings for ring in rings for arc in ring], delta=True)
    pack_points(packer, "grid_label", shapely.get_coordinates(shapely.point_on_surface(shapes)))
    return _corners(topology) // round(POINT_STEP / SHAPE_STEP)


def pack_points(packer: Packer, name: str, xy: npt.NDArray[np.float64]) -> None:
    """Pack points in point steps, as ``name_x`` and ``name_y``."""
    whole = np.round(xy / POINT_STEP).astype(np.int64)
    packer.add(f"{name}_x", whole[:, 0], delta=True)
    packer.add(f"{name}_y", whole[:, 1], delta=True)


def pack_areas(
    packer: Packer, grids: gpd.GeoDataFrame, named: list[gpd.GeoDataFrame], local: LocalFrame
) -> dict[str, Any]:
    """Pack streets and communities of the grids: code, name, label point; return the header's part.

    An area that no frame names goes by its code.
    """
    names: dict[str, str] = {}
    for frame in named:
        names |= dict(zip(frame.index.astype(str), texts(frame["name"]), strict=True))
    areas = grids["area_code"].astype(str)
    levels = {"area": areas, "street": areas.str[:_STREET_DIGITS]}
    codes = sorted({code for level in levels.values() for code in level})
    shapes = dict(zip(grids.index, local.project(grids), strict=True))
    wholes = np.array([
        shapely.union_all(np.array([shapes[key] for key in areas.index[areas.str.startswith(code)]])) for code in codes
    ])  # fmt: skip
    # The first point of the result is the centre of the largest circle inside: room for a name.
    circles = shapely.maximum_inscribed_circle(wholes, tolerance=20.0)
    pack_points(packer, "area_label", shapely.get_coordinates(shapely.get_point(circles, 0)))
    packer.add("grid_area", [codes.index(area) for area in areas])
    return {"code": codes, "name": [names.get(code) or code for code in codes]}


def _corners(topology: Topology) -> Ints:
    least = [arc.min(axis=0) for arc in topology.arcs]
    return np.array([np.min([least[a >> 1] for ring in rings for a in ring], axis=0) for rings in topology.rings])


def _border(owners: tuple[int, ...], areas: list[str]) -> int:
    if len(owners) == 1:
        return BORDER_OUTER
    sides = {areas[owner] for owner in owners}
    if len({side[:_STREET_DIGITS] for side in sides}) > 1:
        return BORDER_STREET
    return BORDER_COMMUNITY if len(sides) > 1 else BORDER_GRID
