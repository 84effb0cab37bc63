"""Checks of the layers a map is made of: each layer is refused with what is wrong, where, and the fix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from gridsys.domain.records import KINDS, FieldType
from gridsys.errors import InputError
from gridsys.spatial.crs import require_projected

_SHAPES: Final = {
    "polygon": {"Polygon", "MultiPolygon"},
    "line": {"LineString", "MultiLineString"},
    "point": {"Point"},
}


def require_columns(frame: pd.DataFrame, columns: Sequence[str], role: str) -> None:
    """Raise GS102 when a layer lacks columns.

    Examples
    --------
    >>> require_columns(pd.DataFrame({"name": ["A"]}), ["name"], "grids")
    """
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise InputError(
            "GS102",
            f"the layer {role} lacks the columns {', '.join(missing)}",
            where=role,
            fix=f"give the columns {', '.join(columns)} (docs/formats.md)",
        )


def require_keys(frame: pd.DataFrame, role: str) -> None:
    """Raise GS104 when a layer's index has missing or repeated keys.

    Examples
    --------
    >>> require_keys(pd.DataFrame(index=["a", "b"]), "grids")
    """
    bad = frame.index.isna() | frame.index.duplicated()
    if bad.any():
        raise InputError(
            "GS104",
            f"{int(bad.sum())} keys of {role} are missing or stand more than once",
            where=f"{role}: {frame.index[bad][0]}",
            fix="make the index the record's key, one row each",
        )


def require_layer(frame: gpd.GeoDataFrame, kind: str, role: str, columns: Sequence[str]) -> None:
    """Raise unless a layer has unique keys, the columns, a projected CRS and shapes of its kind, code lists included.

    A record without a shape is allowed: it is not drawn, and the page says how many there are.

    Raises
    ------
    InputError
        GS102 missing columns, GS103 a value outside its code list, GS104 keys, GS105 wrong, empty or missing shapes.
    DatumError
        GS203 when the frame is not in a projected CGCS2000 zone.
    """
    require_columns(frame, columns, role)
    require_keys(frame, role)
    require_projected(frame, role)
    allowed = _SHAPES[str(KINDS[kind].shape)]
    wrong = ~frame.geom_type.isin(allowed).to_numpy() & frame.geometry.notna().to_numpy()
    wrong |= frame.geometry.is_empty.to_numpy()
    if wrong.any():
        raise InputError(
            "GS105",
            f"{int(wrong.sum())} shapes of {role} are empty or no {KINDS[kind].shape}",
            where=f"{role}: {frame.index[wrong][0]}",
            fix=f"drop them, or mend them to {' or '.join(sorted(allowed))}",
        )
    for field in KINDS[kind].fields:
        if field.name in columns and field.choices:
            _require_choice(frame[field.name], field.choices, role)


def _require_choice(values: pd.Series, choices: tuple[str, ...], role: str) -> None:
    wrong = ~values.isin(choices)
    if wrong.any():
        raise InputError(
            "GS103",
            f"{values[wrong].iloc[0]!r} is no {values.name} of {role}",
            where=f"{role}: {values.index[wrong][0]}",
            fix=f"use {', '.join(choices)}",
        )


def require_numbers(values: pd.Series, role: str) -> None:
    """Raise GS103 unless a column holds numbers (missing ones are allowed, infinite ones are not).

    Examples
    --------
    >>> require_numbers(pd.Series([1.0, None], name="weight"), "grids")
    """
    fits = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    if not fits or np.isinf(values.to_numpy(dtype=float, na_value=np.nan)).any():
        raise InputError(
            "GS103",
            f"the column {values.name!r} of {role} does not hold finite numbers",
            where=role,
            fix="give numbers, and nothing where a value is missing",
        )


def require_moments(values: pd.Series, role: str) -> None:
    """Raise GS103 unless a column holds moments with a zone, none missing.

    Examples
    --------
    >>> require_moments(pd.Series(pd.to_datetime(["2026-01-01"], utc=True), name="reported_at"), "incidents")
    """
    if not isinstance(values.dtype, pd.DatetimeTZDtype) or values.isna().any():
        raise InputError(
            "GS103",
            f"the column {values.name!r} of {role} does not hold {FieldType.MOMENT}s with a zone",
            where=role,
            fix="convert it with pandas.to_datetime(..., utc=True) and drop rows without a time",
        )
