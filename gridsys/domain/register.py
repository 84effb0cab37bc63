"""Events of the register of people (人口登记): births, deaths, moves, and households that part or join."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar, Final

_SHOWN: Final = 4
HEAD: Final = "head"
_SAME_PERSON: Final = {
    ("spouse", "child"): "child",
    ("spouse", "grandchild"): "grandchild",
    ("child", "spouse"): "parent",
    ("child", "child"): "sibling",
    ("child", "parent"): "grandparent",
    ("parent", "sibling"): "child",
    ("parent", "child"): "grandchild",
    ("sibling", "sibling"): "sibling",
    ("sibling", "parent"): "parent",
    ("sibling", "grandparent"): "grandparent",
    ("grandchild", "child"): "parent",
    ("grandchild", "spouse"): "grandparent",
    ("grandparent", "parent"): "child",
}
"""(New head, member), each as related to the old head → the member as related to the new; the likeliest reading."""


@dataclass(frozen=True, slots=True)
class Birth:
    """A birth (出生) on the day of the event: the child joins the mother's household.

    ``registered_id`` is the registered household (户籍户) the child is entered in, if any; ``relation`` is to the head.
    """

    kind: ClassVar[str] = "birth"
    child: str
    name: str
    sex: str
    mother: str
    relation: str = "child"
    registered_id: str | None = None


@dataclass(frozen=True, slots=True)
class Death:
    """A death (死亡): person, residence, registration and other homes end. ``head`` takes over where a head died."""

    kind: ClassVar[str] = "death"
    person_id: str
    head: str | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """A move in (迁入) from elsewhere: into a household there is, or with ``room_id`` into a new one.

    ``returning`` says that a person whose record ended has not died but comes back.
    """

    kind: ClassVar[str] = "arrive"
    person_id: str
    name: str
    sex: str
    birth_date: date
    household_id: str
    relation: str = HEAD
    room_id: str | None = None
    returning: bool = False


@dataclass(frozen=True, slots=True)
class Departure:
    """A move out (迁出) of persons; those registered in a room here stay on record unless ``deregister``."""

    kind: ClassVar[str] = "leave"
    people: tuple[str, ...]
    head: str | None = None
    deregister: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """A move within (迁移): persons with their relation to the head of the household they come to.

    With ``room_id`` the household is a new one. ``head`` takes over where a head leaves others behind.
    """

    kind: ClassVar[str] = "move"
    people: Mapping[str, str]
    household_id: str
    room_id: str | None = None
    head: str | None = None


@dataclass(frozen=True, slots=True)
class Rehousing:
    """A household that moves to another room with all its members (整户迁移)."""

    kind: ClassVar[str] = "rehouse"
    household_id: str
    room_id: str


@dataclass(frozen=True, slots=True)
class Split:
    """Some members of a household that set up their own (分户), in the same room unless ``room_id`` names another."""

    kind: ClassVar[str] = "split"
    household_id: str
    people: Mapping[str, str]
    new_household: str
    room_id: str | None = None
    head: str | None = None


@dataclass(frozen=True, slots=True)
class Merge:
    """A household that joins another (并户) and ends; who has no relation given is ``other`` to its head."""

    kind: ClassVar[str] = "merge"
    household_id: str
    into: str
    relations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Marriage:
    """A marriage (结婚): the spouse joins the person's household, or both set up a new one in ``room_id``.

    ``relation`` is the spouse's to the head of the household: ``spouse`` where the person is its head. ``heads`` take
    over, in any order, where a head leaves others behind.
    """

    kind: ClassVar[str] = "marriage"
    person_id: str
    spouse_id: str
    relation: str = "spouse"
    household_id: str | None = None
    room_id: str | None = None
    heads: tuple[str, ...] = ()


Event = Birth | Death | Arrival | Departure | Move | Rehousing | Split | Merge | Marriage
"""Any event of the register."""


def relation_to_new_head(member: str, new_head: str) -> str:
    """Return a member's relation to a new head, from the relations of both to the old one.

    What does not follow is ``other`` until somebody says.

    Examples
    --------
    >>> relation_to_new_head("child", "spouse"), relation_to_new_head("other", "child")
    ('child', 'other')
    """
    return _SAME_PERSON.get((new_head, member), "other")


def masked(person_id: str) -> str:
    """Return an identity number with all but the last four characters hidden.

    Examples
    --------
    >>> masked("990101195001010015")
    '**************0015'
    """
    return "*" * max(0, len(person_id) - _SHOWN) + person_id[-_SHOWN:]


def people_of(event: Event) -> tuple[str, ...]:
    """Return the persons an event names, those who take over as head among them.

    Examples
    --------
    >>> people_of(Marriage("p1", "p2"))
    ('p1', 'p2')
    """
    match event:
        case Birth():
            named: tuple[str, ...] = (event.child, event.mother)
        case Death():
            named = (event.person_id, *_given(event.head))
        case Arrival():
            named = (event.person_id,)
        case Departure() | Move() | Split():
            named = (*event.people, *_given(event.head))
        case Merge():
            named = tuple(event.relations)
        case Marriage():
            named = (event.person_id, event.spouse_id, *event.heads)
        case Rehousing():
            named = ()
    return named


def households_of(event: Event) -> tuple[str, ...]:
    """Return the households an event names; those the persons live in come with them.

    Examples
    --------
    >>> households_of(Merge("h2", into="h1"))
    ('h2', 'h1')
    """
    match event:
        case Arrival() | Move() | Rehousing():
            return (event.household_id,)
        case Marriage():
            return _given(event.household_id)
        case Split():
            return (event.household_id, event.new_household)
        case Merge():
            return (event.household_id, event.into)
        case Birth() | Death() | Departure():
            return ()


def room_of(event: Event) -> str | None:
    """Return the room an event names, if any.

    Examples
    --------
    >>> room_of(Rehousing("h1", "r9"))
    'r9'
    """
    return None if isinstance(event, Birth | Death | Departure | Merge) else event.room_id


def _given(value: str | None) -> tuple[str, ...]:
    return () if value is None else (value,)
