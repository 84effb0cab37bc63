"""Divide: from areas, roads and buildings to a proved plan of grids, in eight steps."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridsys.domain.finding import Finding, Severity
from gridsys.domain.progress import Progress, silent
from gridsys.spatial.division.adjacency import Adjacency, find_adjacency
from gridsys.spatial.division.allotment import allot, huntington_hill
from gridsys.spatial.division.blocks import Blocks, make_blocks
from gridsys.spatial.division.coding import give_codes, grid_name
from gridsys.spatial.division.gluing import dissolve
from gridsys.spatial.division.inputs import WEIGHT_SCALE, Inputs, check_inputs
from gridsys.spatial.division.limits import fit_areas
from gridsys.spatial.division.partition import graph_of, partition
from gridsys.spatial.division.plan import Plan, balance_of, deviation, inner_boundary
from gridsys.spatial.division.prior import Prior, read_prior
from gridsys.spatial.division.proof import prove, require_proved
from gridsys.spatial.division.rule import Rule, TargetArea, Window
from gridsys.spatial.division.splitting import split_blocks
from gridsys.spatial.division.stability import match, warm_partition
from gridsys.spatial.findings import findings_frame
from gridsys.spatial.topology import Floats, Ints, components, holder

QUARTER: Final = 0.25
"""Share of a mean grid's weight above which a block is split between its buildings."""
TIDY: Final = 0.03
"""Vertices that make a triangle smaller than this squared, in metres, are left out of grid boundaries."""
STEPS: Final = 8


@dataclass(frozen=True)
class Atoms:
    """What grids are built of: blocks with their weight, area in m², the building's places, and who touches whom."""

    blocks: Blocks
    place: Ints
    weight: Floats
    m2: Floats
    adjacency: Adjacency


def divide(
    areas: gpd.GeoDataFrame,
    *,
    roads: gpd.GeoDataFrame | None = None,
    barriers: gpd.GeoDataFrame | None = None,
    compounds: gpd.GeoDataFrame | None = None,
    buildings: gpd.GeoDataFrame | None = None,
    weight: str = "households",
    rule: Rule = Window(),  # noqa: B008 - a frozen value
    previous: Plan | gpd.GeoDataFrame | None = None,
    pins: Collection[str] = (),
    seed: int = 0,
    progress: Progress = silent,
) -> Plan:
    """Divide areas into balanced grids of one piece each that follow roads and cut no building or compound.

    The result depends on the inputs and the seed alone, not on the order of rows or the machine. Columns of the frames
    are those of ``docs/formats.md``; all are in one projected CGCS2000 CRS, metres.

    Parameters
    ----------
    areas
        Streets or communities: index ``code`` (all 9 or all 12 digits), ``name``, (Multi)Polygon.
    roads, barriers
        Lines grids prefer to end at; column ``kind``.
    compounds
        Polygons that may not be cut.
    buildings
        Polygons or points with the weight column; they may not be cut either.
    weight
        Column of ``buildings`` to balance; at least 0, missing counts as 0.
    rule
        How many grids: :class:`Window`, :class:`Count` or :class:`TargetArea`.
    previous
        The plan in force: its grids are kept as far as the rule allows, and so are their codes.
    pins
        Codes of grids of ``previous`` that must stay exactly as they are.
    seed
        Seed of the search.
    progress
        Called with the step, its number, and the number of steps.

    Returns
    -------
    Plan
        Grids, balance, exceptions, findings and proof.

    Raises
    ------
    InputError
        GS102–GS106 for frames that cannot be used.
    DatumError
        GS203 for a frame not in the areas' projected CRS.
    DivisionError
        GS301 areas that overlap or leave gaps wider than a metre, GS302 a rule that cannot be met, GS303 grids that
        failed their proof.

    Examples
    --------
    >>> square = gpd.GeoDataFrame({"name": ["甲社区"]}, index=["110101001001"], geometry=[shapely.box(0, 0, 200, 100)],
    ...     crs="EPSG:4548")
    >>> lane = gpd.GeoDataFrame({"kind": ["alley"]}, geometry=[shapely.LineString([(100, 0), (100, 100)])], crs="EPSG:4548")
    >>> homes = gpd.GeoDataFrame({"households": [400, 410]}, geometry=gpd.points_from_xy([50, 150], [50, 50]),
    ...     crs="EPSG:4548")
    >>> divide(square, roads=lane, buildings=homes).grids[["name", "weight", "area_m2"]]
                        name  weight  area_m2
    grid_code
    110101001001001  第1网格   400.0  10000.0
    110101001001002  第2网格   410.0  10000.0
    """
    progress("check", 0, STEPS)
    inputs = check_inputs(areas, roads, barriers, compounds, buildings, weight)
    fitted = fit_areas(inputs.areas)
    inputs = replace(inputs, areas=fitted.frame)
    prior = read_prior(previous.grids if isinstance(previous, Plan) else previous, pins, inputs)
    progress("blocks", 1, STEPS)
    blocks, found = make_blocks(inputs, prior.pins)
    progress("split", 2, STEPS)
    atoms, outside = _make_atoms(blocks, inputs, rule)
    progress("partition", 3, STEPS)
    counts = _counts(atoms, inputs, rule, prior)
    label, home = _partition_all(atoms, counts, prior, seed)
    progress("prove", 6, STEPS)
    plan = _finish(
        inputs, atoms, label, home, prior, rule, [*inputs.findings, *fitted.findings, *found, *outside], seed
    )
    require_proved(plan.proof)
    progress("done", STEPS, STEPS)
    return plan


def _make_atoms(blocks: Blocks, inputs: Inputs, rule: Rule) -> tuple[Atoms, list[Finding]]:
    """Return the blocks, heavy ones split, with weights and adjacency; and the buildings outside every area."""
    shapes = inputs.buildings.geometry.to_numpy()
    points = shapely.point_on_surface(shapes)
    counted = inputs.buildings["weight"].to_numpy()
    place = holder(blocks.shapes, points)
    lost = inputs.buildings.index[place < 0]
    found = []
    if len(lost):
        reason = f"{len(lost)} buildings lie in no area and are not counted: " + ", ".join(map(str, lost[:20]))
        found.append(
            Finding("building.outside", Severity.WARNING, "building", "", reason, "correct the position or areas")
        )
    total = len(inputs.areas)
    if isinstance(rule, TargetArea):
        mean = np.full(total, rule.m2)
        load = shapely.area(blocks.shapes)
    else:
        load = _loads(place, counted, len(blocks.shapes))
        held = np.bincount(blocks.area, load, total)
        mean = held / allot(held, np.ones(total, dtype=np.int64), np.full(total, 10**6), rule)
    if not isinstance(rule, TargetArea) or rule.split:
        heavy = load > QUARTER * mean[blocks.area]
        heavy &= np.bincount(blocks.area, load, total)[blocks.area] > 1.5 * mean[blocks.area]
        split = split_blocks(blocks, heavy, shapes, place)
        if split is not blocks:
            blocks = split
            place = holder(blocks.shapes, points)
    m2 = shapely.area(blocks.shapes)
    load = np.round(m2, 3) if isinstance(rule, TargetArea) else _loads(place, counted, len(m2))
    return Atoms(blocks, place, load, m2, find_adjacency(blocks.shapes, blocks.area, inputs)), found


def _loads(place: Ints, counted: Ints, count: int) -> Floats:
    held = place >= 0
    return np.bincount(place[held], counted[held], count) / WEIGHT_SCALE


@dataclass(frozen=True)
class _Counts:
    """Grids of each connected piece of free atoms, and the piece of each atom (-1 for a pinned one)."""

    piece: Ints
    grids: Ints
    pinned: Ints


def _counts(atoms: Atoms, inputs: Inputs, rule: Rule, prior: Prior) -> _Counts:
    """Return how many grids each connected piece of an area gets, pinned grids counted in first."""
    area, edges = atoms.blocks.area, atoms.adjacency
    pinned = (
        holder(prior.pins, shapely.point_on_surface(atoms.blocks.shapes))
        if len(prior.pinned)
        else np.full(len(area), -1)
    )
    free = pinned < 0
    usable = free[edges.left] & free[edges.right]
    part = components(len(area), edges.left[usable], edges.right[usable])
    piece = np.full(len(area), -1, dtype=np.int64)
    piece[free] = np.unique(part[free], return_inverse=True)[1]
    total, pieces = len(inputs.areas), int(piece.max(initial=-1)) + 1
    area_of_piece = np.zeros(pieces, dtype=np.int64)
    area_of_piece[piece[free]] = area[free]
    in_pins = np.bincount(prior.area[prior.pinned], minlength=total)
    least = np.bincount(area_of_piece, minlength=total) + in_pins
    most = np.bincount(area[free], minlength=total) + in_pins
    before = np.bincount(prior.area, minlength=total) if len(prior.codes) else None
    wanted = allot(np.bincount(area, atoms.weight, total), least, most, rule, before) - in_pins
    load, size = np.bincount(piece[free], atoms.weight[free], pieces), np.bincount(piece[free], minlength=pieces)
    grids = np.zeros(pieces, dtype=np.int64)
    for number in range(total):
        own = np.flatnonzero(area_of_piece == number)
        if len(own):
            grids[own] = huntington_hill(load[own], np.ones(len(own), dtype=np.int64), size[own], int(wanted[number]))
    return _Counts(piece, grids, pinned)


def _partition_all(atoms: Atoms, counts: _Counts, prior: Prior, seed: int) -> tuple[Ints, Ints]:
    """Return the grid of each atom and the grid in force it lies in."""
    home = prior.home_of(atoms.blocks.shapes, atoms.blocks.area)
    label = counts.pinned.copy()
    following = len(prior.pinned)
    piece_of_edge = np.where(counts.piece[atoms.adjacency.left] == counts.piece[atoms.adjacency.right],
                             counts.piece[atoms.adjacency.left], -1)  # fmt: skip
    members = _rows_by(counts.piece, len(counts.grids))
    edges = _rows_by(piece_of_edge, len(counts.grids))
    for number, count in enumerate(counts.grids):
        own = members[number]
        g = graph_of(own, atoms.adjacency, edges[number], atoms.weight, atoms.m2, int(count))
        if (home[own] >= 0).any():
            found = warm_partition(g, int(count), home[own], seed + number)
        else:
            found = partition(g, int(count), seed + number)
        label[own] = following + found
        following += int(count)
    return label, home


def _rows_by(number: Ints, count: int) -> list[Ints]:
    order = np.argsort(number, kind="stable")
    bounds = np.searchsorted(number[order], np.arange(count + 1))
    return [order[bounds[at] : bounds[at + 1]] for at in range(count)]


def _finish(
    inputs: Inputs, atoms: Atoms, label: Ints, home: Ints, prior: Prior, rule: Rule, found: list[Finding], seed: int
) -> Plan:
    """Return the plan of a labelling: dissolved, coded, measured, proved."""
    shapes = dissolve(atoms.blocks.shapes, label)
    count = len(shapes)
    first = np.unique(label, return_index=True)[1]
    area = atoms.blocks.area[first]
    shapes = _tidy(shapes, area)
    continues = match(label, home, atoms.weight, atoms.m2, count, len(prior.codes))
    codes = _codes(inputs, shapes, area, continues, prior)
    frame = gpd.GeoDataFrame(
        {
            "name": [grid_name(code) for code in codes],
            "area_code": inputs.areas.index.to_numpy()[area],
            "weight": np.bincount(label, atoms.weight, count),
            "area_m2": shapely.area(shapes).round(2),
        },
        geometry=shapes, index=pd.Index(codes, name="grid_code"), crs=inputs.areas.crs,
    )  # fmt: skip
    order = np.argsort(codes, kind="stable")
    grids = frame.iloc[order]
    rank = np.empty(count, dtype=np.int64)
    rank[order] = np.arange(count)
    grid_of = rank[label]
    balance = balance_of(inputs.areas, grids, atoms.adjacency, grid_of, atoms.blocks.area)
    exceptions = _exceptions(grids)
    atom_frame = gpd.GeoDataFrame(
        {
            "area_code": inputs.areas.index.to_numpy()[atoms.blocks.area],
            "grid_code": grids.index.to_numpy()[grid_of],
            "weight": atoms.weight,
        },
        geometry=atoms.blocks.shapes, crs=inputs.areas.crs,
    )  # fmt: skip
    proof = prove(grids, inputs.areas, inputs.buildings, inputs.compounds)
    summary = _summary(grids, balance, exceptions, atoms.adjacency, grid_of) | {"rule": repr(rule), "seed": seed}
    findings = findings_frame(found, inputs.areas.crs)
    return Plan(grids, balance, exceptions, findings, proof, summary, inputs.areas, atom_frame)


def _tidy(shapes: np.ndarray, area: Ints) -> np.ndarray:
    """Return grids without needless vertices, the limits of each area untouched."""
    tidied = shapes.copy()
    for rows in _rows_by(area, int(area.max()) + 1):
        tidied[rows] = shapely.coverage_simplify(shapes[rows], TIDY, simplify_boundary=False)
    return shapely.normalize(tidied)


def _codes(inputs: Inputs, shapes: np.ndarray, area: Ints, continues: Ints, prior: Prior) -> list[str]:
    codes = [""] * len(shapes)
    for number, rows in enumerate(_rows_by(area, len(inputs.areas))):
        code = str(inputs.areas.index[number])
        kept = [prior.codes[continues[row]] if continues[row] >= 0 else None for row in rows]
        for row, given in zip(rows, give_codes(code, shapes[rows], kept, prior.used[code]), strict=True):
            codes[row] = given
    return codes


def _exceptions(grids: gpd.GeoDataFrame) -> pd.DataFrame:
    mean = grids.groupby("area_code")["weight"].transform("mean")
    off = deviation(grids["weight"], mean)
    table = pd.DataFrame({"area_code": grids["area_code"], "weight": grids["weight"], "mean": mean, "deviation": off})
    table = table[off.abs() > 0.10 + 1e-9]
    return table.assign(reason="no better division was found", proved=False)


def _summary(
    grids: gpd.GeoDataFrame, balance: pd.DataFrame, exceptions: pd.DataFrame, adjacency: Adjacency, grid_of: Ints
) -> dict[str, Any]:
    length, road_share = inner_boundary(adjacency, grid_of)
    share = balance["grids"] / balance["grids"].sum()
    return {
        "areas": len(balance),
        "grids": len(grids),
        "weight": float(grids["weight"].sum()),
        "mean": float(grids["weight"].mean()),
        "within_10": float((balance["within_10"] * share).sum()),
        "within_5": float((balance["within_5"] * share).sum()),
        "exceptions": len(exceptions),
        "extra_pieces": int(balance["extra_pieces"].sum()),
        "boundary_m": length,
        "road_share": road_share,
        "compactness": float((balance["compactness"] * share).sum()),
    }
