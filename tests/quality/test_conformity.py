from __future__ import annotations

import time

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import ric

from gridsys.domain.finding import Severity
from gridsys.domain.records import AREA, BUILDING, GRID, HOUSEHOLD, INCIDENT, KINDS, PERSON, ROAD, ROOM
from gridsys.errors import CODES, InputError
from gridsys.quality.conformity import SHOWN, check_records, require_conform

CRS = "EPSG:4548"
SQUARE = shapely.box(450_000, 4_418_000, 450_010, 4_418_010)


def id_of(prefix: str) -> str:
    return prefix + ric.calc_check_digit(prefix + "0")


def persons(**changes) -> pd.DataFrame:
    row = {
        "name": "王一", "sex": "1", "birth_date": pd.Timestamp("1990-01-01"), "household_id": "h1", "relation": "head",
    }  # fmt: skip
    return pd.DataFrame({**row, **changes}, index=pd.Index([id_of("99010119900101001")], name="person_id"))


def rooms(**changes) -> pd.DataFrame:
    row = {"building_id": "b1", "stairwell": 1, "floor": 3, "number": "301", "use": "home", "area_m2": 55.5}
    return pd.DataFrame({**row, **changes}, index=pd.Index(["r1"], name="room_id"))


def buildings(geometry=SQUARE, crs=CRS, **changes) -> gpd.GeoDataFrame:
    row = {"address": "某街1号", "kind": "slab", "floors": 6, "compound_id": None, "households": 12}
    index = pd.Index(["b1"], name="building_id")
    return gpd.GeoDataFrame({**row, **changes}, geometry=[geometry], index=index, crs=crs)


def areas(code="110101001", level="street", geometry=SQUARE) -> gpd.GeoDataFrame:
    index = pd.Index([code], name="code")
    return gpd.GeoDataFrame({"name": ["甲"], "level": [level]}, geometry=[geometry], index=index, crs=CRS)


def checks(frame, kind):
    return [(finding.check, finding.column, finding.value) for finding in check_records(frame, kind)]


@pytest.mark.parametrize(
    ("frame", "kind"),
    [
        (persons(), PERSON),
        (rooms(), ROOM),
        (buildings(), BUILDING),
        (areas(), AREA),
        (areas("110101001007", "community"), AREA),
    ],
)
def test_good_records_have_no_findings(frame, kind):
    assert check_records(frame, kind) == []
    require_conform(frame, kind)


def test_a_missing_required_column_is_one_finding():
    (finding,) = check_records(rooms().drop(columns="use"), ROOM)
    assert (finding.check, finding.code, finding.column, finding.id) == ("column.missing", "GS102", "use", "")
    assert "用途" in finding.fix


def test_a_missing_optional_column_is_none():
    assert check_records(rooms().drop(columns="stairwell"), ROOM) == []


def test_the_key_must_be_the_index():
    (finding,) = check_records(rooms().rename_axis("id"), ROOM)
    assert (finding.check, finding.code) == ("column.missing", "GS102")


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"number": None}, ("value.missing", "number", "")),
        ({"use": "castle"}, ("value.choice", "use", "castle")),
        ({"floor": 121}, ("value.range", "floor", "121")),
        ({"floor": -6}, ("value.range", "floor", "-6")),
        ({"floor": 2.5}, ("value.type", "floor", "2.5")),
        ({"area_m2": 0.5}, ("value.range", "area_m2", "0.5")),
        ({"area_m2": np.inf}, ("value.type", "area_m2", "inf")),
        ({"number": ""}, ("value.empty", "number", "")),
        ({"number": " "}, ("value.empty", "number", " ")),
        ({"number": "3\x0001"}, ("value.control", "number", "3\x0001")),
        ({"building_id": " b1"}, ("value.padded", "building_id", " b1")),
    ],
)
def test_a_bad_cell_names_row_column_and_value(changes, found):
    (finding,) = check_records(rooms(**changes), ROOM)
    assert (finding.check, finding.column, finding.value) == found
    assert finding.id == "r1"
    assert finding.table == "room"
    assert finding.severity is Severity.ERROR
    assert finding.code in CODES
    assert finding.reason
    assert finding.fix


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"floor": "3"}, "floor"), ({"area_m2": "55"}, "area_m2"), ({"number": 301}, "number"),
        ({"floor": True}, "floor"),
        ({"building_id": 110101001007001}, "building_id"),
    ],
)  # fmt: skip
def test_a_column_of_the_wrong_type_is_one_finding(changes, column):
    (finding,) = check_records(rooms(**changes), ROOM)
    assert (finding.check, finding.column, finding.id) == ("value.type", column, "")


def test_single_cells_of_an_object_column():
    frame = pd.concat([rooms(), rooms()]).set_axis(pd.Index(["r1", "r2"], name="room_id"))
    frame["number"] = pd.Series(["301", 302], index=frame.index, dtype=object)
    assert [(f.id, f.check, f.value) for f in check_records(frame, ROOM)] == [("r2", "value.type", "302")]


def test_whole_numbers_with_gaps_may_be_floats():
    frame = pd.concat([rooms(), rooms(stairwell=None)]).set_axis(pd.Index(["r1", "r2"], name="room_id"))
    assert frame["stairwell"].astype(float).isna().tolist() == [False, True]
    assert check_records(frame.assign(stairwell=frame["stairwell"].astype(float)), ROOM) == []
    assert check_records(frame.assign(stairwell=frame["stairwell"].astype("Int64")), ROOM) == []


def test_dates_are_whole_days_and_moments_are_utc():
    late = check_records(persons(birth_date=pd.Timestamp("1990-01-01T05:00")), PERSON)
    assert [(f.check, f.column) for f in late] == [("value.type", "birth_date")]
    as_text = check_records(persons(birth_date="1990-01-01"), PERSON)
    assert [(f.check, f.column, f.id) for f in as_text] == [("value.type", "birth_date", "")]
    row = {"kind": "0101", "title": "井盖", "state": "green", "reported_at": pd.Timestamp("2026-09-18T09:00")}
    index = pd.Index(["e1"], name="incident_id")
    naive = gpd.GeoDataFrame(row, geometry=[SQUARE.centroid], index=index, crs=CRS)
    assert [(f.check, f.column) for f in check_records(naive, INCIDENT)] == [("value.type", "reported_at")]
    aware = naive.assign(reported_at=naive["reported_at"].dt.tz_localize("UTC"))
    assert check_records(aware, INCIDENT) == []
    local = naive.assign(reported_at=naive["reported_at"].dt.tz_localize("Asia/Shanghai"))
    assert [f.check for f in check_records(local, INCIDENT)] == ["value.type"]


def test_keys_missing_and_repeated():
    frame = pd.concat([rooms()] * 3).set_axis(pd.Index(["r1", None, "r1"], name="room_id"))
    found = [(f.check, f.code, f.id) for f in check_records(frame, ROOM)]
    assert found == [("value.missing", "GS104", "row 2"), ("key.repeated", "GS104", "r1")]


good = id_of("99010119900101001")


@pytest.mark.parametrize(
    ("number", "check"),
    [
        (good[:-1] + ("0" if good[-1] != "0" else "1"), "id.check-digit"),
        (good[:-1], "id.form"),
        (id_of("99010119900231001"), "id.date"),
        ("99010119900101001x", "id.form"),
        ("９９０１０１１９９００１０１００１０", "id.form"),
    ],
)
def test_bad_person_ids(number, check):
    frame = persons().set_axis(pd.Index([number], name="person_id"))
    assert [f.check for f in check_records(frame, PERSON)] == [check]


@settings(deadline=None)
@given(
    prefix=st.from_regex(r"99[0-9]{4}19[0-9]{2}01[0-2][1-9][0-9]{3}", fullmatch=True),
    digit=st.sampled_from("0123456789X"),
)
def test_check_digits_are_those_of_the_library(prefix, digit):
    number = prefix + digit
    frame = persons().set_axis(pd.Index([number], name="person_id"))
    found = check_records(frame, PERSON)
    accepted = not [each for each in found if each.check in {"id.form", "id.date", "id.check-digit"}]
    assert accepted == (ric.calc_check_digit(number) == digit)


@pytest.mark.parametrize(
    ("code", "level", "found"),
    [
        ("110101001000", "street", ("area.level", "level")),
        ("110101001", "community", ("area.level", "level")),
        ("11010100", "street", ("value.area-code", "code")),
        ("010101001", "street", ("value.area-code", "code")),
        ("110101001007001", "community", ("value.area-code", "code")),
    ],
)
def test_area_codes_and_levels(code, level, found):
    assert found in [(check, column) for check, column, _ in checks(areas(code, level), AREA)]


def test_grid_codes():
    row = {"name": "甲", "area_code": "110101", "weight": 1.0, "area_m2": 100.0}
    index = pd.Index(["110101001001"], name="grid_code")
    frame = gpd.GeoDataFrame(row, geometry=[SQUARE], index=index, crs=CRS)
    found = [(f.column, f.code) for f in check_records(frame, GRID)]
    assert found == [("grid_code", "GS106"), ("area_code", "GS106")]


BOW_TIE = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])


@pytest.mark.parametrize(
    ("geometry", "check"),
    [(None, "geometry.missing"), (shapely.Polygon(), "geometry.missing"), (BOW_TIE, "geometry.invalid"),
     (SQUARE.centroid, "geometry.shape"), (shapely.GeometryCollection([SQUARE]), "geometry.shape")],
)  # fmt: skip
def test_geometry(geometry, check):
    (finding,) = check_records(areas(geometry=geometry), AREA)
    assert (finding.check, finding.column, finding.severity) == (check, "geometry", Severity.ERROR)


def test_lines_and_points_have_their_own_shapes():
    index = pd.Index(["r"], name="road_id")
    row = {"name": [None], "kind": ["alley"]}
    line = gpd.GeoDataFrame(row, geometry=[shapely.LineString([(0, 0), (9, 9)])], index=index, crs=CRS)
    assert check_records(line, ROAD) == []
    assert [f.check for f in check_records(line.set_geometry([SQUARE], crs=CRS), ROAD)] == ["geometry.shape"]


def test_a_building_without_position_is_a_warning():
    (finding,) = check_records(buildings(geometry=None), BUILDING)
    assert (finding.check, finding.severity) == ("geometry.missing", Severity.WARNING)
    require_conform(buildings(geometry=None), BUILDING)


def test_a_table_without_geometry_or_crs():
    assert [f.code for f in check_records(pd.DataFrame(buildings()).drop(columns="geometry"), BUILDING)] == ["GS105"]
    assert [f.code for f in check_records(buildings(crs=None), BUILDING)] == ["GS203"]
    assert [f.code for f in check_records(buildings(crs="EPSG:4490"), BUILDING)] == ["GS203"]


def test_references_are_claims_and_not_followed():
    assert check_records(persons(household_id="nowhere"), PERSON) == []


def test_the_error_shows_twenty_and_counts_the_rest():
    index = pd.Index([f"h{number}" for number in range(SHOWN + 5)], name="household_id")
    frame = pd.DataFrame({"room_id": "r1", "kind": "tribe"}, index=index)
    with pytest.raises(InputError) as raised:
        require_conform(frame, HOUSEHOLD)
    text = str(raised.value)
    assert "25 problems" in text
    assert "h19 kind = 'tribe'" in text
    assert "h20" not in text
    assert "and 5 more" in text
    assert raised.value.code == "GS103"


def test_categories_are_text():
    assert check_records(rooms().astype({"use": "category"}), ROOM) == []


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_an_empty_frame_of_every_kind_conforms(kind):
    columns = {name: pd.Series(dtype=object) for name in kind.columns if name != kind.key}
    frame = pd.DataFrame(columns, index=pd.Index([], name=kind.key, dtype="str"))
    if kind.shape.value != "none":
        frame = gpd.GeoDataFrame(frame, geometry=[], crs=CRS)
    assert check_records(frame, kind) == []


def test_many_persons_are_checked_quickly():
    count = 50_000
    index = pd.Index([good] * count, name="person_id")
    frame = pd.DataFrame(np.repeat(persons().to_numpy(), count, axis=0), columns=persons().columns, index=index)
    frame = frame.astype(persons().dtypes).set_axis(pd.Index([f"{n}" for n in range(count)], name="person_id"))
    start = time.perf_counter()
    assert len(check_records(frame, PERSON)) == count  # every id is of the wrong form
    assert time.perf_counter() - start < 10


def test_birth_date_and_sex_are_compared_with_the_identity_number():
    sound = persons()
    assert check_records(sound, PERSON) == []
    other = sound.assign(sex=["2" if value == "1" else "1" for value in sound["sex"]])
    assert {(f.check, f.column) for f in check_records(other, PERSON)} == {("id.sex", "sex")}
    later = sound.assign(birth_date=sound["birth_date"] + pd.Timedelta(days=1))
    (found, *_) = check_records(later, PERSON)
    assert (found.check, found.column, found.row) == ("id.birth-date", "birth_date", 1)
    assert "says" in found.reason


def test_of_two_rows_with_one_key_the_second_is_named_by_its_row():
    (found,) = check_records(pd.concat([rooms(), rooms()]), ROOM)
    assert (found.check, found.id, found.row) == ("key.repeated", "r1", 2)
