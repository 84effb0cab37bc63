"""Checking records against the rules: a findings table with a place for every finding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from gridsys.domain.records import FORCES, KINDS
from gridsys.quality.ruleset import Rule

COLUMNS: Final = (
    "check", "severity", "table", "id", "grid_code", "value", "reason_zh", "reason", "fix", "geometry",
)  # fmt: skip
_NORMAL: Final = 0.6745
"""Median absolute deviation of a normal distribution, in standard deviations."""

Frames = Mapping[str, pd.DataFrame]


def check_rules(
    rules: Sequence[Rule], frames: Frames, grid_of: Mapping[str, pd.Series], grids: gpd.GeoDataFrame, *, as_of: date
) -> gpd.GeoDataFrame:
    """Return what breaks the rules.

    Parameters
    ----------
    rules
        The rules.
    frames
        Records in force by kind, those that the rules name and those they refer to among them.
    grid_of
        Grid of each record by kind (index the key), as far as known: where a finding is shown.
    grids
        Grids in force.
    as_of
        The day.

    Returns
    -------
    GeoDataFrame
        Columns ``COLUMNS``, ordered by rule and record; ``geometry`` a point in the finding's grid (or the record's own
        point), missing where nothing is known of the place; CRS that of ``grids``.

    Notes
    -----
    *outlier*: |0.6745 (x − median) ÷ MAD| of x = ln(value) over the threshold, within each group; groups whose MAD is 0
    have no outliers. *freshness*: a home is fresh when the version of its confirmation in force began at most ``days``
    before the day; a grid is a finding when a smaller share than ``threshold`` of its homes is fresh. *completeness*:
    the share of records with a value, a finding for the whole table. *forces*: each of the seven missing in each grid.
    """
    found = []
    for rule in rules:
        rows = _FINDERS[rule.kind](rule, frames, grid_of, grids, as_of)
        rows = rows.assign(
            check=rule.id, severity=rule.severity.value, table=rule.table, reason_zh=rule.message_zh,
            reason=rule.message_en, fix=rule.fix,
        )  # fmt: skip
        if "grid_code" not in rows:
            known = grid_of.get(rule.table)
            rows["grid_code"] = None if known is None else rows["id"].map(known).astype(object)
        found.append(rows.sort_values("id", kind="stable"))
    table = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=list(COLUMNS))
    points = grids.geometry.representative_point()
    where = table["grid_code"].map(points)
    own = [
        frame.geometry.dropna().representative_point() for frame in frames.values()
        if isinstance(frame, gpd.GeoDataFrame) and frame.active_geometry_name and frame.index.name in _OWN_POINT
    ]  # fmt: skip
    if own:
        where = table["id"].map(pd.concat(own)).where(lambda at: at.notna(), where)
    table["geometry"] = where
    return gpd.GeoDataFrame(table[list(COLUMNS)], geometry="geometry", crs=grids.crs)


_OWN_POINT: Final = frozenset({"component_id", "organisation_id"})


def summarise(findings: pd.DataFrame, grids: pd.Index) -> pd.DataFrame:
    """Return the number of findings of each grid: ``error``, ``warning``, ``info``; every grid, and ``unplaced``.

    Examples
    --------
    >>> findings = pd.DataFrame({"grid_code": ["110101001001001", None], "severity": ["error", "warning"]})
    >>> summarise(findings, pd.Index(["110101001001001"]))["error"].to_dict()
    {'110101001001001': 1, 'unplaced': 0}
    """
    codes = findings["grid_code"].where(findings["grid_code"].isin(grids), "unplaced")
    counts = pd.crosstab(codes, findings["severity"]) if len(findings) else pd.DataFrame()
    table = counts.reindex(index=[*grids, "unplaced"], columns=["error", "warning", "info"], fill_value=0)
    return table.rename_axis(index="grid_code", columns=None).astype("int64")


def _rows(ids: pd.Index | Sequence[str], values: object = "") -> pd.DataFrame:
    return pd.DataFrame({"id": np.asarray(ids, dtype=object), "value": values})


def _narrowed(rule: Rule, frames: Frames) -> pd.DataFrame:
    frame = pd.DataFrame(frames[rule.table])
    for column, value in rule.where:
        frame = frame[frame[column] == value]
    return frame


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    return frame.index.to_series() if name == frame.index.name else frame[name]


def _chain(rule: Rule, frames: Frames, _g: object, grids: gpd.GeoDataFrame, _d: date) -> pd.DataFrame:
    claim = _column(_narrowed(rule, frames), rule.columns[0]).dropna()
    target = KINDS[rule.table].field(rule.columns[0]).refers.split(".")[0]
    known = grids.index if target == "grid" else frames[target].index
    lost = claim[~claim.isin(known)]
    return _rows(lost.index, lost.to_numpy(dtype=object))


def _duplicate(rule: Rule, frames: Frames, _g: object, _a: object, _d: date) -> pd.DataFrame:
    frame = _narrowed(rule, frames)
    whole = frame[list(rule.columns)].dropna()
    again = whole[whole.duplicated(keep=False)]
    return _rows(again.index, again.astype("str").agg(" ".join, axis=1).to_numpy() if len(again) else "")


def _outlier(rule: Rule, frames: Frames, _g: object, _a: object, _d: date) -> pd.DataFrame:
    frame = _narrowed(rule, frames)
    numbers = frame[rule.columns[0]].astype("float64")
    logs = pd.Series(np.log(numbers.where(numbers > 0).to_numpy()), index=frame.index)
    keys = [frame[name] for name in rule.group]
    away = logs - logs.groupby(keys).transform("median")
    spread = away.abs().groupby(keys).transform("median")
    score = _NORMAL * away.abs() / spread.where(spread > 0)
    far = numbers[score > rule.threshold]
    return _rows(far.index, far.map("{:g}".format).to_numpy(dtype=object))


def _freshness(
    rule: Rule, frames: Frames, grid_of: Mapping[str, pd.Series], grids: gpd.GeoDataFrame, as_of: date
) -> pd.DataFrame:
    rooms = frames["room"]
    homes = rooms.index[rooms["use"].isin(("home", "vacant"))]
    last = frames["confirmation"]["valid_from"].reindex(homes)
    fresh = (pd.Timestamp(as_of) - last) <= pd.Timedelta(days=rule.days)
    share = fresh.groupby(grid_of["room"].reindex(homes)).agg(["mean", "sum", "size"]).reindex(grids.index).dropna()
    stale = share[share["mean"] < rule.threshold]
    said = [f"{int(row['sum'])}/{int(row['size'])}" for _, row in stale.iterrows()]
    return _rows(stale.index, said).assign(grid_code=stale.index.to_numpy(dtype=object))


def _completeness(rule: Rule, frames: Frames, _g: object, _a: object, _d: date) -> pd.DataFrame:
    values = _narrowed(rule, frames)[rule.columns[0]]
    share = values.notna().mean()
    low = len(values) > 0 and share < rule.threshold
    return _rows([rule.columns[0]] if low else [], f"{share:.1%}")


def _forces(rule: Rule, frames: Frames, _g: object, grids: gpd.GeoDataFrame, _d: date) -> pd.DataFrame:
    posted = _narrowed(rule, frames).dropna(subset=["staff_name"])
    there = pd.MultiIndex.from_frame(posted[["grid_code", "force"]].astype(object))
    every = pd.MultiIndex.from_product([grids.index.astype(object), list(FORCES)])
    lacking = every[~every.isin(there)]
    codes = lacking.get_level_values(0).to_numpy(dtype=object)
    forces = lacking.get_level_values(1).to_numpy(dtype=object)
    return _rows([f"{code}/{force}" for code, force in zip(codes, forces, strict=True)], forces).assign(grid_code=codes)


def _agreement(rule: Rule, frames: Frames, _g: object, _a: object, _d: date) -> pd.DataFrame:
    frame = _narrowed(rule, frames)
    differs = frame[rule.columns[0]][frame.index.str.slice(6, 11) != frame[rule.columns[0]]]
    return _rows(differs.index, differs.to_numpy(dtype=object))


_FINDERS: Final = {
    "chain": _chain,
    "duplicate": _duplicate,
    "outlier": _outlier,
    "freshness": _freshness,
    "completeness": _completeness,
    "forces": _forces,
    "agreement": _agreement,
}
