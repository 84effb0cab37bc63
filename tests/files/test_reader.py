from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsys.domain.finding import Severity
from gridsys.domain.records import AREA, BUILDING, GRID, HOUSEHOLD, INCIDENT, PERSON, ROOM, Field, FieldType
from gridsys.errors import DatumError, InputError
from gridsys.files import ColumnMapping, examine_records, read_mapping, read_records, write_layers, write_records
from gridsys.files.cells import convert
from gridsys.files.source import open_source
from gridsys.spatial.crs import Datum, to_wgs84_lonlat
from gridsys.spatial.datum import from_wgs84

from .frames import areas, buildings, incidents

ROOMS = (
    "room_id,building_id,stairwell,floor,number,use,area_m2\n"
    "007,b1,1,3,301,home,55.5\n"
    "008,,,-1,地下一,vacant,12\n"
)  # fmt: skip
INCIDENTS = (
    "incident_id,kind,title,state,reported_at,lon,lat\n"
    "e1,01001,井盖,green,2026-09-18 09:30,116.404,39.915\n"
    "e2,01001,井盖,red,2026-09-18T09:30:00+08:00,,\n"
)  # fmt: skip


def csv(folder, text, name="a.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def test_a_table_keeps_codes_whole_numbers_and_gaps(tmp_path):
    frame = read_records(csv(tmp_path, ROOMS), ROOM)
    assert frame.index.tolist() == ["007", "008"]
    assert frame.index.name == "room_id"
    assert frame.columns.tolist() == [name for name in ROOM.columns if name != "room_id"]
    assert frame.dtypes.astype(str).to_dict() == {
        "building_id": "str", "stairwell": "Int64", "floor": "int64", "number": "str", "use": "str",
        "area_m2": "float64",
    }  # fmt: skip
    assert frame["building_id"].isna().tolist() == [False, True]


def test_every_bad_cell_is_counted_and_listed(tmp_path):
    text = ROOMS + "009,b1,x,200,,castle,12\n009,b1,1,1.5,2,home,nan\n"
    with pytest.raises(InputError) as raised:
        read_records(csv(tmp_path, text), ROOM)
    found = {(f.id, f.column, f.value) for f in examine_records(tmp_path / "a.csv", ROOM).findings}
    assert found == {
        ("009", "stairwell", "x"), ("009", "floor", "200"), ("009", "number", ""), ("009", "use", "castle"),
        ("009", "floor", "1.5"), ("009", "area_m2", "nan"), ("009", "room_id", "009"),
    }  # fmt: skip
    assert "7 problems" in str(raised.value)


def test_a_row_without_key_is_named_by_its_number(tmp_path):
    findings = examine_records(csv(tmp_path, ROOMS + ",b1,1,x,1,home,2\n"), ROOM).findings
    assert {(f.id, f.column) for f in findings} == {("row 4", "floor"), ("row 4", "room_id")}


def test_missing_columns_suggest_near_names(tmp_path):
    path = csv(tmp_path, ROOMS.replace("room_id", "roomid").replace("use", "what_for"))
    with pytest.raises(InputError, match=r"GS102.*room_id.*use.*'roomid'.*mapping"):
        read_records(path, ROOM)


@pytest.mark.parametrize("names", ["name", "short_name", "zh"])
def test_columns_are_known_by_three_names(tmp_path, names):
    frame = pd.DataFrame(
        [["b1", "某街", "slab", "6", "c1", "12"]], columns=[getattr(f, names) for f in BUILDING.fields]
    )
    frame["几何"] = shapely.box(116.4, 39.9, 116.41, 39.91).wkt
    frame.to_csv(tmp_path / "b.csv", index=False)
    again = read_records(tmp_path / "b.csv", BUILDING, datum=Datum.CGCS2000)
    assert again.loc["b1", "households"] == 12
    assert again.crs.to_epsg() == 4548


def test_columns_that_are_not_ours_are_left_out_and_said(tmp_path):
    path = csv(tmp_path, "household_id,room_id,kind,phone\nh1,r1,family,123\n")
    reading = examine_records(path, HOUSEHOLD)
    assert "phone" not in reading.frame.columns
    (note,) = reading.findings
    assert (note.check, note.severity) == ("column.ignored", Severity.INFO)
    assert "phone" in note.reason


def test_positions_in_degrees_need_a_datum(tmp_path):
    path = csv(tmp_path, INCIDENTS)
    with pytest.raises(DatumError, match=r"GS201.*a\.csv.*--datum"):
        read_records(path, INCIDENT)
    frame = read_records(path, INCIDENT, datum=Datum.WGS84)
    assert np.allclose(to_wgs84_lonlat(frame).geometry.iloc[0].coords[0], (116.404, 39.915), atol=1e-9)
    assert frame.geometry.isna().tolist() == [False, True]


def test_times_without_offset_are_beijing_time_and_said(tmp_path):
    reading = examine_records(csv(tmp_path, INCIDENTS), INCIDENT, datum=Datum.GCJ02)
    assert reading.frame["reported_at"].tolist() == [pd.Timestamp("2026-09-18T01:30Z")] * 2
    assert [f.check for f in reading.findings if f.severity is Severity.INFO] == ["value.offset"]


def test_half_a_position_is_a_finding(tmp_path):
    text = INCIDENTS.replace("116.404,39.915", "116.404,north").replace(",,\n", ",116.4,\n")
    found = examine_records(
        csv(tmp_path, text + INCIDENTS.splitlines()[1].replace("e1", "e3")), INCIDENT, datum=Datum.WGS84
    )
    assert [(f.id, f.column, f.value) for f in found.findings if f.check == "geometry.position"] == [
        ("e1", "lat", "north"), ("e2", "lon", "116.4"),
    ]  # fmt: skip


def test_a_few_far_positions_are_bad_cells_all_of_them_a_bad_layer(tmp_path):
    path = csv(tmp_path, INCIDENTS + "e3,01001,井盖,red,2026-09-18T09:30:00+08:00,0,0\n")
    found = examine_records(path, INCIDENT, datum=Datum.WGS84).findings
    errors = [(f.id, f.check, f.code, f.value) for f in found if f.severity is Severity.ERROR]
    assert errors == [("e3", "geometry.far", "GS204", "0.000000, 0.000000")]
    with pytest.raises(InputError, match=r"GS204.*e3"):
        read_records(path, INCIDENT, datum=Datum.WGS84)
    with pytest.raises(DatumError, match=r"GS204.*swapped"):
        read_records(csv(tmp_path, INCIDENTS.replace("lon,lat", "lat,lon")), INCIDENT, datum=Datum.WGS84)


def test_bad_wkt_is_a_finding(tmp_path):
    frame = pd.DataFrame(buildings().drop(columns="geometry")).assign(
        wkt=["POLYGON ((1 2", None, shapely.box(116, 39, 117, 40).wkt]
    )
    frame.to_csv(tmp_path / "b.csv")
    findings = examine_records(tmp_path / "b.csv", BUILDING, datum=Datum.WGS84).findings
    assert ("b1", "wkt") in {(f.id, f.column) for f in findings if f.check == "geometry.position"}


def test_no_position_at_all(tmp_path):
    text = "\n".join(line.rsplit(",", 2)[0] for line in INCIDENTS.splitlines())
    with pytest.raises(InputError, match=r"GS105.*\[position\]"):
        read_records(csv(tmp_path, text), INCIDENT)


MAPPING = """
datum = "gcj02"
[columns]
building_id = "楼栋编号"
floors = "层"
[constants]
households = 10
[values.kind]
"平房" = "courtyard"
[position]
wkt = "边界"
"""


def test_a_mapping_file(tmp_path):
    (tmp_path / "m.toml").write_text(MAPPING, encoding="utf-8")
    square = shapely.box(116.4, 39.9, 116.401, 39.901)
    shifted = shapely.transform(square, lambda xy: np.column_stack(from_wgs84(xy[:, 0], xy[:, 1], Datum.GCJ02)))
    row = {"楼栋编号": ["1", "2"], "层": ["1", "6"], "kind": ["平房", "slab"], "边界": [shifted.wkt] * 2}
    pd.DataFrame(row).to_csv(tmp_path / "b.csv", index=False, encoding="gb18030")
    frame = read_records(tmp_path / "b.csv", BUILDING, mapping=read_mapping(tmp_path / "m.toml"))
    assert frame["kind"].tolist() == ["courtyard", "slab"]
    assert frame["households"].tolist() == [10, 10]
    assert np.allclose(to_wgs84_lonlat(frame).total_bounds, square.bounds, atol=1e-8)


def test_projected_positions_name_their_crs(tmp_path):
    path = csv(tmp_path, INCIDENTS.replace("lon,lat", "east,north").replace("116.404,39.915", "449053,4419826"))
    where = ColumnMapping(position={"x": "east", "y": "north", "crs": "EPSG:4548"})
    frame = read_records(path, INCIDENT, mapping=where)
    assert frame.geometry.iloc[0].coords[0] == (449053, 4419826)
    with pytest.raises(InputError, match=r"GS102.*'up'"):
        read_records(path, INCIDENT, mapping=ColumnMapping(position={"x": "up", "y": "north"}))
    with pytest.raises(DatumError, match="GS203"):
        read_records(path, INCIDENT, mapping=ColumnMapping(position={"x": "east", "y": "north", "crs": "here"}))


def test_the_documented_mapping_file_is_one(tmp_path):
    page = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
    (tmp_path / "m.toml").write_text(page.partition("```toml")[2].partition("```")[0], encoding="utf-8")
    mapping = read_mapping(tmp_path / "m.toml")
    assert mapping.datum is Datum.GCJ02
    assert mapping.value_lists == {"kind": {"平房": "courtyard"}}
    assert set(mapping.columns) | set(mapping.constants) <= set(BUILDING.columns)


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        ("[columns", "GS101", "m.toml"), ("colums = 1", "GS103", "colums"), ("[columns]\na = 1", "GS103", "columns"),
        ("[position]\nlongitude = 'a'", "GS103", "position.longitude"), ("datum = 'mars'", "GS202", "mars"),
        ("[values]\nkind = 'x'", "GS103", "values"), ("layer = 3", "GS103", "layer"),
        ("[constants]\na = true", "GS103", "constants"),
    ],
)  # fmt: skip
def test_bad_mapping_files(tmp_path, text, code, told):
    (tmp_path / "m.toml").write_text(text, encoding="utf-8")
    with pytest.raises((InputError, DatumError)) as raised:
        read_mapping(tmp_path / "m.toml")
    assert raised.value.code == code
    assert told in str(raised.value)


def test_a_mapping_of_a_column_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match=r"GS102.*Room No"):
        read_records(csv(tmp_path, ROOMS), ROOM, mapping=ColumnMapping(columns={"number": "Room No"}))


@pytest.mark.parametrize("table", ["columns", "constants", "value_lists"])
def test_a_mapping_to_a_column_we_do_not_have(tmp_path, table):
    value = {"a": "b"} if table == "value_lists" else "x"
    with pytest.raises(InputError, match=r"GS102.*'flor'.*'floor'"):
        read_records(csv(tmp_path, ROOMS), ROOM, mapping=ColumnMapping(**{table: {"flor": value}}))


def test_geometry_of_a_table_without_geometry_is_said(tmp_path):
    frame = gpd.GeoDataFrame({"household_id": ["h1"], "kind": ["family"]}, geometry=[shapely.Point(1, 2)], crs=4326)
    frame.to_file(tmp_path / "h.gpkg")
    notes = [finding.reason for finding in examine_records(tmp_path / "h.gpkg", HOUSEHOLD).findings]
    assert notes == ["columns not of this kind were left out: geometry"]


def test_area_codes_are_brought_to_short_form_and_levels_follow(tmp_path):
    path = tmp_path / "areas.geojson"
    row = {"code": ["110101001000", "110101002007"], "name": ["甲", "乙"]}
    square = [shapely.box(116.4, 39.9, 116.41, 39.91)] * 2
    gpd.GeoDataFrame(row, geometry=square, crs="EPSG:4326").to_file(path)
    frame = read_records(path, AREA, datum=Datum.WGS84)
    assert frame["level"].to_dict() == {"110101001": "street", "110101002007": "community"}


def test_codes_written_as_numbers_in_a_file_with_types(tmp_path):
    path = tmp_path / "areas.geojson"
    square = [shapely.box(116.4, 39.9, 116.41, 39.91)]
    gpd.GeoDataFrame({"code": [110101001], "name": ["甲"]}, geometry=square, crs="EPSG:4326").to_file(path)
    assert read_records(path, AREA, datum=Datum.WGS84).index.tolist() == ["110101001"]


def test_grids_come_back(tmp_path):
    row = {"name": "甲1", "area_code": "110101001", "weight": 400.0, "area_m2": 100.0}
    index = pd.Index(["110101001000001"], name="grid_code")
    grids = gpd.GeoDataFrame(row, geometry=areas().geometry.to_numpy()[:1], index=index, crs=areas().crs)
    write_records(grids, GRID, tmp_path / "g.zip")
    assert read_records(tmp_path / "g.zip", GRID).index.tolist() == ["110101001000001"]


def test_layers_must_be_named_where_there_are_several(tmp_path):
    path = tmp_path / "a.gpkg"
    write_layers({"areas": areas(), "buildings": buildings()}, path)
    with pytest.raises(InputError, match=r"GS107.*2 layers.*areas \(MultiPolygon\), buildings \(Polygon\)"):
        read_records(path, AREA)
    with pytest.raises(InputError, match=r"GS107.*no layer 'x'"):
        read_records(path, AREA, layer="x")
    assert len(read_records(path, AREA, layer="areas")) == 2


def test_workbooks(tmp_path):
    row = {
        "事件标识": [1, 2], "事件类别": ["01001", 1001], "标题": ["a", "b"], "办理灯色": ["red", "green"],
        "上报时间": [pd.Timestamp("2026-09-18 09:30"), "2026/09/18 09:30"], "经度": [116.4, "116.4"],
        "纬度": [39.9, 39.9],
    }  # fmt: skip
    with pd.ExcelWriter(tmp_path / "e.xlsx") as book:
        pd.DataFrame(row).to_excel(book, sheet_name="事件", index=False)
        pd.DataFrame({"a": [1]}).to_excel(book, sheet_name="说明", index=False)
    with pytest.raises(InputError, match=r"GS107.*事件, 说明"):
        read_records(tmp_path / "e.xlsx", INCIDENT, datum=Datum.WGS84)
    frame = read_records(tmp_path / "e.xlsx", INCIDENT, layer="事件", datum=Datum.WGS84)
    assert frame.index.tolist() == ["1", "2"]
    assert frame["kind"].tolist() == ["01001", "1001"]
    assert frame["reported_at"].tolist() == [pd.Timestamp("2026-09-18T01:30Z")] * 2


@pytest.mark.parametrize("keep_cpg", [True, False])
@pytest.mark.parametrize("encoding", ["UTF-8", "GB18030"])
def test_shapefiles_of_other_programs_zipped_or_not(tmp_path, encoding, keep_cpg):
    frame = gpd.GeoDataFrame(
        {"code": ["110101001"], "name": ["东华门街道"]}, geometry=areas().geometry.to_numpy()[:1], crs=areas().crs
    )
    folder = tmp_path / "s"
    folder.mkdir()
    frame.to_file(folder / "a.shp", encoding=encoding)
    if not keep_cpg:
        (folder / "a.cpg").unlink()
    with zipfile.ZipFile(tmp_path / "s.zip", "w") as archive:
        for file in folder.iterdir():
            archive.write(file, file.name)
    for path in (folder / "a.shp", tmp_path / "s.zip"):
        assert read_records(path, AREA)["name"].tolist() == ["东华门街道"]


def test_a_wrong_encoding_is_said(tmp_path):
    path = csv(tmp_path, ROOMS.replace("地下一", "地下一"), encoding="gb18030")
    notes = [f.reason for f in examine_records(path, ROOM).findings if f.check == "file.encoding"]
    assert len(notes) == 1
    assert "GB 18030" in notes[0]
    with pytest.raises(InputError, match="GS101"):
        read_records(path, ROOM, mapping=ColumnMapping(encoding="no-such-encoding"))


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.gpkg", "a.zip", "a.geojson", "a.parquet", "a.fgb"])
def test_files_that_are_not_there_or_broken(tmp_path, name):
    with pytest.raises(InputError, match=r"GS101.*no such file"):
        read_records(tmp_path / name, ROOM)
    (tmp_path / name).write_bytes(b"\xff\xfe\x00broken" * 10)
    with pytest.raises(InputError, match=r"GS10[15]"):
        open_source(tmp_path / name, encoding="utf-8" if name == "a.csv" else None)


def test_no_rows(tmp_path):
    with pytest.raises(InputError, match="GS105"):
        read_records(csv(tmp_path, ROOMS.splitlines()[0]), ROOM)
    with pytest.raises(InputError, match="GS101"):
        read_records(csv(tmp_path, ""), ROOM)


def test_missing_geometry_in_flatgeobuf_does_not_crash(tmp_path):
    write_records(incidents(), INCIDENT, tmp_path / "e.fgb")
    assert read_records(tmp_path / "e.fgb", INCIDENT).geometry.isna().sum() == 1


def test_plain_parquet(tmp_path):
    pd.read_csv(csv(tmp_path, ROOMS), dtype="str").to_parquet(tmp_path / "r.parquet")
    assert read_records(tmp_path / "r.parquet", ROOM).index.tolist() == ["007", "008"]


def test_person_ids_are_checked_on_reading(tmp_path):
    text = "person_id,name,sex,birth_date,relation\n990101199001010012,王,1,1990/1/1,head\n"
    with pytest.raises(InputError, match=r"GS103.*check digit"):
        read_records(csv(tmp_path, text), PERSON)


DATE = Field("d", "日", FieldType.DATE)
MOMENT = Field("m", "时", FieldType.MOMENT)
INTEGER = Field("n", "数", FieldType.INTEGER)


@pytest.mark.parametrize(
    "text", ["2026-09-18", "2026/9/18", "20260918", "2026年9月18日", "2026.09.18", "2026-09-18 00:00:00"]
)
def test_written_forms_of_a_date(text):
    values, bad = convert(pd.Series([text, "soon", None]), DATE)
    assert values.iloc[0] == pd.Timestamp("2026-09-18")
    assert bad.tolist() == [False, True, False]


EARLY, LATE = (pd.Timestamp(text).to_pydatetime() for text in ("1950-01-01", "2100-01-01"))


@settings(deadline=None)
@given(moment=st.datetimes(EARLY, LATE), hours=st.integers(-11, 12))
def test_moments_with_offset_are_exact(moment, hours):
    aware = moment.replace(tzinfo=dt.timezone(dt.timedelta(hours=hours)))
    values, bad = convert(pd.Series([aware.isoformat()]), MOMENT)
    assert not bad.any()
    assert values.iloc[0] == pd.Timestamp(aware)


@settings(deadline=None)
@given(number=st.integers(-(10**17), 10**17))
def test_whole_numbers_are_exact_whatever_holds_them(number):
    for raw in (pd.Series([str(number), None]), pd.Series([number, None], dtype="Int64"), pd.Series([number])):
        values, bad = convert(raw, INTEGER)
        assert not bad.any()
        assert values.iloc[0] == number


@pytest.mark.parametrize("cell", ["1e3", "1,000", "١", "0x1", "1.5", "--1", "9" * 30])
def test_what_is_not_a_whole_number(cell):
    assert convert(pd.Series([cell]), INTEGER)[1].tolist() == [True]


def test_a_float_that_has_lost_digits_is_no_code():
    assert convert(pd.Series([1.1010100100700123e17]), Field("c", "码", FieldType.CODE))[1].tolist() == [True]
    assert convert(pd.Series([1.5]), Field("c", "码", FieldType.CODE))[1].tolist() == [True]
    assert convert(pd.Series([True]), Field("c", "码", FieldType.CODE))[1].tolist() == [True]
