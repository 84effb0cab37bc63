"""Where the rows of a file are: its geometry, or the columns that hold coordinates or WKT."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from gridsys.domain.finding import Finding, Severity
from gridsys.domain.records import RecordKind
from gridsys.errors import DatumError, InputError
from gridsys.files.cells import cell_findings
from gridsys.spatial.datum import in_china

_LON: Final = ("lon", "lng", "longitude", "经度")
_LAT: Final = ("lat", "latitude", "纬度")
_WKT: Final = ("wkt", "geometry", "几何")


@dataclass(frozen=True, slots=True)
class Placed:
    """Positions as the file has them, the columns they came from, and the cells that could not be read."""

    points: gpd.GeoDataFrame
    columns: set[str]
    findings: list[Finding]


def place(raw: pd.DataFrame, position: Mapping[str, str], kind: RecordKind, keys: pd.Series) -> Placed:
    """Return the geometry of a file's rows, in the file's own CRS (none for plain longitude/latitude).

    Parameters
    ----------
    raw
        Table as read.
    position
        ``lon`` and ``lat``, ``x``, ``y`` and ``crs``, or ``wkt`` (with ``crs``): names of columns, and of a CRS. When
        empty, the layer's geometry, or columns with the usual names, English or Chinese.
    kind
        What the rows are, for the findings.
    keys
        Keys of the rows, for the findings.

    Raises
    ------
    InputError
        GS102 when a column named is not there, GS105 when there is nothing to place rows by.
    DatumError
        GS203 when the CRS named is not known.

    Examples
    --------
    >>> from gridsys.domain.records import INCIDENT
    >>> raw = pd.DataFrame({"经度": ["116.4"], "纬度": ["39.9"]})
    >>> place(raw, {}, INCIDENT, pd.Series(["e1"])).points.geometry.iloc[0].wkt
    'POINT (116.4 39.9)'
    """
    if isinstance(raw, gpd.GeoDataFrame) and not position:
        geometry = raw.geometry.to_numpy()
        return Placed(gpd.GeoDataFrame(geometry=geometry, crs=raw.crs), {str(raw.active_geometry_name)}, [])
    names = {str(name).strip().lower(): str(name) for name in raw.columns}
    crs = _crs(position.get("crs"))
    first, second, wkt = _chosen(names, position)
    if wkt:
        return _from_wkt(raw[wkt], wkt, crs, kind, keys)
    if first and second:
        return _from_numbers(raw, (first, second), crs, kind, keys)
    raise InputError(
        "GS105",
        f"the {kind.name} records have no position: no geometry, longitude/latitude or WKT",
        where=f"columns {', '.join(names.values())}",
        fix='name the columns in a mapping file: [position] lon = "…", lat = "…"',
    )


def drop_far(placed: Placed, kind: RecordKind, keys: pd.Series) -> Placed:
    """Return positions in degrees without those outside China, each a finding; untouched when all of them are.

    A few far positions, (0, 0) mostly, are bad cells. When none is in China the layer as a whole is not what it was
    taken for, and converting it says why.

    Examples
    --------
    >>> from gridsys.domain.records import INCIDENT
    >>> keys, points = pd.Series(["e1", "e2"]), gpd.points_from_xy([116.4, 0], [39.9, 0])
    >>> placed = drop_far(Placed(gpd.GeoDataFrame(geometry=points), set(), []), INCIDENT, keys)
    >>> placed.points.geometry.isna().tolist(), placed.findings[0].id
    ([False, True], 'e2')
    """
    crs = placed.points.crs
    shapes = placed.points.geometry.to_numpy()
    if crs is not None and not crs.is_geographic:
        return placed
    bounds = shapely.bounds(shapes)
    there = ~np.isnan(bounds[:, 0])
    far = there & ~(in_china(bounds[:, 0], bounds[:, 1]) & in_china(bounds[:, 2], bounds[:, 3]))
    if not far.any() or (far == there).all():
        return placed
    texts = pd.Series([f"{west:.6f}, {south:.6f}" for west, south, _, _ in bounds[far]], index=np.flatnonzero(far))
    like = replace(_like(kind, "geometry", "the position lies outside China"), check="geometry.far", code="GS204")
    findings = cell_findings(far, texts.reindex(range(len(shapes))), keys, like)
    points = gpd.GeoDataFrame(geometry=np.where(far, None, shapes), crs=crs)
    return Placed(points, placed.columns, [*placed.findings, *findings])


def _chosen(names: Mapping[str, str], position: Mapping[str, str]) -> tuple[str | None, str | None, str | None]:
    """Return the names of the x, y and WKT columns, None for those there are not."""
    if not position:
        usual = [next((names[text] for text in texts if text in names), None) for texts in (_LON, _LAT, _WKT)]
        return usual[0], usual[1], usual[2]
    named = {role: text for role, text in position.items() if role != "crs"}
    for role, text in named.items():
        if text.strip().lower() not in names:
            raise InputError(
                "GS102",
                f"the column {text!r} named for {role} is missing",
                why=f"there are {', '.join(names.values())}",
                fix="mend the [position] table of the mapping file",
            )
    real = {role: names[text.strip().lower()] for role, text in named.items()}
    return real.get("lon", real.get("x")), real.get("lat", real.get("y")), real.get("wkt")


def _crs(text: str | None) -> CRS | None:
    if text is None:
        return None
    try:
        return CRS.from_user_input(text)
    except CRSError as error:
        raise DatumError(
            "GS203", f"{text!r} is not a CRS", why=str(error), fix="write one such as EPSG:4548"
        ) from error


def _from_numbers(
    raw: pd.DataFrame, columns: tuple[str, str], crs: CRS | None, kind: RecordKind, keys: pd.Series
) -> Placed:
    x, y = (pd.to_numeric(raw[column], errors="coerce").to_numpy(dtype=np.float64) for column in columns)
    findings: list[Finding] = []
    for column, number in zip(columns, (x, y), strict=True):
        bad = raw[column].notna().to_numpy() & ~np.isfinite(number)
        findings += cell_findings(bad, raw[column], keys, _like(kind, column, "not a coordinate"))
    half = raw[columns[0]].isna().to_numpy() ^ raw[columns[1]].isna().to_numpy()
    like = _like(kind, columns[0], f"only one of {columns[0]} and {columns[1]} is there")
    findings += cell_findings(half, raw[columns[0]], keys, like)
    there = np.isfinite(x) & np.isfinite(y)
    points = np.full(len(raw), None, dtype=object)
    points[there] = shapely.points(x[there], y[there])
    return Placed(gpd.GeoDataFrame(geometry=points, crs=crs), set(columns), findings)


def _from_wkt(cells: pd.Series, column: str, crs: CRS | None, kind: RecordKind, keys: pd.Series) -> Placed:
    shapes = shapely.from_wkt(cells.astype(object).where(cells.notna(), None).to_numpy(), on_invalid="ignore")
    bad = shapely.is_missing(shapes) & cells.notna().to_numpy()
    findings = cell_findings(bad, cells, keys, _like(kind, column, "not WKT"))
    return Placed(gpd.GeoDataFrame(geometry=shapes, crs=crs), {column}, findings)


def _like(kind: RecordKind, column: str, reason: str) -> Finding:
    return Finding(
        check="geometry.position",
        severity=Severity.ERROR,
        table=kind.name,
        id="",
        reason=reason,
        fix="give the position whole, or leave it out",
        code="GS103",
        column=column,
    )
