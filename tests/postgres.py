"""One PostgreSQL database for a test process, brought back to a known state before each test.

Making and dropping a database for every test would cost seconds each, most of it in checkpoints.
"""

from __future__ import annotations

import uuid
from typing import Final

import sqlalchemy as sa

from gridsys.store import open_store

_FINGERPRINT: Final = """
SELECT md5(string_agg(line, E'\\n' ORDER BY line)) FROM (
    SELECT c.relname || ' ' || a.attname || ' ' || a.atttypid::text AS line FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relnamespace = 'public'::regnamespace
    UNION ALL SELECT tgrelid::regclass::text || ' ' || tgname || ' ' || tgenabled::text FROM pg_trigger
    UNION ALL SELECT conrelid::regclass::text || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT version_num FROM public.alembic_version
) lines
"""
_WIPE: Final = """
DO $$ DECLARE name regclass; BEGIN
    SET LOCAL session_replication_role = replica;  -- the guards of the audit log would refuse
    FOR name IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
        AND relname <> 'alembic_version'
    LOOP EXECUTE format('DELETE FROM %%s', name); END LOOP;
    FOR name IN SELECT oid FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace
    LOOP EXECUTE format('ALTER SEQUENCE %%s RESTART', name); END LOOP;
END $$
"""


class PostgresDatabase:
    """A database of our own on the test server; its extensions live outside the schema that tests use."""

    def __init__(self, server: str) -> None:
        url = sa.make_url(server)
        self._name = f"test_{uuid.uuid4().hex[:16]}"
        self._server = sa.create_engine(
            url.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
        )
        self._run(self._server, f"CREATE DATABASE {self._name} TEMPLATE template0")
        self.url = url.set(database=self._name).render_as_string(hide_password=False)
        self._engine = sa.create_engine(self.url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        self._run(
            self._engine,
            "CREATE SCHEMA extensions",
            "CREATE EXTENSION postgis SCHEMA extensions",
            "CREATE EXTENSION btree_gist SCHEMA extensions",
            f"ALTER DATABASE {self._name} SET search_path = public, extensions",
        )
        self._migrated = ""

    @staticmethod
    def _run(engine: sa.Engine, *statements: str) -> None:
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def _disconnect_others(self) -> None:
        """End connections that a failed test left behind."""
        self._run(
            self._engine,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )

    def empty(self) -> str:
        """Return the URL, with nothing in the database but the extensions."""
        self._disconnect_others()
        self._migrated = ""
        self._run(self._engine, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
        return self.url

    def migrated(self) -> str:
        """Return the URL, with our schema and no rows in the database."""
        self._disconnect_others()
        if self._migrated and self._fingerprint() == self._migrated:
            self._run(self._engine, _WIPE)
            return self.url
        self.empty()
        with open_store(self.url) as store:
            store.upgrade()
        self._migrated = self._fingerprint()
        return self.url

    def _fingerprint(self) -> str:
        with self._engine.connect() as connection:
            if connection.exec_driver_sql("SELECT to_regclass('public.alembic_version')").scalar() is None:
                return ""
            return str(connection.exec_driver_sql(_FINGERPRINT).scalar())

    def drop(self) -> None:
        """Drop the database."""
        self._run(self._server, f"DROP DATABASE {self._name} WITH (FORCE)")
