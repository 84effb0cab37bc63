"""Writing tables: whole or not at all, and read back and compared cell by cell before it is called done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridsys.domain.records import KINDS, RecordKind, Shape
from gridsys.errors import ExportError
from gridsys.files.atomic import require_folder, staged
from gridsys.files.cells import convert
from gridsys.files.ogr import write_ogr
from gridsys.files.plain import plain_shapes, write_csv, write_workbook
from gridsys.files.shapefile import companions, read_long_texts, write_shapefile
from gridsys.files.source import open_source
from gridsys.files.table import Table, differences, table_of
from gridsys.spatial.crs import to_wgs84_lonlat

SHOWN: Final = 20
"""How many differing cells an error lists before it counts the rest."""


@dataclass(frozen=True, slots=True)
class WriteReport:
    """What was written and compared.

    ``cells_compared`` counts every cell, the geometry of a row as one; all were equal. ``sidecar`` holds texts too long
    for a shapefile, ``dictionary`` explains its short column names. ``notes`` say what a reader must know.
    """

    path: Path
    rows: int
    columns: int
    cells_compared: int
    sidecar: Path | None = None
    dictionary: Path | None = None
    notes: tuple[str, ...] = ()


def require_target(path: Path, kind: RecordKind) -> None:
    """Raise unless records of a kind can be written to a file of that name: asked before long work, not after it.

    Raises
    ------
    InputError
        GS101 for a folder that is not there or may not be written to.
    ExportError
        GS603 for a suffix that is no format, or a format that cannot hold the kind.

    Examples
    --------
    >>> require_target(Path("grids.gpkg"), KINDS["grid"])
    """
    suffix = path.suffix.lower()
    if suffix not in _FORMATS:
        raise ExportError(
            "GS603", f"{suffix or 'no suffix'!r} is not a format that is written", where=str(path),
            fix=f"end the name with one of {', '.join(_FORMATS)}; a shapefile is written zipped",
        )  # fmt: skip
    if kind.shape is Shape.NONE and suffix in _SPATIAL:
        raise ExportError(
            "GS603", f"{kind.name} records have no geometry, which {suffix} needs", where=str(path),
            fix="write .gpkg, .parquet, .xlsx or .csv",
        )  # fmt: skip
    require_folder(path)


def write_records(
    frame: pd.DataFrame, kind: RecordKind, path: Path | str, *, long_text: Literal["sidecar", "refuse"] = "sidecar"
) -> WriteReport:
    """Write the records of a kind to a file; the suffix chooses the format.

    ``.zip`` (shapefile), ``.gpkg``, ``.geojson``, ``.fgb``, ``.parquet``, ``.xlsx`` or ``.csv``. The file is read back
    and compared with the table cell by cell before it takes its place; after an error nothing is left behind. Missing
    text and empty text are the same in a file. GeoJSON, Excel and CSV hold longitude/latitude, the others the frame's
    CRS.

    Parameters
    ----------
    frame
        Records that conform to their kind, key as index, geometry in a projected CGCS2000 zone.
    kind
        Their kind.
    path
        File to write; an earlier one is replaced.
    long_text
        What a shapefile does with text of more than 254 bytes: move it to a sidecar CSV, or refuse.

    Raises
    ------
    InputError
        GS101 no such folder; GS102–GS106 records that do not conform.
    ExportError
        GS601 text does not fit, GS602 the file read back differs, GS603 the format is unknown or cannot hold the table.

    Examples
    --------
    >>> import tempfile
    >>> from gridsys.domain.records import HOUSEHOLD
    >>> index = pd.Index(["h1"], name="household_id")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     report = write_records(pd.DataFrame({"kind": ["family"]}, index=index), HOUSEHOLD, Path(folder, "h.csv"))
    >>> report.rows, report.cells_compared
    (1, 3)
    """
    path = Path(path)
    require_target(path, kind)
    suffix = path.suffix.lower()
    table = table_of(frame, kind)
    with staged(path, companions(path) if suffix == ".zip" else ()) as stage:
        return _FORMATS[suffix](table, stage / path.name, path, long_text)


def write_layers(layers: Mapping[str, pd.DataFrame], path: Path | str) -> WriteReport:
    """Write several tables as the layers of one GeoPackage, read back and compared like :func:`write_records`.

    Parameters
    ----------
    layers
        Frames by name of layer; the kind of each is known by the name of its index.
    path
        File to write, ``.gpkg``.

    Returns
    -------
    WriteReport
        Rows, columns and cells of all layers together.

    Raises
    ------
    InputError
        GS101, GS102–GS106 as :func:`write_records`; GS104 an index whose name is no kind's key.
    ExportError
        GS601 to GS603.

    Examples
    --------
    >>> import tempfile
    >>> index = pd.Index(["h1"], name="household_id")
    >>> homes = pd.DataFrame({"room_id": ["r1"], "kind": ["family"]}, index=index)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_layers({"households": homes}, Path(folder, "a.gpkg")).rows
    1
    """
    path = Path(path)
    if path.suffix.lower() != ".gpkg" or not layers:
        raise ExportError(
            "GS603", "several layers go into one .gpkg file", where=str(path), fix="give layers and such a name"
        )
    tables = {name: table_of(frame, _kind_of(frame, name)) for name, frame in layers.items()}
    with staged(path) as stage:
        for number, (name, table) in enumerate(tables.items()):
            write_ogr(stage / path.name, table, "GPKG", layer=name, append=number > 0)
        parts = [_compare(table, stage / path.name, path, layer=name) for name, table in tables.items()]
    return WriteReport(
        path,
        rows=sum(part.rows for part in parts),
        columns=sum(part.columns for part in parts),
        cells_compared=sum(part.cells_compared for part in parts),
    )


def _kind_of(frame: pd.DataFrame, name: str) -> RecordKind:
    columns = {frame.index.name, *frame.columns}
    for kind in KINDS.values():
        if kind.key == frame.index.name and set(kind.columns) <= columns:
            return kind
    raise ExportError(
        "GS603", f"the kind of layer {name!r} cannot be told: its index is {frame.index.name!r}", where=name,
        fix="name the index after the key of a kind, and give all its columns: "
        + ", ".join(f"{kind.name} {kind.key}" for kind in KINDS.values()),
    )  # fmt: skip


def _compare(
    table: Table,
    written: Path,
    path: Path,
    *,
    layer: str | None = None,
    names: Mapping[str, str] | None = None,
) -> WriteReport:
    """Read a file back and compare it with the table it was made from."""
    source = open_source(written, layer) if table.rows else None
    told = [] if source is None else differences(table, _read_back(table, source.frame, names or {}))
    if told:
        listed = "; ".join(told[:SHOWN]) + (f"; and {len(told) - SHOWN} more" if len(told) > SHOWN else "")
        raise ExportError(
            "GS602", "the file read back differs from the table; it was not kept", where=str(path), why=listed,
            fix="write another format, such as .gpkg, or mend these cells",
        )  # fmt: skip
    columns = len(table.columns) + (table.shapes is not None)
    return WriteReport(path, table.rows, columns, table.rows * columns)


def _read_back(table: Table, frame: pd.DataFrame, names: Mapping[str, str]) -> Table:
    columns: dict[str, pd.Series] = {}
    for field in table.kind.fields:
        raw = frame[names.get(field.name, field.name)].reset_index(drop=True)
        is_text = field.type.value in {"text", "code"}
        columns[field.name] = raw.astype("str") if is_text else convert(raw, field)[0]
    shapes = None
    if table.shapes is not None:
        shapes = frame.geometry if isinstance(frame, gpd.GeoDataFrame) else plain_shapes(frame, table)
        shapes = shapes.reset_index(drop=True)
    return Table(table.kind, columns, shapes)


def _lonlat(table: Table) -> Table:
    """Return the table in WGS-84 degrees of nine decimals, a tenth of a millimetre."""
    if table.shapes is None:
        return table
    degrees = to_wgs84_lonlat(gpd.GeoDataFrame(geometry=table.shapes)).geometry
    rounded = shapely.transform(degrees.to_numpy(), lambda xy: np.round(xy, 9))
    return replace(table, shapes=gpd.GeoSeries(rounded, crs=degrees.crs))


def _shapefile(table: Table, written: Path, path: Path, long_text: str) -> WriteReport:
    short = write_shapefile(table, written, refuse=long_text == "refuse")
    report = _compare(short.table, written, path, names=short.names)
    if short.sidecar is not None and not read_long_texts(short.sidecar).equals(short.long_texts):
        raise ExportError(
            "GS602", "the sidecar read back differs", where=str(path), fix="write another format, such as .gpkg"
        )
    notes = () if short.sidecar is None else (f"{len(short.long_texts)} long texts are whole in the sidecar only",)
    return replace(
        report,
        cells_compared=report.cells_compared + len(short.long_texts),
        sidecar=None if short.sidecar is None else path.parent / short.sidecar.name,
        dictionary=path.parent / short.dictionary.name,
        notes=notes,
    )


def _geopackage(table: Table, written: Path, path: Path, _: str) -> WriteReport:
    write_ogr(written, table, "GPKG", layer=table.kind.name)
    return _compare(table, written, path)


def _geojson(table: Table, written: Path, path: Path, _: str) -> WriteReport:
    degrees = _lonlat(table)
    # Nine decimals are there already. Asked for nine, GDAL would tidy 116.411000004 to 116.411; asked for fifteen, it
    # tidies the rounding behind the ninth only.
    write_ogr(written, degrees, "GeoJSON", RFC7946="YES", COORDINATE_PRECISION="15")
    note = "GeoJSON (RFC 7946) holds WGS-84 longitude/latitude; read it again with the datum wgs84"
    return replace(_compare(degrees, written, path), notes=(note,))


def _flatgeobuf(table: Table, written: Path, path: Path, _: str) -> WriteReport:
    # The spatial index reorders rows and cannot hold a missing geometry.
    write_ogr(written, table, "FlatGeobuf", SPATIAL_INDEX="NO")
    return _compare(table, written, path)


def _parquet(table: Table, written: Path, path: Path, _: str) -> WriteReport:
    frame = pd.DataFrame(table.columns)
    if table.shapes is None:
        frame.to_parquet(written, index=False)
    else:
        gpd.GeoDataFrame(frame, geometry=table.shapes).to_parquet(written, index=False)
    return _compare(table, written, path)


def _csv(table: Table, written: Path, path: Path, _: str) -> WriteReport:
    return _plain(table, written, path, write_csv)


def _workbook(table: Table, written: Path, path: Path, _: str) -> WriteReport:
    return _plain(table, written, path, write_workbook)


def _plain(table: Table, written: Path, path: Path, write: Callable[[Table, Path], None]) -> WriteReport:
    degrees = _lonlat(table)
    write(degrees, written)
    note = "positions are WGS-84 longitude/latitude; read them again with the datum wgs84"
    return replace(_compare(degrees, written, path), notes=() if table.shapes is None else (note,))


_FORMATS: Final[dict[str, Callable[[Table, Path, Path, str], WriteReport]]] = {
    ".zip": _shapefile,
    ".gpkg": _geopackage,
    ".geojson": _geojson,
    ".fgb": _flatgeobuf,
    ".parquet": _parquet,
    ".xlsx": _workbook,
    ".csv": _csv,
}
_SPATIAL: Final = frozenset({".zip", ".geojson", ".fgb"})
