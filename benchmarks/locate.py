"""Point to grid: 1 million points in 589 detailed grids, against the libraries a user would reach for.

Run ``python benchmarks/locate.py [POINTS]``. Every time is the best of three in one run, with as many threads as the
library takes by itself (gridsys and geopandas take one); building an index counts. The answers are compared point by
point. sedonadb is timed where it is installed.
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridsys.spatial.locate import GridLocator, locate

CRS = "EPSG:4548"
WEST, SOUTH, EAST, NORTH = 446_000.0, 4_414_000.0, 453_000.0, 4_427_000.0


def rough(start: np.ndarray, end: np.ndarray, depth: int) -> np.ndarray:
    """Points of a crooked line between two points, the same whichever end it is begun from."""
    if depth == 0:
        return start[None, :]
    swapped = tuple(end) < tuple(start)
    low, high = (end, start) if swapped else (start, end)
    draw = np.random.default_rng(np.abs(np.round(np.concatenate([low, high]) * 100)).astype(np.int64))
    across = np.array([-(high - low)[1], (high - low)[0]])
    middle = (low + high) / 2 + across * draw.uniform(-0.08, 0.08)
    return np.vstack([rough(start, middle, depth - 1), rough(middle, end, depth - 1)])


def make_grids(count: int = 589, seed: int = 7) -> gpd.GeoDataFrame:
    draw = np.random.default_rng(seed)
    seeds = shapely.MultiPoint(np.column_stack([draw.uniform(WEST, EAST, count), draw.uniform(SOUTH, NORTH, count)]))
    frame = shapely.box(WEST, SOUTH, EAST, NORTH)
    cells = [cell.intersection(frame) for cell in shapely.voronoi_polygons(seeds, extend_to=frame).geoms]
    shapes = []
    for cell in cells:
        ring = np.round(shapely.get_coordinates(cell), 2)
        shapes.append(shapely.Polygon(np.vstack([rough(a, b, 5) for a, b in itertools.pairwise(ring)])))
    grids = gpd.GeoDataFrame(geometry=shapely.make_valid(shapes), crs=CRS)
    codes = [f"110101001001{number:03d}" for number in range(1, count + 1)]
    return grids.set_index(pd.Index(draw.permutation(codes), name="grid_code"))


def best_of_three(job: Callable[[], pd.Series]) -> tuple[float, float, pd.Series]:
    """Return the least seconds by the clock, the least of all processors together, and the answer."""
    times = []
    for _ in range(3):
        start, spent = time.perf_counter(), time.process_time()
        answer = job()
        times.append((time.perf_counter() - start, time.process_time() - spent))
    return min(clock for clock, _ in times), min(spent for _, spent in times), answer


def line(
    name: str, clock: float, spent: float, own: tuple[float, float] | None = None, equal: float | None = None
) -> None:
    ratio = (
        "" if own is None else f"{clock / own[0]:8.1f} x clock {spent / own[1]:8.1f} x CPU   answers equal {equal:.4%}"
    )
    print(f"{name:28}{clock:8.3f} s{spent:8.3f} s CPU{ratio}")


def with_geopandas(points: gpd.GeoDataFrame, grids: gpd.GeoDataFrame) -> pd.Series:
    joined = gpd.sjoin(points, grids, how="left", predicate="within")
    return joined.groupby(level=0)["grid_code"].min()


class Sedonadb:
    """sedonadb with both tables in its memory, in its own form, before the clock starts."""

    def __init__(self, points: gpd.GeoDataFrame, grids: gpd.GeoDataFrame) -> None:
        import sedonadb  # noqa: PLC0415 - a peer that need not be installed

        self.index = points.index
        self.database = sedonadb.connect()
        self.database.create_data_frame(points.reset_index(names="id")).to_memtable().to_view("points")
        self.database.create_data_frame(grids.reset_index()).to_memtable().to_view("grids")

    def join(self) -> pd.Series:
        """Return the grid of each point that lies within one."""
        found = self.database.sql(
            "SELECT p.id, g.grid_code FROM points p JOIN grids g ON ST_Within(p.geometry, g.geometry)"
        ).to_pandas()
        return found.set_index("id")["grid_code"].reindex(self.index)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    grids = make_grids()
    draw = np.random.default_rng(1)
    x, y = draw.uniform(WEST - 100, EAST + 100, count), draw.uniform(SOUTH - 100, NORTH + 100, count)
    points = gpd.GeoDataFrame(geometry=shapely.points(x, y), crs=CRS)
    print(f"{count:,} points, {len(grids)} grids of {shapely.get_num_coordinates(grids.geometry).sum():,} vertices")

    locate(points.iloc[:1000], grids)  # compile once; a later process loads the compiled kernels
    locator = GridLocator(grids)
    *ready, _ = best_of_three(lambda: locator.locate_points(points))
    line("gridsys, index ready", *ready)
    *own, answer = best_of_three(lambda: locate(points, grids))
    line("gridsys, index and all", *own)
    *peer, theirs = best_of_three(lambda: with_geopandas(points, grids))
    line("geopandas sjoin", *peer, own, (answer.fillna("") == theirs.fillna("")).mean())
    if find_spec("sedonadb"):
        sedona = Sedonadb(points, grids)
        *peer, theirs = best_of_three(sedona.join)
        line("sedonadb join", *peer, own, (answer.fillna("") == theirs.fillna("")).mean())
    else:
        print("sedonadb is not installed: not timed")


if __name__ == "__main__":
    main()
