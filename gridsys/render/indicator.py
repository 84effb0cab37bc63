"""An indicator of grids: what it says, in which unit, of which date, and how it is classed."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from gridsys.errors import RenderError

Scheme = Literal["quantiles", "equal", "natural", "fixed"]

_FEWEST_CLASSES: Final = 2
_MOST_CLASSES: Final = 5
_CLASSIFIERS: Final = {
    "quantiles": "Quantiles",
    "equal": "EqualInterval",
    "natural": "FisherJenks",
}
"""Our names of the class methods and mapclassify's."""


@dataclass(frozen=True)
class Indicator:
    """A column of the grids to colour them by.

    Parameters
    ----------
    column
        Column of the grids, numbers.
    zh, en
        Name in both languages.
    unit
        Unit of the numbers, such as ``"户"`` or ``"%"``; ``""`` for a pure number.
    as_of
        Date the numbers hold for, as shown in the legend.
    scheme
        ``"quantiles"`` (等数量分级), ``"equal"`` (等间距分级) or ``"natural"`` (自然断点, Fisher–Jenks).
    classes
        2 to 5.
    limits
        For ``scheme="fixed"``: the four upper limits of five classes about a middle, drawn from violet to orange
        whatever the values are.
    of
        Columns of the grids that a rate is made of; ``()`` where it is made of none. A map for the public withholds
        the rate where it withholds one of them, and refuses a rate that does not say.

    Raises
    ------
    RenderError
        GS701 when the scheme is not known or the number of classes is out of range.

    Examples
    --------
    >>> Indicator("weight", "户数", "Households", "户", "2026-11-01").scheme
    'quantiles'
    """

    column: str
    zh: str
    en: str
    unit: str
    as_of: str
    scheme: Scheme = "quantiles"
    classes: int = _MOST_CLASSES
    limits: tuple[float, ...] = ()
    of: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn."""
        if self.scheme == "fixed":
            rising = all(before < after for before, after in pairwise(self.limits))
            if len(self.limits) != _MOST_CLASSES - 1 or not rising:
                raise RenderError("GS701", f"{self.limits} are no class limits", fix="give four rising limits")
            return
        if self.scheme not in _CLASSIFIERS:
            raise RenderError(
                "GS701", f"the class method {self.scheme!r} is not known", fix=f"use {', '.join(_CLASSIFIERS)} or fixed"
            )
        if not _FEWEST_CLASSES <= self.classes <= _MOST_CLASSES:
            raise RenderError(
                "GS701",
                f"{self.classes} classes cannot be told apart",
                fix=f"ask for {_FEWEST_CLASSES} to {_MOST_CLASSES} classes",
            )


def class_breaks(values: npt.NDArray[np.float64], indicator: Indicator) -> list[float]:
    """Return the upper limits of all classes but the last, rising and distinct.

    A value belongs to the first class whose limit it does not exceed. Fewer distinct values than classes give fewer
    classes; missing values are left out. Counts have whole limits.

    Examples
    --------
    >>> class_breaks(np.array([1.0, 2, 3, 4]), Indicator("n", "数", "Number", "", "2026", "equal", 2))
    [2.0]
    >>> class_breaks(np.array([7.0, 7.0]), Indicator("n", "数", "Number", "", "2026"))
    []
    """
    if indicator.scheme == "fixed":
        return list(indicator.limits)
    known = values[np.isfinite(values)]
    distinct = len(np.unique(known))
    if distinct < _FEWEST_CLASSES:
        return []
    classes = min(indicator.classes, distinct)
    # Loaded here: mapclassify brings scikit-learn and pyplot, seconds that only a coloured map should cost.
    import mapclassify  # noqa: PLC0415

    with warnings.catch_warnings():
        # Ties give fewer classes, as said above.
        warnings.filterwarnings("ignore", "Not enough unique values")
        bins = getattr(mapclassify, _CLASSIFIERS[indicator.scheme])(known, k=classes).bins
    # "up to 2.4 cases" says no more than "up to 2", and reads like an error.
    shown = np.floor(bins[:-1]) if (known == np.floor(known)).all() else bins[:-1]
    limits = sorted({_short(float(limit)) for limit in shown})
    return [limit for limit in limits if limit < known.max()]


def _short(value: float) -> float:
    # Six figures say all a legend can; binary noise such as 0.30000000000000004 would be printed.
    return float(f"{value:.6g}")
