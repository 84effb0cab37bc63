"""The two tables of a kind and the guards by which the database refuses overlapping versions.

Versions of one key may not overlap. Two open ones: the primary key of the open table refuses. Two closed ones: an
EXCLUDE constraint (PostgreSQL) or a trigger (SQLite). An open and a closed one: a trigger on each table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

REFUSED: Final = "gridsys: versions of one key overlap"


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """One column: name, type, whether it must be filled, and the rule its values keep (SQL)."""

    name: str
    type: TypeEngine[Any]
    required: bool = True
    rule: str = ""


def one_of(column: str, *values: str) -> str:
    r"""Return the rule that a column holds one of some values.

    Not written ``IN``: SQLite builds the list of an IN anew for each row it checks.

    Examples
    --------
    >>> one_of("sex", "1", "2")
    '"sex" = \'1\' OR "sex" = \'2\''
    """
    return " OR ".join(f"\"{column}\" = '{value}'" for value in values)


def create_pair(kind: str, key: str, columns: Sequence[ColumnSpec], *, geometry: bool, indexed: str = "") -> None:
    """Create the open and the closed table of a kind, their indices and guards.

    Parameters
    ----------
    kind
        Name of the open table; the other is ``<kind>_closed``.
    key
        The key column.
    columns
        All columns but ``valid_to``.
    geometry
        Whether there is a column ``geometry``, which gets a spatial index on PostgreSQL.
    indexed
        A column that is looked up besides the key.
    """
    postgres = op.get_bind().dialect.name == "postgresql"
    for table, ended in ((kind, False), (f"{kind}_closed", True)):
        items: list[sa.schema.SchemaItem] = [sa.Column(c.name, c.type, nullable=not c.required) for c in columns]
        if ended:
            items.append(sa.Column("valid_to", sa.Date, nullable=False))
        items += [sa.CheckConstraint(c.rule, name=f"ck_{table}_{c.name}") for c in columns if c.rule]
        if ended:
            items.append(sa.CheckConstraint("valid_from < valid_to", name=f"ck_{table}_validity"))
        primary = (key, "valid_from") if ended else (key,)
        if postgres:
            items.append(sa.PrimaryKeyConstraint(*primary, name=f"pk_{table}"))
        op.create_table(table, *items)
        if not postgres:  # an index of its own can be made after a bulk load, a primary key cannot
            op.create_index(f"pk_{table}", table, primary, unique=True)
        if indexed:
            op.create_index(f"ix_{table}_{indexed}", table, [indexed])
        if geometry and postgres:
            op.create_index(f"ix_{table}_geometry", table, ["geometry"], postgresql_using="gist")
    for statement in _guards(kind, key, postgres=postgres):
        op.execute(statement)


def drop_pair(kind: str) -> None:
    """Drop both tables of a kind, with their indices and guards."""
    op.drop_table(f"{kind}_closed")
    op.drop_table(kind)


def _guards(kind: str, key: str, *, postgres: bool) -> list[str]:
    return _postgres_guards(kind, key) if postgres else _sqlite_guards(kind, key)


def _sqlite_guards(kind: str, key: str) -> list[str]:
    closed = f"{kind}_closed"
    in_closed = f'EXISTS (SELECT 1 FROM "{closed}" c WHERE c."{key}" = NEW."{key}" AND c.valid_to > NEW.valid_from'  # noqa: S608 - names from this package
    in_open = f'EXISTS (SELECT 1 FROM "{kind}" o WHERE o."{key}" = NEW."{key}" AND o.valid_from < NEW.valid_to)'  # noqa: S608 - names from this package
    other = f"{in_closed} AND c.valid_from < NEW.valid_to"
    itself = f'c."{key}" = OLD."{key}" AND c.valid_from = OLD.valid_from'
    rules = (
        (kind, "insert", "INSERT", f"{in_closed})"),
        (kind, "update", f'UPDATE OF "{key}", valid_from', f"{in_closed})"),
        (closed, "insert", "INSERT", f"{in_open} OR {other})"),
        (closed, "update", f'UPDATE OF "{key}", valid_from, valid_to', f"{in_open} OR {other} AND NOT ({itself}))"),
    )
    return [
        f'CREATE TRIGGER "{table}_{name}_guard" BEFORE {event} ON "{table}" '
        f"WHEN {clash} BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
        for table, name, event, clash in rules
    ]


POSTGRES_GUARD: Final = """
CREATE FUNCTION gridsys_refuse_overlap() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    key text := TG_ARGV[0];
    kind text := TG_ARGV[1];
    closed text := kind || '_closed';
    opened text := format('%I.%I', TG_TABLE_SCHEMA, kind);
    ended text := format('%I.%I', TG_TABLE_SCHEMA, closed);
    clash text;
BEGIN
    -- writers of one kind take turns, or two of them could each miss the other's uncommitted rows
    PERFORM pg_advisory_xact_lock(hashtext('gridsys.' || kind));
    IF TG_TABLE_NAME = kind THEN opened := 'changed'; ELSE ended := 'changed'; END IF;
    EXECUTE format('SELECT o.%1$I FROM %2$s o JOIN %3$s c ON c.%1$I = o.%1$I AND c.valid_to > o.valid_from LIMIT 1',
                   key, opened, ended) INTO clash;
    IF clash IS NOT NULL THEN
        RAISE EXCEPTION 'gridsys: versions of one key overlap'
            USING ERRCODE = 'exclusion_violation', DETAIL = clash, TABLE = kind;
    END IF;
    RETURN NULL;
END $$
"""
"""A trigger function for all kinds; arguments: the key column, the kind. Created once, before the first pair."""


def _postgres_guards(kind: str, key: str) -> list[str]:
    closed = f"{kind}_closed"
    guards = [
        f'CREATE TRIGGER "{table}_{event.lower()}_guard" AFTER {event} ON "{table}" REFERENCING NEW TABLE AS changed '
        f"FOR EACH STATEMENT EXECUTE FUNCTION gridsys_refuse_overlap('{key}', '{kind}')"
        for table in (kind, closed)
        for event in ("INSERT", "UPDATE")
    ]
    exclude = (
        f'ALTER TABLE "{closed}" ADD CONSTRAINT "ex_{closed}_validity" '
        f'EXCLUDE USING gist ("{key}" WITH =, daterange(valid_from, valid_to) WITH &&)'
    )
    return [exclude, *guards]
