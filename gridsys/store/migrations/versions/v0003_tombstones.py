"""Tombstones of records whose term is over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CODE = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "tombstone",
        sa.Column("record_key", CODE, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("disposed_on", sa.Date, nullable=False),
        sa.Column("last_day", sa.Date, nullable=False),
        sa.Column("versions", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("tombstone")
