"""Compose: from the label of each atom to coded, measured and proved grids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridsys.domain.finding import Finding, Severity
from gridsys.spatial.division.atoms import Atoms
from gridsys.spatial.division.coding import give_codes, grid_name
from gridsys.spatial.division.gluing import dissolve
from gridsys.spatial.division.inputs import Inputs
from gridsys.spatial.division.labels import WIDE, Labels, Verdict
from gridsys.spatial.division.pieces import Pieces, rows_by
from gridsys.spatial.division.plan import Basis, Plan, balance_of, deviation, inner_boundary
from gridsys.spatial.division.prior import Prior
from gridsys.spatial.division.proof import prove
from gridsys.spatial.division.rule import Rule, Window
from gridsys.spatial.division.stability import match
from gridsys.spatial.findings import findings_frame
from gridsys.spatial.topology import Ints, Shapes, sums

TIDY: Final = 0.03
"""Vertices that make a triangle smaller than this squared, in metres, are left out of boundaries inside an area."""
EPSILON: Final = 1e-9


@dataclass(frozen=True)
class Work:
    """Everything a plan is composed from."""

    inputs: Inputs
    atoms: Atoms
    pieces: Pieces
    labels: Labels
    home: Ints
    prior: Prior
    rule: Rule
    seed: int
    earlier: Plan | None
    """The plan whose atoms were reused, None when they are new."""


def compose(work: Work) -> Plan:
    """Return the plan of a labelling: grids dissolved and coded, balance, exceptions, findings, proof, summary."""
    label, atoms, areas = work.labels.grid, work.atoms, work.atoms.areas
    count = int(label.max()) + 1
    area = np.zeros(count, dtype=np.int64)
    area[label] = atoms.blocks.area
    kept = _untouched(label, work.home, count, len(work.prior.codes))
    shapes = _shapes(work, area, kept)
    codes = _codes(work, shapes, area)
    order = np.argsort(codes, kind="stable")
    rank = np.empty(count, dtype=np.int64)
    rank[order] = np.arange(count)
    grids = gpd.GeoDataFrame(
        {
            "name": [grid_name(codes[row]) for row in order],
            "area_code": areas.index.to_numpy()[area[order]],
            "weight": sums(label, atoms.weight, count)[order],
            "area_m2": shapely.area(shapes[order]).round(2),
        },
        geometry=shapes[order], index=pd.Index([codes[row] for row in order], name="grid_code"), crs=areas.crs,
    )  # fmt: skip
    grid_of = rank[label]
    balance = balance_of(areas, grids, atoms.adjacency, grid_of, atoms.blocks.area)
    exceptions = _exceptions(grids, work, order)
    atom_frame = gpd.GeoDataFrame(
        {
            "area_code": areas.index.to_numpy()[atoms.blocks.area],
            "grid_code": grids.index.to_numpy()[grid_of],
            "weight": atoms.weight,
        },
        geometry=atoms.blocks.shapes, crs=areas.crs,
    )  # fmt: skip
    found = [*work.inputs.findings, *atoms.findings, *_area_findings(balance, work)]
    return Plan(
        grids=grids,
        balance=balance,
        exceptions=exceptions,
        findings=findings_frame(found, areas.crs),
        proof=_proof(work, grids, area[kept < 0]),
        summary=_summary(grids, balance, exceptions, work, grid_of),
        areas=areas,
        atoms=atom_frame,
        basis=Basis(work.inputs, atoms),
    )


def _untouched(label: Ints, home: Ints, count: int, homes: int) -> Ints:
    """Return for each grid the grid in force it equals atom by atom, -1 for none."""
    size, before = np.bincount(label, minlength=count), np.bincount(home[home >= 0], minlength=homes)
    first = np.full(count, -1, dtype=np.int64)
    first[label] = home
    same = np.bincount(label, home == first[label], count) == size
    same &= first >= 0
    same[same] = before[first[same]] == size[same]
    return np.where(same, first, -1)


def _shapes(work: Work, area: Ints, kept: Ints) -> Shapes:
    """Return the shape of each grid: that in force where atoms were reused and stayed, else dissolved and tidied."""
    shapes = np.full(len(area), None, dtype=object)
    stays = kept >= 0 if work.earlier is not None else np.zeros(len(area), dtype=bool)
    for rows in rows_by(area, len(work.atoms.areas)):
        if stays[rows].all():
            shapes[rows] = work.prior.shapes[kept[rows]]
    left = np.flatnonzero(shapes == None)  # noqa: E711 - elementwise
    if not len(left):
        return shapes
    number = np.full(len(area), -1, dtype=np.int64)
    number[left] = np.arange(len(left))
    chosen = number[work.labels.grid] >= 0
    made = dissolve(work.atoms.blocks.shapes[chosen], number[work.labels.grid][chosen])
    for rows in rows_by(area[left], len(work.atoms.areas)):
        if len(rows):
            made[rows] = shapely.coverage_simplify(made[rows], TIDY, simplify_boundary=False)
    shapes[left] = shapely.normalize(made)
    return shapes


def _codes(work: Work, shapes: Shapes, area: Ints) -> list[str]:
    """Return the code of each grid: the one in force it continues, or a new one."""
    atoms, prior = work.atoms, work.prior
    codes = [""] * len(shapes)
    grids_in = rows_by(area, len(work.atoms.areas))
    atoms_in = rows_by(atoms.blocks.area, len(work.atoms.areas))
    homes_in = rows_by(prior.area, len(work.atoms.areas))
    for number, rows in enumerate(grids_in):
        own, homes = atoms_in[number], homes_in[number]
        label = np.searchsorted(rows, work.labels.grid[own])
        home = np.where(work.home[own] >= 0, np.searchsorted(homes, work.home[own]), -1)
        continues = match(label, home, atoms.weight[own], atoms.m2[own], shape=(len(rows), len(homes)))
        area_code = str(work.atoms.areas.index[number])
        kept = [prior.codes[homes[old]] if old >= 0 else None for old in continues]
        for row, code in zip(rows, give_codes(area_code, shapes[rows], kept, prior.used[area_code]), strict=True):
            codes[row] = code
    return codes


def _exceptions(grids: gpd.GeoDataFrame, work: Work, order: Ints) -> pd.DataFrame:
    mean = grids.groupby("area_code")["weight"].transform("mean")
    table = pd.DataFrame({"area_code": grids["area_code"], "weight": grids["weight"], "mean": mean})
    table["deviation"] = deviation(grids["weight"], mean)
    outside = np.flatnonzero(table["deviation"].abs() > WIDE + EPSILON)
    pieces = work.labels.piece[order][outside]
    table = table.iloc[outside].copy()
    reasons = [_reason(int(piece), float(held), work) for piece, held in zip(pieces, table["weight"], strict=True)]
    table["reason_zh"] = pd.Series([each.zh for each in reasons], index=table.index, dtype="str")
    table["reason"] = pd.Series([each.en for each in reasons], index=table.index, dtype="str")
    table["proved"] = [each.proved for each in reasons] if reasons else pd.Series(dtype=bool)
    return table


def _reason(piece: int, weight: float, work: Work) -> Verdict:
    """Return why a grid of a piece lies outside ±10 %, and whether that is proved."""
    if piece < 0:
        return Verdict(WIDE, "网格已固定，不作调整", "the grid is pinned", proved=True)
    if piece in work.labels.fair:
        mean, giant = work.labels.fair[piece]
        if weight >= giant - EPSILON:
            zh = f"含有不可分的街块，至少 {giant:g}，任何网格都超重"
            en = f"it holds an indivisible block of at least {giant:g}, too heavy for any grid"
            return Verdict(WIDE, zh, en, proved=True)
        if abs(weight / mean - 1) <= WIDE + EPSILON:
            zh = f"不可分的街块（至少 {giant:g}）使其余网格平均只有 {mean:.1f}"
            en = f"indivisible blocks of at least {giant:g} leave the other grids {mean:.1f} each"
            return Verdict(WIDE, zh, en, proved=True)
    verdicts = [verdict for verdict in work.labels.verdicts.get(piece, []) if verdict.tolerance == WIDE]
    if verdicts:
        return verdicts[0]
    area = work.pieces.area[piece]
    if (work.pieces.area == area).sum() > 1 or np.isin(area, work.prior.area[work.prior.pinned]):
        zh = "所在部分与本区域其余部分隔断（区界或固定网格）；网格须为一片"
        en = "its part of the area is cut off from the rest (by limits or pinned grids); a grid is one piece"
        return Verdict(WIDE, zh, en, proved=True)
    return Verdict(WIDE, "未找到更好的划分", "no better division was found")


def _area_findings(balance: pd.DataFrame, work: Work) -> list[Finding]:
    found = []
    parts = np.bincount(work.pieces.area, minlength=len(balance))
    for code in balance.index[parts > 1]:
        reason = "the area lies in detached parts; each has grids of its own"
        found.append(
            Finding("area.parts", Severity.INFO, "area", code, reason, "nothing, where that is so on the ground")
        )
    for code, row in balance[balance["weight"] == 0].iterrows():
        reason = f"nothing in the area has weight; its {row['grids']} grids are balanced by area"
        found.append(
            Finding("area.no-weight", Severity.WARNING, "area", str(code), reason, "check the buildings layer")
        )
    if isinstance(work.rule, Window):
        low, high = work.rule.lightest, work.rule.heaviest
        outside = (balance["weight"] > 0) & ((balance["lightest"] < low) | (balance["heaviest"] > high))
        for code, row in balance[outside].iterrows():
            reason = f"grids of {row['lightest']:g}–{row['heaviest']:g} lie outside the window {low:g}–{high:g}"
            fix = "accept it, or widen the window; the area's weight fits no number of grids better"
            found.append(Finding("area.window", Severity.INFO, "area", str(code), reason, fix, code="GS302"))
    return found


def _proof(work: Work, grids: gpd.GeoDataFrame, changed: Ints) -> pd.DataFrame:
    """Return the proof; where atoms were reused, buildings of areas without change stay proved by the earlier plan."""
    buildings = work.inputs.buildings
    if work.earlier is not None:
        place, touched = work.atoms.place, np.zeros(len(work.atoms.areas), dtype=bool)
        touched[changed] = True
        buildings = buildings[(place >= 0) & touched[work.atoms.blocks.area[place]]]
    return prove(grids, work.atoms.areas, buildings, work.inputs.compounds)


def _summary(
    grids: gpd.GeoDataFrame, balance: pd.DataFrame, exceptions: pd.DataFrame, work: Work, grid_of: Ints
) -> dict[str, Any]:
    length, road_share = inner_boundary(work.atoms.adjacency, grid_of)
    share = balance["grids"] / balance["grids"].sum()
    return {
        "rule": repr(work.rule),
        "seed": work.seed,
        "areas": len(balance),
        "grids": len(grids),
        "weight": float(grids["weight"].sum()),
        "mean": float(grids["weight"].mean()),
        "within_10": float((balance["within_10"] * share).sum()),
        "within_5": float((balance["within_5"] * share).sum()),
        "exceptions": len(exceptions),
        "exceptions_proved": int(exceptions["proved"].sum()),
        "extra_pieces": int(balance["extra_pieces"].sum()),
        "boundary_m": round(length, 2),
        "road_share": road_share,
        "compactness": float((balance["compactness"] * share).sum()),
    }
