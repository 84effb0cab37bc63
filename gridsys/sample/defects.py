"""Planted faults: a stated small number of records that must fail to link, each for one known reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import affinity

from gridsys.domain.linkage import LinkFailure

COUNTS: Final[dict[LinkFailure, tuple[int, int]]] = {
    LinkFailure.NO_HOUSEHOLD_GIVEN: (9, 60),
    LinkFailure.HOUSEHOLD_UNKNOWN: (6, 40),
    LinkFailure.NO_ROOM_GIVEN: (5, 40),
    LinkFailure.ROOM_UNKNOWN: (4, 30),
    LinkFailure.NO_BUILDING_GIVEN: (4, 25),
    LinkFailure.BUILDING_UNKNOWN: (3, 20),
    LinkFailure.BUILDING_WITHOUT_POSITION: (2, 6),
    LinkFailure.BUILDING_OUTSIDE_GRIDS: (2, 6),
}
"""How many records are spoilt at street and at district scale; for the last two, how many buildings."""
_AWAY_M: Final = 3_000.0
_FEW_ROOMS: Final = 6


@dataclass(frozen=True, slots=True)
class Spoilt:
    """The frames with the faults in them, and the list of the faults."""

    buildings: gpd.GeoDataFrame
    rooms: pd.DataFrame
    households: pd.DataFrame
    persons: pd.DataFrame
    planted: pd.DataFrame


def plant(
    buildings: gpd.GeoDataFrame,
    rooms: pd.DataFrame,
    households: pd.DataFrame,
    persons: pd.DataFrame,
    *,
    large: bool,
    rng: np.random.Generator,
) -> Spoilt:
    """Spoil some records and list every one that must now fail to link.

    A building that cannot be placed is listed through all its rooms, since the room is what is placed in a grid.

    Parameters
    ----------
    buildings, rooms, households, persons
        Sound frames of those kinds.
    large
        Take the counts of the district scale.
    """
    count = {reason: pair[large] for reason, pair in COUNTS.items()}
    listed: list[tuple[str, str, str]] = []

    def note(table: str, ids: pd.Index, reason: LinkFailure) -> None:
        listed.extend((table, key, reason.value) for key in ids)

    def spoil(
        frame: pd.DataFrame, column: str, *, reasons: tuple[LinkFailure, LinkFailure], prefix: str, pool: pd.Index
    ) -> pd.DataFrame:
        blank, unknown = reasons
        chosen = pool[np.sort(rng.choice(len(pool), count[blank] + count[unknown], replace=False))]
        mixed = chosen[rng.permutation(len(chosen))]
        empty, wrong = mixed[: count[blank]].sort_values(), mixed[count[blank] :].sort_values()
        spoilt = frame.copy()
        spoilt.loc[empty, column] = None
        spoilt.loc[wrong, column] = [f"{prefix}9{n:08d}" for n in range(1, len(wrong) + 1)]
        table = str(frame.index.name).removesuffix("_id")
        note(table, empty, blank)
        note(table, wrong, unknown)
        return spoilt

    persons = spoil(
        persons,
        "household_id",
        reasons=(LinkFailure.NO_HOUSEHOLD_GIVEN, LinkFailure.HOUSEHOLD_UNKNOWN),
        prefix="H",
        pool=persons.index[persons["relation"] != "head"],
    )
    households = spoil(
        households,
        "room_id",
        reasons=(LinkFailure.NO_ROOM_GIVEN, LinkFailure.ROOM_UNKNOWN),
        prefix="B",
        pool=households.index,
    )
    few = rooms["building_id"].value_counts()
    small = few.index[few <= _FEW_ROOMS].sort_values()
    blind, away = LinkFailure.BUILDING_WITHOUT_POSITION, LinkFailure.BUILDING_OUTSIDE_GRIDS
    drawn = small[rng.choice(len(small), count[blind] + count[away], replace=False)]
    lost, moved = drawn[: count[blind]], drawn[count[blind] :]
    held = rooms["building_id"].isin(drawn)
    for reason, group in ((blind, lost), (away, moved)):
        note("room", rooms.index[rooms["building_id"].isin(group)], reason)
    rooms = spoil(
        rooms,
        "building_id",
        reasons=(LinkFailure.NO_BUILDING_GIVEN, LinkFailure.BUILDING_UNKNOWN),
        prefix="B",
        pool=rooms.index[~held],
    )
    buildings = _displace(buildings, lost, moved)
    planted = pd.DataFrame(listed, columns=["table", "id", "reason"]).astype("str")
    return Spoilt(buildings, rooms, households, persons, planted)


def _displace(buildings: gpd.GeoDataFrame, lost: pd.Index, moved: pd.Index) -> gpd.GeoDataFrame:
    """Take the position of some buildings, and move others beyond the eastern limit."""
    east = buildings.total_bounds[2]
    shapes = buildings.geometry.copy()
    for key in moved:
        shapes[key] = affinity.translate(shapes[key], east + _AWAY_M - shapes[key].bounds[0])
    shapes[lost] = None
    return buildings.set_geometry(shapes)
