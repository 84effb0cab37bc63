import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point, box

from gridsys.domain.linkage import Link, LinkFailure
from gridsys.errors import DatumError
from gridsys.linking import link_chain
from gridsys.measure import chain_rates, failure_reasons, grid_profile

CRS = "EPSG:4548"


def _keyed(name, rows):
    return pd.DataFrame(list(rows.values()), index=pd.Index(list(rows), name=name))


@pytest.fixture
def town():
    """Two unit grids side by side, two buildings in them, one outside, one nowhere.

      0     1     2     3
    1 +-----+-----+
      |  a  |  b  |        c is at (9, 9), d has no position
    0 +-----+-----+
    """
    grids = gpd.GeoDataFrame(
        {"name": ["第1网格", "第2网格"]},
        index=pd.Index(["110101001001001", "110101001001002"], name="grid_code"),
        geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)],
        crs=CRS,
    )
    buildings = gpd.GeoDataFrame(
        index=pd.Index(list("abcd"), name="building_id"),
        geometry=[Point(0.5, 0.5), Point(1.5, 0.5), Point(9, 9), None],
        crs=CRS,
    )
    claims = {"ra": "a", "rb": "b", "rc": "c", "rd": "d", "r?": "zz", "r0": None}
    rooms = _keyed("room_id", {room: {"building_id": building} for room, building in claims.items()})
    homes = {"ha": "ra", "hb": "rb", "h?": "nowhere", "h0": None}
    households = _keyed("household_id", {household: {"room_id": room} for household, room in homes.items()})
    lives = {"p1": "ha", "p2": "ha", "p3": "hb", "p?": "unknown", "p0": None}
    persons = _keyed("person_id", {person: {"household_id": household} for person, household in lives.items()})
    return {"persons": persons, "households": households, "rooms": rooms, "buildings": buildings, "grids": grids}


def test_every_record_links_or_has_its_reason(town):
    linkage = link_chain(**town)
    assert linkage.residence["household_id"].to_dict() == {"p1": "ha", "p2": "ha", "p3": "hb"}
    assert linkage.occupancy["room_id"].to_dict() == {"ha": "ra", "hb": "rb"}
    assert linkage.placement["grid_code"].to_dict() == {"a": "110101001001001", "b": "110101001001002"}
    assert set(linkage.failures[["table", "id", "reason", "claim"]].itertuples(index=False, name=None)) == {
        ("person", "p0", "no-household-given", None),
        ("person", "p?", "household-unknown", "unknown"),
        ("household", "h0", "no-room-given", None),
        ("household", "h?", "room-unknown", "nowhere"),
        ("room", "r0", "no-building-given", None),
        ("room", "r?", "building-unknown", "zz"),
        ("room", "rc", "building-outside-grids", "c"),
        ("room", "rd", "building-without-position", "d"),
    }


def test_links_and_failures_add_up_to_the_records(town):
    linkage = link_chain(**town)
    rates = chain_rates(linkage.totals, linkage.failures)
    assert rates["linked"].to_dict() == {"residence": 3, "occupancy": 2, "placement": 2}
    assert rates["total"].to_dict() == {"residence": 5, "occupancy": 4, "placement": 6}
    assert rates.loc["residence", "rate"] == pytest.approx(0.6)
    reasons = failure_reasons(linkage.failures)
    assert reasons["records"].sum() == len(linkage.failures) == 8
    assert list(reasons["link"].drop_duplicates()) == ["residence", "occupancy", "placement"]


def test_inputs_are_left_as_they_were(town):
    before = {name: frame.copy() for name, frame in town.items()}
    link_chain(**town)
    for name, frame in town.items():
        pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(before[name]))


def test_a_clean_town_has_no_failures(town):
    town["rooms"] = town["rooms"].loc[["ra", "rb"]]
    town["households"] = town["households"].loc[["ha", "hb"]]
    town["persons"] = town["persons"].loc[["p1", "p2", "p3"]]
    linkage = link_chain(**town)
    assert len(linkage.failures) == 0
    assert (chain_rates(linkage.totals, linkage.failures)["rate"] == 1).all()


def test_a_rate_of_nothing_is_missing_not_perfect():
    rates = chain_rates({Link.RESIDENCE: 0}, pd.DataFrame({"link": []}))
    assert rates["rate"].isna().all()


def test_longitude_and_latitude_are_refused(town):
    town["grids"] = town["grids"].set_crs(4490, allow_override=True)
    with pytest.raises(DatumError, match="GS203"):
        link_chain(**town)


def test_a_grid_counts_what_lives_in_it(town):
    linkage = link_chain(**town)
    incidents = gpd.GeoDataFrame(
        {"state": ["red", "closed", "green"]}, geometry=[Point(0.1, 0.1), Point(0.2, 0.2), Point(9, 9)], crs=CRS
    )
    profile = grid_profile(
        town["grids"],
        residence=linkage.residence,
        occupancy=linkage.occupancy,
        siting=linkage.siting,
        placement=linkage.placement,
        incidents=incidents,
    )
    first = profile.loc["110101001001001"]
    counted = ["persons", "households", "rooms", "buildings", "incidents", "incidents_open"]
    assert first[counted].tolist() == [2, 1, 1, 1, 2, 1]
    assert first["incidents_per_1000_households"] == 2000.0
    assert profile["persons"].sum() == 3


def test_every_reason_belongs_to_a_link_and_has_a_chinese_text():
    assert {reason.link for reason in LinkFailure} == set(Link)
    assert all(reason.zh for reason in LinkFailure)
