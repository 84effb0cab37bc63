"""Roads with the small faults real ones have, a canal and a railway as barriers, parks and water as surfaces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
import shapely.ops
from shapely import Geometry, LineString, Polygon

from gridsys.sample.areas import Areas
from gridsys.sample.blocks import Blocks
from gridsys.sample.frames import layer, numbered, text
from gridsys.sample.names import park_name, road_names
from gridsys.sample.shapes import lines_of, polygons_of

HALF_WIDTH: Final = {"arterial": 15.0, "collector": 8.0, "alley": 3.0}
CANAL_HALF_WIDTH: Final = 11.0
RAIL_HALF_WIDTH: Final = 9.0
_UNDERSHOOT_CHANCE: Final = 0.02
_SHORTEST_ALLEY: Final = 8.0
_LAKE_FROM_M2: Final = 12_000.0
_BANK_M: Final = 12.0
_LAKE_CHANCE: Final = 0.65


@dataclass(frozen=True, slots=True)
class Network:
    """Frames of kinds ``road``, ``barrier`` and ``surface``, and the ground they take from building."""

    roads: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    surfaces: gpd.GeoDataFrame
    taken: npt.NDArray[np.object_]


def _path(
    district: Polygon, span: tuple[float, float], height: float, sway: float, rng: np.random.Generator
) -> LineString:
    """Draw a smooth west-east path inside the district; span, height and sway are fractions of its extent."""
    west, south, east, north = district.bounds
    t = np.linspace(*span, 60)
    phase = rng.uniform(0, 2 * np.pi, 3)
    swing = sum(np.sin(2 * np.pi * k * t + phase[i]) / k for i, k in enumerate((1, 2, 3)))
    y = south + (height + sway * swing) * (north - south)
    inside = shapely.intersection(LineString(np.column_stack([west + t * (east - west), y])), district)
    return lines_of(inside)[0]


def make_network(areas: Areas, blocks: Blocks, rng: np.random.Generator) -> Network:
    """Return the lines and surfaces of the city."""
    district = polygons_of(areas.district.geometry.iloc[0])[0]
    canal = _path(district, (-0.05, 1.05), rng.uniform(0.2, 0.36), 0.012, rng)
    rail = _path(district, (rng.uniform(0.5, 0.6), 1.05), rng.uniform(0.5, 0.62), 0.006, rng)
    barriers = _frame("barrier", "E", ["water", "rail"], [canal, rail], ["安澜河", "京枫铁路"])
    wet, track = canal.buffer(CANAL_HALF_WIDTH), rail.buffer(RAIL_HALF_WIDTH, cap_style="flat")
    roads = _roads(areas, blocks, shapely.union(wet, track), rng)
    surfaces = _surfaces(blocks.parks, roads, shapely.intersection(wet, district), track, rng)
    width = roads["kind"].map(HALF_WIDTH).to_numpy(dtype=float)
    taken = np.concatenate([shapely.buffer(roads.geometry.to_numpy(), width), [wet, track]])
    return Network(roads, barriers, surfaces, taken)


def _rim(district: Polygon, rng: np.random.Generator) -> list[LineString]:
    """Return the stretches of the district's limit that run on a road."""
    ring = district.exterior
    stops = np.sort(rng.uniform(0, 1, 7))
    bounds = zip(np.append(0, stops), np.append(stops, 1), strict=True)
    stretches = [part for a, b in bounds for part in lines_of(shapely.ops.substring(ring, a, b, normalized=True))]
    return [stretch for stretch in stretches if rng.random() < 0.75]  # noqa: PLR2004 - three quarters


def _roads(areas: Areas, blocks: Blocks, barrier: Geometry, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Return all roads: alleys stop at barriers, the others bridge them."""
    rim = _rim(polygons_of(areas.district.geometry.iloc[0])[0], rng)
    alleys = [part for line in blocks.alleys for part in lines_of(shapely.difference(line, barrier))]
    alleys = [line for line in alleys if line.length > _SHORTEST_ALLEY]
    blind = [line for line in blocks.dead_ends if not line.intersects(barrier)]
    arterials = areas.street_lines + rim
    lines = arterials + areas.community_lines + alleys + blind
    kinds = ["arterial"] * len(arterials) + ["collector"] * len(areas.community_lines)
    kinds += ["alley"] * (len(alleys) + len(blind))
    ends = np.where(rng.random((len(lines), 2)) < 0.3, 0.0, rng.uniform(0.05, 0.9, (len(lines), 2)))  # noqa: PLR2004 - exact ends
    short = (rng.random(len(lines)) < _UNDERSHOOT_CHANCE) & (np.array(kinds) == "alley")
    ends[short, 1] = -rng.uniform(0.2, 1.5, short.sum())
    ends[len(lines) - len(blind) :, 1] = 0
    drawn = [_stretch(line, *reach) for line, reach in zip(lines, ends, strict=True)]
    return _frame("road", "R", kinds, drawn, road_names(kinds, rng))


def _stretch(line: LineString, head: float, tail: float) -> LineString:
    """Move both ends outwards (or inwards, if negative) by these metres."""
    xy = shapely.get_coordinates(line)
    first, last = xy[0] - xy[1], xy[-1] - xy[-2]
    xy[0] += first / np.hypot(*first) * head
    xy[-1] += last / np.hypot(*last) * max(tail, -0.5 * np.hypot(*last))
    return LineString(np.round(xy, 2))


def _lake(park: Polygon, rng: np.random.Generator) -> Polygon | None:
    """Return a blob of water inside a park, unless the park is too narrow."""
    turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    a, b = rng.uniform(0, 2 * np.pi, 2)
    west, south, east, north = park.bounds
    radius = rng.uniform(0.14, 0.3) * (1 + 0.22 * np.sin(2 * turn + a) + 0.14 * np.sin(3 * turn + b))
    middle = park.centroid
    blob = Polygon(
        np.column_stack(
            [middle.x + radius * np.cos(turn) * (east - west), middle.y + radius * np.sin(turn) * (north - south)]
        )
    )
    water = polygons_of(shapely.intersection(blob, park.buffer(-_BANK_M)))
    return water[0] if water else None


def _surfaces(
    parks: list[Polygon], roads: gpd.GeoDataFrame, river: Geometry, track: Geometry, rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """Return parks without their roads, with lakes, and the canal's water."""
    lines = roads.geometry.to_numpy()
    width = roads["kind"].map(HALF_WIDTH).to_numpy(dtype=float)
    tree = shapely.STRtree(lines)
    shapes: list[Polygon] = polygons_of(river)
    kinds = ["water"] * len(shapes)
    names: list[str | None] = ["安澜河"] * len(shapes)
    for park in parks:
        near = tree.query(park, predicate="intersects")
        streets = shapely.union_all(np.append(shapely.buffer(lines[near], width[near]), [river, track]))
        green = polygons_of(shapely.difference(park, streets))[0]
        name = park_name(rng)
        lake = _lake(green, rng) if green.area > _LAKE_FROM_M2 and rng.random() < _LAKE_CHANCE else None
        if lake is not None:
            shapes.append(lake)
            kinds.append("water")
            names.append(f"{name}湖")
            green = polygons_of(shapely.difference(green, lake))[0]
        shapes.append(green)
        kinds.append("park")
        names.append(name)
    return _frame("surface", "S", kinds, shapes, names)


def _frame(
    kind: str,
    prefix: str,
    kinds: list[str],
    shapes: list[LineString] | list[Polygon],
    names: list[str] | list[str | None],
) -> gpd.GeoDataFrame:
    """Return a frame with columns name and kind, keyed by running number."""
    return layer({"name": text(names), "kind": text(kinds)}, shapes, numbered(prefix, len(kinds), 5, kind))
