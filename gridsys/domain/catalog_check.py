"""What must hold of a catalog's rows, found out all at once."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from gridsys.domain.catalog import RESERVED_COLUMNS, SENSITIVITIES, SUBJECTS, IndicatorType
from gridsys.domain.catalog_people import check_people
from gridsys.domain.finding import Finding, Severity
from gridsys.errors import InputError

Row = Mapping[str, str]
Tables = Mapping[str, Sequence[Row]]
"""Rows by table; each row has text under every column of ``COLUMNS``."""

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "items": ("item_code", "category_zh", "category_en", "subcategory_code", "subcategory_zh", "subcategory_en",
              "item_zh", "item_en", "subject"),
    "indicators": ("item_code", "code", "column", "zh", "en", "definition_zh", "definition_en", "type", "unit",
                   "code_list", "required", "sensitivity", "source"),
    "code_lists": ("list", "code", "zh", "en", "source"),
    "units": ("unit", "zh", "en"),
    "sources": ("source", "title_zh", "title_en", "status"),
}  # fmt: skip
KEYS: Final[dict[str, tuple[str, ...]]] = {
    "items": ("item_code",), "indicators": ("code",), "code_lists": ("list", "code"), "units": ("unit",),
    "sources": ("source",),
}  # fmt: skip
MAX_ITEMS_PER_NAME: Final = 12
_MAY_BE_EMPTY: Final = {"unit", "code_list"}
_STATUSES: Final = ("own", "named", "second-hand")
_COLUMN: Final = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
_BOOKKEEPING: Final = re.compile(r"备注|登记人$|填报|采集人|录入|更新时间|有效期起|记录编号")


def key_of(table: str, row: Row) -> str:
    """Return what names a row of a table: its code, or list and code with a slash between.

    Examples
    --------
    >>> key_of("code_lists", {"list": "sex", "code": "1"})
    'sex/1'
    """
    return "/".join(row[column] for column in KEYS[table])


def require_columns(tables: Mapping[str, Iterable[Row]], extra: tuple[str, ...] = ()) -> None:
    """Raise unless every table is one of the catalog's and each of its rows has the table's columns.

    Parameters
    ----------
    tables
        Rows by table.
    extra
        Columns each row has besides.

    Raises
    ------
    InputError
        GS102 for a column that is missing, GS108 for a table the catalog does not have.
    """
    for table, rows in tables.items():
        if table not in COLUMNS:
            raise InputError("GS108", f"{table!r} is no table of a catalog", fix=f"use {', '.join(COLUMNS)}")
        for number, row in enumerate(rows, start=1):
            missing = [column for column in (*COLUMNS[table], *extra) if column not in row]
            if missing:
                raise InputError(
                    "GS102", f"the column {', '.join(missing)} is missing", where=f"{table} row {number}",
                    fix=f"the columns are {', '.join((*COLUMNS[table], *extra))}",
                )  # fmt: skip


def check_tables(tables: Tables) -> list[Finding]:
    """Return everything that is wrong with the rows of a catalog.

    Parameters
    ----------
    tables
        The rows of every table of ``COLUMNS``; a table left out is empty.

    Returns
    -------
    list of Finding
        ERROR where the catalog cannot be used; WARNING for an entry nothing refers to.

    Raises
    ------
    InputError
        GS102 when a row lacks a column, GS108 for a table the catalog does not have.

    Examples
    --------
    >>> found = check_tables({"units": [{"unit": "m²", "zh": "平方米", "en": ""}]})
    >>> [(each.id, each.reason) for each in found]
    [('m²', 'en is empty'), ('m²', 'nothing refers to it')]
    """
    require_columns(tables)
    tables = {table: tables.get(table, ()) for table in COLUMNS}
    checks = (_cells, _items, _indicators, _names, _definitions, _lists, _unused)
    found = [each for check in checks for each in check(tables)]
    return found + check_people(tables["items"], tables["indicators"])


def _finding(table: str, row: Row, column: str, reason: str, fix: str) -> Finding:
    return Finding(
        check=f"catalog.{table}", severity=Severity.ERROR, table=table, id=key_of(table, row), reason=reason, fix=fix,
        code="GS108", column=column, value=row.get(column, ""),
    )  # fmt: skip


def _cells(tables: Tables) -> Iterator[Finding]:
    for table, columns in COLUMNS.items():
        seen: set[str] = set()
        for row in tables[table]:
            for column in columns:
                if not row[column].strip() and column not in _MAY_BE_EMPTY:
                    yield _finding(table, row, column, f"{column} is empty", "fill the cell")
                elif row[column] != row[column].strip():
                    yield _finding(table, row, column, f"{column} begins or ends with a space", "take the space off")
            if key_of(table, row) in seen:
                yield _finding(table, row, KEYS[table][-1], "the key stands more than once", "give each row its own")
            seen.add(key_of(table, row))


def _items(tables: Tables) -> Iterator[Finding]:
    first: dict[str, Row] = {}
    for row in tables["items"]:
        code, sub = row["item_code"], row["subcategory_code"]
        if not re.fullmatch(r"[1-9][0-9]{3}", code, re.ASCII) or not code.startswith(sub) or len(sub) != len("11"):
            yield _finding("items", row, "item_code", "it is not four digits that begin with the subcategory's two",
                           "write category, subcategory and a sequence of two digits")  # fmt: skip
        if row["subject"] not in SUBJECTS:
            yield _finding("items", row, "subject", f"{row['subject']!r} is no subject", f"use {', '.join(SUBJECTS)}")
        for level, columns in (
            (code[:1], ("category_zh", "category_en")),
            (code[:2], ("subcategory_zh", "subcategory_en")),
        ):
            for column in columns:
                if row[column] != first.setdefault(level, row)[column]:
                    yield _finding(
                        "items", row, column, f"{column} differs within {level}", "write one name throughout"
                    )


def _indicators(tables: Tables) -> Iterator[Finding]:
    items = {row["item_code"] for row in tables["items"]}
    units = {row["unit"] for row in tables["units"]}
    lists = {row["list"] for row in tables["code_lists"]}
    sources = {row["source"] for row in tables["sources"]}
    columns: set[tuple[str, str]] = set()
    for row in tables["indicators"]:
        numeric, coded = row["type"] in {"integer", "number"}, row["type"] == "code"
        rules = (
            ("item_code", row["item_code"] in items, "no such item", "add the item, or mend the code"),
            ("code", bool(re.fullmatch(re.escape(row["item_code"]) + "[0-9]{2}", row["code"], re.ASCII)),
             "it is not the item's code and two digits", "number the indicator within its item"),
            ("column", bool(_COLUMN.match(row["column"])), "it is not snake_case ASCII of at most 40 characters",
             "write lower-case words joined by _"),
            ("column", row["column"] not in RESERVED_COLUMNS, "it is a column of the common base row", "rename it"),
            ("column", (row["item_code"], row["column"]) not in columns, "it stands twice in the item", "rename one"),
            ("type", row["type"] in set(IndicatorType), "no such type", f"use {', '.join(IndicatorType)}"),
            ("unit", (row["unit"] in units) if numeric else not row["unit"],
             "a number has one known unit, anything else none", "name a unit of units.csv, or empty the cell"),
            ("code_list", (row["code_list"] in lists) if coded else not row["code_list"],
             "type code has one known code list, anything else none", "name a list of code_lists.csv, or empty it"),
            ("required", row["required"] in {"yes", "no"}, "it is neither yes nor no", "write yes or no"),
            ("sensitivity", row["sensitivity"] in SENSITIVITIES, "no such level", f"use {', '.join(SENSITIVITIES)}"),
            ("source", row["source"] in sources, "no such source", "add it to sources.csv"),
            ("zh", not _BOOKKEEPING.search(row["zh"]), "bookkeeping is no indicator", "leave it to the base row"),
        )  # fmt: skip
        columns.add((row["item_code"], row["column"]))
        yield from (_finding("indicators", row, column, why, fix) for column, holds, why, fix in rules if not holds)


def _names(tables: Tables) -> Iterator[Finding]:
    spread: defaultdict[str, set[str]] = defaultdict(set)
    pairs: dict[tuple[str, str], str] = {}
    for row in tables["indicators"]:
        spread[row["zh"]].add(row["item_code"])
        for mine, other in (("zh", "en"), ("en", "zh")):
            if pairs.setdefault((mine, row[mine]), row[other]) != row[other]:
                yield _finding("indicators", row, mine, f"the name has another {other} name elsewhere",
                               "give one thing one name in each language")  # fmt: skip
        if len(spread[row["zh"]]) == MAX_ITEMS_PER_NAME + 1:
            yield _finding("indicators", row, "zh", f"the name stands in more than {MAX_ITEMS_PER_NAME} items",
                           "say in the name what it is of")  # fmt: skip


def _definitions(tables: Tables) -> Iterator[Finding]:
    for column, name in (("definition_zh", "zh"), ("definition_en", "en")):
        count = Counter((row["item_code"], row[column]) for row in tables["indicators"])
        for row in tables["indicators"]:
            if row[column].rstrip("。.").casefold() == row[name].casefold():
                yield _finding("indicators", row, column, "it repeats the name", "say exactly what is recorded")
            if count[row["item_code"], row[column]] > 1:
                yield _finding("indicators", row, column, "two indicators of the item say the same", "tell them apart")


def _lists(tables: Tables) -> Iterator[Finding]:
    sources = {row["source"] for row in tables["sources"]}
    named: dict[tuple[str, str], str] = {}
    origin: dict[str, str] = {}
    for row in tables["code_lists"]:
        if named.setdefault((row["list"], row["zh"]), row["code"]) != row["code"]:
            yield _finding("code_lists", row, "zh", "the list has the name under another code", "keep one of the two")
        if row["source"] not in sources or origin.setdefault(row["list"], row["source"]) != row["source"]:
            yield _finding("code_lists", row, "source", "a list has one known source", "name one of sources.csv")
    for row in tables["sources"]:
        if row["status"] not in _STATUSES:
            yield _finding("sources", row, "status", "no such status", f"use {', '.join(_STATUSES)}")


def _unused(tables: Tables) -> Iterator[Finding]:
    indicators = tables["indicators"]
    used = {
        "code_lists": {row["code_list"] for row in indicators},
        "units": {row["unit"] for row in indicators},
        "sources": {row["source"] for row in (*indicators, *tables["code_lists"])},
        "items": {row["item_code"] for row in indicators},
    }
    for table, names in used.items():
        for name in dict.fromkeys(row[KEYS[table][0]] for row in tables[table]):
            if name not in names:
                yield Finding(
                    check=f"catalog.{table}", severity=Severity.WARNING, table=table, id=name,
                    reason="nothing refers to it", fix="use it, or take it out", code="GS108",
                )  # fmt: skip
