"""What a division is given, checked: roles, columns, keys, CRS, geometry and weights."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridsys.domain.areacode import AreaLevel, level_of
from gridsys.domain.finding import Finding, Severity
from gridsys.domain.records import BARRIER_KINDS, ROAD_KINDS
from gridsys.errors import DatumError, InputError
from gridsys.spatial.crs import require_projected
from gridsys.spatial.topology import Shapes

WEIGHT_SCALE = 1000
"""Weights are counted in thousandths, as whole numbers, so that sums do not depend on the order of rows."""


@dataclass(frozen=True)
class Inputs:
    """Checked inputs of one division, each role sorted by its index so that the order of rows means nothing."""

    areas: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    compounds: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    findings: list[Finding]
    """``buildings`` has the columns ``weight`` (thousandths, int64) and ``geometry`` only."""


def check_inputs(
    areas: gpd.GeoDataFrame,
    *,
    roads: gpd.GeoDataFrame | None,
    barriers: gpd.GeoDataFrame | None,
    compounds: gpd.GeoDataFrame | None,
    buildings: gpd.GeoDataFrame | None,
    weight: str,
) -> Inputs:
    """Return the inputs of a division, checked and sorted.

    Raises
    ------
    InputError
        GS102 a column is missing, GS103 a weight or kind is not usable, GS104 a key stands twice, GS105 there is no
        area, GS106 an area code is neither a street's nor a community's, or levels are mixed.
    DatumError
        GS203 when a frame is not in the projected CRS of the areas.
    """
    require_projected(areas, "areas")
    if not len(areas):
        raise InputError("GS105", "there is no area to divide", where="areas", fix="give at least one polygon")
    _require_columns(areas, "areas", ["name"])
    codes = _keyed(areas, "areas")
    levels = {level_of(code) for code in codes.index}
    if len(levels) > 1 or not levels <= {AreaLevel.STREET, AreaLevel.COMMUNITY}:
        raise InputError(
            "GS106",
            "areas to divide must all be streets (9 digits) or all communities (12 digits)",
            where="areas",
            why="found " + ", ".join(sorted(level.value for level in levels)),
            fix="divide one level at a time; bring padded codes to short form with domain.areacode.normalise_code",
        )
    findings: list[Finding] = []
    return Inputs(
        areas=codes[["name", "geometry"]],
        roads=_lines(roads, areas, "roads", ROAD_KINDS),
        barriers=_lines(barriers, areas, "barriers", BARRIER_KINDS),
        compounds=_layer(compounds, areas, "compounds"),
        buildings=_weighted(buildings, areas, weight, findings),
        findings=findings,
    )


def _require_columns(frame: gpd.GeoDataFrame, role: str, columns: list[str]) -> None:
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise InputError(
            "GS102", f"{role} lack the column {', '.join(missing)}", where=role,
            why=f"they have {', '.join(map(str, frame.columns))}", fix="rename or add it",
        )  # fmt: skip


def _keyed(frame: gpd.GeoDataFrame, role: str) -> gpd.GeoDataFrame:
    """Return the frame sorted by its key, refused when a key is missing or stands twice."""
    if frame.index.isna().any() or frame.index.has_duplicates:
        twice = frame.index[frame.index.isna() | frame.index.duplicated()].unique()
        raise InputError(
            "GS104", f"keys of {role} are missing or stand twice", where=", ".join(map(str, twice[:20])),
            fix="give every row its own key as the index",
        )  # fmt: skip
    keyed = frame.set_axis(frame.index.astype(str), axis=0) if role == "areas" else frame
    return keyed.sort_index()


def _layer(frame: gpd.GeoDataFrame | None, areas: gpd.GeoDataFrame, role: str) -> gpd.GeoDataFrame:
    """Return a layer in the areas' CRS, without missing or empty shapes; an empty one for None."""
    if frame is None:
        return gpd.GeoDataFrame({"geometry": []}, geometry="geometry", crs=areas.crs)
    require_projected(frame, role)
    if frame.crs != areas.crs:
        raise DatumError(
            "GS203", f"{role} are in {frame.crs.name}, the areas in {areas.crs.name}", where=role,
            fix="bring all layers to one zone with gridsys.spatial.crs.to_working(frame, datum, crs=areas.crs)",
        )  # fmt: skip
    keyed = _keyed(frame, role)
    return keyed[~(keyed.geometry.isna() | keyed.geometry.is_empty)]


def _lines(
    frame: gpd.GeoDataFrame | None, areas: gpd.GeoDataFrame, role: str, kinds: tuple[str, ...]
) -> gpd.GeoDataFrame:
    layer = _layer(frame, areas, role)
    if frame is None:
        return layer.assign(kind=pd.Series(dtype="str"))
    _require_columns(layer, role, ["kind"])
    strange = sorted(set(layer["kind"].dropna().unique()) - set(kinds)) + ["missing"] * bool(layer["kind"].isna().any())
    if strange:
        raise InputError(
            "GS103", f"kinds of {role} outside their code list", where=f"{role}.kind", why=", ".join(strange),
            fix=f"use {', '.join(kinds)}",
        )  # fmt: skip
    flat = shapely.get_dimensions(layer.geometry.to_numpy()) == 2  # noqa: PLR2004 - polygons have two dimensions
    edges = layer.geometry.to_numpy().copy()
    edges[flat] = shapely.boundary(edges[flat])
    return layer[["kind", "geometry"]].set_geometry(gpd.GeoSeries(edges, index=layer.index, crs=areas.crs))


def _weighted(
    frame: gpd.GeoDataFrame | None, areas: gpd.GeoDataFrame, weight: str, findings: list[Finding]
) -> gpd.GeoDataFrame:
    """Return buildings with whole-number weights."""
    layer = _layer(frame, areas, "buildings")
    if frame is None:
        return layer.assign(weight=pd.Series(dtype=np.int64))
    _require_columns(frame, "buildings", [weight])
    numbers = pd.to_numeric(layer[weight], errors="coerce").astype(float)
    unreadable = numbers.isna() & layer[weight].notna()
    wrong = numbers.index[unreadable | (numbers < 0) | np.isinf(numbers)]
    if len(wrong):
        raise InputError(
            "GS103", f"{len(wrong)} buildings have a weight that is negative or no number", where=f"buildings.{weight}",
            why="rows " + ", ".join(map(str, wrong[:20])), fix="give a number of at least 0, or nothing for none",
        )  # fmt: skip
    if numbers.isna().any():
        reason = f"{int(numbers.isna().sum())} buildings have no {weight}; they count as 0"
        findings.append(Finding("building.weight", Severity.WARNING, "building", "", reason, "fill the column",
                                code="GS103", column=weight))  # fmt: skip
    counted = (numbers.fillna(0) * WEIGHT_SCALE).round().astype(np.int64)
    return gpd.GeoDataFrame({"weight": counted}, geometry=layer.geometry.to_numpy(), index=layer.index, crs=areas.crs)


def mended(shapes: Shapes) -> Shapes:
    """Return shapes with invalid ones made valid."""
    broken = ~shapely.is_valid(shapes)
    if not broken.any():
        return shapes
    result = shapes.copy()
    result[broken] = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
    return np.asarray(result)
