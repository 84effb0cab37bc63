"""Parts of geometries, with their types known."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely import LineString, Polygon

Shapes = npt.NDArray[np.object_]


def lines_of(geometry: Any) -> list[LineString]:  # noqa: ANN401 - shapely's own results are loosely typed
    """Return the lines a geometry consists of, longest first."""
    found = [part for part in shapely.get_parts(geometry) if isinstance(part, LineString) and not part.is_empty]
    return sorted(found, key=lambda part: -part.length)


def polygons_of(geometry: Any) -> list[Polygon]:  # noqa: ANN401 - as above
    """Return the polygons a geometry consists of, largest first.

    Examples
    --------
    >>> [part.area for part in polygons_of(shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 0, 4, 1)]))]
    [2.0, 1.0]
    """
    found = [part for part in shapely.get_parts(geometry) if isinstance(part, Polygon) and not part.is_empty]
    return sorted(found, key=lambda part: -part.area)


def largest_parts(shapes: Shapes) -> Shapes:
    """Return the largest part of each shape that an inset may have pulled apart; empty where none is left."""
    parts, index = shapely.get_parts(shapes, return_index=True)
    order = np.argsort(shapely.area(parts), kind="stable")
    kept = np.full(shapes.size, Polygon(), dtype=object)
    kept[index[order]] = parts[order]
    return kept


def points_at(places: npt.NDArray[np.float64]) -> Shapes:
    """Return one point for each row of x and y."""
    return np.asarray(shapely.points(places), dtype=object)
