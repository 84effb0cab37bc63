"""Fixtures every room shares: databases, the folder of real data, the browser.

Where a service or the real data are absent, tests skip and say why; with CI=true a missing service is a failure.
"""

from __future__ import annotations

import os
import shlex
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
import sqlalchemy as sa

from gridsys.store import Store, open_store

ROOT = Path(__file__).parents[1]


def _services() -> dict[str, str]:
    """Return what ``tests/services.sh up`` wrote, under what the environment says."""
    file = Path(os.environ.get("GRIDSYS_SERVICES", ROOT / ".services")) / "env"
    written = {}
    if file.exists():
        for assignment in shlex.split(file.read_text(encoding="utf-8")):
            name, _, value = assignment.partition("=")
            written[name] = value
    return written | {name: value for name, value in os.environ.items() if name.startswith("GRIDSYS_TEST_")}


def _absent(service: str, name: str) -> NoReturn:
    reason = _services().get(f"{name}_SKIP", f"{name} is not set: run tests/services.sh up")
    if os.environ.get("CI") == "true":
        pytest.fail(f"{service} is needed in CI: {reason}")
    pytest.skip(f"NO {service.upper()}: {reason}")


def _new_database(server: sa.Engine, template: str) -> str:
    name = f"t_{uuid.uuid4().hex[:16]}"
    with server.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return name


def _drop_database(server: sa.Engine, name: str) -> None:
    with server.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def _server() -> Iterator[tuple[sa.Engine, sa.URL]]:
    """Yield an engine on the server's own database, and the URL of the template database."""
    text = _services().get("GRIDSYS_TEST_POSTGRES")
    if not text:
        _absent("PostgreSQL", "GRIDSYS_TEST_POSTGRES")
    url = sa.make_url(text)
    engine = sa.create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    yield engine, url
    engine.dispose()


@pytest.fixture(scope="session")
def _migrated_postgres(_server: tuple[sa.Engine, sa.URL]) -> Iterator[str]:
    """Yield the name of a database with our schema, to copy for each test."""
    engine, url = _server
    assert url.database is not None
    name = _new_database(engine, url.database)
    with open_store(url.set(database=name).render_as_string(hide_password=False)) as store:
        store.upgrade()
    yield name
    _drop_database(engine, name)


@pytest.fixture(scope="session")
def _migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an SQLite file with our schema, to copy for each test."""
    path = tmp_path_factory.mktemp("schema") / "schema.db"
    with open_store(f"sqlite:///{path}") as store:
        store.upgrade()
    return path


@pytest.fixture
def postgres_url(_server: tuple[sa.Engine, sa.URL]) -> Iterator[str]:
    """Yield the URL of a fresh, empty PostgreSQL database with PostGIS."""
    engine, url = _server
    assert url.database is not None
    name = _new_database(engine, url.database)
    yield url.set(database=name).render_as_string(hide_password=False)
    _drop_database(engine, name)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Return the URL of an SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def backend(request: pytest.FixtureRequest) -> str:
    """Return the name of the backend the test runs on: every user of it runs once on each."""
    return request.param


@pytest.fixture
def store_url(backend: str, request: pytest.FixtureRequest) -> str:
    """Return the URL of an empty database, once on SQLite and once on PostgreSQL."""
    return request.getfixturevalue({"sqlite": "sqlite_url", "postgresql": "postgres_url"}[backend])


@pytest.fixture
def migrated_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Yield the URL of a database that has our schema and no rows, once on each backend."""
    if backend == "sqlite":
        path = tmp_path / "store.db"
        shutil.copy(request.getfixturevalue("_migrated_sqlite"), path)
        yield f"sqlite:///{path}"
        return
    engine, url = request.getfixturevalue("_server")
    name = _new_database(engine, request.getfixturevalue("_migrated_postgres"))
    yield url.set(database=name).render_as_string(hide_password=False)
    _drop_database(engine, name)


@pytest.fixture
def store(migrated_url: str) -> Iterator[Store]:
    """Yield an open store that has our schema and no rows, once on each backend."""
    with open_store(migrated_url) as opened:
        yield opened


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real data, which no checkout contains."""
    folder = Path(os.environ.get("GRIDSYS_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"NO REAL DATA: {folder} is not there; set GRIDSYS_SHARED_DATA to the folder")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of Debian's chromium."""
    path = _services().get("GRIDSYS_TEST_CHROMIUM", "/usr/bin/chromium")
    if not Path(path).exists():
        _absent("chromium", "GRIDSYS_TEST_CHROMIUM")
    return path
