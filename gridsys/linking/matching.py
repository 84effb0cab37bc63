"""An address against the register: every place that fits, how well, and whether one may be taken."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

from gridsys.domain.linkage import AddressDoubt
from gridsys.linking.address import Address, normalise, parse_address
from gridsys.linking.names import Named
from gridsys.linking.register import Register

Target = Literal["room", "building"]

THRESHOLD: Final = 0.85
"""A link needs at least this confidence …"""
MARGIN: Final = 0.08
"""… and at least this much more than the second best place has."""
SHOWN: Final = 5
"""Candidates kept for review."""

# What each part that does not simply agree leaves of the confidence (factors are multiplied; docs/linking.md).
OTHER_DISTRICT: Final = 0.5
OTHER_STREET: Final = 0.8
BUILDING_NOT_GIVEN: Final = 0.9
STAIRWELL_NOT_GIVEN: Final = 0.97
STAIRWELL_ONLY_OURS: Final = 0.95
FLOOR_OTHER: Final = 0.8
ROOM_NOT_GIVEN: Final = 0.9
SEVERAL_READINGS: Final = 0.98
REMARK: Final = 0.95
UNREAD: Final = 0.7
_NOTHING: Final = frozenset(
    ("不详", "不明", "未知", "同上", "同户主", "同前", "无", "空", "略", "待查", "无固定住所", "暂无")
)


class Candidate(NamedTuple):
    """A place (number of a room or building in the register) and how well it fits, 0–1."""

    place: int
    score: float


class Match(NamedTuple):
    """All places that fit, best first, and why the best is not a link (None: it is)."""

    candidates: tuple[Candidate, ...]
    doubt: AddressDoubt | None


def match_addresses(texts: Iterable[str], register: Register, target: Target) -> list[Match]:
    """Return what each address names in the register.

    The confidence of a place is a product of factors, one for each part of the address that does not simply agree: the
    name of the road, the building, the stairwell, … The numbers of door, building and room must be equal: one digit
    more or less is another place, not a slip. The best place is taken when its confidence is at least ``THRESHOLD``
    and at least ``MARGIN`` above the second; everything else is for review.

    Parameters
    ----------
    texts
        Addresses as written.
    register
        Where to look.
    target
        ``"room"`` or ``"building"``.

    Examples
    --------
    >>> import pandas as pd
    >>> buildings = pd.DataFrame({"address": ["牌楼胡同17号院2号楼"]}, index=pd.Index(["b1"], name="building_id"))
    >>> data = {"building_id": ["b1", "b1"], "stairwell": [1, 2], "number": ["402", "402"]}
    >>> register = Register(buildings, pd.DataFrame(data, index=pd.Index(["r1", "r2"], name="room_id")))
    >>> sure, unsure = match_addresses(["牌搂胡同１７号院二栋2门402", "牌楼胡同17号院2号楼402"], register, "room")
    >>> sure.candidates, sure.doubt
    ((Candidate(place=1, score=0.925),), None)
    >>> unsure.candidates, unsure.doubt.value
    ((Candidate(place=0, score=0.97), Candidate(place=1, score=0.97)), 'several-candidates')
    """
    return [_match(text, register, target) for text in normalise(texts)]


def _match(text: str, register: Register, target: Target) -> Match:
    readings = parse_address(text)
    best: dict[int, float] = {}
    doubts: list[AddressDoubt] = []
    for reading in readings:
        found, doubt = _candidates(reading, register, target)
        for place, score in found:
            best[place] = max(score, best.get(place, 0.0))
        if doubt is not None:
            doubts.append(doubt)
    several = SEVERAL_READINGS if len(readings) > 1 else 1.0
    candidates = tuple(
        sorted((Candidate(place, round(score * several, 4)) for place, score in best.items()), key=_order)
    )
    return Match(candidates[:SHOWN], _doubt(readings[0], candidates, doubts))


def _order(candidate: Candidate) -> tuple[float, int]:
    return -candidate.score, candidate.place


def _doubt(  # noqa: PLR0911 - one return for each reason
    reading: Address, candidates: tuple[Candidate, ...], doubts: list[AddressDoubt]
) -> AddressDoubt | None:
    if reading.near:
        return AddressDoubt.NEAR_A_PLACE
    if reading.several:
        return AddressDoubt.SEVERAL_ADDRESSES
    if not candidates:
        return doubts[0]
    if doubts and doubts[0] is AddressDoubt.ROOM_NOT_GIVEN and candidates[0].score < THRESHOLD:
        return AddressDoubt.ROOM_NOT_GIVEN
    if candidates[0].score < THRESHOLD:
        return AddressDoubt.WEAK
    if len(candidates) > 1 and candidates[0].score - candidates[1].score < MARGIN:
        return AddressDoubt.SEVERAL_CANDIDATES
    return None


def _candidates(
    address: Address, register: Register, target: Target
) -> tuple[list[tuple[int, float]], AddressDoubt | None]:
    """Return the places one reading fits, or the first thing that stands in the way."""
    if address.road in _NOTHING or not (address.road or address.number):
        return [], AddressDoubt.NOT_AN_ADDRESS
    address = register.settle(address)
    areas = _area_factor(address, register)
    if areas <= OTHER_DISTRICT:
        return [], AddressDoubt.OUTSIDE
    named = register.names.find(address.road)
    if not named:
        nothing = not address.number and not address.building
        return [], AddressDoubt.NOT_AN_ADDRESS if nothing else AddressDoubt.ROAD_UNKNOWN
    found: list[tuple[int, float]] = []
    doubt: AddressDoubt | None = None
    factor = areas * _rest_factor(address.rest)
    if address.compound and address.compound not in register.names:
        factor *= REMARK
    for name in named:
        places, why = register.at_door(name, address)
        scored, no_room = _behind_door(places, name, address, register, target)
        found += [(place, score * factor) for place, score in scored]
        doubt = doubt or why or no_room
    return found, doubt


def _area_factor(address: Address, register: Register) -> float:
    if not address.district or not register.district:
        return 1.0
    district = register.areas.get(address.district, address.district).removesuffix("区")
    return 1.0 if district == register.district else OTHER_DISTRICT


def _rest_factor(rest: str) -> float:
    if not rest:
        return 1.0
    return UNREAD if any(character.isdigit() for character in rest) else REMARK


def _behind_door(
    places: list[int], name: Named, address: Address, register: Register, target: Target
) -> tuple[list[tuple[int, float]], AddressDoubt | None]:
    found: list[tuple[int, float]] = []
    doubt: AddressDoubt | None = None
    chosen = 1.0 if address.building or len(places) < 2 else BUILDING_NOT_GIVEN  # noqa: PLR2004 - nothing to choose
    for place in places:
        factor = name.factor * chosen * _street_factor(place, address, register)
        if target == "building":
            found.append((place, factor))
            continue
        rooms, doubt = _rooms(place, address, register)
        found += [(room, factor * share) for room, share in rooms]
    return found, doubt if not found or doubt is AddressDoubt.ROOM_NOT_GIVEN else None


def _street_factor(place: int, address: Address, register: Register) -> float:
    part = register.parts[place]
    if not address.street or part is None or not part.street:
        return 1.0
    return 1.0 if register.areas.get(address.street, address.street) == part.street else OTHER_STREET


def _rooms(place: int, address: Address, register: Register) -> tuple[list[tuple[int, float]], AddressDoubt | None]:
    """Return the rooms of a building that fit."""
    if not address.room:
        every = [room for rooms in register.rooms[place].values() for room in rooms]
        if len(every) == 1:
            return [(every[0], ROOM_NOT_GIVEN)], None
        return [(room, ROOM_NOT_GIVEN / len(every)) for room in every[:SHOWN]], AddressDoubt.ROOM_NOT_GIVEN
    rooms = register.rooms[place].get(address.room, [])
    found = []
    for room in rooms:
        ours = register.stairwells[room]
        if address.stairwell and ours and address.stairwell != ours:
            continue
        factor = STAIRWELL_NOT_GIVEN if ours and not address.stairwell else 1.0
        factor *= STAIRWELL_ONLY_OURS if address.stairwell and not ours else 1.0
        factor *= FLOOR_OTHER if address.floor and not _on_floor(address) else 1.0
        found.append((room, factor))
    return found, None if found else AddressDoubt.ROOM_UNKNOWN


def _on_floor(address: Address) -> bool:
    """Whether floor and room agree, where the room's number names its floor (three digits and more)."""
    room = address.room
    return len(room) < 3 or not room.isdigit() or room[:-2] == address.floor  # noqa: PLR2004 - floor and two digits
