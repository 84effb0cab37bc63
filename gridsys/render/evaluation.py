"""An evaluation as a page for A4: every figure with its formula, parts, interval and a warning where cases are few."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from gridsys.render.template import render_template


@dataclass(frozen=True)
class EvaluationTables:
    """What the page shows: period, moment, cases left open, tables of ``evaluate`` and ``scores``, names of groups."""

    period: str
    by: tuple[str, str]
    as_of: datetime
    final: bool
    open: int
    table: pd.DataFrame
    scores: pd.DataFrame | None
    groups: Mapping[str, str]
    procedures: Mapping[str, tuple[str, str]]


def evaluation_page(shown: EvaluationTables) -> str:
    """Return an evaluation as one HTML page in Chinese and English that prints on A4 and asks for nothing outside."""
    parts = [
        {"code": "" if group == "*" else str(group), "name": group_name(str(group), shown.groups),
         "rows": [_row(row, shown.procedures) for row in rows.to_dict("records")]}
        for group, rows in shown.table.groupby("group", sort=True)
    ]  # fmt: skip
    ranked = [] if shown.scores is None else shown.scores.reset_index().to_dict("records")
    return render_template(
        "evaluation.html", styles=("digest.css", "evaluation.css"), period=shown.period, by=shown.by, parts=parts,
        as_of=f"{shown.as_of:%Y-%m-%d %H:%M}", final=shown.final, open=shown.open, scored=shown.scores is not None,
        ranked=[_ranked(row, shown.groups) for row in ranked],
    )  # fmt: skip


def group_name(group: str, names: Mapping[str, str]) -> str:
    """Return how a group is called: its name where known, or else its code.

    Examples
    --------
    >>> group_name("110101001", {"110101001": "甲街道"}), group_name("water", {}), group_name("*", {})
    ('甲街道', 'water', '全部 All')
    """
    return {"*": "全部 All", "-": "未派单位（含网格自办） none called in"}.get(group, names.get(group, group))


def figure(value: float, unit: str) -> str:
    """Return a figure as it is written; a dash where there is nothing to divide.

    Examples
    --------
    >>> figure(0.5, "share"), figure(3.0, ""), figure(float("nan"), "share")
    ('50.0%', '3', '–')
    """
    if math.isnan(value):
        return "–"
    return f"{value:.1%}" if unit == "share" else f"{value:,.2f}".removesuffix(".00")


def _row(row: Mapping[Any, Any], procedures: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    sure = not math.isnan(row["low"])
    interval = f"{figure(row['low'], row['unit'])} – {figure(row['high'], row['unit'])}" if sure else ""
    return {**row, "of": procedures.get(row["procedure"], ("", "")), "value": figure(row["value"], row["unit"]),
            "interval": interval, "method": row["method"] if sure else "", "few": row["small"] and row["denominator"],
            "counted": row["kind"] == "count"}  # fmt: skip


def _ranked(row: Mapping[Any, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {**row, "unit": group_name(row["unit"], names), "score": figure(row["score"], ""),
            "rank": "–" if pd.isna(row["rank"]) else int(row["rank"])}  # fmt: skip
