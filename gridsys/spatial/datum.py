"""GCJ-02 and BD-09 to WGS-84 and back, as one labelled transform on plain longitude/latitude arrays.

No algorithm for GCJ-02 was ever published by its authority. The formula here is the one in common use since 2010,
known as *eviltransform* (googollee/eviltransform; wandergis/coordtransform); BD-09 is Baidu's step on top of it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridsys.errors import DatumError

Lonlat = tuple[NDArray[np.float64], NDArray[np.float64]]


class Datum(StrEnum):
    """What longitude and latitude in a file are measured in."""

    CGCS2000 = "cgcs2000"
    """China Geodetic Coordinate System 2000 (国家大地坐标系)."""
    WGS84 = "wgs84"
    """GPS. Taken as equal to CGCS2000: the two differ by plate motion since 2000, under a metre in 2026."""
    GCJ02 = "gcj02"
    """State offset of public maps (火星坐标系): AMap, Tencent; 300–700 m from WGS-84."""
    BD09 = "bd09"
    """Baidu's own offset on top of GCJ-02."""


CHINA: Final = (72.004, 0.8293, 137.8347, 55.8271)
"""West, south, east, north of the box in which GCJ-02 applies, in degrees (as in the published formula)."""

_AXIS: Final = 6378245.0  # Krasovsky 1940, as the published formula has it
_ECCENTRICITY2: Final = 0.00669342162296594323
_BAIDU: Final = np.pi * 3000 / 180
_TOLERANCE: Final = 1e-11  # degrees; about a micrometre
_MAX_ITERATIONS: Final = 40  # each step gains about two digits; BD-09, the slower, needs eight


def parse_datum(text: str) -> Datum:
    """Return the datum of that name.

    Raises
    ------
    DatumError
        GS202 when there is no such datum.

    Examples
    --------
    >>> parse_datum("GCJ-02").value
    'gcj02'
    """
    name = text.strip().lower().replace("-", "").replace("_", "")
    if name not in set(Datum):
        raise DatumError("GS202", f"{text!r} is not a datum", fix=f"use one of {', '.join(Datum)}")
    return Datum(name)


def in_china(lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
    """Return whether each position (degrees) lies in the box where GCJ-02 applies.

    Examples
    --------
    >>> in_china([116.4, 2.35], [39.9, 48.85]).tolist()
    [True, False]
    """
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    west, south, east, north = CHINA
    return (x >= west) & (x <= east) & (y >= south) & (y <= north)


def from_wgs84(lon: ArrayLike, lat: ArrayLike, datum: Datum) -> Lonlat:
    """Return WGS-84 (or CGCS2000) positions in another datum.

    Outside China every datum is the same and positions come back unchanged.

    Parameters
    ----------
    lon, lat
        Degrees, of equal shape.
    datum
        Datum wanted.

    Examples
    --------
    >>> lon, lat = from_wgs84([116.404], [39.915], Datum.GCJ02)
    >>> round(float(lon[0]), 6), round(float(lat[0]), 6)
    (116.410244, 39.916404)
    """
    x, y = np.array(lon, dtype=np.float64), np.array(lat, dtype=np.float64)
    if datum in {Datum.GCJ02, Datum.BD09}:
        inside = in_china(x, y)
        x[inside], y[inside] = _forward(x[inside], y[inside], datum)
    return x, y


def to_wgs84(lon: ArrayLike, lat: ArrayLike, datum: Datum) -> Lonlat:
    """Return WGS-84 positions for positions in a datum: the inverse of :func:`from_wgs84`.

    The forward formula has no closed inverse; it is iterated until a step moves less than 1e-11 degrees, far under
    a millimetre. Within a kilometre of the edge of the China box, at sea, the inverse is not unique.

    Parameters
    ----------
    lon, lat
        Degrees, of equal shape.
    datum
        Datum the degrees are in.

    Examples
    --------
    >>> lon, lat = to_wgs84(*from_wgs84([116.404], [39.915], Datum.BD09), Datum.BD09)
    >>> round(float(lon[0]), 9), round(float(lat[0]), 9)
    (116.404, 39.915)
    """
    x, y = np.array(lon, dtype=np.float64), np.array(lat, dtype=np.float64)
    if datum not in {Datum.GCJ02, Datum.BD09}:
        return x, y
    inside = in_china(x, y)
    wanted_x, wanted_y = x[inside], y[inside]
    guess_x, guess_y = wanted_x.copy(), wanted_y.copy()
    for _ in range(_MAX_ITERATIONS):
        there_x, there_y = _forward(guess_x, guess_y, datum)
        step_x, step_y = wanted_x - there_x, wanted_y - there_y
        guess_x += step_x
        guess_y += step_y
        if max(np.abs(step_x).max(initial=0), np.abs(step_y).max(initial=0)) < _TOLERANCE:
            break
    x[inside], y[inside] = guess_x, guess_y
    return x, y


def _forward(lon: NDArray[np.float64], lat: NDArray[np.float64], datum: Datum) -> Lonlat:
    lon, lat = _gcj02(lon, lat)
    return _bd09(lon, lat) if datum is Datum.BD09 else (lon, lat)


def _gcj02(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> Lonlat:
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    waves = 20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += 2 / 3 * (waves + 20 * np.sin(np.pi * y) + 40 * np.sin(np.pi * y / 3))
    north += 2 / 3 * (160 * np.sin(np.pi * y / 12) + 320 * np.sin(np.pi * y / 30))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += 2 / 3 * (waves + 20 * np.sin(np.pi * x) + 40 * np.sin(np.pi * x / 3))
    east += 2 / 3 * (150 * np.sin(np.pi * x / 12) + 300 * np.sin(np.pi * x / 30))
    phi = np.radians(lat)
    w2 = 1 - _ECCENTRICITY2 * np.sin(phi) ** 2
    w = np.sqrt(w2)
    return (
        lon + np.degrees(east / (_AXIS / w * np.cos(phi))),
        lat + np.degrees(north / (_AXIS * (1 - _ECCENTRICITY2) / (w2 * w))),
    )


def _bd09(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> Lonlat:
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BAIDU)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BAIDU)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006
