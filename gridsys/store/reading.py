"""Reading frames as of a day, for all areas or one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import sqlalchemy as sa
from numpy.typing import NDArray
from pyproj import CRS

from gridsys.domain.areacode import level_of
from gridsys.domain.records import RecordKind, Shape
from gridsys.errors import InputError
from gridsys.store.backends import Backend
from gridsys.store.codec import decode
from gridsys.store.geometry import from_stored
from gridsys.store.merge import bare
from gridsys.store.schema import PAIRS, Pair

_AFTER_DIGITS: Final = ":"  # the character after "9"
_CHAIN: Final[dict[str, tuple[str, str, str]]] = {
    "person": ("residence", "person_id", "household_id"),
    "household": ("occupancy", "household_id", "room_id"),
    "room": ("room", "room_id", "building_id"),
    "building": ("placement", "building_id", "grid_code"),
}
"""For each step of the chain: the table that leads on, its key, and what it leads to."""
_STEPS: Final = tuple(_CHAIN)
_ENTERS: Final = {
    **{step: (_CHAIN[step][1], step) for step in _STEPS},
    "registration": ("person_id", "person"),
    "other_residence": ("household_id", "household"),
    "registered_household": ("room_id", "room"),
    "confirmation": ("room_id", "room"),
    "organisation": ("room_id", "room"),
}
"""For each kind placed by the chain: the column by which it enters it, and at which step."""
_CODED: Final = {"area": "code", "grid": "grid_code", "posting": "grid_code", "placement": "grid_code"}


def in_force(pair: Pair, as_of: date | None, columns: Sequence[str]) -> sa.FromClause:
    """Return the versions in force on a day as something to select from; without a day, the open ones.

    Examples
    --------
    >>> print(sa.select(in_force(PAIRS["occupancy"], None, ["room_id"])))
    SELECT occupancy_now.room_id
    FROM (SELECT occupancy.room_id AS room_id
    FROM occupancy) AS occupancy_now
    """
    opened, closed = bare(pair.open), bare(pair.closed)
    current = sa.select(*(opened.c[name] for name in columns))
    if as_of is None:
        return current.subquery(f"{opened.name}_now")
    day = sa.literal(as_of, sa.Date)
    past = sa.select(*(closed.c[name] for name in columns)).where(closed.c.valid_from <= day, closed.c.valid_to > day)
    return sa.union_all(current.where(opened.c.valid_from <= day), past).subquery(f"{opened.name}_then")


def within(column: sa.ColumnElement[str], area: str) -> sa.ColumnElement[bool]:
    """Return the condition that a code lies in an area, as a range of its sorted column.

    Examples
    --------
    >>> print(within(sa.column("grid_code"), "110101").compile(compile_kwargs={"literal_binds": True}))
    grid_code >= '110101' AND grid_code < '110101:'
    """
    level_of(area)
    return sa.and_(column >= area, column < area + _AFTER_DIGITS)


def read(
    connection: sa.Connection,
    backend: Backend,
    kind: RecordKind,
    *,
    as_of: date | None,
    area: str | None,
    columns: Sequence[str] | None,
    crs: CRS,
    where: Mapping[str, Sequence[str]] | None = None,
) -> pd.DataFrame | gpd.GeoDataFrame:
    """Return the rows of a kind in force on a day, sorted by key.

    Parameters
    ----------
    connection, backend
        Where to read.
    kind
        The kind, with the columns the frame is to have.
    as_of
        The day; the open versions when None.
    area
        Code of an area; see :meth:`gridsys.store.Transaction.get` for what lies in it.
    columns
        The columns wanted besides the key, ``"geometry"`` among them if wanted; all when None.
    crs
        CRS of the frame.
    where
        Column → values: rows that hold one of them.

    Raises
    ------
    InputError
        GS102 for an unknown column, GS106 for a malformed area code, GS103 where the kind has no place.
    """
    wanted = _wanted(kind, columns)
    placed = kind.shape is not Shape.NONE and kind.name not in ("building", *_CODED)
    spatial = area is not None and kind.name not in _CODED and (placed or kind.name not in _ENTERS)
    fetched = [*wanted, "geometry"] if spatial and placed and "geometry" not in wanted else wanted
    entered = [_ENTERS[kind.name][0]] if kind.name in _ENTERS else []
    chosen = where or {}
    _wanted(kind, list(chosen))  # refuses a column there is not
    source = in_force(PAIRS[kind.name], as_of, list(dict.fromkeys([*fetched, *entered, *chosen])))
    query = sa.select(*(source.c[name] for name in fetched)).order_by(source.c[kind.key])
    for column, values_wanted in chosen.items():
        query = query.where(source.c[column].in_(list(values_wanted)))
    if area is not None and not spatial:
        query = query.where(_in_area(source, kind.name, as_of, area))
    elif spatial and not placed:
        raise InputError(
            "GS103", f"records of kind {kind.name} have no place", where=f"area {area}", fix="read them without an area"
        )
    values: dict[str, Any] = dict(backend.fetch(connection, query, kind))
    if "geometry" in values:
        values["geometry"] = backend.read_geometry(values["geometry"])
    frame = decode(values, kind, crs=crs)
    if not spatial:
        return frame
    here = _touching(frame, _outline(connection, backend, as_of, str(area), crs))
    if entered:  # placed by its room, where it has one, else by its point
        inside = sa.select(source.c[kind.key]).where(_in_area(source, kind.name, as_of, str(area)))
        linked = frame.index.isin(list(connection.execute(inside).scalars()))
        has_room = sa.select(source.c[kind.key]).where(source.c[entered[0]].is_not(None))
        by_room = frame.index.isin(list(connection.execute(has_room).scalars()))
        here = linked | (here & ~by_room)
    frame = frame[here]
    return frame if "geometry" in wanted else pd.DataFrame(frame.drop(columns="geometry"))


def _wanted(kind: RecordKind, columns: Sequence[str] | None) -> list[str]:
    known = [*kind.columns, *(["geometry"] if kind.shape is not Shape.NONE else [])]
    if columns is None:
        return known
    unknown = [name for name in columns if name not in known]
    if unknown:
        raise InputError(
            "GS102", f"there is no column {unknown[0]!r}", where=kind.name, fix=f"columns are: {', '.join(known)}"
        )
    return [kind.key, *(name for name in columns if name != kind.key)]


def _in_area(source: sa.FromClause, kind: str, as_of: date | None, area: str) -> sa.ColumnElement[bool]:
    """Return the condition that a row's code, or the end of its chain, lies in the area."""
    if kind in _CODED:
        return within(source.c[_CODED[kind]], area)
    column, step = _ENTERS[kind]
    steps = _STEPS[_STEPS.index(step) :]
    links = [leading(*_CHAIN[step], as_of) for step in steps]
    joined: sa.FromClause = links[0]
    for before, after, following in zip(links[:-1], links[1:], steps[1:], strict=True):
        key = _CHAIN[following][1]
        joined = joined.join(after, before.c[key] == after.c[key])
    first = _CHAIN[step][1]
    chosen = sa.select(links[0].c[first]).select_from(joined).where(within(links[-1].c.grid_code, area))
    return source.c[column].in_(chosen)


def leading(table: str, key: str, target: str, as_of: date | None) -> sa.FromClause:
    """Return what leads from one step of the chain to the next; a room that linking found goes where it was found."""
    told = in_force(PAIRS[table], as_of, [key, target])
    if table != "room":
        return told
    found = in_force(PAIRS["siting"], as_of, [key, target])
    others = sa.select(told).where(~sa.exists(sa.select(found.c[key]).where(found.c[key] == told.c[key])))
    return sa.union_all(others, sa.select(found)).subquery("room_sited")


def _outline(connection: sa.Connection, backend: Backend, as_of: date | None, area: str, crs: CRS) -> shapely.Geometry:
    """Return the union of the area, or of the grids in it where the area itself is not in the database."""
    for name in ("area", "grid"):
        pair = PAIRS[name]
        source = in_force(pair, as_of, [pair.kind.key, "geometry"])
        condition = source.c[pair.kind.key] == area if name == "area" else within(source.c[pair.kind.key], area)
        shapes = connection.execute(sa.select(source.c.geometry).where(condition)).scalars().all()
        if shapes:
            return shapely.union_all(from_stored(backend.read_geometry(shapes), crs).to_numpy())
    return shapely.Polygon()


def _touching(frame: gpd.GeoDataFrame, outline: shapely.Geometry) -> NDArray[np.bool_]:
    shapely.prepare(outline)
    return np.asarray(shapely.intersects(outline, frame.geometry.to_numpy()))
