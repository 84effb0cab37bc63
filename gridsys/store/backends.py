"""What differs between the two databases: connecting, writing many rows, temporary tables, waiting for one another."""

from __future__ import annotations

import math
import re
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, Final, cast

import numpy as np
import pandas as pd
import psycopg
import pyarrow as pa
import pyarrow.csv
import shapely
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.exc import DisconnectionError

from gridsys.domain.progress import Progress
from gridsys.domain.records import FieldType, RecordKind

Columns = Mapping[str, NDArray[np.object_]]
Values = Sequence[Any] | pd.Series
"""A column as a database gives it."""
_ARROW_NUMBERS: Final = {FieldType.INTEGER: pa.int64(), FieldType.NUMBER: pa.float64()}
_CHUNK: Final = 50_000
_BULK: Final = 5_000
"""From this many rows on, an empty table's indices and guards are made after the rows rather than row by row."""


_RESTED: Final = 5.0
"""After so many seconds in the pool a connection is asked whether the server still knows it."""


def quote(name: str) -> str:
    """Return an SQL identifier in quotes.

    Examples
    --------
    >>> quote("use")
    '"use"'
    """
    return f'"{name}"'


class Backend(ABC):
    """One kind of database."""

    name: str

    @abstractmethod
    def engine(self, url: sa.URL) -> sa.Engine:
        """Return an engine whose transactions are as safe and as isolated as the project needs."""

    @abstractmethod
    def read_only_options(self) -> dict[str, Any]:
        """Return the execution options of a connection whose transaction only reads."""

    @abstractmethod
    def lock(self, connection: sa.Connection, table: str) -> None:
        """Make other writers of a table wait until this transaction ends; readers go on."""

    @abstractmethod
    def create_stage(self, connection: sa.Connection, table: str, columns: Sequence[str]) -> str:
        """Create a temporary table with some of a table's columns and return its name; it lasts for the transaction."""

    def index_stage(self, connection: sa.Connection, stage: str, key: str) -> None:
        """Make a temporary table's key quick to look up."""
        connection.exec_driver_sql(f"CREATE INDEX {quote('ix_' + stage)} ON {quote(stage)} ({quote(key)})")

    @abstractmethod
    def drop_stage(self, connection: sa.Connection, stage: str) -> None:
        """Drop a temporary table."""

    @abstractmethod
    def write(self, connection: sa.Connection, table: str, columns: Columns, progress: Progress, stage: str) -> None:
        """Append rows to a table."""

    @abstractmethod
    def unhindered(self, connection: sa.Connection, table: str, rows: int) -> Any:  # noqa: ANN401 - a context manager
        """Return a context in which an empty table takes many rows: its indices and guards are put back at the end."""

    @abstractmethod
    def fetch(self, connection: sa.Connection, query: sa.Select[Any], kind: RecordKind) -> dict[str, Values]:
        """Return a query's result by columns: text (also days and moments), numbers, raw geometry, or None."""

    @abstractmethod
    def read_geometry(self, values: Values) -> NDArray[np.object_]:
        """Return shapely geometries of the raw values of a geometry column."""

    @staticmethod
    def _geometry_values(shapes: NDArray[np.object_], *, hexadecimal: bool) -> NDArray[np.object_]:
        return np.asarray(shapely.to_wkb(shapes, hex=hexadecimal), dtype=object)


class SQLite(Backend):
    """Stock SQLite: WKB geometry, rows written by ``executemany`` of tuples."""

    name = "sqlite"

    def engine(self, url: sa.URL) -> sa.Engine:
        """Return an engine: write-ahead log, every commit on disk before it counts, foreign keys on."""
        engine = sa.create_engine(url.set(drivername="sqlite"), connect_args={"timeout": 30})

        @sa.event.listens_for(engine, "connect")
        def _on_connect(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI connection
            connection.isolation_level = None  # the driver's own BEGIN would leave DDL outside the transaction
            for pragma in (
                "journal_mode=WAL",
                "synchronous=FULL",
                "foreign_keys=ON",
                "busy_timeout=30000",
                "temp_store=MEMORY",
                "cache_size=-131072",
                "trusted_schema=OFF",
            ):
                connection.execute(f"PRAGMA {pragma}").close()

        @sa.event.listens_for(engine, "begin")
        def _on_begin(connection: sa.Connection) -> None:
            # IMMEDIATE: a writer that began as a reader could not wait for another one, only fail
            reading = connection.get_execution_options().get("gridsys_read_only", False)
            connection.exec_driver_sql("PRAGMA query_only=OFF")
            connection.exec_driver_sql("BEGIN DEFERRED" if reading else "BEGIN IMMEDIATE")
            if reading:
                connection.exec_driver_sql("PRAGMA query_only=ON")

        return engine

    def read_only_options(self) -> dict[str, Any]:
        """Return the option that ``_on_begin`` looks for."""
        return {"gridsys_read_only": True}

    def lock(self, connection: sa.Connection, table: str) -> None:
        """Do nothing: a writing transaction is alone already."""

    def create_stage(self, connection: sa.Connection, table: str, columns: Sequence[str]) -> str:
        """Create the table in the connection's temporary database, in memory."""
        stage = f"stage_{table}"
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS temp.{quote(stage)}")
        names = ", ".join(map(quote, columns))
        connection.exec_driver_sql(f"CREATE TEMP TABLE {quote(stage)} ({names})")
        return stage

    def drop_stage(self, connection: sa.Connection, stage: str) -> None:
        """Drop the table."""
        connection.exec_driver_sql(f"DROP TABLE temp.{quote(stage)}")

    def write(self, connection: sa.Connection, table: str, columns: Columns, progress: Progress, stage: str) -> None:
        """Append rows by ``executemany`` in chunks."""
        lists = [
            (self._geometry_values(values, hexadecimal=False) if name == "geometry" else values).tolist()
            for name, values in columns.items()
        ]
        names = ", ".join(map(quote, columns))
        marks = ", ".join("?" * len(columns))
        statement = f"INSERT INTO {quote(table)} ({names}) VALUES ({marks})"  # noqa: S608 - names from the record kinds
        total = len(lists[0])
        # the driver's own cursor takes an iterator: a list of a million tuples keeps the garbage collector busy
        cursor = connection.connection.cursor()
        rows = zip(*lists, strict=True)
        for start in range(0, total, _CHUNK):
            cursor.executemany(statement, islice(rows, _CHUNK))  # type: ignore[arg-type]  # sqlite3 takes any iterable
            progress(stage, min(start + _CHUNK, total), total)
        cursor.close()

    @contextmanager
    def unhindered(self, connection: sa.Connection, table: str, rows: int) -> Iterator[None]:
        """Drop indices and triggers, and make them again as they were; DDL is part of the transaction."""
        if rows < _BULK:
            yield
            return
        made = connection.exec_driver_sql(
            "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = ? AND type IN ('index', 'trigger') "
            "AND sql IS NOT NULL",
            (table,),
        ).all()
        for type_, name, _ in made:
            connection.exec_driver_sql(f"DROP {type_} {quote(name)}")
        yield
        for _, _, statement in made:
            connection.exec_driver_sql(statement)

    def fetch(self, connection: sa.Connection, query: sa.Select[Any], kind: RecordKind) -> dict[str, Values]:  # noqa: ARG002 - SQLite's values have types
        """Return the rows turned to columns, past SQLAlchemy's row objects."""
        result = connection.execute(query)
        names = list(result.keys())
        rows = result.cursor.fetchall()
        return dict(zip(names, zip(*rows, strict=True) if rows else ([] for _ in names), strict=True))

    def read_geometry(self, values: Values) -> NDArray[np.object_]:
        """Return the geometries of WKB."""
        return np.asarray(shapely.from_wkb(np.asarray(values, dtype=object)), dtype=object)


class PostgreSQL(Backend):
    """PostgreSQL with PostGIS: real geometry columns, rows written by COPY."""

    name = "postgresql"

    def engine(self, url: sa.URL) -> sa.Engine:
        """Return an engine on psycopg 3; days and moments are in ISO form and UTC, a commit is on disk."""
        options = "-c timezone=UTC -c datestyle=ISO,YMD -c synchronous_commit=on"
        engine = sa.create_engine(
            url.set(drivername="postgresql+psycopg"),
            connect_args={"connect_timeout": 10, "options": options},
        )
        _ping_the_idle(engine)
        return engine

    def read_only_options(self) -> dict[str, Any]:
        """Return the options for one snapshot throughout."""
        return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

    def lock(self, connection: sa.Connection, table: str) -> None:
        """Take the lock that conflicts with other writers and not with readers."""
        connection.exec_driver_sql(f"LOCK TABLE {quote(table)} IN SHARE ROW EXCLUSIVE MODE")

    def create_stage(self, connection: sa.Connection, table: str, columns: Sequence[str]) -> str:
        """Create the table with the column types of the original."""
        stage = f"stage_{table}"
        names = ", ".join(map(quote, columns))
        connection.exec_driver_sql(
            f"CREATE TEMP TABLE {quote(stage)} ON COMMIT DROP AS SELECT {names} FROM {quote(table)} WITH NO DATA"  # noqa: S608 - names from the record kinds
        )
        return stage

    def drop_stage(self, connection: sa.Connection, stage: str) -> None:
        """Drop the table now, so that a second write in the transaction can make its own."""
        connection.exec_driver_sql(f"DROP TABLE pg_temp.{quote(stage)}")

    def write(self, connection: sa.Connection, table: str, columns: Columns, progress: Progress, stage: str) -> None:
        """Append rows by COPY, in chunks of CSV."""
        names = ", ".join(map(quote, columns))
        total = len(next(iter(columns.values())))
        options = pyarrow.csv.WriteOptions(include_header=False)
        with (
            _driver(connection).cursor() as cursor,
            cursor.copy(f"COPY {quote(table)} ({names}) FROM STDIN (FORMAT csv)") as copy,
        ):
            for start in range(0, total, _CHUNK):
                part = {name: self._arrow(name, values[start : start + _CHUNK]) for name, values in columns.items()}
                buffer = pa.BufferOutputStream()
                pyarrow.csv.write_csv(pa.table(part), buffer, options)
                copy.write(buffer.getvalue().to_pybytes())
                progress(stage, min(start + _CHUNK, total), total)
        connection.exec_driver_sql(f"ANALYZE {quote(table)}")

    def _arrow(self, name: str, values: NDArray[np.object_]) -> pa.Array:
        return pa.array(self._geometry_values(values, hexadecimal=True) if name == "geometry" else values)

    @contextmanager
    def unhindered(self, connection: sa.Connection, table: str, rows: int) -> Iterator[None]:
        """Drop indices and the primary key and still the triggers; DDL is part of the transaction."""
        if rows < _BULK:
            yield
            return
        indices = connection.exec_driver_sql(
            "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i "
            "WHERE i.indrelid = %s::regclass "
            "AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)",
            (table,),
        ).all()
        keys = connection.exec_driver_sql(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE conrelid = %s::regclass AND contype = 'p'",
            (table,),
        ).all()
        alter = f"ALTER TABLE {quote(table)}"
        for name, _ in indices:
            connection.exec_driver_sql(f"DROP INDEX {name}")
        for name, _ in keys:
            connection.exec_driver_sql(f"{alter} DROP CONSTRAINT {quote(name)}")
        connection.exec_driver_sql(f"{alter} DISABLE TRIGGER USER")
        yield
        connection.exec_driver_sql(f"{alter} ENABLE TRIGGER USER")
        for name, rule in keys:
            connection.exec_driver_sql(f"{alter} ADD CONSTRAINT {quote(name)} {rule}")
        for _, statement in indices:
            connection.exec_driver_sql(statement)

    def fetch(self, connection: sa.Connection, query: sa.Select[Any], kind: RecordKind) -> dict[str, Values]:
        """Return the result by way of COPY and Arrow, several times as fast as rows."""
        statement = query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
        buffer = pa.BufferOutputStream()
        with _driver(connection).cursor() as cursor, cursor.copy(f"COPY ({statement}) TO STDOUT (FORMAT csv)") as copy:
            for block in copy:
                buffer.write(block)
        names = [column.name for column in query.selected_columns]
        types = {field.name: _ARROW_NUMBERS[field.type] for field in kind.fields if field.type in _ARROW_NUMBERS}
        text = buffer.getvalue()
        if not text.size:
            return {name: [] for name in names}
        table = pyarrow.csv.read_csv(
            pa.BufferReader(text),
            pyarrow.csv.ReadOptions(column_names=names),
            pyarrow.csv.ParseOptions(newlines_in_values=True),
            pyarrow.csv.ConvertOptions(
                column_types={name: types.get(name, pa.string()) for name in names},
                strings_can_be_null=True,
                null_values=[""],
                quoted_strings_can_be_null=False,
            ),
        )
        return {name: table.column(name).to_pandas() for name in names}

    def read_geometry(self, values: Values) -> NDArray[np.object_]:
        """Return the geometries of hexadecimal EWKB."""
        texts = pd.Series(values, dtype=object)
        shapes = shapely.from_wkb(texts.where(texts.notna(), None).to_numpy())
        return np.asarray(shapely.set_srid(shapes, 0), dtype=object)


def write_at_once(connection: sa.Connection, statement: str, values: Sequence[Any]) -> int:
    """Write on PostgreSQL by one prepared statement and return how many rows; a BEGIN due travels with it."""
    driver = _driver(connection)
    with driver.pipeline(), driver.cursor() as cursor:
        cursor.execute(statement, values, prepare=True)
    return cursor.rowcount


def _ping_the_idle(engine: sa.Engine) -> None:
    """Ask a pooled connection whether it lives only when it has rested: a ping for each act costs three round trips."""

    @sa.event.listens_for(engine, "checkin")
    def _on_checkin(_connection: object, record: Any) -> None:  # noqa: ANN401 - a pool's record
        record.info["rested_from"] = time.monotonic()

    @sa.event.listens_for(engine, "checkout")
    def _on_checkout(connection: Any, record: Any, _proxy: object) -> None:  # noqa: ANN401 - a DBAPI connection
        if time.monotonic() - record.info.get("rested_from", math.inf) <= _RESTED:
            return
        try:
            engine.dialect.do_ping(connection)
        except psycopg.Error as error:
            raise DisconnectionError from error  # the pool makes a new connection and tries again


def _driver(connection: sa.Connection) -> psycopg.Connection:
    """Return psycopg's own connection, in the same transaction."""
    return cast("psycopg.Connection", connection.connection.driver_connection)


_BACKENDS: Final[dict[str, Backend]] = {"sqlite": SQLite(), "postgresql": PostgreSQL()}


def backend_of(url: sa.URL) -> Backend | None:
    """Return the backend of a database URL, or None for a database that is not supported.

    Examples
    --------
    >>> backend_of(sa.make_url("sqlite:///city.db")).name, backend_of(sa.make_url("mysql://host/city"))
    ('sqlite', None)
    """
    return _BACKENDS.get(re.split(r"\+", url.drivername)[0])
