"""The tables of items, generated from a catalog: ``item_3101`` beside the base row ``item``.

An item's open rows stand in ``item_CODE``, its closed ones in ``item_CODE_closed``; each row refers to the base row of
the same version (docs/adr/0053). Columns are called as the catalog calls them; their Chinese names are comments
(PostgreSQL) and rows of ``item_dictionary`` (both).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from gridsys.domain.catalog import Catalog, Item
from gridsys.domain.catalog_records import BASE_COLUMNS, KEY, item_kind
from gridsys.domain.records import FieldType, RecordKind
from gridsys.store.schema import COLUMN_TYPES, ITEM_DICTIONARY, code_type, field_checks

RETIRED: Final = "retired_"
"""Tables and columns that a later catalog no longer has begin so; nothing of them is dropped."""


@dataclass(frozen=True, slots=True)
class ItemTables:
    """The two tables of an item, and the item as a record kind."""

    item: Item
    kind: RecordKind
    open: sa.Table
    closed: sa.Table

    @property
    def value_columns(self) -> tuple[str, ...]:
        """Return the indicators' columns."""
        return tuple(name for name in self.kind.columns if name not in {KEY, *BASE_COLUMNS})


def item_tables(catalog: Catalog, item: Item) -> ItemTables:
    """Return the two tables of an item.

    Parameters
    ----------
    catalog
        The catalog the item is of.
    item
        The item.

    Examples
    --------
    >>> from gridsys.domain.catalog_build import build
    >>> from gridsys.domain.catalog import Category, Subcategory
    >>> road = Item("2201", "道路", "road", "place", Subcategory("22", "", "", Category("2", "地", "place")), ())
    >>> tables = item_tables(build({}, "1"), road)
    >>> tables.closed.name, [column.name for column in tables.closed.columns]
    ('item_2201_closed', ['record_id', 'valid_from'])
    """
    kind = item_kind(catalog, item)
    opened = _table(kind, kind.name, ("record_id",), "item")
    closed = _table(kind, f"{kind.name}_closed", ("record_id", "valid_from"), "item_closed")
    return ItemTables(item, kind, opened, closed)


def _table(kind: RecordKind, name: str, key: tuple[str, ...], base: str) -> sa.Table:
    types = {"record_id": code_type(), "valid_from": sa.Date()}
    fields = [field for field in kind.fields if field.name not in {KEY, *BASE_COLUMNS}]
    # Only the name of the table referred to matters here; the base pair itself lives in the schema's own metadata.
    metadata = sa.MetaData()
    sa.Table(base, metadata, *(sa.Column(column, types[column], primary_key=True) for column in key))
    truths = [
        sa.CheckConstraint(f'"{field.name}" IN (0, 1)', name=f"ck_{name}_{field.name}").ddl_if(dialect="sqlite")
        for field in fields
        if field.type is FieldType.BOOLEAN
    ]
    return sa.Table(
        name,
        metadata,
        *(sa.Column(column, types[column], nullable=False, comment=_COMMENTS[column]) for column in key),
        *(
            sa.Column(field.name, COLUMN_TYPES[field.type], nullable=not field.required, comment=field.zh)
            for field in fields
        ),
        sa.PrimaryKeyConstraint(*key),
        sa.ForeignKeyConstraint(key, [f"{base}.{column}" for column in key]),
        *field_checks(kind, name),
        *truths,
        comment=kind.zh,
    )


_COMMENTS: Final = {"record_id": "记录标识", "valid_from": "生效日期"}


def dictionary_rows(catalog: Catalog) -> list[dict[str, str]]:
    """Return the rows of ``item_dictionary`` for a catalog: one for each item (column ``""``) and each indicator."""
    rows = []
    for item in catalog.items.values():
        table = {"table_name": f"item_{item.code}"}
        rows.append(
            table | {"column_name": "", "code": item.code, "zh": item.zh, "en": item.en, "type": item.subject,
                     "unit": "", "code_list": "", "sensitivity": ""}
        )  # fmt: skip
        rows += [
            table | {"column_name": each.column, "code": each.code, "zh": each.zh, "en": each.en,
                     "type": each.type.value, "unit": each.unit, "code_list": each.code_list,
                     "sensitivity": each.sensitivity}
            for each in item.indicators
        ]  # fmt: skip
    return rows


def write_dictionary(connection: sa.Connection, catalog: Catalog) -> None:
    """Make ``item_dictionary`` say what a catalog says."""
    connection.execute(sa.delete(ITEM_DICTIONARY))
    rows = dictionary_rows(catalog)
    if rows:
        connection.execute(sa.insert(ITEM_DICTIONARY), rows)
