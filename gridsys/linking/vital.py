"""Events of the register put to the records they concern: frames in, new frames out, impossible events refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Final, NoReturn

import pandas as pd

from gridsys.domain.register import (
    HEAD,
    Arrival,
    Birth,
    Death,
    Departure,
    Event,
    Marriage,
    Merge,
    Move,
    Rehousing,
    Split,
    masked,
    relation_to_new_head,
)
from gridsys.errors import InputError
from gridsys.linking.chain import METHOD_BY_CODE

LINK_NAMES: Final = ("residence", "occupancy")


@dataclass(frozen=True)
class People:
    """The records an event concerns, in force on its day: frames of those kinds, and of the links of that name.

    ``person`` holds the persons named and all members of the households named or left; the others what hangs on them
    (``stated_address`` those of households).
    """

    person: pd.DataFrame
    household: pd.DataFrame
    registration: pd.DataFrame
    registered_household: pd.DataFrame
    other_residence: pd.DataFrame
    stated_address: pd.DataFrame
    residence: pd.DataFrame
    occupancy: pd.DataFrame


@dataclass(frozen=True)
class Change:
    """What to do to one table: rows new or changed, and keys that end."""

    put: pd.DataFrame
    close: list[str]


def refuse(what: str, *, where: str, fix: str) -> NoReturn:
    """Raise the refusal of an event.

    Raises
    ------
    InputError
        GS111.
    """
    raise InputError("GS111", what, where=where, fix=fix)


def apply_event(event: Event, people: People, *, on: date, rooms: Sequence[str], ended: Mapping[str, date]) -> People:
    """Return the records as they are from the day of an event on.

    Parameters
    ----------
    event
        The event.
    people
        The records it concerns, on the day.
    on
        The day: the first on which the new state holds.
    rooms
        Rooms in force on the day, of those the event names.
    ended
        Person → day on which the person's last record ended, of those the event names.

    Returns
    -------
    People
        A household nobody lives in or stays in any more has ended; a person who comes to live where he or she had a
        second home has it no longer.

    Raises
    ------
    InputError
        GS111: somebody dead, departed or unknown; a person who is there already; a household or room there is not;
        a second head or spouse of the head, or none; an event that would change nothing.

    Examples
    --------
    >>> keyed = lambda name, *ids: pd.Index(ids, name=name, dtype="str")
    >>> person = pd.DataFrame(
    ...     {"household_id": ["h1", "h1"], "relation": ["head", "spouse"]}, index=keyed("person_id", "p1", "p2")
    ... )
    >>> household = pd.DataFrame({"room_id": ["r1"], "kind": "family"}, index=keyed("household_id", "h1"))
    >>> none = pd.DataFrame({"person_id": [], "household_id": [], "record_id": []}, dtype="str")
    >>> people = People(person, household, none, none, none, none, none, none)
    >>> after = apply_event(Death("p1", head="p2"), people, on=date(2026, 3, 1), rooms=[], ended={})
    >>> after.person["relation"].to_dict()
    {'p2': 'head'}
    """
    town = _Town(people, on, rooms, ended)
    match event:
        case Birth():
            town.birth(event)
        case Death():
            town.leave([event.person_id], _given(event.head))
            town.forget([event.person_id])
        case Arrival():
            town.arrive(event)
        case Departure():
            town.depart(event)
        case Move():
            town.move(event.people, event.household_id, event.room_id, _given(event.head))
        case Rehousing():
            town.rehouse(event)
        case Split():
            town.split(event)
        case Merge():
            town.merge(event)
        case Marriage():
            town.marry(event)
    return replace(people, **town.frames)


def changes(before: People, after: People) -> dict[str, Change]:
    """Return what leads from one state to another, by table; tables without a change are left out.

    Examples
    --------
    >>> frame = pd.DataFrame({"kind": ["family"]}, index=pd.Index(["h1"], name="household_id"))
    >>> people = People(*[frame] * 8)
    >>> changes(people, replace(people, household=frame.iloc[:0]))["household"].close
    ['h1']
    """
    found = {}
    for name in (field.name for field in fields(People)):
        old, new = getattr(before, name), getattr(after, name)
        gone = [str(key) for key in old.index.difference(new.index)]
        was = old.reindex(new.index)
        same = new.eq(was) | (new.isna() & was.isna())
        put = new[~(same.all(axis=1) & new.index.isin(old.index))]
        if gone or len(put):
            found[name] = Change(put, gone)
    return found


class _Town:
    """A working copy of the records, changed step by step."""

    def __init__(self, people: People, on: date, rooms: Sequence[str], ended: Mapping[str, date]) -> None:
        self.frames: dict[str, pd.DataFrame] = {
            field.name: getattr(people, field.name).copy() for field in fields(People)
        }
        self.on, self.rooms, self.ended = on, rooms, ended

    def _drop(self, name: str, rows: pd.Series | pd.Index) -> None:
        frame = self.frames[name]
        self.frames[name] = frame[~(frame.index.isin(rows) if isinstance(rows, pd.Index) else rows)]

    def _set(self, name: str, key: str, values: Mapping[str, object]) -> None:
        frame = self.frames[name]
        kept = frame.drop(index=key, errors="ignore")
        index = pd.Index([key], name=frame.index.name, dtype=frame.index.dtype)
        row = pd.DataFrame({column: [values[column]] for column in frame.columns}, index=index).astype(frame.dtypes)
        self.frames[name] = pd.concat([kept, row]).sort_index() if len(kept) else row

    def home_of(self, person_id: str) -> str:
        """Return the household a person lives in; refuse the dead, the departed and the unknown."""
        person = self.frames["person"]
        where = f"person {masked(person_id)}"
        if person_id not in person.index:
            day = self.ended.get(person_id)
            what = f"the person died or left; the record ended on {day}" if day else "there is no such person"
            refuse(f"{what} (on {self.on})", where=where, fix="check the number and the day")
        home = person["household_id"][person_id]
        if person["household_id"].isna()[person_id]:
            refuse("the person lives in no household here", where=where, fix="record the arrival first")
        return str(home)

    def members(self, household_id: str) -> pd.DataFrame:
        """Return the persons who live in a household."""
        person = self.frames["person"]
        return person.loc[person["household_id"].isin([household_id])]

    def require_household(self, household_id: str) -> None:
        """Refuse a household that is not in force."""
        if household_id not in self.frames["household"].index:
            refuse(
                f"there is no such household on {self.on}", where=f"household {household_id}",
                fix="check the identifier and the day, or name a room to set it up in",
            )  # fmt: skip

    def require_room(self, room_id: str) -> None:
        """Refuse a room that is not in force."""
        if room_id not in self.rooms:
            refuse(f"there is no such room on {self.on}", where=f"room {room_id}", fix="check the identifier")

    def leave(self, people: Sequence[str], heads: Sequence[str]) -> None:
        """Take persons out of their households; where a head leaves others behind, one of ``heads`` takes over."""
        if not people:
            refuse("nobody is named", where="people", fix="name at least one person")
        homes = {person: self.home_of(person) for person in people}
        unused = set(heads)
        person = self.frames["person"]
        for home in sorted(set(homes.values())):
            there = self.members(home)
            led = there.index[there["relation"] == HEAD].isin(list(people)).any()
            leaving = there.index.isin(list(people))
            staying = there[~leaving]
            person.loc[there.index[leaving], "household_id"] = None
            if led and len(staying):
                chosen = [key for key in heads if key in staying.index]
                if len(chosen) != 1:
                    refuse(
                        "the head leaves others behind, and not exactly one of them is named to take over",
                        where=f"household {home}", fix="name one of those who stay (--head)",
                    )  # fmt: skip
                self._take_over(staying, chosen[0])
                unused -= set(chosen)
            if not len(staying):
                self._end_if_empty(home)
        if unused:
            refuse(
                "the one named to take over lives in no household whose head leaves",
                where=f"person {masked(min(unused))}", fix="leave the head out, or name one who stays",
            )  # fmt: skip
        self._drop("residence", pd.Index(people))

    def _take_over(self, staying: pd.DataFrame, head: str) -> None:
        then = staying.loc[head, "relation"]
        now = [relation_to_new_head(str(member), str(then)) for member in staying["relation"]]
        person = self.frames["person"]
        person.loc[staying.index, "relation"] = now
        person.loc[head, "relation"] = HEAD

    def _end_if_empty(self, household_id: str) -> None:
        """End a household, unless somebody who lives elsewhere also stays in it."""
        if (self.frames["other_residence"]["household_id"] == household_id).any():
            return
        self._drop("household", pd.Index([household_id]))
        self._drop("occupancy", pd.Index([household_id]))
        self._drop("stated_address", self.frames["stated_address"]["record_id"] == household_id)

    def forget(self, people: Sequence[str]) -> None:
        """End all that is recorded of persons."""
        keys = pd.Index(people)
        self._drop("person", keys)
        self._drop("registration", keys)
        self._end_other(self.frames["other_residence"]["person_id"].isin(people))

    def _end_other(self, rows: pd.Series) -> None:
        homes = self.frames["other_residence"].loc[rows, "household_id"].unique()
        self._drop("other_residence", rows)
        for home in homes:
            if home in self.frames["household"].index and not len(self.members(str(home))):
                self._end_if_empty(str(home))

    def join(self, people: Mapping[str, str], household_id: str, room_id: str | None) -> None:
        """Let persons live in a household, which is set up where a room is given."""
        if room_id is not None:
            self._set_up(household_id, room_id)
        self.require_household(household_id)
        person, other = self.frames["person"], self.frames["other_residence"]
        for key, relation in people.items():
            person.loc[key, "household_id"] = household_id
            person.loc[key, "relation"] = relation
            self._set("residence", key, {"household_id": household_id, "method": METHOD_BY_CODE, "confidence": 1.0})
        self._end_other(other["person_id"].isin(list(people)) & (other["household_id"] == household_id))
        relations = self.members(household_id)["relation"]
        heads, spouses = int((relations == HEAD).sum()), int((relations == "spouse").sum())
        where = f"household {household_id}"
        if heads > 1:
            refuse("the household would have two heads", where=where, fix="give another relation than head")
        if not heads and room_id is not None:
            refuse("the new household would have no head", where=where, fix="give one person the relation head")
        if spouses > 1 and "spouse" in people.values():
            refuse("the head would have two spouses", where=where, fix="give another relation than spouse")

    def _set_up(self, household_id: str, room_id: str) -> None:
        if household_id in self.frames["household"].index:
            refuse(
                "the household is there already", where=f"household {household_id}",
                fix="leave the room out to join it, or give the new household another identifier",
            )  # fmt: skip
        self.require_room(room_id)
        self._set("household", household_id, {"room_id": room_id, "kind": "family"})
        self._occupy(household_id, room_id)

    def _occupy(self, household_id: str, room_id: str) -> None:
        self._set("occupancy", household_id, {"room_id": room_id, "method": METHOD_BY_CODE, "confidence": 1.0})

    def birth(self, event: Birth) -> None:
        """Put a child beside its mother."""
        home = self.home_of(event.mother)
        self.require_household(home)
        if event.relation == HEAD:
            refuse("a newborn is no head", where=f"household {home}", fix="give the relation to the head")
        if event.child in self.frames["person"].index or event.child in self.ended:
            refuse("the number is another person's", where=f"person {masked(event.child)}", fix="check the number")
        if self.frames["person"].loc[event.mother, "sex"] == "1":
            refuse("the mother is recorded as a man", where=f"person {masked(event.mother)}", fix="check the number")
        self._write(event.child, event.name, event.sex, self.on)
        self.join({event.child: event.relation}, home, None)
        if event.registered_id is not None:
            if event.registered_id not in self.frames["registered_household"].index:
                refuse(
                    f"there is no such registered household on {self.on}",
                    where=f"registered_household {event.registered_id}", fix="check the identifier",
                )  # fmt: skip
            self._set("registration", event.child, {"registered_id": event.registered_id, "relation": event.relation})

    def _write(self, person_id: str, name: str, sex: str, born: date) -> None:
        values = {"name": name, "sex": sex, "birth_date": pd.Timestamp(born), "household_id": None, "relation": "other"}
        self._set("person", person_id, values)

    def arrive(self, event: Arrival) -> None:
        """Let somebody in who did not live here."""
        where = f"person {masked(event.person_id)}"
        person = self.frames["person"]
        if event.person_id in person.index and person["household_id"].notna()[event.person_id]:
            refuse("the person lives here already", where=where, fix="record a move within")
        if event.person_id in self.ended and event.person_id not in person.index and not event.returning:
            day = self.ended[event.person_id]
            refuse(
                f"the person's record ended on {day}: died or left", where=where,
                fix="if the person has come back, say so (--returning)",
            )  # fmt: skip
        if event.birth_date > self.on:
            refuse(f"the person is born after {self.on}", where=where, fix="check the birth date and the day")
        self._write(event.person_id, event.name, event.sex, event.birth_date)
        self.join({event.person_id: event.relation}, event.household_id, event.room_id)

    def depart(self, event: Departure) -> None:
        """Let persons go; who is registered in a room here stays on record without a home."""
        self.leave(event.people, _given(event.head))
        registered = self.frames["registered_household"]
        here = registered.index[registered["room_id"].notna()]
        registration = self.frames["registration"]
        kept = set() if event.deregister else set(registration.index[registration["registered_id"].isin(here)])
        person = self.frames["person"]
        person.loc[[key for key in event.people if key in kept], "relation"] = "other"
        self.forget([key for key in event.people if key not in kept])
        self._end_other(self.frames["other_residence"]["person_id"].isin(event.people))

    def move(self, people: Mapping[str, str], household_id: str, room_id: str | None, heads: Sequence[str]) -> None:
        """Let persons change their household."""
        if room_id is None:
            self.require_household(household_id)
        for person in people:
            if self.home_of(person) == household_id:
                refuse(
                    f"the person is already in household {household_id}", where=f"person {masked(person)}",
                    fix="name another household",
                )  # fmt: skip
        self.leave(list(people), heads)
        self.join(people, household_id, room_id)

    def rehouse(self, event: Rehousing) -> None:
        """Let a household change its room; the address it once stated no longer says where it is."""
        self.require_household(event.household_id)
        self.require_room(event.room_id)
        household, occupancy = self.frames["household"], self.frames["occupancy"]
        at = occupancy["room_id"].get(event.household_id, household.loc[event.household_id, "room_id"])
        if at == event.room_id:
            refuse("the household is already in that room", where=f"room {event.room_id}", fix="name another room")
        household.loc[event.household_id, "room_id"] = event.room_id
        self._occupy(event.household_id, event.room_id)
        self._drop("stated_address", self.frames["stated_address"]["record_id"] == event.household_id)

    def split(self, event: Split) -> None:
        """Let some members of a household set up their own."""
        self.require_household(event.household_id)
        where = f"household {event.household_id}"
        for person in event.people:
            if self.home_of(person) != event.household_id:
                refuse(f"person {masked(person)} is not in the household", where=where, fix="name its members only")
        if len(event.people) == len(self.members(event.household_id)):
            refuse("everybody would leave the household", where=where, fix="record that it moves (rehouse)")
        claimed = self.frames["household"].loc[event.household_id, "room_id"]
        room = event.room_id or self.frames["occupancy"]["room_id"].get(event.household_id, claimed)
        if pd.isna(room):
            refuse("the household is in no known room", where=where, fix="name the room of the new household")
        self.move(event.people, event.new_household, str(room), _given(event.head))

    def merge(self, event: Merge) -> None:
        """Let all members of a household join another."""
        if event.household_id == event.into:
            refuse("a household cannot join itself", where=f"household {event.into}", fix="name two households")
        self.require_household(event.household_id)
        there = list(self.members(event.household_id).index)
        strangers = sorted(set(event.relations) - set(there))
        if strangers:
            refuse(
                f"person {masked(strangers[0])} is not in the household", where=f"household {event.household_id}",
                fix="give relations of its members only",
            )  # fmt: skip
        self.require_household(event.into)
        self._stay_elsewhere(event.household_id, event.into)
        self.move({key: event.relations.get(key, "other") for key in there}, event.into, None, ())

    def _stay_elsewhere(self, household_id: str, into: str) -> None:
        """Let those who have a second home in a household have it in the one it joins."""
        other = self.frames["other_residence"]
        staying = other["household_id"] == household_id
        other.loc[staying, "household_id"] = into
        self._drop("other_residence", staying & other["person_id"].isin(self.members(into).index))

    def marry(self, event: Marriage) -> None:
        """Bring two persons under one roof."""
        pair = {event.person_id: HEAD, event.spouse_id: "spouse"}
        if event.person_id == event.spouse_id:
            refuse("nobody marries himself or herself", where=f"person {masked(event.person_id)}", fix="name two")
        home, other = self.home_of(event.person_id), self.home_of(event.spouse_id)
        if event.room_id is not None:
            if event.household_id is None:
                refuse("the new household has no identifier", where=f"room {event.room_id}", fix="give one")
            self.move(pair, event.household_id, event.room_id, event.heads)
            return
        if event.household_id not in (None, home):
            refuse(
                "the person does not live in that household", where=f"household {event.household_id}",
                fix="leave it out, or name a room to set a new household up in",
            )  # fmt: skip
        lead = self.frames["person"].loc[event.person_id, "relation"]
        if event.relation == "spouse" and lead != HEAD:
            refuse(
                "only the head's spouse is a spouse; the person is not the head", where=f"household {home}",
                fix="give the spouse's relation to the head (--relation)",
            )  # fmt: skip
        if home == other:
            self.join({event.spouse_id: event.relation}, home, None)
        else:
            self.move({event.spouse_id: event.relation}, home, None, event.heads)


def _given(value: str | None) -> tuple[str, ...]:
    return () if value is None else (value,)
