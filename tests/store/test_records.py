"""Records in and out, with history."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal
from pandas.testing import assert_frame_equal
from shapely import LineString, Point

from gridsys.errors import DatumError, InputError, StoreError
from gridsys.store import PutCounts, Store
from tests.store import frames

JAN, FEB, MAR, APR = (date(2026, month, 1) for month in (1, 2, 3, 4))
KINDS = {
    "area": frames.areas,
    "building": frames.buildings,
    "room": frames.rooms,
    "household": frames.households,
    "person": frames.persons,
    "incident": frames.incidents,
    "posting": frames.postings,
    "registered_household": frames.registered_households,
    "registration": frames.registrations,
    "other_residence": frames.other_residences,
    "confirmation": frames.confirmations,
    "organisation": frames.organisations,
    "component": frames.components,
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_goes_in_comes_out(store: Store, kind: str) -> None:
    frame = KINDS[kind]()
    with store.begin() as transaction:
        assert transaction.put(kind, frame, valid_from=JAN) == PutCounts(len(frame), 0, 0)
    with store.begin(read_only=True) as transaction:
        found = transaction.get(kind)
        if isinstance(frame, gpd.GeoDataFrame):
            assert_geodataframe_equal(found, frame[found.columns])
        else:
            assert_frame_equal(found, frame)
        assert len(transaction.get(kind, as_of=date(2025, 12, 31))) == 0
        assert transaction.get(kind, as_of=date(2025, 12, 31)).dtypes.equals(found.dtypes)
    with store.begin() as transaction:
        assert transaction.put(kind, frame, valid_from=FEB) == PutCounts(0, 0, len(frame))


def test_a_change_closes_the_version_before(store: Store) -> None:
    before = frames.households()
    after = before.assign(room_id=["r3", "r2", None])
    with store.begin() as transaction:
        transaction.put("household", before, valid_from=JAN)
    with store.begin() as transaction:
        assert transaction.put("household", after, valid_from=MAR) == PutCounts(0, 1, 2)
    with store.begin() as transaction:
        assert transaction.get("household", as_of=date(2026, 2, 28)).loc["h1", "room_id"] == "r1"
        assert transaction.get("household", as_of=MAR).loc["h1", "room_id"] == "r3"
        assert transaction.get("household").loc["h1", "room_id"] == "r3"
        history = transaction.history("household", "h1")
    assert history["room_id"].tolist() == ["r1", "r3"]
    assert history["valid_from"].tolist() == [pd.Timestamp(JAN), pd.Timestamp(MAR)]
    assert history["valid_to"].iloc[0] == pd.Timestamp(MAR)
    assert pd.isna(history["valid_to"].iloc[1])


def test_a_change_of_a_missing_value_is_a_change(store: Store) -> None:
    frame = frames.households()
    with store.begin() as transaction:
        transaction.put("household", frame, valid_from=JAN)
        assert transaction.put("household", frame.assign(room_id=["r1", "r2", "r9"]), valid_from=FEB).changed == 1
        assert transaction.put("household", frame, valid_from=MAR).changed == 1
        assert transaction.put("household", frame, valid_from=MAR).changed == 0


def test_a_change_on_the_same_day_is_a_correction(store: Store) -> None:
    frame = frames.households()
    with store.begin() as transaction:
        transaction.put("household", frame, valid_from=JAN)
        assert transaction.put("household", frame.assign(kind="collective"), valid_from=JAN) == PutCounts(0, 2, 1)
        assert transaction.get("household")["kind"].unique().tolist() == ["collective"]
        assert len(transaction.history("household", "h1")) == 1


def test_history_is_not_rewritten(store: Store) -> None:
    frame = frames.households()
    with store.begin() as transaction:
        transaction.put("household", frame, valid_from=MAR)
    with pytest.raises(StoreError, match=r"GS503.*2026-01-01.*2026-03-01") as caught, store.begin() as transaction:
        transaction.put("household", frame.assign(kind="collective"), valid_from=JAN)
    assert caught.value.where == "household h1"
    with store.begin() as transaction:
        assert_frame_equal(transaction.get("household"), frame)
        assert transaction.put("household", frame, valid_from=JAN).unchanged == 3


def test_records_that_are_absent_stay(store: Store) -> None:
    with store.begin() as transaction:
        transaction.put("household", frames.households(), valid_from=JAN)
        newcomer = frames.households().iloc[[0]].set_axis(frames.keyed("household_id", "h9"))
        assert transaction.put("household", newcomer, valid_from=FEB) == PutCounts(1, 0, 0)
        assert transaction.count("household") == 4
        assert transaction.count("household", as_of=JAN) == 3


def test_close_and_come_back(store: Store) -> None:
    frame = frames.households()
    with store.begin() as transaction:
        transaction.put("household", frame, valid_from=JAN)
        assert transaction.close("household", ["h1"], valid_to=MAR).closed == 1
        assert transaction.get("household").index.tolist() == ["h2", "h3"]
        assert transaction.count("household", as_of=FEB) == 3
    with pytest.raises(StoreError, match=r"GS503.*overlap"), store.begin() as transaction:
        transaction.put("household", frame, valid_from=FEB)
    with store.begin() as transaction:
        assert transaction.put("household", frame, valid_from=APR) == PutCounts(1, 0, 2)
        assert [transaction.count("household", as_of=day) for day in (JAN, MAR, APR)] == [3, 2, 3]


def test_close_refuses_what_is_not_open(store: Store) -> None:
    with store.begin() as transaction:
        transaction.put("household", frames.households(), valid_from=FEB)
    with pytest.raises(StoreError, match=r"GS504.*h9"), store.begin() as transaction:
        transaction.close("household", ["h1", "h9"], valid_to=MAR)
    with pytest.raises(StoreError, match="GS503"), store.begin() as transaction:
        transaction.close("household", ["h1"], valid_to=JAN)
    with store.begin() as transaction:
        assert transaction.count("household") == 3


def test_closing_on_its_first_day_removes_a_version(store: Store) -> None:
    with store.begin() as transaction:
        transaction.put("household", frames.households(), valid_from=JAN)
        transaction.close("household", ["h1"], valid_to=JAN)
        assert transaction.history("household", "h1").empty


def test_postings_begin_on_their_own_day(store: Store) -> None:
    with store.begin() as transaction:
        transaction.put("posting", frames.postings(), valid_from=APR)
        assert transaction.get("posting", as_of=JAN).index.tolist() == ["p1"]
        assert transaction.get("posting", as_of=FEB).index.tolist() == ["p1", "p2"]
        later = frames.postings().assign(staff_name="孙", valid_from=pd.Timestamp(MAR))
        assert transaction.put("posting", later, valid_from=APR).changed == 2
        assert transaction.get("posting", as_of=FEB)["staff_name"].tolist() == ["赵", "钱"]
        assert transaction.get("posting", as_of=MAR)["staff_name"].tolist() == ["孙", "孙"]


def test_one_bad_row_and_nothing_is_kept(store: Store) -> None:
    good = frames.households()
    bad = good.assign(kind=["family", "family", "squat"]).set_axis(frames.keyed("household_id", "x1", "x2", "x3"))
    with pytest.raises(StoreError, match=r"GS503.*ck_household_kind"), store.begin() as transaction:  # noqa: PT012 - two writes, one transaction
        transaction.put("household", good, valid_from=JAN)
        transaction.put("household", bad, valid_from=JAN)
    with store.begin() as transaction:
        assert transaction.count("household") == 0


def test_an_error_in_the_block_rolls_back(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.begin() as transaction:  # noqa: PT012 - it fails after the write
        transaction.put("household", frames.households(), valid_from=JAN)
        raise ZeroDivisionError
    with store.begin() as transaction:
        assert transaction.count("household") == 0


def test_a_read_only_transaction_cannot_write(store: Store) -> None:
    with pytest.raises(StoreError, match="GS503"), store.begin(read_only=True) as transaction:
        transaction.put("household", frames.households(), valid_from=JAN)
    with store.begin() as transaction:
        transaction.put("household", frames.households(), valid_from=JAN)


def test_columns_and_crs(store: Store) -> None:
    with store.begin() as transaction:
        transaction.put("building", frames.buildings(), valid_from=JAN)
        slim = transaction.get("building", columns=["floors"])
        assert type(slim) is pd.DataFrame
        assert slim.columns.tolist() == ["floors"]
        lonlat = transaction.get("building", columns=["geometry"], crs="EPSG:4490")
        assert lonlat.crs.to_epsg() == 4490
        assert lonlat.total_bounds[0] == pytest.approx(116.4036, abs=1e-3)
        with pytest.raises(InputError, match=r"GS102.*'colour'"):
            transaction.get("building", columns=["colour"])


def test_a_frame_keeps_the_crs_it_came_in(store: Store) -> None:
    frame = frames.buildings().to_crs("EPSG:4547")
    frame = frame.set_geometry(frame.geometry.set_precision(0.01))
    with store.begin() as transaction:
        transaction.put("building", frame, valid_from=JAN)
        assert transaction.crs.to_epsg() == 4547
        found = transaction.get("building")
        assert found.crs.to_epsg() == 4547
        assert transaction.put("building", found, valid_from=FEB).unchanged == 4


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda f: f.drop(columns="kind"), InputError, "GS102.*'kind'"),
        (lambda f: f.assign(colour="red"), InputError, "GS103.*'colour'"),
        (lambda f: f.rename_axis("id"), InputError, "GS104.*'id'"),
        (lambda f: f.set_axis(frames.keyed("building_id", *"aabc")), InputError, "GS104.*'a'"),
        (lambda f: f.set_axis(frames.keyed("building_id", "a", None, "b", "c")), InputError, "GS104.*missing"),
        (lambda f: f.assign(kind=[None, "slab", "slab", "slab"]), InputError, "GS103.*missing.*building b1"),
        (lambda f: f.assign(address=[1, 2, 3, 4]), InputError, "GS103.*not text"),
        (lambda f: f.assign(floors=[1.5, 1, 1, 1]), InputError, "GS103.*whole number.*building b1"),
        (lambda f: f.assign(floors=[float("inf"), 1, 1, 1]), InputError, "GS103.*infinite"),
        (lambda f: f.assign(floors=["1", "2", "3", "4"]), InputError, "GS103.*not numbers"),
        (lambda f: f.assign(floors=[0, 1, 1, 1]), StoreError, "GS503.*ck_building_floors"),
        (lambda f: f.to_crs("EPSG:4326"), DatumError, "GS203"),
        (lambda f: f.set_crs(None, allow_override=True), DatumError, "GS203"),
        (lambda f: f.set_geometry([Point(0, 0)] * 4, crs=frames.CRS), InputError, "GS105.*Point"),
        (lambda f: pd.DataFrame(f.drop(columns="geometry")), InputError, "GS105"),
    ],
)
def test_a_frame_of_another_form_is_refused(store: Store, change, error, message: str) -> None:
    frame = change(frames.buildings())
    with pytest.raises(error, match=message), store.begin() as transaction:
        transaction.put("building", frame, valid_from=JAN)
    with store.begin() as transaction:
        assert transaction.count("building") == 0


@pytest.mark.parametrize(
    ("kind", "change", "message"),
    [
        ("person", {"birth_date": "1950-01-01"}, "GS103.*datetime64"),
        ("person", {"birth_date": pd.Timestamp("1950-01-01 08:00")}, "GS103.*whole day"),
        ("person", {"birth_date": pd.Timestamp("1950-01-01", tz="UTC")}, "GS103.*time zone"),
        ("incident", {"reported_at": pd.Timestamp("1950-01-01")}, "GS103.*no time zone"),
        ("incident", {"geometry": LineString([(0, 0), (1, 1)])}, "GS105.*LineString"),
    ],
)
def test_days_moments_and_shapes_of_another_form_are_refused(store: Store, kind: str, change, message: str) -> None:
    frame = KINDS[kind]()
    if "geometry" in change:
        frame = frame.set_geometry([change["geometry"]] * len(frame), crs=frames.CRS)
    else:
        frame = frame.assign(**change)
    with pytest.raises(InputError, match=message), store.begin() as transaction:
        transaction.put(kind, frame, valid_from=JAN)


def test_unknown_kinds_are_refused(store: Store) -> None:
    with store.begin() as transaction:
        for call in (
            lambda: transaction.put("dog", frames.rooms(), valid_from=JAN),
            lambda: transaction.put("grid", frames.grids(), valid_from=JAN),
            lambda: transaction.get("dog"),
            lambda: transaction.count("dog"),
            lambda: transaction.history("dog", "d1"),
            lambda: transaction.close("dog", ["d1"], valid_to=JAN),
            lambda: transaction.get_links("marriage"),
            lambda: transaction.put_links({"marriage": frames.rooms()}, valid_from=JAN),
        ):
            with pytest.raises(InputError, match="GS103"):
                call()
