"""Frames to columns of plain values, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import CRS

from gridsys.domain.records import Field, FieldType, RecordKind, Shape
from gridsys.errors import InputError
from gridsys.store.geometry import from_stored, to_stored

_T = FieldType
_DTYPES: Final = {_T.TEXT: "str", _T.CODE: "str", _T.NUMBER: "float64", _T.DATE: "datetime64[us]"}


def encode(frame: pd.DataFrame, kind: RecordKind, *, valid_from: date) -> dict[str, NDArray[np.object_]]:
    """Return a frame's columns as arrays of ``str``, ``int``, ``float``, ``date``-like text, geometry or None.

    Dates become ``YYYY-MM-DD`` and moments ``YYYY-MM-DD HH:MM:SS.ffffff`` in UTC, a form both databases read.

    Parameters
    ----------
    frame
        Frame of the kind, keyed by its index.
    kind
        The kind.
    valid_from
        First day of every row, for a kind that has no such field of its own.

    Raises
    ------
    InputError
        GS102 for a missing or an unknown column, GS103 for values of another type or missing ones, GS104 for a key that
        is missing or stands twice, GS105 for geometry of another kind.
    DatumError
        GS203 when the frame's CRS is not a projected CGCS2000 zone.

    Examples
    --------
    >>> from gridsys.domain.records import KINDS
    >>> keys = pd.Index(["h1", "h2"], name="household_id")
    >>> frame = pd.DataFrame({"room_id": ["r1", None], "kind": "family"}, index=keys)
    >>> encoded = encode(frame, KINDS["household"], valid_from=date(2026, 1, 1))
    >>> encoded["room_id"].tolist(), encoded["valid_from"].tolist()
    (['r1', None], ['2026-01-01', '2026-01-01'])
    """
    _require_columns(frame, kind)
    _require_key(frame, kind)
    encoded = {
        field.name: _encode_field(
            frame.index.to_series() if field.name == kind.key else frame[field.name], field, kind.name
        )
        for field in kind.fields
    }
    if kind.shape is not Shape.NONE:
        encoded["geometry"] = to_stored(gpd.GeoDataFrame(frame), kind)
    if "valid_from" not in encoded:
        encoded["valid_from"] = np.full(len(frame), valid_from.isoformat(), dtype=object)
    return encoded


def _require_columns(frame: pd.DataFrame, kind: RecordKind) -> None:
    wanted = [name for name in kind.columns if name != kind.key]
    missing = [name for name in wanted if name not in frame.columns]
    if missing:
        raise InputError(
            "GS102",
            f"the column {missing[0]!r} is missing",
            where=kind.name,
            why=f"a table of kind {kind.name} has {', '.join(wanted)}",
            fix="add the column; leave its values empty where they are not known and not required",
        )
    geometry = frame.geometry.name if isinstance(frame, gpd.GeoDataFrame) and kind.shape is not Shape.NONE else None
    if kind.shape is not Shape.NONE and geometry is None:
        raise InputError("GS105", f"a table of kind {kind.name} needs geometry", where=kind.name, fix="bring a layer")
    unknown = [str(name) for name in frame.columns if name not in wanted and name != geometry]
    if unknown:
        raise InputError(
            "GS103",
            f"the column {unknown[0]!r} has no place in the database",
            where=kind.name,
            why=f"a table of kind {kind.name} has {', '.join(wanted)}",
            fix="drop or rename the column",
        )


def _require_key(frame: pd.DataFrame, kind: RecordKind) -> None:
    if frame.index.name != kind.key:
        raise InputError(
            "GS104",
            f"the index is named {frame.index.name!r}, not {kind.key!r}",
            where=kind.name,
            fix=f"frame.set_index({kind.key!r})",
        )
    if frame.index.is_unique and not frame.index.hasnans:
        return
    twice = frame.index[frame.index.duplicated()]
    what = f"the key {twice[0]!r} stands more than once" if len(twice) else "a key is missing"
    raise InputError("GS104", what, where=f"{kind.name}.{kind.key}", fix="give every row a key of its own")


def _refuse(field: Field, kind: str, what: str, key: object) -> InputError:
    return InputError("GS103", what, where=f"{kind} {key}, column {field.name}", fix=f"give {field.type.value} values")


def _encode_field(series: pd.Series, field: Field, kind: str) -> NDArray[np.object_]:
    absent = series.isna().to_numpy()
    if absent.any() and (field.required):
        raise _refuse(field, kind, "a required value is missing", series.index[int(np.flatnonzero(absent)[0])])
    match field.type:
        case _T.TEXT | _T.CODE:
            values = _encode_text(series, field, kind)
        case _T.INTEGER | _T.NUMBER:
            values = _encode_number(series, field, kind)
        case _T.BOOLEAN:
            values = _encode_boolean(series, field, kind)
        case _T.DATE | _T.MOMENT:
            values = _encode_time(series, field, kind)
    if absent.any():
        values[absent] = None
    return values


def _encode_text(series: pd.Series, field: Field, kind: str) -> NDArray[np.object_]:
    values = series.to_numpy(dtype=object, copy=True)
    if not isinstance(series.dtype, pd.StringDtype):
        wrong = np.fromiter((not isinstance(v, str) for v in values), dtype=bool, count=len(values))
        wrong &= ~series.isna().to_numpy()
        if wrong.any():
            first = int(np.flatnonzero(wrong)[0])
            raise _refuse(field, kind, f"{values[first]!r} is not text", series.index[first])
    return values


def _encode_number(series: pd.Series, field: Field, kind: str) -> NDArray[np.object_]:
    if not pd.api.types.is_numeric_dtype(series.dtype) and series.notna().any():
        raise _refuse(field, kind, f"the column holds {series.dtype}, not numbers", series.index[0])
    numbers = series.to_numpy(dtype="float64", na_value=np.nan)
    if np.isinf(numbers).any():
        raise _refuse(field, kind, "a number is infinite", series.index[int(np.flatnonzero(np.isinf(numbers))[0])])
    if field.type is _T.NUMBER:
        return np.asarray(numbers.astype(object))
    fractions = np.flatnonzero(np.nan_to_num(numbers) % 1)
    if len(fractions):
        raise _refuse(field, kind, f"{numbers[fractions[0]]} is not a whole number", series.index[int(fractions[0])])
    return np.asarray(np.nan_to_num(numbers).astype("int64").astype(object))


def _encode_boolean(series: pd.Series, field: Field, kind: str) -> NDArray[np.object_]:
    if not pd.api.types.is_bool_dtype(series.dtype) and series.notna().any():
        raise _refuse(field, kind, f"the column holds {series.dtype}, not truth values", series.index[0])
    truths = series.astype("boolean")
    return np.array(truths.astype(object).where(truths.notna(), None), dtype=object)


def _encode_time(series: pd.Series, field: Field, kind: str) -> NDArray[np.object_]:
    aware = isinstance(series.dtype, pd.DatetimeTZDtype)
    if not (aware or pd.api.types.is_datetime64_dtype(series.dtype)) and series.notna().any():
        raise _refuse(field, kind, f"the column holds {series.dtype}, not datetime64", series.index[0])
    if field.type is _T.DATE:
        if aware:
            raise _refuse(field, kind, "a whole day has a time zone", series.index[0])
        days = series.to_numpy(dtype="datetime64[us]")
        late = np.flatnonzero(~np.isnat(days) & (days != days.astype("datetime64[D]")))
        if len(late):
            raise _refuse(field, kind, f"{days[late[0]]} is not a whole day", series.index[int(late[0])])
        return _texts(days.astype("datetime64[D]"))
    if not aware and series.notna().any():
        raise _refuse(field, kind, "a moment has no time zone", series.index[0])
    moments = series.dt.tz_convert("UTC").dt.tz_localize(None) if aware else series
    texts = np.datetime_as_string(moments.to_numpy(dtype="datetime64[us]"), unit="us")
    return np.asarray(np.char.replace(texts, "T", " "), dtype=object)


def _texts(days: NDArray[np.datetime64]) -> NDArray[np.object_]:
    """Return days as ISO text; distinct days are few, so each is formatted once."""
    codes, distinct = pd.factorize(days, use_na_sentinel=False)
    return np.datetime_as_string(np.asarray(distinct, dtype="datetime64[D]"), unit="D").astype(object)[codes]


def decode(
    columns: Mapping[str, Sequence[Any] | NDArray[np.object_] | pd.Series], kind: RecordKind, *, crs: CRS
) -> pd.DataFrame | gpd.GeoDataFrame:
    """Return columns read from a database as a frame of the kind, keyed by its index.

    Parameters
    ----------
    columns
        Values by column name, the key among them; ``geometry`` holds shapely geometries in EPSG:4490 or None.
        ``valid_from`` and ``valid_to`` are read as dates.
    kind
        The kind.
    crs
        CRS of the frame returned.

    Examples
    --------
    >>> from gridsys.domain.records import KINDS
    >>> decode({"household_id": ["h1"], "kind": ["family"]}, KINDS["household"], crs=CRS("EPSG:4548"))
                    kind
    household_id
    h1            family
    """
    fields = {field.name: field for field in kind.fields}
    keys = pd.Index(_decode_field(columns[kind.key], fields[kind.key]), name=kind.key)
    decoded = {
        name: _decode_field(values, fields.get(name)).set_axis(keys)
        for name, values in columns.items()
        if name not in {kind.key, "geometry"}
    }
    frame = pd.DataFrame(decoded, index=keys)
    if "geometry" not in columns:
        return frame
    shapes = np.asarray(columns["geometry"], dtype=object)
    return gpd.GeoDataFrame(frame, geometry=from_stored(shapes, crs).set_axis(keys), crs=crs)


def _decode_field(values: Sequence[Any] | NDArray[np.object_] | pd.Series, field: Field | None) -> pd.Series:
    type_ = field.type if field is not None else _T.DATE
    if type_ is _T.INTEGER:
        return pd.Series(values, dtype="Int64" if field is not None and not field.required else "int64")
    if type_ is _T.BOOLEAN:
        truths = {"t": True, "f": False, 1: True, 0: False}
        return pd.Series([truths.get(value) for value in values], dtype="boolean")
    if type_ is _T.MOMENT:
        return pd.to_datetime(pd.Series(values, dtype=object), utc=True, format="ISO8601").astype("datetime64[us, UTC]")
    if type_ is _T.DATE:
        codes, distinct = pd.factorize(np.asarray(values, dtype=object), use_na_sentinel=True)
        days = np.append(np.array([str(day) for day in distinct], dtype="datetime64[D]"), np.datetime64("NaT"))
        return pd.Series(days[codes].astype("datetime64[us]"))
    return pd.Series(values if isinstance(values, pd.Series) else list(values), dtype=_DTYPES[type_])
