"""The building register: floors, households and addresses of buildings, and the compound frame."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gridsys.sample.frames import layer, numbered, text
from gridsys.sample.layout import Layout
from gridsys.sample.names import compound_name

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

HOME_KINDS: Final = ("courtyard", "slab", "tower")
_HOME_M2: Final = {"courtyard": 42.0, "slab": 74.0, "tower": 82.0}
_FLOORS: Final = {"courtyard": (1, 2), "slab": (4, 7), "tower": (10, 30)}
_OTHER_FLOORS: Final = {"office": (4, 20), "shop": (1, 3), "public": (1, 6)}
_USABLE: Final = 0.85
_LARGEST_COMPOUND: Final = 300
"""Households behind one wall; a larger estate is open, since a compound heavier than a grid could not be divided."""
_VACANCY: Final = 0.07
_LEAST_HOME_M2: Final = {"courtyard": 16.0, "slab": 42.0, "tower": 45.0}
_MOST_HOMES: Final = {"courtyard": 14.0, "slab": 126.0, "tower": 280.0}
_FEWEST_HOMES: Final = {"courtyard": 0, "slab": 8, "tower": 20}


@dataclass(frozen=True, slots=True)
class Stock:
    """Frames of kinds ``building`` and ``compound``; the homes (lived in and vacant) of each building."""

    buildings: gpd.GeoDataFrame
    compounds: gpd.GeoDataFrame
    homes: Ints


def _rate(room: Floats, community: Ints, wanted: Floats) -> Floats:
    """Return by how much each community's floor space must be scaled to hold its households."""
    total = np.bincount(community, room, wanted.size)
    return np.divide(wanted, total, out=np.zeros(wanted.size), where=total > 0)


def _within_reach(wanted: Ints, capacity: Floats) -> Floats:
    """Move households that a community has no homes for to those that have room."""
    reach = 0.95 * capacity
    held = np.minimum(wanted, reach)
    slack = reach - held
    over = wanted.sum() - held.sum()
    return held + slack * min(1.0, over / slack.sum()) if over > 0 and slack.sum() > 0 else held


def _without_walls(layout: Layout, open_estate: npt.NDArray[np.bool_]) -> Layout:
    """Take the walls of some compounds away; their buildings stand alone."""
    number = np.append(np.where(open_estate, -1, np.cumsum(~open_estate) - 1), -1)
    return replace(
        layout,
        compound=number[layout.compound],
        compound_shapes=layout.compound_shapes[~open_estate],
        compound_kinds=layout.compound_kinds[~open_estate],
    )


def _spread(
    kinds: npt.NDArray[np.str_], footprint: Floats, community: Ints, wanted: Ints, rng: np.random.Generator
) -> Ints:
    """Share the households of each community among its homes' floor space, rounding so that the total is met."""
    size = np.array([_HOME_M2.get(kind, np.inf) for kind in kinds])
    high = np.array([_FLOORS.get(kind, (0, 0))[1] for kind in kinds])
    usual = high * np.where(kinds == "tower", 0.6, 0.9)
    room = footprint * _USABLE * usual / size * rng.lognormal(0, 0.25, kinds.size)
    room[rng.random(kinds.size) < 0.06] *= 0.1  # noqa: PLR2004 - a few stand nearly empty
    least = np.array([_LEAST_HOME_M2.get(kind, np.inf) for kind in kinds])
    most = np.minimum([_MOST_HOMES.get(kind, 0.0) for kind in kinds], footprint * _USABLE * high / least)
    held = _within_reach(wanted, np.bincount(community, most, wanted.size).astype(float))
    for _ in range(6):
        room = np.minimum(room * _rate(room, community, held)[community], most)
    order = np.argsort(community, kind="stable")
    running = np.cumsum((room * _rate(room, community, held)[community])[order])
    rounded = np.round(running).astype(np.int64)
    households = np.empty(kinds.size, dtype=np.int64)
    households[order] = np.diff(rounded, prepend=0)
    return households


def _floors(kinds: npt.NDArray[np.str_], footprint: Floats, homes: Ints, rng: np.random.Generator) -> Ints:
    """Return as many floors as the homes need, within what the kind of building allows."""
    floors = np.ones(kinds.size, dtype=np.int64)
    for kind, (low, high) in _FLOORS.items():
        own = kinds == kind
        need = np.ceil(homes[own] * _HOME_M2[kind] / (footprint[own] * _USABLE)).astype(np.int64)
        floors[own] = np.clip(need, low, high)
    for kind, (low, high) in _OTHER_FLOORS.items():
        own = kinds == kind
        floors[own] = rng.integers(low, high + 1, int(own.sum()))
    return floors


def make_stock(
    layout: Layout,
    *,
    roads: gpd.GeoDataFrame,
    communities: gpd.GeoDataFrame,
    streets: pd.DataFrame,
    wanted: Ints,
    rng: np.random.Generator,
) -> Stock:
    """Return the register of buildings and compounds.

    Parameters
    ----------
    layout
        Outlines and walls.
    roads
        Frame of kind ``road``; addresses run along the nearest.
    communities
        Frame of kind ``area``, in the order the layout numbers them.
    streets
        Street names by code.
    wanted
        Households of each community.
    """
    footprint = shapely.area(layout.shapes)
    households = _spread(layout.kinds, footprint, layout.community, wanted, rng)
    layout = _without_walls(layout, np.bincount(layout.compound + 1, households)[1:] > _LARGEST_COMPOUND)
    homes = np.maximum(
        households + rng.binomial(np.maximum(households, 3), _VACANCY),
        [_FEWEST_HOMES.get(kind, 0) for kind in layout.kinds],
    )
    homes[~np.isin(layout.kinds, HOME_KINDS)] = 0
    count = layout.shapes.size
    compound_ids = np.array([*numbered("C", layout.compound_shapes.size, 5, "compound"), None], dtype=object)
    street_names = communities.index.str[:9].map(streets["name"]).to_numpy()
    address, gate = _addresses(layout, roads, street_names, communities)
    data = {
        "address": text(address),
        "kind": text(layout.kinds),
        "floors": _floors(layout.kinds, footprint, homes, rng),
        "compound_id": text(compound_ids[layout.compound]),  # -1 takes the None at the end
        "households": households,
    }
    buildings = layer(data, layout.shapes, numbered("B", count, 6, "building"))
    names = [
        gate[i] if kind == "courtyard" else compound_name(str(kind), rng)
        for i, kind in enumerate(layout.compound_kinds)
    ]
    columns = {"name": text(names), "kind": text(layout.compound_kinds)}
    compounds = layer(columns, layout.compound_shapes, numbered("C", layout.compound_shapes.size, 5, "compound"))
    return Stock(buildings, compounds, homes)


def _addresses(
    layout: Layout, roads: gpd.GeoDataFrame, street_names: npt.NDArray[np.object_], communities: gpd.GeoDataFrame
) -> tuple[list[str], list[str]]:
    """Give door numbers along the nearest road; buildings in a compound share its door, with numbers inside it."""
    inside = layout.compound >= 0
    doors = np.concatenate([layout.compound_shapes, layout.shapes[~inside]])
    points = shapely.centroid(doors)
    community = shapely.STRtree(communities.geometry.to_numpy()).nearest(points)
    lines = roads.geometry.to_numpy()
    road = shapely.STRtree(lines).nearest(points)
    along = shapely.line_locate_point(lines[road], points)
    rank = pd.DataFrame({"road": road, "along": along}).sort_values(["road", "along"]).groupby("road").cumcount()
    number = rank.sort_index().to_numpy() + 1
    road_names = roads["name"].to_numpy()
    gate = [f"{street_names[c]}{road_names[r]}{n}号" for c, r, n in zip(community, road, number, strict=True)]
    walled = layout.compound_shapes.size
    address = np.empty(layout.shapes.size, dtype=object)
    address[~inside] = gate[walled:]
    within = pd.Series(layout.compound[inside]).groupby(layout.compound[inside]).cumcount().to_numpy() + 1
    address[inside] = [f"{gate[c]}院{n}号楼" for c, n in zip(layout.compound[inside], within, strict=True)]
    return list(address), [f"{door}院" for door in gate[:walled]]
