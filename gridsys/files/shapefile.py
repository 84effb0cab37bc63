"""The honest shapefile: short ASCII names with a dictionary, UTF-8, and nothing cut in silence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pandas as pd

from gridsys.domain.records import FieldType, RecordKind
from gridsys.errors import ExportError
from gridsys.files.ogr import write_ogr
from gridsys.files.table import Table

MAX_BYTES: Final = 254
"""Bytes a shapefile's text cell holds, in UTF-8."""
MAX_NAME: Final = 10
"""Characters a shapefile's column name holds."""
_CUT: Final = "…"
_LONG_COLUMNS: Final = ("key", "column", "text")


@dataclass(frozen=True, slots=True)
class Shortened:
    """A shapefile as written: the table as it stands in it, its names, and the files beside it."""

    table: Table
    names: dict[str, str]
    dictionary: Path
    sidecar: Path | None
    long_texts: pd.DataFrame


def write_shapefile(table: Table, path: Path, *, refuse: bool = False) -> Shortened:
    """Write a table as a zipped shapefile with its data dictionary and, where texts are too long, a sidecar.

    A text of more than 254 bytes ends in "…" in the shapefile and stands whole in ``NAME.long.csv`` (columns ``key``,
    ``column``, ``text``). ``NAME.dictionary.csv`` gives every short name its name, Chinese name, type, unit and code
    list.

    Parameters
    ----------
    table
        The table.
    path
        File to write, ``.zip``.
    refuse
        Refuse long texts instead of moving them.

    Raises
    ------
    ExportError
        GS601 for text that does not fit (a key never may be cut), GS603 for column names that do not.

    Examples
    --------
    >>> import tempfile, geopandas as gpd, zipfile
    >>> from gridsys.domain.records import AREA
    >>> from gridsys.files.table import table_of
    >>> square = gpd.GeoSeries.from_wkt(["POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0))"], crs="EPSG:4548")
    >>> area = {"name": ["甲"], "level": ["street"]}
    >>> frame = gpd.GeoDataFrame(area, geometry=square.array, index=pd.Index(["110101001"], name="code"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = write_shapefile(table_of(frame, AREA), Path(folder, "a.zip"))
    ...     sorted(zipfile.ZipFile(Path(folder, "a.zip")).namelist())
    ['a.cpg', 'a.dbf', 'a.prj', 'a.shp', 'a.shx']
    """
    names = _short_names(table.kind)
    short, long_texts = _shorten(table)
    if len(long_texts) and (refuse or (long_texts["column"] == table.kind.key).any()):
        first = long_texts.iloc[0]
        raise ExportError(
            "GS601", f"{len(long_texts)} texts are longer than the {MAX_BYTES} bytes a shapefile holds",
            where=f"{first['key'][:40]}, {first['column']}", why=f"{len(first['text'].encode())} bytes in UTF-8",
            fix="write .gpkg, or let long text go to a sidecar; a key must be shortened",
        )  # fmt: skip
    # GDAL makes the zip itself, and names its members after the file, when it ends so.
    zipped = path.with_name(f"{path.name.removesuffix('.zip').removesuffix('.shp')}.shp.zip")
    write_ogr(zipped, short, "ESRI Shapefile", names=names)
    zipped.replace(path)
    dictionary, sidecar_path = (path.with_name(name) for name in companions(path))
    _dictionary(table.kind, names).to_csv(dictionary, index=False, encoding="utf-8-sig")
    sidecar = sidecar_path if len(long_texts) else None
    if sidecar is not None:
        long_texts.to_csv(sidecar, index=False, encoding="utf-8-sig")
    return Shortened(short, names, dictionary, sidecar, long_texts)


def companions(path: Path) -> tuple[str, str]:
    """Return the names of the data dictionary and the sidecar of a zipped shapefile.

    Examples
    --------
    >>> companions(Path("grids.shp.zip"))
    ('grids.dictionary.csv', 'grids.long.csv')
    """
    stem = path.name.removesuffix(".zip").removesuffix(".shp")
    return f"{stem}.dictionary.csv", f"{stem}.long.csv"


def read_long_texts(path: Path) -> pd.DataFrame:
    """Return the sidecar of a shapefile: columns ``key``, ``column``, ``text``.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     pd.DataFrame([["b1", "address", "东"]], columns=_LONG_COLUMNS).to_csv(Path(folder, "l.csv"), index=False)
    ...     read_long_texts(Path(folder, "l.csv"))["text"].tolist()
    ['东']
    """
    return pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8-sig")


def _short_names(kind: RecordKind) -> dict[str, str]:
    names = {field.name: field.short_name for field in kind.fields}
    wrong = [short for short in names.values() if not short.isascii() or not 0 < len(short) <= MAX_NAME]
    wrong += [short for short in set(names.values()) if list(names.values()).count(short) > 1]
    if wrong:
        raise ExportError(
            "GS603", f"{kind.name} records have column names that a shapefile cannot hold", where=", ".join(wrong),
            fix=f"give the fields short names of their own, ASCII, at most {MAX_NAME} characters",
        )  # fmt: skip
    return names


def _shorten(table: Table) -> tuple[Table, pd.DataFrame]:
    columns = dict(table.columns)
    long: list[pd.DataFrame] = []
    for field in table.kind.fields:
        if field.type not in {FieldType.TEXT, FieldType.CODE}:
            continue
        values = columns[field.name]
        # A character takes at most four bytes; only longer texts need counting.
        candidates = values[values.str.len().fillna(0) > MAX_BYTES // 4]
        over = candidates.index[candidates.map(lambda text: len(text.encode()) > MAX_BYTES).astype(bool)]
        if len(over):
            texts = values[over]
            keys = table.columns[table.kind.key][over]
            long.append(pd.DataFrame({"key": keys, "column": field.name, "text": texts}))
            columns[field.name] = values.where(~values.index.isin(over), values.map(_cut, na_action="ignore"))
    empty = pd.DataFrame({name: pd.Series(dtype="str") for name in _LONG_COLUMNS})
    long_texts = pd.concat(long, ignore_index=True).astype("str") if long else empty
    return replace(table, columns=columns), long_texts


def _cut(text: str) -> str:
    kept = text.encode()[: MAX_BYTES - len(_CUT.encode())]
    return kept.decode(errors="ignore").rstrip() + _CUT


def _dictionary(kind: RecordKind, names: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            (names[field.name], field.name, field.zh, field.type.value, field.unit, " ".join(field.choices))
            for field in kind.fields
        ],
        columns=["short_name", "name", "name_zh", "type", "unit", "code_list"],
    )
