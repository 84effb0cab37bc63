"""Pieces: the connected parts of each area that are free to be divided, and how many grids each gets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from gridsys.spatial.division.allotment import allot, huntington_hill
from gridsys.spatial.division.atoms import Atoms
from gridsys.spatial.division.prior import Prior
from gridsys.spatial.division.rule import Rule
from gridsys.spatial.topology import Ints, components, holder, sums


@dataclass(frozen=True)
class Pieces:
    """Connected pieces of free atoms.

    ``of_atom`` is the piece of each atom (-1 for a pinned one), ``pin`` the pinned grid of each atom (-1 for a free
    one), ``grids`` and ``area`` the number of grids and the area of each piece.
    """

    of_atom: Ints
    pin: Ints
    grids: Ints
    area: Ints


def allot_pieces(atoms: Atoms, areas: int, rule: Rule, prior: Prior) -> Pieces:
    """Return the pieces of all areas with their grids: by the rule among areas, then by weight among an area's pieces.

    A pinned grid counts as one; every piece gets at least one grid, because a grid is one piece.

    Raises
    ------
    DivisionError
        GS302 when a fixed count cannot be met.
    """
    area, edges = atoms.blocks.area, atoms.adjacency
    pin = holder(prior.pins, shapely.point_on_surface(atoms.blocks.shapes))
    free = pin < 0
    usable = free[edges.left] & free[edges.right]
    part = components(len(area), edges.left[usable], edges.right[usable])
    of_atom = np.full(len(area), -1, dtype=np.int64)
    of_atom[free] = np.unique(part[free], return_inverse=True)[1]
    count = int(of_atom.max(initial=-1)) + 1
    area_of = np.zeros(count, dtype=np.int64)
    area_of[of_atom[free]] = area[free]
    in_pins = np.bincount(prior.area[prior.pinned], minlength=areas)
    least = np.bincount(area_of, minlength=areas) + in_pins
    most = np.bincount(area[free], minlength=areas) + in_pins
    before = np.bincount(prior.area, minlength=areas) if prior.codes else None
    wanted = allot(sums(area, atoms.weight, areas), least, most, rule, before) - in_pins
    load, size = sums(of_atom[free], atoms.weight[free], count), np.bincount(of_atom[free], minlength=count)
    grids = np.ones(count, dtype=np.int64)
    for number in np.flatnonzero(wanted > 1):
        own = np.flatnonzero(area_of == number)
        grids[own] = huntington_hill(load[own], np.ones(len(own), dtype=np.int64), size[own], int(wanted[number]))
    return Pieces(of_atom, pin, grids, area_of)


def rows_by(number: Ints, count: int) -> list[Ints]:
    """Return the rows of each number 0..count-1, ascending; rows with other numbers are in none."""
    order = np.argsort(number, kind="stable")
    bounds = np.searchsorted(number[order], np.arange(count + 1))
    return [order[bounds[at] : bounds[at + 1]] for at in range(count)]
