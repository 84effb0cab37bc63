"""What a reader of a public page can compute back: nothing under five."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from gridsys.render import GridMap, Indicator, read_page
from gridsys.render.privacy import SMALL, withheld

GROUPS = st.lists(st.lists(st.integers(0, 30), min_size=2, max_size=6), min_size=1, max_size=5)


def ranges(counts, hidden):
    """Least and greatest value of each hidden cell, given all others and the group's total."""
    total, known = sum(counts), sum(c for c, h in zip(counts, hidden, strict=True) if not h)
    cells = [i for i, h in enumerate(hidden) if h]
    found = []
    for at in range(len(cells)):
        goal = np.zeros(len(cells))
        goal[at] = 1
        sums = {"A_eq": [np.ones(len(cells))], "b_eq": [total - known], "bounds": (0, None)}
        low, high = linprog(goal, **sums), linprog(-goal, **sums)
        found.append((round(low.fun), round(-high.fun)))
    return found


@settings(max_examples=60, deadline=None)
@given(GROUPS)
def test_no_hidden_count_can_be_computed_from_the_totals(groups):
    counts = pd.Series([c for group in groups for c in group])
    of = pd.Series([n for n, group in enumerate(groups) for _ in group])
    hidden = withheld(counts, of)
    for number, group in enumerate(groups):
        mine = hidden[of == number].tolist()
        assert all(h for c, h in zip(group, mine, strict=True) if 0 < c < SMALL)
        if not any(mine):
            continue
        others = sum(c for c, h in zip(group, mine, strict=True) if h)
        if others < SMALL:
            assert all(mine), "all of the group is withheld when its sum is small"
            continue
        for low, high in ranges(group, mine):
            assert high - low >= SMALL


@given(GROUPS)
def test_nothing_is_withheld_without_need(groups):
    counts = pd.Series([c for group in groups for c in group])
    of = pd.Series([n for n, group in enumerate(groups) for _ in group])
    hidden = withheld(counts, of)
    for number, group in enumerate(groups):
        if not any(0 < c < SMALL for c in group):
            assert not hidden[of == number].any()


def public_page(small_town, counts):
    grids = small_town["grids"].assign(elders=counts, share=[round(c / 7, 2) for c in counts])
    indicators = [
        Indicator("weight", "户数", "Households", "户", "2026-11-01"),
        Indicator("elders", "独居老人", "Elders living alone", "人", "2026-11-01"),
        Indicator("share", "占比", "Share", "%", "2026-11-01"),
    ]
    layers = {key: value for key, value in small_town.items() if key != "grids"}
    details = pd.DataFrame({"elders_too": counts, "remark": "王某家"}, index=grids.index)
    return GridMap(grids, **layers, indicators=indicators, details=details, audience="public").to_html()


def test_a_public_page_holds_no_small_count_no_incident_no_name_of_staff(small_town):
    rng = np.random.default_rng(3)
    counts = rng.integers(0, 20, len(small_town["grids"]))
    counts[[0, 5, 9]] = [2, 4, 1]
    header = read_page(public_page(small_town, counts))["header"]
    hidden = set(header["withheld"])
    assert {0, 5, 9} <= hidden
    columns = [each["values"] for each in header["indicators"]] + [header["details"][0]["values"], header["weight"]]
    for values in columns:
        assert all(values[row] is None for row in hidden)
    assert not any(value is not None and 0 < value < SMALL for value in header["indicators"][1]["values"])
    assert "incidents" not in header
    assert "postings" not in header
    assert [each["label"][0] for each in header["details"]] == ["elders_too"]
    for limit in header["indicators"][1]["breaks"]:
        assert limit >= SMALL or limit == 0


def test_an_office_page_holds_everything(small_town):
    header = read_page(GridMap(**small_town).to_html())["header"]
    assert "withheld" not in header
    assert {"incidents", "postings"} <= set(header)


@pytest.mark.parametrize("audience", ["office", "public"])
def test_building_counts_stay_in_the_office(small_town, audience):
    arrays = read_page(GridMap(**small_town, audience=audience).to_html())["arrays"]
    assert ("building_households" in arrays) == (audience == "office")
