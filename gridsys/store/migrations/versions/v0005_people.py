"""Registered households, other residences, confirmations, organisations and components."""

from __future__ import annotations

import sqlalchemy as sa

from gridsys.domain.records import Shape
from gridsys.store.geometry import geometry_type
from gridsys.store.migrations.temporal import ColumnSpec, create_pair, drop_pair, one_of

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TEXT = sa.Text()
CODE = sa.String().with_variant(sa.String(collation="C"), "postgresql")
DATE = sa.Date()
RELATIONS = ("head", "spouse", "child", "parent", "grandchild", "grandparent", "sibling", "other")
KINDS = ("registered_household", "registration", "other_residence", "confirmation", "organisation", "component")


def upgrade() -> None:
    """Create the tables of six kinds."""
    _create_people()
    _create_things()


def downgrade() -> None:
    """Drop them."""
    for kind in reversed(KINDS):
        drop_pair(kind)


def _create_people() -> None:
    create_pair(
        "registered_household",
        "registered_id",
        (
            ColumnSpec("registered_id", CODE),
            ColumnSpec("room_id", CODE, required=False),
            ColumnSpec("region", CODE),
            ColumnSpec("kind", CODE, rule=one_of("kind", "family", "collective")),
            ColumnSpec("valid_from", DATE),
        ),
        geometry=False,
        indexed="room_id",
    )
    create_pair(
        "registration",
        "person_id",
        (
            ColumnSpec("person_id", CODE),
            ColumnSpec("registered_id", CODE),
            ColumnSpec("relation", CODE, rule=one_of("relation", *RELATIONS)),
            ColumnSpec("valid_from", DATE),
        ),
        geometry=False,
        indexed="registered_id",
    )
    create_pair(
        "other_residence",
        "other_id",
        (
            ColumnSpec("other_id", CODE),
            ColumnSpec("person_id", CODE),
            ColumnSpec("household_id", CODE),
            ColumnSpec("relation", CODE, rule=one_of("relation", *RELATIONS)),
            ColumnSpec("use", CODE, rule=one_of("use", "weekday", "weekend", "season", "care", "other")),
            ColumnSpec("valid_from", DATE),
        ),
        geometry=False,
        indexed="person_id",
    )
    create_pair(
        "confirmation",
        "room_id",
        (
            ColumnSpec("room_id", CODE),
            ColumnSpec("method", CODE, rule=one_of("method", "visit", "phone", "online", "data")),
            ColumnSpec("valid_from", DATE),
        ),
        geometry=False,
    )


def _create_things() -> None:
    kinds = ("company", "shop", "institution", "government", "social", "property")
    create_pair(
        "organisation",
        "organisation_id",
        (
            ColumnSpec("organisation_id", CODE),
            ColumnSpec("name", TEXT),
            ColumnSpec("kind", CODE, rule=one_of("kind", *kinds)),
            ColumnSpec("credit_code", CODE, required=False),
            ColumnSpec("room_id", CODE, required=False),
            ColumnSpec("geometry", geometry_type(Shape.POINT), required=False),
            ColumnSpec("valid_from", DATE),
        ),
        geometry=True,
        indexed="room_id",
    )
    create_pair(
        "component",
        "component_id",
        (
            ColumnSpec("component_id", CODE),
            ColumnSpec("class_code", CODE),
            ColumnSpec("name", TEXT),
            ColumnSpec("state", CODE, rule=one_of("state", "normal", "damaged", "missing", "retired")),
            ColumnSpec("owner", TEXT, required=False),
            ColumnSpec("installed", DATE, required=False),
            ColumnSpec("geometry", geometry_type(Shape.POINT), required=False),
            ColumnSpec("valid_from", DATE),
        ),
        geometry=True,
    )
