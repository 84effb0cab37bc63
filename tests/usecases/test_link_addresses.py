from datetime import date

import pandas as pd
import pytest

from gridsys.domain.rights import Actor, Role
from gridsys.errors import AccessError, InputError
from gridsys.files import read_decisions, write_csv_report
from gridsys.usecases.link import decide_links, link_records
from tests.store import frames
from tests.store.frames import A1, B1, DAY, keyed

ACTOR = Actor("li", Role.DISTRICT_ADMINISTRATOR, "110101")
LATER = date(2026, 6, 30)
P3 = frames.persons().index[2]


def stated(**addresses):
    rows = [(key.split("_")[0], key.split("_")[1], address) for key, address in addresses.items()]
    frame = pd.DataFrame(rows, columns=["record_kind", "record_id", "address"])
    return frame.set_axis(keyed("stated_id", *(f"s{n}" for n in range(len(rows)))))


@pytest.fixture
def town(store):
    """The store's tiny town; h3 has no room, r4 no building, h2 says another room than its code, h9 is nobody."""
    persons = frames.persons()
    persons.loc[P3, "household_id"] = "h3"
    addresses = stated(
        household_h3="甲胡同一号１０１室", household_h2="甲胡同1号101室", household_h9="甲胡同1号",
        room_r4="乙胡同三号", incident_i1="乙胡同3号",
    )  # fmt: skip
    with store.begin() as transaction:
        transaction.put_plan("first", frames.grids(), valid_from=DAY, parameters={})
        for kind, frame in {
            "area": frames.areas(), "building": frames.buildings(), "room": frames.rooms(),
            "household": frames.households(), "person": persons, "incident": frames.incidents(),
            "stated_address": addresses,
        }.items():  # fmt: skip
            transaction.put(kind, frame, valid_from=DAY)
    return store


def test_what_came_with_an_address_is_linked_and_the_chain_follows(town):
    report = link_records(ACTOR, town, as_of=LATER)
    with town.begin() as transaction:
        occupancy, siting = transaction.get_links("occupancy"), transaction.get_links("siting")
        scene = transaction.get_links("scene")
        chain = transaction.chain(P3)
        assert transaction.chain(P3, as_of=DAY)["grid_code"] is None
        in_b = transaction.get("room", area=frames.B, columns=[]).index.tolist()
    assert occupancy.loc["h3", ["room_id", "method", "confidence"]].tolist() == ["r1", "address", 1.0]
    assert occupancy.loc["h1", "method"] == "code"
    assert siting[["building_id", "method"]].to_dict("index") == {"r4": {"building_id": "b3", "method": "address"}}
    assert scene["building_id"].to_dict() == {"i1": "b3"}
    assert chain == {"person_id": P3, "household_id": "h3", "room_id": "r1", "building_id": "b1", "grid_code": A1}
    assert in_b == ["r3", "r4"]
    assert report.linkage.placement["grid_code"]["b3"] == B1
    lost = report.failures.set_index("id")
    assert lost.loc["h2", ["reason", "claim"]].tolist() == ["room-under-review", "甲胡同1号101室"]
    assert "r4" not in lost.index
    assert "h9" not in lost.index


def test_the_review_list_has_candidates_and_reasons_for_people(town):
    report = link_records(ACTOR, town, as_of=LATER)
    rows = report.review.set_index(["record_id", "rank"])
    assert rows.loc["h2", "target"].tolist() == ["r2", "r1"]
    assert rows.loc[("h2", 2), "target_address"] == "甲胡同1号101室"
    assert rows.loc[("h2", 1), ["reason", "zh"]].tolist() == ["methods-disagree", "标识、地址、坐标互相矛盾"]
    assert rows.loc[("h9", 1), "reason"] == "record-unknown"
    with town.begin() as transaction:
        kept = transaction.get_review()
    assert kept[["record_id", "candidate"]].fillna("").to_numpy().tolist() == [["h2", "r2"], ["h2", "r1"], ["h9", ""]]


def test_a_decision_is_kept_audited_and_in_force_until_another(town, tmp_path):
    report = link_records(ACTOR, town, as_of=LATER)
    file = tmp_path / "review.csv"
    filled = report.review.copy()
    filled.loc[(filled["record_id"] == "h2") & (filled["rank"] == 2), "decision"] = "accept"
    write_csv_report(file, filled)
    first = decide_links(ACTOR, town, read_decisions(file), as_of=LATER)
    again = decide_links(ACTOR, town, read_decisions(file), as_of=LATER)
    assert (first.inserted, again.inserted, again.changed) == (1, 0, 0)
    for _ in range(2):
        report = link_records(ACTOR, town, as_of=LATER)
        assert set(report.review["record_id"]) == {"h9"}
    with town.begin() as transaction:
        link = transaction.get_links("occupancy").loc["h2"]
        assert transaction.verify_audit().broken_at is None
        told = [text for text in transaction.audit_log()["detail"] if '"decisions"' in text]
    assert link[["room_id", "method", "confidence"]].tolist() == ["r1", "review", 1.0]
    assert len(told) == 1
    assert '"record_id":"h2","target":"r1"' in told[0]
    rejected = pd.DataFrame({"link": [None], "record_id": ["h2"], "target": [None], "decision": ["reject"]})
    decide_links(ACTOR, town, rejected, as_of=LATER)
    report = link_records(ACTOR, town, as_of=LATER)
    assert report.review.set_index("record_id").loc["h2", "reason"] == "rejected-in-review"
    with town.begin() as transaction:
        assert "h2" not in transaction.get_links("occupancy").index


@pytest.mark.parametrize(
    ("record", "target", "part"), [("h1", "r1", "no such record"), ("h2", "r77", "there is no room r77")]
)
def test_decisions_about_what_is_not_there_are_refused(town, record, target, part):
    link_records(ACTOR, town, as_of=LATER)
    frame = pd.DataFrame({"link": [None], "record_id": [record], "target": [target], "decision": ["accept"]})
    with pytest.raises(InputError, match=part):
        decide_links(ACTOR, town, frame, as_of=LATER)


def test_only_those_who_may_link_decide(town):
    frame = pd.DataFrame({"link": [], "record_id": [], "target": [], "decision": []}, dtype="str")
    for actor in (Actor("a", Role.DISTRICT_ANALYST, "110101"), Actor("b", Role.COMMUNITY_WORKER, frames.A)):
        with pytest.raises(AccessError, match="GS40"):
            decide_links(actor, town, frame, as_of=LATER)


def test_two_addresses_of_one_record_are_for_review(town):
    more = pd.DataFrame(
        {"record_kind": ["household"], "record_id": ["h3"], "address": ["乙胡同3号2单元101室"]},
        index=keyed("stated_id", "s9"),
    )
    with town.begin() as transaction:
        transaction.put("stated_address", more, valid_from=DAY)
    report = link_records(ACTOR, town, as_of=LATER)
    assert report.review.set_index("record_id").loc["h3", "reason"] == "several-addresses"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("record_id,decision\nh1,accept\n", "GS102"),
        ("record_id,target,decision\nh1,r1,perhaps\n", "GS103"),
        ("record_id,target,decision\nh1,,accept\n", "GS103"),
        ("record_id,target,decision\nh1,r1,accept\nh1,r2,accept\n", "GS104"),
    ],
)
def test_a_file_of_decisions_is_refused_with_its_row(tmp_path, text, code):
    file = tmp_path / "d.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=code):
        read_decisions(file)


def test_a_file_of_decisions_must_be_there(tmp_path):
    with pytest.raises(InputError, match="GS101"):
        read_decisions(tmp_path / "none.csv")
