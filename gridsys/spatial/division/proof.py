"""Proof: finished grids tested against what they were to be, independently of how they were made."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridsys.errors import DivisionError
from gridsys.spatial.division.blocks import cut_by
from gridsys.spatial.division.gluing import Flags, dissolve
from gridsys.spatial.topology import LATTICE, Ints, Shapes, shared_edges

CHECKS: Final = {
    "grids-valid": "every grid is a valid polygon",
    "single-pieces": "every grid is one piece",
    "coverage-valid": "grids meet edge to edge",
    "no-overlap": "no place lies in two grids",
    "no-gap": "the grids of an area fill it",
    "nested": "no grid reaches outside its area",
    "codes-nested": "every grid's code begins with its area's code, and stands once",
    "no-building-cut": "no grid boundary inside an area cuts a building",
    "no-compound-cut": "no grid boundary inside an area cuts a compound",
}
"""Names of the checks of :func:`prove` and what they state."""


def prove(
    grids: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame | None = None,
    compounds: gpd.GeoDataFrame | None = None,
) -> pd.DataFrame:
    """Return the checks of a finished division, each with what it found.

    Lines are compared to within the lattice of one centimetre. A building or compound that an *area's* limit cuts is
    not a fault of the grids and not counted here.

    Parameters
    ----------
    grids
        Index ``grid_code``, column ``area_code``, polygons, projected CRS.
    areas
        The divided areas, index ``code``, fitted to one another.
    buildings, compounds
        What may not be cut; polygons (points cannot be cut).

    Returns
    -------
    pandas.DataFrame
        Index ``check``; columns ``passed`` (bool), ``faults`` (count), ``statement`` and ``where`` (ids at fault).

    Examples
    --------
    >>> area = gpd.GeoDataFrame({"name": ["甲"]}, index=["110101001001"], geometry=[shapely.box(0, 0, 2, 1)], crs=4548)
    >>> halves = gpd.GeoDataFrame({"area_code": ["110101001001"] * 2}, crs=4548,
    ...     index=["110101001001001", "110101001001002"], geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
    >>> prove(halves, area)["passed"].all()
    np.True_
    """
    shapes, codes = grids.geometry.to_numpy(), grids.index.astype(str)
    at = areas.index.get_indexer(grids["area_code"])
    held = at >= 0
    unions = np.full(len(areas), shapely.Polygon(), dtype=object)
    valid = shapely.is_valid(shapes) & ~shapely.is_empty(shapes)
    meets = shapely.is_empty(shapely.coverage_invalid_edges(shapes))
    if held.any():
        present, group = np.unique(at[held], return_inverse=True)
        unions[present] = dissolve(shapes[held], group) if (meets & valid).all() else _plain_unions(shapes[held], group)
    limits = areas.geometry.to_numpy()
    uneven = np.flatnonzero(_eroded(shapely.symmetric_difference(limits, unions)))
    gaps = uneven[_eroded(shapely.difference(limits[uneven], unions[uneven]))]
    astray = ~held
    suspect = np.flatnonzero(np.isin(at, uneven) & held)
    astray[suspect] = _eroded(shapely.difference(shapely.make_valid(shapes[suspect]), limits[at[suspect]]))
    prefix = np.array([code.startswith(area) for code, area in zip(codes, grids["area_code"], strict=True)], dtype=bool)
    lines = _inner_lines(shapes, at)
    faults = {
        "grids-valid": codes[~valid],
        "single-pieces": codes[shapely.get_num_geometries(shapes) != 1],
        "coverage-valid": codes[~meets],
        "no-overlap": codes[_overlapping(shapes, meets)],
        "no-gap": areas.index[gaps],
        "nested": codes[astray],
        "codes-nested": codes[~prefix | codes.duplicated()],
        "no-building-cut": _cut(buildings, lines, limits),
        "no-compound-cut": _cut(compounds, lines, limits),
    }
    rows = [(not len(ids), len(ids), CHECKS[name], ", ".join(map(str, ids[:20]))) for name, ids in faults.items()]
    return pd.DataFrame(
        rows, index=pd.Index(list(faults), name="check"), columns=["passed", "faults", "statement", "where"]
    )


def require_proved(proof: pd.DataFrame) -> None:
    """Raise unless every check passed.

    Raises
    ------
    DivisionError
        GS303 naming the checks that failed and where.
    """
    failed = proof[~proof["passed"]]
    if len(failed):
        raise DivisionError(
            "GS303", "the finished grids failed the proof of coverage",
            where="; ".join(f"{name}: {row['faults']} ({row['where']})" for name, row in failed.iterrows()),
            fix="report this with the input that caused it; nothing was changed",
        )  # fmt: skip


def _eroded(shapes: Shapes) -> Flags:
    """Return which shapes are wider than the lattice's own rounding."""
    wide = np.zeros(len(shapes), dtype=bool)
    found = np.flatnonzero(~shapely.is_empty(shapes))
    wide[found] = ~shapely.is_empty(shapely.buffer(shapes[found], -LATTICE))
    return wide


def _plain_unions(shapes: Shapes, group: Ints) -> Shapes:
    mended = shapely.make_valid(shapes)
    return np.array([shapely.union_all(mended[group == number]) for number in range(group.max() + 1)], dtype=object)


def _overlapping(shapes: Shapes, meets: Flags) -> Flags:
    """Return which shapes share interior with another; a valid coverage has none."""
    overlapping = np.zeros(len(shapes), dtype=bool)
    if meets.all():
        return overlapping
    first, second = shapely.STRtree(shapely.make_valid(shapes)).query(
        shapely.buffer(shapes, -LATTICE), predicate="intersects"
    )
    overlapping[first[first != second]] = True
    return overlapping


def _inner_lines(shapes: Shapes, area: Ints) -> Shapes:
    """Return the segments between grids of the same area."""
    edges = shared_edges(shapes)
    inner = area[edges.left] == area[edges.right]
    return np.asarray(shapely.linestrings(np.stack([edges.start[inner], edges.end[inner]], axis=1)))


def _cut(frame: gpd.GeoDataFrame | None, lines: Shapes, limits: Shapes) -> pd.Index:
    """Return the keys of shapes that an inner line cuts, those an area's limit cuts left out."""
    if frame is None or not len(frame) or not len(lines):
        return pd.Index([])
    shapes = frame.geometry.to_numpy()
    cut: pd.Index = frame.index[np.setdiff1d(cut_by(shapes, lines), cut_by(shapes, shapely.boundary(limits)))]
    return cut
