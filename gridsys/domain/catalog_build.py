"""From rows to a catalog and back, and a district's overlay laid on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final, cast

from gridsys.domain.catalog import (
    Catalog,
    Category,
    Code,
    CodeList,
    Indicator,
    IndicatorType,
    Item,
    Source,
    Subcategory,
    Unit,
)
from gridsys.domain.catalog_check import COLUMNS, Row, Tables, check_tables, key_of, require_columns
from gridsys.domain.finding import Finding, Severity
from gridsys.domain.records import Sensitivity
from gridsys.errors import InputError

ACTIONS: Final = ("add", "replace", "withdraw")
OWN_SEQUENCE: Final = 80
"""From here on the two-digit sequence of an item or indicator is the district's own."""


def build(tables: Tables, version: str, lineage: tuple[str, ...] = ()) -> Catalog:
    """Return the catalog that rows describe.

    Parameters
    ----------
    tables
        Rows of ``items``, ``indicators``, ``code_lists``, ``units`` and ``sources``; see ``catalog_check.COLUMNS``.
    version
        Name of the version, such as ``"2026.1"``.
    lineage
        Versions it was made from, oldest first.

    Raises
    ------
    InputError
        GS108 with every error of the rows, GS102 when a row lacks a column.

    Examples
    --------
    >>> build({}, "1").version
    '1'
    """
    _refuse(check_tables(tables), f"the catalog {version}")
    tables = {table: tables.get(table, ()) for table in COLUMNS}
    by_item: defaultdict[str, list[Indicator]] = defaultdict(list)
    for row in sorted(tables["indicators"], key=lambda row: row["code"]):
        by_item[row["item_code"]].append(_indicator(row))
    items = {}
    for row in sorted(tables["items"], key=lambda row: row["item_code"]):
        code = row["item_code"]
        category = Category(code[:1], row["category_zh"], row["category_en"])
        subcategory = Subcategory(code[:2], row["subcategory_zh"], row["subcategory_en"], category)
        items[code] = Item(code, row["item_zh"], row["item_en"], row["subject"], subcategory, tuple(by_item[code]))
    codes: defaultdict[str, list[Row]] = defaultdict(list)
    for row in tables["code_lists"]:
        codes[row["list"]].append(row)
    lists = {
        name: CodeList(name, tuple(Code(row["code"], row["zh"], row["en"]) for row in rows), rows[0]["source"])
        for name, rows in codes.items()
    }
    units = {row["unit"]: Unit(row["unit"], row["zh"], row["en"]) for row in tables["units"]}
    sources = {
        row["source"]: Source(row["source"], row["title_zh"], row["title_en"], row["status"])
        for row in tables["sources"]
    }
    return Catalog(version, lineage, items, lists, units, sources)


def tables_of(catalog: Catalog) -> dict[str, list[dict[str, str]]]:
    """Return the rows a catalog was built from; ``build`` makes an equal catalog of them.

    Examples
    --------
    >>> tables_of(build({}, "1"))["units"]
    []
    """
    items = [
        (item.code, item.subcategory.category.zh, item.subcategory.category.en, item.subcategory.code,
         item.subcategory.zh, item.subcategory.en, item.zh, item.en, item.subject)
        for item in catalog.items.values()
    ]  # fmt: skip
    indicators = [
        (each.code[:4], each.code, each.column, each.zh, each.en, each.definition_zh, each.definition_en,
         each.type.value, each.unit, each.code_list, "yes" if each.required else "no", each.sensitivity, each.source)
        for each in catalog.indicators
    ]  # fmt: skip
    lists = [
        (found.name, code.code, code.zh, code.en, found.source)
        for found in catalog.code_lists.values()
        for code in found.codes
    ]
    units = [(unit.unit, unit.zh, unit.en) for unit in catalog.units.values()]
    sources = [(each.source, each.title_zh, each.title_en, each.status) for each in catalog.sources.values()]
    cells = {"items": items, "indicators": indicators, "code_lists": lists, "units": units, "sources": sources}
    return {
        table: [dict(zip(COLUMNS[table], row, strict=True)) for row in cast("list[tuple[str, ...]]", rows)]
        for table, rows in cells.items()
    }


def extend(base: Catalog, overlay: Tables, version: str) -> Catalog:
    """Return a catalog with a district's own rows laid over a base.

    Parameters
    ----------
    base
        The catalog in force.
    overlay
        Rows of any of the tables; besides the table's columns each has ``action``: ``add``, ``replace`` (the whole
        row) or ``withdraw`` (only the key is read; an item takes its indicators with it). Items and indicators that
        are added have a sequence of 80 to 99, so that they never meet one of a later base.
    version
        Name of the new version; it differs from all before it.

    Raises
    ------
    InputError
        GS108 with every error: an action that does not fit, or rows that break the catalog's rules; GS102 when a
        row lacks a column.

    Examples
    --------
    >>> extend(build({}, "1"), {}, "1-dongcheng").lineage
    ('1',)
    """
    require_columns(overlay, ("action",))
    rows: dict[str, dict[str, Row]] = {
        table: {key_of(table, row): row for row in found} for table, found in tables_of(base).items()
    }
    found: list[Finding] = []
    if version in (*base.lineage, base.version):
        found.append(_overlay_error("overlay", version, "the version was given before", "name a new version"))
    for table in overlay:
        for row in overlay[table]:
            key, action = key_of(table, row), row["action"]
            reason = _misfit(table, key, action, present=key in rows[table])
            if reason:
                found.append(_overlay_error(table, key, reason, "add what is new, replace or withdraw what is there"))
            elif action == "withdraw":
                _withdraw(rows, table, key)
            else:
                rows[table][key] = {column: row[column] for column in COLUMNS[table]}
    _refuse(found, f"the overlay {version}")
    return build({table: list(kept.values()) for table, kept in rows.items()}, version, (*base.lineage, base.version))


def _indicator(row: Row) -> Indicator:
    return Indicator(
        code=row["code"], column=row["column"], zh=row["zh"], en=row["en"], definition_zh=row["definition_zh"],
        definition_en=row["definition_en"], type=IndicatorType(row["type"]), unit=row["unit"],
        code_list=row["code_list"], required=row["required"] == "yes",
        sensitivity=cast("Sensitivity", row["sensitivity"]), source=row["source"],
    )  # fmt: skip


def _withdraw(rows: dict[str, dict[str, Row]], table: str, key: str) -> None:
    del rows[table][key]
    if table == "items":
        for code in [code for code, row in rows["indicators"].items() if row["item_code"] == key]:
            del rows["indicators"][code]


def _misfit(table: str, key: str, action: str, *, present: bool) -> str:
    if action not in ACTIONS:
        return f"{action!r} is no action: use {', '.join(ACTIONS)}"
    if action == "add" and present:
        return "it is there already"
    if action != "add" and not present:
        return "the base has nothing of that key"
    if (
        action == "add"
        and table in {"items", "indicators"}
        and not (key[-2:].isdecimal() and int(key[-2:]) >= OWN_SEQUENCE)
    ):
        return f"a district's own sequence is {OWN_SEQUENCE} to 99"
    return ""


def _overlay_error(table: str, key: str, reason: str, fix: str) -> Finding:
    return Finding(
        check="catalog.overlay", severity=Severity.ERROR, table=table, id=key, reason=reason, fix=fix, code="GS108"
    )


def _refuse(found: Iterable[Finding], what: str) -> None:
    errors = [each for each in found if each.severity is Severity.ERROR]
    if errors:
        raise InputError(
            "GS108",
            f"{what} has {len(errors)} errors",
            why="; ".join(f"{each.table} {each.id} {each.column}: {each.reason}" for each in errors),
            fix="; ".join(dict.fromkeys(each.fix for each in errors)),
        )
