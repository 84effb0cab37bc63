"""Lineage: which new grids continue which old ones, and statistics carried over from one set to another."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridsys.domain.areacode import MAX_SEQUENCE, grid_code, sequence_of
from gridsys.errors import DivisionError, InputError
from gridsys.spatial.crs import require_projected
from gridsys.spatial.topology import holder

LEAST_AREA: Final = 0.5
"""Square metres: a smaller overlap of an old and a new grid is an artefact of drawing, not a succession."""
LINEAGE_COLUMNS: Final = ("predecessor", "successor", "weight", "area_m2", "weight_share", "area_share", "change")


def lineage(
    old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame | None = None, weight: str = "households"
) -> pd.DataFrame:
    """Return which old grid went into which new one, with shares by weight and by area.

    Parameters
    ----------
    old, new
        Grids before and after, index ``grid_code``, polygons, one projected CRS.
    buildings
        Weighted objects, each counted by its representative point; None to go by area alone.
    weight
        Weight column of ``buildings``.

    Returns
    -------
    pandas.DataFrame
        Index counts from 0, ordered by predecessor and successor. Columns ``predecessor``, ``successor`` (grid codes;
        missing where ground came from or went to no grid), ``weight``, ``area_m2`` of what they have in common,
        ``weight_share`` and ``area_share`` (0–1, of the predecessor; they sum to 1 for each; where a predecessor has no
        weight the weight share is the area share) and ``change``: ``kept`` (same code), ``moved`` (to or from a
        grid whose code goes on), ``split``, ``merged``, ``redrawn``, ``closed`` (into no grid) or
        ``opened`` (from no grid).

    Raises
    ------
    DatumError
        GS203 when a frame is not in a projected CGCS2000 CRS.
    InputError
        GS102 without the weight column, GS104 when a grid code stands twice.

    Examples
    --------
    >>> def grids(codes, boxes):
    ...     return gpd.GeoDataFrame({"geometry": boxes}, index=codes, crs="EPSG:4548")
    >>> old = grids(["110101001001001"], [shapely.box(0, 0, 4, 1)])
    >>> new = grids(["110101001001002", "110101001001003"], [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 4, 1)])
    >>> lineage(old, new)[["successor", "area_share", "change"]].to_dict("records")
    [{'successor': '110101001001002', 'area_share': 0.25, 'change': 'split'},
     {'successor': '110101001001003', 'area_share': 0.75, 'change': 'split'}]
    """
    for frame, role in ((old, "old grids"), (new, "new grids")):
        require_projected(frame, role)
        if frame.index.has_duplicates:
            twice = ", ".join(map(str, frame.index[frame.index.duplicated()][:20]))
            raise InputError("GS104", f"{role} have codes that stand twice", where=twice, fix="give each grid one row")
    pairs = _common_ground(old, new)
    pairs = pairs.merge(_common_weight(old, new, buildings, weight), how="outer", on=["predecessor", "successor"])
    pairs = pairs.fillna({"area_m2": 0.0, "weight": 0.0})
    pairs = pairs.sort_values(["predecessor", "successor"], na_position="last", ignore_index=True)
    pairs["area_share"] = _share(pairs, "area_m2")
    pairs["weight_share"] = _share(pairs, "weight").fillna(pairs["area_share"])
    pairs["change"] = _changes(pairs)
    return pairs[list(LINEAGE_COLUMNS)]


def restate(statistic: pd.Series, succession: pd.DataFrame, *, by: str = "weight") -> pd.Series:
    """Return a statistic of the old grids, a count or sum, restated on the new ones; totals are kept.

    Parameters
    ----------
    statistic
        Numbers by ``grid_code`` of the old grids; additive (households, cases), not rates.
    succession
        What :func:`lineage` returned for the two sets.
    by
        ``"weight"`` or ``"area"``: the share to distribute by.

    Returns
    -------
    pandas.Series
        By ``grid_code`` of the new grids. What belongs to no new grid stands under the missing code, so that the total
        is the statistic's own.

    Raises
    ------
    InputError
        GS103 for another ``by`` or a value that is missing, GS504 when the statistic has grids the lineage lacks.

    Examples
    --------
    >>> succession = pd.DataFrame({"predecessor": ["a", "a"], "successor": ["b", "c"], "weight_share": [0.25, 0.75]})
    >>> restate(pd.Series({"a": 8.0}), succession).to_dict()
    {'b': 2.0, 'c': 6.0}
    """
    if by not in {"weight", "area"}:
        raise InputError("GS103", f"{by!r} is no share to distribute by", where="by", fix="use 'weight' or 'area'")
    if statistic.isna().any():
        missing = ", ".join(map(str, statistic.index[statistic.isna()][:20]))
        raise InputError("GS103", "the statistic has missing values", where=missing, fix="give a number for every grid")
    unknown = statistic.index.difference(pd.Index(succession["predecessor"].dropna()))
    if len(unknown):
        raise InputError(
            "GS103", f"{len(unknown)} grids of the statistic are not in the lineage",
            where=", ".join(map(str, unknown[:20])), fix="use the lineage from the set of grids the statistic is about",
        )  # fmt: skip
    rows = succession[succession["predecessor"].isin(statistic.index)]
    parts = rows["predecessor"].map(statistic).astype(float) * rows[f"{by}_share"]
    result: pd.Series = parts.groupby(rows["successor"], dropna=False).sum()
    result.name = statistic.name
    return result


def split_grid(
    grids: gpd.GeoDataFrame, code: str, line: shapely.LineString, used: set[str] | None = None
) -> gpd.GeoDataFrame:
    """Return grids with one of them split along a line into two, which get codes never used before.

    Parameters
    ----------
    grids
        Index ``grid_code``; ``name``, ``area_code``, ``geometry``; a ``weight`` becomes missing in the new grids.
    code
        The grid to split.
    line
        A line that crosses it once.
    used
        Further codes that were once in force, never to be given again.

    Raises
    ------
    DivisionError
        GS302 when the grid does not exist, or the line does not cut it into exactly two pieces.

    Examples
    --------
    >>> one = gpd.GeoDataFrame({"name": ["第1网格"], "area_code": ["110101001001"]}, index=["110101001001001"],
    ...     geometry=[shapely.box(0, 0, 2, 1)], crs="EPSG:4548")
    >>> split_grid(one, "110101001001001", shapely.LineString([(1, -1), (1, 2)])).index.tolist()
    ['110101001001002', '110101001001003']
    """
    _require(grids, [code])
    noded = shapely.union_all([shapely.boundary(grids.geometry[code]), line], grid_size=0.01)
    pieces = shapely.get_parts(shapely.polygonize([noded]))
    inside = holder(np.array([grids.geometry[code]]), shapely.point_on_surface(pieces)) == 0
    pieces = pieces[inside]
    if len(pieces) != 2:  # noqa: PLR2004 - two is what a split makes
        raise DivisionError(
            "GS302", f"the line cuts grid {code} into {len(pieces)} pieces", where=code,
            fix="draw one line that enters and leaves the grid once",
        )  # fmt: skip
    order = np.lexsort((-shapely.bounds(pieces)[:, 1], shapely.bounds(pieces)[:, 0]))
    return _replaced(grids, [code], list(pieces[order]), used or set())


def merge_grids(grids: gpd.GeoDataFrame, codes: list[str], used: set[str] | None = None) -> gpd.GeoDataFrame:
    """Return grids with some of them, which touch and lie in one area, merged into one with a new code.

    Splitting a grid and merging the halves gives back its shape.

    Parameters
    ----------
    grids
        As for :func:`split_grid`; a ``weight`` is summed.
    codes
        Two or more grids.
    used
        Further codes that were once in force, never to be given again.

    Raises
    ------
    DivisionError
        GS302 when a grid does not exist, the grids lie in several areas, or do not form one piece.

    Examples
    --------
    >>> codes = ["110101001001001", "110101001001002"]
    >>> two = gpd.GeoDataFrame({"name": ["第1网格", "第2网格"], "area_code": codes[0][:12], "weight": [3.0, 4.0]},
    ...     index=codes, geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)], crs="EPSG:4548")
    >>> merge_grids(two, codes)[["name", "weight"]].to_dict("index")
    {'110101001001003': {'name': '第3网格', 'weight': 7.0}}
    """
    _require(grids, codes)
    chosen = grids.loc[codes]
    if (chosen["area_code"] != chosen["area_code"].iloc[0]).any():
        raise DivisionError("GS302", "grids of several areas cannot be merged", where=", ".join(codes),
                            fix="merge grids of one community only")  # fmt: skip
    merged = shapely.union_all(chosen.geometry.to_numpy(), grid_size=0.01)
    if merged.geom_type != "Polygon":
        raise DivisionError("GS302", "the grids do not touch along a line", where=", ".join(codes),
                            fix="merge grids that share a boundary")  # fmt: skip
    result = _replaced(grids, codes, [merged], used or set())
    if "weight" in grids.columns:
        result.loc[result.index[-1], "weight"] = chosen["weight"].sum()
    return result


def _require(grids: gpd.GeoDataFrame, codes: list[str]) -> None:
    require_projected(grids, "grids")
    missing = [code for code in codes if code not in grids.index]
    if missing:
        raise DivisionError("GS302", "grids that do not exist", where=", ".join(missing), fix="give codes in force")


def _replaced(
    grids: gpd.GeoDataFrame, codes: list[str], shapes: list[shapely.Geometry], used: set[str]
) -> gpd.GeoDataFrame:
    """Return grids without ``codes`` and, at the end, with new ones for the shapes."""
    area = str(grids.loc[codes[0], "area_code"])
    known = {code for code in (*grids.index, *used) if code.startswith(grid_code(area, 1)[:12])}
    last = max(sequence_of(code) for code in known)
    if last + len(shapes) > MAX_SEQUENCE:
        raise DivisionError("GS302", f"area {area} has no grid codes left", where=area, fix="renumber the community")
    new = [grid_code(area, last + step) for step in range(1, len(shapes) + 1)]
    rows = gpd.GeoDataFrame(
        {"name": [f"第{sequence_of(code)}网格" for code in new], "area_code": area, "geometry": shapes},
        index=new, crs=grids.crs,
    )  # fmt: skip
    if "area_m2" in grids.columns:
        rows["area_m2"] = rows.geometry.area.round(2)
    result = pd.concat([grids.drop(index=codes), rows.reindex(columns=grids.columns)])
    result.index.name = grids.index.name
    return gpd.GeoDataFrame(result, geometry="geometry", crs=grids.crs)


def _common_ground(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the area of each old grid in each new one, and what of either lies in none of the others."""
    before, after = old.geometry.to_numpy(), new.geometry.to_numpy()
    at, into = shapely.STRtree(after).query(before, predicate="intersects")
    same = shapely.equals_identical(before[at], after[into])
    common = np.where(same, shapely.area(before[at]), 0.0)
    common[~same] = shapely.area(shapely.intersection(before[at[~same]], after[into[~same]]))
    left = shapely.area(before) - np.bincount(at, common, len(before))
    gained = shapely.area(after) - np.bincount(into, common, len(after))
    gone, come = np.flatnonzero(left > LEAST_AREA), np.flatnonzero(gained > LEAST_AREA)
    kept = common > LEAST_AREA
    nowhere = [None] * len(gone), [None] * len(come)
    return pd.DataFrame({
        "predecessor": pd.array([*old.index[at[kept]], *old.index[gone], *nowhere[1]], dtype="str"),
        "successor": pd.array([*new.index[into[kept]], *nowhere[0], *new.index[come]], dtype="str"),
        "area_m2": [*common[kept], *left[gone], *gained[come]],
    })  # fmt: skip


def _common_weight(
    old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame | None, weight: str
) -> pd.DataFrame:
    if buildings is None:
        empty = pd.array([], dtype="str")
        return pd.DataFrame({"predecessor": empty, "successor": empty, "weight": np.array([], dtype=float)})
    require_projected(buildings, "buildings")
    if weight not in buildings.columns:
        raise InputError("GS102", f"buildings lack the column {weight}", where="buildings", fix="name another column")
    points = shapely.point_on_surface(buildings.geometry.to_numpy())
    sides = []
    for grids in (old, new):
        number = holder(grids.geometry.to_numpy(), points)
        codes = np.array([*grids.index, None], dtype=object)
        sides.append(pd.array(codes[number], dtype="str"))
    table = pd.DataFrame({"predecessor": sides[0], "successor": sides[1], "weight": buildings[weight].to_numpy(float)})
    table = table[table["predecessor"].notna() | table["successor"].notna()]
    sums = table.groupby(["predecessor", "successor"], dropna=False)["weight"].sum()
    return sums.reset_index()


def _share(pairs: pd.DataFrame, column: str) -> pd.Series:
    """Return each row's share of its predecessor's total, missing where that is 0 or there is no predecessor."""
    total = pairs.groupby("predecessor", dropna=True)[column].transform("sum")
    return pairs[column] / total.where(total > 0)


def _changes(pairs: pd.DataFrame) -> pd.Series:
    known = pairs["predecessor"].notna() & pairs["successor"].notna()
    outs = pairs[known].groupby("predecessor")["successor"].nunique()
    ins = pairs[known].groupby("successor")["predecessor"].nunique()
    lasting = set(pairs["predecessor"].dropna()) & set(pairs["successor"].dropna())

    def change(row: pd.Series) -> str:
        if pd.isna(row["predecessor"]):
            return "opened"
        if pd.isna(row["successor"]):
            return "closed"
        if row["predecessor"] == row["successor"]:
            return "kept"
        if row["predecessor"] in lasting or row["successor"] in lasting:
            return "moved"
        several = outs[row["predecessor"]] > 1, ins[row["successor"]] > 1
        return {(True, False): "split", (False, True): "merged"}.get(several, "redrawn")

    return pairs.apply(change, axis=1).astype("str") if len(pairs) else pd.Series(dtype="str")
