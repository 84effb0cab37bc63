"""Cell suppression: which counts must not be published so that no small one can be computed back (数据保密).

A count of 1 to 4 could be recognised as somebody. It is withheld, and with it as many others as keep it from being
reckoned from totals: totals over areas, and totals over columns (complementary suppression).

Method: the incremental heuristic for the cell suppression problem (Kelly, Golden and Assad 1992; Castro 2012), one cell
at a time. For a withheld cell a mixed-integer programme looks for the cheapest other table of whole numbers that obeys
the same totals and in which the cell is ``width`` larger; what changes in it is withheld too. Other tables are kept as
witnesses: a cell is safe once two of them differ in it by ``width``, for whatever a reader solves, both are answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, hstack

from gridsys.errors import InputError

SMALL: Final = 5
"""Counts from 1 to one less than this are withheld."""
WIDTH: Final = 5
"""Protection width: what a reader can narrow a withheld cell to is never narrower."""

_DIGITS: Final = (12, 9, 6)
Relations = Mapping[str, Sequence[str]]


def suppress(
    cells: pd.DataFrame, parents: pd.Series, *, relations: Relations | None = None, small: int = SMALL,
    width: int = WIDTH,
) -> pd.DataFrame:  # fmt: skip
    """Return which cells must not be published, as booleans in the shape of ``cells``.

    Parameters
    ----------
    cells
        Counts, one row for each area of every level that is published or could be added up, index its code. A missing
        value is nothing to publish, and counts 0 in totals. See :func:`with_totals`.
    parents
        Index as ``cells``: the row each row is part of, missing for the highest. Rows of one parent add up to it.
    relations
        Column → the columns that add up to it in every row, such as ``{"persons": ["male", "female"]}``. Columns that
        are not related are judged apart, so that the same counts are withheld wherever they are published.
    small
        A count of 1 to ``small - 1`` is withheld.
    width
        Given all that is published and all totals, each withheld cell may still be any of values at least this far
        apart. Zeros are published. Totals up to the highest may be withheld, so that there always is an answer.

    Raises
    ------
    InputError
        GS103 when a value is negative or not whole, or a total is not the sum of its parts; GS104 when a row stands
        twice or a parent is not a row.

    Examples
    --------
    >>> cells, parents = with_totals(pd.DataFrame({"elders": [3, 20, 9]}, index=["a1", "a2", "a3"]), pd.Series("a"))
    >>> suppress(cells, parents)["elders"].to_dict()
    {'a1': True, 'a2': False, 'a3': True, 'a': False}
    """
    relations = {key: parts for key, parts in (relations or {}).items() if {key, *parts} <= set(cells.columns)}
    _check(cells, parents)
    hidden = pd.DataFrame(data=False, index=cells.index, columns=cells.columns)
    for group in _related(list(cells.columns), relations):
        values = cells[group].fillna(0).to_numpy(dtype=np.int64)
        totals = _totals(cells.index, parents, group, relations)
        _check_sums(totals, values.ravel(), cells.index, group)
        hidden[group] = _Search(values.ravel(), totals, len(group)).run(small, width).reshape(values.shape)
    return hidden & cells.notna()


def with_totals(counts: pd.DataFrame, area_code: pd.Series) -> tuple[pd.DataFrame, pd.Series]:
    """Return counts with the rows of all areas above added (community, street, district), and each row's parent.

    Parameters
    ----------
    counts
        Counts of the lowest areas, index their code.
    area_code
        The area each lies in, by code; one value alone holds for all.

    Examples
    --------
    >>> cells, parents = with_totals(pd.DataFrame({"n": [1, 2]}, index=["g1", "g2"]), pd.Series(["110101001001"] * 2))
    >>> cells["n"].to_dict()
    {'g1': 1, 'g2': 2, '110101001001': 3, '110101001': 3, '110101': 3}
    """
    above = np.broadcast_to(area_code.astype(str).to_numpy(), len(counts))
    level = pd.DataFrame(counts.to_numpy(), index=counts.index.astype(str), columns=counts.columns)
    levels, parents = [level], []
    while True:
        parents.append(pd.Series(above, index=level.index))
        level = level.groupby(pd.Index(above, name=level.index.name)).sum()
        levels.append(level)
        longest = max((len(code) for code in level.index), default=0)
        shorter = [digits for digits in _DIGITS if digits < longest]
        if not shorter:
            break
        above = np.asarray([code[: shorter[0]] for code in level.index], dtype=object)
    parents.append(pd.Series(None, index=level.index, dtype=object))
    return pd.concat(levels), pd.concat([each.astype(object) for each in parents])


class _Search:
    """Adds cells to those withheld until each of them has two witnesses far enough apart."""

    def __init__(self, values: NDArray[np.int64], totals: csr_array, columns: int) -> None:
        self.values, self.totals = values, totals
        # A total costs a reader more than its parts, and a large number more than a small one.
        parts = np.asarray((totals < 0).sum(axis=0)).ravel() + (totals > 0).sum(axis=0)
        self.cost = (1 + np.log1p(values)) * np.where(parts > 1 + (columns > 1), 8.0, 1.0)
        self.low = np.zeros(len(values), dtype=np.int64)
        self.high = np.zeros(len(values), dtype=np.int64)

    def run(self, small: int, width: int) -> NDArray[np.bool_]:
        hidden = (self.values > 0) & (self.values < small)
        while True:
            unsafe = np.flatnonzero(hidden & (self.high - self.low < width))
            if not len(unsafe):
                return hidden
            # The smallest first: what hides it mostly hides the others too.
            at = int(unsafe[np.argmin(self.values[unsafe])])
            moved = self._other_table(at, int(self.low[at]) + width, hidden)
            hidden |= moved != 0
            self.low, self.high = np.minimum(self.low, moved), np.maximum(self.high, moved)

    def _other_table(self, at: int, up: int, hidden: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return by how much each cell differs in the cheapest other table with this one ``up`` larger."""
        size = len(self.values)
        room = np.where(self.values > 0, float(up + self.values.max()), 0.0)
        most = np.concatenate([room, np.where(self.values > 0, self.values, 0)]).astype(float)
        least = np.zeros(2 * size)
        least[at], most[at], most[size + at] = up, up, 0
        cost = np.where(hidden, 1e-3, self.cost)
        found = milp(
            np.concatenate([cost, cost]), integrality=np.ones(2 * size), bounds=Bounds(least, most),
            constraints=LinearConstraint(hstack([self.totals, -self.totals]), 0, 0) if self.totals.shape[0] else None,
            options={"mip_rel_gap": 0.05},
        )  # fmt: skip
        moves = np.round(found.x).astype(np.int64)
        return np.asarray(moves[:size] - moves[size:])


def _related(columns: list[str], relations: Relations) -> Iterator[list[str]]:
    left = list(columns)
    while left:
        group = {left[0]}
        while True:
            wider = group.union(*[{key, *parts} for key, parts in relations.items() if group & {key, *parts}])
            if wider == group:
                break
            group = wider
        yield [column for column in left if column in group]
        left = [column for column in left if column not in group]


def _totals(index: pd.Index, parents: pd.Series, columns: list[str], relations: Relations) -> csr_array:
    """One row for each total: 1 at it, -1 at its parts."""
    rows: list[tuple[int, list[int]]] = []
    row_of = {code: at for at, code in enumerate(index)}
    wide = len(columns)
    members: dict[int, list[int]] = {}
    for at, parent in enumerate(parents.reindex(index)):
        if not pd.isna(parent):
            members.setdefault(row_of[parent], []).append(at)
    for total, parts in members.items():
        rows += [(total * wide + column, [part * wide + column for part in parts]) for column in range(wide)]
    for name, names in relations.items():
        if name in columns:
            whole, own = columns.index(name), [columns.index(part) for part in names]
            rows += [(at * wide + whole, [at * wide + part for part in own]) for at in range(len(index))]
    entries = [(at, total, 1) for at, (total, _) in enumerate(rows)]
    entries += [(at, part, -1) for at, (_, parts) in enumerate(rows) for part in parts]
    row, cell, sign = np.array(entries, dtype=np.int64).reshape(-1, 3).T
    return csr_array(coo_array((sign, (row, cell)), shape=(len(rows), len(index) * wide)))


def _check(cells: pd.DataFrame, parents: pd.Series) -> None:
    unknown = set(parents.reindex(cells.index).dropna()) - set(cells.index)
    if not cells.index.is_unique or unknown:
        raise InputError(
            "GS104", "areas and the areas above them do not match", where=str(sorted(unknown)[:3] or "index"),
            fix="give one row for each area of every level",
        )  # fmt: skip
    for column in cells:
        values = cells[column].dropna().astype(float)
        wrong = values[(values < 0) | (values % 1 != 0)]
        if len(wrong):
            raise InputError(
                "GS103", "this is no count", where=f"{column} of {wrong.index[0]}: {wrong.iloc[0]}",
                fix="give whole numbers; a rate is withheld where what it is made of is",
            )  # fmt: skip


def _check_sums(totals: csr_array, values: NDArray[np.int64], index: pd.Index, columns: list[str]) -> None:
    off = np.flatnonzero(totals @ values)
    if len(off):
        row = totals[[int(off[0])]].tocoo()
        cell = int(row.coords[1][row.data > 0][0])
        raise InputError(
            "GS103", "a total is not the sum of its parts",
            where=f"{columns[cell % len(columns)]} of {index[cell // len(columns)]}",
            fix="add a row or a column for what is in no part",
        )  # fmt: skip
