"""A community of four equal squares, small enough to divide by hand.

y
200 +-------+-------+
    |   c   |   d   |
100 +-------+-------+   lanes at x = 100 and y = 100
    |   a   |   b   |
  0 +-------+-------+
    0      100     200  x
"""

from __future__ import annotations

import geopandas as gpd
import shapely

CRS = "EPSG:4548"
COMMUNITY = "110101001001"
CENTRES = {"a": (50, 50), "b": (150, 50), "c": (50, 150), "d": (150, 150)}


def areas_of(shapes: dict[str, object]) -> gpd.GeoDataFrame:
    names = [f"社区{code[-3:]}" for code in shapes]
    return gpd.GeoDataFrame({"name": names}, index=list(shapes), geometry=list(shapes.values()), crs=CRS)


def roads_of(*lines: list[tuple[float, float]], kind: str = "alley") -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"kind": [kind] * len(lines)}, geometry=[shapely.LineString(line) for line in lines], crs=CRS
    )


def homes_of(weights: dict[tuple[float, float], float]) -> gpd.GeoDataFrame:
    """Return square buildings of 10 m by weight at their centres."""
    shapes = [shapely.box(x - 5, y - 5, x + 5, y + 5) for x, y in weights]
    index = [f"b{number}" for number in range(len(weights))]
    return gpd.GeoDataFrame({"households": list(weights.values())}, index=index, geometry=shapes, crs=CRS)
