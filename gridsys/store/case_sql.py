"""The statements that write cases, as the drivers take them: SQLAlchemy's compiler would cost more than they do."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from gridsys.store.schema import CASE_EVENT, CASE_HEAD

_HEAD_COLUMNS: Final = tuple(column.name for column in CASE_HEAD.columns)
_MARKS: Final = {"sqlite": "?", "postgresql": "%s"}
# one parameter for any number of cases; on PostgreSQL the rows are held, in one order for everybody
NEWEST: Final = {
    "sqlite": "SELECT case_id, seq, entry_hash FROM case_head WHERE case_id IN (SELECT value FROM json_each(?))",
    "postgresql": "SELECT case_id, seq, entry_hash FROM case_head WHERE case_id = ANY(%s) ORDER BY case_id FOR UPDATE",
}


def _insert(table: sa.Table, mark: str, conflict: str = "") -> str:
    names = [column.name for column in table.columns]
    quoted, marks = ", ".join(f'"{name}"' for name in names), ", ".join([mark] * len(names))
    return f'INSERT INTO "{table.name}" ({quoted}) VALUES ({marks}){conflict}'  # noqa: S608 - names of our tables


def _move(mark: str) -> str:
    changed = ", ".join(f'"{name}" = {mark}' for name in _HEAD_COLUMNS[1:])
    return f'UPDATE case_head SET {changed} WHERE "case_id" = {mark}'  # noqa: S608 - names of our tables


INSERT_HEAD: Final = {name: _insert(CASE_HEAD, mark, " ON CONFLICT DO NOTHING") for name, mark in _MARKS.items()}
MOVE_HEAD: Final = {name: _move(mark) for name, mark in _MARKS.items()}
INSERT_EVENT: Final = {name: _insert(CASE_EVENT, mark) for name, mark in _MARKS.items()}


def _take() -> str:
    changed = ", ".join(f'"{name}" = %s' for name in _HEAD_COLUMNS[1:-1])
    names = ", ".join(f'"{column.name}"' for column in CASE_EVENT.columns)
    marks = ", ".join(["%s"] * (len(CASE_EVENT.columns) - 1))
    return (
        f"WITH moved AS (UPDATE case_head SET {changed}, entry_hash = "  # noqa: S608 - names of our tables
        "encode(sha256(convert_to('[\"' || entry_hash || '\",' || %s, 'UTF8')), 'hex') "
        "WHERE case_id = %s AND seq = %s RETURNING entry_hash) "
        f"INSERT INTO case_event ({names}) SELECT {marks}, entry_hash FROM moved"
    )


TAKE: Final = _take()
"""PostgreSQL: one event of one case, in one round trip. The head's condition is the lock; its hash is carried on there.

Parameters: the head without id and hash, the event's row as JSON without its first bracket, the case, the event its
writer had seen, the event's row without hash.
"""
