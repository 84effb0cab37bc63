"""Records of items: one wide frame an item, kept as a base row and a typed row of the same version."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd
import sqlalchemy as sa
from pyproj import CRS

from gridsys.domain.catalog import Catalog
from gridsys.domain.catalog_records import KEY
from gridsys.domain.progress import Progress, silent
from gridsys.errors import InputError, StoreError
from gridsys.store import item_migration
from gridsys.store.backends import Backend, Columns
from gridsys.store.codec import decode, encode
from gridsys.store.item_migration import Migration
from gridsys.store.item_tables import ItemTables, item_tables
from gridsys.store.merge import Merge, PutCounts, bare
from gridsys.store.reading import within
from gridsys.store.schema import PAIRS

_BASE = PAIRS["item"]
_ABOUT_VERSION = frozenset({"recorded_by", "source"})
"""Base columns that tell of a version where it came from: not a difference between two."""


class Items:
    """The items of a database, within one transaction (``Transaction.items``)."""

    def __init__(self, connection: sa.Connection, backend: Backend) -> None:
        self._connection, self._backend = connection, backend

    @property
    def catalog(self) -> Catalog:
        """The catalog in force.

        Raises
        ------
        StoreError
            GS504 before the first was applied.
        """
        found = item_migration.catalog_in_force(self._connection)
        if found is None:
            raise StoreError("GS504", "no catalog is in force", fix="run `gridsys catalog apply`")
        return found

    def plan(self, catalog: Catalog) -> Migration:
        """Return what :meth:`apply` would do.

        Raises
        ------
        InputError
            GS108 for a version that was applied before with other rows.
        """
        return item_migration.plan(self._connection, catalog)

    def apply(self, catalog: Catalog) -> Migration:
        """Bring the tables of items to a catalog; nothing that is kept is lost, or it is refused whole.

        Raises
        ------
        InputError
            GS108; GS110 naming every column whose values the change would lose or break.
        """
        self._backend.lock(self._connection, _BASE.open.name)
        return item_migration.apply(self._connection, catalog)

    def put(
        self,
        code: str,
        frame: pd.DataFrame,
        *,
        valid_from: date,
        recorded_by: str,
        source: str,
        progress: Progress = silent,
    ) -> PutCounts:
        """Write records of an item: new ones open, changed ones continue in a new version, others are not touched.

        Parameters
        ----------
        code
            Code of the item.
        frame
            Index ``record_id``; ``subject_id``, ``grid_code``, ``place`` and a column for each indicator
            (:func:`gridsys.domain.catalog_records.item_kind`).
        valid_from
            First day of new versions.
        recorded_by, source
            Who brought the records, and from where; they do not make a version differ from another.
        progress
            Told of rows written.

        Raises
        ------
        InputError
            GS102 to GS104 for a frame that is not of the item, GS109 for an unknown item.
        StoreError
            GS503 when a change lies before the version in force; GS504 without a catalog.
        """
        tables = self._tables(code)
        encoded = encode(frame, tables.kind, valid_from=valid_from)
        rows = len(frame)
        constant = {"item_code": code, "subject_kind": tables.item.subject}
        constant |= {"recorded_by": recorded_by, "source": source}
        encoded |= {name: np.full(rows, value, dtype=object) for name, value in constant.items()}
        self._backend.lock(self._connection, _BASE.open.name)
        return _ItemMerge(self._connection, self._backend, tables).put(encoded, rows, progress)

    def close(self, code: str, ids: Sequence[str], *, valid_to: date) -> PutCounts:
        """End records of an item on a day.

        Raises
        ------
        StoreError
            GS503 when a version begins later, GS504 when an id has no open version.
        """
        tables = self._tables(code)
        typed = bare(tables.open).c[KEY]
        known = set(self._connection.execute(sa.select(typed).where(typed.in_(list(ids)))).scalars())
        unknown = [value for value in ids if value not in known]
        if unknown:
            where = f"{tables.kind.name} {unknown[0]}"
            raise StoreError("GS504", "there is no open record", where=where, fix="check the identifier")
        self._backend.lock(self._connection, _BASE.open.name)
        return _ItemMerge(self._connection, self._backend, tables).close(ids, valid_to)

    def get(
        self,
        code: str,
        *,
        as_of: date | None = None,
        area: str | None = None,
        unplaced: bool = False,
        columns: Sequence[str] | None = None,
    ) -> pd.DataFrame:
        """Return the records of an item in force, sorted by key.

        Parameters
        ----------
        code
            Code of the item.
        as_of
            The day; the open versions when None.
        area
            Code of an area: records whose grid lies in it.
        unplaced
            With an area: also the records that name no grid.
        columns
            The columns wanted besides the key; all when None.

        Raises
        ------
        InputError
            GS102 for an unknown column, GS106 for a malformed area code, GS109 for an unknown item.
        StoreError
            GS504 without a catalog.
        """
        tables = self._tables(code)
        kind = tables.kind
        wanted = list(kind.columns) if columns is None else [KEY, *(name for name in columns if name != KEY)]
        unknown = [name for name in wanted if name not in kind.columns]
        if unknown:
            fix = f"columns are: {', '.join(kind.columns)}"
            raise InputError("GS102", f"there is no column {unknown[0]!r}", where=kind.name, fix=fix)
        ages = (False,) if as_of is None else (False, True)
        parts = [self._part(tables, wanted, as_of, closed=closed) for closed in ages]
        if area is not None:
            grid: sa.ColumnElement[str] = sa.literal_column("b.grid_code")
            here = sa.or_(within(grid, area), grid.is_(None)) if unplaced else within(grid, area)
            parts = [part.where(here) for part in parts]
        source = sa.union_all(*parts).subquery("records")
        query = sa.select(*source.c).order_by(source.c[KEY])
        return pd.DataFrame(decode(self._backend.fetch(self._connection, query, kind), kind, crs=CRS("EPSG:4490")))

    def history(self, code: str, record_id: str) -> pd.DataFrame:
        """Return all versions of a record, oldest first: its columns, ``recorded_by``, ``source`` and validity.

        ``valid_to`` is missing for the open version.
        """
        tables = self._tables(code)
        names = [*tables.kind.columns, "recorded_by", "source", "valid_from"]
        rows: dict[str, list[object]] = {name: [] for name in [*names, "valid_to"]}
        for closed in (True, False):
            query = self._part(tables, [*names, *(["valid_to"] if closed else [])], None, closed=closed)
            query = query.where(sa.literal_column("b.record_id") == record_id).order_by("valid_from")
            found = self._connection.execute(query)
            for row in found.mappings():
                for name, values in rows.items():
                    values.append(row.get(name))
        days = {name: pd.to_datetime(pd.Series(rows[name], dtype=object)) for name in ("valid_from", "valid_to")}
        return pd.DataFrame(rows | days).set_index(KEY)

    def _part(
        self, tables: ItemTables, names: Sequence[str], as_of: date | None, *, closed: bool
    ) -> sa.Select[tuple[object, ...]]:
        base = bare(_BASE.closed if closed else _BASE.open).alias("b")
        typed = bare(tables.closed if closed else tables.open).alias("t")
        same = base.c[KEY] == typed.c[KEY]
        if closed:
            same = sa.and_(same, base.c.valid_from == typed.c.valid_from)
        chosen = [base.c[name] if name in base.c else typed.c[name] for name in names]
        query = sa.select(*chosen).select_from(base.join(typed, same))
        if as_of is not None:
            day = sa.literal(as_of, sa.Date)
            query = query.where(base.c.valid_from <= day)
            query = query.where(base.c.valid_to > day) if closed else query
        return query

    def _tables(self, code: str) -> ItemTables:
        catalog = self.catalog
        return item_tables(catalog, catalog.item(code))


class _ItemMerge:
    """One merge into the base pair and an item's pair; a version is a row in each."""

    def __init__(self, connection: sa.Connection, backend: Backend, tables: ItemTables) -> None:
        self.connection, self.backend, self.tables = connection, backend, tables
        self.base = Merge(connection, backend, _BASE)
        self.open, self.closed = bare(tables.open), bare(tables.closed)
        self.typed_columns = [KEY, *tables.value_columns]

    def put(self, columns: Columns, rows: int, progress: Progress) -> PutCounts:
        base = self._stage(_BASE.open.name, {name: columns[name] for name in _BASE.columns}, progress)
        typed = self._stage(self.tables.open.name, {name: columns[name] for name in self.typed_columns}, progress)
        self._refuse_other_item(base)
        opened = self.base.open
        differs = sa.or_(
            *(base.c[name].is_distinct_from(opened.c[name]) for name in _BASE.content if name not in _ABOUT_VERSION),
            *(typed.c[name].is_distinct_from(self.open.c[name]) for name in self.tables.value_columns),
        )
        changed = self._end(
            base.c.valid_from, differs, (base, base.c[KEY] == opened.c[KEY]), (typed, typed.c[KEY] == opened.c[KEY])
        )
        self.base.refuse_before_history(base)
        inserted = self.base.open_absent(base) - changed
        absent = ~sa.exists(sa.select(self.open.c[KEY]).where(self.open.c[KEY] == typed.c[KEY]))
        self.connection.execute(sa.insert(self.open).from_select(self.typed_columns, sa.select(*typed.c).where(absent)))
        later = self.base.count_later(base)
        for stage in (base, typed):
            self.backend.drop_stage(self.connection, stage.name)
        return PutCounts(inserted, changed, rows - inserted - changed, later=later)

    def close(self, ids: Sequence[str], day: date) -> PutCounts:
        return PutCounts(0, 0, 0, self._end(sa.literal(day, sa.Date), self.open.c[KEY].in_(list(ids))))

    def _stage(self, table: str, columns: Columns, progress: Progress) -> sa.TableClause:
        name = self.backend.create_stage(self.connection, table, list(columns))
        self.backend.write(self.connection, name, columns, progress, f"store {table}")
        self.backend.index_stage(self.connection, name, KEY)
        return sa.table(name, *(sa.column(column) for column in columns))

    def _refuse_other_item(self, stage: sa.TableClause) -> None:
        for table in (self.base.open, self.base.closed):
            clash = self.connection.execute(
                sa.select(table.c[KEY], table.c.item_code)
                .join(stage, stage.c[KEY] == table.c[KEY])
                .where(stage.c.item_code != table.c.item_code)
                .order_by(table.c[KEY])
                .limit(1)
            ).first()
            if clash is not None:
                raise InputError(
                    "GS104", f"the record {clash[0]} is one of item {clash[1]} already",
                    where=f"{self.tables.kind.name}.{KEY}", fix="give records of different items different keys",
                )  # fmt: skip

    def _end(
        self,
        day: sa.ColumnElement[date],
        condition: sa.ColumnElement[bool],
        *others: tuple[sa.TableClause, sa.ColumnElement[bool]],
    ) -> int:
        """Move the open versions that end, both rows of each; return how many."""
        opened, count = self.base.open, 0
        base_columns, typed_columns = [*_BASE.columns, "valid_to"], [*self.typed_columns, "valid_from"]
        both = opened.join(self.open, opened.c[KEY] == self.open.c[KEY])
        for other, same in others:
            both = both.join(other, same)
        ended = sa.table(
            self.backend.create_stage(self.connection, _BASE.closed.name, base_columns), *map(sa.column, base_columns)
        )
        typed = sa.table(
            self.backend.create_stage(self.connection, self.tables.closed.name, typed_columns),
            *map(sa.column, typed_columns),
        )
        leaving = sa.select(*(opened.c[name] for name in _BASE.columns), day).select_from(both).where(condition)
        self.connection.execute(sa.insert(ended).from_select(base_columns, leaving))
        values = sa.select(*(self.open.c[name] for name in self.typed_columns), ended.c.valid_from)
        values = values.join(ended, ended.c[KEY] == self.open.c[KEY])
        lasting = values.where(ended.c.valid_from < ended.c.valid_to)
        self.connection.execute(sa.insert(typed).from_select(typed_columns, lasting))
        count = self.connection.scalar(sa.select(sa.func.count()).select_from(ended)) or 0
        self.connection.execute(sa.delete(self.open).where(self.open.c[KEY].in_(sa.select(ended.c[KEY]))))
        self.base.end(ended)
        self.connection.execute(sa.insert(self.closed).from_select(typed_columns, sa.select(*typed.c)))
        for stage in (ended, typed):
            self.backend.drop_stage(self.connection, stage.name)
        return count
