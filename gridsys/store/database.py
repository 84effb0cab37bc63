"""Opening a database, bringing its schema to a version, and beginning transactions."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import psycopg
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy.exc import ArgumentError, DBAPIError

from gridsys.errors import StoreError
from gridsys.store.backends import Backend, backend_of
from gridsys.store.transaction import Transaction

_MIGRATIONS: Final = Path(__file__).parent / "migrations"
_UPGRADE_FIX: Final = "run `gridsys db upgrade` (Store.upgrade)"


def _alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _shown(url: sa.URL) -> str:
    return url.render_as_string(hide_password=True)


def _cause(error: DBAPIError | psycopg.Error | sqlite3.Error) -> str:
    """Return the first line of what the database says; the lines after it may show a person's record."""
    original = error.orig if isinstance(error, DBAPIError) else error
    return next(iter(str(original).strip().splitlines()), type(original).__name__)


class Store:
    """A database of the system: SQLite, or PostgreSQL with PostGIS. Made by :func:`open_store`.

    Use it as a context manager, or call :meth:`close`.
    """

    def __init__(self, url: sa.URL, backend: Backend) -> None:
        self._url = url
        self._backend = backend
        self._engine = backend.engine(url)
        self._checked = False

    @property
    def backend(self) -> str:
        """``"sqlite"`` or ``"postgresql"``."""
        return self._backend.name

    @property
    def address(self) -> str:
        """The database's URL, its password left out.

        Examples
        --------
        >>> open_store("sqlite:///city.db").address
        'sqlite:///city.db'
        """
        return self._engine.url.render_as_string(hide_password=True)

    @property
    def revision(self) -> str | None:
        """The version of the database's schema; None for an empty database.

        Raises
        ------
        StoreError
            GS501 when the database cannot be reached.
        """
        if self._is_absent_file():
            return None
        with self._connect(read_only=True) as connection:
            return MigrationContext.configure(connection).get_current_revision()

    @property
    def newest_revision(self) -> str:
        """The version of the schema this release works with."""
        head = ScriptDirectory.from_config(_alembic_config()).get_current_head()
        return str(head)

    def upgrade(self) -> None:
        """Create the tables, or bring them to this release's version; all of it or nothing.

        Raises
        ------
        StoreError
            GS501 when the database cannot be reached, lacks PostGIS or refuses; GS502 when it is of a newer release.

        Examples
        --------
        >>> with open_store("sqlite://") as store:
        ...     store.upgrade()
        ...     store.revision == store.newest_revision
        True
        """
        self._migrate("head", down=False)

    def downgrade(self, revision: str) -> None:
        """Go back to an earlier version of the schema (``"base"``: none); what only the newer one holds is lost.

        Raises
        ------
        StoreError
            GS501, or GS502 for an unknown version.
        """
        self._migrate(revision, down=True)

    @contextmanager
    def begin(self, *, read_only: bool = False) -> Iterator[Transaction]:
        """Begin a transaction: kept when the block ends, rolled back when it raises.

        Parameters
        ----------
        read_only
            Read one consistent state without keeping writers waiting.

        Raises
        ------
        StoreError
            GS501 when the database cannot be reached, GS502 when its schema is not this release's, GS503 when it
            refuses a write.
        """
        self._require_schema()
        with self._connect(read_only=read_only) as connection:
            yield Transaction(connection, self._backend)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        """Return the store itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close all connections."""
        self.close()

    def _is_absent_file(self) -> bool:
        """Whether this is an SQLite file that does not exist; connecting would create it."""
        name = self._url.database
        return self.backend == "sqlite" and bool(name) and name != ":memory:" and not Path(str(name)).exists()

    @contextmanager
    def _connect(self, *, read_only: bool = False) -> Iterator[sa.Connection]:
        """Yield a connection in a transaction; turn the database's errors into ours."""
        try:
            connection = self._engine.connect()
        except DBAPIError as error:
            raise self._unreachable(error) from error
        with connection:
            try:
                if read_only:
                    connection = connection.execution_options(**self._backend.read_only_options())
                with connection.begin():
                    yield connection
            except (DBAPIError, psycopg.Error, sqlite3.Error) as error:
                raise self._refused(error) from error

    def _refused(self, error: DBAPIError | psycopg.Error | sqlite3.Error) -> StoreError:
        original = error.orig if isinstance(error, DBAPIError) else error
        if isinstance(original, (sqlite3.IntegrityError, psycopg.IntegrityError)):
            what, fix = "the database refused a value", "mend the record that breaks the rule named, and write again"
        else:
            what = "the database could not carry out the transaction"
            fix = "see the cause: another writer (try again), a full disk, a lost connection"
        return StoreError("GS503", f"{what}; nothing was changed", where=_shown(self._url), why=_cause(error), fix=fix)

    def _unreachable(self, error: DBAPIError) -> StoreError:
        fix = (
            "check that the folder exists and may be written to"
            if self.backend == "sqlite"
            else "check host, port, database name, user and password, and that the server runs"
        )
        return StoreError("GS501", "the database cannot be opened", where=_shown(self._url), why=_cause(error), fix=fix)

    def _require_schema(self) -> None:
        if self._checked:
            return
        found, wanted = self.revision, self.newest_revision
        if found != wanted:
            what = "the database has no tables yet" if found is None else f"the database is at version {found}"
            raise StoreError(
                "GS502", what, where=_shown(self._url), why=f"this release needs {wanted}", fix=_UPGRADE_FIX
            )
        self._checked = True

    def _migrate(self, revision: str, *, down: bool) -> None:
        self._checked = False
        config = _alembic_config()
        try:
            with self._connect() as connection:
                config.attributes["connection"] = connection
                (command.downgrade if down else command.upgrade)(config, revision)
        except CommandError as error:
            raise StoreError(
                "GS502",
                "the schema cannot be brought to that version",
                where=_shown(self._url),
                why=str(error),
                fix="name a version this release knows, or install the release that made the database",
            ) from error


def open_store(url: str) -> Store:
    """Open a database; nothing is created before :meth:`Store.upgrade`.

    Parameters
    ----------
    url
        SQLAlchemy URL: ``sqlite:///file.db``, ``sqlite://`` (in memory, for trying out) or
        ``postgresql://user:password@host/database``.

    Raises
    ------
    StoreError
        GS501 for a URL that cannot be understood or another kind of database.

    Examples
    --------
    >>> with open_store("sqlite://") as store:
    ...     store.upgrade()
    ...     with store.begin() as transaction:
    ...         transaction.count("person")
    0
    """
    fix = "give sqlite:///FILE or postgresql://USER@HOST/DATABASE"
    try:
        parsed = sa.make_url(url)
    except ArgumentError as error:
        raise StoreError("GS501", "the database URL cannot be understood", fix=fix) from error
    backend = backend_of(parsed)
    if backend is None:
        raise StoreError("GS501", f"databases of kind {parsed.drivername} are not supported", fix=fix)
    return Store(parsed, backend)
