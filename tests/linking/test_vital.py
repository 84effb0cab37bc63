"""Events of the register on frames alone: what must hold whatever happens."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsys.domain import register as reg
from gridsys.errors import InputError
from gridsys.linking.vital import People, apply_event, changes

DAY = date(2026, 1, 1)
HOUSEHOLDS, ROOMS = ["h1", "h2", "h3", "h4"], ["r1", "r2", "r3"]
PERSONS = [f"p{number}" for number in range(8)]
MEMBERS = st.lists(st.sampled_from(HOUSEHOLDS[:3]), min_size=2, max_size=6)


def keyed(name: str, ids: list[str]) -> pd.Index:
    return pd.Index(ids, name=name, dtype="str")


def empty(name: str, *columns: str) -> pd.DataFrame:
    return pd.DataFrame({column: pd.Series(dtype="str") for column in columns}, index=keyed(name, []))


def town(homes: list[str]) -> People:
    """Return persons p0, p1 … who live in those households; the first of each is its head."""
    ids, used = PERSONS[: len(homes)], sorted(set(homes))
    first = [home not in homes[:place] for place, home in enumerate(homes)]
    person = pd.DataFrame(
        {
            "name": "某",
            "sex": "2",
            "birth_date": pd.Series(pd.Timestamp("1990-01-01"), index=range(len(ids))).astype("datetime64[us]").array,
            "household_id": homes,
            "relation": ["head" if head else "child" for head in first],
        },
        index=keyed("person_id", ids),
    ).astype({"name": "str", "sex": "str", "household_id": "str", "relation": "str"})
    rooms = pd.DataFrame({"room_id": ["r1"] * len(used)}, index=keyed("household_id", used), dtype="str")
    return People(
        person=person,
        household=rooms.assign(kind="family").astype("str"),
        registration=empty("person_id", "registered_id", "relation"),
        registered_household=empty("registered_id", "room_id", "region", "kind"),
        other_residence=empty("other_id", "person_id", "household_id", "relation", "use"),
        stated_address=empty("stated_id", "record_kind", "record_id", "address"),
        residence=person[["household_id"]].assign(method="code", confidence=1.0).astype({"method": "str"}),
        occupancy=rooms.assign(method="code", confidence=1.0).astype({"method": "str"}),
    )


def heads(people: People) -> pd.Series:
    return people.person[people.person["relation"] == "head"].groupby("household_id").size()


person, household = st.sampled_from(PERSONS), st.sampled_from(HOUSEHOLDS)
head, room = st.none() | person, st.none() | st.sampled_from(ROOMS)
relation = st.sampled_from(["head", "child", "other", "spouse"])
related = st.dictionaries(person, relation, min_size=1, max_size=3)
EVENTS = st.one_of(
    st.builds(reg.Birth, person, st.just("新"), st.just("1"), person),
    st.builds(reg.Death, person, head),
    st.builds(reg.Arrival, person, st.just("来"), st.just("1"), st.just(DAY), household, relation, room, st.just(True)),
    st.builds(reg.Departure, st.lists(person, min_size=1, max_size=3, unique=True).map(tuple), head),
    st.builds(reg.Move, related, household, room, head),
    st.builds(reg.Rehousing, household, st.sampled_from(ROOMS)),
    st.builds(reg.Split, household, related, household, room, head),
    st.builds(reg.Merge, household, household),
    st.builds(reg.Marriage, person, person, relation, st.none() | household, room, st.tuples(person)),
)


@settings(max_examples=80, deadline=None)
@given(MEMBERS, st.lists(EVENTS, max_size=12))
def test_before_and_births_and_in_are_after_and_deaths_and_out(homes: list[str], events: list[reg.Event]) -> None:
    people = town(homes)
    before, counted, ended = len(people.person), {"birth": 0, "death": 0, "arrive": 0, "leave": 0}, {}
    codes = {"GS111"}
    for number, event in enumerate(events, 1):
        day = DAY + timedelta(days=number)
        try:
            after = apply_event(event, people, on=day, rooms=ROOMS, ended=ended)
        except InputError as refused:
            codes.add(refused.code)
            continue
        if event.kind in counted:
            counted[event.kind] += len(event.people) if isinstance(event, reg.Departure) else 1
        ended |= dict.fromkeys(people.person.index.difference(after.person.index), day)
        people = after
        lived_in = set(people.person["household_id"])
        assert lived_in == set(people.household.index)  # nobody is homeless and no household is empty
        assert people.residence["household_id"].to_dict() == people.person["household_id"].to_dict()
        assert set(people.occupancy.index) == lived_in
        assert heads(people).reindex(sorted(lived_in)).eq(1).all()
    entered, left = counted["birth"] + counted["arrive"], counted["death"] + counted["leave"]
    assert before + entered == len(people.person) + left
    assert codes == {"GS111"}


@settings(max_examples=40, deadline=None)
@given(MEMBERS, st.data())
def test_a_split_undone_by_a_merge_changes_no_membership(homes: list[str], data: st.DataObject) -> None:
    people = town(homes)
    home = data.draw(st.sampled_from(sorted(set(homes))))
    members = list(people.person.index[people.person["household_id"] == home])
    followers = [key for key in members if people.person.loc[key, "relation"] != "head"]
    if not followers:
        return
    gone = data.draw(st.lists(st.sampled_from(followers), min_size=1, unique=True))
    relations = dict.fromkeys(gone, "other") | {gone[0]: "head"}
    split = apply_event(reg.Split(home, relations, "h4"), people, on=DAY, rooms=ROOMS, ended={})
    assert set(split.person.index[split.person["household_id"] == "h4"]) == set(gone)
    back = dict(people.person.loc[gone, "relation"])
    merged = apply_event(reg.Merge("h4", into=home, relations=back), split, on=DAY, rooms=ROOMS, ended={})
    assert changes(people, merged) == {}


def test_frames_given_are_not_changed() -> None:
    people = town(["h1", "h1", "h2"])
    copies = {name: frame.copy() for name, frame in vars(people).items()}
    apply_event(reg.Merge("h2", into="h1"), people, on=DAY, rooms=ROOMS, ended={})
    for name, frame in copies.items():
        pd.testing.assert_frame_equal(vars(people)[name], frame)


def test_who_stays_in_a_household_that_joins_another_stays_in_that_one() -> None:
    people = town(["h1", "h2", "h3"])
    stays = pd.DataFrame(
        {"person_id": ["p0", "p2"], "household_id": ["h2", "h2"], "relation": "other", "use": "weekend"},
        index=keyed("other_id", ["o1", "o2"]),
    )
    people = People(**{**vars(people), "other_residence": stays})
    after = apply_event(reg.Merge("h2", into="h1"), people, on=DAY, rooms=ROOMS, ended={})
    assert after.other_residence["household_id"].to_dict() == {"o2": "h1"}
    assert "h2" not in after.household.index
