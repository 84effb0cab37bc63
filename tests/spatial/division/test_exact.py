"""The exact repair against a look at every labelling of small graphs."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsys.spatial.division.exact import Outcome, least_moved
from gridsys.spatial.division.partition import graph
from gridsys.spatial.division.stability import moved_weight
from gridsys.spatial.topology import components

# 0 - 1 - 2
# |   |   |
# 3 - 4 - 5
LEFT = np.array([0, 1, 3, 4, 0, 1, 2])
RIGHT = np.array([1, 2, 4, 5, 3, 4, 5])
HOME = np.array([0, 0, 1, 0, 1, 1])
TOLERANCE = 0.1


def allowed(g, label):
    held = np.bincount(label, g.weight, 2)
    same = label[LEFT] == label[RIGHT]
    whole = len(np.unique(components(6, LEFT[same], RIGHT[same]))) == 2
    stays = np.bincount(HOME, g.weight * (label == HOME))
    return (
        whole
        and (abs(held / held.mean() - 1) <= TOLERANCE + 1e-9).all()
        and (2 * stays > np.bincount(HOME, g.weight)).all()
    )


@given(st.lists(st.integers(1, 9), min_size=6, max_size=6))
@settings(max_examples=25, deadline=None)
def test_least_moved_is_the_least_of_all_labellings(weights):
    g = graph(np.array(weights, float), LEFT, RIGHT, np.ones(7))
    every = [np.array(label) for label in itertools.product((0, 1), repeat=6)]
    costs = [g.weight[label != HOME].sum() for label in every if len(set(label)) == 2 and allowed(g, label)]
    answer = least_moved(g, HOME, 2, TOLERANCE, limit=5)
    if not costs:
        assert answer.outcome is Outcome.INFEASIBLE
    else:
        assert answer.outcome is Outcome.OPTIMAL
        assert allowed(g, answer.label)
        assert moved_weight(g, HOME, answer.label) == min(costs)
