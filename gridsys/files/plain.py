"""Tables without a geometry type: CSV and Excel, with longitude and latitude or WKT as columns."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from gridsys.domain.records import FieldType, Shape
from gridsys.errors import ExportError
from gridsys.files.ogr import moment_text
from gridsys.files.table import Table

MAX_CELL: Final = 32_767
"""Characters a cell of an Excel workbook holds."""
MAX_ROWS: Final = 1_048_575
"""Rows a sheet holds under its header."""


def write_csv(table: Table, path: Path) -> None:
    """Write a table as CSV: UTF-8 with the mark that makes Excel read Chinese, dates and moments as ISO 8601.

    Examples
    --------
    >>> import tempfile
    >>> from gridsys.domain.records import HOUSEHOLD
    >>> from gridsys.files.table import table_of
    >>> frame = pd.DataFrame({"kind": ["family"]}, index=pd.Index(["h1"], name="household_id"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_csv(table_of(frame, HOUSEHOLD), Path(folder, "h.csv"))
    ...     Path(folder, "h.csv").read_text(encoding="utf-8-sig").split()
    ['household_id,room_id,kind', 'h1,,family']
    """
    _flat(table, dates_as_text=True).to_csv(path, index=False, encoding="utf-8-sig")


def write_workbook(table: Table, path: Path) -> None:
    """Write a table as the only sheet of an Excel workbook; text never becomes a formula.

    Raises
    ------
    ExportError
        GS601 for text longer than a cell or with control characters, GS603 for more rows than a sheet has.

    Examples
    --------
    >>> import tempfile
    >>> from gridsys.domain.records import HOUSEHOLD
    >>> from gridsys.files.table import table_of
    >>> frame = pd.DataFrame({"kind": ["family"]}, index=pd.Index(["=1+1"], name="household_id"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_workbook(table_of(frame, HOUSEHOLD), Path(folder, "h.xlsx"))
    ...     pd.read_excel(Path(folder, "h.xlsx"))["household_id"].tolist()
    ['=1+1']
    """
    if table.rows > MAX_ROWS:
        raise ExportError(
            "GS603", f"{table.rows} rows are more than the {MAX_ROWS} of a sheet", where=path.name, fix="write .csv"
        )
    flat = _flat(table, dates_as_text=False)
    _require_fit(flat, path.name)
    book = Workbook(write_only=True)
    sheet = book.create_sheet(table.kind.name)
    sheet.freeze_panes = "B2"
    sheet.append(list(flat.columns))
    for cells in flat.itertuples(index=False, name=None):
        sheet.append([_cell(sheet, cell) for cell in cells])
    book.save(path)


def plain_shapes(frame: pd.DataFrame, table: Table) -> gpd.GeoSeries:
    """Return the geometry of a table read back from CSV or Excel, in the CRS it was written in.

    Examples
    --------
    >>> from gridsys.domain.records import INCIDENT
    >>> table = Table(INCIDENT, {}, gpd.GeoSeries(gpd.points_from_xy([1], [2]), crs="EPSG:4326"))
    >>> plain_shapes(pd.DataFrame({"lon": ["1.0"], "lat": ["2.0"]}), table).iloc[0].wkt
    'POINT (1 2)'
    """
    if table.kind.shape is Shape.POINT:
        x, y = (pd.to_numeric(frame[name]).to_numpy(dtype=float) for name in ("lon", "lat"))
        shapes = np.full(len(frame), None, dtype=object)
        there = ~np.isnan(x)
        shapes[there] = shapely.points(x[there], y[there])
    else:
        cells = frame["wkt"].astype(object)
        shapes = shapely.from_wkt(cells.where(cells.notna(), None).to_numpy())
    return gpd.GeoSeries(shapes, crs=None if table.shapes is None else table.shapes.crs)


def _flat(table: Table, *, dates_as_text: bool) -> pd.DataFrame:
    """Return the table with moments as text and geometry as columns; every gap is None."""
    flat: dict[str, pd.Series] = {}
    for field in table.kind.fields:
        values = table.columns[field.name]
        if field.type is FieldType.MOMENT:
            values = moment_text(values)
        elif field.type is FieldType.DATE and dates_as_text:
            values = values.dt.strftime("%Y-%m-%d")
        flat[field.name] = values.astype(object).where(values.notna(), None)
    if table.shapes is not None:
        shapes = table.shapes.to_numpy()
        if table.kind.shape is Shape.POINT:
            for name, number in (("lon", shapely.get_x(shapes)), ("lat", shapely.get_y(shapes))):
                flat[name] = pd.Series(number).astype(object).where(~np.isnan(number), None)
        else:
            flat["wkt"] = pd.Series(shapely.to_wkt(shapes, rounding_precision=9), dtype=object)
    return pd.DataFrame(flat)


def _require_fit(flat: pd.DataFrame, where: str) -> None:
    """Raise for text that a workbook cannot hold, before anything is begun."""
    for name, cells in flat.items():
        texts = cells[cells.map(lambda cell: isinstance(cell, str)).astype(bool)]
        long = texts[texts.map(len).astype(int) > MAX_CELL]
        controlled = texts[texts.map(lambda text: bool(ILLEGAL_CHARACTERS_RE.search(text))).astype(bool)]
        for bad, what in ((long, f"is longer than {MAX_CELL} characters"), (controlled, "has control characters")):
            if len(bad):
                raise ExportError(
                    "GS601", f"text of {len(bad)} cells {what}, which a workbook cannot hold",
                    where=f"{where}, row {bad.index[0] + 1}, {name}", fix="write .gpkg or .csv, or shorten the text",
                )  # fmt: skip


def _cell(sheet: Any, value: Any) -> Any:  # noqa: ANN401 - openpyxl has no types
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, value)
        cell.data_type = "s"  # text that starts with "=" is text
        return cell
    if isinstance(value, pd.Timestamp):
        cell = WriteOnlyCell(sheet, value.to_pydatetime())
        cell.number_format = "yyyy-mm-dd"
        return cell
    return value
