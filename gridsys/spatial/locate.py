"""Point to grid (房进格): which grid holds a point."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray

from gridsys.errors import DatumError, InputError
from gridsys.spatial.crs import require_projected
from gridsys.spatial.raster import OUTSIDE, UNDECIDED, Raster, build_raster, find

_MIN_CELLS: Final = 1 << 12
_MAX_CELLS: Final = 1 << 22
_CELLS_PER_EDGE: Final = 16
_FEW: Final = 50_000  # points that the geometry engine answers before the raster and its kernels are ready


class GridLocator:
    """Finds the grid of points, many times over, for one set of grids.

    A grid holds its boundary; a point that several grids hold belongs to the lowest code. The first fifty thousand
    points are asked of the geometry engine. Beyond, most are answered by a raster of cells that lie wholly in one grid,
    and the rest meet an exact test. The answers are the same.

    Parameters
    ----------
    grids
        Polygons, index the grid code, in a projected CGCS2000 zone.

    Raises
    ------
    DatumError
        GS203 when the grids are not projected.
    InputError
        GS104 when a code is missing or stands twice.

    Examples
    --------
    >>> squares = [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)]
    >>> codes = pd.Index(["110101001001001", "110101001001002"], name="grid_code")
    >>> locator = GridLocator(gpd.GeoDataFrame(geometry=squares, index=codes, crs="EPSG:4548"))
    >>> locator.locate([0.5, 1.0, 1.5, 9.0], [0.5, 0.5, 0.5, 0.5]).tolist()
    ['110101001001001', '110101001001001', '110101001001002', None]
    """

    def __init__(self, grids: gpd.GeoDataFrame) -> None:
        require_projected(grids, "grids")
        if grids.index.hasnans or grids.index.has_duplicates:
            raise InputError(
                "GS104", "grid codes are missing or stand twice", where="grids", fix="give every grid its own code"
            )
        codes = grids.index.to_numpy(dtype=object)
        order = np.argsort(codes, kind="stable")
        self.crs = grids.crs
        # One past the end, which is also number -1, stands for no grid.
        self._codes = np.full(len(codes) + 1, None, dtype=object)
        self._codes[:-1] = codes[order]
        self._shapes = grids.geometry.to_numpy()[order]
        self._tree = shapely.STRtree(self._shapes)
        self._raster: Raster | None = None
        self._asked = 0

    def locate(self, x: ArrayLike, y: ArrayLike) -> NDArray[np.object_]:
        """Return the code of the grid that holds each point; None outside, or where a coordinate is not finite.

        Parameters
        ----------
        x, y
            Coordinates in the grids' CRS, metres.
        """
        numbers = self._numbers(np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64))
        return np.asarray(self._codes[numbers])

    def locate_points(self, points: gpd.GeoSeries | gpd.GeoDataFrame) -> pd.Series:
        """Return the code of the grid that holds each shape's point, with the index of the shapes.

        Parameters
        ----------
        points
            Points, or other shapes, which stand for a point inside them; None and empty ones lie in no grid.

        Raises
        ------
        DatumError
            GS203 when they are not in the CRS of the grids.
        """
        shapes = points.geometry
        if shapes.crs != self.crs:
            found = "no CRS" if shapes.crs is None else shapes.crs.name
            raise DatumError(
                "GS203", f"the points have {found}, the grids {self.crs.name}", where="points",
                fix="bring both to one zone with gridsys.spatial.crs.to_working",
            )  # fmt: skip
        places = shapes.to_numpy()
        extended = shapely.get_type_id(places) > shapely.GeometryType.POINT
        if extended.any():
            places = places.copy()
            places[extended] = shapely.point_on_surface(places[extended])
        xy = np.full((len(places), 2), np.nan)
        there, row = shapely.get_coordinates(places, return_index=True)
        xy[row] = there
        numbers = self._numbers(xy[:, 0], xy[:, 1])
        codes = pd.array(self._codes[:-1], dtype="str")
        return pd.Series(codes.take(numbers, allow_fill=True), index=shapes.index, name="grid_code")

    def _numbers(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int32]:
        """Return rows of the grids in order of code, -1 outside."""
        self._asked += len(x)
        if self._raster is None and self._asked > _FEW:
            self._raster = _rasterise(self._shapes)
        if self._raster is None:
            return self._exact(x, y)
        numbers = find(self._raster, x, y)
        undecided = np.flatnonzero(numbers == UNDECIDED)
        if len(undecided):
            numbers[undecided] = self._exact(x[undecided], y[undecided])
        return numbers

    def _exact(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int32]:
        """Ask the geometry engine, whose predicates are exact."""
        numbers = np.full(len(x), len(self._shapes), dtype=np.int32)
        there = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        point, grid = self._tree.query(shapely.points(x[there], y[there]), predicate="intersects")
        np.minimum.at(numbers, there[point], grid.astype(np.int32))
        return np.where(numbers == len(self._shapes), np.int32(OUTSIDE), numbers)


def locate(points: gpd.GeoDataFrame | gpd.GeoSeries, grids: gpd.GeoDataFrame) -> pd.Series:
    """Return the code of the grid that holds each record, None for those in no grid.

    Parameters
    ----------
    points
        Points, or other shapes, which stand for a point inside them, in the CRS of the grids.
    grids
        Polygons, index the grid code, in a projected CGCS2000 zone.

    Returns
    -------
    pandas.Series
        ``grid_code`` as text, index of the points. On a shared boundary the lowest code.

    Raises
    ------
    DatumError
        GS203 when the grids are not projected, or the points not in their CRS.
    InputError
        GS104 when a grid code is missing or stands twice.

    Examples
    --------
    >>> codes = pd.Index(["110101001001001"], name="grid_code")
    >>> grids = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)], index=codes, crs="EPSG:4548")
    >>> homes = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0.5], [0.5]), index=["b1"], crs="EPSG:4548")
    >>> locate(homes, grids).to_dict()
    {'b1': '110101001001001'}
    """
    return GridLocator(grids).locate_points(points)


def _rasterise(shapes: NDArray[np.object_]) -> Raster | None:
    """Return the raster over some polygons, None when there is no polygon."""
    edges, first_edge = _edges(shapes)
    if not len(edges):
        return None
    return build_raster(edges, first_edge, min(max(_CELLS_PER_EDGE * len(edges), _MIN_CELLS), _MAX_CELLS))


def _edges(shapes: NDArray[np.object_]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the edges of polygons as x1, y1, x2, y2, and where each polygon's begin."""
    parts, part_of = shapely.get_parts(shapes, return_index=True)
    rings, ring_of = shapely.get_rings(parts, return_index=True)
    xy, point_of = shapely.get_coordinates(rings, return_index=True)
    follows = point_of[1:] == point_of[:-1]
    edges = np.ascontiguousarray(np.column_stack([xy[:-1], xy[1:]])[follows])
    owner = part_of[ring_of[point_of[:-1][follows]]]
    return edges, np.searchsorted(owner, np.arange(len(shapes) + 1)).astype(np.int64)
