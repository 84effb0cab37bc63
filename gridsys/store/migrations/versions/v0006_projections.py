"""What changed when, and arrays kept from it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "data_change",
        sa.Column("change_id", sa.Integer, sa.Identity(), primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "projection",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("as_of", sa.Date, primary_key=True),
        sa.Column("stamp", sa.Text, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    """Drop them: nothing in them is not elsewhere."""
    op.drop_table("projection")
    op.drop_table("data_change")
