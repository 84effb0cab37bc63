"""The frames' contract, sizes, determinism and refusals."""

import dataclasses
import time

import geopandas as gpd
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from gridsys.domain.records import KINDS, Field, FieldType, Shape
from gridsys.errors import GridsysError
from gridsys.sample import City, make_city

FRAMES = {
    "district": "area", "streets": "area", "communities": "area", "roads": "road", "barriers": "barrier",
    "surfaces": "surface", "compounds": "compound", "buildings": "building", "rooms": "room",
    "households": "household", "persons": "person", "incidents": "incident",
    "registered_households": "registered_household", "registrations": "registration",
    "other_residences": "other_residence", "confirmations": "confirmation", "organisations": "organisation",
    "components": "component",
}  # fmt: skip
GEOMETRY = {Shape.POINT: "Point", Shape.LINE: "LineString", Shape.POLYGON: "Polygon"}


def _assert_column(column: pd.Series, field: Field) -> None:
    if field.required:
        assert column.notna().all(), field.name
    given = column.dropna()
    if field.choices:
        assert set(given) <= set(field.choices), field.name
    if field.minimum is not None:
        assert given.min() >= field.minimum
    if field.maximum is not None:
        assert given.max() <= field.maximum
    if field.type in {FieldType.TEXT, FieldType.CODE}:
        assert column.dtype == "str"
        assert not (given.str.strip() == "").any()
    elif field.type is FieldType.INTEGER:
        assert pd.api.types.is_integer_dtype(column.dtype)
    elif field.type is FieldType.NUMBER:
        assert pd.api.types.is_float_dtype(column.dtype)
    elif field.type is FieldType.DATE:
        assert column.dtype.kind == "M"
        assert (column == column.dt.normalize()).all()
    else:
        assert str(column.dtype).endswith(", UTC]")


@pytest.mark.parametrize("name", FRAMES)
def test_frame_follows_the_record_kind(city: City, name: str):
    frame = getattr(city, name)
    kind = KINDS[FRAMES[name]]
    assert len(frame) > 0
    assert frame.index.name == kind.key
    assert frame.index.is_unique
    assert frame.index.dtype == "str"
    geometry = ["geometry"] if kind.shape is not Shape.NONE else []
    assert list(frame.columns) == [column for column in kind.columns if column != kind.key] + geometry
    for field in kind.fields:
        if field.name == kind.key:
            continue
        _assert_column(frame[field.name], field)
    if geometry:
        assert frame.crs == "EPSG:4548"
        shapes = frame.geometry.dropna()
        assert set(shapes.geom_type) == {GEOMETRY[kind.shape]}
        assert shapes.is_valid.all()
        assert not shapes.is_empty.any()


def test_street_scale_has_the_promised_size(street_city: City):
    assert len(street_city.communities) == 12
    assert 1_200 <= len(street_city.buildings) <= 1_800
    assert len(street_city.households) == 5_000
    assert 12_500 <= len(street_city.persons) <= 13_500
    assert len(street_city.incidents) == 1_500
    assert set(street_city.buildings["kind"]) == {"courtyard", "slab", "tower", "office", "shop", "public"}


def test_three_streets_have_their_share_of_the_district(small_district: City):
    assert len(small_district.streets) == 3
    assert len(small_district.communities) == 36
    assert 5_500 <= len(small_district.buildings) <= 10_500
    assert len(small_district.households) == pytest.approx(350_000 * 3 / 17, abs=1)


@pytest.mark.slow
def test_district_scale_has_the_promised_size(streets: pd.DataFrame):
    started = time.process_time()
    city = make_city(streets, scale="district", seed=7)
    assert time.process_time() - started < 60
    assert list(city.streets.index) == list(streets.index)
    assert list(city.streets["name"]) == list(streets["name"])
    assert len(city.communities) == 205
    assert 38_000 <= len(city.buildings) <= 46_000
    assert len(city.households) == 350_000
    assert 880_000 <= len(city.persons) <= 940_000
    assert len(city.incidents) == 50_000
    weight = city.buildings["households"]
    placed = city.buildings.dropna(subset="geometry")
    households = city.communities[["geometry"]].sjoin(placed).groupby(level=0)["households"].sum()
    grids = (households / 400).round().clip(lower=1)
    assert grids.min() == 1
    assert 5 <= grids.max() <= 8
    assert weight.max() <= 400


@pytest.mark.parametrize("seed", range(20, 32))
def test_any_seed_makes_a_sound_street(streets: pd.DataFrame, seed: int):
    city = make_city(streets, seed=seed)
    assert len(city.communities) == 12
    assert city.communities.is_valid.all()
    assert len(city.households) == 5_000


def _assert_same(one: City, other: City) -> None:
    for field in dataclasses.fields(City):
        left, right = getattr(one, field.name), getattr(other, field.name)
        if isinstance(left, str):
            assert left == right
        elif isinstance(left, gpd.GeoDataFrame):
            assert left.crs == right.crs
            assert_frame_equal(left.to_wkb(), right.to_wkb())
        else:
            assert_frame_equal(left, right)


def test_the_same_seed_makes_the_same_city(streets: pd.DataFrame, street_city: City):
    _assert_same(make_city(streets, seed=7), street_city)
    two = streets.iloc[[4, 9]]
    _assert_same(make_city(two, scale="district", seed=5), make_city(two.iloc[::-1], scale="district", seed=5))


def test_another_seed_makes_another_city(streets: pd.DataFrame, street_city: City):
    other = make_city(streets, seed=8)
    assert not other.district.geometry.iloc[0].equals(street_city.district.geometry.iloc[0])
    assert set(other.persons.index).isdisjoint(street_city.persons.index) or len(
        set(other.persons.index) & set(street_city.persons.index)
    ) < 0.2 * len(other.persons)


def test_another_street_takes_its_code_and_name(streets: pd.DataFrame):
    city = make_city(streets, street="110101017", seed=1)
    assert list(city.streets.index) == ["110101017"]
    assert list(city.streets["name"]) == ["永定门外街道"]
    assert city.communities.index.str.startswith("110101017").all()
    assert city.buildings["address"].str.startswith("永定门外街道").all()


def test_input_is_left_as_it_was(streets: pd.DataFrame):
    before = streets.copy()
    make_city(streets, seed=3)
    assert_frame_equal(streets, before)


def test_progress_is_told_in_order(streets: pd.DataFrame):
    told = []
    make_city(streets, seed=3, progress=lambda stage, done, total: told.append((stage, done, total)))
    assert [done for _, done, _ in told] == list(range(8))
    assert {total for _, _, total in told} == {7}


@pytest.mark.parametrize(
    ("change", "options", "code"),
    [
        (lambda s: s.rename(columns={"name": "title"}), {}, "GS102"),
        (lambda s: s, {"scale": "village"}, "GS103"),
        (lambda s: s, {"seed": -1}, "GS103"),
        (lambda s: s, {"street": "110101099"}, "GS103"),
        (lambda s: s.rename(index={"110101002": "110105002"}), {"scale": "district"}, "GS103"),
        (lambda s: s.rename(index={"110101002": "110101"}), {}, "GS103"),
        (lambda s: s.rename(index={"110101002": "11010x002"}), {}, "GS106"),
        (lambda s: pd.concat([s, s.iloc[:1]]), {}, "GS104"),
        (lambda s: s.iloc[:0], {}, "GS105"),
    ],
)
def test_bad_input_is_refused_with_a_code(streets: pd.DataFrame, change, options, code: str):
    with pytest.raises(GridsysError) as caught:
        make_city(change(streets), **options)
    assert caught.value.code == code
    assert caught.value.fix
