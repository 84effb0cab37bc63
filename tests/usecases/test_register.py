"""Events of the register on both databases: the chain the day before and after, every refusal, and who may.

One family and one single person::

    A1 room r1: h1  WANG head, LI spouse, BOY child      B1 room r3 is free
    A2 room r2: h2  ZHAO head                            (WANG stays in h2 on weekends)
"""

import json
import threading
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from gridsys.domain import register as reg
from gridsys.domain.rights import Actor, Role
from gridsys.errors import AccessError, InputError, StoreError
from gridsys.sample.identity import person_ids
from gridsys.store import Store
from gridsys.usecases.register import person_homes, register_event
from tests.commands import run
from tests.store import frames

JAN, MAR = date(2026, 1, 1), date(2026, 3, 1)
BEFORE = MAR - timedelta(days=1)
BORN = np.array(["1960-01-01", "1962-05-05", "2010-06-01", "1990-02-02", "2026-03-01", "1991-07-07"], "datetime64[D]")
MEN = np.array([True, False, True, True, False, False])
WANG, LI, BOY, ZHAO, BABY, QIAN = person_ids(BORN, MEN, np.random.default_rng(7)).tolist()
DISTRICT = Actor("li", Role.DISTRICT_ADMINISTRATOR, "110101")
WORKER_A = Actor("wang", Role.COMMUNITY_WORKER, frames.A)
LINKED = {"method": "code", "confidence": 1.0}


@pytest.fixture
def town(store: Store) -> Store:
    people = [WANG, LI, BOY, ZHAO]
    persons = pd.DataFrame(
        {
            "name": ["王", "李", "小", "赵"],
            "sex": ["1", "2", "1", "1"],
            "birth_date": pd.to_datetime(BORN[:4]).astype("datetime64[us]"),
            "household_id": ["h1", "h1", "h1", "h2"],
            "relation": ["head", "spouse", "child", "head"],
        },
        index=frames.keyed("person_id", *people),
    )
    households = frames.households().loc[["h1", "h2"]]
    other = frames.other_residences().assign(person_id=WANG)
    stated = pd.DataFrame(
        {"record_kind": ["household"], "record_id": ["h1"], "address": ["甲胡同1号"]},
        index=frames.keyed("stated_id", "s1"),
    )
    registration = pd.DataFrame(
        {"registered_id": ["g1", "g1", "g2"], "relation": ["head", "spouse", "head"]},
        index=frames.keyed("person_id", WANG, LI, ZHAO),
    )
    links = frames.links()
    links["residence"] = persons[["household_id"]].assign(**LINKED)
    with store.begin() as transaction:
        for kind, frame in {
            "area": frames.areas(), "building": frames.buildings(), "room": frames.rooms(), "household": households,
            "person": persons, "registered_household": frames.registered_households(), "registration": registration,
            "other_residence": other, "stated_address": stated,
        }.items():  # fmt: skip
            transaction.put(kind, frame, valid_from=JAN)
        transaction.put_plan("first", frames.grids(), valid_from=JAN, parameters={})
        transaction.put_links(links, valid_from=JAN)
    return store


def grid(store: Store, person: str, day: date) -> str | None:
    with store.begin(read_only=True) as transaction:
        return transaction.chain(person, as_of=day)["grid_code"]


def lives(store: Store, day: date) -> dict[str, tuple[str, str]]:
    """Return household and relation of everybody who lives somewhere."""
    with store.begin(read_only=True) as transaction:
        frame = transaction.get("person", as_of=day)
        residence = transaction.get_links("residence", day)["household_id"]
    housed = frame[frame["household_id"].notna()]
    assert residence.to_dict() == housed["household_id"].to_dict()  # the link follows the claim
    return dict(zip(housed.index, zip(housed["household_id"], housed["relation"], strict=True), strict=True))


def in_force(store: Store, kind: str, day: date) -> list[str]:
    with store.begin(read_only=True) as transaction:
        return list(transaction.get(kind, as_of=day).index)


START = {WANG: ("h1", "head"), LI: ("h1", "spouse"), BOY: ("h1", "child"), ZHAO: ("h2", "head")}
CASES = {
    "birth": (reg.Birth(BABY, "新", "2", LI, registered_id="g1"), {BABY: ("h1", "child")}, {BABY: frames.A1}),
    "death": (reg.Death(BOY), {BOY: None}, {}),
    "death of the head": (reg.Death(WANG, head=LI), {WANG: None, LI: ("h1", "head")}, {}),
    "arrival": (reg.Arrival(QIAN, "钱", "2", date(1991, 7, 7), "h2", "other"), {QIAN: ("h2", "other")},
                {QIAN: frames.A2}),
    "arrival in a new household": (reg.Arrival(QIAN, "钱", "2", date(1991, 7, 7), "h9", room_id="r3"),
                                   {QIAN: ("h9", "head")}, {QIAN: frames.B1}),
    "departure": (reg.Departure((BOY,)), {BOY: None}, {}),
    "move": (reg.Move({BOY: "other"}, "h2"), {BOY: ("h2", "other")}, {BOY: frames.A2}),
    "move of the head": (reg.Move({WANG: "head"}, "h9", "r3", head=LI), {WANG: ("h9", "head"), LI: ("h1", "head")},
                         {WANG: frames.B1, LI: frames.A1}),
    "rehousing": (reg.Rehousing("h1", "r3"), {}, {WANG: frames.B1, BOY: frames.B1, ZHAO: frames.A2}),
    "split": (reg.Split("h1", {LI: "head", BOY: "child"}, "h9"), {LI: ("h9", "head"), BOY: ("h9", "child")},
              {LI: frames.A1}),
    "merge": (reg.Merge("h2", into="h1"), {ZHAO: ("h1", "other")}, {ZHAO: frames.A1}),
    "marriage": (reg.Marriage(ZHAO, LI), {LI: ("h2", "spouse")}, {LI: frames.A2}),
    "marriage in a new household": (
        reg.Marriage(ZHAO, LI, household_id="h9", room_id="r3"),
        {ZHAO: ("h9", "head"), LI: ("h9", "spouse")}, {ZHAO: frames.B1, LI: frames.B1},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_an_event_changes_its_day_and_not_the_day_before(town: Store, name: str) -> None:
    event, differs, grids = CASES[name]
    checked = register_event(DISTRICT, town, event, on=MAR, dry_run=True)
    assert lives(town, MAR) == START
    report = register_event(DISTRICT, town, event, on=MAR)
    assert report.tables == checked.tables
    assert lives(town, BEFORE) == START
    expected = {**START, **differs}
    assert lives(town, MAR) == {person: home for person, home in expected.items() if home is not None}
    for person, code in grids.items():
        assert grid(town, person, MAR) == code
        if person in START:
            assert grid(town, person, BEFORE) == (frames.A1 if START[person][0] == "h1" else frames.A2)
    with pytest.raises((InputError, StoreError)):  # nothing happens twice
        register_event(DISTRICT, town, event, on=MAR)


def test_what_hangs_on_a_person_ends_with_the_person(town: Store) -> None:
    register_event(DISTRICT, town, reg.Death(WANG, head=LI), on=MAR)
    for kind, key in (("registration", WANG), ("other_residence", "o1"), ("person", WANG)):
        assert key in in_force(town, kind, BEFORE)
        assert key not in in_force(town, kind, MAR)


def test_who_is_registered_here_stays_on_record_when_moving_out(town: Store) -> None:
    register_event(DISTRICT, town, reg.Departure((LI, ZHAO)), on=MAR)  # Zhao is registered in another province
    assert ZHAO not in in_force(town, "person", MAR)
    assert LI in in_force(town, "person", MAR)
    assert LI in in_force(town, "registration", MAR)
    assert set(lives(town, MAR)) == {WANG, BOY}
    register_event(DISTRICT, town, reg.Arrival(LI, "李", "2", date(1962, 5, 5), "h1", "spouse"), on=date(2026, 4, 1))
    assert lives(town, date(2026, 4, 1))[LI] == ("h1", "spouse")
    register_event(DISTRICT, town, reg.Departure((LI,), deregister=True), on=date(2026, 5, 1))
    assert LI not in in_force(town, "registration", date(2026, 5, 1))


def test_a_household_ends_when_nobody_is_left_to_live_or_stay_in_it(town: Store) -> None:
    report = register_event(DISTRICT, town, reg.Death(ZHAO), on=MAR)
    assert report.ended == ()  # Wang stays there on weekends
    report = register_event(DISTRICT, town, reg.Death(WANG, head=LI), on=date(2026, 4, 1))
    assert report.ended == ("h2",)
    assert "h2" in in_force(town, "household", date(2026, 3, 31))
    assert in_force(town, "household", date(2026, 4, 1)) == ["h1"]
    with town.begin() as transaction:
        assert list(transaction.get_links("occupancy", date(2026, 4, 1)).index) == ["h1"]


def test_coming_to_live_in_a_second_home_ends_it_as_a_second(town: Store) -> None:
    register_event(DISTRICT, town, reg.Move({WANG: "other"}, "h2", head=LI), on=MAR)
    assert in_force(town, "other_residence", BEFORE) == ["o1"]
    assert in_force(town, "other_residence", MAR) == []


def test_a_household_that_moves_leaves_its_stated_address(town: Store) -> None:
    register_event(DISTRICT, town, reg.Rehousing("h1", "r3"), on=MAR)
    assert in_force(town, "stated_address", BEFORE) == ["s1"]
    assert in_force(town, "stated_address", MAR) == []


def test_who_came_back_is_told_from_the_dead_by_the_clerk(town: Store) -> None:
    register_event(DISTRICT, town, reg.Departure((ZHAO,)), on=MAR)
    back = {"person_id": ZHAO, "name": "赵", "sex": "1", "birth_date": date(1990, 2, 2), "household_id": "h2"}
    with pytest.raises(InputError, match=r"GS111.*ended on 2026-03-01"):
        register_event(DISTRICT, town, reg.Arrival(**back), on=date(2026, 4, 1))
    register_event(DISTRICT, town, reg.Arrival(**back, returning=True), on=date(2026, 4, 1))
    assert lives(town, date(2026, 4, 1))[ZHAO] == ("h2", "head")
    assert ZHAO not in lives(town, date(2026, 3, 31))


STRANGER = "990101190001010014"
REFUSED = {
    "unknown person": (reg.Death(STRANGER), MAR, "no such person"),
    "before the register": (reg.Death(BOY), date(2025, 12, 31), "no such person"),
    "birth to an unknown mother": (reg.Birth(BABY, "新", "2", QIAN), MAR, "no such person"),
    "birth to a man": (reg.Birth(BABY, "新", "2", WANG), MAR, "as a man"),
    "newborn head": (reg.Birth(BABY, "新", "2", LI, relation="head"), MAR, "no head"),
    "unknown registered household": (reg.Birth(BABY, "新", "2", LI, registered_id="g9"), MAR, "registered household"),
    "arrival of somebody here": (reg.Arrival(ZHAO, "赵", "1", date(1990, 2, 2), "h1", "other"), MAR, "lives here"),
    "arrival before birth": (reg.Arrival(QIAN, "钱", "2", date(1991, 7, 7), "h2", "other"), date(1991, 7, 6),
                             "born after"),
    "second head": (reg.Arrival(QIAN, "钱", "2", date(1991, 7, 7), "h2"), MAR, "two heads"),
    "second spouse": (reg.Move({ZHAO: "spouse"}, "h1"), MAR, "two spouses"),
    "no head": (reg.Move({BOY: "other"}, "h9", "r3"), MAR, "no head"),
    "already there": (reg.Move({BOY: "child"}, "h1"), MAR, "already in household"),
    "unknown household": (reg.Move({BOY: "child"}, "h9"), MAR, "no such household"),
    "household taken": (reg.Move({BOY: "head"}, "h2", "r3"), MAR, "there already"),
    "unknown room": (reg.Move({BOY: "head"}, "h9", "r99"), MAR, "no such room"),
    "head leaves others": (reg.Death(WANG), MAR, "the head leaves others"),
    "head from elsewhere": (reg.Death(BOY, head=ZHAO), MAR, "named to take over"),
    "nobody": (reg.Departure(()), MAR, "nobody is named"),
    "same room": (reg.Rehousing("h1", "r1"), MAR, "already in that room"),
    "rehousing nobody": (reg.Rehousing("h9", "r1"), MAR, "no such household"),
    "split of a stranger": (reg.Split("h1", {ZHAO: "head"}, "h9"), MAR, "not in the household"),
    "split of all": (reg.Split("h2", {ZHAO: "head"}, "h9"), MAR, "everybody"),
    "merge with itself": (reg.Merge("h1", into="h1"), MAR, "itself"),
    "merge into nothing": (reg.Merge("h1", into="h9"), MAR, "no such household"),
    "merge with a stranger": (reg.Merge("h2", into="h1", relations={BOY: "child"}), MAR, "not in the household"),
    "marriage with oneself": (reg.Marriage(ZHAO, ZHAO), MAR, "nobody marries"),
    "marriage to who is not head": (reg.Marriage(BOY, ZHAO), MAR, "only the head's"),
    "marriage in another's household": (reg.Marriage(ZHAO, LI, household_id="h1"), MAR, "does not live"),
    "marriage without identifier": (reg.Marriage(ZHAO, LI, room_id="r3"), MAR, "no identifier"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_the_impossible_is_refused_and_nothing_changes(town: Store, name: str) -> None:
    event, day, words = REFUSED[name]
    if isinstance(event, reg.Birth) and event.child == BABY:
        assert day == MAR  # the number tells the day of birth
    with pytest.raises(InputError, match=words) as refused:
        register_event(DISTRICT, town, event, on=day)
    assert refused.value.code == "GS111"
    for person in reg.people_of(event):
        assert person not in str(refused.value)
    assert lives(town, MAR) == START


def test_the_dead_do_not_move_and_history_is_not_rewritten(town: Store) -> None:
    register_event(DISTRICT, town, reg.Death(BOY), on=MAR)
    with pytest.raises(InputError, match=r"GS111.*ended on 2026-03-01"):
        register_event(DISTRICT, town, reg.Move({BOY: "other"}, "h2"), on=date(2026, 4, 1))
    with pytest.raises(InputError, match=r"GS111.*recorded already"):
        register_event(DISTRICT, town, reg.Death(BOY), on=date(2026, 2, 1))
    register_event(DISTRICT, town, reg.Birth(BABY, "新", "2", LI), on=MAR)
    with pytest.raises(InputError, match="another person's"):
        register_event(DISTRICT, town, reg.Birth(BABY, "新", "2", LI), on=MAR)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (reg.Birth(BABY, "新", "2", LI, relation="cousin"), "no relation"),
        (reg.Birth(BABY, "新", "1", LI), "sex"),
        (reg.Move({BOY: "cousin"}, "h2"), "no relation"),
    ],
)
def test_values_are_of_their_kind(town: Store, event: reg.Event, words: str) -> None:
    with pytest.raises(InputError, match=words):
        register_event(DISTRICT, town, event, on=MAR)


def test_the_place_left_and_the_place_entered_must_be_the_actors(town: Store) -> None:
    register_event(WORKER_A, town, reg.Move({BOY: "other"}, "h2"), on=MAR)
    out = reg.Arrival(QIAN, "钱", "2", date(1991, 7, 7), "h9", room_id="r3")
    for event in (reg.Move({LI: "head"}, "h9", "r3"), out, reg.Rehousing("h1", "r4")):
        with pytest.raises(AccessError, match="GS402"):
            register_event(WORKER_A, town, event, on=date(2026, 4, 1))
    stranger = Actor("sun", Role.COMMUNITY_WORKER, frames.B)
    with pytest.raises(AccessError, match="GS402"):
        register_event(stranger, town, reg.Death(LI), on=date(2026, 4, 1))
    for role in (Role.GRID_MANAGER, Role.DISTRICT_ANALYST):
        with pytest.raises(AccessError, match="GS401"):
            register_event(Actor("x", role, "110101"), town, reg.Death(LI), on=date(2026, 4, 1))
    register_event(DISTRICT, town, reg.Rehousing("h1", "r4"), on=date(2026, 4, 1))  # in no grid: the district's


def test_a_person_is_shown_to_those_of_the_area_and_the_reading_is_audited(town: Store) -> None:
    homes = person_homes(WORKER_A, town, WANG, as_of=JAN).set_index("role")
    assert homes["grid_code"].to_dict() == {"residence": frames.A1, "registered": frames.A2, "other": frames.A2}
    elsewhere = Actor("sun", Role.COMMUNITY_WORKER, frames.B)
    told = []
    for person in (WANG, STRANGER):
        with pytest.raises(StoreError, match="GS504") as refused:
            person_homes(elsewhere, town, person, as_of=JAN)
        told.append(refused.value.what)
    assert told[0] == told[1]
    with pytest.raises(AccessError, match="GS401"):
        person_homes(Actor("x", Role.DISTRICT_ANALYST, "110101"), town, WANG, as_of=JAN)
    register_event(DISTRICT, town, reg.Death(WANG, head=LI), on=MAR)
    with town.begin(read_only=True) as transaction:
        log = transaction.audit_log()
        assert transaction.verify_audit().broken_at is None
    assert log["action"].tolist() == ["read-person", "import"]
    assert json.loads(log["detail"].iloc[0])["person"].endswith(WANG[-4:])
    text = log["detail"].str.cat()
    assert WANG not in text
    assert "王" not in text


def test_the_command(town: Store, migrated_url: str) -> None:
    common = ["--db", migrated_url, "--as", "li:district-administrator@110101"]
    day = ["--on", "2026-03-01", *common]
    run("register", "birth", BABY, "--name", "新", "--sex", "2", "--mother", LI, *day, "--dry-run")
    assert lives(town, MAR) == START
    done = run("register", "split", "h1", f"{LI}:head", f"{BOY}:child", "--new", "h9", *day, "--json")
    assert json.loads(done.stdout)["set_up"] == ["h9"]
    assert "ended" in run("register", "merge", "h9", f"{LI}:spouse", f"{BOY}:child", "--into", "h1", *day).stdout
    assert lives(town, MAR) == START
    run("register", "move", f"{BOY}:other", "--to", "h2", *day)
    run("register", "rehouse", "h1", "--room", "r3", *day)
    run("register", "arrive", QIAN, "--name", "钱", "--sex", "2", "--born", "1991-07-07", "--to", "h2",
        "--relation", "other", *day)  # fmt: skip
    run("register", "marriage", WANG, QIAN, "--relation", "other", *day)
    run("register", "leave", QIAN, *day)
    run("register", "death", WANG, "--head", LI, *day)
    assert lives(town, MAR) == {LI: ("h1", "head"), BOY: ("h2", "other"), ZHAO: ("h2", "head")}
    shown = run("register", "show", LI, "--as-of", "2026-03-01", *common).stdout
    assert LI not in shown
    assert LI[-4:] in shown
    answer = json.loads(run("register", "show", LI, "--as-of", "2026-03-01", *common, "--json").stdout)
    assert [home["grid_code"] for home in answer["homes"]] == [frames.B1, frames.A2]


def test_an_event_waits_for_one_under_way_and_judges_what_it_left(town: Store) -> None:
    """BOY's record ends in a transaction that is not committed yet when an event to move him begins."""
    told: list[str] = []

    def move() -> None:
        try:
            register_event(DISTRICT, town, reg.Move({BOY: "other"}, "h2"), on=MAR)
        except (InputError, StoreError) as error:
            told.append(error.code)

    with town.begin() as transaction:
        transaction.hold("person")
        thread = threading.Thread(target=move)
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
        transaction.close("person", [BOY], valid_to=date(2026, 2, 1))
    thread.join(20)
    assert told == ["GS111"]
