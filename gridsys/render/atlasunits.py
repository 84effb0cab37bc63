"""The units of an atlas: grids, or communities made of them, with their counts, neighbours, and what is withheld."""

from __future__ import annotations

from typing import Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridsys.domain.areacode import level_of
from gridsys.render.checks import require_layer
from gridsys.render.privacy import withheld_areas

By = Literal["grid", "community"]
COUNTS: Final = ("persons", "households", "rooms", "buildings", "incidents_open", "incidents_closed")
"""Columns that count something in every unit."""
CHAIN: Final = ("rooms_occupied", "households_peopled")
"""Rooms with a household, households with a person."""
_COMPASS: Final = (
    ("东", "E"), ("东北", "NE"), ("北", "N"), ("西北", "NW"), ("西", "W"), ("西南", "SW"), ("南", "S"), ("东南", "SE"),
)  # fmt: skip
_TOUCH: Final = 1.0
"""Metres two units must share to be neighbours: corners that meet do not make any."""
_STREET: Final = 9


def units_by(grids: gpd.GeoDataFrame, names: pd.Series, by: By) -> gpd.GeoDataFrame:
    """Return the units an atlas has a page for, index their code.

    Parameters
    ----------
    grids
        Frame of kind ``grid`` joined with :data:`COUNTS` and :data:`CHAIN`.
    names
        Name of each area, by code.
    by
        ``"grid"``, or ``"community"`` for the areas the grids belong to: counts added, shapes joined.

    Raises
    ------
    InputError
        GS102, GS105, GS106.
    """
    needed = ("name", "area_code", "weight", "area_m2", *COUNTS, *CHAIN)
    require_layer(grids, "grid", "grids", needed)
    for code in grids.index:
        level_of(str(code))
    if by == "grid":
        return grids
    numbers = ["weight", "area_m2", *COUNTS, *CHAIN]
    groups = grids.groupby("area_code")
    shapes = groups["geometry"].agg(lambda own: shapely.union_all(own.to_numpy()))
    units = gpd.GeoDataFrame(groups[numbers].sum(), geometry=gpd.GeoSeries(shapes), crs=grids.crs)
    units.insert(0, "name", [str(names.get(code, code)) for code in units.index])
    units.insert(1, "area_code", units.index.str[:_STREET])
    return units


def withheld_units(grids: gpd.GeoDataFrame) -> pd.Series:
    """Return of every area of every level whether a public atlas gives no number of it, index its code.

    Grids, communities, streets and the district are judged together (:func:`gridsys.render.privacy.withheld_areas`), so
    that two atlases, by grid and by community, do not give away what each withholds.
    """
    return withheld_areas(pd.DataFrame(grids[["weight", *COUNTS]]), grids["area_code"])


def neighbours(units: gpd.GeoDataFrame) -> dict[str, list[tuple[str, str, str]]]:
    """Return for each unit those it shares a border with: code, and in which direction the border lies.

    Returns
    -------
    dict
        Code → list of (code, Chinese, English), clockwise from the north.

    Examples
    --------
    >>> squares = [shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10), shapely.box(20, 10, 30, 20)]
    >>> found = neighbours(gpd.GeoDataFrame(geometry=squares, index=["1", "2", "3"], crs="EPSG:4548"))
    >>> found["1"], found["2"], found["3"]
    ([('2', '东', 'E')], [('1', '西', 'W')], [])
    """
    shapes = units.geometry.to_numpy()
    # One side meets the other within a centimetre, as the lattice has it.
    first, second = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=0.01)
    apart = first != second
    first, second = first[apart], second[apart]
    borders = shapely.intersection(shapely.boundary(shapes[first]), shapely.boundary(shapes[second]))
    real = shapely.length(borders) > _TOUCH
    first, second = first[real], second[real]
    way = _centres(borders[real]) - _centres(shapes[first])
    angle = np.degrees(np.arctan2(way[:, 1], way[:, 0])) % 360
    found: dict[str, list[tuple[str, str, str]]] = {str(code): [] for code in units.index}
    for at in np.lexsort(((90 - angle) % 360, first)):
        zh, en = _COMPASS[round(angle[at] / 45) % 8]
        found[str(units.index[first[at]])].append((str(units.index[second[at]]), zh, en))
    return found


def _centres(shapes: np.ndarray[tuple[int], np.dtype[np.object_]]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return shapely.get_coordinates(shapely.centroid(shapes))
