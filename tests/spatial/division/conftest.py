"""The four squares of ``squares.py`` as fixtures."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from tests.spatial.division.squares import CENTRES, COMMUNITY, areas_of, homes_of, roads_of


@pytest.fixture
def square() -> gpd.GeoDataFrame:
    return areas_of({COMMUNITY: shapely.box(0, 0, 200, 200)})


@pytest.fixture
def lanes() -> gpd.GeoDataFrame:
    return roads_of([(100, 0), (100, 200)], [(0, 100), (200, 100)])


@pytest.fixture
def homes() -> gpd.GeoDataFrame:
    return homes_of(dict.fromkeys(CENTRES.values(), 100.0))
