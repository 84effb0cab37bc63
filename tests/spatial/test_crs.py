from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

from gridsys.errors import DatumError, InputError
from gridsys.spatial.crs import (
    Datum,
    require_projected,
    round_cm,
    to_geographic,
    to_wgs84_lonlat,
    to_working,
    working_crs,
)
from gridsys.spatial.datum import from_wgs84

TIANANMEN = (116.3913, 39.9055)


def frame(*places, crs: str | None = "EPSG:4326"):
    return gpd.GeoDataFrame({"n": range(len(places))}, geometry=[shapely.Point(place) for place in places], crs=crs)


@pytest.mark.parametrize(
    ("lon", "zone", "meridian"),
    [
        (116.4, 4548, 117),
        (115.6, 4548, 117),
        (115.4, 4547, 114),
        (75.0, 4534, 75),
        (135.0, 4554, 135),
        (104.1, 4544, 105),
    ],
)
def test_zone_of_a_longitude(lon, zone, meridian):
    crs = working_crs(frame((lon, 30.0), crs="EPSG:4490"))
    assert crs.to_epsg() == zone
    assert crs.name.endswith(f"CM {meridian}E")


def test_zone_of_a_projected_frame_is_its_own():
    assert working_crs(to_working(frame(TIANANMEN), Datum.WGS84)).to_epsg() == 4548


def test_no_zone_without_crs():
    with pytest.raises(DatumError, match="GS203"):
        working_crs(frame(TIANANMEN, crs=None))


def test_no_zone_outside_china():
    with pytest.raises(DatumError, match=r"GS204.*zones"):
        working_crs(frame((2.35, 48.85)))


def test_no_zone_without_positions():
    empty = gpd.GeoDataFrame(geometry=[None], crs="EPSG:4490")
    with pytest.raises(InputError, match="GS105"):
        working_crs(empty)


@pytest.mark.parametrize("crs", ["EPSG:4548", "EPSG:4547", "EPSG:4507"])
def test_projected_cgcs2000_is_measured_in(crs):
    require_projected(frame((500_000, 4_400_000), crs=crs), "areas")


@pytest.mark.parametrize("crs", [None, "EPSG:4326", "EPSG:4490", "EPSG:3857", "EPSG:32650", "EPSG:2436"])
def test_other_crs_are_not_measured_in(crs):
    with pytest.raises(DatumError, match=r"GS203.*areas"):
        require_projected(frame((1, 1), crs=crs), "areas")


@pytest.mark.parametrize("crs", [None, "EPSG:4326", "OGC:CRS84", "EPSG:3857", "EPSG:32650"])
def test_undeclared_inside_china_is_refused_with_a_fix(crs):
    place = frame(TIANANMEN)
    labelled = frame(TIANANMEN, crs=None) if crs is None else place.to_crs(crs)
    with pytest.raises(DatumError, match=r"GS201.*streets\.shp.*--datum gcj02"):
        to_working(labelled, where="streets.shp")


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4548"])
def test_a_cgcs2000_crs_declares_the_datum(crs):
    place = frame(TIANANMEN, crs="EPSG:4490").to_crs(crs)
    there = to_working(place)
    assert there.crs.to_epsg() == 4548
    assert np.allclose(to_geographic(there).total_bounds[:2], TIANANMEN, atol=1e-9)


def test_an_esri_prj_of_cgcs2000_declares_the_datum():
    text = CRS.from_epsg(4548).to_wkt("WKT1_ESRI")
    assert to_working(frame((448_000, 4_419_000), crs=text)).crs.to_epsg() == 4548


@pytest.mark.parametrize("datum", list(Datum))
def test_declared_datum_is_converted_and_keeps_columns(datum):
    lon, lat = from_wgs84([TIANANMEN[0]], [TIANANMEN[1]], datum)
    there = to_working(frame((lon[0], lat[0]), crs=None), datum)
    assert np.allclose(to_wgs84_lonlat(there).total_bounds[:2], TIANANMEN, atol=1e-9)
    assert there["n"].tolist() == [0]


def test_gcj02_in_web_mercator_is_converted_too():
    lon, lat = from_wgs84([TIANANMEN[0]], [TIANANMEN[1]], Datum.GCJ02)
    tiles = frame((lon[0], lat[0])).to_crs("EPSG:3857")
    assert np.allclose(to_wgs84_lonlat(to_working(tiles, Datum.GCJ02)).total_bounds[:2], TIANANMEN, atol=1e-8)


def test_a_declared_datum_that_contradicts_the_file_is_refused():
    with pytest.raises(DatumError, match=r"GS205.*gcj02"):
        to_working(frame(TIANANMEN, crs="EPSG:4490"), Datum.GCJ02)


def test_another_national_datum_is_refused():
    with pytest.raises(DatumError, match=r"GS205.*Xian 1980"):
        to_working(frame(TIANANMEN, crs="EPSG:4610"))


def test_several_layers_share_one_zone():
    wanted = CRS.from_epsg(4547)
    assert to_working(frame(TIANANMEN), Datum.WGS84, crs=wanted).crs == wanted
    assert to_working(frame(TIANANMEN, crs="EPSG:4490"), crs=wanted).crs == wanted


@pytest.mark.parametrize(
    ("place", "why"),
    [((39.9, 116.4), "swapped"), ((448_000, 4_419_000), "not degrees"), ((2.35, 48.85), "not in China")],
)
def test_coordinates_out_of_range_say_why(place, why):
    with pytest.raises(DatumError, match=f"GS204.*{why}"):
        to_working(frame(TIANANMEN, place, crs=None), Datum.WGS84)


def test_rows_without_position_stay():
    points = gpd.GeoDataFrame(geometry=[shapely.Point(TIANANMEN), None], crs="EPSG:4326")
    there = to_working(points, Datum.WGS84)
    assert there.geometry.isna().tolist() == [False, True]


def test_heights_are_dropped():
    points = gpd.GeoDataFrame(geometry=[shapely.Point(*TIANANMEN, 44.0)], crs="EPSG:4326")
    assert not to_working(points, Datum.WGS84).has_z.any()


def test_what_is_given_is_not_changed():
    given_frame = frame(TIANANMEN)
    before = given_frame.copy()
    to_working(given_frame, Datum.GCJ02)
    assert given_frame.equals(before)
    assert given_frame.crs == before.crs


@settings(deadline=None)
@given(x=st.floats(400_000, 600_000), y=st.floats(2_500_000, 5_000_000))
def test_rounding_moves_less_than_a_centimetre(x, y):
    rounded = round_cm(frame((x, y), crs="EPSG:4548")).geometry.iloc[0]
    assert abs(rounded.x - x) <= 0.005 + 1e-9
    assert abs(rounded.y - y) <= 0.005 + 1e-9
    assert round(rounded.x * 100) / 100 == rounded.x


@pytest.mark.parametrize("function", [to_geographic, to_wgs84_lonlat, round_cm])
def test_only_working_frames_leave(function):
    with pytest.raises(DatumError, match="GS203"):
        function(frame(TIANANMEN))
