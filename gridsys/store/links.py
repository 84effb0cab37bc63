"""The links of the chain, and what fails to link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import pandas as pd
import sqlalchemy as sa
from pyproj import CRS

from gridsys.domain.progress import Progress
from gridsys.errors import InputError, StoreError
from gridsys.store.backends import Backend, iso
from gridsys.store.codec import encode
from gridsys.store.merge import PutCounts, merge
from gridsys.store.reading import read
from gridsys.store.schema import FAILURE, LINKS, PAIRS

FAILURE_COLUMNS: Final = ("link", "table", "id", "reason", "claim")
_STORED_NAMES: Final = {"table": "record_kind", "id": "record_id"}
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


_HOPS: Final[Sequence[tuple[str, str, str]]] = (
    ("residence", "person_id", "household_id"),
    ("occupancy", "household_id", "room_id"),
    ("room", "room_id", "building_id"),
    ("placement", "building_id", "grid_code"),
)


def chain(connection: sa.Connection, backend: Backend, person_id: str, *, as_of: date | None) -> dict[str, str | None]:
    """Follow the chain of one person, one keyed look-up a hop."""
    ids: dict[str, str | None] = {"person_id": person_id}
    if _look_up(connection, backend, "person", "person_id", "person_id", person_id, as_of) is None:
        day = f" on {as_of}" if as_of is not None else ""
        raise StoreError(
            "GS504",
            f"there is no such person{day}",
            where=f"person {person_id}",
            fix="check the identifier and the day",
        )
    at: str | None = person_id
    for table, key, target in _HOPS:
        at = None if at is None else _look_up(connection, backend, table, key, target, at, as_of)
        ids[target] = at
    return ids


def _look_up(  # noqa: PLR0917 - one hop is made of these
    connection: sa.Connection, backend: Backend, table: str, key: str, target: str, value: str, as_of: date | None
) -> str | None:
    pair = PAIRS[table]
    mark = "?" if backend.name == "sqlite" else "%s"
    now = f'SELECT "{target}" FROM "{pair.open.name}" WHERE "{key}" = {mark}'  # noqa: S608 - fixed names
    if as_of is None:
        return connection.exec_driver_sql(now, (value,)).scalar()
    day = iso(as_of)
    then = f'SELECT "{target}" FROM "{pair.closed.name}" WHERE "{key}" = {mark}'  # noqa: S608 - fixed names
    query = f"{now} AND valid_from <= {mark} UNION ALL {then} AND valid_from <= {mark} AND valid_to > {mark}"
    return connection.exec_driver_sql(query, (value, day, value, day, day)).scalar()
