"""Atoms: the pieces grids are built of, with their weight, place of every building, and who touches whom."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import geopandas as gpd
import numpy as np
import shapely

from gridsys.domain.finding import Finding, Severity
from gridsys.spatial.division.adjacency import Adjacency, find_adjacency
from gridsys.spatial.division.allotment import allot
from gridsys.spatial.division.blocks import Blocks, cut_by, make_blocks
from gridsys.spatial.division.gluing import Flags
from gridsys.spatial.division.inputs import WEIGHT_SCALE, Inputs, mended
from gridsys.spatial.division.limits import fit_areas
from gridsys.spatial.division.rule import Rule, TargetArea
from gridsys.spatial.division.splitting import split_blocks
from gridsys.spatial.topology import Floats, Ints, Shapes, holder, sums

SPLIT_ABOVE: Final = (0.25, 0.12, 0.06)
"""Shares of a mean grid's weight above which a block is split between its buildings: the first that gives an area
enough atoms to choose from, else the last."""
ENOUGH: Final = 12
"""Atoms a grid."""


@dataclass(frozen=True)
class Atoms:
    """Blocks after splitting: weight and m² of each, the atom of each building (-1 for none), who touches whom.

    ``areas`` are the areas as fitted to one another, ``findings`` what was found on the way.
    """

    areas: gpd.GeoDataFrame
    blocks: Blocks
    place: Ints
    weight: Floats
    m2: Floats
    adjacency: Adjacency
    findings: list[Finding]


def make_atoms(inputs: Inputs, rule: Rule, prior: Shapes, pins: Shapes) -> Atoms:
    """Return the atoms of all areas; the outlines of grids in force are lines like roads.

    Parameters
    ----------
    inputs
        Checked inputs.
    rule
        Tells how heavy a block may be.
    prior, pins
        Outlines of all grids in force, and of those that must stay.
    """
    fitted = fit_areas(inputs.areas)
    whole = inputs.buildings.set_geometry(mended(inputs.buildings.geometry.to_numpy()), crs=inputs.areas.crs)
    inputs = replace(inputs, areas=fitted.frame, buildings=whole)
    blocks, found = make_blocks(inputs, prior, pins)
    shapes = inputs.buildings.geometry.to_numpy()
    points = shapely.point_on_surface(shapes)
    place = holder(blocks.shapes, points)
    heavy = _heavy(blocks, _weights(blocks, place, inputs, rule), place, len(inputs.areas), rule)
    split = split_blocks(blocks, heavy, shapes, place)
    if split is not blocks:
        blocks, place = split, holder(split.shapes, points)
    return Atoms(
        areas=fitted.frame,
        blocks=blocks,
        place=place,
        weight=_weights(blocks, place, inputs, rule),
        m2=np.asarray(shapely.area(blocks.shapes)),
        adjacency=find_adjacency(blocks.shapes, blocks.area, inputs),
        findings=fitted.findings + found + _outside(inputs.buildings, place),
    )


def reuse_atoms(atoms: Atoms, before: Inputs, inputs: Inputs, rule: Rule) -> Atoms | None:
    """Return the atoms of an earlier plan with new weights, or None when the ground or a building's outline changed.

    Buildings may come, go and change their weight; one that an atom's boundary would cut asks for new atoms.
    """
    if isinstance(rule, TargetArea) or not _same_ground(before, inputs):
        return None
    old, new = before.buildings, inputs.buildings
    at = old.index.get_indexer(new.index)
    known = np.flatnonzero(at >= 0)
    same = np.zeros(len(new), dtype=bool)
    shapes = new.geometry.to_numpy()
    same[known] = shapely.equals_identical(shapes[known], old.geometry.to_numpy()[at[known]])
    changed: Shapes = mended(shapes[~same])
    if len(changed) and len(cut_by(changed, shapely.boundary(atoms.blocks.shapes))):
        return None
    place = np.full(len(new), -1, dtype=np.int64)
    place[same] = atoms.place[at[same]]
    if len(changed):
        place[~same] = holder(atoms.blocks.shapes, np.asarray(shapely.point_on_surface(changed)))
    kept = [finding for finding in atoms.findings if finding.check != "building.outside"]
    weight = _weights(atoms.blocks, place, inputs, rule)
    return replace(atoms, place=place, weight=weight, findings=kept + _outside(new, place))


def _same_ground(before: Inputs, inputs: Inputs) -> bool:
    for role in ("areas", "roads", "barriers", "compounds"):
        old, new = getattr(before, role), getattr(inputs, role)
        if old.crs != new.crs or not old.drop(columns="geometry").equals(new.drop(columns="geometry")):
            return False
        if not shapely.equals_identical(old.geometry.to_numpy(), new.geometry.to_numpy()).all():
            return False
    return True


def _weights(blocks: Blocks, place: Ints, inputs: Inputs, rule: Rule) -> Floats:
    """Return the weight of each block: of its buildings, or its area under a target area."""
    if isinstance(rule, TargetArea):
        return np.asarray(shapely.area(blocks.shapes)).round(3)
    held = place >= 0
    return sums(place[held], inputs.buildings["weight"].to_numpy()[held], len(blocks.shapes)) / WEIGHT_SCALE


def _heavy(blocks: Blocks, weight: Floats, place: Ints, areas: int, rule: Rule) -> Flags:
    """Return which blocks to split, compounds left out."""
    held, one = sums(blocks.area, weight, areas), np.ones(areas, dtype=np.int64)
    none = np.zeros(len(weight), dtype=bool)
    if isinstance(rule, TargetArea) and not rule.split:
        return none
    grids = allot(held, one, np.full(areas, 10**6), rule)
    mean = held / grids
    usable = ~blocks.walled & (grids > 1)[blocks.area]
    more = np.maximum(np.bincount(place[place >= 0], minlength=len(weight)) - 1, 0)
    chosen, wanting = none, np.ones(areas, dtype=bool)
    for share in SPLIT_ABOVE:
        heavy = usable & (weight > share * mean[blocks.area])
        chosen = np.where(wanting[blocks.area], heavy, chosen)
        atoms = np.bincount(blocks.area, minlength=areas) + sums(blocks.area[heavy], more[heavy], areas)
        wanting = wanting & (atoms < ENOUGH * grids)
    return chosen


def _outside(buildings: gpd.GeoDataFrame, place: Ints) -> list[Finding]:
    lost = buildings.index[place < 0]
    if not len(lost):
        return []
    reason = f"{len(lost)} buildings lie in no area and are not counted: " + ", ".join(map(str, lost[:20]))
    fix = "correct their positions, or divide the areas they lie in"
    return [Finding("building.outside", Severity.WARNING, "building", "", reason, fix)]
