"""Cells: from what a file holds to the types of a record kind, and which cells would not go."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api import types

from gridsys.domain.finding import Finding
from gridsys.domain.records import Field, FieldType

Converted = tuple[pd.Series, NDArray[np.bool_]]

LOCAL_ZONE: Final = "Asia/Shanghai"
_DATE_FORMATS: Final = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日", "%Y.%m.%d", "%Y-%m-%d %H:%M:%S")
_EXACT_FLOAT: Final = 2.0**53  # above this a float no longer holds every whole number


def convert(raw: pd.Series, field: Field) -> Converted:
    """Return a column in its field's type, and a mask of the cells that could not be converted (missing in it).

    Text is stripped and empty text becomes missing; whole numbers stay whole (``int64``, or ``Int64`` where cells are
    or may be missing); dates take the usual written forms; a moment without offset is Beijing time, the only legal
    time of China.

    Parameters
    ----------
    raw
        Cells as read.
    field
        What they are to be.

    Examples
    --------
    >>> from gridsys.domain.records import BUILDING
    >>> values, bad = convert(pd.Series(["3", "three", ""]), BUILDING.field("floors"))
    >>> values.tolist(), bad.tolist()
    ([3, <NA>, <NA>], [False, True, False])
    """
    if isinstance(raw.dtype, pd.CategoricalDtype):
        raw = raw.astype(raw.cat.categories.dtype)
    raw = _blank_to_missing(raw)
    missing = raw.isna().to_numpy()
    match field.type:
        case FieldType.TEXT | FieldType.CODE:
            values = _text(raw, field)
        case FieldType.INTEGER:
            values = _integer(raw)
        case FieldType.NUMBER:
            values = _number(raw)
        case FieldType.DATE:
            values = _date(raw)
        case FieldType.MOMENT:
            values = _moment(raw)
        case FieldType.BOOLEAN:
            values = _boolean(raw)
    bad = values.isna().to_numpy() & ~missing
    if field.type is FieldType.INTEGER and field.required and not values.hasnans:
        values = values.astype("int64")
    return values, bad


def lacks_offset(raw: pd.Series) -> bool:
    """Return whether some cells of a column of moments have no offset from UTC.

    Examples
    --------
    >>> lacks_offset(pd.Series(["2026-09-18T09:30:00+08:00"])), lacks_offset(pd.Series(["2026-09-18 09:30"]))
    (False, True)
    """
    if types.is_datetime64_dtype(raw.dtype):
        return True
    if isinstance(raw.dtype, pd.DatetimeTZDtype):
        return False
    texts = _as_text(raw.dropna())
    return bool((~texts.str.contains(r"(?:Z|[+-]\d\d(?::?\d\d)?)$", regex=True)).any())


def cell_findings(bad: NDArray[np.bool_], cells: pd.Series, keys: pd.Series, like: Finding) -> list[Finding]:
    """Return a finding for every bad cell: the one given, with the row's key and the cell's value.

    A row without key is named by its number, counted from 1.

    Examples
    --------
    >>> from gridsys.domain.finding import Severity
    >>> like = Finding("value.type", Severity.ERROR, "room", "", "not a number", "write a number", column="floor")
    >>> found = cell_findings(np.array([False, True]), pd.Series(["1", "x"]), pd.Series(["r1", None]), like)
    >>> [(finding.id, finding.value, finding.row) for finding in found]
    [('row 2', 'x', 2)]
    """
    return [
        replace(
            like,
            id=f"row {row + 1}" if pd.isna(keys.iloc[row]) else str(keys.iloc[row]),
            value="" if pd.isna(cells.iloc[row]) else str(cells.iloc[row]),
            row=int(row) + 1,
        )
        for row in np.flatnonzero(bad)
    ]


def _blank_to_missing(raw: pd.Series) -> pd.Series:
    if types.is_string_dtype(raw.dtype) and not types.is_object_dtype(raw.dtype):
        stripped = raw.astype("str").str.strip()
        return stripped.where(stripped != "")
    if types.is_object_dtype(raw.dtype):
        return raw.map(lambda cell: (cell.strip() or None) if isinstance(cell, str) else cell)
    return raw


def _as_text(raw: pd.Series) -> pd.Series:
    if types.is_string_dtype(raw.dtype) and not types.is_object_dtype(raw.dtype):
        return raw.astype("str")
    return raw.map(_cell_text, na_action="ignore").astype(object).astype("str")


def _cell_text(cell: object) -> str | None:
    """Return a single cell as text; None where that would invent or lose something."""
    if isinstance(cell, bool | np.bool_):
        return None
    if isinstance(cell, float | np.floating):
        number = float(cell)
        return str(int(number)) if number.is_integer() and abs(number) < _EXACT_FLOAT else None
    if isinstance(cell, dt.datetime | dt.date | np.datetime64):
        return pd.Timestamp(cell).isoformat()
    return str(cell)


def _text(raw: pd.Series, field: Field) -> pd.Series:
    if types.is_float_dtype(raw.dtype) and field.type is FieldType.TEXT:
        return raw.map(lambda cell: f"{cell:.15g}", na_action="ignore").astype(object).astype("str")
    if types.is_bool_dtype(raw.dtype) or types.is_datetime64_any_dtype(raw.dtype):
        return pd.Series(pd.NA, index=raw.index, dtype="str")
    return _as_text(raw)


def _integer(raw: pd.Series) -> pd.Series:
    if types.is_bool_dtype(raw.dtype) or types.is_datetime64_any_dtype(raw.dtype):
        return pd.Series(pd.NA, index=raw.index, dtype="Int64")
    if types.is_integer_dtype(raw.dtype):
        return raw.astype("Int64")
    if types.is_float_dtype(raw.dtype):
        whole = (raw % 1 == 0) & (raw.abs() < _EXACT_FLOAT)
        return raw.where(whole).astype("Int64")
    texts = _as_text(raw).str.replace(r"\.0*$", "", regex=True)
    plain = texts.str.fullmatch(r"[+-]?[0-9]{1,18}").fillna(value=False).to_numpy(dtype=bool)
    # Not by assignment into an Int64 series, which goes through floats and loses digits past 2**53.
    numbers = np.zeros(len(raw), dtype=np.int64)
    numbers[plain] = texts[plain].astype("int64").to_numpy()
    return pd.Series(pd.arrays.IntegerArray(numbers, ~plain), index=raw.index)


def _number(raw: pd.Series) -> pd.Series:
    if types.is_bool_dtype(raw.dtype) or types.is_datetime64_any_dtype(raw.dtype):
        return pd.Series(np.nan, index=raw.index, dtype="float64")
    if types.is_numeric_dtype(raw.dtype):
        return raw.astype("float64")
    return pd.to_numeric(raw, errors="coerce").astype("float64")


_TRUTHS: Final = {
    **dict.fromkeys(("是", "有", "yes", "y", "true", "t", "1"), True),
    **dict.fromkeys(("否", "无", "no", "n", "false", "f", "0"), False),
}


def _boolean(raw: pd.Series) -> pd.Series:
    if types.is_bool_dtype(raw.dtype):
        return raw.astype("boolean")
    read = raw.map(lambda cell: cell if isinstance(cell, bool) else _TRUTHS.get(str(cell).lower()), na_action="ignore")
    return read.astype(object).astype("boolean")


def _date(raw: pd.Series) -> pd.Series:
    if types.is_datetime64_dtype(raw.dtype):
        return raw.astype("datetime64[us]")
    if types.is_numeric_dtype(raw.dtype) and not types.is_integer_dtype(raw.dtype):
        return pd.Series(pd.NaT, index=raw.index, dtype="datetime64[us]")
    texts = _as_text(raw).str.removesuffix("T00:00:00")
    result = pd.Series(pd.NaT, index=raw.index, dtype="datetime64[us]")
    for form in _DATE_FORMATS:
        result = result.fillna(pd.to_datetime(texts.where(result.isna()), format=form, errors="coerce"))
    return result


def _moment(raw: pd.Series) -> pd.Series:
    if isinstance(raw.dtype, pd.DatetimeTZDtype):
        return pd.Series(raw.dt.tz_convert("UTC").astype("datetime64[us, UTC]"))
    if types.is_datetime64_dtype(raw.dtype):
        return pd.Series(raw.dt.tz_localize(LOCAL_ZONE).dt.tz_convert("UTC").astype("datetime64[us, UTC]"))
    texts = _as_text(raw).str.replace("/", "-", regex=False)
    with_offset = texts.str.contains(r"(?:Z|[+-]\d\d(?::?\d\d)?)$", regex=True).fillna(value=False).astype(bool)
    with_offset &= texts.str.contains(":", regex=False).fillna(value=False).astype(bool)
    known = pd.to_datetime(texts.where(with_offset), format="ISO8601", errors="coerce", utc=True)
    local = pd.to_datetime(texts.where(~with_offset), format="ISO8601", errors="coerce")
    local = local.dt.tz_localize(LOCAL_ZONE, nonexistent="NaT", ambiguous="NaT").dt.tz_convert("UTC")
    return known.fillna(local).astype("datetime64[us, UTC]")
