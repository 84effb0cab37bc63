"""The report of a division, as a planner reads it: figures, pictures, balance, exceptions and why (划分报告)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from gridsys.render.planpicture import PlanLayers, draw_plan
from gridsys.render.template import render_template

CLASSES: Final = (
    {"name": "within5", "zh": "±5 % 以内", "en": "within ±5 %"},
    {"name": "within10", "zh": "±10 % 以内", "en": "within ±10 %"},
    {"name": "outside", "zh": "±10 % 以外", "en": "outside ±10 %"},
)


@dataclass(frozen=True)
class DivisionTables:
    """The tables of a plan (see ``gridsys.spatial.division.Plan``) and the layers behind them."""

    grids: gpd.GeoDataFrame
    balance: pd.DataFrame
    exceptions: pd.DataFrame
    findings: pd.DataFrame
    proof: pd.DataFrame
    summary: Mapping[str, Any]
    areas: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame | None = None
    buildings: gpd.GeoDataFrame | None = None


def division_report(
    tables: DivisionTables,
    *,
    title: tuple[str, str] = ("网格划分报告", "Division report"),
    unit: tuple[str, str] = ("户数", "households"),
    footer: str = "",
    map_link: str = "",
) -> str:
    """Return the report as one HTML page that opens anywhere and prints well.

    Parameters
    ----------
    tables
        The plan's tables and layers, one projected CRS.
    title
        In Chinese and English.
    unit
        What the weight counts, in Chinese and English.
    footer
        A line at the end, such as how the plan was made.
    map_link
        Relative address of the plan as a map (:func:`gridsys.render.plan_map`).
    """
    grids = _classed(tables)
    return render_template(
        "division.html",
        title=title,
        unit=unit,
        footer=footer,
        map_link=map_link,
        figures=_figures(tables, unit),
        proved=bool(tables.proof["passed"].all()),
        proof=tables.proof.to_dict("records"),
        classes=CLASSES,
        overview=draw_plan(PlanLayers(grids, tables.areas, tables.roads), tolerance=2),
        exceptions=_exceptions(tables.exceptions),
        areas=[_area(str(code), row, grids, tables) for code, row in tables.balance.iterrows()],
        findings=_findings(tables.findings),
    )


def _number(value: float) -> str:
    return f"{value:,.0f}"


def _percent(value: float) -> str:
    return f"{value:+.1%}"


def _classed(tables: DivisionTables) -> gpd.GeoDataFrame:
    mean = tables.grids["area_code"].map(tables.balance["mean"])
    deviation = (tables.grids["weight"] / mean.where(mean > 0) - 1).fillna(0.0)
    size = deviation.abs().round(9)
    names = pd.cut(size, [-1, 0.05, 0.1, float("inf")], labels=[each["name"] for each in CLASSES]).astype(str)
    return tables.grids.assign(deviation=deviation, **{"class": names})


def _figures(tables: DivisionTables, unit: tuple[str, str]) -> list[dict[str, str]]:
    balance, grids = tables.balance, tables.balance["grids"]
    share = {name: float((balance[name] * grids).sum() / grids.sum()) for name in ("within_10", "within_5")}
    rows = (
        ("区域", "areas", _number(len(balance))),
        ("网格", "grids", _number(grids.sum())),
        (f"{unit[0]}合计", f"{unit[1]} in all", _number(balance["weight"].sum())),
        ("±10 % 以内", "within ±10 %", f"{share['within_10']:.1%}"),
        ("±5 % 以内", "within ±5 %", f"{share['within_5']:.1%}"),
        ("沿路边界", "boundary on roads", f"{tables.summary['road_share']:.1%}"),
        ("紧凑度", "compactness (Polsby–Popper)", f"{tables.summary['compactness']:.2f}"),
    )
    return [{"zh": zh, "en": en, "value": value} for zh, en, value in rows]


def _exceptions(table: pd.DataFrame) -> list[dict[str, Any]]:
    rows = table.reset_index().to_dict("records")
    return [
        {
            "code": row["grid_code"],
            "weight": _number(row["weight"]),
            "mean": f"{row['mean']:,.1f}",
            "deviation": _percent(row["deviation"]),
            "reason": (row["reason_zh"], row["reason"]),
            "proved": row["proved"],
        }
        for row in rows
    ]


def _area(code: str, row: pd.Series, grids: gpd.GeoDataFrame, tables: DivisionTables) -> dict[str, Any]:
    own = grids[grids["area_code"] == code]
    limits = tables.areas[tables.areas.index == code]
    sequence = pd.Series(own.index.str[-3:].str.lstrip("0"), index=own.index)
    count, mean = int(row["grids"]), row["mean"]
    return {
        "code": code,
        "name": row["name"],
        "picture": draw_plan(PlanLayers(own, limits, tables.roads, tables.buildings), sequence),
        "text_zh": f"{count} 个网格，均值 {mean:,.1f}，沿路边界 {row['road_share']:.0%}，"
        f"紧凑度 {row['compactness']:.2f}",
        "text_en": f"{count} grids, mean {mean:,.1f}, {row['road_share']:.0%} of inner boundary on roads, "
        f"compactness {row['compactness']:.2f}",
        "grids": [
            {
                "code": grid,
                "name": each["name"],
                "weight": _number(each["weight"]),
                "deviation": _percent(each["deviation"]),
                "class": each["class"],
                "hectares": f"{each['area_m2'] / 1e4:.2f}",
            }
            for grid, each in own.iterrows()
        ],
    }


def _findings(table: pd.DataFrame) -> list[dict[str, Any]]:
    rows = []
    for (check, severity), group in table.groupby(["check", "severity"], sort=True):
        first = group.iloc[0]
        example = f"{first['table']} {first['id']}: {first['reason']}"
        rows.append(
            {"check": check, "severity": severity, "count": len(group), "example": example, "fix": first["fix"]}
        )
    return rows
