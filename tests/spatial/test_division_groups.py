"""Tilings, and the proof that there is none, against a look at every partition of small graphs."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsys.spatial.division.groups import heaviest_tied, tile
from gridsys.spatial.division.kernels import Graph


def graph(weights, edges):
    left = np.array([a for a, _ in edges], dtype=np.int64)
    right = np.array([b for _, b in edges], dtype=np.int64)
    rows = [sorted({b for a, b in edges if a == v} | {a for a, b in edges if b == v}) for v in range(len(weights))]
    start = np.cumsum([0, *map(len, rows)])
    near = np.array([v for row in rows for v in row], dtype=np.int64)
    return Graph(np.array(weights, float), left, right, np.ones(len(edges)), start, near, np.ones(len(near)))


def connected(members, edges):
    members = set(members)
    seen, waiting = set(), [min(members)]
    while waiting:
        vertex = waiting.pop()
        if vertex not in seen:
            seen.add(vertex)
            waiting += [b if a == vertex else a for a, b in edges if vertex in {a, b} and {a, b} <= members]
    return seen == members


def fits(label, weights, edges, *, count, low, high):
    groups = [[v for v, own in enumerate(label) if own == number] for number in range(count)]
    return all(group and connected(group, edges) and low <= sum(weights[v] for v in group) <= high for group in groups)


def cut(label, edges):
    return sum(label[a] != label[b] for a, b in edges)


@st.composite
def small_graphs(draw):
    size = draw(st.integers(3, 7))
    weights = draw(st.lists(st.integers(0, 6), min_size=size, max_size=size))
    tree = [(draw(st.integers(0, v - 1)), v) for v in range(1, size)]
    extra = draw(st.lists(st.sampled_from(list(itertools.combinations(range(size), 2))), max_size=3))
    return weights, sorted(set(tree) | set(extra))


@settings(deadline=None, max_examples=200)
@given(small_graphs(), st.integers(2, 3), st.sampled_from([0.1, 0.3]))
def test_it_finds_a_tiling_exactly_where_there_is_one(small, count, tolerance):
    weights, edges = small
    mean = sum(weights) / count
    if mean == 0:
        return
    low, high = mean * (1 - tolerance) - 1e-9, mean * (1 + tolerance) + 1e-9
    every = [
        label
        for label in itertools.product(range(count), repeat=len(weights))
        if fits(label, weights, edges, count=count, low=low, high=high)
    ]
    answer = tile(graph(weights, edges), count, low, high)
    assert answer.impossible == (not every)
    if every:
        assert fits(answer.label.tolist(), weights, edges, count=count, low=low, high=high)
        if 0 not in weights:
            assert cut(answer.label.tolist(), edges) == min(cut(label, edges) for label in every)


@settings(deadline=None, max_examples=200)
@given(small_graphs(), st.integers(2, 3), st.sampled_from([0.1, 0.3]))
def test_tied_weight_lies_in_one_group_of_every_tiling(small, count, tolerance):
    weights, edges = small
    mean = sum(weights) / count
    if mean == 0:
        return
    low, high = mean * (1 - tolerance) - 1e-9, mean * (1 + tolerance) + 1e-9
    tied = heaviest_tied(graph(weights, edges), low)
    for label in itertools.product(range(count), repeat=len(weights)):
        if fits(label, weights, edges, count=count, low=low, high=high):
            held = np.bincount(label, weights, count)
            assert held.max() >= tied


def test_tied_weight_proves_what_has_too_many_sets_to_list():
    # Two arms of 4 on one block beside a wide field: neither arm is a group of 6, so 8 hang together.
    side = 9
    edges = [(r * side + c, r * side + c + 1) for r in range(side) for c in range(side - 1)]
    edges += [(r * side + c, (r + 1) * side + c) for r in range(side - 1) for c in range(side)]
    last = side**2
    g = graph([0.2] * last + [4, 4], [*edges, (0, last), (0, last + 1)])
    assert heaviest_tied(g, 6) == pytest.approx(8.2)


def test_a_block_without_weight_serves_one_group_only():
    # Four blocks around an empty middle: two groups need the middle, and only one can have it.
    star = graph([5, 5, 5, 5, 0], [(0, 4), (1, 4), (2, 4), (3, 4)])
    assert tile(star, 2, 10, 10).impossible
    assert tile(star, 4, 5, 5).label is not None


@pytest.mark.parametrize("side", [9])
def test_too_many_sets_find_nothing_and_prove_nothing(side):
    edges = [(r * side + c, r * side + c + 1) for r in range(side) for c in range(side - 1)]
    edges += [(r * side + c, (r + 1) * side + c) for r in range(side - 1) for c in range(side)]
    answer = tile(graph([1] * side**2, edges), 4, 20.1, 20.2)
    assert answer.label is None
    assert not answer.impossible
