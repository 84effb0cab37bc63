"""The log of each case is a chain of hashes."""

from __future__ import annotations

import hashlib
import json

import sqlalchemy as sa
from alembic import op

from gridsys.store.migrations.versions.v0002_cases import guard_events, unguard_events

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

HASH = ("entry_hash", sa.String(64))
READ = sa.text(
    "SELECT case_id, seq, kind, at, actor, role, level, unit, data, recorded_by FROM case_event ORDER BY case_id, seq"
)


def upgrade() -> None:
    """Add the hashes and chain what is there."""
    unguard_events()
    for table in ("case_event", "case_head"):
        op.add_column(table, sa.Column(*HASH, nullable=False, server_default=""))
    connection, case_id, link = op.get_bind(), None, ""
    for row in connection.execute(READ).all():
        if row[0] != case_id:
            case_id, link = row[0], "0" * 64
        text = json.dumps([link, *row], ensure_ascii=False, separators=(",", ":"))
        link = hashlib.sha256(text.encode()).hexdigest()
        values = {"link": link, "case_id": row[0], "seq": row[1]}
        event = "UPDATE case_event SET entry_hash = :link WHERE case_id = :case_id AND seq = :seq"
        connection.execute(sa.text(event), values)
        connection.execute(sa.text("UPDATE case_head SET entry_hash = :link WHERE case_id = :case_id"), values)
    guard_events()


def downgrade() -> None:
    """Drop the hashes."""
    unguard_events()
    for table in ("case_head", "case_event"):
        op.drop_column(table, "entry_hash")
    guard_events()
