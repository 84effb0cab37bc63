"""A plan of grids as an SVG drawing: small, sharp in print, no library needed to show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from markupsafe import Markup, escape
from numpy.typing import NDArray


@dataclass(frozen=True)
class PlanLayers:
    """What a drawing shows: grids with a ``class`` column (a CSS class), and around them limits, roads, buildings."""

    grids: gpd.GeoDataFrame
    limits: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame | None = None
    buildings: gpd.GeoDataFrame | None = None


def draw_plan(layers: PlanLayers, labels: pd.Series | None = None, *, tolerance: float = 0.5) -> Markup:
    """Return an SVG element of a plan, north up.

    Parameters
    ----------
    layers
        Frames in one projected CRS, metres; drawn from the buildings up to the limits.
    labels
        Text for each grid, by ``grid_code``; a grid too small for its label goes without.
    tolerance
        Metres by which lines may be simplified; grids stay a coverage.

    Examples
    --------
    >>> grids = gpd.GeoDataFrame({"class": ["within5"]}, geometry=[shapely.box(0, 0, 20, 10)], crs="EPSG:4548")
    >>> print(draw_plan(PlanLayers(grids, grids)))
    <svg class="plan" viewBox="0 0 20 10"><path class="grid within5" d="M20 10L20 0L0 0L0 10Z"/>...</svg>
    """
    frame = Frame(*layers.grids.total_bounds)
    grids = layers.grids.geometry.to_numpy()
    drawn = shapely.coverage_simplify(grids, tolerance) if len(grids) > 1 else shapely.simplify(grids, tolerance)
    view = shapely.box(frame.west, frame.south, frame.east, frame.north)
    parts = [
        f'<path class="grid {escape(name)}" d="{frame.areas([shape])}"/>'
        for name, shape in zip(layers.grids["class"], drawn, strict=True)
    ]
    if layers.roads is not None:
        parts.append(f'<path class="road" d="{frame.lines(_clip(layers.roads, view, tolerance))}"/>')
    if layers.buildings is not None:
        parts.append(f'<path class="building" d="{frame.areas(_clip(layers.buildings, view, tolerance))}"/>')
    # The edges come once more, over the roads that most of them run along.
    parts.append(f'<path class="edge" d="{frame.areas(drawn)}"/>')
    limits = shapely.simplify(layers.limits.geometry.to_numpy(), tolerance)
    parts.append(f'<path class="limit" d="{frame.areas(limits)}"/>')
    if labels is not None:
        parts += _labels(grids, labels.reindex(layers.grids.index), frame)
    return svg(frame, parts)


@dataclass(frozen=True)
class Frame:
    """The ground a drawing covers, metres; paths are written from its north-west corner."""

    west: float
    south: float
    east: float
    north: float

    def _path(self, coordinates: NDArray[np.float64]) -> str:
        x, y = coordinates[:, 0] - self.west, self.north - coordinates[:, 1]
        return "M" + "L".join(f"{_say(a)} {_say(b)}" for a, b in zip(x, y, strict=True))

    def areas(self, shapes: Sequence[Any] | NDArray[np.object_]) -> str:
        """Return the path of polygons: all rings, closed; what is no polygon is left out."""
        parts = shapely.get_parts(shapely.get_parts(np.asarray(shapes, dtype=object)))
        rings = shapely.get_rings(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON])
        return "".join(self._path(shapely.get_coordinates(ring)[:-1]) + "Z" for ring in rings)

    def lines(self, shapes: Sequence[Any] | NDArray[np.object_]) -> str:
        """Return the path of lines."""
        parts = shapely.get_parts(np.asarray(shapes, dtype=object))
        return "".join(self._path(shapely.get_coordinates(part)) for part in parts if part.geom_type == "LineString")


def svg(frame: Frame, parts: Sequence[str]) -> Markup:
    """Return an SVG element around paths and texts, as large as its frame."""
    size = f"{_say(frame.east - frame.west)} {_say(frame.north - frame.south)}"
    return Markup(f'<svg class="plan" viewBox="0 0 {size}">{"".join(parts)}</svg>')  # noqa: S704 - numbers, our own paths


def _clip(frame: gpd.GeoDataFrame, view: shapely.Polygon, tolerance: float) -> NDArray[np.object_]:
    shapes = frame.geometry.dropna().to_numpy()
    near = shapes[shapely.intersects(shapes, view)]
    clipped: NDArray[np.object_] = shapely.simplify(shapely.intersection(near, view), tolerance)
    return clipped


def _labels(grids: NDArray[np.object_], labels: pd.Series, frame: Frame) -> list[str]:
    circles = shapely.maximum_inscribed_circle(grids, tolerance=1)
    texts = []
    for circle, label in zip(circles, labels, strict=True):
        (x, y), _ = shapely.get_coordinates(circle)
        size = min(2 * shapely.length(circle) / max(len(str(label)), 2), 36)
        place = f'x="{_say(x - frame.west)}" y="{_say(frame.north - y)}" font-size="{_say(size)}"'
        texts.append(f"<text {place}>{escape(label)}</text>")
    return texts


def _say(value: float) -> str:
    return f"{round(float(value), 1):g}" if abs(value) < 1e5 else f"{round(float(value), 1):.1f}"  # noqa: PLR2004 - %g keeps 6 digits
