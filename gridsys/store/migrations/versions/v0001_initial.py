"""The first schema: record kinds, links, failures, plans, audit, meta."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from gridsys.domain.records import Shape
from gridsys.store.geometry import geometry_type
from gridsys.store.migrations.temporal import POSTGRES_GUARD, ColumnSpec, create_pair, drop_pair, one_of

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text()
CODE = sa.String().with_variant(sa.String(collation="C"), "postgresql")
INTEGER = sa.Integer()
NUMBER: sa.Double[float] = sa.Double()
DATE = sa.Date()
MOMENT = sa.DateTime(timezone=True)
KINDS = (
    "area",
    "road",
    "barrier",
    "surface",
    "compound",
    "building",
    "room",
    "household",
    "person",
    "incident",
    "posting",
    "grid",
    "residence",
    "occupancy",
    "placement",
    "link_failure",
)
APPEND_ONLY = "gridsys: the audit log is append-only"


def upgrade() -> None:
    """Create everything."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        op.execute(POSTGRES_GUARD)
    _create_places()
    _create_people()
    _create_work()
    _create_links()
    _create_plan_and_meta()
    _create_audit()


def downgrade() -> None:
    """Drop everything; the extensions stay, other schemas may use them."""
    for table in ("meta", "audit", "succession", "plan"):
        op.drop_table(table)
    for kind in reversed(KINDS):
        drop_pair(kind)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION gridsys_refuse_audit_change()")
        op.execute("DROP FUNCTION gridsys_refuse_overlap()")


def _create_places() -> None:
    create_pair(
        "area",
        "code",
        (
            ColumnSpec("code", CODE),
            ColumnSpec("name", TEXT),
            ColumnSpec("level", CODE, rule=one_of("level", "district", "street", "community")),
            ColumnSpec("geometry", geometry_type(Shape.POLYGON), required=False),
            ColumnSpec("valid_from", DATE),
        ),
        geometry=True,
    )
    create_pair(
        "road",
        "road_id",
        (
            ColumnSpec("road_id", CODE),
            ColumnSpec("name", TEXT, required=False),
            ColumnSpec("kind", CODE, rule=one_of("kind", "arterial", "collector", "alley")),
            ColumnSpec("geometry", geometry_type(Shape.LINE), required=False),
            ColumnSpec("valid_from", DATE),
        ),
        geometry=True,
    )
    create_pair(
        "barrier",
        "barrier_id",
        (
            ColumnSpec("barrier_id", CODE),
            ColumnSpec("name", TEXT, required=False),
            ColumnSpec("kind", CODE, rule=one_of("kind", "rail", "water", "wall")),
            ColumnSpec("geometry", geometry_type(Shape.LINE), required=False),
            ColumnSpec("valid_from", DATE),
        ),
        geometry=True,
    )
    create_pair(
        "surface",
        "surface_id",
        (
            ColumnSpec("surface_id", CODE),
            ColumnSpec("name", TEXT, required=False),
            ColumnSpec("kind", CODE, rule=one_of("kind", "park", "water")),
            ColumnSpec("geometry", geometry_type(Shape.POLYGON), required=False),
            ColumnSpec("valid_from", DATE),
        ),
        geometry=True,
    )
    create_pair(
        "compound",
        "compound_id",
        (
            ColumnSpec("compound_id", CODE),
            ColumnSpec("name", TEXT),
            ColumnSpec("kind", CODE, rule=one_of("kind", "residential", "courtyard", "institution")),
            ColumnSpec("geometry", geometry_type(Shape.POLYGON), required=False),
            ColumnSpec("valid_from", DATE),
        ),
        geometry=True,
    )
    create_pair(
        "building",
        "building_id",
        (
            ColumnSpec("building_id", CODE),
            ColumnSpec("address", TEXT, required=False),
            ColumnSpec(
                "kind",
                CODE,
                rule=one_of("kind", "courtyard", "slab", "tower", "office", "shop", "public"),
            ),
            ColumnSpec("floors", INTEGER, rule='"floors" >= 1 AND "floors" <= 120'),
            ColumnSpec("compound_id", CODE, required=False),
            ColumnSpec("households", INTEGER, required=False, rule='"households" >= 0'),
            ColumnSpec("geometry", geometry_type(Shape.POLYGON), required=False),
            ColumnSpec("valid_from", DATE),
        ),
        geometry=True,
    )
    create_pair(
        "grid",
        "grid_code",
        (
            ColumnSpec("grid_code", CODE),
            ColumnSpec("name", TEXT),
            ColumnSpec("area_code", CODE),
            ColumnSpec("weight", NUMBER, rule='"weight" >= 0'),
            ColumnSpec("area_m2", NUMBER, rule='"area_m2" >= 0'),
            ColumnSpec("plan_id", INTEGER),
            ColumnSpec("geometry", geometry_type(Shape.POLYGON), required=False),
            ColumnSpec("valid_from", DATE),
        ),
        geometry=True,
    )


def _create_people() -> None:
    create_pair(
        "room",
        "room_id",
        (
            ColumnSpec("room_id", CODE),
            ColumnSpec("building_id", CODE, required=False),
            ColumnSpec("stairwell", INTEGER, required=False, rule='"stairwell" >= 1'),
            ColumnSpec("floor", INTEGER, rule='"floor" >= -5 AND "floor" <= 120'),
            ColumnSpec("number", TEXT),
            ColumnSpec(
                "use",
                CODE,
                rule=one_of("use", "home", "shop", "office", "public", "vacant"),
            ),
            ColumnSpec("area_m2", NUMBER, rule='"area_m2" >= 1 AND "area_m2" <= 100000'),
            ColumnSpec("valid_from", DATE),
        ),
        geometry=False,
        indexed="building_id",
    )
    create_pair(
        "household",
        "household_id",
        (
            ColumnSpec("household_id", CODE),
            ColumnSpec("room_id", CODE, required=False),
            ColumnSpec("kind", CODE, rule=one_of("kind", "family", "collective")),
            ColumnSpec("valid_from", DATE),
        ),
        geometry=False,
    )
    create_pair(
        "person",
        "person_id",
        (
            ColumnSpec("person_id", CODE),
            ColumnSpec("name", TEXT),
            ColumnSpec("sex", CODE, rule=one_of("sex", "1", "2")),
            ColumnSpec("birth_date", DATE),
            ColumnSpec("household_id", CODE, required=False),
            ColumnSpec(
                "relation",
                CODE,
                rule=one_of(
                    "relation", "head", "spouse", "child", "parent", "grandchild", "grandparent", "sibling", "other"
                ),
            ),
            ColumnSpec("valid_from", DATE),
        ),
        geometry=False,
    )


def _create_work() -> None:
    create_pair(
        "incident",
        "incident_id",
        (
            ColumnSpec("incident_id", CODE),
            ColumnSpec("kind", CODE),
            ColumnSpec("title", TEXT),
            ColumnSpec(
                "state",
                CODE,
                rule=one_of("state", "green", "yellow", "red", "closed"),
            ),
            ColumnSpec("reported_at", MOMENT),
            ColumnSpec("geometry", geometry_type(Shape.POINT), required=False),
            ColumnSpec("valid_from", DATE),
        ),
        geometry=True,
    )
    create_pair(
        "posting",
        "posting_id",
        (
            ColumnSpec("posting_id", CODE),
            ColumnSpec("grid_code", CODE),
            ColumnSpec(
                "force",
                CODE,
                rule=one_of(
                    "force",
                    "grid_manager",
                    "police_officer",
                    "assistant",
                    "supervisor",
                    "party_secretary",
                    "judicial_worker",
                    "fire_officer",
                ),
            ),
            ColumnSpec("staff_name", TEXT),
            ColumnSpec("valid_from", DATE),
        ),
        geometry=False,
        indexed="grid_code",
    )


def _create_links() -> None:
    create_pair(
        "residence",
        "person_id",
        (
            ColumnSpec("person_id", CODE),
            ColumnSpec("household_id", CODE),
            ColumnSpec("method", CODE),
            ColumnSpec("confidence", NUMBER, rule='"confidence" >= 0 AND "confidence" <= 1'),
            ColumnSpec("valid_from", DATE),
        ),
        geometry=False,
        indexed="household_id",
    )
    create_pair(
        "occupancy",
        "household_id",
        (
            ColumnSpec("household_id", CODE),
            ColumnSpec("room_id", CODE),
            ColumnSpec("method", CODE),
            ColumnSpec("confidence", NUMBER, rule='"confidence" >= 0 AND "confidence" <= 1'),
            ColumnSpec("valid_from", DATE),
        ),
        geometry=False,
        indexed="room_id",
    )
    create_pair(
        "placement",
        "building_id",
        (
            ColumnSpec("building_id", CODE),
            ColumnSpec("grid_code", CODE),
            ColumnSpec("method", CODE),
            ColumnSpec("confidence", NUMBER, rule='"confidence" >= 0 AND "confidence" <= 1'),
            ColumnSpec("valid_from", DATE),
        ),
        geometry=False,
        indexed="grid_code",
    )
    create_pair(
        "link_failure",
        "failure_id",
        (
            ColumnSpec("failure_id", CODE),
            ColumnSpec("link", CODE),
            ColumnSpec("record_kind", CODE),
            ColumnSpec("record_id", CODE),
            ColumnSpec("reason", CODE),
            ColumnSpec("claim", TEXT, required=False),
            ColumnSpec("valid_from", DATE),
        ),
        geometry=False,
    )


def _create_plan_and_meta() -> None:
    op.create_table(
        "plan",
        sa.Column("plan_id", sa.Integer, sa.Identity(), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("grids", sa.Integer, nullable=False),
        sa.Column("parameters", sa.Text, nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "succession",
        sa.Column("plan_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("row", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("predecessor", CODE),
        sa.Column("successor", CODE),
        sa.Column("weight", sa.Double, nullable=False),
        sa.Column("area_m2", sa.Double, nullable=False),
        sa.Column("weight_share", sa.Double),
        sa.Column("area_share", sa.Double),
        sa.Column("change", sa.String(16), nullable=False),
    )
    op.create_table(
        "meta",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )


def _create_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("entry_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("area", CODE, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("entry_hash", sa.String(64), nullable=False, unique=True),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION gridsys_refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN RAISE EXCEPTION '{APPEND_ONLY}' USING ERRCODE = 'restrict_violation'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_guard BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
            "FOR EACH STATEMENT EXECUTE FUNCTION gridsys_refuse_audit_change()"
        )
        return
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_{event.lower()}_guard BEFORE {event} ON audit "
            f"BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END"
        )
