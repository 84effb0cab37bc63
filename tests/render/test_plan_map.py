"""The two maps for planners: balance with reasons, and findings without anybody's record."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from gridsys.errors import InputError, RenderError
from gridsys.render import DivisionTables, Indicator, plan_map, quality_map, read_page

CRS = 4548
CODES = [f"11010100100100{number}" for number in (1, 2, 3)]


@pytest.fixture
def grids():
    """Three squares in a row, weights 100, 100 and 130 (mean 110): −9.1 %, −9.1 %, +18.2 %.

    +-----+-----+-----+
    | 100 | 100 | 130 |
    +-----+-----+-----+
    """
    shapes = [shapely.box(448_000 + 100 * n, 4_416_000, 448_100 + 100 * n, 4_416_100) for n in range(3)]
    return gpd.GeoDataFrame(
        {"name": ["一", "二", "三"], "area_code": "110101001001", "weight": [100.0, 100, 130], "area_m2": 1e4},
        index=pd.Index(CODES, name="grid_code"), geometry=shapes, crs=CRS,
    )  # fmt: skip


@pytest.fixture
def tables(grids):
    balance = pd.DataFrame({"name": ["社区"], "mean": [110.0]}, index=pd.Index(["110101001001"], name="area_code"))
    exceptions = pd.DataFrame(
        {"reason_zh": ["街块太重"], "reason": ["too heavy a block"], "proved": [True]}, index=[CODES[2]]
    )
    areas = gpd.GeoDataFrame({"name": ["社区"]}, index=balance.index, geometry=[grids.union_all()], crs=CRS)
    roads = gpd.GeoDataFrame(
        {"kind": ["path"]}, geometry=[shapely.LineString([(448_000, 4_416_000), (448_300, 4_416_100)])], crs=CRS
    )
    return DivisionTables(grids, balance, exceptions, exceptions.iloc[:0], balance, {}, areas, roads)  # fmt: skip


def test_the_balance_is_in_percent_of_the_mean_in_classes_that_never_move(tables):
    header = read_page(plan_map(tables).to_html())["header"]
    balance = header["indicators"][0]
    assert balance["breaks"] == [-10, -5, 5, 10]
    assert balance["scheme"] == "fixed"
    assert balance["values"] == pytest.approx([-9.09091, -9.09091, 18.1818])
    assert header["details"][1]["values"] == ["", "", ["街块太重（已证明）", "too heavy a block (proved)"]]
    assert header["note"][0] == "3 个网格，1 个超出 ±10 %"
    # Roads whose kinds a map does not know are left out, not refused: a division takes any lines.
    assert "roads" not in header


def test_a_grid_at_the_limit_is_within_it(tables):
    tables.grids["weight"] = [121.0, 110, 99]
    header = read_page(plan_map(tables).to_html())["header"]
    assert header["indicators"][0]["values"] == [10, 0, -10]
    assert header["note"][1].startswith("3 grids, 0 outside")


@pytest.mark.parametrize("limits", [(), (1.0, 2, 3), (1.0, 2, 2, 3), (4.0, 3, 2, 1)])
def test_limits_that_are_none_are_refused(limits):
    with pytest.raises(RenderError, match="GS701"):
        Indicator("x", "甲", "X", "", "", "fixed", limits=limits)


def findings_of(rows, index=None):
    frame = pd.DataFrame(rows, columns=["check", "severity", "table", "id", "geometry"], index=index)
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=CRS)


def test_findings_are_counted_where_they_lie_and_name_nobody(grids):
    inside = shapely.Point(448_150, 4_416_050)
    found = findings_of(
        [
            ("person.id", "error", "person", "99010119900101001X", None),
            ("building.address", "warning", "building", "B-17", inside),
            ("building.address", "error", "building", "B-18", inside),
            ("grid.force", "error", "grid", CODES[2], None),
            ("person.id", "error", "person", "990101199001010028", None),
        ]
    )
    page = quality_map(
        grids, found, grid_codes=pd.Series({0: CODES[0]}), check_names={"person.id": ("身份证号", "Identity number")}
    ).to_html()
    header = read_page(page)["header"]
    assert [each["values"] for each in header["indicators"]] == [[1, 2, 1], [1, 1, 1]]
    assert header["details"][0]["values"] == [
        ["身份证号 × 1", "Identity number × 1"], ["building.address × 2"] * 2, ["grid.force × 1"] * 2
    ]  # fmt: skip
    assert "1 in no grid" in header["note"][1]
    assert "990101" not in str(header)
    assert "B-17" not in str(header)


def test_findings_that_cannot_be_placed_are_refused(grids):
    found = findings_of([("a", "error", "grid", CODES[0], None)] * 2, index=[7, 7])
    with pytest.raises(InputError, match="GS104"):
        quality_map(grids, found)
    with pytest.raises(InputError, match="GS102"):
        quality_map(grids, found.drop(columns="check"))
