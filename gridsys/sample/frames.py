"""Columns and keys in the types that every frame of the project has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

CRS: Final = "EPSG:4548"
"""CGCS2000, 3-degree zone of 117°E: metres, for Beijing."""


def text(values: Sequence[str | None] | npt.NDArray[Any]) -> pd.Series:
    """Return values as a text column; None is missing."""
    return pd.Series(np.asarray(values, dtype=object), dtype="str")


def keys(values: Sequence[str] | npt.NDArray[Any], kind: str) -> pd.Index:
    """Return the index of a frame of that kind."""
    index: pd.Index = pd.Index(np.asarray(values, dtype=object), dtype="str", name=f"{kind}_id")
    return index


def numbered(prefix: str, count: int, width: int, kind: str) -> pd.Index:
    """Return running keys.

    Examples
    --------
    >>> list(numbered("B", 2, 6, "building"))
    ['B000001', 'B000002']
    """
    return keys([f"{prefix}{n:0{width}d}" for n in range(1, count + 1)], kind)


def table(columns: dict[str, Any], index: pd.Index) -> pd.DataFrame:
    """Return a frame of these columns, matched by position."""
    frame = pd.DataFrame(columns)
    frame.index = index
    return frame


def layer(columns: dict[str, Any], shapes: Sequence[Any] | npt.NDArray[Any], index: pd.Index) -> gpd.GeoDataFrame:
    """Return a frame of these columns with geometry, matched by position."""
    frame = gpd.GeoDataFrame(columns, geometry=np.asarray(shapes, dtype=object), crs=CRS)
    frame.index = index
    return frame
