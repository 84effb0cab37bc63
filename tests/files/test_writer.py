from __future__ import annotations

import json
import zipfile

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridsys.domain.records import AREA, BUILDING, HOUSEHOLD, INCIDENT, PERSON, ROOM, Field, RecordKind
from gridsys.errors import ExportError, InputError
from gridsys.files import read_records, write_layers, write_records
from gridsys.files import writer as writer_module
from gridsys.files.table import differences, table_of
from gridsys.spatial.crs import Datum

from .frames import CRS, PLAIN, SPATIAL, areas, buildings, households, incidents, persons, rooms

EVERY = [".zip", ".gpkg", ".geojson", ".fgb", ".parquet", ".xlsx", ".csv"]
TABLES = [".gpkg", ".parquet", ".xlsx", ".csv"]
DEGREES = {".geojson", ".xlsx", ".csv"}


def back(path, kind):
    return read_records(path, kind, datum=Datum.WGS84 if path.suffix in DEGREES else None)


@pytest.mark.parametrize("suffix", EVERY)
@pytest.mark.parametrize(("make", "kind"), SPATIAL, ids=[kind.name for _, kind in SPATIAL])
def test_layers_survive_every_format(tmp_path, make, kind, suffix):
    frame = make()
    report = write_records(frame, kind, tmp_path / f"a{suffix}")
    assert report.path == tmp_path / f"a{suffix}"
    assert (report.rows, report.columns) == (len(frame), len(kind.fields) + 1)
    assert report.cells_compared == report.rows * report.columns
    again = back(report.path, kind)
    assert again.index.tolist() == frame.index.tolist()
    assert not differences(without_shapes(frame, kind), without_shapes(again, kind))
    missing = frame.geometry.isna()
    assert again.geometry.isna().tolist() == missing.tolist()
    near = 0 if suffix not in DEGREES else 1e-3
    there = shapely.normalize(frame.geometry[~missing].to_numpy())
    here = shapely.normalize(again.geometry[~missing].to_numpy())
    assert shapely.hausdorff_distance(there, here).max() <= near


def without_shapes(frame, kind):
    return table_of(frame.set_geometry(gpd.GeoSeries(areas_of(len(frame), kind), index=frame.index, crs=CRS)), kind)


def areas_of(count, kind):
    shape = {"point": shapely.Point(1, 1), "line": shapely.LineString([(0, 0), (1, 1)])}
    return [shape.get(kind.shape.value, shapely.box(0, 0, 1, 1))] * count


@pytest.mark.parametrize("suffix", TABLES)
@pytest.mark.parametrize(("make", "kind"), PLAIN, ids=[kind.name for _, kind in PLAIN])
def test_tables_survive_every_format(tmp_path, make, kind, suffix):
    frame = make()
    report = write_records(frame, kind, tmp_path / f"a{suffix}")
    assert report.cells_compared == len(frame) * len(kind.fields)
    assert not differences(table_of(frame, kind), table_of(back(report.path, kind), kind))


@pytest.mark.parametrize("suffix", EVERY)
def test_an_empty_table_is_written(tmp_path, suffix):
    assert write_records(buildings().iloc[:0], BUILDING, tmp_path / f"a{suffix}").rows == 0
    assert (tmp_path / f"a{suffix}").exists()


def test_shapefile_parts_names_and_encoding(tmp_path):
    write_records(buildings(), BUILDING, tmp_path / "楼栋.zip")
    with zipfile.ZipFile(tmp_path / "楼栋.zip") as archive:
        assert {name.rpartition(".")[2] for name in archive.namelist()} == {"shp", "shx", "dbf", "prj", "cpg"}
        assert archive.read(next(name for name in archive.namelist() if name.endswith("cpg"))) == b"UTF-8"
    info = pyogrio.read_info(tmp_path / "楼栋.zip")
    assert all(name.isascii() and len(name) <= 10 for name in info["fields"])
    assert info["fields"].tolist() == ["building", "address", "kind", "floors", "compound", "house_cnt"]
    assert info["encoding"] == "UTF-8"


def test_shapefile_rings_turn_as_the_format_wants(tmp_path):
    write_records(areas(), AREA, tmp_path / "a.zip")
    ring = shapely.get_exterior_ring(pyogrio.read_dataframe(tmp_path / "a.zip").geometry.iloc[0])
    assert not ring.is_ccw


def test_data_dictionary(tmp_path):
    report = write_records(buildings(), BUILDING, tmp_path / "b.zip")
    assert report.dictionary == tmp_path / "b.dictionary.csv"
    lines = pd.read_csv(report.dictionary, dtype="str", keep_default_na=False).set_index("short_name")
    assert lines.loc["house_cnt"].to_dict() == {
        "name": "households", "name_zh": "户数", "type": "integer", "unit": "households", "code_list": "",
    }  # fmt: skip
    assert lines.loc["kind", "code_list"].split() == list(BUILDING.field("kind").choices)


LONG = "长" * 85  # 255 bytes in UTF-8, one too many


def test_long_text_goes_whole_to_a_sidecar(tmp_path):
    frame = buildings().assign(address=["长" * 84 + "ab", LONG, LONG + "end"])
    report = write_records(frame, BUILDING, tmp_path / "b.zip")
    assert report.sidecar == tmp_path / "b.long.csv"
    long = pd.read_csv(report.sidecar, dtype="str").to_dict("list")
    assert long == {"key": ["b2", "b3"], "column": ["address"] * 2, "text": [LONG, LONG + "end"]}
    cells = pyogrio.read_dataframe(report.path)["address"].tolist()
    assert cells == ["长" * 84 + "ab", "长" * 83 + "…", "长" * 83 + "…"]
    assert report.cells_compared == 3 * 7 + 2
    assert "2 long texts" in report.notes[0]


def test_long_text_may_be_refused(tmp_path):
    frame = buildings().assign(address=LONG)
    with pytest.raises(ExportError, match=r"GS601.*b1, address.*255 bytes"):
        write_records(frame, BUILDING, tmp_path / "b.zip", long_text="refuse")
    assert list(tmp_path.iterdir()) == []


def test_a_key_is_never_cut(tmp_path):
    frame = buildings().set_axis(pd.Index(["b1", "b2", "b" * 255], name="building_id"))
    with pytest.raises(ExportError, match="GS601"):
        write_records(frame, BUILDING, tmp_path / "b.zip")


def test_an_old_sidecar_does_not_stay(tmp_path):
    write_records(buildings().assign(address=LONG), BUILDING, tmp_path / "b.zip")
    assert write_records(buildings(), BUILDING, tmp_path / "b.zip").sidecar is None
    assert sorted(file.name for file in tmp_path.iterdir()) == ["b.dictionary.csv", "b.zip"]


def test_a_kind_whose_names_do_not_fit_is_refused(tmp_path):
    kind = RecordKind("x", "测", "x_id", (Field("x_id", "号"), Field("a_name_too_long", "名")), AREA.shape)
    index = pd.Index(["1"], name="x_id")
    frame = gpd.GeoDataFrame({"a_name_too_long": ["a"]}, geometry=[shapely.box(0, 0, 1, 1)], index=index, crs=CRS)
    with pytest.raises(ExportError, match=r"GS603.*a_name_too_long"):
        write_records(frame, kind, tmp_path / "x.zip")


def test_geojson_is_rfc7946(tmp_path):
    report = write_records(areas(), AREA, tmp_path / "a.geojson")
    loaded = json.loads(report.path.read_text(encoding="utf-8"))
    assert "crs" not in loaded
    lon, lat = loaded["features"][0]["geometry"]["coordinates"][0][0][0]
    assert 116 < lon < 117
    assert 39 < lat < 41
    assert "wgs84" in report.notes[0]
    for feature in loaded["features"]:
        assert shapely.get_parts(shapely.from_geojson(json.dumps(feature["geometry"])))[0].exterior.is_ccw


def test_a_workbook_never_holds_formulas(tmp_path):
    write_records(incidents(), INCIDENT, tmp_path / "e.xlsx")
    with zipfile.ZipFile(tmp_path / "e.xlsx") as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "=1+1" in sheet


def test_a_workbook_refuses_what_it_cannot_hold(tmp_path):
    with pytest.raises(ExportError, match=r"GS601.*control characters.*row 1, title"):
        write_records(incidents().assign(title="bell\x07"), INCIDENT, tmp_path / "e.xlsx")
    with pytest.raises(ExportError, match=r"GS601.*32767"):
        write_records(incidents().assign(title="x" * 32_768), INCIDENT, tmp_path / "e.xlsx")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a.shp", "a.dwg", "a"])
def test_unknown_formats_are_refused(tmp_path, name):
    with pytest.raises(ExportError, match=r"GS603.*\.zip, \.gpkg"):
        write_records(areas(), AREA, tmp_path / name)


@pytest.mark.parametrize("suffix", [".zip", ".geojson", ".fgb"])
def test_formats_with_geometry_refuse_tables(tmp_path, suffix):
    with pytest.raises(ExportError, match="GS603"):
        write_records(households(), HOUSEHOLD, tmp_path / f"h{suffix}")


def test_columns_of_no_kind_are_refused_not_dropped(tmp_path):
    with pytest.raises(ExportError, match=r"GS603.*secret"):
        write_records(households().assign(secret="x"), HOUSEHOLD, tmp_path / "h.csv")  # noqa: S106 - no password


def test_records_that_do_not_conform_are_not_written(tmp_path):
    with pytest.raises(InputError, match="GS103"):
        write_records(households().assign(kind="tribe"), HOUSEHOLD, tmp_path / "h.csv")
    assert list(tmp_path.iterdir()) == []


def test_there_must_be_a_folder(tmp_path):
    with pytest.raises(InputError, match="GS101"):
        write_records(households(), HOUSEHOLD, tmp_path / "no" / "h.csv")


def test_a_difference_after_reading_back_leaves_the_old_file(tmp_path, monkeypatch):
    write_records(households(), HOUSEHOLD, tmp_path / "h.csv")
    before = (tmp_path / "h.csv").read_bytes()
    write = writer_module.write_csv

    def spoil(table, path):
        write(table, path)
        path.write_text(path.read_text(encoding="utf-8-sig").replace("collective", "family"), encoding="utf-8")

    monkeypatch.setattr(writer_module, "write_csv", spoil)
    with pytest.raises(ExportError, match=r"GS602.*row 2, kind: 'collective' became 'family'"):
        write_records(households(), HOUSEHOLD, tmp_path / "h.csv")
    assert (tmp_path / "h.csv").read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["h.csv"]


def test_trailing_blanks_that_a_shapefile_loses_are_found(tmp_path):
    with pytest.raises(ExportError, match=r"GS602.*address"):
        write_records(buildings().assign(address="a "), BUILDING, tmp_path / "b.zip")
    write_records(buildings().assign(address="a "), BUILDING, tmp_path / "b.gpkg")


def test_numbers_a_format_cannot_hold_are_found(tmp_path):
    frame = buildings().assign(households=2**62 + 1)
    write_records(frame, BUILDING, tmp_path / "b.gpkg")
    with pytest.raises(ExportError, match=r"GS602.*households"):
        write_records(frame, BUILDING, tmp_path / "b.xlsx")


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    text=st.text(
        st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=["Cc", "Cs"]), max_size=300
    ),
    number=st.floats(1, 100_000),
    floor=st.integers(-5, 120),
    suffix=st.sampled_from(TABLES),
)
def test_any_text_and_number_survive_or_are_refused(tmp_path, text, number, floor, suffix):
    text = text.strip() or "x"
    frame = rooms().assign(number=text, area_m2=number, floor=floor)
    try:
        write_records(frame, ROOM, tmp_path / f"r{suffix}")
    except ExportError as error:
        assert error.code in {"GS601", "GS602"}  # noqa: PT017 - refusing is as good as keeping
        return
    again = read_records(tmp_path / f"r{suffix}", ROOM)
    assert again["number"].tolist() == [text] * 2
    assert again["floor"].tolist() == [floor] * 2
    assert again["area_m2"].tolist() == pytest.approx([number] * 2, rel=1e-12)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    text=st.text(
        st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"]), min_size=1, max_size=300
    )
)
def test_any_text_survives_a_shapefile(tmp_path, text):
    frame = buildings().assign(address=text)
    report = write_records(frame, BUILDING, tmp_path / "b.zip")
    if report.sidecar is None:
        assert read_records(report.path, BUILDING)["address"].tolist() == [text] * 3
    else:
        assert pd.read_csv(report.sidecar, dtype="str", keep_default_na=False)["text"].tolist() == [text] * 3


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    places=st.lists(st.tuples(st.floats(440_000, 460_000), st.floats(4_400_000, 4_440_000)), min_size=3, max_size=3),
    suffix=st.sampled_from([".geojson", ".csv", ".zip", ".fgb"]),
)
def test_any_place_survives(tmp_path, places, suffix):
    frame = incidents().set_geometry(
        gpd.GeoSeries.from_xy(*zip(*places, strict=True), crs=CRS).set_axis(incidents().index)
    )
    write_records(frame, INCIDENT, tmp_path / f"e{suffix}")
    again = back(tmp_path / f"e{suffix}", INCIDENT)
    assert shapely.distance(again.geometry.to_numpy(), frame.geometry.to_numpy()).max() < 2e-4


def test_a_coordinate_that_gdal_would_tidy_stays(tmp_path):
    square = gpd.GeoSeries([shapely.box(116.411000004, 39.920393614, 116.412, 39.93)], crs="EPSG:4490").to_crs(CRS)
    frame = areas().iloc[:1].set_geometry(square.set_axis(areas().index[:1]))
    write_records(frame, AREA, tmp_path / "a.geojson")
    assert "116.411000004" in (tmp_path / "a.geojson").read_text(encoding="utf-8")


@pytest.mark.realdata
@pytest.mark.parametrize("suffix", [".zip", ".gpkg", ".geojson", ".fgb", ".parquet", ".csv"])
def test_real_streets_survive(shared_data, tmp_path, suffix):
    path = shared_data / "dongcheng" / "dongcheng_gcj02.gpkg"
    streets = read_records(path, AREA, layer="streets", datum=Datum.GCJ02)
    assert write_records(streets, AREA, tmp_path / f"s{suffix}").cells_compared == 17 * 4
    again = back(tmp_path / f"s{suffix}", AREA)
    assert shapely.hausdorff_distance(again.geometry.to_numpy(), streets.geometry.to_numpy()).max() < 1e-3


def test_several_layers_in_one_geopackage(tmp_path):
    layers = {"areas": areas(), "buildings": buildings(), "persons": persons()}
    report = write_layers(layers, tmp_path / "city.gpkg")
    assert report.rows == 2 + 3 + 2
    assert report.cells_compared == 2 * 4 + 3 * 7 + 2 * 6
    assert [name for name, _ in pyogrio.list_layers(report.path)] == list(layers)
    assert_geodataframe_equal(
        read_records(report.path, AREA, layer="areas"), areas(), check_like=True, check_dtype=False, normalize=True
    )
    assert len(read_records(report.path, PERSON, layer="persons")) == 2


def test_layers_need_a_key_a_name_and_a_geopackage(tmp_path):
    with pytest.raises(ExportError, match=r"GS603.*'x'"):
        write_layers({"x": areas().rename_axis("id")}, tmp_path / "a.gpkg")
    with pytest.raises(ExportError, match="GS603"):
        write_layers({"areas": areas()}, tmp_path / "a.zip")
    with pytest.raises(ExportError, match="GS603"):
        write_layers({}, tmp_path / "a.gpkg")
