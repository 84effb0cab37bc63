from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gridsys.render.topology import build_topology

# Four unit squares:
#   +---+---+
#   | C | D |
#   +---+---+
#   | A | B |
#   +---+---+
SQUARES = np.array([shapely.box(x, y, x + 1, y + 1) for y in (0, 1) for x in (0, 1)])


def rebuilt(topology, polygon):
    """Area of a polygon put together from its arcs as the page does it."""
    twice = 0
    for ring in topology.rings[polygon]:
        points = []
        for reference in ring:
            arc = topology.arcs[reference >> 1]
            points += list(map(tuple, (arc[::-1] if reference & 1 else arc)[:-1]))
        twice += sum(x * v - u * y for (x, y), (u, v) in zip(points, points[1:] + points[:1], strict=True))
    return abs(twice) / 2


def test_four_squares_share_four_arcs_and_have_four_outer_ones():
    topology = build_topology(SQUARES, 1.0)
    assert sorted(topology.owners) == [(0,), (0, 1), (0, 2), (1,), (1, 3), (2,), (2, 3), (3,)]
    assert [rebuilt(topology, p) for p in range(4)] == [1, 1, 1, 1]


def test_a_hole_filled_by_another_shares_one_whole_ring():
    outer = shapely.box(0, 0, 4, 4) - shapely.box(1, 1, 2, 2)
    topology = build_topology(np.array([outer, shapely.box(1, 1, 2, 2)]), 1.0)
    assert sorted(topology.owners) == [(0,), (0, 1)]
    assert [rebuilt(topology, p) for p in range(2)] == [15, 1]


def test_parts_and_points_too_near_each_other():
    parts = shapely.union_all([shapely.box(0, 0, 1, 1), shapely.box(5, 0, 6, 1)])
    sliver = shapely.Polygon([(0, 0), (0.1, 0), (0.1, 0.1)])
    topology = build_topology(np.array([parts, sliver]), 1.0)
    assert [len(rings) for rings in topology.rings] == [2, 0]


def test_a_bent_coverage_keeps_every_area(small_town):
    shapes = small_town["grids"].geometry.to_numpy()
    topology = build_topology(shapes, 0.1)
    for number, shape in enumerate(shapes):
        assert rebuilt(topology, number) * 0.01 == pytest.approx(shape.area, rel=1e-3)
    assert all(len(owners) <= 2 for owners in topology.owners)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=12, unique=True))
def test_any_set_of_cells_keeps_its_areas(cells):
    squares = np.array([shapely.box(x, y, x + 1, y + 1) for x, y in cells])
    topology = build_topology(squares, 1.0)
    assert [rebuilt(topology, p) for p in range(len(cells))] == [1] * len(cells)
