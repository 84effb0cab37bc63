"""The comparison page on two plans of one square, and the command that makes it."""

import json

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from gridsys.domain.records import GRID
from gridsys.files import write_records
from gridsys.render import difference_page, outside_requests
from gridsys.spatial.lineage import lineage
from tests.commands import run

X, Y = 449_000, 4_420_000


def grids(limit, codes=("110101001001001", "110101001001002")):
    """Return two grids side by side that meet at ``limit`` metres of 200."""
    shapes = [box(X, Y, X + limit, Y + 100), box(X + limit, Y, X + 200, Y + 100)]
    return gpd.GeoDataFrame(
        {"name": ["第1网格", "第2网格"], "area_code": "110101001001", "weight": 1.0,
         "area_m2": [shape.area for shape in shapes]},
        index=pd.Index(codes, name="grid_code"), geometry=shapes, crs="EPSG:4548",
    )  # fmt: skip


def test_a_moved_strip_is_counted_and_drawn():
    old, new = grids(100), grids(130)
    page = difference_page(old, new, lineage(old, new))
    assert "划转 moved" in page
    assert "<dd>0.30</dd>" in page  # 30 m × 100 m = 0.3 ha
    assert 'class="moved"' in page
    assert outside_requests(page) == []


def test_equal_plans_are_called_equal():
    old = grids(100)
    assert "the two plans are the same" in difference_page(old, old, lineage(old, old))


@pytest.fixture
def files(tmp_path):
    for name, limit in (("old", 100), ("new", 130)):
        write_records(grids(limit), GRID, tmp_path / f"{name}.gpkg")
    return tmp_path


def test_the_command_tells_and_writes_what_moved(files):
    actor = ("--as", "li:district-analyst@110101")
    done = run(
        "plan", "diff", files / "old.gpkg", files / "new.gpkg", "--report", files / "moved.html", "--json", *actor
    )
    found = json.loads(done.stdout)
    assert found["share"] == pytest.approx(0.15)
    assert [row["change"] for row in found["succession"]] == ["kept", "moved", "kept"]
    assert (files / "moved.html").exists()
    assert len(pd.read_csv(files / "moved.csv")) == 3


def test_who_acts_elsewhere_does_not_compare(files):
    stranger = ("--as", "li:district-analyst@110102")
    assert "GS402" in run("plan", "diff", files / "old.gpkg", files / "new.gpkg", *stranger, expect=4).stderr
