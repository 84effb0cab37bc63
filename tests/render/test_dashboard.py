"""Cases on the map: counted by hand, spread inside their grids, and nothing single for the public."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from gridsys.render import read_page
from gridsys.render.dashboard import case_counts, case_map, case_points

A, B = "110101001001001", "110101001001002"
NAMES = {"six-care": ("六必访", "Six visits"), "dongcheng-grid": ("东城", "Dongcheng")}


@pytest.fixture
def grids():
    """Two squares of 100 m side by side: A west, B east."""
    return gpd.GeoDataFrame(
        {"name": ["甲", "乙"], "area_code": A[:12], "weight": [10.0, 20.0], "area_m2": 1e4},
        index=pd.Index([A, B], name="grid_code"),
        geometry=[box(450000, 4420000, 450100, 4420100), box(450100, 4420000, 450200, 4420100)],
        crs=4548,
    )


@pytest.fixture
def heads():
    """Four in A: red, yellow, green, closed; none in B; one elsewhere."""
    return pd.DataFrame(
        {
            "area_code": [A, A, A, A, "110101002001001"],
            "procedure": ["six-care", "six-care", "dongcheng-grid", "six-care", "six-care"],
            "level": "grid", "status": ["open", "open", "open", "closed", "open"], "title": "机密",
            "light": ["red", "yellow", "green", "red", "red"],
            "opened_at": pd.to_datetime(["2026-06-01T02:00Z"] * 5),
        },
        index=pd.Index([f"C{n}" for n in range(5)], name="case_id"),
    )  # fmt: skip


def test_counts_by_grid(grids, heads):
    found = case_counts(grids, heads, NAMES)
    names = ["cases", "cases_open", "cases_yellow", "cases_red", "open_six-care", "open_dongcheng-grid"]
    assert found.loc[A, names].tolist() == [4, 3, 1, 1, 2, 1]
    assert found.loc[A, "cases_within"] == 66.7
    assert found.loc[B, names].sum() == 0
    assert pd.isna(found.loc[B, "cases_within"])


def test_points_lie_in_their_grid(grids, heads):
    points = case_points(grids, heads)
    assert points.within(grids.geometry[A]).all()
    assert points.geometry.to_wkt().nunique() == len(points) == 4
    assert points["state"].tolist() == ["red", "yellow", "green", "closed"]


def test_the_page_shows_cases_to_the_office_and_none_to_the_public(grids, heads):
    office = case_map(grids, heads, NAMES, as_of="2026-06-30 00:00")
    assert read_page(office.to_html())["incidents"] == 4
    assert "机密" not in office.to_html()
    public = case_map(grids, heads, NAMES, as_of="2026-06-30 00:00", audience="public")
    assert read_page(public.to_html())["incidents"] == 0
