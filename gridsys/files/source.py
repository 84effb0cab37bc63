"""Opening a file as a table, whatever its format; nothing is interpreted here."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from gridsys.errors import InputError

_EXCEL: Final = frozenset({".xlsx", ".xlsm"})
_TEXT: Final = frozenset({".csv", ".tsv", ".txt"})
_PARQUET: Final = frozenset({".parquet", ".geoparquet"})
_FALLBACK_ENCODING: Final = "gb18030"  # what Chinese office software writes when it does not write UTF-8
_UNDER_HEADING: Final = 2
# Whole numbers with gaps stay whole numbers: plain numpy would make them floats and lose digits.
_WHOLE: Final = {kind(): pd.Int64Dtype() for kind in (pa.int8, pa.int16, pa.int32, pa.int64)}


@dataclass(frozen=True, slots=True)
class Source:
    """A table as its file has it: the frame, what was assumed to read it, and the number its first row has there.

    A frame's index counts the file's rows from 0, blank ones too; under a heading the first of them is row 2.
    """

    frame: pd.DataFrame
    notes: tuple[str, ...] = ()
    first_row: int = 1


def open_source(path: Path | str, layer: str | None = None, encoding: str | None = None) -> Source:
    """Return a file's table: a GeoDataFrame where it has geometry, a DataFrame where it has none.

    Text files and workbooks come with every cell as it stands; anything else goes through OGR or GeoParquet.

    Parameters
    ----------
    path
        File; a zipped shapefile is opened as it is.
    layer
        Layer of the file or sheet of the workbook; needed where there are several.
    encoding
        Encoding of its text, where the file does not say and neither UTF-8 nor GB 18030 fits.

    Raises
    ------
    InputError
        GS101 when there is no such file or it cannot be read, GS105 when it has no rows, GS107 when the layer is not
        named or not there.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "a.csv")
    ...     pd.DataFrame({"code": ["007"]}).to_csv(file, index=False)
    ...     open_source(file).frame["code"].tolist()
    ['007']
    """
    path = Path(path)
    if not path.exists():
        raise InputError("GS101", "there is no such file", where=str(path), fix="check the name")
    suffix = path.suffix.lower()
    try:
        if suffix in _TEXT:
            source = _open_text(path, encoding)
        elif suffix in _EXCEL:
            source = _open_workbook(path, layer)
        elif suffix in _PARQUET:
            source = Source(_open_parquet(path))
        else:
            source = _open_ogr(path, layer, encoding)
    except (OSError, UnicodeDecodeError, LookupError, pa.ArrowException, zipfile.BadZipFile, pd.errors.ParserError,
            pd.errors.EmptyDataError, DataSourceError, DataLayerError) as error:  # fmt: skip
        raise InputError(
            "GS101",
            "the file cannot be read",
            where=str(path),
            why=str(error),
            fix="check that it is whole and its type",
        ) from error
    if source.frame.empty:
        raise InputError("GS105", "the layer has no rows", where=str(path), fix="give a layer that has some")
    return source


def _choose(path: Path, layer: str | None, layers: list[str], described: list[str]) -> str:
    if layer in layers:
        return str(layer)
    if layer is None and len(layers) == 1:
        return layers[0]
    what = f"the file holds {len(layers)} layers" if layer is None else f"the file has no layer {layer!r}"
    raise InputError("GS107", what, where=str(path), fix=f"name one (FILE::LAYER): {', '.join(described)}")


def _open_ogr(path: Path, layer: str | None, encoding: str | None) -> Source:
    listed = [(str(name), str(kind)) for name, kind in pyogrio.list_layers(path)]
    described = [f"{name} ({'no geometry' if kind == 'None' else kind})" for name, kind in listed]
    chosen = _choose(path, layer, [name for name, _ in listed], described)
    if path.suffix.lower() == ".fgb":
        # GDAL's Arrow stream of FlatGeobuf crashes the process on a missing geometry.
        return Source(pyogrio.read_dataframe(path, layer=chosen))
    options: dict[str, Any] = {
        "layer": chosen,
        "use_arrow": True,
        "arrow_to_pandas_kwargs": {"types_mapper": _WHOLE.get},
    }
    if encoding is not None:
        return Source(pyogrio.read_dataframe(path, encoding=encoding, **options))
    try:
        frame = pyogrio.read_dataframe(path, **options)
        for name in frame.columns[frame.dtypes == "str"]:
            pa.array(frame[name].array).validate(full=True)  # Arrow takes text on trust until then
        return Source(frame)
    except pa.ArrowException:
        frame = pyogrio.read_dataframe(path, encoding=_FALLBACK_ENCODING, **options)
        return Source(frame, ("the file does not say its encoding and is not UTF-8; read as GB 18030",))


def _open_parquet(path: Path) -> pd.DataFrame:
    try:
        frame: pd.DataFrame = gpd.read_parquet(path)
    except ValueError:  # a plain Parquet file without geometry
        frame = pd.read_parquet(path)
    return frame


def _open_text(path: Path, encoding: str | None) -> Source:
    data = path.read_bytes()
    notes: tuple[str, ...] = ()
    if encoding is not None:
        text = data.decode(encoding)
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode(_FALLBACK_ENCODING)
            notes = ("the file is not UTF-8; read as GB 18030",)
    separator = "\t" if path.suffix.lower() == ".tsv" else ","
    frame = pd.read_csv(
        io.StringIO(text), sep=separator, dtype="str", keep_default_na=False, na_values=[""], skip_blank_lines=False
    )
    return Source(frame.dropna(how="all"), notes, _UNDER_HEADING)


def _open_workbook(path: Path, layer: str | None) -> Source:
    with pd.ExcelFile(path, engine="openpyxl") as book:
        sheets = [str(name) for name in book.sheet_names]
        sheet = _choose(path, layer, sheets, sheets)
        frame = pd.read_excel(book, sheet_name=sheet, dtype=object, keep_default_na=False, na_values=[""])
    frame = frame.dropna(how="all")
    frame.columns = [str(name).strip() for name in frame.columns]
    return Source(frame, first_row=_UNDER_HEADING)
