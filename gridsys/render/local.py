"""Local map coordinates: web-mercator metres from the upper left corner, y downwards, as the page draws them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from gridsys.spatial.crs import to_wgs84_lonlat

EARTH_RADIUS: Final = 6_378_137.0


@dataclass(frozen=True)
class LocalFrame:
    """Origin of the local coordinates, in web-mercator metres."""

    west: float
    north: float

    @classmethod
    def around(cls, frame: gpd.GeoDataFrame) -> LocalFrame:
        """Return the local frame whose origin is the upper left corner of a working frame's extent.

        Examples
        --------
        >>> square = gpd.GeoDataFrame(geometry=[shapely.box(450000, 4420000, 450100, 4420100)], crs=4548)
        >>> local = LocalFrame.around(square)
        >>> bool(shapely.total_bounds(local.project(square))[0] >= 0)
        True
        """
        west, _, _, north = shapely.total_bounds(_mercator(frame))
        return cls(float(np.floor(west)), float(np.ceil(north)))

    def project(self, frame: gpd.GeoDataFrame) -> npt.NDArray[np.object_]:
        """Return the shapes of a working frame in local coordinates, each point moved by itself."""
        local = shapely.transform(_mercator(frame), lambda xy: (xy - (self.west, self.north)) * (1.0, -1.0))
        return np.asarray(local, dtype=object)


def _mercator(frame: gpd.GeoDataFrame) -> npt.NDArray[np.object_]:
    return np.asarray(shapely.transform(to_wgs84_lonlat(frame).geometry.to_numpy(), _spherical), dtype=object)


def _spherical(lonlat: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    lon, lat = np.radians(lonlat).T
    return EARTH_RADIUS * np.column_stack([lon, np.log(np.tan(np.pi / 4 + lat / 2))])
