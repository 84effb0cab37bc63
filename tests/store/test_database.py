"""Opening, migrating, refusing."""

from __future__ import annotations

import re
import sqlite3
import subprocess
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from gridsys.errors import StoreError
from gridsys.store import Store, open_store
from gridsys.store.schema import METADATA, PAIRS
from tests.store import frames


def _differences(connection: sa.Connection) -> list[object]:
    """Return what Alembic would migrate; spatial indices exist on PostgreSQL only, key indices on SQLite only."""

    def ours(item: sa.schema.SchemaItem, name: str | None, type_: str, _reflected: bool, _compared: object) -> bool:
        if type_ == "index":
            elsewhere = name.endswith("_geometry") if connection.dialect.name == "sqlite" else name.startswith("pk_")
            return not elsewhere
        return not (type_ == "table" and name in {"spatial_ref_sys", "alembic_version"})

    options = {"include_object": ours, "compare_type": True}
    return compare_metadata(MigrationContext.configure(connection, opts=options), METADATA)


def _tables(url: str) -> set[str]:
    engine = sa.create_engine(url)
    names = set(sa.inspect(engine).get_table_names()) - {"spatial_ref_sys"}
    engine.dispose()
    return names


def test_models_and_migrations_agree(store: Store) -> None:
    with store._engine.connect() as connection:
        assert _differences(connection) == []


def test_the_comparison_sees_differences(store: Store) -> None:
    with store._engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE person ADD COLUMN score INTEGER")
        assert len(_differences(connection)) == 1


def _checks(connection: sa.Connection, dialect: str) -> dict[str, str]:
    """Return every CHECK rule by name, in one spelling."""
    if dialect == "sqlite":
        created = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE type = 'table'").scalars()
        found = [match for sql in created for match in re.findall(r"CONSTRAINT (ck_\w+) CHECK \((.*)\)", sql)]
    else:
        query = (
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE contype IN ('c', 'x') AND conname ~ '^(ck|ex)_'"
        )
        found = [tuple(row) for row in connection.exec_driver_sql(query)]
    return {name: rule.strip(",") for name, rule in found}


def test_rules_of_models_and_migrations_agree(store_url: str) -> None:
    """What Alembic does not compare: CHECK and EXCLUDE rules, word for word."""
    found = []
    for make in (METADATA.create_all, None):
        with open_store(store_url) as store:
            if make is None:
                store.upgrade()
            with store._engine.begin() as connection:
                if make is not None:
                    make(connection)
                found.append(_checks(connection, store.backend))
                if make is not None:
                    METADATA.drop_all(connection)
    assert len(found[0]) >= 60
    assert found[0] == found[1]


def test_up_and_down(store_url: str) -> None:
    with open_store(store_url) as store:
        assert store.revision is None
        store.upgrade()
        assert store.revision == store.newest_revision
        tables = _tables(store_url)
        assert {name for pair in PAIRS.values() for name in (pair.open.name, pair.closed.name)} < tables
        store.upgrade()
        assert _tables(store_url) == tables
        store.downgrade("base")
        assert store.revision is None
        assert _tables(store_url) == {"alembic_version"}
        store.upgrade()
        with store.begin() as transaction:
            assert transaction.count("person") == 0


def test_every_migration_has_a_way_back() -> None:
    script = ScriptDirectory(str(Path(__file__).parents[2] / "gridsys/store/migrations"))
    revisions = list(script.walk_revisions())
    assert revisions
    assert all(callable(revision.module.downgrade) for revision in revisions)


def test_a_migration_that_fails_leaves_nothing(store_url: str) -> None:
    engine = sa.create_engine(store_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE audit (mine INTEGER)")  # what the last step of the migration creates
    engine.dispose()
    with open_store(store_url) as store:
        with pytest.raises(StoreError, match=r"GS503.*audit"):
            store.upgrade()
        assert store.revision is None
    assert _tables(store_url) == {"audit"}


def test_an_empty_database_is_refused_with_the_remedy(store_url: str) -> None:
    with open_store(store_url) as store, pytest.raises(StoreError, match=r"GS502.*gridsys db upgrade"), store.begin():
        pass


def test_reading_the_version_creates_no_file(tmp_path: Path) -> None:
    path = tmp_path / "city.db"
    with open_store(f"sqlite:///{path}") as store:
        assert store.revision is None
        with pytest.raises(StoreError, match="GS502"), store.begin():
            pass
    assert not path.exists()


def test_a_newer_schema_is_refused(store: Store) -> None:
    with store._engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match=r"GS502.*9999"), store.begin():
        pass
    with pytest.raises(StoreError, match=r"GS502.*9999"):
        store.upgrade()
    with pytest.raises(StoreError, match="GS502"):
        store.downgrade("0042")


@pytest.mark.parametrize("url", ["nonsense", "mysql://host/city", "oracle:///x", ""])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(StoreError, match=r"GS501.*sqlite:///FILE"):
        open_store(url)


def test_an_unreachable_file_is_refused(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/no/such/folder/city.db") as store, pytest.raises(StoreError, match="GS501"):
        store.upgrade()


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "city.db"
    path.write_bytes(b"this is a letter, not a database" * 100)
    with open_store(f"sqlite:///{path}") as store, pytest.raises(StoreError, match=r"GS501.*not a database"):
        store.upgrade()
    assert path.read_bytes().startswith(b"this is a letter")


def test_an_unreachable_server_is_refused_and_the_password_kept() -> None:
    url = "postgresql://postgres:secret@127.0.0.1:1/city"
    with open_store(url) as store, pytest.raises(StoreError, match="GS501") as caught:
        _ = store.revision
    assert "secret" not in str(caught.value)


def test_sqlite_is_set_to_survive(store: Store) -> None:
    if store.backend != "sqlite":
        pytest.skip("SQLite's own settings")
    with store._engine.connect() as connection:
        values = {
            p: connection.exec_driver_sql(f"PRAGMA {p}").scalar()
            for p in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert values == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_postgres_geometry_is_real_and_indexed(store: Store) -> None:
    if store.backend != "postgresql":
        pytest.skip("PostGIS only")
    with store.begin() as transaction:
        transaction.put("building", frames.buildings(), valid_from=frames.DAY)
    with store._engine.connect() as connection:
        srid, valid = connection.exec_driver_sql(
            "SELECT DISTINCT ST_SRID(geometry), ST_IsValid(geometry) FROM building WHERE geometry IS NOT NULL"
        ).one()
        kinds = dict(
            connection.exec_driver_sql("SELECT f_table_name, type FROM geometry_columns WHERE srid = 4490").all()
        )
        connection.exec_driver_sql("SET enable_seqscan = off")
        plan = connection.exec_driver_sql(
            "EXPLAIN SELECT 1 FROM building WHERE geometry && ST_MakeEnvelope(116, 39, 117, 40, 4490)"
        ).scalars()
        assert "ix_building_geometry" in "\n".join(plan)
    assert (srid, valid) == (4490, True)
    assert kinds["incident"] == "POINT"
    assert len(kinds) == 2 * len([pair for pair in PAIRS.values() if "geometry" in pair.columns])


def test_sqlite_is_readable_without_us(store: Store, migrated_url: str) -> None:
    """The embedded database is a plain SQLite file: any tool reads it, geometry as WKB."""
    if store.backend != "sqlite":
        pytest.skip("SQLite only")
    with store.begin() as transaction:
        transaction.put("building", frames.buildings(), valid_from=frames.DAY)
    connection = sqlite3.connect(migrated_url.removeprefix("sqlite:///"))
    rows = connection.execute("SELECT building_id, geometry FROM building ORDER BY 1").fetchall()
    connection.close()
    assert [row[0] for row in rows] == ["b1", "b2", "b3", "b4"]
    assert rows[0][1][:5] == b"\x01\x03\x00\x00\x00"
    assert rows[3][1] is None


def test_services_script_says_how_it_is_called() -> None:
    script = Path(__file__).parents[1] / "services.sh"
    done = subprocess.run(["bash", script], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "up|down" in done.stderr
