"""Tiles under the grids, as the browser draws them."""

from __future__ import annotations

import re
from io import BytesIO

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from PIL import Image, ImageDraw

from gridsys.render import Basemap, GridMap
from gridsys.spatial.crs import to_wgs84_lonlat
from gridsys.spatial.datum import Datum, from_wgs84
from tests.browser.conftest import INDICATORS
from tests.render.test_basemap import WORLD, mercator, write_mbtiles

pytestmark = pytest.mark.browser

MARK = (255, 0, 255)
ZOOM, LOOK = 18, 20
HOSTILE = "© <img src=x onerror=alert(1)> 测绘"


def drawn_tile(marks):
    picture = Image.new("RGB", (256, 256), (200, 230, 200))
    for u, v in marks:
        ImageDraw.Draw(picture).rectangle([u - 2, v - 2, u + 2, v + 2], fill=MARK)
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def tiles_with_marks(lon, lat, datum, around=6):
    """Tiles of one zoom in a datum around a place, with a mark where the place lies in that datum."""
    x, y = mercator(*from_wgs84([lon], [lat], datum))
    column, row = float((x[0] / WORLD + 0.5) * 2**ZOOM), float((0.5 - y[0] / WORLD) * 2**ZOOM)
    tiles = {}
    for i in range(int(column) - around, int(column) + around + 1):
        for j in range(int(row) - around, int(row) + around + 1):
            tiles[ZOOM, i, j] = drawn_tile([((column - i) * 256, (row - j) * 256)])
    return tiles


def middle_of(pixels, wanted, around=60):
    rows, columns = np.nonzero(wanted(pixels))
    assert len(rows) > 20, "the mark was not drawn"
    assert np.ptp(rows) < around
    return np.array([columns.mean(), rows.mean()])


@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.CGCS2000])
def test_a_mark_in_a_tile_falls_on_our_own_feature(open_page, layers, tmp_path, datum):
    grids = layers["grids"]
    spot = shapely.Point(np.round(grids.geometry.iloc[20].centroid.coords[0]))
    at = gpd.GeoDataFrame(
        {"kind": ["井盖"]}, index=pd.Index(["c1"], name="component_id"), geometry=[spot], crs=grids.crs
    )
    lonlat = to_wgs84_lonlat(at).geometry.iloc[0]
    path = write_mbtiles(tmp_path / "city.mbtiles", tiles_with_marks(lonlat.x, lonlat.y, datum), HOSTILE)
    page = GridMap(grids, components=at, basemap=Basemap.from_mbtiles(path, datum=datum)).to_html()
    opened = open_page(page, link=f"#z={LOOK}&c={lonlat.y:.5f},{lonlat.x:.5f}&i=9&m=off")
    opened.page.wait_for_timeout(500)
    with_component = opened.pixels()
    opened.page.click("summary:has-text('图层')")
    opened.page.click("input[data-layer=components]")
    opened.settle()
    without = opened.pixels()
    map_only = np.s_[:, 344:]
    ours = middle_of(with_component[map_only], lambda p: np.abs(p - without[map_only]).max(axis=-1) > 40)
    mark = middle_of(without[map_only], lambda p: (p[..., 0] > p[..., 1] + 40) & (p[..., 2] > p[..., 1] + 40))
    metre = WORLD / (256 * 2**LOOK) * np.cos(np.radians(lonlat.y))
    # Drawn points are rounded to a metre of the map; the mark is five pixels of 0.46 m.
    assert np.hypot(*(ours - mark)) * metre < 1.0


def test_the_credit_is_shown_as_text(open_page, layers, tmp_path):
    grids = layers["grids"]
    spot = to_wgs84_lonlat(grids).geometry.iloc[0].centroid
    path = write_mbtiles(tmp_path / "city.mbtiles", tiles_with_marks(spot.x, spot.y, Datum.CGCS2000, 2))
    basemap = Basemap.from_mbtiles(path, datum=Datum.CGCS2000, attribution=HOSTILE)
    opened = open_page(GridMap(grids, indicators=INDICATORS, basemap=basemap).to_html())
    assert opened.page.inner_text(".credit") == HOSTILE
    assert opened.page.query_selector(".credit img") is None


def test_tiles_of_a_server_are_asked_of_that_host_only(open_page, layers):
    url = "http://127.0.0.1:9/{z}/{x}/{y}.png"
    basemap = Basemap.xyz(url, attribution="例", datum=Datum.GCJ02)
    opened = open_page(GridMap(layers["grids"], indicators=INDICATORS, basemap=basemap).to_html())
    opened.page.wait_for_timeout(500)
    assert opened.asked
    assert all(re.fullmatch(r"http://127\.0\.0\.1:9/\d+/\d+/\d+\.png", asked) for asked in opened.asked)
    assert "未能载入" in opened.page.inner_text("#gs-status")
    # They were asked for because the user opted in; the refusals of the test's own network are no fault of the page.
    opened.asked.clear()
    opened.errors.clear()
