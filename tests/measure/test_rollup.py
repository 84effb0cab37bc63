"""Roll-ups by hand, and what always holds: nothing is lost, nothing small is told."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridsys.domain.areacode import AreaLevel
from gridsys.errors import InputError
from gridsys.measure import UNPLACED, age_bands, facts_of, for_public, per, roll_up

A, B = "110101001001", "110101002001"
GRIDS = pd.Index([f"{A}001", f"{A}002", f"{B}001"])
ROOMS = pd.DataFrame(
    {
        "grid_code": [GRIDS[0], GRIDS[0], GRIDS[1], None, "119999001001001"],
        "use": ["home", "shop", "home", "home", None],
        "area_m2": [50.0, 30.0, np.nan, 10.0, 5.0],
    }
)


def _rooms(**options: object) -> pd.DataFrame:
    facts = facts_of(ROOMS, GRIDS, {"use": ["home", "shop"]}, {"area_m2": "m²"})
    return roll_up(facts, **options)


def test_empty_areas_are_zero_and_the_unplaced_are_counted():
    assert _rooms(level=AreaLevel.GRID)["count"].to_dict() == {GRIDS[0]: 2, GRIDS[1]: 1, GRIDS[2]: 0, UNPLACED: 2}
    streets = _rooms(level=AreaLevel.STREET, areas=["110101003"])["count"]
    assert streets.to_dict() == {"110101001": 3, "110101002": 0, "110101003": 0, UNPLACED: 2}


def test_a_missing_value_is_unknown():
    table = _rooms(level=AreaLevel.COMMUNITY, by=("use",))["count"]
    assert table[A].to_dict() == {"home": 2, "shop": 1, "unknown": 0}
    assert table[UNPLACED].to_dict() == {"home": 1, "shop": 0, "unknown": 1}


def test_a_mean_is_of_what_is_known():
    row = _rooms(level=AreaLevel.COMMUNITY, value="area_m2").loc[A]
    assert row.to_dict() == {"count": 3, "sum": 80.0, "known": 2, "mean": 40.0}
    assert np.isnan(_rooms(level=AreaLevel.COMMUNITY, value="area_m2").loc[B, "mean"])


def test_a_rate_is_missing_where_there_is_nothing_to_count_against():
    rooms = _rooms(level=AreaLevel.GRID)
    rate = per(rooms, rooms.assign(count=[4, 1, 0, 2]), 100)["rate"]
    assert rate.iloc[:2].tolist() == [50.0, 100.0]
    assert rate.iloc[2:].isna().all()


@pytest.mark.parametrize("options", [{"by": ("colour",)}, {"value": "colour"}])
def test_unknown_columns_are_refused(options):
    with pytest.raises(InputError, match="GS103"):
        _rooms(level=AreaLevel.GRID, **options)


@pytest.mark.parametrize("years", [[], [1, 2], [0, 5, 5]])
def test_ages_that_do_not_ascend_are_refused(years):
    with pytest.raises(InputError, match="GS103"):
        age_bands(np.array([], dtype="datetime64[D]"), date(2026, 1, 1), years)


@given(
    st.lists(st.dates(date(1900, 1, 1), date(2026, 12, 31)), min_size=1), st.dates(date(2020, 1, 1), date(2026, 12, 31))
)
def test_bands_agree_with_ages_counted_in_years(births, day):
    place, names = age_bands(np.array(births, dtype="datetime64[D]"), day, [0, 3, 18])
    for born, band in zip(births, place, strict=True):
        years = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
        expected = -1 if born > day else 0 if years < 3 else 1 if years < 18 else 2
        assert band == expected
    assert names == ["0-2", "3-17", "18+"]


_CELLS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), max_size=60)


@given(_CELLS)
def test_totals_are_conserved_on_every_level(cells):
    frame = pd.DataFrame(
        {
            "grid_code": pd.array([[*GRIDS, None][g] for g, _ in cells], dtype="str"),
            "use": pd.array([["home", "shop", None][u] for _, u in cells], dtype="str"),
        }
    )
    facts = facts_of(frame, GRIDS, {"use": ["home", "shop"]})
    for level in AreaLevel:
        for by in ((), ("use",)):
            assert roll_up(facts, level=level, by=by)["count"].sum() == len(cells)


def test_no_small_count_is_told_and_none_stands_alone():
    """One of three elders' counts is small; another hides it, and what is in no area is left out."""
    rows = {GRIDS[0]: {"home": 3, "shop": 20}, GRIDS[1]: {"home": 30, "shop": 25}, GRIDS[2]: {"home": 40, "shop": 0}}
    grid = [code for code, uses in rows.items() for number in uses.values() for _ in range(number)]
    use = [use for uses in rows.values() for use, number in uses.items() for _ in range(number)]
    frame = pd.DataFrame({"grid_code": [*grid, None], "use": [*use, "home"]})
    table = roll_up(facts_of(frame, GRIDS, {"use": ["home", "shop"]}), level=AreaLevel.GRID, by=("use",))
    shown = for_public(table)["count"]
    assert UNPLACED not in shown.index.get_level_values(0)
    assert shown.isna()[GRIDS[0], "home"]
    assert shown.isna().sum() >= 2
    assert shown.dropna().equals(table["count"].reindex(shown.dropna().index).astype("Int64"))
    assert shown[GRIDS[2], "shop"] == 0
