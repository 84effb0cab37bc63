"""Bringing the tables of items from one catalog to another: a plan first, then all of it or nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.schema import CreateTable, SetColumnComment, SetTableComment

from gridsys.domain.catalog import Catalog
from gridsys.domain.catalog_build import build, tables_of
from gridsys.domain.catalog_diff import Change, ChangeKind, diff
from gridsys.domain.catalog_records import table_name
from gridsys.domain.records import Field, FieldType
from gridsys.errors import InputError
from gridsys.store.backends import quote
from gridsys.store.item_tables import RETIRED, ItemTables, item_tables, write_dictionary
from gridsys.store.schema import CATALOG

_T = FieldType
_NOTHING: Final = Catalog("", (), {}, {}, {}, {})


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a migration: ``action`` (create, rebuild, retire), the table, what for, and the rows it carries."""

    action: str
    table: str
    reason: str
    rows: int


@dataclass(frozen=True, slots=True)
class Migration:
    """What applying a catalog does: versions, steps, and the problems for which it would be refused."""

    before: str
    after: str
    steps: tuple[Step, ...]
    problems: tuple[dict[str, Any], ...]


def content_of(catalog: Catalog) -> tuple[str, str]:
    """Return a catalog's rows as JSON, and the SHA-256 of that: equal catalogs have equal hashes.

    Examples
    --------
    >>> content_of(build({}, "1"))[1] == content_of(build({}, "2"))[1]
    True
    """
    text = json.dumps(tables_of(catalog), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text, hashlib.sha256(text.encode()).hexdigest()


def catalog_in_force(connection: sa.Connection) -> Catalog | None:
    """Return the catalog the tables were made from; None before the first."""
    row = connection.execute(sa.select(CATALOG).order_by(CATALOG.c.number.desc()).limit(1)).first()
    if row is None:
        return None
    return _parsed(row.content, row.version, row.lineage)


@lru_cache(maxsize=2)  # 2,043 indicators take a fifth of a second to check and build
def _parsed(content: str, version: str, lineage: str) -> Catalog:
    return build(json.loads(content), version, tuple(json.loads(lineage)))


def plan(connection: sa.Connection, new: Catalog) -> Migration:
    """Return what applying a catalog would do; nothing is changed.

    Raises
    ------
    InputError
        GS108 for a version that was applied before with other rows.
    """
    old = catalog_in_force(connection) or _NOTHING
    _require_new_version(connection, new)
    changed = _changed_items(old, new)
    steps: list[Step] = []
    problems: list[dict[str, Any]] = []
    for code in sorted(old.items.keys() | new.items.keys()):
        if code not in old.items:
            steps.append(Step("create", table_name(code), new.items[code].zh, 0))
        elif code not in new.items:
            steps.append(Step("retire", table_name(code), old.items[code].zh, _rows(connection, table_name(code))))
        elif code in changed:
            work = _Rebuild(connection, item_tables(old, old.items[code]), item_tables(new, new.items[code]))
            problems += work.problems()
            reasons = {f"{each.kind.value} {each.code} {each.field}".strip() for each in changed[code]}
            reason = "; ".join(sorted(reasons))
            steps.append(Step("rebuild", table_name(code), reason, _rows(connection, table_name(code))))
    return Migration(old.version, new.version, tuple(steps), tuple(problems))


def apply(connection: sa.Connection, new: Catalog) -> Migration:
    """Bring the tables to a catalog and keep it; a catalog that is in force already changes nothing.

    Raises
    ------
    InputError
        GS110 naming every column whose values the change would lose or break; GS108 as :func:`plan` does.
    """
    found = plan(connection, new)
    if found.problems:
        lines = [f"{each['table']}.{each['column']}: {each['rows']} rows: {each['reason']}" for each in found.problems]
        raise InputError(
            "GS110", f"the catalog {new.version} does not fit the records kept; nothing was changed",
            where=", ".join(sorted({str(each["table"]) for each in found.problems})), why="; ".join(lines),
            fix="; ".join(dict.fromkeys(str(each["fix"]) for each in found.problems)), problems=found.problems,
        )  # fmt: skip
    text, content_hash = content_of(new)
    number = int(connection.scalar(sa.select(sa.func.max(CATALOG.c.number))) or 0) + 1
    last = connection.scalar(sa.select(CATALOG.c.content_hash).where(CATALOG.c.number == number - 1))
    if last == content_hash and found.before == found.after:
        return found
    old = catalog_in_force(connection) or _NOTHING
    for step in found.steps:
        code = step.table.removeprefix("item_")
        if step.action == "create":
            _create(connection, item_tables(new, new.items[code]))
        elif step.action == "retire":
            for name in (step.table, f"{step.table}_closed"):
                _rename(connection, name, f"{RETIRED}{number}_{name}")
        else:
            _Rebuild(connection, item_tables(old, old.items[code]), item_tables(new, new.items[code])).run(number)
    if connection.dialect.name == "postgresql":
        _comment(connection, new)
    write_dictionary(connection, new)
    connection.execute(
        sa.insert(CATALOG).values(
            number=number, version=new.version, lineage=json.dumps(new.lineage), content=text,
            content_hash=content_hash, applied_at=datetime.now(UTC),
        )
    )  # fmt: skip
    return found


def _require_new_version(connection: sa.Connection, new: Catalog) -> None:
    known = connection.scalar(sa.select(CATALOG.c.content_hash).where(CATALOG.c.version == new.version))
    in_force = connection.scalar(sa.select(CATALOG.c.version).order_by(CATALOG.c.number.desc()).limit(1))
    if known is not None and (known != content_of(new)[1] or in_force != new.version):
        raise InputError(
            "GS108", f"the version {new.version} was applied before, with other rows or before another version",
            fix="give the catalog a new version in catalog.toml",
        )  # fmt: skip


def _changed_items(old: Catalog, new: Catalog) -> dict[str, list[Change]]:
    """Return the changes that touch a table, by item; names, definitions and guards are the dictionary's matter."""
    quiet = {ChangeKind.RENAMED, ChangeKind.SENSITIVITY, ChangeKind.REDEFINED}
    users: dict[str, set[str]] = {}
    for catalog in (old, new):
        for indicator in catalog.indicators:
            users.setdefault(indicator.code_list, set()).add(indicator.code[:4])
    found: dict[str, list[Change]] = {}
    for change in diff(old, new):
        if change.kind in quiet:
            continue
        codes = users.get(change.code.split("/")[0], set()) if change.level == "code" else {change.code[:4]}
        for code in codes & old.items.keys() & new.items.keys():
            found.setdefault(code, []).append(change)
    return found


def _rows(connection: sa.Connection, table: str) -> int:
    return sum(
        connection.scalar(sa.select(sa.func.count()).select_from(sa.table(name))) or 0
        for name in (table, f"{table}_closed")
    )


def _create(connection: sa.Connection, tables: ItemTables) -> None:
    for table in (tables.open, tables.closed):
        connection.execute(CreateTable(table))


def _rename(connection: sa.Connection, before: str, after: str) -> None:
    connection.exec_driver_sql(f"ALTER TABLE {quote(before)} RENAME TO {quote(after)}")


def _comment(connection: sa.Connection, catalog: Catalog) -> None:
    """Say the Chinese names in the database; those of all tables, since names change without their tables."""
    for item in catalog.items.values():
        tables = item_tables(catalog, item)
        for table in (tables.open, tables.closed):
            connection.execute(SetTableComment(table))
            for column in table.columns:
                connection.execute(SetColumnComment(column))


class _Rebuild:
    """One item's tables made anew, with their rows carried over."""

    def __init__(self, connection: sa.Connection, old: ItemTables, new: ItemTables) -> None:
        self.connection, self.old, self.new = connection, old, new
        columns = {each.code: each.column for each in old.item.indicators}
        self.pairs = {each.column: columns.get(each.code) for each in new.item.indicators}
        """New column → the old one of the same indicator, None for an indicator that is new."""

    def problems(self) -> list[dict[str, Any]]:
        """Return every column whose values the change would lose or break, with the number of rows."""
        found: list[dict[str, Any]] = []
        total = _rows(self.connection, self.old.open.name)
        if self.old.item.subject != self.new.item.subject and total:
            found.append(self._problem("", total, "the subject changes, and the identifiers kept are of the other kind",
                                       "give the item a new code"))  # fmt: skip
        for name, source in self.pairs.items():
            field = self.new.kind.field(name)
            if source is None:
                if field.required and total:
                    found.append(self._problem(name, total, "a new column is required, and the rows kept have no value",
                                               "add it as not required, fill it in, then require it"))  # fmt: skip
                continue
            found += self._of_column(field, source)
        return found

    def _of_column(self, field: Field, source: str) -> list[dict[str, Any]]:
        before = self.old.kind.field(source)
        values = [value for table in (self.old.open, self.old.closed) for value in self._values(table, source)]
        gaps = sum(value is None for value in values)
        found = []
        if field.required and gaps:
            found.append(self._problem(field.name, gaps, "the column becomes required, and these rows have no value",
                                       "fill in the values first"))  # fmt: skip
        filled = [value for value in values if value is not None]
        if before.unit != field.unit and filled:
            reason = f"the unit changes from {before.unit!r} to {field.unit!r}"
            found.append(self._problem(field.name, len(filled), reason,
                                       "withdraw the indicator and add one with the new unit"))  # fmt: skip
        convert = _converter(before.type, field.type)
        if convert is None:
            if filled:
                reason = f"{before.type.value} cannot become {field.type.value}"
                found.append(self._problem(field.name, len(filled), reason,
                                           "withdraw the indicator and add one of the new type"))  # fmt: skip
            return found
        bad = sum(not _fits(value, convert, field) for value in filled)
        if bad:
            reason = f"values do not fit the new type {field.type.value}, its code list or its range"
            found.append(self._problem(field.name, bad, reason, "mend the values first"))
        return found

    def _values(self, table: sa.Table, name: str) -> Sequence[Any]:
        return self.connection.execute(sa.select(table.c[name])).scalars().all()

    def _problem(self, column: str, rows: int, reason: str, fix: str) -> dict[str, Any]:
        return {"table": self.old.open.name, "column": column, "rows": rows, "reason": reason, "fix": fix}

    def run(self, number: int) -> None:
        """Make the tables anew under their names; columns that went stay, renamed."""
        for old, new in ((self.old.open, self.new.open), (self.old.closed, self.new.closed)):
            there = sa.inspect(self.connection).get_columns(old.name)
            gone = {name for name in self.old.value_columns if name not in set(self.pairs.values())}
            retired = {
                column["name"]: f"{RETIRED}{number}_{column['name']}" if column["name"] in gone else column["name"]
                for column in there
                if column["name"] in gone or column["name"].startswith(RETIRED)
            }
            types = {column["name"]: column["type"] for column in there}
            kept = [sa.Column(after, types[before], nullable=True) for before, after in retired.items()]
            for column in kept:
                new.append_column(column)
            self._carry(old, new, retired)

    def _carry(self, old: sa.Table, new: sa.Table, retired: dict[str, str]) -> None:
        aside = f"{old.name}_aside"
        _rename(self.connection, old.name, aside)
        self.connection.execute(CreateTable(new))
        source = sa.table(aside, *(sa.column(column.name, column.type) for column in old.columns),
                          *(sa.column(name) for name in retired if name not in old.columns))  # fmt: skip
        keys = [column for column in ("record_id", "valid_from") if column in old.columns]
        moved: dict[str, str] = {key: key for key in keys}
        moved |= {name: before for name, before in self.pairs.items() if before is not None}
        moved |= {after: before for before, after in retired.items()}
        converters: dict[str, Callable[[Any], Any]] = {}
        for name, before in self.pairs.items():
            if before is not None:
                found = _converter(self.old.kind.field(before).type, self.new.kind.field(name).type)
                if found is not None:
                    converters[name] = found
        result = self.connection.execute(sa.select(*(source.c[before].label(after) for after, before in moved.items())))
        for part in result.mappings().partitions(10_000):
            rows = [
                {name: value if value is None or name not in converters else converters[name](value)
                 for name, value in row.items()}
                for row in part
            ]  # fmt: skip
            self.connection.execute(sa.insert(new), rows)
        self.connection.exec_driver_sql(f"DROP TABLE {quote(aside)}")


def _same(value: Any) -> Any:  # noqa: ANN401 - a stored value
    return value


def _whole(value: Any) -> int:  # noqa: ANN401
    number = float(value)
    if not number.is_integer():
        raise ValueError(value)
    return int(number)


def _text(value: Any) -> str:  # noqa: ANN401
    return value.isoformat() if isinstance(value, date) else f"{value:.15g}" if isinstance(value, float) else str(value)


_CONVERTERS: Final[dict[tuple[FieldType, FieldType], Callable[[Any], Any]]] = {
    (_T.INTEGER, _T.NUMBER): float,
    (_T.NUMBER, _T.INTEGER): _whole,
    (_T.TEXT, _T.CODE): str,
    (_T.TEXT, _T.INTEGER): int,
    (_T.TEXT, _T.NUMBER): float,
    (_T.TEXT, _T.DATE): date.fromisoformat,
    **{(type_, _T.TEXT): _text for type_ in (_T.CODE, _T.INTEGER, _T.NUMBER, _T.DATE, _T.MOMENT)},
}


def _converter(before: FieldType, after: FieldType) -> Callable[[Any], Any] | None:
    return _same if before is after else _CONVERTERS.get((before, after))


def _fits(value: Any, convert: Callable[[Any], Any], field: Field) -> bool:  # noqa: ANN401
    try:
        converted = convert(value)
    except ValueError:
        return False
    if field.choices:
        return converted in field.choices
    low = field.minimum is None or converted >= field.minimum
    return low and (field.maximum is None or converted <= field.maximum)
