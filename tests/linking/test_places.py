import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point, box

from gridsys.errors import DatumError
from gridsys.linking import Register, apply_decisions, link_places

CRS = "EPSG:4548"


def keyed(name, *ids):
    return pd.Index(ids, name=name)


@pytest.fixture
def buildings():
    """Four buildings, 10 m wide, 30 m apart; d has an address nobody can read.

    0   10      40   50      80   90     120  130
    +---+       +----+       +----+       +----+
    | a |       | b  |       | c  |       | d  |
    +---+       +----+       +----+       +----+
    """
    data = {
        "address": ["东华门街道牌楼胡同17号院1号楼", "东华门街道牌楼胡同17号院2号楼", "景山街道石桥东条5号", "无门牌"],
        "compound_id": ["k", "k", None, None],
    }
    shapes = [box(x, 0, x + 10, 10) for x in (0, 40, 80, 120)]
    return gpd.GeoDataFrame(data, index=keyed("building_id", *"abcd"), geometry=shapes, crs=CRS)


@pytest.fixture
def register(buildings):
    rooms = pd.DataFrame(
        {
            "building_id": ["a", "a", "b", "b", "c", "zz"],
            "stairwell": pd.array([1, 2, 1, None, None, None], dtype="Int64"),
            "number": ["402", "402", "402", "底商1", "1", "9"],
        },
        index=keyed("room_id", "a1", "a2", "b1", "bs", "c1", "lost"),
    )
    compounds = pd.DataFrame({"name": ["兰亭家园"]}, index=keyed("compound_id", "k"))
    aliases = pd.DataFrame({"old": ["团结胡同", "崇文区"], "new": ["牌楼胡同", "东城区"]})
    return Register(buildings, rooms, compounds=compounds, aliases=aliases, district="东城区")


def homes(*addresses, **columns):
    return pd.DataFrame({"address": list(addresses), **columns}, index=[f"h{n}" for n in range(len(addresses))])


def reasons(found):
    return found.review.drop_duplicates("record_id")["reason"].tolist()


def test_a_building_whose_address_cannot_be_read_is_listed(register):
    assert register.unread.index.tolist() == ["d"]


@pytest.mark.parametrize(
    ("address", "room", "least"),
    [
        ("北京市东城区东华门街道牌楼胡同17号院1号楼2单元402室", "a2", 1.0),
        ("北京市崇文区牌楼胡同17号院1号楼2单元402室", "a2", 1.0),
        ("团结胡同17号院1号楼2单元402室", "a2", 0.98),
        ("牌搂胡同17号院1号楼2单元402室", "a2", 0.92),
        ("牌楼17号院1号楼2单元402室", "a2", 0.9),
        ("兰亭家园1号楼2单元402室", "a2", 0.98),
        ("牌楼胡同17号院兰亭家园1号楼2单元402室", "a2", 1.0),
        ("牌楼胡同17号院2号楼402室", "b1", 0.97),
        ("牌楼胡同17号底商1", "bs", 0.9),
        ("石桥东条5号", "c1", 0.9),
        ("1室5号石桥东条景山街道东城区北京市", "c1", 1.0),
    ],
)
def test_a_single_good_place_is_linked(register, address, room, least):
    links = link_places(homes(address), register, "room").links
    assert links["target"].tolist() == [room]
    assert links["method"].tolist() == ["address"]
    assert least <= links["confidence"].iloc[0] <= 1


@pytest.mark.parametrize(
    ("address", "reason", "candidates"),
    [
        ("牌楼胡同17号院1号楼402室", "several-candidates", ["a1", "a2"]),
        ("牌楼胡同17号院402室", "several-candidates", ["a1", "a2", "b1"]),
        ("牌楼胡同17号院1号楼", "room-not-given", ["a1", "a2"]),
        ("牌楼胡同17号院1号楼9单元402室", "room-unknown-at-address", []),
        ("牌楼胡同17号院3号楼402室", "building-unknown-at-address", []),
        ("牌楼胡同18号", "number-unknown", []),
        ("牌楼胡同", "number-not-given", []),
        ("石桥西条5号1室", "road-unknown", []),
        ("西城区牌楼胡同17号院1号楼2单元402室", "outside-the-district", []),
        ("景山街道牌楼胡同17号院1号楼2单元402室", "likeness-too-weak", ["a2"]),
        ("牌楼胡同17号院1号楼对面", "near-a-place", ["a1", "a2"]),
        ("石桥东条5号1室，现住牌楼胡同17号", "several-addresses", None),
        ("不详", "not-an-address", []),
    ],
)
def test_all_else_is_for_review_with_its_reason(register, address, reason, candidates):
    found = link_places(homes(address), register, "room")
    assert found.links.empty
    assert reasons(found) == [reason]
    if candidates is not None:
        assert found.review["candidate"].dropna().tolist() == candidates


def test_a_code_stands_and_agrees_or_is_contradicted(register):
    full = "牌楼胡同17号院1号楼2单元402室"
    records = homes(None, full, full, full, "不详", room_id=["a1", "a2", "a1", "gone", "a1"])
    found = link_places(records, register, "room", claim="room_id")
    assert found.links["target"].to_dict() == {"h0": "a1", "h1": "a2", "h3": "a2", "h4": "a1"}
    assert found.links["method"].tolist() == ["code", "code+address", "address", "code"]
    assert reasons(found) == ["methods-disagree"]
    assert found.review["candidate"].tolist() == ["a1", "a2"]


def located(buildings, *rows):
    data = {"address": pd.Series([row[0] for row in rows], dtype="str")}
    ids = [f"i{n}" for n in range(len(rows))]
    frame = gpd.GeoDataFrame(data, geometry=[row[1] for row in rows], crs=buildings.crs)
    return frame.set_axis(pd.Index(ids, name="incident_id"))


def test_positions_link_support_and_contradict(register, buildings):
    records = located(
        buildings,
        (None, Point(5, 5)),  # inside a
        (None, Point(55, 5)),  # 5 m from b
        (None, Point(25, 5)),  # 15 m from both
        (None, None),
        ("石桥东条5号", Point(85, 5)),  # agree
        ("石桥东条5号", Point(5, 5)),  # disagree
        ("牌楼胡同17号", Point(45, 5)),  # two buildings behind the door, the position is in one
        ("不详", Point(125, 5)),
    )
    found = link_places(records, register, "building", buildings=buildings)
    assert found.links["target"].to_dict() == {"i0": "a", "i1": "b", "i4": "c", "i6": "b", "i7": "d"}
    assert found.links["method"].tolist() == [
        "position", "position", "address+position", "address+position", "position",
    ]  # fmt: skip
    assert found.links["confidence"].tolist() == pytest.approx([0.95, 0.9, 1.0, 1 - 0.1 * 0.05, 0.95])
    assert reasons(found) == ["methods-disagree"]


def test_a_position_alone_names_a_room_only_where_there_is_one(register, buildings):
    records = located(buildings, (None, Point(85, 5)), (None, Point(5, 5)))
    found = link_places(records, register, "room", buildings=buildings)
    assert found.links["target"].to_dict() == {"i0": "c1"}
    assert reasons(found) == ["room-not-given"]


def test_records_in_another_crs_are_refused(register, buildings):
    records = located(buildings, (None, Point(5, 5))).to_crs(4490)
    with pytest.raises(DatumError, match="GS203"):
        link_places(records, register, "building", buildings=buildings)


def test_decisions_stand_and_a_target_that_is_gone_does_not(register):
    found = link_places(homes("牌楼胡同17号院1号楼402室", "牌楼胡同18号", "石桥东条5号"), register, "room")
    decisions = pd.DataFrame(
        {"target": ["a2", None, "gone"], "decision": ["accept", "reject", "accept"]}, index=["h0", "h1", "h2"]
    )
    decided = apply_decisions(found, decisions, pd.Index(register.room_ids))
    assert decided.links["target"].to_dict() == {"h2": "c1", "h0": "a2"}
    assert decided.links.loc["h0", ["method", "confidence"]].tolist() == ["review", 1.0]
    assert reasons(decided) == ["rejected-in-review"]


def test_nothing_in_nothing_out(register):
    found = link_places(homes(), register, "room")
    assert found.links.empty
    assert found.review.empty
