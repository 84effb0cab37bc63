"""The temporal merge: a frame becomes the state of a table from a day on, row by row, in sets.

Unchanged rows are not touched. A changed row's version ends where the new one begins; a version that began on the same
day is a correction and is replaced. History before the day is never rewritten.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Final

import sqlalchemy as sa
from sqlalchemy.sql.expression import TableClause

from gridsys.domain.progress import Progress
from gridsys.errors import StoreError
from gridsys.store.backends import Backend, Columns
from gridsys.store.schema import CHANGE, Pair

_HISTORY_FIX: Final = "give a day on or after it; a version in the past is not rewritten"


@dataclass(frozen=True, slots=True)
class PutCounts:
    """What a write did: rows new, rows with a new version, rows left alone, and versions ended without successor.

    ``later`` counts those of the rows left alone whose version begins after the day asked for: it is not moved back.
    """

    inserted: int
    changed: int
    unchanged: int
    closed: int = 0
    later: int = 0


def note_change(connection: sa.Connection, kind: str) -> None:
    """Note that records of a kind changed; a row each, so that writers do not wait for one another."""
    connection.execute(sa.insert(CHANGE).values(kind=kind))


@cache
def bare(table: sa.Table) -> TableClause:
    r"""Return a table's names without types, so that values pass through as the driver gives and takes them.

    Examples
    --------
    >>> from gridsys.store.schema import PAIRS
    >>> str(sa.select(bare(PAIRS["household"].open).c.kind))
    'SELECT household.kind \nFROM household'
    """
    return sa.table(table.name, *(sa.column(column.name) for column in table.columns))


class Merge:
    """One merge of rows into a pair of tables, by way of a temporary table."""

    def __init__(self, connection: sa.Connection, backend: Backend, pair: Pair) -> None:
        self.connection, self.backend, self.pair = connection, backend, pair
        self.open, self.closed = bare(pair.open), bare(pair.closed)
        self.key = pair.kind.key

    def is_empty(self) -> bool:
        """Return whether the pair has no row."""
        return not (self._has_rows(self.open) or self._has_rows(self.closed))

    def _has_rows(self, table: TableClause) -> bool:
        return bool(self.connection.scalar(sa.select(sa.exists(sa.select(table.c[self.key])))))

    def first_load(self, columns: Columns, progress: Progress) -> PutCounts:
        """Write rows into an empty pair."""
        rows = len(columns[self.key])
        name = self.pair.kind.name
        with self.backend.unhindered(self.connection, name, rows):
            self.backend.write(self.connection, name, columns, progress, f"store {name}")
        return PutCounts(rows, 0, 0)

    def later_load(
        self, columns: Columns, progress: Progress, scope: sa.ColumnElement[bool] | None, day: date
    ) -> PutCounts:
        """Merge rows; with a scope, open versions in it that are not among the rows end on the day."""
        name, rows = self.pair.kind.name, len(columns[self.key])
        stage_name = self.backend.create_stage(self.connection, name, list(columns))
        stage = sa.table(stage_name, *(sa.column(column) for column in columns))
        self.backend.write(self.connection, stage_name, columns, progress, f"compare {name}")
        ended_name = self.backend.create_stage(self.connection, self.closed.name, [*self.pair.columns, "valid_to"])
        ended = sa.table(ended_name, *(sa.column(column) for column in [*self.pair.columns, "valid_to"]))

        same_key = stage.c[self.key] == self.open.c[self.key]
        differs = sa.or_(*(stage.c[c].is_distinct_from(self.open.c[c]) for c in self._content()))
        self._collect(ended, stage.c.valid_from, sa.and_(same_key, differs), stage)
        changed = self._count(ended)
        if scope is not None:
            self.backend.index_stage(self.connection, stage_name, self.key)
            gone = ~sa.exists(sa.select(stage.c[self.key]).where(same_key))
            self._collect(ended, sa.literal(day, sa.Date), sa.and_(scope, gone))
        closed = self._count(ended) - changed
        self.end(ended)
        self.refuse_before_history(stage)
        inserted = self.open_absent(stage) - changed
        later = self.count_later(stage)
        for temporary in (stage_name, ended_name):
            self.backend.drop_stage(self.connection, temporary)
        return PutCounts(inserted, changed, rows - inserted - changed, closed, later)

    def end_only(self, keys_scope: sa.ColumnElement[bool], day: date) -> int:
        """End every open version in the scope on the day; return how many there were."""
        ended_name = self.backend.create_stage(self.connection, self.closed.name, [*self.pair.columns, "valid_to"])
        ended = sa.table(ended_name, *(sa.column(column) for column in [*self.pair.columns, "valid_to"]))
        self._collect(ended, sa.literal(day, sa.Date), keys_scope)
        count = self._count(ended)
        self.end(ended)
        self.backend.drop_stage(self.connection, ended_name)
        return count

    def count_later(self, stage: TableClause) -> int:
        """Return how many rows were left alone whose version begins after the day asked for."""
        both = stage.join(self.open, stage.c[self.key] == self.open.c[self.key])
        after = self.open.c.valid_from > stage.c.valid_from
        return self.connection.scalar(sa.select(sa.func.count()).select_from(both).where(after)) or 0

    def _content(self) -> list[str]:
        own_day = "valid_from" in self.pair.kind.columns  # then another first day is another version
        return [*self.pair.content, *(["valid_from"] if own_day else [])]

    def _count(self, table: TableClause) -> int:
        return self.connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0

    def _collect(
        self,
        ended: TableClause,
        day: sa.ColumnElement[date],
        condition: sa.ColumnElement[bool],
        other: TableClause | None = None,
    ) -> None:
        """Copy the open versions that end, with the day they end on."""
        chosen = sa.select(*(self.open.c[c] for c in self.pair.columns), day).where(condition)
        source = chosen if other is None else chosen.select_from(self.open, other)
        self.connection.execute(sa.insert(ended).from_select([*self.pair.columns, "valid_to"], source))

    def end(self, ended: TableClause) -> None:
        """Move collected versions from open to closed; those of no length (same-day corrections) go."""
        late = self.connection.execute(
            sa.select(ended.c[self.key], ended.c.valid_from, ended.c.valid_to)
            .where(ended.c.valid_from > ended.c.valid_to)
            .order_by(ended.c[self.key])
            .limit(1)
        ).first()
        if late is not None:
            raise StoreError(
                "GS503",
                f"a change on {late[2]} lies before the version in force, which began on {late[1]}",
                where=f"{self.pair.kind.name} {late[0]}",
                fix=_HISTORY_FIX,
            )
        keys = sa.select(ended.c[self.key])
        self.connection.execute(sa.delete(self.open).where(self.open.c[self.key].in_(keys)))
        lasting = sa.select(*ended.c).where(ended.c.valid_from < ended.c.valid_to)
        self.connection.execute(sa.insert(self.closed).from_select([c.name for c in ended.c], lasting))

    def refuse_before_history(self, stage: TableClause) -> None:
        """Refuse a first or returning version that begins before an ended one ends."""
        if not self._has_rows(self.closed):
            return
        clash = self.connection.execute(
            sa.select(stage.c[self.key], stage.c.valid_from, self.closed.c.valid_to)
            .join(self.closed, self.closed.c[self.key] == stage.c[self.key])
            .where(self.closed.c.valid_to > stage.c.valid_from)
            .where(~sa.exists(sa.select(self.open.c[self.key]).where(self.open.c[self.key] == stage.c[self.key])))
            .order_by(stage.c[self.key])
            .limit(1)
        ).first()
        if clash is not None:
            raise StoreError(
                "GS503",
                f"a version from {clash[1]} on would overlap one that lasts until {clash[2]}",
                where=f"{self.pair.kind.name} {clash[0]}",
                fix=_HISTORY_FIX,
            )

    def open_absent(self, stage: TableClause) -> int:
        """Insert the rows whose key has no open version (any more); return how many."""
        absent = ~sa.exists(sa.select(self.open.c[self.key]).where(self.open.c[self.key] == stage.c[self.key]))
        columns = [c.name for c in stage.c]
        statement = sa.insert(self.open).from_select(columns, sa.select(*stage.c).where(absent))
        return self.connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount


def merge(
    connection: sa.Connection,
    backend: Backend,
    pair: Pair,
    columns: Columns,
    *,
    day: date,
    progress: Progress,
    scope: sa.ColumnElement[bool] | None = None,
) -> PutCounts:
    """Merge encoded rows into a pair of tables; see the module.

    Parameters
    ----------
    connection
        In a transaction, which a refusal must roll back.
    backend
        The connection's backend.
    pair
        The tables.
    columns
        Encoded rows (``codec.encode``).
    day
        The day on which versions in ``scope`` end that are not among the rows.
    progress
        Told of rows written.
    scope
        A condition on the open table (``bare(pair.open)``): what the rows are the whole state of. None: of nothing.

    Raises
    ------
    StoreError
        GS503 when a change lies before history.
    """
    work = Merge(connection, backend, pair)
    backend.lock(connection, pair.open.name)
    first = work.is_empty()
    counts = work.first_load(columns, progress) if first else work.later_load(columns, progress, scope, day)
    if counts.inserted or counts.changed or counts.closed:
        note_change(connection, pair.kind.name)
    return counts


def end(
    connection: sa.Connection, backend: Backend, pair: Pair, scope: sa.ColumnElement[bool], *, day: date
) -> PutCounts:
    """End the open versions in a scope on a day.

    Raises
    ------
    StoreError
        GS503 when one of them begins later.
    """
    backend.lock(connection, pair.open.name)
    note_change(connection, pair.kind.name)
    return replace(PutCounts(0, 0, 0), closed=Merge(connection, backend, pair).end_only(scope, day))
