"""The planted list is exactly what fails to link, found again here by other means."""

import pytest
import shapely

from gridsys.domain.linkage import LinkFailure
from gridsys.sample import City
from gridsys.sample.defects import COUNTS


def _failing(city: City) -> set[tuple[str, str, str]]:
    """Every record that cannot link, by following each claim one record at a time."""
    found = set()
    claims = (
        ("person", city.persons["household_id"], city.households.index, "no-household-given", "household-unknown"),
        ("household", city.households["room_id"], city.rooms.index, "no-room-given", "room-unknown"),
        ("room", city.rooms["building_id"], city.buildings.index, "no-building-given", "building-unknown"),
    )
    for table, column, known, blank, unknown in claims:
        targets = set(known)
        for key, claim in column.items():
            if not isinstance(claim, str):
                found.add((table, key, blank))
            elif claim not in targets:
                found.add((table, key, unknown))
    area = city.district.geometry.iloc[0]
    shapely.prepare(area)
    trouble = {}
    for key, shape in city.buildings.geometry.items():
        if shape is None:
            trouble[key] = "building-without-position"
        elif not area.contains(shape):
            trouble[key] = "building-outside-grids"
    for key, building in city.rooms["building_id"].items():
        if building in trouble:
            found.add(("room", key, trouble[building]))
    return found


def test_planted_is_exactly_what_fails(city: City):
    listed = list(city.planted.itertuples(index=False, name=None))
    assert len(set(listed)) == len(listed)
    assert set(listed) == _failing(city)


def test_no_record_fails_twice(city: City):
    assert not city.planted.duplicated(["table", "id"]).any()


@pytest.mark.parametrize("large", [False, True])
def test_every_reason_stands_in_its_stated_number(street_city: City, small_district: City, large: bool):
    city = small_district if large else street_city
    reasons = city.planted["reason"].value_counts()
    assert set(reasons.index) == {reason.value for reason in COUNTS}
    for reason, counts in COUNTS.items():
        if reason.value.startswith("building-") and reason is not LinkFailure.BUILDING_UNKNOWN:
            rooms = city.planted["id"][city.planted["reason"] == reason.value]
            assert city.rooms.loc[rooms, "building_id"].nunique() == counts[large]
        else:
            assert reasons[reason.value] == counts[large]


def test_moved_buildings_are_far_away(city: City):
    area = city.district.geometry.iloc[0]
    away = city.buildings.dropna(subset="geometry")
    away = away[~away.intersects(area)]
    assert len(away) == COUNTS[LinkFailure.BUILDING_OUTSIDE_GRIDS][len(city.streets) > 1]
    assert away.distance(area).min() > 2_900


def test_planted_is_a_plain_list(city: City):
    assert list(city.planted.columns) == ["table", "id", "reason"]
    assert list(city.planted.index) == list(range(len(city.planted)))
