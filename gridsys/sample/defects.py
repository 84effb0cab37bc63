"""Planted faults: a stated small number of records that must fail to link, each for one known reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import affinity

from gridsys.domain.linkage import LinkFailure
from gridsys.sample.frames import keys
from gridsys.sample.identity import check_characters
from gridsys.sample.registers import Registers

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


FINDINGS: Final = {
    "chain.registered-household": (3, 20), "chain.registered-room": (2, 12), "chain.second-home": (2, 12),
    "chain.organisation-room": (2, 12), "duplicate.person": (2, 10), "duplicate.credit-code": (1, 6),
    "duplicate.head": (1, 6), "outlier.room-area": (3, 15), "agreement.component-class": (2, 12),
}  # fmt: skip
"""How often each rule of data quality is broken at street and at district scale; a duplicate is of two records."""
STALE_DAYS: Final = 500


@dataclass(frozen=True, slots=True)
class Unsound:
    """The frames with findings in them, and the list of findings: ``check`` (a rule) and ``id``."""

    rooms: pd.DataFrame
    persons: pd.DataFrame
    registers: Registers
    organisations: gpd.GeoDataFrame
    components: gpd.GeoDataFrame
    planted: pd.DataFrame


def plant_findings(  # noqa: PLR0917 - the frames of a city
    rooms: pd.DataFrame,
    persons: pd.DataFrame,
    registers: Registers,
    organisations: gpd.GeoDataFrame,
    components: gpd.GeoDataFrame,
    stale: pd.Index,
    *,
    large: bool,
    rng: np.random.Generator,
) -> Unsound:
    """Break each rule of data quality a stated number of times, and list what must be found.

    Parameters
    ----------
    rooms, persons, registers, organisations, components
        Frames of those kinds; links may be spoilt already.
    stale
        Rooms whose last confirmation is to be long ago: all of one community.
    large
        Take the counts of the district scale.
    """
    listed: list[tuple[str, str]] = []

    def choose(check: str, pool: pd.Index) -> pd.Index:
        chosen = pool[np.sort(rng.choice(len(pool), FINDINGS[check][large], replace=False))]
        listed.extend((check, str(key)) for key in chosen)
        return chosen

    def point_nowhere(check: str, frame: pd.DataFrame, column: str, pool: pd.Index) -> pd.DataFrame:
        spoilt = frame.copy()
        spoilt.loc[choose(check, pool), column] = [f"X9{n:08d}" for n in range(FINDINGS[check][large])]
        return spoilt

    members = registers.registrations.index[registers.registrations["relation"] != "head"]
    registrations = point_nowhere("chain.registered-household", registers.registrations, "registered_id", members)
    known = registers.registered_households
    households = point_nowhere("chain.registered-room", known, "room_id", known.index[known["room_id"].notna()])
    others = registers.other_residences
    others = point_nowhere("chain.second-home", others, "household_id", others.index)
    in_rooms = organisations.index[organisations["room_id"].notna()]
    organisations = gpd.GeoDataFrame(point_nowhere("chain.organisation-room", organisations, "room_id", in_rooms))

    heads = registrations["registered_id"].isin(registrations.loc[registrations["relation"] == "head", "registered_id"])
    spouses = registrations.index[(registrations["relation"] == "spouse") & heads]
    second = choose("duplicate.head", spouses)
    shared = registrations[registrations["registered_id"].isin(registrations.loc[second, "registered_id"])]
    listed.extend(("duplicate.head", str(key)) for key in shared.index[shared["relation"] == "head"])
    registrations.loc[second, "relation"] = "head"

    coded = organisations.index[organisations["credit_code"].notna()]
    copied = choose("duplicate.credit-code", coded[: len(coded) // 2])
    givers = coded[len(coded) // 2 :][: len(copied)]
    organisations.loc[copied, "credit_code"] = organisations.loc[givers, "credit_code"].to_numpy()
    listed.extend(("duplicate.credit-code", str(key)) for key in givers)

    rooms = rooms.copy()
    small = rooms.index[(rooms["use"] == "home") & (rooms["area_m2"] < 90)]  # noqa: PLR2004 - m², a thousandfold is still allowed
    wide = choose("outlier.room-area", small)
    rooms.loc[wide, "area_m2"] = rooms.loc[wide, "area_m2"] * 1000

    components = components.copy()
    wrong = choose("agreement.component-class", components.index[components["class_code"] != "01037"])
    components.loc[wrong, "class_code"] = "01037"

    children = (persons["relation"] == "child") & persons["household_id"].isin(_shared_households(persons))
    twice = choose("duplicate.person", persons.index[children])
    again = persons.loc[twice].set_axis(_other_numbers(twice))
    listed.extend(("duplicate.person", str(key)) for key in again.index)
    confirmations = registers.confirmations.copy()
    confirmations.loc[stale, "valid_from"] -= pd.Timedelta(days=STALE_DAYS)
    spoilt = Registers(households, registrations, others, confirmations)
    planted = pd.DataFrame(listed, columns=["check", "id"]).astype("str")
    return Unsound(rooms, pd.concat([persons, again]), spoilt, organisations, components, planted)


def _shared_households(persons: pd.DataFrame) -> pd.Index:
    """Return the households that several persons give: they are on record, not invented for a fault."""
    sizes = persons["household_id"].value_counts()
    return sizes.index[sizes > 1]


def _other_numbers(numbers: pd.Index) -> pd.Index:
    """Return identity numbers of the same birth and sex, from the end of the day's sequence."""
    sex = numbers.str.slice(16, 17).astype(int) % 2
    bodies = [f"{number[:14]}99{8 + odd}" for number, odd in zip(numbers, sex, strict=True)]
    digits = np.array([[int(c) for c in body] for body in bodies])
    return keys([body + check for body, check in zip(bodies, check_characters(digits), strict=True)], "person")
