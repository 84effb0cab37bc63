"""Which areas get no numbers in what is meant to leave the office."""

from __future__ import annotations

from typing import Final

import pandas as pd

from gridsys.measure.suppression import SMALL, suppress, with_totals

RELATIONS: Final = {"incidents": ("incidents_open", "incidents_closed"), "persons": ("persons_male", "persons_female")}
"""Column → the columns that add up to it. A part that is not given is reckoned, as any reader would."""


def withheld_areas(counts: pd.DataFrame, area_code: pd.Series) -> pd.Series:
    """Return of every area of every level whether it must go without numbers, index its code.

    Parameters
    ----------
    counts
        Counts of the grids, index their code; columns that are not whole and ≥ 0 are no counts, and are passed over.
    area_code
        The area each grid lies in. Totals of all areas above are taken to be known, unless withheld.

    An area with one withheld count (:func:`gridsys.measure.suppression.suppress`) loses all its numbers: a rate beside
    its denominator would give the count away.

    Examples
    --------
    >>> counts = pd.DataFrame({"n": [3, 20, 9]}, index=["a1", "a2", "a3"])
    >>> withheld_areas(counts, pd.Series("a", counts.index)).to_dict()
    {'a1': True, 'a2': False, 'a3': True, 'a': False}
    """
    whole = {str(name): column.astype(float) for name, column in counts.items() if is_count(column)}
    for total, (one, other) in RELATIONS.items():
        for part, rest in ((one, other), (other, one)):
            if total in whole and part in whole and rest not in whole:
                whole[rest] = whole[total] - whole[part]
        if one in whole and other in whole and total not in whole:
            whole[total] = whole[one] + whole[other]
    # In one order, so that the same counts are withheld on every page, whatever else it shows.
    table = pd.DataFrame(whole, index=counts.index).sort_index().sort_index(axis=1)
    cells, parents = with_totals(table, area_code.reindex(table.index))
    return suppress(cells, parents, relations=RELATIONS).any(axis=1)


def too_few(linked: float, total: float) -> bool:
    """Whether a rate would tell that one to four records are, or are not, linked."""
    return 0 < linked < SMALL or 0 < total - linked < SMALL


def is_count(column: pd.Series) -> bool:
    """Whether a column counts something: whole numbers, none of them negative."""
    known = column.dropna().astype(float)
    return bool(((known % 1 == 0) & (known >= 0)).all())
