"""Catalog files: the one that comes with gridsys, a district's overlay, and writing either out."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from gridsys.domain.catalog import Catalog
from gridsys.domain.catalog_build import build, extend, tables_of
from gridsys.domain.catalog_check import COLUMNS
from gridsys.errors import InputError
from gridsys.files.atomic import staged
from gridsys.resources import resource

_ABOUT: Final = "catalog.toml"
_INDICATORS: Final = "indicators_*.csv"

_Rows = dict[str, list[dict[str, str]]]


def read_catalog(folder: Path | None = None) -> Catalog:
    """Return a catalog from a folder of text files.

    Parameters
    ----------
    folder
        It holds ``catalog.toml`` (``version``; ``lineage`` where it was made from others), ``items.csv``,
        ``code_lists.csv``, ``units.csv``, ``sources.csv`` and ``indicators_*.csv``, all in UTF-8; the packaged
        catalog when None.

    Raises
    ------
    InputError
        GS101 when a file is missing or cannot be read, GS102 when it lacks a column, GS108 with every error of
        its rows.

    Examples
    --------
    >>> catalog = read_catalog()
    >>> len(catalog.categories), len(catalog.subcategories), len(catalog.items), len(list(catalog.indicators))
    (7, 32, 170, 2043)
    >>> catalog.item("3101").zh, catalog.indicator("310113").column
    ('井盖', 'lettering_matches_use')
    """
    folder = resource("geodata", "catalog") if folder is None else folder
    version, lineage = _about(folder)
    tables = {table: _read(_file(folder, table), COLUMNS[table]) for table in COLUMNS if table != "indicators"}
    return build(tables | {"indicators": _indicators(folder, COLUMNS["indicators"])}, version, lineage)


def read_overlay(base: Catalog, folder: Path) -> Catalog:
    """Return a base catalog with a district's own files laid over it.

    Parameters
    ----------
    base
        The catalog to extend.
    folder
        It holds ``catalog.toml`` with the new ``version``, and any of the catalog's files; each has the column
        ``action`` (add / replace / withdraw) besides the usual ones.

    Raises
    ------
    InputError
        GS101 when a file cannot be read, GS102 when it lacks a column, GS108 with every error of its rows.
    """
    version, _ = _about(folder)
    overlay: _Rows = {}
    for table, columns in COLUMNS.items():
        if table == "indicators":
            overlay[table] = _indicators(folder, ("action", *columns))
        elif _file(folder, table).exists():
            overlay[table] = _read(_file(folder, table), ("action", *columns))
    return extend(base, overlay, version)


def write_catalog(catalog: Catalog, folder: Path) -> Path:
    """Write a catalog as text files into a folder, all of them or none; return the folder.

    Parameters
    ----------
    catalog
        The catalog; ``read_catalog`` of the folder gives an equal one.
    folder
        An existing folder. Files of the same names are replaced.

    Raises
    ------
    InputError
        GS101 when the folder does not exist or cannot be written to.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     read_catalog(write_catalog(read_catalog(), Path(name))) == read_catalog()
    True
    """
    tables = tables_of(catalog)
    with staged(folder / _ABOUT) as stage:
        for category in catalog.categories:
            rows = [row for row in tables["indicators"] if row["code"].startswith(category.code)]
            _write(stage / f"indicators_{category.code}_{category.en}.csv", COLUMNS["indicators"], rows)
        for table in COLUMNS:
            if table != "indicators":
                _write(_file(stage, table), COLUMNS[table], tables[table])
        lineage = ", ".join(_quoted(version) for version in catalog.lineage)
        text = f"version = {_quoted(catalog.version)}\nlineage = [{lineage}]\n"
        (stage / _ABOUT).write_text(text, encoding="utf-8")
    return folder


def _file(folder: Path, table: str) -> Path:
    return folder / f"{table}.csv"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _about(folder: Path) -> tuple[str, tuple[str, ...]]:
    path = folder / _ABOUT
    about = _parse(path)
    version, lineage = about.get("version"), about.get("lineage", [])
    if not isinstance(version, str) or not version or not isinstance(lineage, list):
        raise InputError(
            "GS108", "the catalog says no version", where=str(path), fix='write a line such as version = "2026.1"'
        )
    return version, tuple(str(each) for each in lineage)


def _parse(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> InputError:
    return InputError(
        "GS101", "the catalog file cannot be read", where=str(path), why=str(error), fix="give a UTF-8 text file"
    )


def _indicators(folder: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    return [row for path in sorted(folder.glob(_INDICATORS)) for row in _read(path, columns)]


def _read(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """Read the rows as text; a cell that is absent is empty, one too many is refused."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            missing = [column for column in columns if column not in (reader.fieldnames or ())]
            rows = [] if missing else list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(path, error) from error
    if missing:
        raise InputError(
            "GS102",
            f"the column {', '.join(missing)} is missing",
            where=str(path),
            fix=f"the columns are {', '.join(columns)}",
        )
    for number, row in enumerate(rows, start=2):
        if None in row:
            raise InputError(
                "GS108",
                "a row has more cells than the heading",
                where=f"{path} row {number}",
                fix="put cells that hold a comma in quotes",
            )
    return [{column: row[column] or "" for column in columns} for row in rows]


def _write(path: Path, columns: Sequence[str], rows: Sequence[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
