"""Division plans: putting one in force ends the grids it replaces; a grid code is never used for two grids."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import sqlalchemy as sa

from gridsys.domain.progress import Progress
from gridsys.domain.records import KINDS
from gridsys.errors import InputError, StoreError
from gridsys.store.audit import canonical
from gridsys.store.backends import Backend, Columns
from gridsys.store.codec import encode
from gridsys.store.merge import bare, merge
from gridsys.store.reading import within
from gridsys.store.schema import PAIRS, PLAN, SUCCESSION

_GRID: Final = PAIRS["grid"]


def put_plan(
    connection: sa.Connection,
    backend: Backend,
    name: str,
    grids: gpd.GeoDataFrame,
    *,
    valid_from: date,
    parameters: Mapping[str, Any],
    scope: Sequence[str] | None,
    progress: Progress,
) -> int:
    """Put grids in force and return the plan's number; see :meth:`gridsys.store.Transaction.put_plan`."""
    encoded = encode(grids, KINDS["grid"], valid_from=valid_from)
    _require_codes(encoded)
    backend.lock(connection, _GRID.open.name)
    content = _content_hash(name, encoded, canonical(parameters))
    areas = scope if scope is not None else sorted(set(encoded["area_code"].tolist()))
    known = connection.scalar(
        sa.select(PLAN.c.plan_id).where(PLAN.c.content_hash == content).order_by(PLAN.c.plan_id.desc()).limit(1)
    )
    if known is not None and _is_in_force(connection, encoded, areas):
        return int(known)
    _refuse_reused(connection, backend, encoded, valid_from)
    plan_id = connection.execute(
        sa.insert(PLAN)
        .values(
            name=name, valid_from=valid_from, grids=len(grids), parameters=canonical(parameters), content_hash=content
        )
        .returning(PLAN.c.plan_id)
    ).scalar_one()
    columns = {**encoded, "plan_id": np.full(len(grids), plan_id, dtype=object)}
    merge(connection, backend, _GRID, columns, day=valid_from, progress=progress, scope=_replaced(areas))
    return int(plan_id)


def _require_codes(encoded: Columns) -> None:
    for code, area in zip(encoded["grid_code"], encoded["area_code"], strict=True):
        within(sa.column("grid_code"), code)  # refuses what is no code
        if not code.startswith(area):
            raise InputError(
                "GS106",
                f"the grid code {code} does not begin with its area's code {area}",
                where=f"grid {code}",
                fix="number grids inside the area they belong to",
            )


def _content_hash(name: str, encoded: Columns, parameters: str) -> str:
    digest = hashlib.sha256(f"{name}\n{parameters}\n".encode())
    order = np.argsort(encoded["grid_code"].astype(str))
    for column, values in sorted(encoded.items()):
        shown = [value.wkb_hex if column == "geometry" and value is not None else str(value) for value in values[order]]
        digest.update("\n".join([column, *shown]).encode())
    return digest.hexdigest()


def _replaced(areas: Sequence[str]) -> sa.ColumnElement[bool]:
    """Return the condition on open grids that they lie in one of the areas, or that one of the areas lies in theirs."""
    grid = bare(_GRID.open).c
    inside = [within(grid.grid_code, area) for area in areas]
    return sa.or_(
        *inside, grid.area_code.in_(sorted({area[:n] for area in areas for n in (6, 9, 12) if n < len(area)}))
    )


def _is_in_force(connection: sa.Connection, encoded: Columns, areas: Sequence[str]) -> bool:
    grid = bare(_GRID.open).c
    codes = connection.execute(sa.select(grid.grid_code).where(_replaced(areas))).scalars()
    return set(codes) == set(encoded["grid_code"].tolist())


def _refuse_reused(connection: sa.Connection, backend: Backend, encoded: Columns, valid_from: date) -> None:
    """Refuse a code that named another grid on any day before: ended, or in force mostly elsewhere."""
    opened, closed = bare(_GRID.open), bare(_GRID.closed)
    ended = connection.execute(
        sa.select(closed.c.grid_code, closed.c.valid_from).where(
            closed.c.grid_code.not_in(sa.select(opened.c.grid_code))
        )
    ).all()
    used = {code for code, _ in ended}
    before = connection.execute(
        sa.select(opened.c.grid_code, opened.c.geometry).where(opened.c.valid_from < sa.literal(valid_from, sa.Date))
    ).all()
    shapes = backend.read_geometry([shape for _, shape in before]) if before else np.empty(0, dtype=object)
    known = {code: shape for (code, _), shape in zip(before, shapes, strict=True)}
    reused = [
        code
        for code, shape in zip(encoded["grid_code"], encoded["geometry"], strict=True)
        if code in used or (code in known and not _continues(shape, known[code]))
    ]
    if reused:
        raise StoreError(
            "GS503",
            f"{len(reused)} grid codes already name other grids",
            where=f"grid {min(reused)}",
            why="a code is never used for two grids, or history would mix them",
            fix="number new grids after the last sequence used (Transaction.last_sequences); keep a code where most of "
            "the grid stays where it is",
        )


def _continues(one: Any, other: Any) -> bool:  # noqa: ANN401 - shapely geometries or None
    """Return whether two shapes can be one grid before and after its limits were adjusted (ADR 0072)."""
    if one is None or other is None:
        return one is None and other is None
    smaller = min(one.area, other.area)
    return one.equals(other) or bool(one.intersection(other).area > smaller / 2)


def last_sequences(connection: sa.Connection) -> pd.Series:
    """Return the highest grid sequence ever used, by community (12 digits; index ``community_code``)."""
    codes = [
        code
        for table in (_GRID.open, _GRID.closed)
        for code in connection.execute(sa.select(bare(table).c.grid_code)).scalars()
    ]
    frame = pd.DataFrame({"community_code": [c[:12] for c in codes], "sequence": [int(c[12:]) for c in codes]})
    return frame.groupby("community_code")["sequence"].max().astype("int64")


def put_succession(connection: sa.Connection, plan_id: int, succession: pd.DataFrame) -> None:
    """Keep which grid continues which under a plan; kept once, the same again changes nothing."""
    if connection.scalar(sa.select(sa.func.count()).where(SUCCESSION.c.plan_id == plan_id)) or succession.empty:
        return
    columns = [column.name for column in SUCCESSION.c if column.name not in {"plan_id", "row"}]
    values = succession[columns].astype(object).where(succession[columns].notna(), None)
    rows = [dict(zip(columns, row, strict=True)) for row in values.itertuples(index=False, name=None)]
    connection.execute(
        sa.insert(SUCCESSION), [{"plan_id": plan_id, "row": number, **row} for number, row in enumerate(rows)]
    )


def get_succession(connection: sa.Connection, plan_id: int) -> pd.DataFrame:
    """Return which grid continues which under a plan."""
    columns = [column for column in SUCCESSION.c if column.name not in {"plan_id", "row"}]
    query = sa.select(*columns).where(SUCCESSION.c.plan_id == plan_id).order_by(SUCCESSION.c.row)
    return pd.DataFrame(connection.execute(query).all(), columns=[column.name for column in columns])


def closed_codes(connection: sa.Connection) -> pd.DataFrame:
    """Return the grids that ended for good: index ``grid_code``; ``area_code`` and ``valid_to``."""
    opened, closed = bare(_GRID.open), bare(_GRID.closed)
    query = (
        sa.select(closed.c.grid_code, closed.c.area_code, sa.func.max(closed.c.valid_to))
        .where(closed.c.grid_code.not_in(sa.select(opened.c.grid_code)))
        .group_by(closed.c.grid_code, closed.c.area_code)
        .order_by(closed.c.grid_code)
    )
    frame = pd.DataFrame(connection.execute(query).all(), columns=["grid_code", "area_code", "valid_to"])
    frame["valid_to"] = pd.to_datetime(frame["valid_to"]).astype("datetime64[us]")
    return frame.set_index("grid_code")


def plans(connection: sa.Connection, area: str | None = None) -> pd.DataFrame:
    """Return the plans, oldest first, keyed by ``plan_id``; those that opened grids in an area when one is given.

    Columns ``name``, ``valid_from`` (date), ``grids`` (grids in the plan), ``in_force`` (grids it opened that are open
    today) and ``parameters`` (JSON text).
    """
    grid = bare(_GRID.open).c
    open_grids = sa.select(grid.plan_id, sa.func.count().label("in_force")).group_by(grid.plan_id).subquery()
    query = (
        sa.select(
            PLAN.c.plan_id, PLAN.c.name, PLAN.c.valid_from, PLAN.c.grids, open_grids.c.in_force, PLAN.c.parameters
        )
        .outerjoin(open_grids, open_grids.c.plan_id == PLAN.c.plan_id)
        .order_by(PLAN.c.plan_id)
    )
    if area is not None:
        tables = [bare(table).c for table in (_GRID.open, _GRID.closed)]
        query = query.where(
            sa.or_(*(PLAN.c.plan_id.in_(sa.select(c.plan_id).where(within(c.grid_code, area))) for c in tables))
        )
    names = ["plan_id", "name", "valid_from", "grids", "in_force", "parameters"]
    frame = pd.DataFrame(connection.execute(query).all(), columns=names).set_index("plan_id")
    frame["valid_from"] = pd.to_datetime(frame["valid_from"]).astype("datetime64[us]")
    return frame.fillna({"in_force": 0}).astype({"grids": "int64", "in_force": "int64"})
