"""Sizes of unit grids, on three rectangles 100 m high::

  100   120        380
+-----+------+-------------------+
|  a  |  b   |         c         |
+-----+------+-------------------+
"""

from itertools import pairwise

import geopandas as gpd
import pytest
from shapely import box

from gridsys.measure import unit_grid_size

EDGES = (0, 100, 220, 600)
GRIDS = gpd.GeoDataFrame(geometry=[box(west, 0, east, 100) for west, east in pairwise(EDGES)], crs="EPSG:4548")


def test_shares_percentiles_and_large_blocks_by_hand():
    size = unit_grid_size(GRIDS, GRIDS, 10_000)
    assert (size.within_10, size.within_25, size.within_50) == pytest.approx((1 / 3, 2 / 3, 2 / 3))
    assert (size.median, size.large_blocks) == (12_000, 1)
    assert size.large_share == pytest.approx(380 / 600)
    zh, en = size.sentences()
    assert "1 个大于 15,000 m² 的街块" in zh
    assert "63% of the ground" in en


def test_a_large_grid_of_small_blocks_is_no_large_block():
    blocks = gpd.GeoDataFrame(geometry=[box(x, 0, x + 100, 100) for x in range(0, 600, 100)], crs="EPSG:4548")
    assert unit_grid_size(GRIDS, blocks, 10_000).large_blocks == 0
