"""Roll-ups: how many of what stand where, by area of any level, age, sex, kind; nothing is lost on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridsys.domain.areacode import AreaLevel
from gridsys.errors import InputError
from gridsys.measure.suppression import suppress, with_totals

UNPLACED: Final = "unplaced"
"""Area code of the row that counts what has no grid: with it the counts add up to the whole."""
AGES: Final = (0, 3, 7, 18, 35, 60, 80)
"""First year of each age band, as social services ask for them."""


@dataclass(frozen=True)
class Facts:
    """Things to count, by columns: the number of each one's grid, and of each one's value in every dimension.

    ``grid`` holds numbers into ``grids``, −1 for what has no grid; ``dimensions`` by name the numbers and what they
    stand for, −1 for a missing value; ``amounts`` numbers by name (floor space …), with their units in ``units``.
    """

    grid: NDArray[np.integer]
    grids: pd.Index
    dimensions: Mapping[str, tuple[NDArray[np.integer], Sequence[str]]]
    amounts: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)


def facts_of(
    frame: pd.DataFrame, grids: pd.Index, by: Mapping[str, Sequence[str]], values: Mapping[str, str] | None = None
) -> Facts:
    """Return facts from a frame with a column ``grid_code``.

    Parameters
    ----------
    frame
        One row for each thing.
    grids
        Codes of the grids in force; a code that is not among them counts as unplaced.
    by
        Columns to count by, and the values each may have.
    values
        Columns of numbers, and their units.

    Examples
    --------
    >>> frame = pd.DataFrame({"grid_code": ["110101001001001", None], "use": ["home", "shop"]})
    >>> facts = facts_of(frame, pd.Index(["110101001001001"]), {"use": ["home", "shop"]})
    >>> facts.grid.tolist(), facts.dimensions["use"][0].tolist()
    ([0, -1], [0, 1])
    """
    units = dict(values or {})
    return Facts(
        grids.get_indexer(pd.Index(frame["grid_code"])),
        grids,
        {name: (pd.Index(choices).get_indexer(pd.Index(frame[name])), list(choices)) for name, choices in by.items()},
        {name: frame[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in units},
        units,
    )


def age_bands(
    birth: NDArray[np.datetime64], as_of: date, first_years: Sequence[int] = AGES
) -> tuple[NDArray[np.integer], list[str]]:
    """Return the number of each person's age band on a day, and the bands' names; −1 before birth or without a date.

    Parameters
    ----------
    birth
        Dates of birth (``datetime64``).
    as_of
        The day.
    first_years
        First year of each band, ascending from 0, in completed years of age; the last band has no end.

    Raises
    ------
    InputError
        GS103 for years that do not ascend from 0.

    Examples
    --------
    Eighteen on the birthday itself, not the day before:

    >>> births = np.array(["2008-06-30", "2008-07-01", "2026-06-30"], dtype="datetime64[D]")
    >>> age_bands(births, date(2026, 6, 30), [0, 18])
    (array([1, 0, 0]), ['0-17', '18+'])
    """
    years = list(first_years)
    if not years or years[0] != 0 or any(b <= a for a, b in pairwise(years)):
        raise InputError(
            "GS103", f"{years} are no age bands", fix="give first years that ascend from 0, such as 0,18,60"
        )
    newest_first = [_years_before(as_of, year) for year in years]
    limits = np.array(newest_first[::-1], dtype="datetime64[D]")
    days = birth.astype("datetime64[D]")
    place = len(years) - 1 - np.searchsorted(limits, days, side="left")
    place[np.isnat(days)] = -1
    names = [f"{a}-{b - 1}" for a, b in pairwise(years)] + [f"{years[-1]}+"]
    return place, names


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)


def roll_up(
    facts: Facts, *, level: AreaLevel, by: Sequence[str] = (), value: str = "", areas: Sequence[str] = ()
) -> pd.DataFrame:
    """Return the counts of every area of a level, and of what has no place.

    Parameters
    ----------
    facts
        What is counted.
    level
        District, street, community or grid.
    by
        Dimensions of ``facts``; a missing value counts as ``unknown``.
    value
        A column of ``facts.amounts`` to sum, besides counting.
    areas
        Codes of areas of the level that are to be there even without a grid.

    Returns
    -------
    DataFrame
        Index ``area_code`` (and a level for each dimension), every area with every value, zero where there is none,
        the row ``unplaced`` last. Columns ``count`` and, for a value, ``sum``, ``known`` (things whose value is known)
        and ``mean`` (``sum`` ÷ ``known``, missing where nothing is known).

    Raises
    ------
    InputError
        GS103 for a dimension or value that the facts do not have.

    Examples
    --------
    >>> grids = pd.Index(["110101001001001", "110101001002001"])
    >>> frame = pd.DataFrame({"grid_code": [grids[0], grids[0], None]})
    >>> roll_up(facts_of(frame, grids, {}), level=AreaLevel.COMMUNITY)["count"].to_dict()
    {'110101001001': 2, '110101001002': 0, 'unplaced': 1}
    """
    for name in (*by, *([value] if value else [])):
        known = facts.amounts if name == value else facts.dimensions
        if name not in known:
            raise InputError("GS103", f"{name!r} is not known of these records", fix=f"use one of {', '.join(known)}")
    prefixes = facts.grids.str.slice(0, level.digits)
    codes = [*sorted({*prefixes, *areas}), UNPLACED]
    area_of = np.append(pd.Index(codes).get_indexer(prefixes), len(codes) - 1)  # −1 takes the last: unplaced
    key = area_of[facts.grid]
    levels: list[Sequence[str]] = [codes]
    for name in by:
        numbers, choices = facts.dimensions[name]
        missing = bool((numbers < 0).any())
        names = [*choices, *(["unknown"] if missing else [])]
        key = key * len(names) + (np.where(numbers < 0, len(choices), numbers) if missing else numbers)
        levels.append(names)
    size = int(np.prod([len(names) for names in levels]))
    index = pd.MultiIndex.from_product(levels, names=["area_code", *by]) if by else pd.Index(codes, name="area_code")
    table = pd.DataFrame({"count": np.bincount(key, minlength=size)}, index=index)
    if value:
        held = facts.amounts[value]
        there = ~np.isnan(held)
        table["sum"] = np.bincount(key[there], held[there], size)
        table["known"] = np.bincount(key[there], minlength=size)
        table["mean"] = table["sum"] / table["known"].where(table["known"] > 0)
    return table


def per(table: pd.DataFrame, denominator: pd.DataFrame, times: float = 1.0) -> pd.DataFrame:
    """Return a roll-up with the counts it is to be seen against: ``denominator`` and ``rate``.

    Parameters
    ----------
    table
        A roll-up.
    denominator
        A roll-up of the same level by areas only, or by the same dimensions.
    times
        Per how many: 1000 for "per 1,000 households".

    Returns
    -------
    DataFrame
        ``rate`` is ``count`` × ``times`` ÷ ``denominator``, missing where the denominator is 0 and for ``unplaced``.

    Examples
    --------
    >>> few = pd.DataFrame({"count": [5]}, index=pd.Index(["110101"], name="area_code"))
    >>> per(few, few.assign(count=2))["rate"].tolist()
    [2.5]
    """
    codes = table.index.get_level_values("area_code")
    same = denominator.index.names == table.index.names
    under = denominator["count"].reindex(table.index if same else codes).fillna(0).to_numpy()
    out = table.assign(denominator=under.astype(np.int64))
    rate = out["count"] * times / out["denominator"].where(out["denominator"] > 0)
    return out.assign(rate=rate.where(codes != UNPLACED))


def for_public(table: pd.DataFrame) -> pd.DataFrame:
    """Return a roll-up as it may leave the office: small counts withheld, and enough others to keep them so.

    Counts of 1 to 4 are missing in the result, together with those from which they could be reckoned by totals over
    areas and over values (:func:`gridsys.measure.suppression.suppress`). ``unplaced`` is left out. Sums, means and
    rates of a withheld count are withheld.

    Examples
    --------
    >>> index = pd.Index(["110101001001", "110101001002", "110101001003", "unplaced"], name="area_code")
    >>> for_public(pd.DataFrame({"count": [3, 20, 9, 1]}, index=index))["count"].tolist()
    [<NA>, 20, <NA>]
    """
    kept = table[table.index.get_level_values("area_code") != UNPLACED]
    dimensions = [str(name) for name in kept.index.names[1:]]
    flat = kept["count"].reset_index()
    flat["cell"] = flat[dimensions].astype("str").agg("/".join, axis=1) if dimensions else "all"
    wide = flat.pivot_table(index="area_code", columns="cell", values="count", aggfunc="sum", sort=False)
    relations = {"all": list(wide.columns)} if dimensions else {}
    if len(dimensions) > 1:
        pairs = flat.drop_duplicates("cell")
        for name in dimensions:
            relations |= {f"{name}={value}": list(cells) for value, cells in pairs.groupby(name, sort=False)["cell"]}
    totals = {total: wide[parts].sum(axis=1) for total, parts in relations.items()}
    codes = wide.index.to_series()
    above = codes.str.slice(0, -3).where(codes.str.len() > AreaLevel.DISTRICT.digits, "")
    cells, parents = with_totals(wide.assign(**totals), above)
    hidden = suppress(cells, parents, relations=relations)
    mask = hidden.loc[wide.index, list(wide.columns)].to_numpy().ravel()
    shown = kept.copy()
    for name in shown.columns:
        if name != "denominator":
            shown[name] = shown[name].astype("Int64" if shown[name].dtype.kind == "i" else "Float64").mask(mask)
    return shown
