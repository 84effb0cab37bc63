"""The register of addresses that records are matched with: buildings by door, rooms by building."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Final

import pandas as pd

from gridsys.domain.linkage import AddressDoubt
from gridsys.linking.address import Address, normalise, parse_address
from gridsys.linking.names import Named, NameIndex

_AREA_TAIL: Final = re.compile(r"北京市?$|(?P<district>(?:东城|西城|朝阳|海淀|丰台|石景山|崇文|宣武)区)$")


class Register:
    """Buildings and rooms by the parts of their addresses.

    Parameters
    ----------
    buildings
        Frame of kind ``building``; ``address`` names its door, and its number inside (号楼) where a door has several.
    rooms
        Frame of kind ``room``: ``building_id``, ``stairwell``, ``number``.
    compounds
        Frame of kind ``compound``, whose ``name`` may stand for the door; left out when None.
    aliases
        Columns ``old`` and ``new``: former names of districts, streets and roads; none when None.
    district
        Name of the district all addresses lie in; not compared when empty.

    Attributes
    ----------
    unread
        Index ``building_id`` and ``address`` of the buildings whose own address could not be read; no record is
        matched with them by address.

    Examples
    --------
    >>> buildings = pd.DataFrame({"address": ["牌楼胡同17号院2号楼"]}, index=pd.Index(["b1"], name="building_id"))
    >>> rooms = pd.DataFrame(
    ...     {"building_id": ["b1"], "stairwell": [1], "number": ["402"]}, index=pd.Index(["r1"], name="room_id")
    ... )
    >>> Register(buildings, rooms).road_names
    ('牌楼胡同',)
    """

    def __init__(
        self,
        buildings: pd.DataFrame,
        rooms: pd.DataFrame,
        *,
        compounds: pd.DataFrame | None = None,
        aliases: pd.DataFrame | None = None,
        district: str = "",
    ) -> None:
        self.building_ids = [str(key) for key in buildings.index]
        self._doors = dict(zip(self.building_ids, buildings["address"].fillna("").astype(str), strict=True))
        self.room_ids = [str(key) for key in rooms.index]
        renamed = _renamed(aliases)
        self.areas: Mapping[str, str] = renamed
        self.district = district.removesuffix("区")
        self.doors: dict[tuple[str, str], list[int]] = defaultdict(list)
        self.compounds: dict[str, list[int]] = defaultdict(list)
        self.parts: list[Address | None] = []
        self.unread = self._read_buildings(buildings)
        if compounds is not None:
            self._read_compounds(buildings, compounds)
        self.rooms: list[dict[str, list[int]]] = [defaultdict(list) for _ in self.building_ids]
        self.stairwells: list[str] = []
        self.building_of: list[int] = []
        self._numbers: list[str] = []
        self._room_place: dict[str, int] | None = None
        self._read_rooms(rooms)
        self.road_names: tuple[str, ...] = tuple(sorted({road for road, _ in self.doors}))
        self.streets = {part.street for part in self.parts if part} - {""}
        self.names = NameIndex({*self.road_names, *self.compounds}, renamed, self.streets)

    def _read_buildings(self, buildings: pd.DataFrame) -> pd.DataFrame:
        addresses = buildings["address"]
        texts = normalise(addresses.fillna("").astype(str))
        unread = []
        for place, text in enumerate(texts):
            readings = parse_address(text)
            part = readings[0]
            sound = len(readings) == 1 and part.road and part.number and not part.rest
            self.parts.append(part if sound else None)
            if sound:
                self.doors[part.road, part.number].append(place)
            else:
                unread.append(place)
        return buildings.iloc[unread][["address"]]

    def _read_compounds(self, buildings: pd.DataFrame, compounds: pd.DataFrame) -> None:
        names = dict(zip(compounds.index, normalise(compounds["name"].fillna("").astype(str)), strict=True))
        for place, compound in enumerate(buildings["compound_id"].to_numpy(dtype=object)):
            name = names.get(compound, "")
            if name and not any(character.isdigit() for character in name) and self.parts[place]:
                self.compounds[name].append(place)

    def _read_rooms(self, rooms: pd.DataFrame) -> None:
        place_of = {key: place for place, key in enumerate(self.building_ids)}
        numbers = normalise(rooms["number"].fillna("").astype(str))
        self._numbers = [room_number(number) for number in numbers]
        stairs = rooms["stairwell"].astype("Int64").astype("str").where(rooms["stairwell"].notna(), "")
        self.stairwells = [str(stair) for stair in stairs]
        for room, (building, number) in enumerate(zip(rooms["building_id"].to_numpy(object), numbers, strict=True)):
            place = place_of.get(building, -1)
            self.building_of.append(place)
            if place >= 0:
                self.rooms[place][room_number(number)].append(room)

    def address_of(self, key: str) -> str:
        """Return the address of a building or room, to be read by people; empty for another key."""
        if key in self._doors:
            return self._doors[key]
        if self._room_place is None:
            self._room_place = {room: place for place, room in enumerate(self.room_ids)}
        place = self._room_place.get(key, -1)
        if place < 0 or self.building_of[place] < 0:
            return ""
        stair = f"{self.stairwells[place]}单元" if self.stairwells[place] else ""
        return f"{self._doors[self.building_ids[self.building_of[place]]]}{stair}{self._numbers[place]}室"

    def settle(self, address: Address) -> Address:
        """Return an address whose areas stand behind its road (牌楼胡同东华门街道东城区) with each in its place."""
        road = address.road
        if road in self.names:
            return address
        district, street = address.district, address.street
        for _ in range(4):
            tail = _AREA_TAIL.search(road)
            if tail:
                district = tail["district"] or district
                road = road[: tail.start()]
                continue
            behind = next((name for name in self.streets if road.endswith(name) and road != name), "")
            if not behind:
                break
            street, road = behind, road.removesuffix(behind)
        return (
            address
            if road == address.road or not road
            else address._replace(district=district, street=street, road=road)
        )

    def at_door(self, named: Named, address: Address) -> tuple[list[int], AddressDoubt | None]:
        """Return the buildings behind a door, of the number inside it where one is given, or why there are none."""
        road_door = self.doors.get((named.name, address.number))
        if road_door is not None:
            return self._numbered(road_door, address)
        if named.name in self.compounds:
            places = self.compounds[named.name]
            if address.number and not address.building:  # 锦绣家园3号 means its building 3
                address = address._replace(building=address.number, number="")
            if address.number:
                places = [place for place in places if self._part(place).number == address.number]
            return self._numbered(places, address)
        return [], AddressDoubt.NUMBER_UNKNOWN if address.number else AddressDoubt.NUMBER_NOT_GIVEN

    def _numbered(self, places: list[int], address: Address) -> tuple[list[int], AddressDoubt | None]:
        if not address.building:
            return places, None
        inside = [place for place in places if self._part(place).building == address.building]
        if not inside and address.loose and not any(self._part(place).building for place in places):
            return places, None  # a bare 楼 in a house without building numbers is a floor
        return inside, None if inside else AddressDoubt.BUILDING_UNKNOWN

    def _part(self, place: int) -> Address:
        part = self.parts[place]
        return part if part is not None else Address()


def room_number(number: str) -> str:
    """Return a room's number in one spelling.

    Examples
    --------
    >>> room_number("0402室"), room_number("底商2")
    ('402', '底商2')
    """
    bare = number.removesuffix("室").removesuffix("号")
    return bare.lstrip("0") or bare


def _renamed(aliases: pd.DataFrame | None) -> dict[str, str]:
    if aliases is None or aliases.empty:
        return {}
    old, new = (normalise(aliases[column].astype(str)) for column in ("old", "new"))
    return dict(zip(old, new, strict=True))
