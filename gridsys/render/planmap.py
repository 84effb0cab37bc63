"""Two maps for those who plan: how fair a division is, and where the records need work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import geopandas as gpd
import pandas as pd

from gridsys.domain.finding import Severity
from gridsys.domain.records import KINDS
from gridsys.errors import InputError
from gridsys.render.checks import require_columns
from gridsys.render.divisionreport import DivisionTables
from gridsys.render.gridmap import GridMap
from gridsys.render.indicator import Indicator
from gridsys.spatial.locate import locate

LIMITS: Final = (-10.0, -5.0, 5.0, 10.0)
"""Class limits of the balance, percent of the area's mean."""
_MOST_CHECKS: Final = 8


def plan_map(
    tables: DivisionTables,
    *,
    title: tuple[str, str] = ("网格划分方案", "Division plan"),
    unit: tuple[str, str] = ("户数", "households"),
    as_of: str = "",
) -> GridMap:
    """Return a plan as a map: each grid's deviation from its area's mean, and for exceptions the reason in words.

    Parameters
    ----------
    tables
        As :func:`gridsys.render.division_report` takes them.
    title
        In Chinese and English.
    unit
        What the weight counts, in Chinese and English.
    as_of
        Day of the legend.
    """
    grids, exceptions = tables.grids, tables.exceptions
    mean = grids["area_code"].map(tables.balance["mean"]).astype(float)
    deviation = (grids["weight"] / mean.where(mean > 0) - 1) * 100
    # A grid at the limit is within it, whatever binary noise says.
    drawn = grids.assign(deviation_percent=deviation.round(6))
    zh = exceptions["reason_zh"].astype("str") + exceptions["proved"].map({True: "（已证明）", False: "（未证明）"})
    en = exceptions["reason"].astype("str") + exceptions["proved"].map({True: " (proved)", False: " (not proved)"})
    words = pd.Series(list(zip(zh, en, strict=True)), index=exceptions.index, dtype=object)
    details = pd.DataFrame({"mean": mean.round(1), "reason": words.reindex(grids.index)}, index=grids.index)
    exceptional = int((deviation.abs().round(6) > LIMITS[-1]).sum())
    return GridMap(
        drawn,
        communities=tables.areas,
        roads=_fitting(tables.roads, "road", ("kind",)),
        buildings=_fitting(tables.buildings, "building", ("kind", "floors")),
        indicators=[
            Indicator(
                "deviation_percent", f"{unit[0]}偏差", f"Deviation of {unit[1]}", "%", as_of, "fixed", limits=LIMITS
            ),
            Indicator("weight", unit[0], unit[1].capitalize(), "", as_of),
        ],
        details=details,
        detail_labels={
            "mean": (f"本区域均值（{unit[0]}）", f"Mean of the area ({unit[1]})", ""),
            "reason": ("超出 ±10 % 的原因", "Why outside ±10 %", ""),
        },
        title=title,
        note=(f"{len(grids)} 个网格，{exceptional} 个超出 ±10 %", f"{len(grids)} grids, {exceptional} outside ±10 %"),
    )  # fmt: skip


def quality_map(
    grids: gpd.GeoDataFrame,
    findings: gpd.GeoDataFrame,
    *,
    grid_codes: pd.Series | None = None,
    check_names: Mapping[str, tuple[str, str]] | None = None,
    further: Sequence[Indicator] = (),
    communities: gpd.GeoDataFrame | None = None,
    roads: gpd.GeoDataFrame | None = None,
    title: tuple[str, str] = ("数据质量", "Data quality"),
    as_of: str = "",
) -> GridMap:
    """Return findings as a map: how many each grid has, and of which checks; never whose record it is.

    Parameters
    ----------
    grids
        Frame of kind ``grid``.
    findings
        Columns of ``domain.finding.FINDING_COLUMNS``, in the grids' CRS.
    grid_codes
        Index of ``findings``: the grid each lies in. Findings it does not place, and all without it, are placed by
        their shape; one of the table ``grid`` by its id.
    check_names
        Check → (Chinese, English); the check itself where it has none.
    further
        More to colour by, such as completeness or freshness, columns of ``grids``.
    communities, roads
        As :class:`GridMap` takes them.
    title
        In Chinese and English.
    as_of
        Day of the legend.

    Raises
    ------
    InputError
        GS102 for a missing column; GS104 when findings' keys stand twice.
    """
    require_columns(findings, ("check", "severity", "table", "id", "geometry"), "findings")
    if findings.index.has_duplicates:
        raise InputError("GS104", "keys of findings stand twice", where="findings", fix="reset the index")
    codes = _grids_of(findings, grids, grid_codes)
    errors = codes[findings["severity"] == Severity.ERROR].value_counts()
    counts = codes.value_counts()
    drawn = grids.assign(
        findings=counts.reindex(grids.index, fill_value=0), errors=errors.reindex(grids.index, fill_value=0)
    )
    per_check = findings.groupby([codes, findings["check"]]).size().sort_values(ascending=False, kind="stable")
    names = check_names or {}
    lists = pd.Series(
        {code: _listed(group.droplevel(0), names) for code, group in per_check.groupby(level=0, sort=False)},
        dtype=object,
    )
    lost = int(codes.isna().sum())
    return GridMap(
        drawn,
        communities=communities,
        roads=roads,
        indicators=[
            Indicator("findings", "问题数", "Findings", "条", as_of, "natural"),
            Indicator("errors", "其中错误", "Of them errors", "条", as_of, "natural"),
            *further,
        ],
        details=pd.DataFrame({"checks": lists.reindex(grids.index)}, index=grids.index),
        detail_labels={"checks": ("按检查项", "By check", "")},
        title=title,
        note=(
            f"{len(findings)} 条问题，{lost} 条不能落到网格；只列检查项与条数",
            f"{len(findings)} findings, {lost} in no grid; checks and counts only",
        ),
    )


def _listed(counts: pd.Series, names: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    first, rest = counts.iloc[:_MOST_CHECKS], ["…"] if len(counts) > _MOST_CHECKS else []
    zh, en = ([f"{names.get(str(check), (check, check))[at]} × {n}" for check, n in first.items()] for at in (0, 1))
    return "；".join(zh + rest), "; ".join(en + rest)


def _grids_of(findings: gpd.GeoDataFrame, grids: gpd.GeoDataFrame, given: pd.Series | None) -> pd.Series:
    """Grid of each finding, missing where none is known."""
    codes = pd.Series(None, index=findings.index, dtype="str")
    if given is not None:
        codes = given.reindex(findings.index).astype("str")
    own = findings["id"].where(findings["table"] == "grid")
    codes = codes.fillna(own)
    shaped = findings[codes.isna() & findings.geometry.notna()]
    if len(shaped):
        codes.loc[shaped.index] = locate(shaped.set_geometry(shaped.representative_point()), grids).astype("str")
    return codes.where(codes.isin(grids.index))


def _fitting(layer: gpd.GeoDataFrame | None, kind: str, columns: tuple[str, ...]) -> gpd.GeoDataFrame | None:
    """Return the layer if it is one a map can draw: a division takes any lines and any weighted shapes."""
    if layer is None or not set(columns) <= set(layer.columns) or layer.index.has_duplicates:
        return None
    choices = {field.name: field.choices for field in KINDS[kind].fields if field.name in columns and field.choices}
    return layer if all(layer[name].isin(allowed).all() for name, allowed in choices.items()) else None
