"""A plan of grids: the grids, how well they balance, what was found and what could not be met."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridsys.spatial.division.adjacency import Adjacency
from gridsys.spatial.division.atoms import Atoms
from gridsys.spatial.division.inputs import Inputs
from gridsys.spatial.topology import Ints, sums


@dataclass(frozen=True)
class Basis:
    """What an update starts from: the inputs of a plan and its atoms."""

    inputs: Inputs
    atoms: Atoms


@dataclass(frozen=True)
class Plan:
    """A finished, proved division.

    Attributes
    ----------
    grids
        Index ``grid_code``; ``name``, ``area_code``, ``weight``, ``area_m2``, ``geometry``; ordered by code.
    balance
        Index ``area_code``; ``name``, ``grids``, ``weight``, ``mean``, ``lightest``, ``heaviest``, ``within_10`` and
        ``within_5`` (shares of the area's grids within ±10 % and ±5 % of its mean), ``extra_pieces``, ``road_share``
        (share of the boundary between grids of the area that runs on roads or barriers; 1 when there is none),
        ``compactness`` (mean Polsby–Popper 4πA/P², 0–1).
    exceptions
        Index ``grid_code``: grids outside ±10 % of their area's mean; ``area_code``, ``weight``, ``mean``,
        ``deviation`` (share), ``reason_zh`` and ``reason``, ``proved`` (whether it is shown that no division of the
        blocks does better).
    findings
        Columns of ``domain.finding.FINDING_COLUMNS``.
    proof
        The checks of :func:`gridsys.spatial.division.proof.prove`.
    summary
        The figures of the whole plan, ready for JSON.
    areas
        The divided areas as fitted to one another; the grids fill exactly these.
    atoms
        What grids were built of: ``area_code``, ``grid_code``, ``weight``, ``geometry``.
    basis
        What a later update starts from.
    """

    grids: gpd.GeoDataFrame
    balance: pd.DataFrame
    exceptions: pd.DataFrame
    findings: gpd.GeoDataFrame
    proof: pd.DataFrame
    summary: dict[str, Any]
    areas: gpd.GeoDataFrame
    atoms: gpd.GeoDataFrame
    basis: Basis = field(repr=False)


def balance_of(
    areas: gpd.GeoDataFrame, grids: gpd.GeoDataFrame, adjacency: Adjacency, grid_of: Ints, area_of: Ints
) -> pd.DataFrame:
    """Return the balance of a plan, one row an area (see :class:`Plan`).

    Parameters
    ----------
    areas, grids
        The divided areas and their grids.
    adjacency
        Touching atoms.
    grid_of, area_of
        Number of the grid and of the area of each atom.
    """
    shapes = grids.geometry.to_numpy()
    mean = grids.groupby("area_code")["weight"].transform("mean")
    off = deviation(grids["weight"], mean).abs()
    table = pd.DataFrame({
        "area_code": grids["area_code"],
        "weight": grids["weight"],
        "within_10": off <= 0.10 + 1e-9,
        "within_5": off <= 0.05 + 1e-9,
        "extra_pieces": shapely.get_num_geometries(shapes) - 1,
        "compactness": 4 * math.pi * shapely.area(shapes) / shapely.length(shapes) ** 2,
    })  # fmt: skip
    by_area = table.groupby("area_code")
    cut = grid_of[adjacency.left] != grid_of[adjacency.right]
    own = area_of[adjacency.left][cut]
    total = sums(own, adjacency.length[cut], len(areas))
    on_road = sums(own, adjacency.on_road[cut], len(areas))
    result = pd.DataFrame({
        "name": areas["name"],
        "grids": by_area.size(),
        "weight": by_area["weight"].sum(),
        "mean": by_area["weight"].mean(),
        "lightest": by_area["weight"].min(),
        "heaviest": by_area["weight"].max(),
        "within_10": by_area["within_10"].mean(),
        "within_5": by_area["within_5"].mean(),
        "extra_pieces": by_area["extra_pieces"].sum(),
        "road_share": np.where(total > 0, on_road / np.maximum(total, 1e-9), 1.0),
        "compactness": by_area["compactness"].mean(),
    }, index=areas.index)  # fmt: skip
    result.index.name = "area_code"
    return result


def deviation(weight: pd.Series, mean: pd.Series) -> pd.Series:
    """Return how far weights lie from their mean, as a share of it; 0 where the mean is 0."""
    return (weight / mean.where(mean > 0) - 1).fillna(0.0)


def inner_boundary(adjacency: Adjacency, grid_of: Ints) -> tuple[float, float]:
    """Return the length of boundary between grids of one area, in metres, and the share of it on roads or barriers."""
    cut = grid_of[adjacency.left] != grid_of[adjacency.right]
    length = float(adjacency.length[cut].sum())
    return length, float(adjacency.on_road[cut].sum()) / length if length else 1.0
