"""Cases on the map: what is open in each grid, its lights, its procedures and levels, and when it came in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from gridsys.render.gridmap import GridMap
from gridsys.render.indicator import Indicator

_GOLDEN: Final = np.pi * (3 - np.sqrt(5))
_FILL: Final = 0.8
"""Share of a grid's width that its cases are spread over."""
_LIGHTS: Final = {"yellow": ("黄灯案件", "Yellow cases"), "red": ("红灯案件", "Red cases")}


def case_counts(
    grids: gpd.GeoDataFrame, heads: pd.DataFrame, procedures: Mapping[str, tuple[str, str]]
) -> pd.DataFrame:
    """Return what is said of the cases of each grid.

    Parameters
    ----------
    grids
        Index ``grid_code``.
    heads
        Cases: ``area_code``, ``procedure``, ``level``, ``status`` and ``light``.
    procedures
        Procedure → its Chinese and English name.

    Returns
    -------
    DataFrame
        Index of the grids; counts ``cases``, ``cases_open``, ``cases_yellow``, ``cases_red``, ``open_PROCEDURE``; and
        ``cases_within``, the share (%) of open cases whose light is not red (missing where none is open).

    Examples
    --------
    >>> grids = gpd.GeoDataFrame(index=pd.Index(["110101001001001"], name="grid_code"))
    >>> heads = pd.DataFrame({"area_code": ["110101001001001"] * 2, "procedure": "six-care", "level": "grid",
    ...                       "status": ["open", "closed"], "light": ["red", "green"]})
    >>> case_counts(grids, heads, {"six-care": ("六必访", "Six visits")}).iloc[0][["cases", "cases_red"]].tolist()
    [2.0, 1.0]
    """
    opened = heads[heads["status"] == "open"]

    def count(cases: pd.DataFrame) -> pd.Series:
        return cases.groupby("area_code").size().reindex(grids.index, fill_value=0)

    counts = {"cases": count(heads), "cases_open": count(opened)}
    counts |= {f"cases_{light}": count(opened[opened["light"] == light]) for light in _LIGHTS}
    within = 100 * (1 - counts["cases_red"] / counts["cases_open"].where(counts["cases_open"] > 0))
    counts |= {f"open_{name}": count(opened[opened["procedure"] == name]) for name in procedures}
    return pd.DataFrame({**counts, "cases_within": within.round(1)}, index=grids.index)


def case_points(grids: gpd.GeoDataFrame, heads: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return cases as a layer of kind ``incident``, spread evenly in their grid: a case knows its grid, no point."""
    own = heads[heads["area_code"].isin(grids.index)]
    order = own.groupby("area_code").cumcount().to_numpy()
    total = own.groupby("area_code")["area_code"].transform("size").to_numpy(dtype=float)
    centre = grids.geometry.representative_point()
    reach = _FILL * centre.distance(grids.geometry.boundary)
    where = own["area_code"].to_numpy()
    radius = reach.loc[where].to_numpy() * np.sqrt((order + 0.5) / total)
    x = centre.x.loc[where].to_numpy() + radius * np.cos(order * _GOLDEN)
    y = centre.y.loc[where].to_numpy() + radius * np.sin(order * _GOLDEN)
    state = np.where(own["status"] == "open", own["light"].astype(str), "closed")
    data = {"kind": own["procedure"], "title": own["title"], "state": state, "reported_at": own["opened_at"]}
    index = pd.Index(own.index, name="incident_id")
    return gpd.GeoDataFrame(data, index=index, geometry=gpd.points_from_xy(x, y), crs=grids.crs)


def case_map(
    grids: gpd.GeoDataFrame,
    heads: pd.DataFrame,
    procedures: Mapping[str, tuple[str, str]],
    *,
    as_of: str,
    **layers: Any,  # noqa: ANN401 - what GridMap takes
) -> GridMap:
    """Return the map of cases: grids by open cases, lights and share within limits; each case by procedure and week.

    Parameters
    ----------
    grids, heads, procedures
        As :func:`case_counts` takes them; heads also with ``title`` and ``opened_at``.
    as_of
        The moment, as shown.
    **layers
        Further layers, ``title``, ``note`` and ``audience`` of :class:`GridMap`. For ``"public"`` no single case is
        shown and small counts are withheld.
    """
    counts = case_counts(grids, heads, procedures)
    indicators = [
        Indicator("cases_open", "在办案件", "Open cases", "件 / cases", as_of),
        *(Indicator(f"cases_{light}", zh, en, "件 / cases", as_of) for light, (zh, en) in _LIGHTS.items()),
        Indicator(
            "cases_within", "在办未超期率", "Open cases within limits", "%", as_of, of=("cases_red", "cases_open")
        ),
        Indicator("cases", "全部案件", "All cases", "件 / cases", as_of),
    ]
    labels = {f"open_{name}": (f"在办 {zh}", f"open: {en}", "件") for name, (zh, en) in procedures.items()}
    details = counts[list(labels)]
    return GridMap(
        gpd.GeoDataFrame(grids.join(counts.drop(columns=list(labels)))), incidents=case_points(grids, heads),
        indicators=indicators, details=details, detail_labels=labels, incident_kinds=procedures, **layers,
    )  # fmt: skip
