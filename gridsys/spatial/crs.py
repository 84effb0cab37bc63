"""Coordinates at the door and inside: one projected CGCS2000 zone to measure in, one datum to store.

A file's label is not trusted: GCJ-02 data that a program wrote as "WGS-84" is the usual trap in China. A layer there
says its datum, or is refused.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from gridsys.errors import DatumError, InputError
from gridsys.spatial.datum import CHINA, Datum, in_china, parse_datum, to_wgs84

__all__ = [
    "CGCS2000_LONLAT",
    "Datum",
    "parse_datum",
    "require_projected",
    "round_cm",
    "to_geographic",
    "to_wgs84_lonlat",
    "to_working",
    "working_crs",
]

CGCS2000_LONLAT: Final = "EPSG:4490"
_WGS84_LONLAT: Final = "EPSG:4326"
_FIRST_ZONE: Final = 4534  # EPSG code of the 3-degree zone with central meridian 75°E; one code per 3 degrees
_FIRST_MERIDIAN: Final = 75
_LAST_MERIDIAN: Final = 135
_DECLARE: Final = (
    "say what the coordinates are: --datum gcj02 (AMap, Tencent), --datum bd09 (Baidu), --datum wgs84 (GPS, "
    "OpenStreetMap) or --datum cgcs2000 (surveying office)"
)


def working_crs(frame: gpd.GeoDataFrame) -> CRS:
    """Return the projected CRS to measure a frame in: the CGCS2000 3-degree Gauss–Krüger zone of its centre.

    EPSG:4534 (75°E) to EPSG:4554 (135°E), eastings without zone prefix, metres; EPSG:4548 for Beijing.

    Parameters
    ----------
    frame
        Any frame with a CRS.

    Raises
    ------
    DatumError
        GS203 for a frame without CRS, GS204 for one whose centre lies outside China's zones.
    InputError
        GS105 for a frame without any position.

    Examples
    --------
    >>> beijing = gpd.GeoDataFrame(geometry=gpd.points_from_xy([116.4], [39.9]), crs="EPSG:4490")
    >>> working_crs(beijing).to_epsg()
    4548
    """
    if frame.crs is None:
        raise DatumError("GS203", "the frame has no CRS", fix="read it through gridsys.files, which sets one")
    west, south, east, north = _bounds(frame)
    to_lonlat = Transformer.from_crs(frame.crs, CGCS2000_LONLAT, always_xy=True)
    lon, _ = to_lonlat.transform((west + east) / 2, (south + north) / 2)
    return _zone(lon)


def require_projected(frame: gpd.GeoDataFrame, role: str) -> None:
    """Raise unless a frame is in a projected CGCS2000 CRS in metres.

    Parameters
    ----------
    frame
        Frame to be measured.
    role
        What the frame is to the operation (``"roads"``), for the message.

    Raises
    ------
    DatumError
        GS203 when there is no CRS, a geographic one, or one of another datum (Web Mercator among them).

    Examples
    --------
    >>> roads = gpd.GeoDataFrame(geometry=gpd.points_from_xy([116.4], [39.9]), crs="EPSG:4326")
    >>> require_projected(roads, "roads")
    Traceback (most recent call last):
    gridsys.errors.DatumError: [GS203] roads are in WGS 84, not in a projected CGCS2000 zone — at roads. ...
    """
    if frame.crs is not None and _measures(frame.crs):
        return
    found = "have no CRS" if frame.crs is None else f"are in {frame.crs.name}, not in a projected CGCS2000 zone"
    raise DatumError(
        "GS203",
        f"{role} {found}",
        where=role,
        fix="bring the frame to its zone with gridsys.spatial.crs.to_working(frame, datum)",
    )


def to_working(
    frame: gpd.GeoDataFrame, datum: Datum | None = None, *, crs: CRS | None = None, where: str = ""
) -> gpd.GeoDataFrame:
    """Return a frame in its working CRS, metres; the one place where a datum is converted.

    A CGCS2000 CRS is a declaration of datum. A WGS-84 label, or none, is not: inside China ``datum`` must be given.
    Heights are dropped.

    Parameters
    ----------
    frame
        Frame as read from a file; without CRS its coordinates are longitude/latitude.
    datum
        What the coordinates really are, whatever the file's label says.
    crs
        Projected CRS wanted, so that several layers share one; :func:`working_crs` when None.
    where
        File or layer, for the message of an error.

    Raises
    ------
    DatumError
        GS201 without a declared datum, GS204 for coordinates outside the range of degrees or of China, GS205 when
        the file's own CRS contradicts the declared datum.
    InputError
        GS105 for a frame without any position.

    Examples
    --------
    >>> point = gpd.GeoDataFrame(geometry=gpd.points_from_xy([116.410245], [39.916404]), crs="EPSG:4326")
    >>> there = to_working(point, Datum.GCJ02)
    >>> there.crs.to_epsg(), [round(float(v)) for v in there.total_bounds[:2]]
    (4548, [449042, 4420261])
    """
    frame = _flat(frame)
    if frame.crs is not None and _datum_name(frame.crs) == "china":
        if datum not in {None, Datum.CGCS2000, Datum.WGS84}:
            raise _contradiction(frame.crs, datum, where)
        target = crs or working_crs(frame)
        return frame if frame.crs == target else frame.to_crs(target)
    if frame.crs is not None and _datum_name(frame.crs) != "wgs84":
        raise _contradiction(frame.crs, datum, where)
    if frame.crs is not None and not frame.crs.is_geographic:
        frame = frame.to_crs(_WGS84_LONLAT)
    _require_degrees(frame, where)
    if datum is None:
        label = "no CRS" if frame.crs is None else "only a WGS-84 label, which GCJ-02 files carry too"
        why = f"it has {label}"
        raise DatumError("GS201", "a layer inside China declares no datum", where=where, why=why, fix=_DECLARE)

    def shift(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(to_wgs84(xy[:, 0], xy[:, 1], datum))

    moved = frame.set_geometry(shapely.transform(frame.geometry.to_numpy(), shift)).set_crs(
        CGCS2000_LONLAT, allow_override=True
    )
    return moved.to_crs(crs or working_crs(moved))


def to_geographic(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a working frame in CGCS2000 longitude/latitude (EPSG:4490), as the database stores it.

    Raises
    ------
    DatumError
        GS203 when the frame is not in a projected CGCS2000 zone.

    Examples
    --------
    >>> gate = gpd.GeoDataFrame(geometry=gpd.points_from_xy([449042], [4420261]), crs="EPSG:4548")
    >>> [round(float(v), 3) for v in to_geographic(gate).total_bounds[:2]]
    [116.404, 39.915]
    """
    require_projected(frame, "frame")
    return frame.to_crs(CGCS2000_LONLAT)


def to_wgs84_lonlat(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a working frame as WGS-84 longitude/latitude (EPSG:4326), for web maps and GeoJSON.

    CGCS2000 and WGS-84 are taken as equal (see :class:`Datum`), so the numbers are those of :func:`to_geographic`.

    Raises
    ------
    DatumError
        GS203 when the frame is not in a projected CGCS2000 zone.

    Examples
    --------
    >>> gate = gpd.GeoDataFrame(geometry=gpd.points_from_xy([449042], [4420261]), crs="EPSG:4548")
    >>> to_wgs84_lonlat(gate).crs.to_epsg()
    4326
    """
    return to_geographic(frame).set_crs(_WGS84_LONLAT, allow_override=True)


def round_cm(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a working frame with every coordinate rounded to the centimetre.

    Each coordinate is rounded by itself, so that points shared by neighbours stay shared; a shape thinner than a
    centimetre may become invalid.

    Raises
    ------
    DatumError
        GS203 when the frame is not in a projected CGCS2000 zone.

    Examples
    --------
    >>> gate = gpd.GeoDataFrame(geometry=gpd.points_from_xy([449042.126], [4420261.001]), crs="EPSG:4548")
    >>> round_cm(gate).geometry.iloc[0].wkt
    'POINT (449042.13 4420261)'
    """
    require_projected(frame, "frame")
    return frame.set_geometry(shapely.transform(frame.geometry.to_numpy(), lambda xy: np.round(xy, 2)))


def _flat(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if not frame.has_z.any():
        return frame
    return frame.set_geometry(shapely.force_2d(frame.geometry.to_numpy()), crs=frame.crs)


def _bounds(frame: gpd.GeoDataFrame) -> tuple[float, float, float, float]:
    west, south, east, north = (float(value) for value in frame.total_bounds)
    if np.isnan(west):
        raise InputError("GS105", "the layer has no position at all", fix="give a layer with geometry")
    return west, south, east, north


def _zone(lon: float) -> CRS:
    meridian = round(lon / 3) * 3 if np.isfinite(lon) else 0
    if not _FIRST_MERIDIAN <= meridian <= _LAST_MERIDIAN:
        raise DatumError(
            "GS204",
            f"longitude {lon:.4f} lies outside the CGCS2000 zones of China",
            fix=f"check the order of the coordinates; zones reach from {_FIRST_MERIDIAN}°E to {_LAST_MERIDIAN}°E",
        )
    return CRS.from_epsg(_FIRST_ZONE + (meridian - _FIRST_MERIDIAN) // 3)


@lru_cache(maxsize=64)
def _measures(crs: CRS) -> bool:
    return bool(crs.is_projected) and _datum_name(crs) == "china" and crs.axis_info[0].unit_name == "metre"


@lru_cache(maxsize=64)
def _datum_name(crs: CRS) -> str:
    """Return "china", "wgs84", or the name of any other datum."""
    geodetic = crs.geodetic_crs
    name = geodetic.datum.name if geodetic is not None and geodetic.datum is not None else "unknown"
    if name == "China 2000":
        return "china"
    if name.startswith("World Geodetic System 1984") or name == "Unknown based on WGS 84 ellipsoid":
        return "wgs84"
    return str(name)


def _contradiction(crs: CRS, datum: Datum | None, where: str) -> DatumError:
    declared = f"the datum {datum.value} was declared" if datum else "it is neither CGCS2000 nor WGS-84"
    return DatumError(
        "GS205",
        f"the layer's CRS is {crs.name}",
        where=where,
        why=declared,
        fix="give the layer in CGCS2000 (EPSG:4490), transformed with your surveying office's parameters; or, if the "
        "label is wrong, remove it from the file and declare the datum",
    )


def _require_degrees(frame: gpd.GeoDataFrame, where: str) -> None:
    _bounds(frame)
    xy = shapely.get_coordinates(frame.geometry.to_numpy())
    outside = ~in_china(xy[:, 0], xy[:, 1])
    if not outside.any():
        return
    x, y = (float(value) for value in xy[outside][0])
    west, south, east, north = CHINA
    if in_china(y, x):
        why = "longitude and latitude seem to be swapped"
    elif abs(x) > 180 or abs(y) > 90:  # noqa: PLR2004 - the range of degrees
        why = "these are not degrees; projected coordinates need their CRS in the file"
    else:
        why = "the place is not in China"
    raise DatumError(
        "GS204",
        f"{int(outside.sum())} of {len(xy)} coordinates lie outside {west}–{east}°E, {south}–{north}°N",
        where=f"{where} ({x:.6f}, {y:.6f})".strip(),
        why=why,
        fix="mend or remove these rows, then read the layer again",
    )
