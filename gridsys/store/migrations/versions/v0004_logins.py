"""Logins bound by row security."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

CODE = sa.String().with_variant(sa.String(collation="C"), "postgresql")
SECURED = """
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT tablename FROM pg_policies WHERE policyname = 'gridsys_area' AND schemaname = current_schema()
    LOOP
        EXECUTE format('DROP POLICY gridsys_area ON %I', name);
        EXECUTE format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY', name);
    END LOOP;
    FOR name IN SELECT login FROM login WHERE login IN (SELECT rolname FROM pg_roles)
    LOOP EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM %I', current_schema(), name); END LOOP;
    FOR name IN SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace
        AND (p.proname = 'gridsys_area' OR p.proname LIKE 'gridsys\\_own\\_%')
    LOOP EXECUTE 'DROP FUNCTION ' || name; END LOOP;
END $$
"""


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "login",
        sa.Column("login", sa.String(63), primary_key=True),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("area", CODE, nullable=False),
    )


def downgrade() -> None:
    """Take from every login what it may read, and drop the table."""
    if op.get_bind().dialect.name == "postgresql":
        op.get_bind().exec_driver_sql(SECURED.replace("%", "%%"))
    op.drop_table("login")
