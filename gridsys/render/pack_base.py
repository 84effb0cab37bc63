"""Packs what lies under and between the grids: roads, green and water, buildings, components."""

from __future__ import annotations

from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gridsys.domain.records import BUILDING_KINDS, ROAD_KINDS, SURFACE_KINDS
from gridsys.render.codec import Ints, Packer
from gridsys.render.local import LocalFrame
from gridsys.render.pack_grids import pack_points, texts

LINE_STEP: Final = 0.5
"""Step of roads, green and water, web-mercator metres."""
BUILDING_STEP: Final = 0.5
"""Step of building corners, web-mercator metres."""
SIMPLIFY_LINES: Final = 1.0
MOST_ADDRESSES: Final = 5_000
"""An address costs tens of bytes; a page with more buildings than this goes without them."""


def pack_roads(packer: Packer, roads: gpd.GeoDataFrame, local: LocalFrame) -> dict[str, Any]:
    """Pack road lines by kind; return the header's part: the names, each once."""
    lines, owner = shapely.get_parts(shapely.simplify(local.project(roads), SIMPLIFY_LINES), return_index=True)
    _pack_paths(packer, "road", lines, LINE_STEP)
    packer.add("road_kind", _numbers(roads["kind"].iloc[owner], ROAD_KINDS))
    names = pd.Series(texts(roads["name"]) if "name" in roads else [""] * len(roads))
    places, distinct = pd.factorize(names)
    packer.add("road_name", places[owner])
    return {"names": list(distinct), "step": LINE_STEP}


def pack_surfaces(packer: Packer, surfaces: gpd.GeoDataFrame, local: LocalFrame) -> dict[str, Any]:
    """Pack green and water; return the header's part."""
    parts, owner = shapely.get_parts(shapely.simplify(local.project(surfaces), SIMPLIFY_LINES), return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    _pack_paths(packer, "surface", rings, LINE_STEP)
    packer.add("surface_part", part, delta=True)
    packer.add("surface_kind", _numbers(surfaces["kind"].iloc[owner], SURFACE_KINDS))
    pack_points(packer, "surface_label", shapely.get_coordinates(shapely.point_on_surface(parts)))
    names = pd.Series(texts(surfaces["name"]) if "name" in surfaces else [""] * len(surfaces))
    return {"names": names.iloc[owner].tolist(), "step": LINE_STEP}


def pack_buildings(
    packer: Packer, buildings: gpd.GeoDataFrame, local: LocalFrame, *, households: bool
) -> dict[str, Any]:
    """Pack building outlines (courts inside are left out) with kind and floors; return the header's part."""
    parts, owner = shapely.get_parts(local.project(buildings), return_index=True)
    order = _along_curve(shapely.get_coordinates(shapely.centroid(parts)))
    outlines, rows = shapely.get_exterior_ring(parts[order]), buildings.iloc[owner[order]]
    _pack_outlines(packer, outlines)
    packer.add("building_kind", _numbers(rows["kind"], BUILDING_KINDS))
    packer.add("building_floors", rows["floors"].fillna(0))
    header: dict[str, Any] = {"step": BUILDING_STEP}
    if households and "households" in rows:
        packer.add("building_households", rows["households"].fillna(-1))
    if "address" in rows and len(rows) <= MOST_ADDRESSES:
        header["addresses"] = texts(rows["address"])
    return header


def pack_components(packer: Packer, components: gpd.GeoDataFrame, local: LocalFrame) -> dict[str, Any]:
    """Pack components (部件) as points with their kind; return the header's part."""
    xy = shapely.get_coordinates(local.project(components))
    order = _along_curve(xy)
    pack_points(packer, "component", xy[order])
    places, kinds = pd.factorize(pd.Series(texts(components["kind"])))
    packer.add("component_kind", places[order])
    return {"kinds": list(kinds)}


def _pack_paths(packer: Packer, name: str, lines: npt.NDArray[np.object_], step: float) -> None:
    # Differences run on from one path to the next, so paths are to lie near their predecessors.
    xy = np.round(shapely.get_coordinates(lines) / step).astype(np.int64)
    packer.add(f"{name}_length", shapely.get_num_coordinates(lines))
    packer.add(f"{name}_x", xy[:, 0], delta=True)
    packer.add(f"{name}_y", xy[:, 1], delta=True)


def _pack_outlines(packer: Packer, rings: npt.NDArray[np.object_]) -> None:
    # First corners apart from the steps along the walls: each lot is more alike within itself, and gzips smaller.
    counts = shapely.get_num_coordinates(rings)
    xy = np.round(shapely.get_coordinates(rings) / BUILDING_STEP).astype(np.int64)
    ends = np.cumsum(counts)
    first = np.zeros(len(xy), dtype=bool)
    first[ends - counts] = True
    closing = np.zeros(len(xy), dtype=bool)
    closing[ends - 1] = True
    packer.add("building_length", counts - 1)
    for axis, name in enumerate("xy"):
        steps = np.diff(xy[:, axis], prepend=0)
        packer.add(f"building_{name}", xy[first, axis], delta=True, late=True)
        packer.add(f"building_d{name}", steps[~first & ~closing], late=True)


def _numbers(values: pd.Series, choices: tuple[str, ...]) -> Ints:
    return np.asarray(values.map(choices.index), dtype=np.int64)


def _along_curve(xy: npt.NDArray[np.float64]) -> Ints:
    # Morton order of 64 m cells: neighbours on the ground stand near each other in the file.
    cells = np.maximum(np.floor(xy / 64), 0).astype(np.int64)
    key = np.zeros(len(xy), dtype=np.int64)
    for bit in range(16):
        key |= ((cells[:, 0] >> bit) & 1) << (2 * bit) | ((cells[:, 1] >> bit) & 1) << (2 * bit + 1)
    return np.lexsort((xy[:, 0], key))
