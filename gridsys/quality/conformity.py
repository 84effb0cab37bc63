"""Conformity: whether a table holds what its record kind says, cell by cell (数据校验)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pandas.api import types

from gridsys.domain.areacode import AreaLevel
from gridsys.domain.finding import Finding, Severity
from gridsys.domain.records import Field, RecordKind, Shape
from gridsys.errors import DatumError, InputError
from gridsys.quality.rules import TYPE_FIX, Fault, faults, identity_faults, wrong_type
from gridsys.spatial.crs import require_projected

SHOWN: Final = 20
"""How many problems an error message lists before it counts the rest."""
_TOLD: Final = ("row", "id", "column", "value", "reason", "fix", "code")

# Records placed by their position: one without is loaded, and reported when linking cannot place it.
_MAY_LACK_POSITION: Final = frozenset({"building", "incident", "organisation", "component"})
_GEOMETRY_TYPES: Final = {
    Shape.POINT: frozenset({shapely.GeometryType.POINT}),
    Shape.LINE: frozenset({shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING}),
    Shape.POLYGON: frozenset({shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON}),
}


def check_records(frame: pd.DataFrame, kind: RecordKind) -> list[Finding]:
    """Return every bad cell of a table: row id, column, value, reason and fix.

    Checked are: columns there; types; missing values; code lists; ranges; area codes and their level; check digits
    (GB 11643, GB 32100, through python-stdnum); birth date and sex against the identity number; keys missing or
    repeated; geometry missing, empty, invalid or of another shape; the CRS. A record placed by its position that has
    none is a warning, everything else an error. References to other tables are claims and are not followed here.

    Parameters
    ----------
    frame
        Table with the key as index, geometry in a projected CGCS2000 zone.
    kind
        The record kind it should be.

    Examples
    --------
    >>> from gridsys.domain.records import HOUSEHOLD
    >>> index = pd.Index(["h1"], name="household_id")
    >>> bad = pd.DataFrame({"room_id": ["r1"], "kind": ["tribe"]}, index=index)
    >>> [(f.id, f.column, f.value, f.reason) for f in check_records(bad, HOUSEHOLD)]
    [('h1', 'kind', 'tribe', 'not in the code list: family, collective')]
    """
    ids = pd.Series(frame.index, dtype=object)
    findings: list[Finding] = []
    if frame.index.name != kind.key:
        reason = f"the index is {frame.index.name!r}, not the key"
        fix = f"make {kind.key} the index"
        findings.append(_column_finding(kind, kind.key, "column.missing", reason, fix=fix, code="GS102"))
    for field in kind.fields:
        if field.name == kind.key:
            values = pd.Series(frame.index, index=frame.index)
        elif field.name in frame.columns:
            values = frame[field.name]
        else:
            if field.required:
                reason = "the column is missing"
                fix = f"add {field.name} ({field.zh}), or name the column that holds it in a mapping file"
                findings.append(_column_finding(kind, field.name, "column.missing", reason, fix=fix, code="GS102"))
            continue
        findings += _check_column(values, ids, kind, field)
    if kind.name == "area" and {"level"} <= set(frame.columns):
        findings += _check_level(frame, ids, kind)
    if kind.shape is not Shape.NONE:
        findings += _check_geometry(frame, ids, kind)
    return [*findings, *_check_identity(frame, ids, kind)]


def require_conform(frame: pd.DataFrame, kind: RecordKind) -> None:
    """Raise one error that sums up everything wrong with a table.

    Parameters
    ----------
    frame
        Table with the key as index.
    kind
        The record kind it should be.

    Raises
    ------
    InputError
        With the code of the first problem (GS102–GS106), the first 20 problems, and the count of the rest.

    Examples
    --------
    >>> from gridsys.domain.records import HOUSEHOLD
    >>> index = pd.Index(["h1"], name="household_id")
    >>> require_conform(pd.DataFrame({"room_id": ["r1"], "kind": ["family"]}, index=index), HOUSEHOLD)
    """
    raise_for(check_records(frame, kind), kind)


def raise_for(findings: list[Finding], kind: RecordKind, file: str = "") -> None:
    """Raise one error for those findings that are errors; return when there are none.

    Parameters
    ----------
    findings
        What was found.
    kind
        The record kind.
    file
        The file the rows came from, for the message.

    Raises
    ------
    InputError
        With the code of the first problem (GS102–GS106), the first 20 problems, and the count of the rest; its
        ``problems`` are all of them, each with ``row``, ``id``, ``column``, ``value``, ``reason`` and ``fix``.

    Examples
    --------
    >>> from gridsys.domain.records import HOUSEHOLD
    >>> raise_for([], HOUSEHOLD)
    """
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if not errors:
        return
    lines = [_line(error) for error in errors[:SHOWN]]
    if len(errors) > SHOWN:
        lines.append(f"and {len(errors) - SHOWN} more")
    problems = "1 problem" if len(errors) == 1 else f"{len(errors)} problems"
    raise InputError(
        errors[0].code,
        f"the {kind.name} records have {problems}",
        where=f"{kind.name} ({kind.zh})" + (f" in {file}" if file else ""),
        why="\n  - ".join(["", *lines]).strip("\n"),
        fix=errors[0].fix if len(errors) == 1 else "mend the cells named, then import the file again",
        problems=[{name: getattr(error, name) for name in _TOLD} for error in errors],
    )


def _line(error: Finding) -> str:
    row = f"row {error.row}" if error.row and not error.id.startswith("row ") else ""
    parts = (row, error.id, error.column, f"= {error.value!r}" if error.value else "")
    return " ".join(part for part in parts if part) + f": {error.reason}; {error.fix}"


def _check_column(values: pd.Series, ids: pd.Series, kind: RecordKind, field: Field) -> Iterator[Finding]:
    missing = values.isna().to_numpy()
    if field.name == kind.key:
        reason, code = "the key is missing", "GS104"
    else:
        reason, code = "a value is required", "GS103"
    if field.required:
        fault = Fault("value.missing", missing, reason, f"fill in {field.name} ({field.zh})", code)
        yield from _cells(fault, values, ids, kind, field.name)
    present, ids = values[~missing], ids[~missing]
    if isinstance(present.dtype, pd.CategoricalDtype):
        present = present.astype(present.cat.categories.dtype)
    if present.empty:
        return
    wrong = wrong_type(present, field)
    if wrong:
        yield _column_finding(kind, field.name, "value.type", wrong, fix=TYPE_FIX[field.type], code="GS103")
        return
    if types.is_object_dtype(present.dtype):
        not_text = ~present.map(lambda value: isinstance(value, str)).to_numpy(dtype=bool)
        fault = Fault("value.type", not_text, "not text", TYPE_FIX[field.type])
        yield from _cells(fault, present, ids, kind, field.name)
        present, ids = present[~not_text].astype("str"), ids[~not_text]
    for fault in faults(present, kind, field):
        yield from _cells(fault, present, ids, kind, field.name)


def _check_level(frame: pd.DataFrame, ids: pd.Series, kind: RecordKind) -> Iterator[Finding]:
    level_of = {level.digits: level.value for level in AreaLevel}
    expected = pd.Series(frame.index, index=frame.index).astype(object).map(lambda code: level_of.get(len(str(code))))
    wrong = (
        frame["level"].isin(kind.field("level").choices) & expected.notna() & (frame["level"] != expected)
    ).to_numpy()
    fault = Fault("area.level", wrong, "the level is not that of the code's length", "mend the level or the code")
    yield from _cells(fault, frame["level"], ids, kind, "level")


def _check_identity(frame: pd.DataFrame, ids: pd.Series, kind: RecordKind) -> Iterator[Finding]:
    """Compare birth date and sex with what the identity number beside them says."""
    columns = {field.name: frame[field.name] for field in kind.fields if field.name in frame.columns}
    columns[kind.key] = frame.index.to_series()
    numbered = next((field.name for field in kind.fields if field.check == "gb11643"), "")
    if numbered not in columns:
        return
    for column, fault in identity_faults(columns, numbered):
        yield from _cells(fault, columns[column], ids, kind, column)


def _check_geometry(frame: pd.DataFrame, ids: pd.Series, kind: RecordKind) -> Iterator[Finding]:
    if not isinstance(frame, gpd.GeoDataFrame) or frame.active_geometry_name is None:
        fix = f"give a layer of {kind.shape.value}s"
        yield _column_finding(kind, "geometry", "column.missing", "the geometry is missing", fix=fix, code="GS105")
        return
    try:
        require_projected(frame, kind.name)
    except DatumError as error:
        yield _column_finding(kind, "geometry", "geometry.crs", error.what, fix=error.fix, code=error.code)
    shapes = frame.geometry.to_numpy()
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    lenient = Severity.WARNING if kind.name in _MAY_LACK_POSITION else Severity.ERROR
    right = np.isin(shapely.get_type_id(shapes), [int(number) for number in _GEOMETRY_TYPES[kind.shape]])
    invalid = ~shapely.is_valid(shapes) & ~missing & right
    for fault in (
        Fault("geometry.missing", missing, "no position", "give its geometry", "GS105", lenient),
        Fault("geometry.shape", ~right & ~missing, lambda row: f"a {shapes[row].geom_type}, not a {kind.shape.value}",
               f"give {kind.shape.value}s", "GS105"),
        Fault("geometry.invalid", invalid, lambda row: str(shapely.is_valid_reason(shapes[row])),
               "repair the shape (make valid) in a GIS", "GS103"),
    ):  # fmt: skip
        yield from _cells(fault, None, ids, kind, "geometry", shapes=shapes)


def _cells(
    fault: Fault,
    values: pd.Series | None,
    ids: pd.Series,
    kind: RecordKind,
    column: str,
    *,
    shapes: NDArray[np.object_] | None = None,
) -> Iterator[Finding]:
    for row in np.flatnonzero(fault.rows):
        value = None if values is None else values.iloc[row]
        key = ids.iloc[row]
        yield Finding(
            check=fault.check,
            severity=fault.severity,
            table=kind.name,
            id=f"row {ids.index[int(row)] + 1}" if pd.isna(key) else str(key),
            reason=fault.reason if isinstance(fault.reason, str) else fault.reason(int(row)),
            fix=fault.fix,
            code=fault.code,
            column=column,
            value="" if value is None or pd.isna(value) else str(value),
            geometry=None if shapes is None else shapes[row],
            row=int(ids.index[int(row)]) + 1,
        )


def _column_finding(kind: RecordKind, column: str, check: str, reason: str, *, fix: str, code: str) -> Finding:
    return Finding(
        check=check, severity=Severity.ERROR, table=kind.name, id="", reason=reason, fix=fix, code=code, column=column
    )
