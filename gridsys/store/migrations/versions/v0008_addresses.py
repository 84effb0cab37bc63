"""Stated addresses, the links found by them, what is for review, and what reviewers decided."""

from __future__ import annotations

import sqlalchemy as sa

from gridsys.store.migrations.temporal import ColumnSpec, create_pair, drop_pair, one_of

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TEXT = sa.Text()
CODE = sa.String().with_variant(sa.String(collation="C"), "postgresql")
NUMBER: sa.Double[float] = sa.Double()
DATE = sa.Date()
SHARE = '"{0}" >= 0 AND "{0}" <= 1'
KINDS = ("stated_address", "siting", "scene", "link_review", "link_decision")


def upgrade() -> None:
    """Create the tables of five kinds."""
    create_pair(
        "stated_address",
        "stated_id",
        (
            ColumnSpec("stated_id", CODE),
            ColumnSpec("record_kind", CODE, rule=one_of("record_kind", "household", "room", "incident")),
            ColumnSpec("record_id", CODE),
            ColumnSpec("address", TEXT),
            ColumnSpec("valid_from", DATE),
        ),
        geometry=False,
    )
    for link, key in (("siting", "room_id"), ("scene", "incident_id")):
        create_pair(
            link,
            key,
            (
                ColumnSpec(key, CODE),
                ColumnSpec("building_id", CODE),
                ColumnSpec("method", CODE),
                ColumnSpec("confidence", NUMBER, rule=SHARE.format("confidence")),
                ColumnSpec("valid_from", DATE),
            ),
            geometry=False,
            indexed="building_id",
        )
    _create_review()


def downgrade() -> None:
    """Drop them."""
    for kind in reversed(KINDS):
        drop_pair(kind)


def _create_review() -> None:
    create_pair(
        "link_review",
        "review_id",
        (
            ColumnSpec("review_id", CODE),
            ColumnSpec("link", CODE),
            ColumnSpec("record_id", CODE),
            ColumnSpec("rank", sa.Integer(), rule='"rank" >= 1'),
            ColumnSpec("candidate", CODE, required=False),
            ColumnSpec("score", NUMBER, required=False, rule=SHARE.format("score")),
            ColumnSpec("reason", CODE),
            ColumnSpec("address", TEXT, required=False),
            ColumnSpec("valid_from", DATE),
        ),
        geometry=False,
    )
    create_pair(
        "link_decision",
        "decision_id",
        (
            ColumnSpec("decision_id", CODE),
            ColumnSpec("link", CODE),
            ColumnSpec("record_id", CODE),
            ColumnSpec("target", CODE, required=False),
            ColumnSpec("decision", CODE, rule=one_of("decision", "accept", "reject")),
            ColumnSpec("decided_by", TEXT),
            ColumnSpec("valid_from", DATE),
        ),
        geometry=False,
    )
