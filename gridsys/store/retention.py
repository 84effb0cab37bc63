"""Records whose term is over: anonymised or deleted, with a tombstone each that says that, not who."""

from __future__ import annotations

import re
import secrets
from datetime import date
from typing import Final

import pandas as pd
import sqlalchemy as sa

from gridsys.domain.records import FieldType
from gridsys.domain.retention import Disposal, RetentionRule
from gridsys.store.backends import Backend
from gridsys.store.item_tables import RETIRED
from gridsys.store.merge import bare
from gridsys.store.schema import DECISION, FAILURE, ITEM, PAIRS, REVIEW, TOMBSTONE, Pair

_PERSONAL: Final = frozenset({"personal", "sensitive"})
_LINK_OF: Final = {"household": "occupancy", "room": "siting", "incident": "scene"}
_ITEM_TABLE: Final = re.compile(rf"({RETIRED}[0-9]+_)?item_[0-9].*")
_PART: Final = 500
"""Keys in one statement: SQLite takes 32,766 parameters at most, and plans short lists well."""


def ended(connection: sa.Connection, rule: RetentionRule, day: date) -> pd.DataFrame:
    """Return the records whose term is over on a day and that are not anonymised yet.

    Index the key; ``versions`` and ``last_day`` (the day the last version ended).
    """
    pair = PAIRS[rule.kind]
    opened, closed = bare(pair.open), pair.closed.alias()
    key = closed.c[pair.kind.key]
    gone = sa.select(TOMBSTONE.c.record_key).where(TOMBSTONE.c.kind == rule.kind)
    query = (
        sa.select(key, sa.func.count(), sa.func.max(closed.c.valid_to))
        .where(key.not_in(sa.select(opened.c[pair.kind.key])), key.not_in(gone))
        .group_by(key)
        .having(sa.func.max(closed.c.valid_to) <= rule.last_end(day))
        .order_by(key)
    )
    frame = pd.DataFrame(connection.execute(query).all(), columns=[pair.kind.key, "versions", "last_day"])
    return frame.set_index(pair.kind.key)


def dispose(connection: sa.Connection, backend: Backend, rule: RetentionRule, day: date) -> int:
    """Anonymise or delete the records whose term is over on a day; return how many."""
    backend.lock(connection, rule.kind)
    records = ended(connection, rule, day)
    if records.empty:
        return 0
    keys = {str(key): f"anon-{secrets.token_hex(12)}" for key in records.index}
    (_anonymise if rule.action is Disposal.ANONYMISE else _delete)(connection, rule.kind, keys)
    _forget_failures(connection, rule.kind, list(keys))
    _forget_items(connection, rule.kind, list(keys))
    stones = [
        {
            "record_key": keys[str(key)],
            "kind": rule.kind,
            "action": rule.action.value,
            "disposed_on": day,
            "last_day": last_day,
            "versions": versions,
        }
        for key, versions, last_day in records.itertuples(name=None)
    ]
    connection.execute(sa.insert(TOMBSTONE), stones)
    return len(stones)


def tombstones(connection: sa.Connection) -> pd.DataFrame:
    """Return what was disposed of, in order of the day: nothing in it leads back to a person."""
    query = sa.select(TOMBSTONE).order_by(TOMBSTONE.c.disposed_on, TOMBSTONE.c.kind, TOMBSTONE.c.record_key)
    frame = pd.DataFrame(connection.execute(query).all(), columns=[column.name for column in TOMBSTONE.columns])
    return frame.set_index("record_key")


def _anonymise(connection: sa.Connection, kind: str, keys: dict[str, str]) -> None:
    """Empty what is personal, and put the new key wherever the old one stands, in every table."""
    pair = PAIRS[kind]
    key = pair.kind.key
    personal = [field for field in pair.kind.fields if field.sensitivity in _PERSONAL]
    blank = {field.name: "" if field.required else None for field in personal if field.type is FieldType.TEXT}
    if blank:
        statement = sa.update(pair.closed).where(pair.closed.c[key] == sa.bindparam("old")).values(blank)
        connection.execute(statement, [{"old": before} for before in keys])
    for field in personal:
        if field.type is FieldType.DATE:
            _keep_year(connection, pair, field.name, list(keys))
    changes = [{"old": before, "new": after} for before, after in keys.items()]
    for other in PAIRS.values():
        if key not in other.columns:
            continue
        for table in (other.open, other.closed):
            column = table.c[key]
            statement = sa.update(table).where(column == sa.bindparam("old")).values({key: sa.bindparam("new")})
            connection.execute(statement, changes)


def _keep_year(connection: sa.Connection, pair: Pair, name: str, keys: list[str]) -> None:
    """Set a date to the first day of its year: ages in the past stay right to the year."""
    key, column = pair.closed.c[pair.kind.key], pair.closed.c[name]
    for part in range(0, len(keys), _PART):
        dates = sa.select(column).distinct().where(key.in_(keys[part : part + _PART]), column.is_not(None))
        for day in connection.execute(dates).scalars().all():
            statement = sa.update(pair.closed).where(key.in_(keys[part : part + _PART]), column == day)
            connection.execute(statement.values({name: day.replace(month=1, day=1)}))


def _delete(connection: sa.Connection, kind: str, keys: dict[str, str]) -> None:
    pair = PAIRS[kind]
    statement = sa.delete(pair.closed).where(pair.closed.c[pair.kind.key] == sa.bindparam("old"))
    connection.execute(statement, [{"old": key} for key in keys])


def _forget_failures(connection: sa.Connection, kind: str, keys: list[str]) -> None:
    """Remove what was said of the records' links, their stated addresses among it: it names them."""
    stated, review, decided = (PAIRS[name] for name in ("stated_address", REVIEW.name, DECISION.name))
    link = _LINK_OF.get(kind, "")
    for pair, column, value in (
        (PAIRS[FAILURE.name], "record_kind", kind),
        (stated, "record_kind", kind),
        (review, "link", link),
        (decided, "link", link),
    ):
        for table in (pair.open, pair.closed):
            statement = sa.delete(table).where(table.c[column] == value, table.c.record_id == sa.bindparam("old"))
            connection.execute(statement, [{"old": key} for key in keys])


def _forget_items(connection: sa.Connection, kind: str, keys: list[str]) -> None:
    """Remove the records of items about them, those of retired tables too: their values tell of a person."""
    base = PAIRS[ITEM.name]
    typed = [name for name in sa.inspect(connection).get_table_names() if _ITEM_TABLE.fullmatch(name)]
    for part in range(0, len(keys), _PART):
        about = [
            sa.select(table.c[ITEM.key]).where(
                table.c.subject_kind == kind, table.c.subject_id.in_(keys[part : part + _PART])
            )
            for table in (base.open, base.closed)
        ]
        records = list(connection.execute(sa.union(*about)).scalars())
        for name in [*typed, base.open.name, base.closed.name] if records else ():
            table = sa.table(name, sa.column(ITEM.key))
            for some in range(0, len(records), _PART):
                connection.execute(sa.delete(table).where(table.c[ITEM.key].in_(records[some : some + _PART])))
