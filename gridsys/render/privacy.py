"""Suppression of small counts in what is meant to leave the office.

A count of 1 to 4 could be recognised as somebody. It is withheld, and with it as many other cells of the same area as
keep it from being computed from the area's total (complementary suppression).
"""

from __future__ import annotations

from typing import Final

import pandas as pd

SMALL: Final = 5
"""Counts from 1 to one less than this are withheld."""

_FEWEST_HIDDEN: Final = 2


def withheld(counts: pd.Series, groups: pd.Series, *, small: int = SMALL) -> pd.Series:
    """Return which cells must not be published, as booleans.

    Parameters
    ----------
    counts
        Counts of persons, households, incidents …; missing values are nothing to publish.
    groups
        Group of each cell whose total is, or may become, known: its community, say.
    small
        A count of 1 to ``small - 1`` is withheld.

    In every group with a withheld cell at least two cells are withheld, and their sum is at least ``small``; where the
    group has no other cell, the one cell is withheld alone, and its group's total must not be published either.

    Examples
    --------
    >>> withheld(pd.Series([3, 20, 9]), pd.Series(["a", "a", "a"])).tolist()
    [True, False, True]
    """
    hidden = (counts > 0) & (counts < small)
    for _, members in counts.groupby(groups):
        own = hidden[members.index]
        if not own.any():
            continue
        # The cell that hides another should cost the reader least: the smallest that is still published. A zero
        # hides nothing, so cells with something in them come first.
        spare = members[~own].dropna().sort_values(kind="stable")
        spare = pd.concat([spare[spare > 0], spare[spare <= 0]])
        for key in spare.index:
            if own.sum() >= _FEWEST_HIDDEN and members[own].sum() >= small:
                break
            own[key] = True
        hidden[members.index] = own
    return hidden
