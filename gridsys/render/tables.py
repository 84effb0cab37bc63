"""What is said of each grid: indicators with their classes, details, the seven forces; and what is withheld."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from gridsys.domain.linkage import Link
from gridsys.domain.records import FORCES
from gridsys.errors import RenderError
from gridsys.render.checks import require_columns
from gridsys.render.indicator import Indicator, class_breaks
from gridsys.render.pack_grids import texts
from gridsys.render.privacy import RELATIONS, is_count, withheld_areas

_LINK_EN: Final = {
    Link.RESIDENCE: "Persons linked to a household",
    Link.OCCUPANCY: "Households linked to a room",
    Link.PLACEMENT: "Rooms linked to a grid",
    Link.DISPLAY: "Grids drawn",
}
DETAIL_LABELS: Final[dict[str, tuple[str, str, str]]] = {
    **{link.value: (link.zh, _LINK_EN[link], "%") for link in Link},
    "persons": ("人口", "Persons", "人"),
    "households": ("住户", "Households", "户"),
    "rooms": ("房屋", "Rooms", "套"),
    "buildings": ("楼栋", "Buildings", "栋"),
    "incidents": ("事件", "Incidents", "件"),
    "incidents_open": ("未结事件", "Open incidents", "件"),
    "incidents_per_1000_households": ("每千户事件", "Incidents per 1,000 households", "件/千户"),
}
"""Names and units of the details that other rooms compute; a unit of % is a share from 0 to 1."""


def numbers(values: pd.Series) -> list[float | int | None]:
    """Return a numeric column with six figures, whole where it is whole, missing values as None.

    Examples
    --------
    >>> numbers(pd.Series([3.0, 1 / 3, None]))
    [3, 0.333333, None]
    """
    short = [float(f"{value:.6g}") for value in values.to_numpy(dtype=float, na_value=np.nan)]
    return [None if np.isnan(number) else int(number) if number.is_integer() else number for number in short]


def describe_indicator(grids: gpd.GeoDataFrame, indicator: Indicator, hidden: pd.Series) -> dict[str, Any]:
    """Return an indicator's values and classes for the page's header."""
    values = grids[indicator.column].mask(hidden)
    return {
        "column": indicator.column,
        "label": [indicator.zh, indicator.en],
        "unit": indicator.unit,
        "asOf": indicator.as_of,
        "scheme": indicator.scheme,
        "values": numbers(values),
        "breaks": class_breaks(values.to_numpy(dtype=float, na_value=np.nan), indicator),
    }


def describe_details(
    details: pd.DataFrame, labels: Mapping[str, tuple[str, str, str]], hidden: pd.Series, *, with_text: bool
) -> list[dict[str, Any]]:
    """Return the detail columns, in the order of ``hidden``'s index, for the page's header."""
    rows = details.reindex(hidden.index)
    described: list[dict[str, Any]] = []
    for column in rows.columns:
        zh, en, unit = labels.get(str(column), (str(column), str(column), ""))
        if pd.api.types.is_numeric_dtype(rows[column]):
            if not with_text and not is_count(rows[column]):
                continue  # a rate: what it is made of is not known here
            described.append({"label": [zh, en], "unit": unit, "values": numbers(rows[column].mask(hidden))})
        elif with_text:
            described.append({"label": [zh, en], "unit": unit, "values": _words(rows[column])})
    return described


def _words(values: pd.Series) -> Sequence[str | list[str]]:
    """Return text, or pairs of Chinese and English text, as the page reads them."""
    plain = texts(values.mask(values.map(lambda value: isinstance(value, tuple))))
    return [
        [str(part) for part in value] if isinstance(value, tuple) else text
        for value, text in zip(values, plain, strict=True)
    ]


def describe_chain(rates: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rates of the chain with their names, for the page's header."""
    links = [Link(str(link)) for link in rates.index]
    return [
        {"label": [link.zh, _LINK_EN[link]], "linked": int(linked), "total": int(total)}
        for link, linked, total in zip(links, rates["linked"], rates["total"], strict=True)
    ]


def describe_postings(postings: pd.DataFrame, codes: pd.Index) -> dict[str, list[str]]:
    """Return the staff of each force in every grid, as text; a vacancy is empty text."""
    staffed = postings.dropna(subset=["staff_name"])
    joined = staffed.groupby(["force", "grid_code"], sort=False)["staff_name"].agg(
        lambda names: "、".join(texts(names))
    )
    by_force = dict(iter(joined.groupby(level="force")))
    nobody = pd.Series(dtype="str", index=pd.Index([], dtype="str"))
    return {
        force: texts(by_force[force].droplevel("force").reindex(codes) if force in by_force else nobody.reindex(codes))
        for force in FORCES
    }


def withheld_rows(grids: gpd.GeoDataFrame, indicators: Sequence[Indicator], details: pd.DataFrame | None) -> pd.Series:
    """Return which grids are published as a shape only (:func:`gridsys.render.privacy.withheld_areas`), as booleans.

    Raises
    ------
    RenderError
        GS701 when a rate does not say which counts it is made of: they must be judged, shown or not.
    """
    names = ["weight", *(indicator.column for indicator in indicators)]
    for indicator in indicators:
        if indicator.of is None and not is_count(grids[indicator.column]):
            raise RenderError(
                "GS701", "a map for the public must know what a rate is made of", where=indicator.column,
                fix="name the columns: Indicator(..., of=('incidents', 'households')), of=() where it counts nothing",
            )  # fmt: skip
        require_columns(grids, indicator.of or (), "grids")
        names += indicator.of or ()
    # Other pages of the same day show the parts of a total, or the total of the parts: judge them all, always.
    names += [name for total, parts in RELATIONS.items() for name in (total, *parts) if name in grids]
    counts = pd.DataFrame(grids[list(dict.fromkeys(names))])
    if details is not None:
        rows = details.reindex(grids.index)
        counts = counts.join(rows[[name for name in rows if name not in counts and _is_number(rows[name])]])
    return withheld_areas(counts, grids["area_code"]).reindex(grids.index)


def _is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
