"""The base row of items, and the catalogs their tables are made from."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

from gridsys.store.migrations.temporal import ColumnSpec, create_pair, drop_pair

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TEXT = sa.Text()
CODE = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the tables; those of the items come with a catalog (``gridsys catalog apply``)."""
    create_pair(
        "item",
        "record_id",
        (
            ColumnSpec("record_id", CODE),
            ColumnSpec("item_code", CODE),
            ColumnSpec("subject_kind", CODE),
            ColumnSpec("subject_id", CODE),
            ColumnSpec("grid_code", CODE, required=False),
            ColumnSpec("place", TEXT, required=False),
            ColumnSpec("recorded_by", TEXT),
            ColumnSpec("source", TEXT),
            ColumnSpec("valid_from", sa.Date()),
        ),
        geometry=False,
        indexed="grid_code",
    )
    op.create_table(
        "catalog",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Text, nullable=False, unique=True),
        sa.Column("lineage", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
    )
    names = ("zh", "en", "type", "unit", "code_list", "sensitivity")
    op.create_table(
        "item_dictionary",
        sa.Column("table_name", sa.String(63), primary_key=True),
        sa.Column("column_name", sa.String(63), primary_key=True),
        sa.Column("code", CODE, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in names),
    )


def downgrade() -> None:
    """Drop the tables, and before them those of the items."""
    for name in sa.inspect(op.get_bind()).get_table_names():
        if re.fullmatch(r"(retired_[0-9]+_)?item_[0-9]{4}(_closed)?", name):
            op.drop_table(name)
    op.drop_table("item_dictionary")
    op.drop_table("catalog")
    drop_pair("item")
