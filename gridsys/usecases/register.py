"""The register of people (人口登记): record an event, and show where a person lives, is registered and also stays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import pandas as pd

from gridsys.domain.areacode import is_within
from gridsys.domain.records import HOUSEHOLD, PERSON, RELATIONS
from gridsys.domain.register import Arrival, Birth, Event, households_of, masked, people_of, room_of
from gridsys.domain.rights import Action, Actor, require
from gridsys.errors import InputError, StoreError
from gridsys.linking.vital import LINK_NAMES, Change, People, apply_event, changes, refuse
from gridsys.quality.conformity import require_conform
from gridsys.store import Store, Transaction

_DISTRICT_DIGITS = 6


@dataclass(frozen=True)
class RegisterReport:
    """What an event did, or would do: rows ``put`` and ``closed`` by table, households set up and ended."""

    event: str
    on: date
    tables: dict[str, dict[str, int]]
    set_up: tuple[str, ...]
    ended: tuple[str, ...]
    dry_run: bool


def register_event(actor: Actor, store: Store, event: Event, *, on: date, dry_run: bool = False) -> RegisterReport:
    """Record a birth, death, move, split, merge or marriage in one transaction, with its links.

    Parameters
    ----------
    actor
        Who records it; needs ``import`` and ``read-person`` where the persons lived and where they come to live. What
        has no place in a grid is the district's.
    store
        An open database.
    event
        The event.
    on
        The first day on which the new state holds; the state of the day before stays as it was.
    dry_run
        Check all, write nothing.

    Returns
    -------
    RegisterReport

    Raises
    ------
    AccessError
        GS401; GS402 where persons or rooms lie outside the actor's area.
    InputError
        GS103, GS104 for values of a new person that are not of the kind; GS111 for an event that is not possible.
    StoreError
        GS501 to GS503; GS503 for a day before a version in force.
    """
    _require(actor, actor.area_code)
    _require_values(event, on)
    with store.begin(read_only=dry_run) as transaction:
        if not dry_run:
            # Two events on one household at once would each judge the state before the other.
            transaction.hold("person")
        people = _people(transaction, event, on)
        room = room_of(event)
        named = {room, *people.household["room_id"].dropna(), *people.occupancy["room_id"]} - {None}
        rooms = list(transaction.get("room", as_of=on, columns=[], where={"room_id": sorted(named)}).index)
        for code in _places(transaction, event, people, on):
            _require(actor, code or actor.area_code[:_DISTRICT_DIGITS])
        absent = [key for key in people_of(event) if key not in people.person.index]
        after = apply_event(event, people, on=on, rooms=rooms, ended=_ended(transaction, absent))
        _refuse_later(people, _people(transaction, event, None), on)
        found = changes(people, after)
        if not found:
            refuse("the event would change nothing", where=event.kind, fix="it may be recorded already")
        if not dry_run:
            _write(transaction, found, on)
        report = RegisterReport(
            event.kind,
            on,
            {name: {"put": len(change.put), "closed": len(change.close)} for name, change in found.items()},
            tuple(after.household.index.difference(people.household.index)),
            tuple(people.household.index.difference(after.household.index)),
            dry_run,
        )
        if not dry_run:
            # The audit chain is for good, so identity numbers, which retention must be able to forget, stay out of it.
            details = {
                "event": event.kind,
                "on": on.isoformat(),
                "persons": [masked(key) for key in people_of(event)],
                "households": sorted({*households_of(event), *report.set_up, *report.ended}),
                "tables": report.tables,
            }
            transaction.record(actor.name, actor.role, Action.IMPORT, actor.area_code, details)
    return report


def person_homes(actor: Actor, store: Store, person_id: str, *, as_of: date) -> pd.DataFrame:
    """Return where a person lives, is registered and also stays on a day, down to the grid; the reading is audited.

    Parameters
    ----------
    actor
        Who asks; needs ``read-person`` where the person lives. Who lives elsewhere is not told apart from who is not.
    store
        An open database.
    person_id
        The identity number.
    as_of
        The day.

    Returns
    -------
    DataFrame
        Columns of :meth:`gridsys.store.Transaction.homes`.

    Raises
    ------
    AccessError
        GS401, GS402.
    StoreError
        GS501, GS502; GS504 where no such person lives in the actor's area on the day.
    """
    require(actor, Action.READ_PERSON, actor.area_code)
    unknown = StoreError(
        "GS504",
        f"no such person lives in {actor.area_code} on {as_of}",
        where=f"person {masked(person_id)}",
        fix="check the number and the day, or ask the level above",
    )
    with store.begin() as transaction:
        if transaction.get("person", as_of=as_of, where={"person_id": [person_id]}).empty:
            raise unknown
        grid = transaction.chain(person_id, as_of)["grid_code"]
        if not is_within(grid or actor.area_code[:_DISTRICT_DIGITS], actor.area_code):
            raise unknown
        homes = transaction.homes(person_id, as_of)
        details = {"person": masked(person_id), "as_of": as_of.isoformat()}
        transaction.record(actor.name, actor.role, Action.READ_PERSON, actor.area_code, details)
    return homes


def _require(actor: Actor, area_code: str) -> None:
    for action in (Action.IMPORT, Action.READ_PERSON):
        require(actor, action, area_code)


def _require_values(event: Event, on: date) -> None:
    """Refuse values that are not of their kind, before anything is read."""
    relations = getattr(event, "relations", None) or getattr(event, "people", None) or {}
    given = [*relations.values()] if isinstance(relations, dict) else []
    given += [event.relation] if hasattr(event, "relation") else []
    wrong = sorted(set(given) - set(RELATIONS))
    if wrong:
        raise InputError(
            "GS103",
            f"{wrong[0]!r} is no relation to a head",
            where="relation",
            fix=f"use one of {', '.join(RELATIONS)}",
        )
    if isinstance(event, Birth | Arrival):
        key, born = (event.child, on) if isinstance(event, Birth) else (event.person_id, event.birth_date)
        columns = {"name": event.name, "sex": event.sex, "birth_date": born, "household_id": None}
        row = pd.DataFrame([columns | {"relation": event.relation}], index=pd.Index([key], name=PERSON.key))
        row["birth_date"] = pd.to_datetime(row["birth_date"]).astype("datetime64[us]")
        require_conform(row.astype({"household_id": "str"}), PERSON)


def _people(transaction: Transaction, event: Event, as_of: date | None) -> People:
    """Return the records an event concerns, in force on a day; without a day, the open ones."""

    def found(kind: str, column: str, values: Iterable[str]) -> pd.DataFrame:
        return transaction.get(kind, as_of=as_of, where={column: list(values)})

    named = people_of(event)
    persons = found("person", "person_id", named)
    homes = {*households_of(event), *persons["household_id"].dropna()}
    others = found("other_residence", "person_id", {*named, *found("person", "household_id", homes).index})
    homes |= set(others["household_id"])
    persons = _union(persons, found("person", "household_id", homes))
    registration = found("registration", "person_id", named)
    registered = {*registration["registered_id"], *filter(None, [getattr(event, "registered_id", None)])}
    stated = found("stated_address", "record_id", homes)
    return People(
        person=persons,
        household=found("household", "household_id", homes),
        registration=registration,
        registered_household=found("registered_household", "registered_id", registered),
        other_residence=_union(others, found("other_residence", "household_id", homes)),
        stated_address=stated[stated["record_kind"] == HOUSEHOLD.name],
        residence=transaction.get_links("residence", as_of, where={"person_id": list(persons.index)}),
        occupancy=transaction.get_links("occupancy", as_of, where={"household_id": list(homes)}),
    )


def _union(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([first, second[~second.index.isin(first.index)]]).sort_index()


def _places(transaction: Transaction, event: Event, people: People, on: date) -> set[str | None]:
    """Return the grids an event takes people from and to; None for a home that is in no grid."""
    lived = people.person["household_id"].reindex(list(people_of(event))).dropna()
    homes = [key for key in {*lived, *households_of(event)} if key in people.household.index]
    entered = {*people.occupancy["room_id"].reindex(homes), *filter(None, [room_of(event)])}
    sought = [key for key in entered if isinstance(key, str)]
    told = transaction.get("room", as_of=on, columns=["building_id"], where={"room_id": sought})["building_id"]
    sited = transaction.get_links("siting", on, where={"room_id": sought})["building_id"]
    building = sited.reindex(told.index).fillna(told)
    placed = transaction.get_links("placement", on, where={"building_id": list(building.dropna())})["grid_code"]
    grid = building.map(placed)
    return {code if isinstance(code := grid.get(key), str) else None for key in entered}


def _ended(transaction: Transaction, people: Iterable[str]) -> dict[str, date]:
    ends = {key: transaction.history("person", key)["valid_to"].max() for key in people}
    return {key: end.date() for key, end in ends.items() if pd.notna(end)}


def _refuse_later(then: People, now: People, on: date) -> None:
    """Refuse an event before something already recorded: history is not rewritten."""
    for name, change in changes(then, now).items():
        if len(change.put) or change.close:
            refuse(
                f"a change of these people or their household after {on} is recorded already", where=name,
                fix="give a day on or after it",
            )  # fmt: skip


def _write(transaction: Transaction, found: dict[str, Change], on: date) -> None:
    for name, change in found.items():
        if name in LINK_NAMES:
            transaction.amend_links(name, change.put, ended=change.close, valid_from=on)
            continue
        if len(change.put):
            transaction.put(name, change.put, valid_from=on)
        if change.close:
            transaction.close(name, change.close, valid_to=on)
