"""Items as record kinds: what a table of an item's records has in its columns."""

from __future__ import annotations

from typing import Final

from gridsys.domain.catalog import Catalog, Indicator, IndicatorType, Item
from gridsys.domain.records import Field, FieldType, RecordKind, Sensitivity
from gridsys.errors import InputError

KEY: Final = "record_id"
BASE_COLUMNS: Final = ("subject_id", "grid_code", "place")
"""Columns of the common base row that a table of an item's records brings besides its key."""
_MAY_BE_NEGATIVE: Final = frozenset({"°C", "index", "order", "m"})
_YEARS: Final = (1000, 2200)
_BY_SUBJECT: Final[dict[str, Sensitivity]] = {"person": "sensitive", "household": "personal", "room": "personal"}
_CHECKS: Final = {"GB 11643-1999": "gb11643", "GB 32100-2015": "gb32100"}


def table_name(code: str) -> str:
    """Return the name of an item's table; an item's code is never given to another.

    Examples
    --------
    >>> table_name("3101")
    'item_3101'
    """
    return f"item_{code}"


def item_kind(catalog: Catalog, item: Item) -> RecordKind:
    """Return an item as a record kind: the key ``record_id``, the base row's columns, a field for each indicator.

    Parameters
    ----------
    catalog
        The catalog the item is of; it gives the code lists.
    item
        The item.

    Examples
    --------
    >>> from gridsys.domain.catalog_build import build
    >>> from gridsys.domain.catalog import Category, Subcategory
    >>> road = Item("2201", "道路", "road", "place", Subcategory("22", "", "", Category("2", "地", "place")), ())
    >>> item_kind(build({}, "1"), road).columns
    ('record_id', 'subject_id', 'grid_code', 'place')
    """
    guard = _BY_SUBJECT.get(item.subject, "internal")
    base = (
        Field(KEY, "记录标识", FieldType.CODE),
        Field("subject_id", "对象标识", FieldType.CODE, sensitivity=guard),
        Field("grid_code", "网格编码", FieldType.CODE, required=False),
        Field("place", "位置", required=False, sensitivity="personal" if guard != "internal" else "internal"),
    )
    fields = tuple(_field(catalog, indicator) for indicator in item.indicators)
    return RecordKind(table_name(item.code), item.zh, KEY, (*base, *fields))


def item_named(catalog: Catalog, name: str) -> Item:
    """Return the item of that code, Chinese or English name.

    Raises
    ------
    InputError
        GS109 when there is none, or several have the name.
    """
    if name in catalog.items:
        return catalog.items[name]
    found = [item for item in catalog.items.values() if name in {item.zh, item.en}]
    if len(found) == 1:
        return found[0]
    fix = "use the code: " + ", ".join(item.code for item in found) if found else "see `gridsys catalog list --json`"
    what = f"{len(found)} items are called {name!r}" if found else f"the catalog has no item {name!r}"
    raise InputError("GS109", what, fix=fix)


def _bounded(indicator: Indicator) -> bool:
    return indicator.type in {IndicatorType.INTEGER, IndicatorType.NUMBER} and indicator.unit not in _MAY_BE_NEGATIVE


def _field(catalog: Catalog, indicator: Indicator) -> Field:
    point = indicator.type is IndicatorType.POINT
    return Field(
        indicator.column,
        indicator.zh,
        FieldType.TEXT if point else FieldType(indicator.type.value),
        required=indicator.required,
        short=indicator.short_name,
        choices=catalog.code_list(indicator.code_list).choices if indicator.code_list else (),
        check="position" if point else _CHECKS.get(indicator.source, ""),
        unit=indicator.unit,
        minimum=(_YEARS[0] if indicator.unit == "year" else 0) if _bounded(indicator) else None,
        maximum=_YEARS[1] if indicator.unit == "year" else None,
        sensitivity=indicator.sensitivity,
    )
