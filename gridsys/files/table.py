"""A table on its way into a file: columns in order under the file's names, values as the format holds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from gridsys.domain.records import FieldType, RecordKind, Shape
from gridsys.errors import ExportError
from gridsys.files.cells import convert
from gridsys.quality.conformity import require_conform


@dataclass(frozen=True, slots=True)
class Table:
    """Columns by our name, in the kind's order, with plain row numbers; ``shapes`` is None where there are none."""

    kind: RecordKind
    columns: dict[str, pd.Series]
    shapes: gpd.GeoSeries | None

    @property
    def rows(self) -> int:
        """Return the number of rows."""
        return len(self.columns[self.kind.key])


def table_of(frame: pd.DataFrame, kind: RecordKind) -> Table:
    """Return a frame as a table to write.

    Raises
    ------
    InputError
        GS102–GS106 when the frame does not conform to its kind.
    ExportError
        GS603 when it has columns that are not of its kind.

    Examples
    --------
    >>> from gridsys.domain.records import HOUSEHOLD
    >>> index = pd.Index(["h1"], name="household_id")
    >>> list(table_of(pd.DataFrame({"kind": ["family"]}, index=index), HOUSEHOLD).columns)
    ['household_id', 'room_id', 'kind']
    """
    require_conform(frame, kind)
    geometry = frame.active_geometry_name if isinstance(frame, gpd.GeoDataFrame) else None
    extra = [str(name) for name in frame.columns if name not in {*kind.columns, geometry}]
    if extra:
        raise ExportError(
            "GS603", f"{kind.name} records have columns that are not of their kind", where=", ".join(extra),
            fix="leave them out; only columns whose type and meaning are declared are written",
        )  # fmt: skip
    columns: dict[str, pd.Series] = {}
    for field in kind.fields:
        if field.name == kind.key:
            raw = pd.Series(frame.index, dtype="str")
        elif field.name in frame.columns:
            raw = frame[field.name].reset_index(drop=True)
        else:
            raw = pd.Series(None, index=range(len(frame)), dtype=object)
        # Text goes as it is, blanks and all; other types take one form each.
        textual = field.type in {FieldType.TEXT, FieldType.CODE}
        columns[field.name] = raw.astype("str") if textual else convert(raw, field)[0]
    if kind.shape is Shape.NONE:
        return Table(kind, columns, None)
    shapes = frame.geometry.reset_index(drop=True)
    return Table(kind, columns, shapes.where(~shapes.is_empty, None))


def differences(wanted: Table, found: Table) -> list[str]:
    """Return where two tables differ, cell by cell: ``"row 3, name: '甲' became '乙'"``.

    Missing and empty text are the same; numbers may differ by one part in 10¹², moments by less than a millisecond.
    Shapes are equal when their points are, whatever ring comes first and which way it turns; a shape of one part is
    equal to that part.

    Examples
    --------
    >>> from gridsys.domain.records import HOUSEHOLD
    >>> def households(kind):
    ...     index = pd.Index(["h1"], name="household_id")
    ...     return table_of(pd.DataFrame({"kind": [kind]}, index=index), HOUSEHOLD)
    >>> differences(households("family"), households("collective"))
    ["row 1, kind: 'family' became 'collective'"]
    """
    if wanted.rows != found.rows:
        return [f"{wanted.rows} rows became {found.rows}"]
    told: list[str] = []
    for field in wanted.kind.fields:
        before, after = wanted.columns[field.name], found.columns[field.name]
        told += [
            f"row {row + 1}, {field.name}: {_shown(before, row)} became {_shown(after, row)}"
            for row in np.flatnonzero(~_same(before, after, field.type))
        ]
    if wanted.shapes is not None and found.shapes is not None:
        if not _same_crs(wanted.shapes.crs, found.shapes.crs):
            told.append(f"the CRS {wanted.shapes.crs.name} became {found.shapes.crs and found.shapes.crs.name}")
        alike = _same_shapes(wanted.shapes.to_numpy(), found.shapes.to_numpy())
        told += [f"row {row + 1}, geometry differs" for row in np.flatnonzero(~alike)]
    elif wanted.shapes is not None:
        told.append("the geometry is missing")
    return told


def _same(before: pd.Series, after: pd.Series, kind: FieldType) -> NDArray[np.bool_]:
    gaps = before.isna().to_numpy() & after.isna().to_numpy()
    match kind:
        case FieldType.TEXT | FieldType.CODE:
            same = before.fillna("").to_numpy(dtype=object) == after.fillna("").to_numpy(dtype=object)
        case FieldType.BOOLEAN:
            same = (before.astype("boolean") == after.astype("boolean")).fillna(value=False).to_numpy(dtype=bool)
        case FieldType.INTEGER:
            same = (before.astype("Int64") == after.astype("Int64")).fillna(value=False).to_numpy(dtype=bool)
        case FieldType.NUMBER:
            same = np.isclose(before.to_numpy(dtype=float), after.to_numpy(dtype=float), rtol=1e-12, atol=1e-12)
        case FieldType.DATE:
            same = (before == after).to_numpy()
        case FieldType.MOMENT:
            same = ((before - after).abs() < pd.Timedelta(milliseconds=1)).to_numpy()
    return np.asarray(same | gaps, dtype=bool)


def _same_crs(before: CRS | None, after: CRS | None) -> bool:
    if before is None:
        return True
    # A .prj file holds a CRS by its definition, not by its number; the database of CRSs knows it again.
    return after is not None and (before == after or before.to_epsg() == after.to_epsg())


def _same_shapes(before: NDArray[np.object_], after: NDArray[np.object_]) -> NDArray[np.bool_]:
    gaps = shapely.is_missing(before) & shapely.is_missing(after)
    return np.asarray(shapely.equals_identical(_canonical(before), _canonical(after)) | gaps, dtype=bool)


def _canonical(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    single = (shapely.get_num_geometries(shapes) == 1) & (
        shapely.get_type_id(shapes) >= shapely.GeometryType.MULTIPOINT
    )
    shapes = np.where(single, shapely.get_geometry(shapes, 0), shapes)
    return np.asarray(shapely.normalize(shapely.force_2d(shapes)))


def _shown(values: pd.Series, row: np.integer[Any]) -> str:
    cell = values.iloc[int(row)]
    return "nothing" if pd.isna(cell) else repr(cell) if isinstance(cell, str) else str(cell)
