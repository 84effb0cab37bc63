from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsys.errors import DatumError
from gridsys.spatial.datum import CHINA, Datum, from_wgs84, in_china, parse_datum, to_wgs84

MILLIMETRE = 1e-3 / 111_320  # degrees of latitude; a degree of longitude is shorter
SHIFTED = [Datum.GCJ02, Datum.BD09]

# WGS-84 positions with GCJ-02 and BD-09 as the published programs give them (eviltransform, coordtransform).
PUBLISHED = [
    ((116.404, 39.915), (116.41024449916938, 39.91640428150164), (116.41662724378733, 39.922699552216216)),
]
inland = st.tuples(st.floats(73.5, 136.5), st.floats(18.0, 54.0))


def metres(lon1, lat1, lon2, lat2):
    east = (np.asarray(lon2) - lon1) * 111_320 * np.cos(np.radians(lat1))
    return np.hypot(east, (np.asarray(lat2) - lat1) * 110_940)


def test_agrees_with_the_published_programs():
    (lon, lat), gcj, bd = PUBLISHED[0]
    assert np.allclose(from_wgs84([lon], [lat], Datum.GCJ02), np.array(gcj)[:, None], atol=1e-12)
    assert np.allclose(from_wgs84([lon], [lat], Datum.BD09), np.array(bd)[:, None], atol=1e-9)


@pytest.mark.parametrize("datum", SHIFTED)
@settings(deadline=None)
@given(place=inland)
def test_there_and_back_is_under_a_millimetre(datum, place):
    lon, lat = place
    x, y = to_wgs84(*from_wgs84([lon], [lat], datum), datum)
    assert abs(x[0] - lon) < MILLIMETRE
    assert abs(y[0] - lat) < MILLIMETRE


@pytest.mark.parametrize("datum", SHIFTED)
@settings(deadline=None)
@given(place=inland)
def test_back_and_there_is_under_a_millimetre(datum, place):
    lon, lat = place
    x, y = from_wgs84(*to_wgs84([lon], [lat], datum), datum)
    assert abs(x[0] - lon) < MILLIMETRE
    assert abs(y[0] - lat) < MILLIMETRE


@settings(deadline=None)
@given(place=inland)
def test_gcj02_lies_some_hundred_metres_off(place):
    lon, lat = place
    x, y = from_wgs84([lon], [lat], Datum.GCJ02)
    assert 1 < metres(lon, lat, x[0], y[0]) < 1_500


@pytest.mark.parametrize("datum", list(Datum))
@settings(deadline=None)
@given(lon=st.floats(-180, 180), lat=st.floats(-90, 90))
def test_identity_outside_china(datum, lon, lat):
    west, south, east, north = CHINA
    if west <= lon <= east and south <= lat <= north:
        lon -= 150
    for move in (from_wgs84, to_wgs84):
        x, y = move([lon], [lat], datum)
        assert (x[0], y[0]) == (lon, lat)


@pytest.mark.parametrize("datum", [Datum.WGS84, Datum.CGCS2000])
def test_wgs84_and_cgcs2000_are_taken_as_equal(datum):
    assert [value[0] for value in from_wgs84([116.4], [39.9], datum)] == [116.4, 39.9]
    assert [value[0] for value in to_wgs84([116.4], [39.9], datum)] == [116.4, 39.9]


def test_inputs_are_not_changed_and_whole_arrays_go_at_once():
    lon, lat = np.linspace(75, 135, 1000), np.linspace(20, 50, 1000)
    before = lon.copy(), lat.copy()
    x, y = to_wgs84(lon, lat, Datum.BD09)
    assert np.array_equal(lon, before[0])
    assert np.array_equal(lat, before[1])
    one = to_wgs84(lon[7:8], lat[7:8], Datum.BD09)
    assert abs(one[0][0] - x[7]) < 1e-10
    assert abs(one[1][0] - y[7]) < 1e-10


def test_empty_arrays():
    assert to_wgs84([], [], Datum.GCJ02)[0].shape == (0,)


def test_not_a_number_is_not_in_china():
    assert not in_china([np.nan], [39.9])[0]


@pytest.mark.parametrize(("text", "datum"), [("GCJ-02", "gcj02"), (" bd_09 ", "bd09"), ("CGCS2000", "cgcs2000")])
def test_names_of_datums(text, datum):
    assert parse_datum(text) is Datum(datum)


def test_unknown_datum_names_the_known_ones():
    with pytest.raises(DatumError, match=r"GS202.*cgcs2000, wgs84, gcj02, bd09"):
        parse_datum("beijing54")
