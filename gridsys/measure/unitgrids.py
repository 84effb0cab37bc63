"""How close unit grids (万米单元网格) come to their nominal area, and what keeps them from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

LARGE: Final = 1.5
"""A block is large from this many nominal areas on: cut in two, both halves would lie nearer to it than the whole."""


@dataclass(frozen=True, slots=True)
class UnitGridSize:
    """Sizes of unit grids beside their nominal area.

    ``target`` and the percentiles ``low`` (10th), ``median``, ``high`` (90th) are in m²; ``within_10``, ``within_25``
    and ``within_50`` are shares of the grids (0–1) that close to the target; ``large_blocks`` blocks are larger than
    1.5 targets and held whole, and cover ``large_share`` (0–1) of the ground.
    """

    target: float
    grids: int
    low: float
    median: float
    high: float
    within_10: float
    within_25: float
    within_50: float
    large_blocks: int
    large_share: float

    def sentences(self) -> tuple[str, str]:
        """Return what the figures say, in Chinese and English.

        Examples
        --------
        >>> UnitGridSize(10_000, 4, 8_000, 9_000, 24_000, .25, .5, .75, 1, .4).sentences()[1].split(". ")[1]
        '1 blocks larger than 15,000 m² stay whole and cover 40% of the ground.'
        """
        near = [f"{share:.0%}" for share in (self.within_10, self.within_25, self.within_50)]
        limit, large = f"{LARGE * self.target:,.0f}", f"{self.large_share:.0%}"
        zh = (
            f"{self.grids:,} 个单元网格：中位面积 {self.median:,.0f} m²，一成小于 {self.low:,.0f}，"
            f"一成大于 {self.high:,.0f}；与 {self.target:,.0f} m² 相差 ±10 % 以内 {near[0]}，±25 % 以内 {near[1]}，"
            f"±50 % 以内 {near[2]}。{self.large_blocks:,} 个大于 {limit} m² 的街块未切分，占地 {large}。"
        )
        en = (
            f"{self.grids:,} unit grids: half of them larger than {self.median:,.0f} m², a tenth below {self.low:,.0f} "
            f"and a tenth above {self.high:,.0f}; within ±10 % of {self.target:,.0f} m² are {near[0]}, within ±25 % "
            f"{near[1]}, within ±50 % {near[2]}. {self.large_blocks:,} blocks larger than {limit} m² stay whole and "
            f"cover {large} of the ground."
        )
        return zh, en


def unit_grid_size(grids: gpd.GeoDataFrame, blocks: gpd.GeoDataFrame, target: float) -> UnitGridSize:
    """Return how close unit grids come to their nominal area.

    Parameters
    ----------
    grids
        Frame of kind ``grid`` in a projected CRS; the areas are measured.
    blocks
        What the grids were built of (``Plan.atoms``), in the same CRS.
    target
        Nominal area in m², above 0.

    Examples
    --------
    >>> from shapely import box
    >>> grids = gpd.GeoDataFrame(geometry=[box(0, 0, 100, 100), box(100, 0, 400, 100)], crs="EPSG:4548")
    >>> size = unit_grid_size(grids, grids, 10_000)
    >>> size.within_10, size.large_blocks, size.large_share
    (0.5, 1, 0.75)
    """
    area, block = grids.geometry.area.to_numpy(), blocks.geometry.area
    off = np.abs(area / target - 1)
    near = {share: float(np.mean(off <= share + 1e-9)) for share in (0.10, 0.25, 0.50)}
    low, median, high = (float(value) for value in np.percentile(area, (10, 50, 90)))
    large: pd.Series = block[block > LARGE * target]
    return UnitGridSize(
        target, len(grids), low, median, high, near[0.10], near[0.25], near[0.50],
        len(large), float(large.sum() / block.sum()),
    )  # fmt: skip
