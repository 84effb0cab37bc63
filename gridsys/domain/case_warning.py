"""Early warning: disputes of one kind rise in one area (矛盾预警). It watches places and kinds, never persons.

Each cell (area × class) has its own base, the weeks before the last one. With ``s`` cases in ``b`` weeks the weekly
mean is taken as μ = (s + ½) / b; weeks vary around it more than chance by ``extra``, estimated over all cells
together (variance = μ + extra·μ²). Last week's count is then held against the negative binomial distribution with
mean μ and size 1 / (extra + (1/μ + extra) / b); without extra variation this is the exact predictive distribution
of a Poisson rate with prior Gamma(½, 0). A cell is warned of when the chance of as many cases or more lies under
the accepted false alarms in a run divided by the number of cells. The base knows no season: a kind that rises
everywhere at a festival is warned of everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

from gridsys.domain.case import Case
from gridsys.errors import ProcedureError

_PRIOR: Final = 0.5
_LEAST: Final = 2
_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Warned:
    """A cell that is warned of: area, class, last week's count, what was to be expected, and the p-value."""

    area_code: str
    case_class: str
    count: int
    expected: float
    p_value: float

    @property
    def words(self) -> tuple[str, str]:
        """Return the warning in Chinese and English."""
        return (
            f"{self.area_code}上周“{self.case_class}”{self.count}件，此前周均{self.expected:.1f}件。",
            f"{self.area_code}: {self.count} {self.case_class!r} cases last week, {self.expected:.1f} a week before.",
        )


def surge_p_values(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return for each cell the chance of its last week's count or more, by the weeks before.

    Parameters
    ----------
    counts
        Cells × weeks, oldest week first; the last column is the week asked about.

    Raises
    ------
    ProcedureError
        GS820 with fewer than three weeks.

    Examples
    --------
    >>> surge_p_values(np.array([[1, 0, 1, 0, 0, 1, 0, 1, 6], [1, 0, 1, 0, 0, 1, 0, 1, 1]])).round(4).tolist()
    [0.0002, 0.4114]
    """
    if counts.ndim != 2 or counts.shape[1] < 3:  # noqa: PLR2004 - two weeks of base, one asked about
        raise ProcedureError(
            "GS820", "a warning needs a base of at least two weeks", where="counts", fix="give cells × weeks"
        )
    base, last = counts[:, :-1], counts[:, -1]
    weeks, mean = base.shape[1], base.mean(axis=1)
    variance = base.var(axis=1, ddof=1)
    squares = np.maximum(mean**2 - variance / weeks, 0).sum()
    extra = max(0.0, float((variance - mean).sum() / squares)) if squares > 0 else 0.0
    expected = (base.sum(axis=1) + _PRIOR) / weeks
    size = 1 / (extra + (1 / expected + extra) / weeks)
    tail = betainc(np.maximum(last, 1), size, expected / (expected + size))
    return np.where(last > 0, tail, 1.0)


def dispute_warnings(
    cases: Iterable[Case],
    as_of: datetime,
    areas: Sequence[str],
    classes: Sequence[str],
    *,
    weeks: int = 12,
    false_alarms: float = 1.0,
) -> list[Warned]:
    """Return the areas and classes in which cases rose in the week before a moment, most striking first.

    Parameters
    ----------
    cases
        Cases; withdrawn ones and those opened later are left out.
    as_of
        The end of the week asked about, with offset.
    areas
        Codes of the areas watched, all of one level; a case counts in the one its code starts with.
    classes
        Classes watched.
    weeks
        Weeks of the base, at least two.
    false_alarms
        How many false alarms in a run are accepted on average.

    Raises
    ------
    ProcedureError
        GS820 for no areas, no classes, fewer than two weeks or no false alarms accepted.

    Examples
    --------
    >>> dispute_warnings([], datetime.fromisoformat("2026-03-02T00:00+08:00"), ["110101001007"], ["neighbour"])
    []
    """
    if not areas or not classes or weeks < _LEAST or false_alarms <= 0:
        raise ProcedureError(
            "GS820",
            "there is nothing to watch",
            where=f"{len(areas)} areas, {len(classes)} classes, {weeks} weeks, {false_alarms} false alarms",
            fix="give areas, classes, at least two weeks and an accepted number of false alarms above zero",
        )
    digits = len(areas[0])
    row = {(area, kind): n for n, (area, kind) in enumerate((a, k) for a in areas for k in classes)}
    counts = np.zeros((len(row), weeks + 1), dtype=np.int64)
    for case in cases:
        cell = row.get((case.area_code[:digits], case.case_class))
        ago = (as_of - case.opened_at) // _WEEK
        if cell is not None and 0 <= ago <= weeks and case.opened_at < as_of and case.status != "withdrawn":
            counts[cell, weeks - ago] += 1
    p_values = surge_p_values(counts)
    cells = list(row)
    warned = np.flatnonzero(p_values < false_alarms / len(cells))
    found = [Warned(*cells[n], int(counts[n, -1]), float(counts[n, :-1].mean()), float(p_values[n])) for n in warned]
    return sorted(found, key=lambda w: (w.p_value, w.area_code, w.case_class))
