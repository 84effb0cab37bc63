"""Columns of the persons in force on a day, kept as arrays: what is counted often is joined once.

Every write of the store notes in ``data_change`` which kind it changed, in its own transaction. A projection is kept
with the stamp of the kinds it was made from and used only while the stamp is still theirs, so it is never stale.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Final

import numpy as np
import pandas as pd
import sqlalchemy as sa
from numpy.typing import NDArray

from gridsys.store.backends import Backend
from gridsys.store.reading import in_force, leading
from gridsys.store.schema import CHANGE, PAIRS, PROJECTION

_PEOPLE: Final = "people"
_MADE_FROM: Final = ("person", "residence", "occupancy", "room", "siting", "placement")


@dataclass(frozen=True, slots=True)
class People:
    """The persons in force on a day, in no order: the number of each one's grid in ``grids`` (−1: none), birth, sex."""

    grids: list[str]
    grid: NDArray[np.int32]
    birth: NDArray[np.datetime64]
    sex: NDArray[np.int8]


def forget(connection: sa.Connection) -> None:
    """Delete all projections: what is deleted elsewhere may not live on in them."""
    connection.execute(sa.delete(PROJECTION))


def _stamp(connection: sa.Connection, kinds: Sequence[str]) -> str:
    # The count too: of two changes the one with the higher number may be seen first.
    query = sa.select(sa.func.count(), sa.func.max(CHANGE.c.change_id)).where(CHANGE.c.kind.in_(kinds))
    count, newest = connection.execute(query).one()
    return f"{count}-{newest or 0}"


def people(connection: sa.Connection, backend: Backend, as_of: date, *, keep: bool) -> People:
    """Return the persons of a day, from the projection where it is of now, else by joining; keep what was joined."""
    stamp = _stamp(connection, _MADE_FROM)
    query = sa.select(PROJECTION.c.data).where(
        PROJECTION.c.name == _PEOPLE, PROJECTION.c.as_of == as_of, PROJECTION.c.stamp == stamp
    )
    kept = connection.execute(query).scalar()
    if kept is not None:
        return _unpack(kept)
    made = _join(connection, backend, as_of)
    if keep:
        backend.lock(connection, PROJECTION.name)
        # Others that are stale go, and the same day's own
        stale = sa.or_(PROJECTION.c.stamp != stamp, PROJECTION.c.as_of == as_of)
        connection.execute(sa.delete(PROJECTION).where(PROJECTION.c.name == _PEOPLE, stale))
        connection.execute(sa.insert(PROJECTION).values(name=_PEOPLE, as_of=as_of, stamp=stamp, data=_pack(made)))
    return made


def _join(connection: sa.Connection, backend: Backend, as_of: date) -> People:
    person, residence, occupancy, placement = (
        in_force(PAIRS[kind], as_of, columns)
        for kind, columns in {
            "person": ["person_id", "birth_date", "sex"],
            "residence": ["person_id", "household_id"],
            "occupancy": ["household_id", "room_id"],
            "placement": ["building_id", "grid_code"],
        }.items()
    )
    room = leading("room", "room_id", "building_id", as_of)
    homes = (
        occupancy.join(room, room.c.room_id == occupancy.c.room_id)
        .join(placement, placement.c.building_id == room.c.building_id)
    )  # fmt: skip
    grid_of = backend.fetch(
        connection,
        sa.select(occupancy.c.household_id, placement.c.grid_code).select_from(homes),
        PAIRS["occupancy"].kind,
    )
    of_person = backend.fetch(
        connection, sa.select(residence.c.person_id, residence.c.household_id), PAIRS["residence"].kind
    )
    persons = backend.fetch(
        connection, sa.select(person.c.person_id, person.c.birth_date, person.c.sex), PAIRS["person"].kind
    )
    grid, grids = pd.factorize(np.asarray(grid_of["grid_code"], dtype=object), sort=True)
    household = pd.Index(np.asarray(grid_of["household_id"], dtype=object))
    at = household.get_indexer(pd.Index(np.asarray(of_person["household_id"], dtype=object)))
    lives = pd.Index(np.asarray(of_person["person_id"], dtype=object)).get_indexer(
        pd.Index(np.asarray(persons["person_id"], dtype=object))
    )
    home = np.where(lives < 0, -1, np.append(at, -1)[lives])
    codes, days = pd.factorize(np.asarray(persons["birth_date"], dtype=object))
    birth = np.append(np.array([str(day) for day in days], dtype="datetime64[D]"), np.datetime64("NaT", "D"))[codes]
    return People(
        [str(code) for code in grids],
        np.where(home < 0, -1, np.append(grid, -1)[home]).astype(np.int32),
        birth,
        pd.to_numeric(pd.Series(persons["sex"])).to_numpy(dtype=np.int8),
    )


def _pack(made: People) -> bytes:
    buffer = BytesIO()
    codes = np.array(made.grids, dtype="U15")
    np.savez(buffer, grids=codes, grid=made.grid, birth=_days(made.birth), sex=made.sex)
    return buffer.getvalue()


def _days(birth: NDArray[np.datetime64]) -> NDArray[np.int32]:
    days = birth.astype("datetime64[D]").astype(np.int64)
    return np.where(np.isnat(birth), np.iinfo(np.int32).min, days).astype(np.int32)


def _unpack(data: bytes) -> People:
    with np.load(BytesIO(data), allow_pickle=False) as arrays:
        birth = arrays["birth"]
        days = birth.astype("datetime64[D]")
        days[birth == np.iinfo(np.int32).min] = np.datetime64("NaT")
        return People([str(code) for code in arrays["grids"]], arrays["grid"], days, arrays["sex"])
