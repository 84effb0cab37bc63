"""The division report on four unit squares: figures that can be checked by hand, and text that cannot run."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString, box

from gridsys.render import DivisionTables, division_report, outside_requests

CRS = "EPSG:4548"


@pytest.fixture
def tables():
    """One community of four squares, a road between west and east; weights 100, 100, 106 and 74 (mean 95).

        0    100    200
    200 +-----+-----+
        | 106 | 74  |
    100 +-----+-----+
        | 100 | 100 |
      0 +-----+-----+
    """
    codes = [f"11010100100100{number}" for number in (1, 2, 3, 4)]
    shapes = [box(x, y, x + 100, y + 100) for y in (0, 100) for x in (0, 100)]
    area = ["110101001001"]
    grids = gpd.GeoDataFrame(
        {"name": [f"第{n}网格" for n in (1, 2, 3, 4)], "area_code": area * 4, "weight": [100, 100, 106, 74],
         "area_m2": 10_000.0},
        index=pd.Index(codes, name="grid_code"), geometry=shapes, crs=CRS,
    )  # fmt: skip
    balance = pd.DataFrame(
        {"name": ["<b>南</b>社区"], "grids": 4, "weight": 380, "mean": 95.0, "lightest": 74, "heaviest": 106,
         "within_10": 0.5, "within_5": 0.5, "extra_pieces": 0, "road_share": 0.5, "compactness": 0.785},
        index=pd.Index(area, name="area_code"),
    )  # fmt: skip
    exceptions = pd.DataFrame(
        {
            "area_code": area,
            "weight": 74,
            "mean": 95.0,
            "deviation": 74 / 95 - 1,
            "reason_zh": "原因<script>",
            "reason": "</td><script>",
            "proved": True,
        },
        index=pd.Index([codes[3]], name="grid_code"),
    )
    findings = gpd.GeoDataFrame(
        {
            "check": ["area.gap"] * 2,
            "severity": "warning",
            "table": "area",
            "id": "1",
            "reason": "narrow",
            "fix": "look",
        },
        geometry=[None, None],
        crs=CRS,
    )
    proof = pd.DataFrame(
        {"passed": [True], "faults": 0, "statement": "every grid is one piece"}, index=["single-pieces"]
    )
    areas = gpd.GeoDataFrame(
        {"name": ["南社区"]}, index=pd.Index(area, name="code"), geometry=[box(0, 0, 200, 200)], crs=CRS
    )
    roads = gpd.GeoDataFrame({"kind": ["alley"]}, geometry=[LineString([(100, -50), (100, 250)])], crs=CRS)
    summary = {"road_share": 0.5, "compactness": 0.785}
    return DivisionTables(grids, balance, exceptions, findings, proof, summary, areas, roads)


def test_the_figures_are_the_tables(tables):
    page = division_report(tables)
    for text in ("<dd>4</dd>", "<dd>380</dd>", "<dd>50.0%</dd>", "-22.1%", "+11.6%", "1.00"):
        assert text in page
    assert page.count("<article>") == 1
    assert page.count('<svg class="plan"') == 2


def test_each_grid_is_coloured_by_its_deviation(tables):
    page = division_report(tables)
    classes = [page.count(f'class="grid {name}"') for name in ("within5", "within10", "outside")]
    # 100/95 is +5.3 %, 106/95 +11.6 %, 74/95 −22.1 %; every grid is drawn in the overview and in its area's picture.
    assert classes == [0, 2 * 2, 2 * 2]


def test_names_and_reasons_are_text_never_markup(tables):
    page = division_report(tables)
    assert "<script" not in page
    assert "<b>南" not in page
    assert "&lt;b&gt;南&lt;/b&gt;社区" in page


def test_the_page_asks_for_nothing_and_allows_nothing(tables):
    page = division_report(tables)
    assert outside_requests(page) == []
    assert "default-src 'none'" in page


def test_a_failed_proof_is_said(tables):
    tables.proof["passed"] = False
    assert "a proof failed" in division_report(tables)


def test_without_exceptions_findings_and_layers_the_sections_go(tables):
    bare = DivisionTables(
        tables.grids, tables.balance, tables.exceptions.iloc[:0], tables.findings.iloc[:0], tables.proof,
        tables.summary, tables.areas,
    )  # fmt: skip
    page = division_report(bare)
    assert "Exceptions" not in page
    assert "Findings about the input" not in page
    assert 'class="road"' not in page
