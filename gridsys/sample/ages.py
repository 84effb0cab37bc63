"""Ages and sexes inside a household, member by member, such that no parent is younger than their child allows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

Years = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

OLDEST: Final = 104.0
YOUNGEST_PARENT: Final = 20.0
_ADULT: Final = 20.0

RELATION_OF: Final = {
    "H": "head", "S": "spouse", "C": "child", "D": "child", "K": "child", "L": "other", "P": "parent", "Q": "parent",
    "G": "grandchild", "X": "grandchild", "Z": "grandparent", "B": "sibling", "O": "other",
}  # fmt: skip
"""Letter of a member → relation to the head. C, D young children; K a grown child and L its spouse; O a room-mate."""

FAMILIES: Final[dict[str, tuple[float, float, float, float]]] = {
    "H": (0.235, 19, 34, 92), "HS": (0.225, 24, 58, 88), "HC": (0.035, 24, 40, 62), "HP": (0.03, 20, 42, 66),
    "HB": (0.012, 22, 27, 45), "HSC": (0.2, 24, 40, 62), "HSP": (0.022, 24, 46, 66), "HCP": (0.014, 26, 40, 60),
    "HPQ": (0.012, 19, 26, 45), "HPZ": (0.004, 19, 23, 36), "HSCD": (0.056, 31, 40, 58), "HSCP": (0.046, 26, 42, 62),
    "HSKG": (0.018, 58, 65, 82), "HSCDP": (0.026, 31, 42, 58), "HSCPQ": (0.014, 26, 38, 58),
    "HSKLG": (0.026, 58, 65, 82), "HSCDPQ": (0.012, 31, 40, 56), "HSKLGX": (0.013, 60, 67, 82),
}  # fmt: skip
"""Members → (share of family households before scaling, youngest, usual and oldest age of the head).

Sizes follow the shape of the 2020 census of Beijing (mean about 2.5 persons to a household); the shares of
compositions within a size are the sample's own.
"""


class Members:
    """The members of many households of one composition, drawn one letter after another."""

    def __init__(self, head: Years, rng: np.random.Generator) -> None:
        self._rng = rng
        self._count = head.size
        self.age: dict[str, Years] = {"H": head}
        self.male: dict[str, Flags] = {"H": rng.random(head.size) < 0.6}  # noqa: PLR2004 - share of men among heads

    def add(self, letter: str) -> None:
        """Draw the next member."""
        rule: dict[str, Callable[[], Years]] = {
            "S": lambda: self._near("H", 3.0, 7.0),
            "B": lambda: self._near("H", 4.0, 8.0),
            "O": lambda: self._rng.uniform(18, 45, self._count),
            "L": lambda: self._near("K", 2.0, 4.0),
            "C": lambda: self._child(self._younger("H", "S"), 36.0),
            "D": lambda: self._second(self._younger("H", "S"), "C"),
            "K": lambda: self._child(self._younger("H", "S"), 29.0),
            "G": lambda: self._child(self._younger("K", "L"), 34.0),
            "X": lambda: self._second(self._younger("K", "L"), "G"),
            "P": lambda: self._parent("H"),
            "Q": lambda: np.maximum(self._near("P", 2.5, 6.0), self.age["H"] + YOUNGEST_PARENT),
            "Z": lambda: self._parent("P"),
        }
        partner = {"S": "H", "L": "K", "Q": "P"}.get(letter)
        self.age[letter] = np.minimum(rule[letter](), OLDEST)
        self.male[letter] = ~self.male[partner] if partner else self._rng.random(self._count) < 0.512  # noqa: PLR2004 - births

    def _younger(self, first: str, second: str) -> Years:
        return np.minimum(self.age[first], self.age[second]) if second in self.age else self.age[first]

    def _near(self, letter: str, spread: float, most: float) -> Years:
        step = np.clip(self._rng.normal(0, spread, self._count), -most, most)
        return np.maximum(self.age[letter] + step, _ADULT)

    def _child(self, parent: Years, oldest_birth: float) -> Years:
        """Return an age between 0 and what a parent of at least 20 at the birth allows."""
        latest = np.minimum(parent, oldest_birth)
        return parent - self._rng.triangular(YOUNGEST_PARENT, np.minimum(27.0, latest), latest + 1e-6)

    def _second(self, parent: Years, first: str) -> Years:
        """Return the age of a younger child, at least a year after the first where there was a year."""
        elder = self.age[first]
        gap = self._rng.uniform(1.0, 7.0, self._count)
        return np.where(elder > gap, elder - gap, np.minimum(elder + gap, parent - YOUNGEST_PARENT))

    def _parent(self, letter: str) -> Years:
        birth = self._rng.triangular(YOUNGEST_PARENT, 26.0, 38.0, self._count)
        return self.age[letter] + birth
