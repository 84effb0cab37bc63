"""Look into the catalog of the base database: the packaged one, a district's, or what differs between two."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from gridsys.domain.catalog import Catalog
from gridsys.domain.catalog_counts import count
from gridsys.domain.catalog_diff import diff
from gridsys.files import read_catalog, read_overlay


def open_catalog(folder: Path | None = None, overlay: Path | None = None) -> Catalog:
    """Return a catalog, checked whole.

    Parameters
    ----------
    folder
        Folder of its text files; the packaged catalog when None.
    overlay
        Folder of a district's own files, laid over it.

    Raises
    ------
    InputError
        GS101, GS102, GS108 with every error of the files.

    Examples
    --------
    >>> len(open_catalog().items)
    170
    """
    catalog = read_catalog(folder)
    return catalog if overlay is None else read_overlay(catalog, overlay)


def catalog_counts(catalog: Catalog) -> pd.DataFrame:
    """Return items and indicators by subcategory: index ``code``; ``category``, ``zh``, ``en`` and the counts."""
    counts = [count(catalog, group) for group in catalog.subcategories]
    rows = [
        (c.group.code, group.category.zh, group.zh, group.en, c.items, c.indicators, c.required, c.sensitive)
        for c, group in zip(counts, catalog.subcategories, strict=True)
    ]
    names = ["code", "category", "zh", "en", "items", "indicators", "required", "sensitive"]
    return pd.DataFrame(rows, columns=names).set_index("code")


def catalog_item(catalog: Catalog, code: str) -> pd.DataFrame:
    """Return the indicators of an item: index ``code``; one column for each of their properties.

    Raises
    ------
    InputError
        GS109 when there is no such item.
    """
    rows = [
        (each.code, each.column, each.zh, each.en, each.type.value, each.unit, each.code_list, each.required,
         each.sensitivity, each.source, each.definition_zh, each.definition_en)
        for each in catalog.item(code).indicators
    ]  # fmt: skip
    names = [
        "code", "column", "zh", "en", "type", "unit", "code_list", "required", "sensitivity", "source",
        "definition_zh", "definition_en",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=names).set_index("code")


def catalog_changes(old: Catalog, new: Catalog) -> pd.DataFrame:
    """Return what differs between two catalogs: ``kind``, ``level``, ``code``, ``field``, ``before``, ``after``."""
    names = ["kind", "level", "code", "field", "before", "after"]
    rows = [(c.kind.value, c.level, c.code, c.field, c.before, c.after) for c in diff(old, new)]
    return pd.DataFrame(rows, columns=names)
