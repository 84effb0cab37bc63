"""Colours of classes and lights: YlGnBu and Okabe–Ito, which colour-blind readers can tell apart.

``maps/src/palette.js`` holds the same for the page; a test compares the two, and another computes the distances under
simulated protanopia, deuteranopia and tritanopia.
"""

from __future__ import annotations

from typing import Final

YLGNBU: Final[dict[int, tuple[str, ...]]] = {
    1: ("#41b6c4",),
    2: ("#c7e9b4", "#2c7fb8"),
    3: ("#edf8b1", "#7fcdbb", "#2c7fb8"),
    4: ("#ffffcc", "#a1dab4", "#41b6c4", "#225ea8"),
    5: ("#ffffcc", "#a1dab4", "#41b6c4", "#2c7fb8", "#253494"),
}
"""Number of classes → colours from low to high."""
BALANCE: Final = ("#5e3c99", "#b2abd2", "#f7f7f7", "#fdb863", "#e66101")
"""Five classes about a middle, from too light to too heavy (ColorBrewer PuOr): no two are the same grey in print."""
STATES: Final = {"green": "#009e73", "yellow": "#f0e442", "red": "#d55e00", "closed": "#8a94a3"}
"""Colour of each light."""
MISSING: Final = "#e3e3df"
