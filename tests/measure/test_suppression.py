"""An attacker with a solver: what is withheld cannot be narrowed, whatever is published around it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsys.errors import InputError
from gridsys.measure.suppression import SMALL, WIDTH, suppress, with_totals
from tests.attack import attack

RELATIONS = {"persons": ("male", "female"), "male": ("male_young", "male_old")}
CELL = st.one_of(st.integers(0, 6), st.integers(0, 40))


@st.composite
def districts(draw):
    """Counts of the grids of up to three communities in each of up to two streets."""
    codes = [
        f"110101{street:03d}{community:03d}{grid:03d}"
        for street in range(1, 1 + draw(st.integers(1, 2)))
        for community in range(1, 1 + draw(st.integers(1, 3)))
        for grid in range(1, 1 + draw(st.integers(1, 3)))
    ]
    parts = ["male_young", "male_old", "female", "incidents"]
    counts = pd.DataFrame({part: [draw(CELL) for _ in codes] for part in parts}, index=codes)
    counts["male"] = counts["male_young"] + counts["male_old"]
    counts["persons"] = counts["male"] + counts["female"]
    return counts


@settings(max_examples=25, deadline=None)
@given(districts())
def test_no_withheld_cell_is_narrowed_by_totals_over_areas_and_columns(counts):
    cells, parents = with_totals(counts, pd.Series([code[:12] for code in counts.index]))
    hidden = suppress(cells, parents, relations=RELATIONS)
    small = (cells > 0) & (cells < SMALL)
    assert hidden.where(small, other=True).all(axis=None), "a small count is published"
    assert not hidden.where(cells == 0, other=False).any(axis=None), "a zero is withheld"
    for key, (low, high) in attack(cells, cells.astype(float).mask(hidden), RELATIONS).items():
        assert low <= cells.loc[key] <= high
        assert high - low >= WIDTH, key


def test_the_attack_breaks_what_only_withholds_small_counts():
    """Were the attacker too weak, the tests above could not fail: the small count alone is found at once."""
    codes = ["110101001001001", "110101001001002", "110101001001003"]
    cells, _ = with_totals(pd.DataFrame({"n": [3, 20, 9]}, index=codes), pd.Series("110101001001"))
    alone = cells.astype(float).mask((cells > 0) & (cells < SMALL))
    assert attack(cells, alone, {}) == {("110101001001001", "n"): (3, 3)}


def test_two_neighbours_in_one_community_are_not_enough_when_a_total_over_columns_is_known():
    """Judged column by column the old rule withheld 2 and 7 of each sex; persons, published, gave them away.

    ====== ==== ====== =======
    grid   male female persons
    ====== ==== ====== =======
    001      2     30      32
    002      7     20      27
    ====== ==== ====== =======
    """
    counts = pd.DataFrame(
        {"male": [2, 7], "female": [30, 20], "persons": [32, 27]}, index=["110101001001001", "110101001001002"]
    )
    cells, parents = with_totals(counts, pd.Series(["110101001001"] * 2))
    relations = {"persons": ("male", "female")}
    hidden = suppress(cells, parents, relations=relations)
    assert hidden.loc["110101001001001"].sum() >= 2
    assert hidden.any(axis=1).sum() >= 2


def test_an_area_of_few_is_hidden_up_to_where_there_are_more():
    counts = pd.DataFrame({"n": [1, 1, 30, 40]}, index=["110101001001001", "110101001001002", "110101001002001",
                                                        "110101001002002"])  # fmt: skip
    cells, parents = with_totals(counts, counts.index.to_series().str[:12])
    hidden = suppress(cells, parents)["n"]
    assert hidden[["110101001001001", "110101001001002", "110101001001"]].all()
    assert not hidden[["110101001", "110101"]].any(), "the community beside it takes up what could be inferred"


def test_a_rate_published_beside_its_denominator_would_give_the_count_away():
    """Why an area with one withheld count loses its rates too."""
    grids = ["110101001001001", "110101001001002"]
    cells, parents = with_totals(
        pd.DataFrame({"incidents": [2, 30], "households": [400, 500]}, index=grids), pd.Series(["110101001001"] * 2)
    )
    published = cells.astype(float).mask(suppress(cells, parents))
    assert attack(cells, published, {})[grids[0], "incidents"] >= (0, WIDTH)
    rate = (grids[0], "incidents", "households", 0.00495, 0.00505)
    assert attack(cells, published, {}, [rate])[grids[0], "incidents"] == (2, 2)


def test_nothing_is_withheld_without_need():
    counts = pd.DataFrame({"n": [0, 5, 30, 0]}, index=["a1", "a2", "b1", "b2"])
    cells, parents = with_totals(counts, pd.Series(["a", "a", "b", "b"]))
    assert not suppress(cells, parents).any(axis=None)


def test_missing_counts_are_nothing_to_publish():
    cells, parents = with_totals(pd.DataFrame({"n": [np.nan, 5.0]}, index=["a1", "a2"]), pd.Series(["a", "a"]))
    assert not suppress(cells, parents).any(axis=None)


@pytest.mark.parametrize(
    ("change", "code"),
    [(lambda c, _: c.__setitem__("n", -c["n"]), "GS103"), (lambda c, _: c.__setitem__("n", c["n"] + 0.5), "GS103"),
     (lambda c, _: c.__setitem__("n", c["n"] + 1), "GS103"), (lambda _, p: p.__setitem__("a1", "z"), "GS104")],
)  # fmt: skip
def test_what_cannot_be_judged_is_refused(change, code):
    cells, parents = with_totals(pd.DataFrame({"n": [6, 7]}, index=["a1", "a2"]), pd.Series(["a", "a"]))
    change(cells, parents)
    with pytest.raises(InputError, match=code):
        suppress(cells, parents)
