from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from gridsys.domain.finding import Severity
from gridsys.errors import DatumError, InputError
from gridsys.files import read_layer
from gridsys.spatial.crs import Datum

from .frames import CRS, areas, box

BOW_TIE = shapely.Polygon([(450_000, 4_418_000), (450_010, 4_418_010), (450_010, 4_418_000), (450_000, 4_418_010)])
LINE = shapely.LineString([(450_000, 4_418_000), (450_100, 4_418_000)])


def save(folder, columns, shapes, name="a.gpkg"):
    gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS).to_file(folder / name)
    return folder / name


def told(frame):
    return [(finding.check, finding.severity.value) for finding in frame.attrs["findings"]]


def test_areas_get_their_key_name_and_level(tmp_path):
    path = save(tmp_path, {"code": ["110101001000"], "name": ["甲"], "people": [5]}, [box(0, 0)])
    frame = read_layer(path, "areas")
    assert frame.index.tolist() == ["110101001"]
    assert frame.index.name == "code"
    assert frame.loc["110101001", ["name", "level", "people"]].tolist() == ["甲", "street", 5]
    assert told(frame) == []


def test_columns_may_be_named(tmp_path):
    path = save(tmp_path, {"JDDM": ["110101001"], "JDMC": ["甲"], "name": ["old"]}, [box(0, 0)])
    frame = read_layer(path, "areas", columns={"code": "JDDM", "name": "JDMC"})
    assert frame["name"].to_dict() == {"110101001": "甲"}
    with pytest.raises(InputError, match=r"GS102.*'JDBM'.*'JDDM'"):
        read_layer(path, "areas", columns={"code": "JDBM"})
    with pytest.raises(InputError, match=r"GS102.*code.*name the columns"):
        read_layer(path, "areas")


def test_areas_need_good_codes_once_each(tmp_path):
    path = save(tmp_path, {"code": ["110101001", "110101001000"], "name": ["甲", "乙"]}, [box(0, 0), box(20, 0)])
    with pytest.raises(InputError, match=r"GS104.*110101001"):
        read_layer(path, "areas")
    path = save(tmp_path, {"code": ["1101"], "name": ["甲"]}, [box(0, 0)], "b.gpkg")
    with pytest.raises(InputError, match="GS106"):
        read_layer(path, "areas")
    path = save(tmp_path, {"code": [None], "name": ["甲"]}, [box(0, 0)], "c.gpkg")
    with pytest.raises(InputError, match="GS106"):
        read_layer(path, "areas")


@pytest.mark.parametrize(("role", "kind"), [("roads", "alley"), ("barriers", "wall")])
def test_lines_without_kind_are_told(tmp_path, role, kind):
    frame = read_layer(save(tmp_path, {"name": ["", "b"]}, [LINE, LINE]), role)
    assert frame["kind"].tolist() == [kind, kind]
    assert told(frame) == [("layer.kind", "warning")]
    assert frame["name"].isna().tolist() == [True, False]
    assert frame.index.tolist() == ["1", "2"]


def test_kinds_that_are_there_stay(tmp_path):
    frame = read_layer(save(tmp_path, {"kind": ["arterial", None]}, [LINE, LINE]), "roads")
    assert frame["kind"].tolist() == ["arterial", "alley"]
    assert "1 of 2 rows" in frame.attrs["findings"][0].reason


def test_openstreetmap_classes(tmp_path):
    frame = read_layer(save(tmp_path, {"highway": ["trunk", "tertiary", "footway", None]}, [LINE] * 4), "roads")
    assert frame["kind"].tolist() == ["arterial", "collector", "alley", "alley"]
    assert told(frame) == [("layer.kind", "info")]


def test_kinds_outside_the_list_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"GS103.*motorway.*arterial, collector, alley"):
        read_layer(save(tmp_path, {"kind": ["motorway"]}, [LINE]), "roads")


def test_buildings_keep_any_kind_and_may_be_points(tmp_path):
    frame = read_layer(save(tmp_path, {"kind": ["office block"], "units": [12]}, [box(0, 0).centroid]), "buildings")
    assert frame["units"].tolist() == [12]
    assert frame["kind"].tolist() == ["office block"]


@pytest.mark.parametrize(
    ("role", "shape", "wanted"),
    [("areas", LINE, "polygons"), ("roads", box(0, 0), "lines"), ("compounds", LINE, "polygons"),
     ("buildings", LINE, "points or polygons")],
)  # fmt: skip
def test_other_shapes_are_refused(tmp_path, role, shape, wanted):
    with pytest.raises(InputError, match=f"GS105.*{wanted}"):
        read_layer(save(tmp_path, {"code": ["110101001"], "name": ["甲"]}, [shape]), role)


def test_polygons_may_be_barriers(tmp_path):
    assert len(read_layer(save(tmp_path, {"kind": ["water"]}, [box(0, 0)]), "barriers")) == 1


def test_rows_without_geometry_are_left_out_and_told(tmp_path):
    frame = read_layer(save(tmp_path, {"n": [1, 2]}, [box(0, 0), None]), "compounds")
    assert frame.index.tolist() == ["1"]
    assert told(frame) == [("geometry.missing", "warning")]
    with pytest.raises(InputError, match="GS105"):
        read_layer(save(tmp_path, {"n": [1]}, [None], "b.gpkg"), "compounds")


def test_invalid_polygons_are_repaired_and_told(tmp_path):
    frame = read_layer(save(tmp_path, {"n": [1]}, [BOW_TIE]), "compounds")
    assert frame.is_valid.all()
    assert frame.area.iloc[0] == pytest.approx(50)
    assert frame.attrs["findings"][0].severity is Severity.WARNING
    assert "Self-intersection" in frame.attrs["findings"][0].reason


def test_keys_of_other_layers(tmp_path):
    frame = read_layer(save(tmp_path, {"building_id": ["x", "y"]}, [box(0, 0), box(20, 0)]), "buildings")
    assert frame.index.tolist() == ["x", "y"]
    with pytest.raises(InputError, match=r"GS104.*1 repeated"):
        read_layer(save(tmp_path, {"building_id": ["x", "x"]}, [box(0, 0), box(20, 0)], "b.gpkg"), "buildings")


def test_layers_share_the_crs_asked_for(tmp_path):
    path = tmp_path / "a.geojson"
    areas().to_crs("EPSG:4326").reset_index().to_file(path)
    with pytest.raises(DatumError, match=r"GS201.*a\.geojson"):
        read_layer(path, "areas")
    frame = read_layer(path, "areas", datum=Datum.WGS84, crs=areas().to_crs("EPSG:4547").crs)
    assert frame.crs.to_epsg() == 4547


OSM = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6">
<node id="1" lat="39.90" lon="116.40" version="1"/><node id="2" lat="39.90" lon="116.41" version="1"/>
<way id="7" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/><tag k="name" v="长安街"/></way>
</osm>"""


def test_openstreetmap_files(tmp_path):
    path = tmp_path / "a.osm"
    path.write_text(OSM, encoding="utf-8")
    with pytest.raises(InputError, match=r"GS107.*lines \(LineString\)"):
        read_layer(path, "roads")
    frame = read_layer(path, "roads", layer="lines", datum=Datum.WGS84)
    assert frame.loc["1", ["name", "kind"]].tolist() == ["长安街", "arterial"]


@pytest.mark.realdata
class TestDongcheng:
    @pytest.fixture
    def files(self, shared_data):
        folder = shared_data / "dongcheng"
        return folder / "dongcheng_gcj02.gpkg", folder / "dongcheng_wgs84.gpkg"

    def test_gcj02_and_wgs84_files_agree_within_a_metre(self, files):
        shifted = read_layer(files[0], "areas", layer="streets", datum=Datum.GCJ02)
        plain = read_layer(files[1], "areas", layer="streets", datum=Datum.WGS84)
        assert len(shifted) == 17
        assert (shifted.index == plain.index).all()
        assert shapely.hausdorff_distance(shifted.geometry.to_numpy(), plain.geometry.to_numpy()).max() < 1

    def test_undeclared_is_refused(self, files):
        for path in files:
            with pytest.raises(DatumError, match=r"GS201.*--datum gcj02"):
                read_layer(path, "areas", layer="streets")

    def test_a_wrong_declaration_is_some_hundred_metres_off(self, files):
        wrong = read_layer(files[0], "areas", layer="streets", datum=Datum.WGS84)
        right = read_layer(files[1], "areas", layer="streets", datum=Datum.WGS84)
        assert np.hypot(*(wrong.total_bounds - right.total_bounds)[:2]) > 300

    def test_roads_and_parcels(self, files):
        roads = read_layer(files[0], "roads", layer="roads", datum=Datum.GCJ02)
        assert len(roads) == 15_542
        assert told(roads) == [("layer.kind", "warning")]
        parcels = read_layer(files[0], "buildings", layer="landuse", datum=Datum.GCJ02)
        assert len(parcels) == 4_153
        assert parcels.crs == roads.crs
