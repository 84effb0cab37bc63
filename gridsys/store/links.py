"""The links of the chain, and what fails to link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Final

import pandas as pd
import sqlalchemy as sa
from pyproj import CRS

from gridsys.domain.progress import Progress, silent
from gridsys.errors import InputError, StoreError
from gridsys.store.backends import Backend
from gridsys.store.codec import encode
from gridsys.store.merge import PutCounts, bare, end, merge
from gridsys.store.reading import in_force, read
from gridsys.store.schema import DECISION, FAILURE, LINKS, PAIRS, REVIEW

FAILURE_COLUMNS: Final = ("link", "table", "id", "reason", "claim")
REVIEW_COLUMNS: Final = ("link", "record_id", "rank", "candidate", "score", "reason", "address")
DECISION_COLUMNS: Final = ("link", "record_id", "target", "decision", "decided_by")
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


def amend_links(
    connection: sa.Connection,
    backend: Backend,
    link: str,
    frame: pd.DataFrame,
    *,
    ended: Sequence[str],
    valid_from: date,
) -> PutCounts:
    """Write some links of a table and end those of some records on a day."""
    require_link(link)
    pair = PAIRS[link]
    counts = PutCounts(0, 0, 0)
    if len(frame):
        encoded = encode(frame, LINKS[link], valid_from=valid_from)
        counts = merge(connection, backend, pair, encoded, day=valid_from, progress=silent)
    if ended:
        closed = end(connection, backend, pair, bare(pair.open).c[pair.kind.key].in_(list(ended)), day=valid_from)
        counts = replace(counts, closed=closed.closed)
    return counts


def put_failures(
    connection: sa.Connection, backend: Backend, failures: pd.DataFrame, *, valid_from: date, progress: Progress
) -> PutCounts:
    """Make a frame the whole state of what fails to link from a day on."""
    frame = _columns_of(failures, FAILURE_COLUMNS, "failures").rename(columns=_STORED_NAMES)
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


def put_review(
    connection: sa.Connection, backend: Backend, review: pd.DataFrame, *, valid_from: date, progress: Progress
) -> PutCounts:
    """Make a frame the whole list of what is for review from a day on."""
    frame = _columns_of(review, REVIEW_COLUMNS, "review")
    keys = frame["link"] + "/" + frame["record_id"].astype("str") + "/" + frame["rank"].astype("str")
    encoded = encode(frame.set_axis(pd.Index(keys, name=REVIEW.key, dtype="str")), REVIEW, valid_from=valid_from)
    pair = PAIRS[REVIEW.name]
    return merge(connection, backend, pair, encoded, day=valid_from, progress=progress, scope=sa.true())


def put_decisions(
    connection: sa.Connection, backend: Backend, decisions: pd.DataFrame, *, valid_from: date, progress: Progress
) -> PutCounts:
    """Add what reviewers decided; a later decision for a record takes the place of the one before."""
    frame = _columns_of(decisions, DECISION_COLUMNS, "decisions")
    keys = frame["link"] + "/" + frame["record_id"].astype("str")
    encoded = encode(frame.set_axis(pd.Index(keys, name=DECISION.key, dtype="str")), DECISION, valid_from=valid_from)
    return merge(connection, backend, PAIRS[DECISION.name], encoded, day=valid_from, progress=progress)


def get_state(connection: sa.Connection, backend: Backend, name: str, *, as_of: date | None) -> pd.DataFrame:
    """Return the review list or the decisions in force, index 0…n."""
    kind, columns = {"review": (REVIEW, REVIEW_COLUMNS), "decisions": (DECISION, DECISION_COLUMNS)}[name]
    frame = read(connection, backend, kind, as_of=as_of, area=None, columns=None, crs=_ANY_CRS)
    return frame.reset_index(drop=True)[list(columns)]


def _columns_of(frame: pd.DataFrame, columns: tuple[str, ...], what: str) -> pd.DataFrame:
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise InputError("GS102", f"the column {missing[0]!r} is missing", where=what, fix=f"give {', '.join(columns)}")
    return frame[list(columns)]


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
        told = _target(table, key, target, value, day)
        found = _target("siting", key, target, value, day) if table == "room" else None
        value = told if found is None else sa.func.coalesce(found, told)
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


HOME_COLUMNS: Final = (
    "role", "household_id", "registered_id", "relation", "region", "room_id", "building_id", "grid_code",
)  # fmt: skip


def homes(connection: sa.Connection, person_id: str, *, as_of: date | None) -> pd.DataFrame:
    """Return where one person lives, is registered, and also stays."""
    living = chain(connection, person_id, as_of=as_of)
    relation = _one(connection, "person", person_id, ("relation",), as_of)
    rows: list[dict[str, str | None]] = [{"role": "residence", **living, **(relation or {})}]
    registration = _one(connection, "registration", person_id, ("registered_id", "relation"), as_of)
    if registration is not None:
        home = _one(connection, "registered_household", registration["registered_id"], ("region", "room_id"), as_of)
        rows.append({"role": "registered", **registration, **(home or {})})
    source = in_force(PAIRS["other_residence"], as_of, ["other_id", "person_id", "household_id", "relation"])
    query = sa.select(source.c.household_id, source.c.relation).where(source.c.person_id == person_id)
    for row in connection.execute(query.order_by(source.c.other_id)).mappings():
        room = _one(connection, "occupancy", row["household_id"], ("room_id",), as_of)
        rows.append({"role": "other", **row, **(room or {})})
    for home_row in rows[1:]:
        room_id = home_row.get("room_id")
        sited = _one(connection, "siting", room_id, ("building_id",), as_of)
        building = sited or _one(connection, "room", room_id, ("building_id",), as_of) or {}
        grid = _one(connection, "placement", building.get("building_id"), ("grid_code",), as_of) or {}
        home_row.update(building | grid)
    return pd.DataFrame(rows, columns=list(HOME_COLUMNS)).astype("str")


def _one(
    connection: sa.Connection, kind: str, key: str | None, columns: tuple[str, ...], as_of: date | None
) -> dict[str, str | None] | None:
    """Return some columns of a record in force, or None where there is none."""
    if key is None:
        return None
    pair = PAIRS[kind]
    source = in_force(pair, as_of, [pair.kind.key, *columns])
    query = sa.select(*(source.c[name] for name in columns)).where(source.c[pair.kind.key] == key)
    row = connection.execute(query).mappings().first()
    return None if row is None else dict(row)
