"""Tiles under the grids: packed, placed in their datum, or refused."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from io import BytesIO

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from PIL import Image

from gridsys.errors import RenderError
from gridsys.render import Basemap, GridMap, read_page
from gridsys.render.local import EARTH_RADIUS
from gridsys.resources import resource
from gridsys.spatial.crs import to_wgs84_lonlat
from gridsys.spatial.datum import Datum, from_wgs84

WORLD = 2 * np.pi * EARTH_RADIUS


def mercator(lon, lat):
    return EARTH_RADIUS * np.radians(lon), EARTH_RADIUS * np.log(np.tan(np.pi / 4 + np.radians(lat) / 2))


def pixel(size=4, colour=(255, 0, 255)):
    out = BytesIO()
    Image.new("RGB", (size, size), colour).save(out, "PNG")
    return out.getvalue()


def write_mbtiles(path, tiles, attribution="© <b>测绘</b> &amp; 例"):
    """Write tiles, a mapping of (z, x, y from the north) to bytes."""
    with sqlite3.connect(path) as file:
        file.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        file.execute("CREATE TABLE tiles (zoom_level INT, tile_column INT, tile_row INT, tile_data BLOB)")
        file.execute("INSERT INTO metadata VALUES ('attribution', ?)", (attribution,))
        file.executemany(
            "INSERT INTO tiles VALUES (?, ?, ?, ?)", [(z, x, 2**z - 1 - y, data) for (z, x, y), data in tiles.items()]
        )
    file.close()
    return path


def tiles_of(grids, zooms):
    west, south, east, north = shapely.total_bounds(to_wgs84_lonlat(grids).geometry.to_numpy())
    (x0, x1), (y0, y1) = mercator(np.array([west, east]), np.array([south, north]))
    found = {}
    for z in zooms:
        size = WORLD / 2**z
        for x in range(int((x0 + WORLD / 2) // size), int((x1 + WORLD / 2) // size) + 1):
            for y in range(int((WORLD / 2 - y1) // size), int((WORLD / 2 - y0) // size) + 1):
                found[z, x, y] = pixel()
    return found


NODE = """
import { createShift, tilePieces, unshift } from "BASEMAP";
const { shift, xs, ys, origin, places } = JSON.parse(process.argv[1]);
const move = createShift(shift, xs, ys);
console.log(JSON.stringify(places.map(([z, x, y, u, v, east, south]) => {
  const holds = (p) => u >= p.u && u <= p.u + p.part && v >= p.v && v <= p.v + p.part;
  const piece = tilePieces(origin, move, z, x, y).find(holds);
  const [s, t] = [(u - piece.u) / piece.part, (v - piece.v) / piece.part];
  const at = [0, 1].map((k) => piece.at[k] + s * (piece.right[k] - piece.at[k]) + t * (piece.down[k] - piece.at[k]));
  return [...at, ...move(...unshift(move, east, south))];
})));
"""


@pytest.mark.parametrize("zooms", [(11, 13), (14, 19)])
def test_gcj02_tiles_lie_under_cgcs2000_data_within_a_metre(zooms, node):
    # A square of 12 km, larger than the district; places anywhere in it, in tiles of many zooms.
    square = gpd.GeoDataFrame(
        {"name": ["一"], "area_code": ["110101001001"], "weight": [1.0], "area_m2": [1.44e8]},
        index=pd.Index(["110101001001001"], name="grid_code"),
        geometry=[shapely.box(442_000, 4_411_000, 454_000, 4_423_000)], crs=4548,
    )  # fmt: skip
    page = read_page(GridMap(square, basemap=Basemap.amap()).to_html())
    header, arrays = page["header"], page["arrays"]
    rng = np.random.default_rng(5)
    west, south, east, north = to_wgs84_lonlat(square).total_bounds
    lon, lat = rng.uniform(west, east, 400), rng.uniform(south, north, 400)
    x, y = mercator(lon, lat)
    there_x, there_y = mercator(*from_wgs84(lon, lat, Datum.GCJ02))
    assert np.hypot(there_x - x, there_y - y).min() > 300  # unmoved, the test would fail by hundreds of metres
    z = rng.integers(*zooms, 400, endpoint=True)
    column, row = (there_x / WORLD + 0.5) * 2.0**z, (0.5 - there_y / WORLD) * 2.0**z
    local = (x - header["west"], header["north"] - y)
    places = np.column_stack([z, column // 1, row // 1, column % 1, row % 1, *local]).tolist()
    given = {
        "shift": header["basemap"]["shift"], "xs": arrays["shift_x"].tolist(), "ys": arrays["shift_y"].tolist(),
        "origin": {"west": header["west"], "north": header["north"]}, "places": places,
    }  # fmt: skip
    program = NODE.replace("BASEMAP", resource("maps", "src", "basemap.js").as_uri())
    ran = subprocess.run(
        [node, "--input-type=module", "-e", program, "--", json.dumps(given)],
        capture_output=True,
        text=True,
        check=True,
    )
    result = np.array(json.loads(ran.stdout))
    ground = np.cos(np.radians(lat))
    apart = np.hypot(result[:, 0] - local[0], result[:, 1] - local[1]) * ground
    assert apart.max() < 1.0
    assert np.hypot(result[:, 2] - local[0], result[:, 3] - local[1]).max() < 0.05  # the inverse


def test_tiles_of_a_file_are_packed_and_the_page_asks_nobody(small_town, tmp_path):
    grids = small_town["grids"]
    path = write_mbtiles(tmp_path / "city.mbtiles", tiles_of(grids, range(13, 19)))
    html = GridMap(**small_town, basemap=Basemap.from_mbtiles(path, datum=Datum.CGCS2000)).to_html()
    basemap = read_page(html)["header"]["basemap"]
    assert basemap["attribution"] == "© 测绘 & 例"
    assert set(basemap["zooms"]) <= set(range(13, 19))
    assert 18 in basemap["zooms"]
    assert all(url.startswith("data:image/png;base64,") for url in basemap["tiles"].values())
    assert "img-src data: blob:;" in html


def test_more_tiles_than_allowed(small_town, tmp_path):
    grids = small_town["grids"]
    path = write_mbtiles(tmp_path / "city.mbtiles", tiles_of(grids, range(14, 19)))
    level = sum(len(data) for (z, _, _), data in tiles_of(grids, [14, 15]).items())
    fits = Basemap.from_mbtiles(path, datum=Datum.CGCS2000, most_bytes=level * 3)
    zooms = read_page(GridMap(grids, basemap=fits).to_html())["header"]["basemap"]["zooms"]
    assert zooms == sorted(zooms)
    assert max(zooms) < 18
    with pytest.raises(RenderError, match="swell") as caught:
        GridMap(grids, basemap=Basemap.from_mbtiles(path, datum=Datum.CGCS2000, zooms=[18], most_bytes=100)).to_html()
    assert caught.value.code == "GS702"


def test_files_that_cannot_be_used(small_town, tmp_path):
    grids = small_town["grids"]
    (tmp_path / "no.mbtiles").write_text("no database, but long enough to be looked at as if it were one")
    for name in ("no.mbtiles", "absent.mbtiles"):
        with pytest.raises(RenderError, match=r"GS702.*not an MBTiles"):
            Basemap.from_mbtiles(tmp_path / name, datum=Datum.CGCS2000)
    elsewhere = write_mbtiles(tmp_path / "elsewhere.mbtiles", {(15, 1, 1): pixel()})
    with pytest.raises(RenderError, match=r"GS702.*no tile of this area"):
        GridMap(grids, basemap=Basemap.from_mbtiles(elsewhere, datum=Datum.CGCS2000)).to_html()
    vector = write_mbtiles(tmp_path / "vector.mbtiles", dict.fromkeys(tiles_of(grids, [16]), b"\x1a\x02pbf"))
    with pytest.raises(RenderError, match=r"GS702.*no picture"):
        GridMap(grids, basemap=Basemap.from_mbtiles(vector, datum=Datum.CGCS2000)).to_html()


@pytest.mark.parametrize(
    "url",
    [
        "http://tiles.example.cn/{z}/{x}/{y}.png",
        "javascript:alert(1)//{z}{x}{y}",
        "https://tiles.example.cn/{z}/{x}.png",
        "https://a.cn;script-src */{z}/{x}/{y}",
        'https://a.cn"><script>/{z}/{x}/{y}',
        "https://user:word@a.cn/{z}/{x}/{y}",
        "https://*/{z}/{x}/{y}",
        "https:///{z}/{x}/{y}",
        "https://a.cn:99999999/{z}/{x}/{y}",
        "https://t{s}.example.cn/{z}/{x}/{y}",
        "data:image/png,{z}{x}{y}",
    ],
)
def test_addresses_that_are_refused(url):
    with pytest.raises(RenderError, match="GS702") as caught:
        Basemap.xyz(url, attribution="", datum=Datum.CGCS2000)
    assert caught.value.fix


def test_hosts_stand_in_the_policy_and_no_other(small_town):
    html = GridMap(small_town["grids"], basemap=Basemap.tianditu("abc123")).to_html()
    hosts = " ".join(f"https://t{n}.tianditu.gov.cn" for n in range(8))
    assert f"img-src data: blob: {hosts};" in html
    assert "connect-src" not in html
    local = Basemap.xyz("http://127.0.0.1:8080/{z}/{x}/{y}.png", attribution="", datum=Datum.CGCS2000)
    assert local.origins == ("http://127.0.0.1:8080",)


@pytest.mark.parametrize("token", ["", "a b", "x&y=1"])
def test_tianditu_asks_for_a_token(token):
    with pytest.raises(RenderError, match=r"GS702.*token"):
        Basemap.tianditu(token)


def test_baidu_tiles_are_refused():
    with pytest.raises(RenderError, match="GS702"):
        Basemap.xyz("https://a.cn/{z}/{x}/{y}", attribution="", datum=Datum.BD09)
