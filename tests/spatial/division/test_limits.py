"""Limits drawn twice: what is too thin for the lattice is closed, and said."""

import geopandas as gpd
import pytest
import shapely

from gridsys.spatial.division.limits import fit_areas


def pair(dent):
    """Two squares side by side; the eastern one's limit stands back by ``dent`` metres at half height.

        0    100    200
    100 +-----+------+
        |     \\      |
        |     /      |
      0 +-----+------+
    """
    west = shapely.box(0, 0, 100, 100)
    east = shapely.Polygon([(100, 0), (200, 0), (200, 100), (100, 100), (100, 60), (100 + dent, 50), (100, 40)])
    return gpd.GeoDataFrame(
        {"name": ["西", "东"]}, index=["110101001001", "110101001002"], geometry=[west, east], crs="EPSG:4548"
    )


@pytest.mark.parametrize(
    ("dent", "checks"), [(0, []), (0.002, ["area.rounded"]), (0.4, ["area.gap"])], ids=["none", "2 mm", "40 cm"]
)
def test_gaps_are_closed_aloud(dent, checks):
    fitted = fit_areas(pair(dent))
    assert [finding.check for finding in fitted.findings] == checks
    assert fitted.frame.area.sum() == pytest.approx(20_000)
    assert shapely.coverage_is_valid(fitted.frame.geometry.to_numpy())
