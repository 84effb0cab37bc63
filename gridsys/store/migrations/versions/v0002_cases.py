"""The logs of cases and their heads."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CODE = sa.String().with_variant(sa.String(collation="C"), "postgresql")
APPEND_ONLY = "gridsys: the logs of cases are append-only"
TAKEN = "EXISTS (SELECT 1 FROM case_event e WHERE e.case_id = NEW.case_id AND e.seq = NEW.seq)"


def upgrade() -> None:
    """Create both tables and the guards of the log."""
    _create_event()
    _create_head()
    guard_events()


def downgrade() -> None:
    """Drop both tables."""
    op.drop_table("case_head")
    op.drop_table("case_event")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION gridsys_refuse_case_change()")


def _create_event() -> None:
    op.create_table(
        "case_event",
        sa.Column("case_id", CODE, primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("at", CODE, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("recorded_by", sa.Text, nullable=False),
        sa.CheckConstraint('"seq" >= 1', name="ck_case_event_seq"),
    )


def _create_head() -> None:
    op.create_table(
        "case_head",
        sa.Column("case_id", CODE, primary_key=True),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("procedure", sa.Text, nullable=False),
        sa.Column("case_class", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("area_code", CODE, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("outside", sa.Text, nullable=False),
        sa.Column("opened_at", CODE, nullable=False),
        sa.Column("at", CODE, nullable=False),
        sa.Column("closed_at", CODE),
        sa.Column("yellow_at", CODE),
        sa.Column("red_at", CODE),
        sa.Column("stopped_at", CODE),
        sa.Column("due_at", CODE),
        sa.Column("provisional", sa.Boolean, nullable=False),
    )
    op.create_index("ix_case_head_area_code", "case_head", ["area_code"])
    op.create_index("ix_case_head_due_at", "case_head", ["due_at"])


def unguard_events() -> None:
    """Drop the triggers, for a migration that rewrites the log's form."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER case_event_guard ON case_event")
        op.execute("DROP FUNCTION gridsys_refuse_case_change()")
        return
    for event in ("update", "delete", "replace"):
        op.execute(f"DROP TRIGGER case_event_{event}_guard")


def guard_events() -> None:
    """Make the database refuse to change the log."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION gridsys_refuse_case_change() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN RAISE EXCEPTION '{APPEND_ONLY}' USING ERRCODE = 'restrict_violation'; END $$"
        )
        op.execute(
            "CREATE TRIGGER case_event_guard BEFORE UPDATE OR DELETE OR TRUNCATE ON case_event "
            "FOR EACH STATEMENT EXECUTE FUNCTION gridsys_refuse_case_change()"
        )
        return
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER case_event_{event.lower()}_guard BEFORE {event} ON case_event "
            f"BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END"
        )
    # INSERT OR REPLACE deletes what it replaces without asking the guard of DELETE
    op.execute(
        "CREATE TRIGGER case_event_replace_guard BEFORE INSERT ON case_event "
        f"WHEN {TAKEN} BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END"
    )
