"""Rules: how many grids an area gets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from gridsys.errors import DivisionError


@dataclass(frozen=True, slots=True)
class Window:
    """Grids hold between ``lightest`` and ``heaviest`` (by default 300–500 households, the usual rule).

    An area gets the number of grids whose mean lies nearest to the middle of the window. With a previous plan it keeps
    its number as long as the mean stays inside the window.

    Raises
    ------
    DivisionError
        GS302 unless ``0 < lightest < heaviest``.

    Examples
    --------
    >>> Window()
    Window(lightest=300, heaviest=500)
    """

    lightest: float = 300
    heaviest: float = 500

    def __post_init__(self) -> None:
        """Refuse an empty window."""
        if not 0 < self.lightest < self.heaviest:
            raise DivisionError(
                "GS302",
                f"the window {self.lightest:g}–{self.heaviest:g} is empty",
                fix="give 0 < lightest < heaviest",
            )


@dataclass(frozen=True, slots=True)
class Count:
    """A fixed number of grids over all areas, allotted by the Huntington–Hill method (smallest relative differences).

    Raises
    ------
    DivisionError
        GS302 unless ``total`` is at least 1; ``divide`` raises it too when there are more areas than grids.

    Examples
    --------
    >>> Count(589)
    Count(total=589)
    """

    total: int

    def __post_init__(self) -> None:
        """Refuse a count without grids."""
        if self.total < 1:
            raise DivisionError("GS302", f"a count of {self.total} grids divides nothing", fix="give at least 1")


@dataclass(frozen=True, slots=True)
class TargetArea:
    """Unit grids (万米单元网格) of about ``m2`` square metres; the weight is the area, buildings only stay whole.

    With ``split`` False (the default) grids are built of whole road blocks, so a block larger than a unit grid stays
    one; with True blocks are split between their buildings.

    Raises
    ------
    DivisionError
        GS302 unless ``m2`` is positive.

    Examples
    --------
    >>> TargetArea()
    TargetArea(m2=10000, split=False)
    """

    m2: float = 10_000
    split: bool = False

    def __post_init__(self) -> None:
        """Refuse an area that is not one."""
        if not self.m2 > 0:
            raise DivisionError("GS302", f"a target area of {self.m2} m² divides nothing", fix="give a positive area")


Rule: TypeAlias = Window | Count | TargetArea
