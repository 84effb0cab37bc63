"""District, streets and communities as exact nested coverages, and the lines that made them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.optimize import linear_sum_assignment
from shapely import LineString, Polygon

from gridsys.sample.cuts import Manner, partition
from gridsys.sample.frames import layer, text
from gridsys.sample.names import community_names
from gridsys.sample.shapes import Shapes

_OFF_ROAD: Final = 0.15
_REACH: Final = 0.4
"""Metres a limit runs past the line it ends at, so that noding always meets it."""

# Where a street lies in the district, from west to east and from south to north (0-1), by general knowledge.
_LIES_AT: Final = {
    "110101001": (0.25, 0.55), "110101002": (0.2, 0.68), "110101003": (0.3, 0.77), "110101004": (0.3, 0.86),
    "110101005": (0.65, 0.78), "110101006": (0.65, 0.68), "110101007": (0.7, 0.6), "110101008": (0.8, 0.5),
    "110101009": (0.9, 0.8), "110101010": (0.6, 0.95), "110101011": (0.2, 0.4), "110101012": (0.5, 0.4),
    "110101013": (0.85, 0.4), "110101014": (0.8, 0.2), "110101015": (0.6, 0.28), "110101016": (0.3, 0.25),
    "110101017": (0.35, 0.08),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Areas:
    """The three levels of area, the turn of each street, and the lines between areas."""

    district: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    communities: gpd.GeoDataFrame
    angles: dict[str, float]
    street_lines: list[LineString]
    community_lines: list[LineString]
    off_road_lines: list[LineString]


def _place(polygons: list[Polygon], codes: list[str], outline: Polygon) -> list[Polygon]:
    """Give each street the polygon nearest to where it really lies; codes without a place take what is left."""
    west, south, east, north = outline.bounds
    centres = np.array([(p.centroid.x, p.centroid.y) for p in polygons])
    at = (centres - (west, south)) / (east - west, north - south)
    wanted = np.array([_LIES_AT.get(code, (0.5, 0.5)) for code in codes])
    cost = ((at[None, :, :] - wanted[:, None, :]) ** 2).sum(axis=2)
    _, chosen = linear_sum_assignment(cost)
    return [polygons[i] for i in chosen]


def _reach(line: LineString) -> LineString:
    """Lengthen a line at both ends."""
    xy = shapely.get_coordinates(line)
    head, tail = xy[0] - xy[1], xy[-1] - xy[-2]
    xy[0] += head / np.hypot(*head) * _REACH
    xy[-1] += tail / np.hypot(*tail) * _REACH
    return LineString(xy)


def _coverage(outline: Polygon, lines: list[LineString], drawn: list[Polygon]) -> Shapes:
    """Return the drawn polygons with every corner shared, from all limits noded together at one centimetre."""
    noded = shapely.union_all([outline.exterior, *map(_reach, lines)], grid_size=0.01)
    faces = shapely.get_parts(shapely.polygonize([noded]))
    points = shapely.point_on_surface(faces)
    owner = shapely.STRtree(drawn).nearest(points)
    return np.array([shapely.coverage_union_all(faces[owner == i]) for i in range(len(drawn))], dtype=object)


def _community_counts(polygons: list[Polygon], total: int) -> list[int]:
    """Share out the number of communities: half evenly, half by the size of the street."""
    area = np.array([p.area for p in polygons])
    want = total * (0.5 / len(polygons) + 0.5 * area / area.sum())
    counts = np.floor(want).astype(int)
    counts[np.argsort(counts - want)[: total - counts.sum()]] += 1
    return [int(n) for n in counts]


def make_areas(outline: Polygon, streets: pd.DataFrame, communities: int, rng: np.random.Generator) -> Areas:
    """Return the areas inside an outline.

    Parameters
    ----------
    outline
        Outline of the whole, EPSG:4548.
    streets
        Index ``code`` (9 digits); column ``name``. Only these codes and names are real.
    communities
        Number of communities in all.
    """
    codes = list(streets.index)
    shares = np.clip(rng.lognormal(0, 0.38, len(codes)), 0.5, 2.0)
    drawn, street_lines = partition(outline, shares, Manner(0.028, 0.035, 0.006), rng)
    drawn = _place(drawn, codes, outline)
    angles = {code: float(rng.normal(0.03, 0.035)) for code in codes}
    pieces: list[Polygon] = []
    owners: list[str] = []
    lines: list[LineString] = []
    for code, polygon, count in zip(codes, drawn, _community_counts(drawn, communities), strict=True):
        parts, cuts = partition(
            polygon, np.clip(rng.lognormal(0, 0.3, count), 0.5, 2.0), Manner(angles[code], 0.05, 0.012), rng
        )
        pieces += parts
        owners += [code] * count
        lines += cuts
    shapes = _coverage(outline, street_lines + lines, pieces)
    off_road = rng.random(len(lines)) < _OFF_ROAD
    frames = _frames(streets, owners, shapes, rng)
    return Areas(
        *frames,
        angles,
        street_lines,
        [line for line, off in zip(lines, off_road, strict=True) if not off],
        [line for line, off in zip(lines, off_road, strict=True) if off],
    )


def _frames(
    streets: pd.DataFrame, owners: list[str], shapes: Shapes, rng: np.random.Generator
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Give numbers to the communities of each street, and dissolve them upwards."""
    owner = np.array(owners)
    sequence = pd.Series(owner).groupby(owner).cumcount() + 1
    codes = [f"{street}{n:03d}" for street, n in zip(owners, sequence, strict=True)]
    communities = area_frame(codes, community_names(len(codes), rng), "community", shapes)
    street_shapes = np.array([shapely.coverage_union_all(shapes[owner == code]) for code in streets.index])
    street_frame = area_frame(list(streets.index), list(streets["name"]), "street", street_shapes)
    district = area_frame([owners[0][:6]], ["东城区"], "district", np.array([shapely.coverage_union_all(shapes)]))
    return district, street_frame, communities


def area_frame(codes: list[str], names: list[str], level: str, shapes: Shapes) -> gpd.GeoDataFrame:
    """Return a frame of kind ``area``."""
    data = {"name": text(names), "level": text([level] * len(codes))}
    index = pd.Index(codes, dtype="str", name="code")
    return layer(data, shapes, index).sort_index()
