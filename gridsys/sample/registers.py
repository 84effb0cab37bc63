"""Where people are registered, who has a second home, and when each home was last confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from gridsys.domain.records import CONFIRMATION_METHODS, OTHER_RESIDENCE_USES
from gridsys.sample.frames import keys, numbered, table, text
from gridsys.sample.identity import REGIONS
from gridsys.sample.people import REFERENCE_DATE

Ints = npt.NDArray[np.int64]

DISTRICT: Final = "110101"
_AWAY: Final = {"family": 0.1, "collective": 0.85}
"""Share of households whose members are all registered in another place of the country."""
_ELSEWHERE: Final = 0.15
"""Share of the others' members, heads apart, who are registered in another home of the district."""
_EMPTY_HOME: Final = 0.4
"""Share of those whose registered home stands empty (空挂户)."""
_SECOND_HOME: Final = 0.03
_LONGEST_UNCONFIRMED: Final = 330


@dataclass(frozen=True, slots=True)
class Registers:
    """Frames of kinds ``registered_household``, ``registration``, ``other_residence`` and ``confirmation``."""

    registered_households: pd.DataFrame
    registrations: pd.DataFrame
    other_residences: pd.DataFrame
    confirmations: pd.DataFrame


def make_registers(
    rooms: pd.DataFrame, households: pd.DataFrame, persons: pd.DataFrame, rng: np.random.Generator
) -> Registers:
    """Register every person once (about a fifth apart from where they live), and give some a second home.

    Parameters
    ----------
    rooms, households, persons
        Sound frames of those kinds; the head of a household stands first in it.
    """
    registered, registrations = _register(rooms, households, persons, rng)
    homes = rooms.index[rooms["use"].isin(("home", "vacant"))]
    days = rng.integers(0, _LONGEST_UNCONFIRMED, len(homes))
    confirmed = {
        "method": text(
            rng.choice(np.array(CONFIRMATION_METHODS, dtype=object), len(homes), p=[0.55, 0.25, 0.12, 0.08])
        ),
        "valid_from": np.datetime64(REFERENCE_DATE, "s") - days.astype("timedelta64[D]"),
    }
    confirmations = table(confirmed, pd.Index(homes.to_numpy(dtype=object), dtype="str", name="room_id"))
    return Registers(registered, registrations, _second_homes(households, persons, rng), confirmations)


def _register(
    rooms: pd.DataFrame, households: pd.DataFrame, persons: pd.DataFrame, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    kind = households["kind"].to_numpy(dtype=object)
    count = kind.size
    away = rng.random(count) < np.where(kind == "family", _AWAY["family"], _AWAY["collective"])
    home_of = households.index.get_indexer(pd.Index(persons["household_id"]))
    head = (persons["relation"] == "head").to_numpy()
    apart = ~head & ~away[home_of] & (rng.random(len(persons)) < _ELSEWHERE)
    grown = (persons["birth_date"] < pd.Timestamp(REFERENCE_DATE) - pd.DateOffset(years=20)).to_numpy()
    vacant = rooms.index[rooms["use"] == "vacant"].to_numpy(dtype=object)
    alone = np.flatnonzero(apart & grown & (rng.random(len(persons)) < _EMPTY_HOME))[: len(vacant)]

    room = households["room_id"].to_numpy(dtype=object, copy=True)
    room[away] = None
    region = np.where(away, rng.choice(np.array(REGIONS, dtype=object), count), DISTRICT)
    rooms_of = np.concatenate([room, rng.permutation(vacant)[: alone.size]])
    ids = numbered("R", rooms_of.size, 7, "registered")
    registered = table(
        {
            "room_id": text(rooms_of),
            "region": text(np.concatenate([region, np.full(alone.size, DISTRICT, dtype=object)])),
            "kind": text(np.concatenate([kind, np.full(alone.size, "family", dtype=object)])),
        },
        ids,
    )
    at = home_of.copy()
    present = np.flatnonzero(~away)
    at[apart] = rng.choice(present, int(apart.sum()))
    at[alone] = count + np.arange(alone.size)
    relation = np.where(at == home_of, persons["relation"].to_numpy(dtype=object), "other")
    relation[alone] = "head"
    data = {"registered_id": text(ids.to_numpy(dtype=object)[at]), "relation": text(relation)}
    return registered, table(data, keys(persons.index.to_numpy(dtype=object), "person"))


def _second_homes(households: pd.DataFrame, persons: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    chosen = np.flatnonzero(rng.random(len(persons)) < _SECOND_HOME)
    own = households.index.get_indexer(pd.Index(persons["household_id"].iloc[chosen]))
    # a step round the ring of households, never of zero length: the second home is not the first
    other = (own + rng.integers(1, len(households), chosen.size)) % len(households)
    data = {
        "person_id": text(persons.index.to_numpy(dtype=object)[chosen]),
        "household_id": text(households.index.to_numpy(dtype=object)[other]),
        "relation": text(rng.choice(np.array(["child", "parent", "other"], dtype=object), chosen.size)),
        "use": text(rng.choice(np.array(OTHER_RESIDENCE_USES, dtype=object), chosen.size)),
    }
    return table(data, numbered("S", chosen.size, 6, "other"))
