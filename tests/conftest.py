"""Fixtures every room shares: databases, the folder of real data, the browser.

Where a service or the real data are absent, tests skip and say why; with CI=true a missing service is a failure.
"""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from gridsys.store import Store, open_store
from tests.postgres import PostgresDatabase

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


@pytest.fixture(scope="session")
def _postgres() -> Iterator[PostgresDatabase]:
    """Yield this process's own database on the test server."""
    server = _services().get("GRIDSYS_TEST_POSTGRES")
    if not server:
        _absent("PostgreSQL", "GRIDSYS_TEST_POSTGRES")
    database = PostgresDatabase(server)
    yield database
    database.drop()


@pytest.fixture(scope="session")
def _migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an SQLite file with our schema, to copy for each test."""
    path = tmp_path_factory.mktemp("schema") / "schema.db"
    with open_store(f"sqlite:///{path}") as store:
        store.upgrade()
    return path


@pytest.fixture
def postgres_url(_postgres: PostgresDatabase) -> str:
    """Return the URL of an empty PostgreSQL database with PostGIS; one test at a time has it."""
    return _postgres.empty()


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
def migrated_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of a database that has our schema and no rows, once on each backend."""
    if backend == "postgresql":
        return request.getfixturevalue("_postgres").migrated()
    path = tmp_path / "migrated.db"
    shutil.copy(request.getfixturevalue("_migrated_sqlite"), path)
    return f"sqlite:///{path}"


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


@pytest.fixture(scope="session")
def node() -> str:
    """Return the path of node, which runs the pages' own modules."""
    path = shutil.which("node")
    if path is None:
        _absent("node", "GRIDSYS_TEST_NODE")
    return path
