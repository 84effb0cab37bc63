"""The packaged facts: areas of Dongcheng and code lists, with their provenance in ``geodata/README.md``."""

from __future__ import annotations

from typing import Final

import pandas as pd

from gridsys.errors import InputError
from gridsys.resources import resource

AREA_YEARS: Final = (2016, 2019, 2023)
"""Years whose list of areas is packaged."""


def read_streets(year: int = 2023) -> pd.DataFrame:
    """Return the 17 streets of Dongcheng as published for a year.

    Index ``code`` (9 digits); columns ``name``, ``level``, ``parent_code``, ``published_name``, ``as_of`` (date).

    Raises
    ------
    InputError
        GS103 for a year that is not packaged.

    Examples
    --------
    >>> streets = read_streets()
    >>> len(streets), streets.loc["110101001", "name"]
    (17, '东华门街道')
    """
    return _areas(year, "street")


def read_communities(year: int = 2023) -> pd.DataFrame:
    """Return the communities of Dongcheng as published for a year: 182 in 2016, 177 in 2019, 169 in 2023.

    Index ``code`` (12 digits); columns as in :func:`read_streets`. Communities are renamed and merged between years, so
    a code without a year is no key to history.

    Raises
    ------
    InputError
        GS103 for a year that is not packaged.

    Examples
    --------
    >>> [len(read_communities(year)) for year in AREA_YEARS]
    [182, 177, 169]
    """
    return _areas(year, "community")


def read_classes(scheme: str, kind: str) -> pd.DataFrame:
    """Return the classes of components (部件) or matters (事件) of a scheme, second-hand as their status says.

    Index ``code``; columns ``name``, ``major_code``, ``major_name``, ``status``.

    Parameters
    ----------
    scheme
        ``"gbt47678.5-2026"``, ``"cjt214-as-implemented"`` or ``"beijing-chaoyang"``.
    kind
        ``"component"`` or ``"matter"``.

    Raises
    ------
    InputError
        GS103 when there is no such list.

    Examples
    --------
    >>> len(read_classes("gbt47678.5-2026", "component")), len(read_classes("gbt47678.5-2026", "matter"))
    (153, 250)
    """
    table = _table("classes.csv")
    chosen = table[(table["scheme"] == scheme) & (table["kind"] == kind)]
    if chosen.empty:
        lists = ", ".join(f"{a} {b}" for a, b in table[["scheme", "kind"]].drop_duplicates().itertuples(index=False))
        raise InputError("GS103", f"there is no list {scheme} {kind}", fix=f"use one of {lists}")
    return chosen.drop(columns=["scheme", "kind"]).set_index("code")


def read_code_list(name: str) -> pd.DataFrame:
    """Return a code list for persons, households or houses.

    Index ``code``; columns ``name``, ``standard``, ``status`` (second-hand or from memory; no conformity is claimed).

    Parameters
    ----------
    name
        ``"sex"``, ``"marital_status"``, ``"education"``, ``"relation"``, ``"house_use"``, ``"house_structure"`` or
        ``"id_document"``.

    Raises
    ------
    InputError
        GS103 when there is no such list.

    Examples
    --------
    >>> read_code_list("sex").loc["2", "name"]
    '女性'
    """
    table = _table("person_house.csv")
    chosen = table[table["list"] == name]
    if chosen.empty:
        raise InputError("GS103", f"there is no code list {name!r}", fix=f"use {', '.join(table['list'].unique())}")
    return chosen.drop(columns=["list", "list_zh"]).set_index("code")


def read_old_names() -> pd.DataFrame:
    """Return former names that still stand in addresses, a short list from memory.

    Columns ``kind`` (``district`` or ``road``), ``old``, ``new``, ``until`` (last day or year in use, or empty),
    ``status``; index 0…n.

    Examples
    --------
    >>> read_old_names().set_index("old").loc["崇文区", "new"]
    '东城区'
    """
    return _table("old_names.csv")


def _table(name: str) -> pd.DataFrame:
    return pd.read_csv(resource("geodata", "codes", name), dtype="str", keep_default_na=False)


def _areas(year: int, level: str) -> pd.DataFrame:
    if year not in AREA_YEARS:
        raise InputError("GS103", f"there is no list of areas of {year}", fix=f"use one of {AREA_YEARS}")
    table = _table("dongcheng_areas.csv")
    chosen = table[(table["year"] == str(year)) & (table["level"] == level)]
    columns = ["name", "level", "parent_code", "published_name", "as_of"]
    return chosen.set_index("code")[columns].assign(as_of=pd.to_datetime(chosen.set_index("code")["as_of"]))
