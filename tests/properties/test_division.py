"""Whatever areas, roads and buildings are accepted, the grids are a valid, nested coverage of exactly the areas."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridsys.errors import DivisionError
from gridsys.spatial.division import Count, TargetArea, Window, divide
from gridsys.spatial.division.kernels import Aim, anneal, nowhere, seed_labels
from gridsys.spatial.division.partition import dice, graph
from gridsys.spatial.topology import components, faces, shared_edges

CRS = "EPSG:4548"
SIDE = 400
spot = st.tuples(st.integers(-30, SIDE + 30), st.integers(-30, SIDE + 30))
line = st.lists(spot, min_size=2, max_size=4, unique=True)
RULES = st.sampled_from([Window(30, 60), Count(5), TargetArea(30_000), TargetArea(20_000, split=True)])
relaxed = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _areas(cuts):
    """Return up to three communities side by side, their limits at the cuts."""
    edges = [0, *sorted(set(cuts)), SIDE]
    shapes = [shapely.box(left, 0, right, SIDE) for left, right in pairwise(edges)]
    codes = [f"11010100100{number + 1}" for number in range(len(shapes))]
    return gpd.GeoDataFrame({"name": codes}, index=codes, geometry=shapes, crs=CRS)


def _buildings(places):
    shapes = [shapely.box(x, y, x + width, y + 8) for (x, y), width, _ in places]
    return gpd.GeoDataFrame({"households": [weight for *_, weight in places]}, geometry=shapes, crs=CRS)


@relaxed
@given(
    cuts=st.lists(st.integers(100, 300), max_size=2),
    roads=st.lists(line, max_size=8),
    places=st.lists(st.tuples(spot, st.integers(5, 40), st.integers(0, 30)), max_size=25),
    yards=st.lists(st.tuples(spot, st.integers(20, 90)), max_size=3),
    rule=RULES,
)
def test_accepted_input_gives_a_proved_coverage(cuts, roads, places, yards, rule):
    areas = _areas(cuts)
    streets = gpd.GeoDataFrame(
        {"kind": ["alley"] * len(roads)}, geometry=[shapely.LineString(r) for r in roads], crs=CRS
    )
    compounds = gpd.GeoDataFrame(geometry=[shapely.box(x, y, x + s, y + s) for (x, y), s in yards], crs=CRS)
    homes = _buildings(places)
    try:
        plan = divide(areas, roads=streets, compounds=compounds, buildings=homes, rule=rule)
    except DivisionError as error:
        assert error.code == "GS302"  # noqa: PT017 - a count that whole blocks cannot give is the only refusal
        assert isinstance(rule, Count)
        return
    assert plan.proof["passed"].all()
    assert np.isclose(plan.grids.geometry.area.sum(), areas.geometry.area.sum(), rtol=1e-12)
    points = homes.geometry.representative_point()
    inside = np.array([areas.intersects(point).any() for point in points], dtype=bool)
    if not isinstance(rule, TargetArea):
        assert plan.grids["weight"].sum() == homes["households"][inside].sum()
    again = divide(areas, roads=streets, compounds=compounds, buildings=homes, rule=rule, previous=plan, seed=1)
    assert set(again.grids.index) == set(plan.grids.index)


@relaxed
@given(seed=st.integers(0, 2**32), count=st.integers(2, 6), steps=st.integers(0, 3000))
def test_grids_stay_in_one_piece_through_every_move(seed, count, steps):
    side = 7
    cells = np.arange(side * side).reshape(side, side)
    left = np.concatenate([cells[:, :-1].ravel(), cells[:-1].ravel()])
    right = np.concatenate([cells[:, 1:].ravel(), cells[1:].ravel()])
    weight = np.random.default_rng(seed).integers(1, 9, side * side).astype(float)
    g = graph(weight, left, right, np.ones(len(left)))
    aim, throws, label = Aim(weight.sum() / count, 0.05), dice(seed), np.zeros(side * side, dtype=np.int64)
    assert seed_labels(g, label, count, aim, throws)
    anneal(g, label, np.arange(side * side), np.ones(count, dtype=bool), aim, nowhere(side * side), steps, 0.5, throws)
    same = label[left] == label[right]
    assert len(np.unique(components(side * side, left[same], right[same]))) == len(np.unique(label)) == count


@relaxed
@given(lines=st.lists(line, min_size=1, max_size=10))
def test_faces_cover_what_lines_enclose_whatever_their_order(lines):
    drawn = np.array([shapely.box(0, 0, SIDE, SIDE).exterior, *map(shapely.LineString, lines)], dtype=object)
    one, two = faces(drawn), faces(drawn[::-1])
    assert shapely.equals(one, two).all()
    assert shapely.coverage_is_valid(one)
    edges = shared_edges(one)
    assert (edges.length > 0).all()
    assert np.round(shapely.length(one).sum(), 6) >= np.round(2 * edges.length.sum() / 100, 6) - 1
