"""Tables into OGR formats, every column with the type it has."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError, FieldError, GeometryError

from gridsys.domain.records import FieldType, Shape
from gridsys.errors import ExportError
from gridsys.files.table import Table

_UTC: Final = 100  # GDAL's flag for a time in UTC
_SINGLE: Final = {Shape.POINT: "Point", Shape.LINE: "LineString", Shape.POLYGON: "Polygon"}


def write_ogr(
    path: Path,
    table: Table,
    driver: str,
    *,
    names: dict[str, str] | None = None,
    layer: str | None = None,
    append: bool = False,
    **options: str,
) -> None:
    """Write a table as a layer; moments become text where ``names`` are given (a shapefile has no moments).

    Parameters
    ----------
    path
        File to write.
    table
        The table.
    driver
        OGR's name of the format.
    names
        The file's column names by ours; ours when None.
    layer
        Name of the layer; from the file when None.
    append
        Add the layer to a file that is there.
    **options
        Layer options of the driver.

    Raises
    ------
    ExportError
        GS603 when the format refuses the table.
    """
    renamed = names or {field.name: field.name for field in table.kind.fields}
    data: list[NDArray[Any]] = []
    masks: list[NDArray[np.bool_] | None] = []
    offsets: dict[str, NDArray[np.int64]] = {}
    for field in table.kind.fields:
        values = table.columns[field.name]
        array, mask = _array(values, field.type, as_text=driver == "ESRI Shapefile")
        data.append(array)
        masks.append(mask)
        if np.issubdtype(array.dtype, np.datetime64) and field.type is FieldType.MOMENT:
            offsets[renamed[field.name]] = np.full(len(values), _UTC)
    shapes, shape_type = _shapes(table)
    try:
        pyogrio.raw.write(
            path,
            geometry=shapes,
            field_data=data,
            fields=np.array([renamed[field.name] for field in table.kind.fields], dtype=object),
            field_mask=masks,
            layer=layer,
            driver=driver,
            geometry_type=shape_type,
            crs=None if table.shapes is None else table.shapes.crs.to_wkt(),
            encoding="UTF-8" if driver == "ESRI Shapefile" else None,
            promote_to_multi=bool(shape_type and shape_type.startswith("Multi")),
            append=append,
            gdal_tz_offsets=offsets,
            **options,
        )
    except (DataSourceError, DataLayerError, FieldError, GeometryError) as error:
        raise ExportError(
            "GS603", f"the format cannot hold the {table.kind.name} records", where=path.name, why=str(error),
            fix="choose another format, such as .gpkg",
        ) from error  # fmt: skip


def _array(values: pd.Series, kind: FieldType, *, as_text: bool) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
    """Return a column as numpy holds it, and the mask of its gaps where numpy has no gap of its own."""
    match kind:
        case FieldType.TEXT | FieldType.CODE:
            return values.astype(object).where(values.notna(), None).to_numpy(), None
        case FieldType.INTEGER | FieldType.BOOLEAN:
            gaps = values.isna().to_numpy()
            return values.fillna(0).astype("int64").to_numpy(), gaps if gaps.any() else None
        case FieldType.NUMBER:
            return values.to_numpy(dtype=np.float64), None
        case FieldType.DATE:
            return values.to_numpy(dtype="datetime64[D]"), None
        case FieldType.MOMENT:
            if as_text:
                return moment_text(values).to_numpy(), None
            return values.dt.tz_localize(None).to_numpy(dtype="datetime64[ms]"), None


def moment_text(values: pd.Series) -> pd.Series:
    """Return moments as text with offset, to the millisecond; None where there is none.

    Examples
    --------
    >>> moment_text(pd.Series(pd.to_datetime(["2026-09-18T01:30:00Z"]))).tolist()
    ['2026-09-18T01:30:00.000Z']
    """
    texts = values.map(
        lambda moment: moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"), na_action="ignore"
    )
    return texts.astype(object).where(values.notna(), None)


def _shapes(table: Table) -> tuple[NDArray[np.object_] | None, str | None]:
    if table.shapes is None:
        return None, None
    shapes = table.shapes.to_numpy()
    single = _SINGLE[table.kind.shape]
    many = bool((shapely.get_type_id(shapes) >= shapely.GeometryType.MULTIPOINT).any())
    return shapely.to_wkb(shapes), f"Multi{single}" if many else single
