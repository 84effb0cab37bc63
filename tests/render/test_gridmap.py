from __future__ import annotations

import base64
import gzip
import re

import numpy as np
import pandas as pd
import pytest
import shapely

from gridsys.errors import DatumError, InputError, RenderError
from gridsys.render import GridMap, Indicator, read_page
from gridsys.render.outside import outside_requests
from gridsys.render.pack_grids import POINT_STEP
from gridsys.spatial.locate import locate

HOUSEHOLDS = Indicator("weight", "户数", "Households", "户", "2026-11-01")


@pytest.fixture(scope="module")
def page(small_town, kinds):
    return GridMap(**small_town, indicators=[HOUSEHOLDS], incident_kinds=kinds, titles=True).to_html()


def test_all_grids_and_incidents_are_read_back(small_town, page):
    found = read_page(page)
    assert tuple(found["grids"]) == tuple(small_town["grids"].index)
    assert found["incidents"] == len(small_town["incidents"])
    expected = locate(small_town["incidents"], small_town["grids"]).value_counts()
    counted = {code: count for code, count in found["incidents_by_grid"].items() if count}
    assert counted == expected.to_dict()
    assert found["unplaced"] == len(small_town["incidents"]) - sum(counted.values())


def test_incidents_stand_where_they_are_to_half_a_step(small_town, page):
    # Positions are counted from the corner of the grid's drawn shape; put them back together as the page does.
    found = read_page(page)
    arrays, header = found["arrays"], found["header"]
    starts = np.concatenate([[0], np.cumsum(arrays["arc_length"])])
    corners, ring, reference = [], 0, 0
    for rings in arrays["grid_rings"]:
        least = np.array([np.iinfo(np.int64).max] * 2)
        for _ in range(rings):
            for arc in arrays["ring_arc"][reference : reference + arrays["ring_arcs"][ring]] >> 1:
                part = slice(starts[arc], starts[arc + 1])
                least = np.minimum(least, [arrays["arc_x"][part].min(), arrays["arc_y"][part].min()])
            reference, ring = reference + arrays["ring_arcs"][ring], ring + 1
        corners.append(least // 10)
    base = np.vstack([corners, [[0, 0]]])[arrays["incident_grid"]]
    xy = np.column_stack([arrays["incident_x"], arrays["incident_y"]]) + base
    mercator = np.column_stack([header["west"] + xy[:, 0], header["north"] - xy[:, 1]])
    town = small_town["incidents"].to_crs(3857)
    incident = header["incidents"]
    ids = [f"{incident['prefix']}{number:0{incident['width']}d}" for number in arrays["incident_number"]]
    true = shapely.get_coordinates(town.loc[ids].geometry.to_numpy())
    assert np.abs(mercator - true).max() <= POINT_STEP / 2 + 1e-6
    moments = pd.to_datetime(incident["start"] + arrays["incident_time"] * incident["tick"], unit="ms", utc=True)
    late = town.loc[ids, "reported_at"].to_numpy() - moments.to_numpy()
    assert (late >= pd.Timedelta(0)).all()
    assert (late < pd.Timedelta(milliseconds=incident["tick"])).all()
    assert incident["titles"] == town.loc[ids, "title"].tolist()


def test_the_page_asks_for_nothing_and_lets_nothing_else_run(page):
    assert outside_requests(page) == []
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert not re.search(r"<[^>]+\son[a-z]+=", re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL))
    assert re.search(r'<html lang="zh-CN">', page)
    assert "user-scalable=no" not in page


def test_equal_maps_are_equal_pages(small_town):
    assert GridMap(**small_town).to_html() == GridMap(**small_town).to_html()


def test_outlines_of_buildings_are_read_back_to_half_a_step(small_town, page):
    found = read_page(page)
    arrays, header = found["arrays"], found["header"]
    lengths = arrays["building_length"]
    first = np.cumsum(lengths) - lengths
    xy = np.zeros((lengths.sum(), 2))
    for axis, name in enumerate("xy"):
        steps = np.insert(arrays[f"building_d{name}"], first - np.arange(len(first)), 0)
        runs = [np.cumsum(part) for part in np.split(steps, first[1:])]
        xy[:, axis] = np.concatenate(runs) + np.repeat(arrays[f"building_{name}"], lengths)
    xy = xy * header["buildings"]["step"] * [1, -1] + [header["west"], header["north"]]
    drawn = [shapely.Polygon(ring) for ring in np.split(xy, first[1:])]
    true = small_town["buildings"].to_crs(3857).geometry.to_numpy()
    assert len(drawn) == len(true)
    nearest = shapely.STRtree(true).nearest(shapely.centroid(drawn))
    assert sorted(nearest) == list(range(len(true)))
    assert shapely.hausdorff_distance(drawn, true[nearest]).max() < header["buildings"]["step"]


def test_libraries_and_licences_are_in_the_page(page):
    libraries = read_page(page)["header"]["libraries"]
    assert {name: each["licence"] for name, each in libraries.items()} == {"leaflet": "BSD-2-Clause", "fflate": "MIT"}
    assert "Redistribution and use" in libraries["leaflet"]["text"]
    version = libraries["leaflet"]["version"]
    program = gzip.decompress(base64.b64decode(re.search(r'id="gridsys-program">([^<]+)', page)[1]))
    assert f"Leaflet {version}" in program.decode()


def test_layers_that_are_not_given_are_not_in_the_page(small_town):
    found = read_page(GridMap(small_town["grids"]).to_html())
    assert not {"roads", "surfaces", "buildings", "components", "incidents", "postings"} & set(found["header"])
    assert found["incidents"] == 0
    assert len(found["grids"]) == 24


def test_what_has_no_position_is_left_out_and_counted(small_town):
    layers = dict(small_town)
    layers["buildings"] = layers["buildings"].copy()
    layers["buildings"].loc[layers["buildings"].index[:3], "geometry"] = None
    layers["grids"] = layers["grids"].copy()
    lost = layers["grids"].index[7]
    layers["grids"].loc[lost, "geometry"] = None
    drawn = GridMap(**layers)
    assert lost not in drawn.drawn
    assert len(drawn.drawn) == 23
    assert read_page(drawn.to_html())["header"]["missing"] == {"grids": 1, "buildings": 3}


def test_details_and_the_seven_forces(small_town):
    grids = small_town["grids"]
    details = pd.DataFrame({"residence": 0.98, "remark": ["甲"] + [None] * 23}, index=grids.index)
    header = read_page(GridMap(**small_town, details=details).to_html())["header"]
    assert header["details"][0] == {
        "label": ["人进户", "Persons linked to a household"],
        "unit": "%",
        "values": [0.98] * 24,
    }
    assert header["details"][1]["values"][:2] == ["甲", ""]
    assert header["postings"]["grid_manager"][0] == small_town["postings"]["staff_name"].iloc[0]
    assert header["postings"]["fire_officer"] == [""] * 24


def test_it_shows_itself_in_a_notebook_in_a_sandbox(small_town):
    shown = GridMap(**small_town)._repr_html_()
    assert shown.startswith('<iframe sandbox="allow-scripts allow-downloads allow-modals"')
    assert "allow-same-origin" not in shown
    assert "<script" not in shown


def test_writing(small_town, tmp_path):
    drawn = GridMap(**small_town)
    assert drawn.to_html(tmp_path / "map.html") == (tmp_path / "map.html").read_text("utf-8")
    with pytest.raises(RenderError, match="GS701"):
        drawn.to_html(tmp_path / "nowhere" / "map.html")


def test_ids_without_a_common_form_are_listed_only_while_few(small_town, make_town):
    odd = small_town["incidents"].rename(index={"SJ0000000": "甲-1"})
    header = read_page(GridMap(small_town["grids"], incidents=odd).to_html())["header"]["incidents"]
    assert "甲-1" in header["ids"]
    many = make_town(2, 2, buildings=0, incidents=5_001)["incidents"].rename(index={"SJ0000000": "甲-1"})
    header = read_page(GridMap(small_town["grids"], incidents=many).to_html())["header"]["incidents"]
    assert not {"ids", "prefix"} & set(header)


@pytest.mark.parametrize(
    ("change", "code", "says"),
    [
        (lambda t: t.update(grids=t["grids"].drop(columns="name")), "GS102", "name"),
        (lambda t: t.update(grids=t["grids"].iloc[:0]), "GS105", "no grids"),
        (lambda t: t.update(grids=pd.concat([t["grids"]] * 2)), "GS104", "more than once"),
        (lambda t: t.update(grids=t["grids"].assign(weight="x")), "GS103", "weight"),
        (lambda t: t.update(grids=t["grids"].set_geometry(t["grids"].centroid)), "GS105", "polygon"),
        (lambda t: t.update(grids=t["grids"].to_crs(4490)), "GS203", "project"),
        (lambda t: t.update(roads=t["roads"].assign(kind="path")), "GS103", "path"),
        (lambda t: t.update(incidents=t["incidents"].assign(state="blue")), "GS103", "blue"),
        (lambda t: t.update(incidents=t["incidents"].assign(reported_at="soon")), "GS103", "reported_at"),
        (lambda t: t.update(incidents=t["incidents"].to_crs(4326)), "GS203", "project"),
        (lambda t: t.update(indicators=[Indicator("none", "无", "None", "", "")]), "GS102", "none"),
        (lambda t: t.update(postings=t["postings"].drop(columns="force")), "GS102", "force"),
        (lambda t: t.update(audience="press"), "GS701", "press"),
        (lambda t: t.update(incidents=t["incidents"].assign(kind=[f"k{n % 40}" for n in range(300)])), "GS701", "40"),
        (lambda t: t.update(streets=t["streets"].drop(columns="name")), "GS102", "streets"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_the_place(small_town, change, code, says):
    layers = dict(small_town)
    change(layers)
    with pytest.raises((InputError, DatumError, RenderError), match=says) as caught:
        GridMap(**layers).to_html()
    assert caught.value.code == code
    assert caught.value.fix


def test_titles_of_many_incidents_are_refused(make_town):
    layers = make_town(2, 2, buildings=0, incidents=5_001)
    with pytest.raises(RenderError, match="titles"):
        GridMap(layers["grids"], incidents=layers["incidents"], titles=True)


@pytest.mark.parametrize(
    "page", ["<html></html>", '<script type="application/octet-stream" id="gridsys-data">AAAA</script>']
)
def test_a_page_that_is_none_of_ours_is_refused(page):
    with pytest.raises(RenderError, match="GS701"):
        read_page(page)


@pytest.mark.parametrize(("scheme", "classes"), [("thirds", 3), ("quantiles", 1), ("equal", 6)])
def test_an_indicator_that_cannot_be_drawn_is_refused(scheme, classes):
    with pytest.raises(RenderError, match="GS701"):
        Indicator("weight", "户数", "Households", "户", "2026", scheme, classes)


def test_pictures_without_a_browser(small_town, tmp_path):
    drawn = GridMap(**small_town, indicators=[HOUSEHOLDS], title=("试验区网格图", "Grid map of a trial"))
    drawn.to_png(tmp_path / "map.png")
    drawn.to_svg(tmp_path / "map.svg", lang="en")
    assert (tmp_path / "map.png").read_bytes().startswith(b"\x89PNG")
    # Five class colours, each with at least one grid and one patch in the legend.
    svg = (tmp_path / "map.svg").read_text("utf-8")
    for colour in ("#ffffcc", "#a1dab4", "#41b6c4", "#2c7fb8", "#253494"):
        assert svg.count(f"fill: {colour}") >= 2
    with pytest.raises(RenderError, match="GS701"):
        drawn.to_png(tmp_path / "nowhere" / "map.png")


def test_a_machine_without_chinese_characters_is_told(small_town, tmp_path, monkeypatch):
    monkeypatch.setattr("gridsys.render.picture._FAMILIES", ("No Such Font",))
    with pytest.raises(RenderError, match=r"GS701.*Chinese") as caught:
        GridMap(**small_town).to_png(tmp_path / "map.png")
    assert "fonts-noto-cjk" in caught.value.fix
