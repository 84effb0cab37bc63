"""The links of the chain, and what fails to link."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Final

import pandas as pd
import sqlalchemy as sa
from pyproj import CRS

from gridsys.domain.progress import Progress
from gridsys.errors import InputError, StoreError
from gridsys.store.backends import Backend
from gridsys.store.codec import encode
from gridsys.store.merge import PutCounts, bare, merge
from gridsys.store.reading import read
from gridsys.store.schema import FAILURE, LINKS, PAIRS

FAILURE_COLUMNS: Final = ("link", "table", "id", "reason", "claim")
_STORED_NAMES: Final = {"table": "record_kind", "id": "record_id"}
Day = sa.BindParameter[date] | None
_ANY_CRS: Final = CRS("EPSG:4490")


def require_link(name: str) -> None:
    """Raise unless a link table of that name exists.

    Raises
    ------
    InputError
        GS103.

    Examples
    --------
    >>> require_link("residence")
    """
    if name not in LINKS:
        raise InputError("GS103", f"{name!r} is not a link", where="links", fix=f"links are: {', '.join(LINKS)}")


def put_links(
    connection: sa.Connection,
    backend: Backend,
    links: Mapping[str, pd.DataFrame],
    *,
    valid_from: date,
    progress: Progress,
) -> dict[str, PutCounts]:
    """Make frames the whole state of their link tables from a day on."""
    counts = {}
    for name, frame in links.items():
        require_link(name)
        encoded = encode(frame, LINKS[name], valid_from=valid_from)
        counts[name] = merge(
            connection, backend, PAIRS[name], encoded, day=valid_from, progress=progress, scope=sa.true()
        )
    return counts


def put_failures(
    connection: sa.Connection, backend: Backend, failures: pd.DataFrame, *, valid_from: date, progress: Progress
) -> PutCounts:
    """Make a frame the whole state of what fails to link from a day on."""
    missing = [name for name in FAILURE_COLUMNS if name not in failures.columns]
    if missing:
        raise InputError(
            "GS102", f"the column {missing[0]!r} is missing", where="failures", fix=f"give {', '.join(FAILURE_COLUMNS)}"
        )
    frame = failures[list(FAILURE_COLUMNS)].rename(columns=_STORED_NAMES)
    keys = frame["link"].astype("str") + "/" + frame["record_id"].astype("str")
    frame = frame.set_axis(pd.Index(keys, name=FAILURE.key, dtype="str"))
    encoded = encode(frame, FAILURE, valid_from=valid_from)
    pair = PAIRS[FAILURE.name]
    return merge(connection, backend, pair, encoded, day=valid_from, progress=progress, scope=sa.true())


def get_failures(connection: sa.Connection, backend: Backend, *, as_of: date | None) -> pd.DataFrame:
    """Return what fails to link, with the columns linking gives."""
    frame = read(connection, backend, FAILURE, as_of=as_of, area=None, columns=None, crs=_ANY_CRS)
    back = {stored: name for name, stored in _STORED_NAMES.items()}
    return frame.rename(columns=back).reset_index(drop=True)[list(FAILURE_COLUMNS)]


_HOPS: Final = (
    ("residence", "person_id", "household_id"),
    ("occupancy", "household_id", "room_id"),
    ("room", "room_id", "building_id"),
    ("placement", "building_id", "grid_code"),
)


def _target(table: str, key: str, target: str, value: sa.ColumnElement[str], day: Day) -> sa.ColumnElement[str]:
    """Return what a key leads to, as a look-up inside another statement."""
    pair = PAIRS[table]
    opened, closed = (bare(half).alias() for half in (pair.open, pair.closed))
    now = sa.select(opened.c[target]).where(opened.c[key] == value)
    if day is None:
        return now.scalar_subquery()
    then = sa.select(closed.c[target]).where(
        closed.c[key] == value, closed.c.valid_from <= day, closed.c.valid_to > day
    )
    return sa.union_all(now.where(opened.c.valid_from <= day), then).scalar_subquery()


@cache
def _chain_statement(*, dated: bool) -> sa.Executable:
    """Return the whole chain as one statement: one way to the server and back."""
    day = sa.bindparam("day", type_=sa.Date) if dated else None
    person: sa.ColumnElement[str] = sa.bindparam("person", type_=sa.String)
    columns = [_target("person", "person_id", "person_id", person, day).label("person_id")]
    value = person
    for table, key, target in _HOPS:
        value = _target(table, key, target, value, day)
        columns.append(value.label(target))
    return sa.select(*columns)


def chain(connection: sa.Connection, person_id: str, *, as_of: date | None) -> dict[str, str | None]:
    """Follow the chain of one person."""
    parameters = {"person": person_id} if as_of is None else {"person": person_id, "day": as_of}
    ids = connection.execute(_chain_statement(dated=as_of is not None), parameters).mappings().one()
    if ids["person_id"] is None:
        when = f" on {as_of}" if as_of is not None else ""
        where = f"person {person_id}"
        raise StoreError("GS504", f"there is no such person{when}", where=where, fix="check the identifier and the day")
    return dict(ids)
