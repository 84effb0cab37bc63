"""Reading a layer for division or background: geometry and all its columns, with few demands."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

import geopandas as gpd
import pandas as pd
import shapely
from pyproj import CRS

from gridsys.domain.areacode import AreaLevel, level_of, normalise_code
from gridsys.domain.finding import Finding, Severity
from gridsys.domain.records import AREA, BARRIER, BUILDING, COMPOUND, ROAD, SURFACE, RecordKind
from gridsys.errors import InputError
from gridsys.files.positions import place
from gridsys.files.reader import suggest
from gridsys.files.source import open_source
from gridsys.quality.conformity import raise_for
from gridsys.spatial.crs import Datum, to_working

Role = Literal["areas", "roads", "barriers", "compounds", "buildings", "surfaces"]

_KINDS: Final[dict[str, RecordKind]] = {
    "areas": AREA, "roads": ROAD, "barriers": BARRIER, "compounds": COMPOUND, "buildings": BUILDING,
    "surfaces": SURFACE,
}  # fmt: skip
# Shapes a layer may have: dimensions of its geometries (0 points, 1 lines, 2 polygons).
_DIMENSIONS: Final = {
    "areas": {2}, "roads": {1}, "barriers": {1, 2}, "compounds": {2}, "buildings": {0, 2}, "surfaces": {2},
}  # fmt: skip
_SHAPE_NAMES: Final = {0: "points", 1: "lines", 2: "polygons"}
_DEFAULT_KIND: Final = {"roads": "alley", "barriers": "wall"}
_HIGHWAY: Final = {  # OpenStreetMap's classes; every other one is an alley
    **dict.fromkeys(("motorway", "trunk", "primary", "motorway_link", "trunk_link", "primary_link"), "arterial"),
    **dict.fromkeys(("secondary", "tertiary", "secondary_link", "tertiary_link"), "collector"),
}


def read_layer(
    path: Path | str,
    role: Role,
    *,
    layer: str | None = None,
    datum: Datum | None = None,
    columns: Mapping[str, str] | None = None,
    crs: CRS | None = None,
) -> gpd.GeoDataFrame:
    """Return a layer for one role of a division: geometry in the working CRS, and every column of the file.

    The index is the role's key (``code`` for areas, ``road_id`` for roads, …) where the file has it, else row numbers
    as text. ``attrs["findings"]`` of the frame lists what was assumed, left out or repaired: roads without kind become
    alleys and barriers walls (OpenStreetMap's ``highway`` is understood), rows without geometry are left out, invalid
    polygons repaired.

    Parameters
    ----------
    path
        Anything OGR reads, a zipped shapefile, GeoParquet, CSV or Excel with positions.
    role
        What the layer is for. Areas need ``code`` and ``name``; their ``level`` follows from the code.
    layer
        Layer or sheet; needed where there are several.
    datum
        What longitudes and latitudes are measured in; needed inside China unless the file's CRS is CGCS2000.
    columns
        The file's names of our columns, ours first: ``{"code": "JDDM", "name": "JDMC"}``.
    crs
        Projected CRS wanted, so that all layers share one; that of the layer's centre when None.

    Raises
    ------
    InputError
        GS101 unreadable file, GS102 missing columns, GS103 kinds outside the code list, GS104 keys, GS105 no rows or
        other shapes, GS106 area codes, GS107 layers.
    DatumError
        GS201–GS205.

    Examples
    --------
    >>> import tempfile
    >>> line = shapely.LineString([(116.40, 39.90), (116.41, 39.90)])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "roads.geojson")
    ...     gpd.GeoDataFrame({"name": ["长安街"]}, geometry=[line], crs="EPSG:4326").to_file(file)
    ...     roads = read_layer(file, "roads", datum=Datum.WGS84)
    >>> roads["kind"].to_dict(), roads.attrs["findings"][0].check
    ({'1': 'alley'}, 'layer.kind')
    """
    source = open_source(path, layer)
    where = str(path)
    kind = _KINDS[role]
    frame = _renamed(source.frame, columns or {}, where).reset_index(drop=True)
    rows = pd.Series([str(number + 1) for number in range(len(frame))])
    placed = place(frame, {}, kind, rows)
    raise_for(placed.findings, kind)
    findings = [_finding(role, "file.encoding", Severity.INFO, note) for note in source.notes]
    located = to_working(placed.points, datum, crs=crs, where=where)
    columns_kept = pd.DataFrame(frame.drop(columns=list(placed.columns & {*frame.columns}))).replace("", None)
    located = _keyed(gpd.GeoDataFrame(columns_kept, geometry=located.geometry), role, where)
    located, dropped = _shaped(located, role, where)
    findings += dropped
    if role in _DEFAULT_KIND or "kind" in located.columns:
        located, assumed = _kinds(located, role, where)
        findings += assumed
    located.attrs["findings"] = findings
    return located


def _renamed(frame: pd.DataFrame, columns: Mapping[str, str], where: str) -> pd.DataFrame:
    names = [str(name) for name in frame.columns]
    for ours, theirs in columns.items():
        if theirs not in names:
            raise InputError(
                "GS102", f"the column {theirs!r} named for {ours} is missing", where=where,
                why=suggest(theirs, names), fix="name a column that is there",
            )  # fmt: skip
    taken = [ours for ours, theirs in columns.items() if ours != theirs and ours in names]
    return frame.drop(columns=taken).rename(columns={theirs: ours for ours, theirs in columns.items()})


def _keyed(frame: gpd.GeoDataFrame, role: Role, where: str) -> gpd.GeoDataFrame:
    kind = _KINDS[role]
    if role == "areas":
        return _areas(frame, where)
    numbers = pd.Index([str(number + 1) for number in range(len(frame))], name=kind.key, dtype="str")
    if kind.key not in frame.columns:
        return frame.set_index(numbers)
    keys = frame[kind.key]
    if keys.isna().any() or keys.duplicated().any():
        raise InputError(
            "GS104", f"{kind.key} is missing or stands twice in {role}", where=where,
            why=f"{int(keys.isna().sum())} missing, {int(keys.duplicated().sum())} repeated",
            fix="give every row its own, or leave the column out: rows are then numbered",
        )  # fmt: skip
    return frame.set_index(pd.Index(keys.astype("str"), name=kind.key)).drop(columns=kind.key)


def _areas(frame: gpd.GeoDataFrame, where: str) -> gpd.GeoDataFrame:
    missing = [name for name in ("code", "name") if name not in frame.columns]
    if missing:
        names = [str(name) for name in frame.columns if name != "geometry"]
        raise InputError(
            "GS102", f"areas lack the column {' and '.join(missing)}", where=where,
            why="; ".join(f"{name}: {suggest(name, names)}" for name in missing),
            fix="name the columns code and name in the file, or say which they are: "
            "--code-column and --name-column (Source.columns)",
        )  # fmt: skip
    declared = frame["level"] if "level" in frame.columns else pd.Series(None, index=frame.index, dtype=object)
    wanted = [AreaLevel(level) if level in set(AreaLevel) else None for level in declared]
    codes = [
        normalise_code("" if pd.isna(code) else str(code), level)
        for code, level in zip(frame["code"], wanted, strict=True)
    ]
    index = pd.Index(codes, name="code", dtype="str")
    if index.has_duplicates:
        twice = ", ".join(index[index.duplicated()].unique()[:20])
        raise InputError(
            "GS104",
            "area codes stand twice",
            where=where,
            why=twice,
            fix="dissolve the parts of an area into one shape",
        )
    levels = pd.Series([level_of(code).value for code in codes], index=index, dtype="str")
    return frame.set_index(index).drop(columns="code").assign(level=levels)


def _shaped(frame: gpd.GeoDataFrame, role: Role, where: str) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Leave out rows without geometry, repair invalid polygons, refuse other shapes."""
    shapes = frame.geometry.to_numpy().copy()
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    findings = [
        _finding(role, "geometry.missing", Severity.WARNING, "a row without geometry was left out", str(key))
        for key in frame.index[missing]
    ]
    dimensions = shapely.get_dimensions(shapes)
    other = ~missing & ~pd.Series(dimensions).isin(_DIMENSIONS[role]).to_numpy()
    if missing.all() or other.any():
        wanted = " or ".join(_SHAPE_NAMES[dimension] for dimension in sorted(_DIMENSIONS[role]))
        first = (
            "there is no geometry" if missing.all() else f"{frame.index[other][0]} is a {shapes[other][0].geom_type}"
        )
        raise InputError(
            "GS105", f"{role} must be {wanted}; {int(other.sum())} rows are not", where=where, why=first,
            fix=f"give a layer of {wanted}",
        )  # fmt: skip
    invalid = ~missing & (dimensions == 2) & ~shapely.is_valid(shapes)  # noqa: PLR2004 - polygons
    reasons = shapely.is_valid_reason(shapes[invalid])
    shapes[invalid] = shapely.make_valid(shapes[invalid], method="structure", keep_collapsed=False)
    findings += [
        _finding(role, "geometry.invalid", Severity.WARNING, f"an invalid polygon was repaired: {reason}", str(key))
        for key, reason in zip(frame.index[invalid], reasons, strict=True)
    ]
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))[~missing], findings


def _kinds(frame: gpd.GeoDataFrame, role: Role, where: str) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Fill in the kind of each row, saying how often and by what rule."""
    choices = _KINDS[role].field("kind").choices
    default = _DEFAULT_KIND.get(role)
    kinds = frame["kind"] if "kind" in frame.columns else pd.Series(None, index=frame.index, dtype=object)
    known = kinds.isin(choices)
    strange = kinds[~known & kinds.notna() & (kinds != "")]
    if len(strange) and role != "buildings":
        raise InputError(
            "GS103", f"{len(strange)} kinds of {role} are outside their code list",
            where=f"{where}, {strange.index[0]}", why=", ".join(sorted(map(str, strange.unique()))[:10]),
            fix=f"use {', '.join(choices)}",
        )  # fmt: skip
    unknown = ~known
    if default is None or not unknown.any():
        return frame, []
    findings = []
    filled = pd.Series(default, index=frame.index, dtype="str")
    if role == "roads" and "highway" in frame.columns:
        filled = frame["highway"].map(_HIGHWAY).fillna(default).astype("str")
        findings.append(_finding(role, "layer.kind", Severity.INFO, "kinds follow OpenStreetMap's highway column"))
    else:
        reason = f"{int(unknown.sum())} of {len(frame)} rows have no kind and were taken as {default}"
        findings.append(_finding(role, "layer.kind", Severity.WARNING, reason))
    return frame.assign(kind=kinds.where(known, filled).astype("str")), findings


def _finding(role: Role, check: str, severity: Severity, reason: str, key: str = "") -> Finding:
    return Finding(check, severity, role, key, reason, "give it in the file, if that is wrong")
