"""Four unit squares, coded so that the lowest code is not the first row.

+----+----+
| 04 | 02 |
+----+----+
| 01 | 03 |
+----+----+
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsys.errors import DatumError, InputError
from gridsys.spatial import locate as module
from gridsys.spatial.locate import GridLocator, locate

CRS = "EPSG:4548"
SQUARES = {"03": (1, 0), "02": (1, 1), "01": (0, 0), "04": (0, 1)}


@pytest.fixture(autouse=True)
def _raster_from_the_first_point(monkeypatch):
    monkeypatch.setattr(module, "_FEW", 0)


def as_grids(shapes: dict[str, shapely.Geometry]) -> gpd.GeoDataFrame:
    index = pd.Index(list(shapes), name="grid_code", dtype="str")
    return gpd.GeoDataFrame(geometry=list(shapes.values()), index=index, crs=CRS)


@pytest.fixture
def squares() -> gpd.GeoDataFrame:
    return as_grids({code: shapely.box(x, y, x + 1, y + 1) for code, (x, y) in SQUARES.items()})


def brute_force(grids: gpd.GeoDataFrame, x, y) -> list[str | None]:
    ordered = grids.sort_index()
    answers = []
    for point in shapely.points(x, y):
        hits = ordered.index[ordered.intersects(point)]
        answers.append(hits[0] if len(hits) else None)
    return answers


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ((0.5, 0.5), "01"), ((1.5, 0.5), "03"), ((0.5, 1.5), "04"), ((1.5, 1.5), "02"),
        ((1.0, 0.5), "01"), ((0.5, 1.0), "01"), ((1.5, 1.0), "02"), ((1.0, 1.5), "02"),
        ((1.0, 1.0), "01"), ((0.0, 0.0), "01"), ((2.0, 2.0), "02"), ((2.0, 0.0), "03"), ((0.0, 2.0), "04"),
        ((2.0, 1.0), "02"), ((1.0, 0.0), "01"), ((1.0, 2.0), "02"), ((0.0, 1.0), "01"),
        ((2.0000001, 0.5), None), ((-1e-9, 0.5), None), ((99.0, 99.0), None), ((np.nan, 0.5), None),
        ((np.inf, 0.5), None),
    ],
)  # fmt: skip
def test_four_squares(squares, place, code):
    assert GridLocator(squares).locate([place[0]], [place[1]]).tolist() == [code]


def test_series_has_the_index_of_the_points(squares):
    points = gpd.GeoDataFrame(
        geometry=[shapely.Point(0.5, 0.5), None, shapely.Point(9, 9)], index=["b", "a", "b"], crs=CRS
    )
    found = locate(points, squares)
    assert found.name == "grid_code"
    assert found.dtype == "str"
    assert found.index.tolist() == ["b", "a", "b"]
    assert found.astype(object).where(found.notna(), None).tolist() == ["01", None, None]


def test_other_shapes_stand_for_a_point_inside_them(squares):
    ell = shapely.Polygon([(0.1, 0.1), (1.9, 0.1), (1.9, 0.2), (0.2, 0.2), (0.2, 0.9), (0.1, 0.9)])
    line = shapely.LineString([(1.2, 1.2), (1.4, 1.4)])
    found = locate(gpd.GeoSeries([ell, line, shapely.Polygon()], crs=CRS), squares)
    assert found[0] in {"01", "03"}
    assert found[1] == "02"
    assert pd.isna(found[2])


def test_a_hole_is_outside():
    ring = shapely.box(0, 0, 10, 10).difference(shapely.box(4, 4, 6, 6))
    island = shapely.box(4.5, 4.5, 5.5, 5.5)
    locator = GridLocator(as_grids({"1": ring, "2": island}))
    assert locator.locate([5, 4.2, 4, 1], [5, 4.2, 5, 1]).tolist() == ["2", None, "1", "1"]


def test_a_grid_of_two_parts():
    pieces = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(5, 0, 6, 1)])
    locator = GridLocator(as_grids({"1": pieces, "2": shapely.box(1, 0, 5, 1)}))
    assert locator.locate([0.5, 5.5, 3, 5], [0.5] * 4).tolist() == ["1", "1", "2", "1"]


def test_overlapping_grids_give_the_lowest_code():
    grids = as_grids({"3": shapely.box(0, 0, 10, 10), "2": shapely.box(2, 2, 8, 8), "5": shapely.box(1, 1, 20, 20)})
    draw = np.random.default_rng(3)
    x, y = draw.uniform(-1, 21, 3000), draw.uniform(-1, 21, 3000)
    assert GridLocator(grids).locate(x, y).tolist() == brute_force(grids, x, y)


@pytest.mark.parametrize("few", [0, 10**9])
def test_few_and_many_points_have_the_same_answers(squares, monkeypatch, few):
    monkeypatch.setattr(module, "_FEW", few)
    x, y = (part.ravel() for part in np.meshgrid(np.arange(-1, 12) / 5, np.arange(-1, 12) / 5))
    x, y = np.append(x, [np.nan, np.inf, 0.5]), np.append(y, [0.5, 0.5, -np.inf])
    assert GridLocator(squares).locate(x, y).tolist() == [*brute_force(squares, x[:-3], y[:-3]), None, None, None]


def test_the_raster_is_built_when_enough_was_asked(squares, monkeypatch):
    monkeypatch.setattr(module, "_FEW", 2)
    locator = GridLocator(squares)
    for raster_is_there in (False, False, True):
        assert locator.locate([0.5], [0.5]).tolist() == ["01"]
        assert (locator._raster is not None) == raster_is_there


def test_no_grids_and_empty_grids():
    nothing = gpd.GeoDataFrame(geometry=[], index=pd.Index([], name="grid_code", dtype="str"), crs=CRS)
    points = gpd.GeoSeries([shapely.Point(0, 0)], crs=CRS)
    assert locate(points, nothing).isna().all()
    partly = as_grids({"1": shapely.Polygon(), "2": shapely.box(0, 0, 1, 1)})
    assert GridLocator(partly).locate([0.5], [0.5]).tolist() == ["2"]


def test_no_points(squares):
    assert locate(gpd.GeoSeries([], crs=CRS), squares).empty


def test_codes_must_be_unique(squares):
    with pytest.raises(InputError, match="GS104"):
        GridLocator(pd.concat([squares, squares]))


def test_crs_must_agree(squares):
    with pytest.raises(DatumError, match="GS203"):
        locate(gpd.GeoSeries([shapely.Point(0, 0)], crs="EPSG:4547"), squares)
    with pytest.raises(DatumError, match="GS203"):
        GridLocator(squares.set_crs("EPSG:4326", allow_override=True))


def test_most_points_need_no_geometry_engine(squares, monkeypatch):
    asked = []
    exact = GridLocator._exact
    monkeypatch.setattr(GridLocator, "_exact", lambda self, x, y: asked.append(len(x)) or exact(self, x, y))
    draw = np.random.default_rng(1)
    GridLocator(squares).locate(draw.uniform(0, 2, 10_000), draw.uniform(0, 2, 10_000))
    assert asked == []
    GridLocator(squares).locate([1.0, 0.5], [0.25, 0.5])
    assert asked == [1]


coarse = st.integers(0, 8).map(lambda number: number / 2)
# Further apart than GEOS can mistake for one place: its own diagram of seeds 1e-21 apart is no coverage.
sites = st.integers(0, 4_000_000).map(lambda number: number / 1_000_000)


@settings(max_examples=150, deadline=None)
@given(
    seeds=st.lists(st.tuples(sites, sites), min_size=1, max_size=9, unique=True),
    points=st.lists(st.tuples(coarse, coarse) | st.tuples(st.floats(-1, 5), st.floats(-1, 5)), min_size=1, max_size=40),
    cells=st.sampled_from([1, 7, 64, 5000]),
)
def test_equals_brute_force_on_voronoi_coverages(seeds, points, cells, monkeypatch_cells):
    frame = shapely.box(0, 0, 4, 4)
    parts = shapely.voronoi_polygons(shapely.MultiPoint(seeds), extend_to=frame.buffer(1)).geoms
    shapes = [shape for part in parts if (shape := part.intersection(frame)).area > 0] or [frame]
    grids = as_grids({f"{number:02d}": shape for number, shape in enumerate(shapes)})
    corners = shapely.get_coordinates(grids.geometry)[:20]
    middles = (shapely.get_coordinates(grids.geometry)[:-1] + shapely.get_coordinates(grids.geometry)[1:])[:20] / 2
    x, y = np.vstack([np.array(points, dtype=float), corners, middles]).T
    monkeypatch_cells(cells)
    assert GridLocator(grids).locate(x, y).tolist() == brute_force(grids, x, y)


@pytest.fixture(scope="session")
def monkeypatch_cells():
    """Set how many cells the raster has: few make every point meet an exact test, many make almost none."""
    before = module._MIN_CELLS, module._MAX_CELLS

    def choose(cells: int) -> None:
        module._MIN_CELLS = module._MAX_CELLS = cells

    yield choose
    module._MIN_CELLS, module._MAX_CELLS = before


@settings(max_examples=100, deadline=None)
@given(
    corners=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=3, max_size=8, unique=True),
    shift=st.sampled_from([0.0, 4_419_000.0]),
)
def test_equals_brute_force_on_lattice_points_of_lattice_polygons(corners, shift):
    """Vertices, edges and horizontal runs are hit exactly, near the origin and at real northings."""
    polygon = shapely.make_valid(shapely.Polygon(np.array(corners, dtype=float) + shift))
    grids = as_grids({"2": polygon, "1": shapely.box(shift + 2, shift + 2, shift + 4, shift + 3)})
    x, y = (part.ravel() + shift for part in np.meshgrid(np.arange(-1, 8) / 1.0, np.arange(-1, 8) / 1.0))
    polygonal = grids[shapely.get_dimensions(grids.geometry) == 2]
    polygonal = polygonal[~polygonal.geom_type.eq("GeometryCollection")]
    assert GridLocator(polygonal).locate(x, y).tolist() == brute_force(polygonal, x, y)


@pytest.mark.realdata
def test_real_facilities_in_real_streets(shared_data):
    path = shared_data / "dongcheng" / "dongcheng_wgs84.gpkg"
    streets = gpd.read_file(path, layer="streets").to_crs(CRS).set_index("code")
    places = gpd.read_file(path, layer="facilities").to_crs(CRS)
    found = locate(places, streets)
    joined = gpd.sjoin(places, streets, how="left", predicate="intersects")["code"].groupby(level=0).min()
    assert found.notna().sum() > 5_000
    assert (found.fillna("") == joined.fillna("")).all()
