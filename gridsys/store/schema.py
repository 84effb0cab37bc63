"""The tables, generated from the record kinds.

A record kind has two tables: ``person`` holds each record's open version (no end known), ``person_closed`` the versions
with an end. Together they are the history, half-open ``[valid_from, valid_to)``; see docs/adr/0020.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine

from gridsys.domain.records import KINDS, Field, FieldType, RecordKind, Shape
from gridsys.store.geometry import geometry_type, gist_index

_T = FieldType
METADATA: Final = sa.MetaData()


def code_type() -> TypeEngine[Any]:
    """Return the type of code columns: text that sorts by byte on both backends, so that a prefix is a range.

    Examples
    --------
    >>> code_type().compile(dialect=postgresql.dialect())
    'VARCHAR COLLATE "C"'
    """
    return sa.String().with_variant(sa.String(collation="C"), "postgresql")


COLUMN_TYPES: Final[dict[FieldType, TypeEngine[Any]]] = {
    _T.TEXT: sa.Text(),
    _T.CODE: code_type(),
    _T.INTEGER: sa.Integer(),
    _T.NUMBER: sa.Double(),
    _T.DATE: sa.Date(),
    _T.MOMENT: sa.DateTime(timezone=True),
    _T.BOOLEAN: sa.Boolean(),
}

_METHOD: Final = Field("method", "方法", _T.CODE)
_CONFIDENCE: Final = Field("confidence", "可信度", _T.NUMBER, minimum=0, maximum=1)


def _link(name: str, zh: str, key: Field, target: Field) -> RecordKind:
    return RecordKind(name, zh, key.name, (key, target, _METHOD, _CONFIDENCE))


LINKS: Final[dict[str, RecordKind]] = {
    link.name: link
    for link in (
        _link("residence", "人进户", Field("person_id", "人", _T.CODE), Field("household_id", "户", _T.CODE)),
        _link("occupancy", "户进房", Field("household_id", "户", _T.CODE), Field("room_id", "房屋", _T.CODE)),
        _link("siting", "房进楼", Field("room_id", "房屋", _T.CODE), Field("building_id", "楼栋", _T.CODE)),
        _link("scene", "事件落楼", Field("incident_id", "事件", _T.CODE), Field("building_id", "楼栋", _T.CODE)),
        _link("placement", "楼进格", Field("building_id", "楼栋", _T.CODE), Field("grid_code", "网格编码", _T.CODE)),
    )
}
"""The link tables, as record kinds keyed by what is linked; ``siting`` holds the rooms found otherwise than by code."""

FAILURE: Final = RecordKind(
    "link_failure", "未关联", "failure_id",
    (
        Field("failure_id", "标识", _T.CODE),
        Field("link", "环节", _T.CODE),
        Field("record_kind", "表", _T.CODE),
        Field("record_id", "记录标识", _T.CODE),
        Field("reason", "原因", _T.CODE),
        Field("claim", "所填标识", required=False),
    ),
)  # fmt: skip
"""Records that do not link; ``failure_id`` is ``link/record_id``."""

REVIEW: Final = RecordKind(
    "link_review", "待核对", "review_id",
    (
        Field("review_id", "标识", _T.CODE),
        Field("link", "环节", _T.CODE),
        Field("record_id", "记录标识", _T.CODE, sensitivity="personal"),
        Field("rank", "序号", _T.INTEGER, minimum=1),
        Field("candidate", "候选标识", _T.CODE, required=False),
        Field("score", "可信度", _T.NUMBER, required=False, minimum=0, maximum=1),
        Field("reason", "原因", _T.CODE),
        Field("address", "地址", required=False, sensitivity="personal"),
    ),
)  # fmt: skip
"""What linking would not decide, a row for each candidate; ``review_id`` is ``link/record_id/rank``."""

DECISION: Final = RecordKind(
    "link_decision", "核对结论", "decision_id",
    (
        Field("decision_id", "标识", _T.CODE),
        Field("link", "环节", _T.CODE),
        Field("record_id", "记录标识", _T.CODE, sensitivity="personal"),
        Field("target", "目标标识", _T.CODE, required=False),
        Field("decision", "结论", _T.CODE, choices=("accept", "reject")),
        Field("decided_by", "核对人"),
    ),
)  # fmt: skip
"""What reviewers decided; ``decision_id`` is ``link/record_id``."""

PLANNED_GRID: Final = RecordKind(
    "grid", KINDS["grid"].zh, "grid_code",
    (*KINDS["grid"].fields, Field("plan_id", "方案", _T.INTEGER, sensitivity="public")),
    Shape.POLYGON,
)  # fmt: skip
"""The kind ``grid`` with the number of the plan that opened the grid."""

ITEM: Final = RecordKind(
    "item", "信息项记录", "record_id",
    (
        Field("record_id", "记录标识", _T.CODE),
        Field("item_code", "信息项代码", _T.CODE),
        Field("subject_kind", "对象类别", _T.CODE),
        Field("subject_id", "对象标识", _T.CODE),
        Field("grid_code", "网格编码", _T.CODE, required=False),
        Field("place", "位置", required=False),
        Field("recorded_by", "登记人"),
        Field("source", "来源"),
    ),
)  # fmt: skip
"""The base row common to all items; the values stand in a table for each item, see ``store.item_tables``."""

STORED: Final[dict[str, RecordKind]] = {**KINDS, "grid": PLANNED_GRID, **LINKS} | {
    kind.name: kind for kind in (FAILURE, REVIEW, DECISION, ITEM)
}
"""Every kind that has tables, as stored."""

INDEXED: Final = {
    "room": "building_id",
    "registered_household": "room_id",
    "registration": "registered_id",
    "other_residence": "person_id",
    "organisation": "room_id",
    "posting": "grid_code",
    "residence": "household_id",
    "occupancy": "room_id",
    "siting": "building_id",
    "scene": "building_id",
    "placement": "grid_code",
    "item": "grid_code",
}
"""Columns that are looked up besides the key, by kind: the chain walked downwards."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The two tables of a kind."""

    kind: RecordKind
    open: sa.Table
    closed: sa.Table

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns both have: fields, geometry, ``valid_from``."""
        return tuple(column.name for column in self.open.columns)

    @property
    def content(self) -> tuple[str, ...]:
        """Return the columns that make a version differ from another: all but key, dates and plan."""
        return tuple(name for name in self.columns if name not in {self.kind.key, "valid_from", "plan_id"})


def field_checks(kind: RecordKind, table: str) -> list[sa.CheckConstraint]:
    """Return the rules of a kind's columns (code lists, ranges) as constraints of a table."""
    checks = []
    for field in kind.fields:
        quoted = f'"{field.name}"'
        rules = []
        if field.choices:
            # not IN: SQLite builds its list anew for each row
            rules.append(" OR ".join(f"{quoted} = '{choice}'" for choice in field.choices))
        if field.minimum is not None:
            rules.append(f"{quoted} >= {field.minimum:g}")
        if field.maximum is not None:
            rules.append(f"{quoted} <= {field.maximum:g}")
        if rules:
            checks.append(sa.CheckConstraint(" AND ".join(rules), name=f"ck_{table}_{field.name}"))
    return checks


def _columns(kind: RecordKind) -> list[sa.Column[Any]]:
    columns: list[sa.Column[Any]] = [
        sa.Column(field.name, COLUMN_TYPES[field.type], nullable=not field.required) for field in kind.fields
    ]
    if kind.shape is not Shape.NONE:
        columns.append(sa.Column("geometry", geometry_type(kind.shape)))
    if "valid_from" not in kind.columns:
        columns.append(sa.Column("valid_from", sa.Date, nullable=False))
    return columns


def _add_key(table: sa.Table, *columns: str) -> None:
    """Make columns the key: a primary key; on SQLite a unique index, which a bulk load can make after the rows."""
    name = f"pk_{table.name}"
    table.append_constraint(sa.PrimaryKeyConstraint(*columns, name=name).ddl_if(dialect="postgresql"))
    table.append_constraint(sa.Index(name, *columns, unique=True).ddl_if(dialect="sqlite"))


def temporal_pair(metadata: sa.MetaData, kind: RecordKind) -> Pair:
    """Define the two tables of a record kind.

    Parameters
    ----------
    metadata
        Where they are registered.
    kind
        The kind; a field of its own named ``valid_from`` is the start of validity.

    Examples
    --------
    >>> pair = temporal_pair(sa.MetaData(), KINDS["household"])
    >>> [column.name for column in pair.closed.columns]
    ['household_id', 'room_id', 'kind', 'valid_from', 'valid_to']
    """
    closed_name = f"{kind.name}_closed"
    open_table = sa.Table(
        kind.name,
        metadata,
        *_columns(kind),
        *field_checks(kind, kind.name),
    )
    closed_table = sa.Table(
        closed_name,
        metadata,
        *_columns(kind),
        sa.Column("valid_to", sa.Date, nullable=False),
        *field_checks(kind, closed_name),
        sa.CheckConstraint("valid_from < valid_to", name=f"ck_{closed_name}_validity"),
    )
    _add_key(open_table, kind.key)
    _add_key(closed_table, kind.key, "valid_from")
    for table in (open_table, closed_table):
        if kind.name in INDEXED:
            column = INDEXED[kind.name]
            table.append_constraint(sa.Index(f"ix_{table.name}_{column}", column))
        if kind.shape is not Shape.NONE:
            table.append_constraint(gist_index(table.name))
    closed_table.append_constraint(
        postgresql.ExcludeConstraint(
            (sa.column(kind.key), "="),
            (sa.text("daterange(valid_from, valid_to)"), "&&"),
            using="gist",
            name=f"ex_{closed_name}_validity",
        ).ddl_if(dialect="postgresql")
    )
    return Pair(kind, open_table, closed_table)


PAIRS: Final[dict[str, Pair]] = {name: temporal_pair(METADATA, kind) for name, kind in STORED.items()}
"""The two tables of every stored kind."""

PLAN: Final = sa.Table(
    "plan",
    METADATA,
    sa.Column("plan_id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("valid_from", sa.Date, nullable=False),
    sa.Column("grids", sa.Integer, nullable=False),
    sa.Column("parameters", sa.Text, nullable=False),
    sa.Column("content_hash", sa.String(64), nullable=False),
    sqlite_autoincrement=True,
)
"""Division plans put in force; ``parameters`` is JSON, ``content_hash`` the SHA-256 of its grids."""

SUCCESSION: Final = sa.Table(
    "succession",
    METADATA,
    sa.Column("plan_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("row", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("predecessor", code_type()),
    sa.Column("successor", code_type()),
    sa.Column("weight", sa.Double, nullable=False),
    sa.Column("area_m2", sa.Double, nullable=False),
    sa.Column("weight_share", sa.Double),
    sa.Column("area_share", sa.Double),
    sa.Column("change", sa.String(16), nullable=False),
)
"""Which grid continues which, by the plan that brought it about (columns of ``gridsys.spatial.lineage``)."""

AUDIT: Final = sa.Table(
    "audit",
    METADATA,
    sa.Column("entry_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", sa.String(32), nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("area", code_type(), nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("previous_hash", sa.String(64), nullable=False),
    sa.Column("entry_hash", sa.String(64), nullable=False, unique=True),
)
"""The audit chain; the database refuses to change or delete its rows."""

CASE_EVENT: Final = sa.Table(
    "case_event",
    METADATA,
    sa.Column("case_id", code_type(), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("at", code_type(), nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("level", sa.Text, nullable=False),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("data", sa.Text, nullable=False),
    sa.Column("recorded_by", sa.Text, nullable=False),
    sa.Column("entry_hash", sa.String(64), nullable=False, server_default=""),
    sa.CheckConstraint('"seq" >= 1', name="ck_case_event_seq"),
)
"""The logs of cases; the database refuses to change or delete rows. ``at`` is a moment in UTC, ``data`` JSON."""

CASE_HEAD: Final = sa.Table(
    "case_head",
    METADATA,
    sa.Column("case_id", code_type(), primary_key=True),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("procedure", sa.Text, nullable=False),
    sa.Column("case_class", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("area_code", code_type(), nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("level", sa.Text, nullable=False),
    sa.Column("holder", sa.Text, nullable=False),
    sa.Column("outside", sa.Text, nullable=False),
    sa.Column("opened_at", code_type(), nullable=False),
    sa.Column("at", code_type(), nullable=False),
    sa.Column("closed_at", code_type()),
    sa.Column("yellow_at", code_type()),
    sa.Column("red_at", code_type()),
    sa.Column("stopped_at", code_type()),
    sa.Column("due_at", code_type()),
    sa.Column("provisional", sa.Boolean, nullable=False),
    sa.Column("entry_hash", sa.String(64), nullable=False, server_default=""),
    sa.Index("ix_case_head_area_code", "area_code"),
    sa.Index("ix_case_head_due_at", "due_at"),
)
"""The state of each case after its newest event, derived from its log; moments are in UTC, as text that sorts."""

TOMBSTONE: Final = sa.Table(
    "tombstone",
    METADATA,
    sa.Column("record_key", code_type(), primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("action", sa.String(16), nullable=False),
    sa.Column("disposed_on", sa.Date, nullable=False),
    sa.Column("last_day", sa.Date, nullable=False),
    sa.Column("versions", sa.Integer, nullable=False),
)
"""Records anonymised or deleted when their term was over; ``record_key`` is random: an anonymised one's key now."""

LOGIN: Final = sa.Table(
    "login",
    METADATA,
    sa.Column("login", sa.String(63), primary_key=True),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("area", code_type(), nullable=False),
)
"""Logins of the database server that read by themselves, bound by row security (PostgreSQL only)."""

CHANGE: Final = sa.Table(
    "data_change",
    METADATA,
    sa.Column("change_id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sqlite_autoincrement=True,
)
"""A row for every write that changed records of a kind: by it a projection knows whether it is still of now."""

PROJECTION: Final = sa.Table(
    "projection",
    METADATA,
    sa.Column("name", sa.String(32), primary_key=True),
    sa.Column("as_of", sa.Date, primary_key=True),
    sa.Column("stamp", sa.Text, nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),
)
"""Arrays made from the records of a day, with the stamp of the changes they are made from."""

CATALOG: Final = sa.Table(
    "catalog",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("version", sa.Text, nullable=False, unique=True),
    sa.Column("lineage", sa.Text, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("content_hash", sa.String(64), nullable=False),
    sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
)
"""Catalogs applied, the newest in force; ``content`` is its rows as JSON, ``content_hash`` the SHA-256 of that."""

ITEM_DICTIONARY: Final = sa.Table(
    "item_dictionary",
    METADATA,
    sa.Column("table_name", sa.String(63), primary_key=True),
    sa.Column("column_name", sa.String(63), primary_key=True),
    sa.Column("code", code_type(), nullable=False),
    sa.Column("zh", sa.Text, nullable=False),
    sa.Column("en", sa.Text, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("code_list", sa.Text, nullable=False),
    sa.Column("sensitivity", sa.Text, nullable=False),
)
"""What the tables of items (column ``""``) and their columns mean, under the catalog in force."""

META: Final = sa.Table(
    "meta",
    METADATA,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
"""Facts about the data as a whole: ``crs``, the projected CRS it was brought in."""
