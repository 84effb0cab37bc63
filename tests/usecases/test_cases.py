"""Cases by their use cases and commands, once on each database, in a street of four grids in a row."""

import json
import threading
from datetime import datetime

import pandas as pd
import pytest

from gridsys.domain.rights import Actor
from gridsys.errors import AccessError, DatumError, GridsysError, InputError, ProcedureError, StoreError
from gridsys.spatial.crs import Datum, to_wgs84_lonlat
from gridsys.usecases.caseplace import Place
from gridsys.usecases.cases import (
    Standing,
    act_on_case,
    case_view,
    do_due_work,
    list_cases,
    open_case_at,
)
from tests.commands import run
from tests.store import frames

WANG = Actor.parse(f"wang:grid-manager@{frames.A1}")
OTHER = Actor.parse(f"sun:grid-manager@{frames.B1}")
STREET = Actor.parse(f"zhou:street-manager@{frames.STREET}")
DISTRICT = Actor.parse("zheng:district-administrator@110101")
RESIDENT = Standing("resident", person="9901")


def at(text):
    return datetime.fromisoformat(text + "+08:00")


FILED = at("2026-09-18T10:00")


@pytest.fixture
def street(store):
    index = pd.Index(["p1", "p2"], name="posting_id")
    postings = pd.DataFrame(
        {"grid_code": [frames.A1, frames.A2], "force": ["grid_manager", "police_officer"], "staff_name": ["王", "李"],
         "valid_from": pd.to_datetime(["2026-01-01"] * 2)}, index=index,
    )  # fmt: skip
    with store.begin() as transaction:
        transaction.put_plan("first", frames.grids(), valid_from=frames.DAY, parameters={})
        transaction.put("posting", postings, valid_from=frames.DAY)
        transaction.put("building", frames.buildings(), valid_from=frames.DAY)
    return store


def opened(store, actor=STREET, **place):
    where = Place(**(place or {"grid_code": frames.A1}))
    return open_case_at(
        actor, store, "dongcheng-grid", "small-matter", title="路灯不亮", place=where, at=FILED, standing=RESIDENT
    )


def test_a_point_leads_to_its_grid_and_the_forces_on_duty(street):
    middle = to_wgs84_lonlat(frames.grids(frames.A1)).geometry.iloc[0].centroid
    view = opened(street, lon_lat=(middle.x, middle.y), datum=Datum.WGS84)
    assert view.case.area_code == frames.A1
    assert view.forces.to_numpy().tolist() == [["grid_manager", "王"]]
    assert view.why.zh
    with pytest.raises(DatumError, match="GS201"):
        opened(street, lon_lat=(middle.x, middle.y))
    with pytest.raises(StoreError, match="GS504"):
        opened(street, lon_lat=(116.0, 39.5), datum=Datum.WGS84)


def test_a_building_leads_to_its_grid_by_id_and_address(street):
    buildings = frames.buildings()
    view = opened(street, building=buildings.index[0])
    assert view.case.area_code in {frames.A1, frames.A2, frames.B1, frames.B2}
    address = buildings["address"].iloc[0]
    if isinstance(address, str) and (buildings["address"] == address).sum() == 1:
        assert opened(street, building=address).case.area_code == view.case.area_code
    with pytest.raises(StoreError, match="GS504"):
        opened(street, building="nowhere")
    with pytest.raises(InputError, match="GS103"):
        opened(street, building="b", grid_code=frames.A1)


def test_the_grid_is_that_of_the_day_it_happened(street):
    with street.begin() as transaction:
        transaction.put_plan("later", frames.grids(frames.A1), valid_from=at("2026-10-01T00:00").date(), parameters={},
                             scope=[frames.A])  # fmt: skip
    assert opened(street, grid_code=frames.A2).case.area_code == frames.A2
    with pytest.raises(StoreError, match="GS504"):
        open_case_at(STREET, street, "dongcheng-grid", "small-matter", title="x", at=at("2026-10-08T10:00"),
                     place=Place(frames.A2), standing=RESIDENT)  # fmt: skip


def test_from_opening_to_the_end_with_duties_apart(street):
    case_id = opened(street).case.case_id
    taken = act_on_case(WANG, street, case_id, "take", at=at("2026-09-18T10:10"))
    assert (taken.step, taken.holder) == ("handle", "wang")
    view = case_view(WANG, street, case_id, as_of=at("2026-09-18T10:20"))
    assert "done" in {option.name for option in view.options}
    needs = next(option.needs for option in view.options if option.name == "done")
    act_on_case(WANG, street, case_id, "done", dict.fromkeys(needs, "换灯"), at=at("2026-09-18T10:30"))
    with pytest.raises(ProcedureError, match="GS808"):
        act_on_case(WANG, street, case_id, "confirm", at=at("2026-09-18T10:40"), standing=Standing("supervisor"))
    ended = act_on_case(STREET, street, case_id, "confirm", at=at("2026-09-18T10:50"), standing=RESIDENT)
    assert ended.status == "closed"
    assert list_cases(STREET, street).empty
    assert list_cases(STREET, street, status="closed")["light"].tolist() == ["green"]


def test_each_sees_and_handles_only_the_own_area(street):
    case_id = opened(street).case.case_id
    assert list_cases(OTHER, street).empty
    assert list_cases(WANG, street).index.tolist() == [case_id]
    for attempt in (
        lambda: case_view(OTHER, street, case_id),
        lambda: act_on_case(OTHER, street, case_id, "take", at=FILED),
        lambda: opened(street, OTHER),
        lambda: list_cases(Actor.parse("ana:district-analyst@110101"), street),
        lambda: act_on_case(WANG, street, case_id, "take", at=FILED, standing=Standing("dispatcher")),
        lambda: act_on_case(WANG, street, case_id, "take", at=FILED, standing=Standing("assistant", person="li")),
        lambda: act_on_case(WANG, street, case_id, "take", at=FILED, standing=Standing("system")),
    ):
        with pytest.raises(AccessError, match="GS40"):
            attempt()
    with street.begin() as transaction:
        assert len(transaction.cases.log(case_id)) == 1
        assert transaction.audit_log()["detail"].tolist() == ['{"listed":0}', '{"listed":1}']


def test_lights_and_due_work(street):
    case_id = opened(street).case.case_id
    lights = [list_cases(WANG, street, as_of=at(f"2026-09-18T{hour}"))["light"].item() for hour in ("10:30", "15:01")]
    assert lights == ["green", "red"]
    assert do_due_work(DISTRICT, street, as_of=at("2026-09-18T14:59")) == []
    assert do_due_work(OTHER, street, as_of=at("2026-09-18T15:01")) == []
    assert do_due_work(DISTRICT, street, as_of=at("2026-09-18T15:01")) == [(case_id, "escalate")]
    assert do_due_work(DISTRICT, street, as_of=at("2026-09-18T15:01")) == []
    assert list_cases(STREET, street)["level"].tolist() == ["community"]


def test_two_at_once_one_wins_and_the_other_is_told(street):
    case_id = opened(street).case.case_id
    start, outcomes = threading.Barrier(4), []

    def take(name):
        actor = Actor(name, WANG.role, frames.A1)
        start.wait()
        try:
            outcomes.append(act_on_case(actor, street, case_id, "take", at=at("2026-09-18T10:10")).holder)
        except GridsysError as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=take, args=(f"w{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winners = [outcome for outcome in outcomes if outcome.startswith("w")]
    assert len(winners) == 1
    assert set(outcomes) - set(winners) <= {"GS505", "GS806"}  # overtaken, or too late to begin
    with pytest.raises(StoreError, match=rf"GS505.*event 2 \(moved\) by grid-manager {winners[0]}"):
        act_on_case(STREET, street, case_id, "note", {"note": "x"}, seen=1)


def test_unknown_cases_procedures_and_roles_are_named(street):
    with pytest.raises(StoreError, match="GS504"):
        case_view(WANG, street, "none")
    with pytest.raises(ProcedureError, match=r"GS805.*six-care"):
        open_case_at(WANG, street, "none", "x", title="x", place=Place(frames.A1))
    with pytest.raises(ProcedureError, match=r"GS805.*judge"):
        act_on_case(WANG, street, opened(street).case.case_id, "take", standing=Standing("judge"))


def test_the_commands(street, migrated_url):
    who = ["--db", migrated_url, "--as", f"wang:grid-manager@{frames.A1}"]
    first = json.loads(
        run("case", "open", "dongcheng-grid", "small-matter", "路灯不亮", "--grid", frames.A1, "--role", "resident",
            "--person", "9901", "--at", "2026-09-18T10:00", "--json", *who).stdout
    )  # fmt: skip
    case_id = first["case"]
    assert first["forces"][0]["staff_name"] == "王"
    done = json.loads(run("case", "act", case_id, "note", "--set", "note=已看", "--seen", "1",
                          "--at", "2026-09-18T10:05", "--json", *who).stdout)  # fmt: skip
    assert done["seq"] == 2
    late = run("case", "act", case_id, "take", "--seen", "1", "--json", *who, expect=5)
    assert json.loads(late.stdout)["error"]["code"] == "GS505"
    shown = json.loads(run("case", "show", case_id, "--at", "2026-09-18T10:10", "--json", *who).stdout)
    assert (shown["light"], len(shown["told"])) == ("green", 2)
    assert case_id in run("case", "show", case_id, *who).stdout
    listed = json.loads(run("case", "list", "--at", "2026-09-18T15:01", "--json", *who).stdout)
    assert [row["light"] for row in listed["cases"]] == ["red"]
    due = json.loads(run("case", "due", "--at", "2026-09-18T15:01", "--json", *who).stdout)
    assert due["done"] == [{"case": case_id, "action": "escalate"}]
    for wrong in (["--at", "noon"], ["--set", "x"]):
        assert "GS103" in run("case", "act", case_id, "take", *wrong, *who, expect=3).stderr
    assert "GS103" in run("case", "open", "a", "b", "c", "--point", "1", *who, expect=3).stderr
