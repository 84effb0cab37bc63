"""Conformity: whether a table holds what its record kind says, cell by cell (数据校验)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pandas.api import types
from stdnum.cn import ric

from gridsys.domain.areacode import AreaLevel
from gridsys.domain.finding import Finding, Severity
from gridsys.domain.records import Field, FieldType, RecordKind, Shape
from gridsys.errors import DatumError, InputError
from gridsys.spatial.crs import require_projected

SHOWN: Final = 20
"""How many problems an error message lists before it counts the rest."""

_LEVELS: Final = {
    ("area", "code"): ("district", "street", "community"),
    ("grid", "grid_code"): ("grid",),
    ("grid", "area_code"): ("street", "community"),
    ("posting", "grid_code"): ("grid",),
}
# Records placed by their position: one without is loaded, and reported when linking cannot place it.
_MAY_LACK_POSITION: Final = frozenset({"building", "incident"})
_GEOMETRY_TYPES: Final = {
    Shape.POINT: frozenset({shapely.GeometryType.POINT}),
    Shape.LINE: frozenset({shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING}),
    Shape.POLYGON: frozenset({shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON}),
}


@dataclass(frozen=True, slots=True)
class _Fault:
    """A rule that some rows break."""

    check: str
    rows: NDArray[np.bool_]
    reason: str | Callable[[int], str]
    fix: str
    code: str = "GS103"
    severity: Severity = Severity.ERROR


def check_records(frame: pd.DataFrame, kind: RecordKind) -> list[Finding]:
    """Return every bad cell of a table: row id, column, value, reason and fix.

    Checked are: columns there; types; missing values; code lists; ranges; area codes and their level; check digits
    (GB 11643, through python-stdnum); keys missing or repeated; geometry missing, empty, invalid or of another
    shape; the CRS. A building or incident without position is a warning, everything else an error. References to
    other tables are claims and are not followed here.

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
    ids = frame.index.to_series().astype(object)
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
    return findings


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


def raise_for(findings: list[Finding], kind: RecordKind) -> None:
    """Raise one error for those findings that are errors; return when there are none.

    Raises
    ------
    InputError
        With the code of the first problem (GS102–GS106), the first 20 problems, and the count of the rest.

    Examples
    --------
    >>> from gridsys.domain.records import HOUSEHOLD
    >>> raise_for([], HOUSEHOLD)
    """
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if not errors:
        return
    lines = [
        " ".join(part for part in (error.id, error.column, f"= {error.value!r}" if error.value else "") if part)
        + f": {error.reason}; {error.fix}"
        for error in errors[:SHOWN]
    ]
    if len(errors) > SHOWN:
        lines.append(f"and {len(errors) - SHOWN} more")
    problems = "1 problem" if len(errors) == 1 else f"{len(errors)} problems"
    raise InputError(
        errors[0].code,
        f"the {kind.name} records have {problems}",
        where=f"{kind.name} ({kind.zh})",
        why="\n  - ".join(["", *lines]).strip("\n"),
        fix=errors[0].fix if len(errors) == 1 else "mend the cells named, then load the file again",
    )


def _check_column(values: pd.Series, ids: pd.Series, kind: RecordKind, field: Field) -> Iterator[Finding]:
    missing = values.isna().to_numpy()
    if field.name == kind.key:
        reason, code = "the key is missing", "GS104"
    else:
        reason, code = "a value is required", "GS103"
    if field.required:
        fault = _Fault("value.missing", missing, reason, f"fill in {field.name} ({field.zh})", code)
        yield from _cells(fault, values, ids, kind, field.name)
    present, ids = values[~missing], ids[~missing]
    if isinstance(present.dtype, pd.CategoricalDtype):
        present = present.astype(present.cat.categories.dtype)
    if present.empty:
        return
    wrong = _wrong_type(present, field)
    if wrong:
        yield _column_finding(kind, field.name, "value.type", wrong, fix=_TYPE_FIX[field.type], code="GS103")
        return
    if types.is_object_dtype(present.dtype):
        not_text = ~present.map(lambda value: isinstance(value, str)).to_numpy(dtype=bool)
        fault = _Fault("value.type", not_text, "not text", _TYPE_FIX[field.type])
        yield from _cells(fault, present, ids, kind, field.name)
        present, ids = present[~not_text].astype("str"), ids[~not_text]
    for fault in _faults(present, kind, field):
        yield from _cells(fault, present, ids, kind, field.name)


_TYPE_FIX: Final = {
    FieldType.TEXT: "give text",
    FieldType.CODE: "give codes as text, so that leading zeros and long numbers survive",
    FieldType.INTEGER: "give whole numbers",
    FieldType.NUMBER: "give numbers",
    FieldType.DATE: "give dates as YYYY-MM-DD",
    FieldType.MOMENT: "give date and time with offset, such as 2026-09-18T09:30:00+08:00",
}


def _wrong_type(present: pd.Series, field: Field) -> str:
    """Return why the whole column is of the wrong type, or "" when it is not."""
    dtype = present.dtype
    match field.type:
        case FieldType.TEXT | FieldType.CODE:
            right = types.is_string_dtype(dtype) or types.is_object_dtype(dtype)
        case FieldType.INTEGER | FieldType.NUMBER:
            # A column of whole numbers with gaps is float in pandas; its cells are judged below.
            right = types.is_numeric_dtype(dtype) and not types.is_bool_dtype(dtype)
        case FieldType.DATE:
            right = types.is_datetime64_dtype(dtype)
        case FieldType.MOMENT:
            right = isinstance(dtype, pd.DatetimeTZDtype) and str(dtype.tz) == "UTC"
    return "" if right else f"the column holds {dtype}, not {field.type.value} values"


def _faults(present: pd.Series, kind: RecordKind, field: Field) -> Iterator[_Fault]:
    match field.type:
        case FieldType.TEXT | FieldType.CODE:
            yield from _text_faults(present, kind, field)
        case FieldType.INTEGER | FieldType.NUMBER:
            yield from _number_faults(present, field)
        case FieldType.DATE:
            clock = (present != present.dt.normalize()).to_numpy()
            yield _Fault("value.type", clock, "a date with a time of day", "give the day alone")
        case FieldType.MOMENT:
            pass
    if field.name == kind.key:
        again = present.duplicated(keep="first").to_numpy()
        yield _Fault("key.repeated", again, "the key stands more than once", "keep one record for a key", "GS104")


def _text_faults(present: pd.Series, kind: RecordKind, field: Field) -> Iterator[_Fault]:
    stripped = present.str.strip()
    empty = (stripped == "").to_numpy()
    yield _Fault("value.empty", empty, "empty text", "leave the cell out, or fill it in")
    if field.type is FieldType.CODE:
        padded = (stripped != present).to_numpy() & ~empty
        yield _Fault("value.padded", padded, "blanks around a code", "remove the blanks")
    null = present.str.contains("\0", regex=False).to_numpy(dtype=bool)
    yield _Fault("value.control", null, "text with a NUL character", "remove it; databases cannot hold it")
    if field.choices:
        outside = ~present.isin(field.choices).to_numpy() & ~empty
        yield _Fault("value.choice", outside, f"not in the code list: {', '.join(field.choices)}", "use a listed code")
    if field.check == "gb11643":
        yield from _id_faults(present)
    levels = _LEVELS.get((kind.name, field.name))
    if levels:
        digits = "|".join(f"[0-9]{{{AreaLevel(level).digits - 1}}}" for level in levels)
        wrong = ~present.str.fullmatch(f"[1-9](?:{digits})").to_numpy(dtype=bool) & ~empty
        reason = f"not the code of a {' or '.join(levels)}"
        yield _Fault("value.area-code", wrong, reason, "use 6 (district), 9, 12 or 15 digits, as text", "GS106")


def _id_faults(present: pd.Series) -> Iterator[_Fault]:
    form = present.str.fullmatch(r"[1-9][0-9]{16}[0-9X]").to_numpy(dtype=bool)
    fix = "compare with the document; the last character may be a capital X"
    yield _Fault("id.form", ~form, "not 17 digits and a check character", fix)
    dates = pd.to_datetime(present.str.slice(6, 14).where(form), format="%Y%m%d", errors="coerce")
    dated = dates.notna().to_numpy()
    yield _Fault("id.date", form & ~dated, "digits 7 to 14 are no date", "compare with the document")
    digit = np.fromiter(
        (not good or ric.calc_check_digit(text) == text[17] for text, good in zip(present, form, strict=True)),
        dtype=bool,
        count=len(present),
    )
    yield _Fault(
        "id.check-digit", ~digit & dated, "the check digit does not fit (GB 11643)", "compare with the document"
    )


def _number_faults(present: pd.Series, field: Field) -> Iterator[_Fault]:
    numbers = present.to_numpy(dtype=np.float64)
    finite = np.isfinite(numbers)
    yield _Fault("value.type", ~finite, "not a finite number", "give a number")
    if field.type is FieldType.INTEGER:
        yield _Fault("value.type", finite & (numbers % 1 != 0), "not a whole number", "give whole numbers")
    unit = f" {field.unit}" if field.unit else ""
    if field.minimum is not None:
        reason = f"under the least value, {field.minimum:g}{unit}"
        yield _Fault("value.range", finite & (numbers < field.minimum), reason, "mend the value or its unit")
    if field.maximum is not None:
        reason = f"over the greatest value, {field.maximum:g}{unit}"
        yield _Fault("value.range", finite & (numbers > field.maximum), reason, "mend the value or its unit")


def _check_level(frame: pd.DataFrame, ids: pd.Series, kind: RecordKind) -> Iterator[Finding]:
    level_of = {level.digits: level.value for level in AreaLevel}
    expected = pd.Series(frame.index, index=frame.index).astype(object).map(lambda code: level_of.get(len(str(code))))
    wrong = (
        frame["level"].isin(kind.field("level").choices) & expected.notna() & (frame["level"] != expected)
    ).to_numpy()
    fault = _Fault("area.level", wrong, "the level is not that of the code's length", "mend the level or the code")
    yield from _cells(fault, frame["level"], ids, kind, "level")


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
        _Fault("geometry.missing", missing, "no position", "give its geometry", "GS105", lenient),
        _Fault("geometry.shape", ~right & ~missing, lambda row: f"a {shapes[row].geom_type}, not a {kind.shape.value}",
               f"give {kind.shape.value}s", "GS105"),
        _Fault("geometry.invalid", invalid, lambda row: str(shapely.is_valid_reason(shapes[row])),
               "repair the shape (make valid) in a GIS", "GS103"),
    ):  # fmt: skip
        yield from _cells(fault, None, ids, kind, "geometry", shapes=shapes)


def _cells(
    fault: _Fault,
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
            id=f"row {row + 1}" if pd.isna(key) else str(key),
            reason=fault.reason if isinstance(fault.reason, str) else fault.reason(int(row)),
            fix=fault.fix,
            code=fault.code,
            column=column,
            value="" if value is None or pd.isna(value) else str(value),
            geometry=None if shapes is None else shapes[row],
        )


def _column_finding(kind: RecordKind, column: str, check: str, reason: str, *, fix: str, code: str) -> Finding:
    return Finding(
        check=check, severity=Severity.ERROR, table=kind.name, id="", reason=reason, fix=fix, code=code, column=column
    )
