"""A Chinese address read into its parts (区、街道、社区、路、号、院、楼、单元、层、室)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Final, NamedTuple

from opencc import OpenCC

from gridsys.linking.numerals import NUMERALS, digits_to_numeral, numeral_to_digits

_SIMPLIFIER: Final = OpenCC("t2s")
_DASHES: Final = dict.fromkeys(map(ord, "‐‑‒–—―−﹣~"), "-")
_BREAKS: Final = dict.fromkeys(map(ord, "，、;；:：。.·|/\\_\"'“”‘’"), ",")
_TABLE: Final = _DASHES | _BREAKS | dict.fromkeys(map(ord, " \t\r\u3000\u200b\ufeff"))
_N: Final = f"[{NUMERALS}]"
_STEMS: Final = "甲乙丙丁戊己庚辛"

_LETTER_ZERO: Final = re.compile(r"(?<=\d)[OQ]|(?<![A-Z])[OQ](?=\d)")
_LETTER_ONE: Final = re.compile(r"(?<![A-Z])[IL](?=[\d号室楼院单层房])|(?<=[\d号楼元院])[IL]$")
_ROAD_ORDINAL: Final = re.compile(r"(\d{1,2})(?=条)")
_NUMBERED_DOOR: Final = re.compile(rf"{_N}+(?=号)")
_NUMBERED_UNIT: Final = re.compile(rf"{_N}+(?=号|栋|幢|座|楼|单元|门|层|室|房|户|院|-|$)")
_BRACKETS: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^】]*】")
_NEAR: Final = re.compile(
    r"对面|对过|附近|旁边?(?!门)|[东西南北]侧|路口|街口|交叉|交口|交汇|以[东西南北]|[往向][东西南北]|斜对|周边|之间|门[口前](?!\d)"
)
_NEAR_IN_BRACKETS: Final = re.compile(r"[(\[【][^()\[\]【】]*(?:对面|对过|附近|旁边|路口|斜对)")
_SEVERAL: Final = re.compile(r"现住|暂住|原住|户籍|或者?(?=\D*\d)|搬[到至]|改为")
_ADMIN: Final = re.compile(
    r"^(?:中国|中华人民共和国)?(?:北京市?|京)?(?:市辖区)?"
    r"(?P<district>[一-龥]{2,3}?(?<![小社园])区(?!\d)|(?<=京)[东西]城(?![门里路街胡大])|(?<=市)[东西]城(?![门里路街胡大]))?"
    r"(?P<street>[一-龥]{2,6}?街道)?(?:办事处|街道办|办)?"
    r"(?P<community>[一-龥]{2,8}?社区)?(?:居民委员会|居委会)?"
)
_BACKWARD: Final = re.compile(
    r"^((?:(?:底商)?\d+(?:-\d+)*(?:(?:室|号房|房|单元|门|层|号楼|栋|幢|座|楼|号院|号|院),*|,+))+)((?!底商)\D+)$"
)
_PIECES: Final = re.compile(r"(?:底商)?\d+(?:-\d+)*(?:室|号房|房|单元|门|层|号楼|栋|幢|座|楼|号院|号|院|(?=,))")
_DOOR: Final = re.compile(
    rf"^(?P<road>\D*?)(?P<lead>[{_STEMS}]?)(?P<number>\d+)(?P<mid>[{_STEMS}]?)"
    rf"(?:(?P<open>号)?(?P<court>大?院)?(?:之|附)(?P<sub>\d+)号?)?"
    rf"(?P<rest>.*)$"
)
_AFTER_DOOR: Final = re.compile(r"^(?P<sign>号)?(?P<tail>[甲乙丙丁戊己庚辛](?!座|栋|幢|楼))?(?P<court>大?院|门牌|内)?")
_PLACE: Final = re.compile(r"^(?P<place>[^\dA-Z号楼单元室层#-]{2,8})(?=\d)(?<!底商)(?<!商铺)(?<!门面)")
_BUILDING: Final = re.compile(
    r"^(?P<b>\d+|[A-Z]|[甲乙丙丁](?=座|栋|幢|楼|号楼))(?P<mark>号楼|号?栋|号?幢|号?座|#楼?|楼|号(?=\d+(?:单元|门|-)))"
)
_STAIR: Final = re.compile(r"^(?P<s>\d+)(?:号?单元|单|号?门)")
_FLOOR: Final = re.compile(r"^(?P<f>\d+)(?:层|楼|F)")
_ROOM: Final = re.compile(
    r"^(?P<shop>底商|商铺|门面)?(?P<r>\d+)(?:号房|室|房间?|号|户)?(?P<note>[^\d号楼院单元层栋幢座#-]*)$"
)
_DASHED: Final = re.compile(r"^(?P<parts>\d+(?:-\d+)+)(?:室|号|房)?$")


class Address(NamedTuple):
    """The parts of one reading of an address; ``""`` where a part is not given.

    ``number`` is the door's (号), with the stem in front (``"甲17"``) or a branch behind (``"17之2"``).
    ``compound`` is a name between the door and what lies behind it. ``loose`` says that ``building`` was written with
    a bare 楼, which may mean a floor. ``near`` and ``several``: the text names a place near by, or more than one place.
    ``rest`` is what no rule could read.
    """

    district: str = ""
    street: str = ""
    community: str = ""
    road: str = ""
    number: str = ""
    compound: str = ""
    building: str = ""
    stairwell: str = ""
    floor: str = ""
    room: str = ""
    loose: bool = False
    near: bool = False
    several: bool = False
    rest: str = ""


def normalise(texts: Iterable[str]) -> list[str]:
    """Return addresses in one spelling: half width, simplified characters, capitals, no spaces, digits for numbers.

    Commas are kept as the only sign between parts, dashes as ``-``, brackets as ``()``. Numerals become digits where
    they number a door, building, stairwell, floor or room, never inside the name of a road: 三条 stays, 3条 becomes
    三条.

    Examples
    --------
    >>> normalise(["東華門街道 牌樓衚衕１７號院二号楼１单元四〇二室", "石桥东1条十二号"])
    ['东华门街道牌楼胡同17号院2号楼1单元402室', '石桥东一条12号']
    """
    lines = [unicodedata.normalize("NFKC", text).replace("\n", " ") for text in texts]
    if not lines:
        return []
    plain = _SIMPLIFIER.convert("\n".join(lines)).upper().translate(_TABLE)
    return [_digits(line) for line in plain.split("\n")]


def _digits(text: str) -> str:
    text = _LETTER_ONE.sub("1", _LETTER_ZERO.sub("0", text))
    text = _ROAD_ORDINAL.sub(lambda match: digits_to_numeral(match[1]), text)
    door = re.search(r"\d", text)
    numbered = _NUMBERED_DOOR.search(text)
    start = min((match.start() for match in (door, numbered) if match), default=None)
    if start is None:
        return text
    if _NUMBERED_UNIT.match(text):  # written from small to large
        start = 0
    return text[:start] + _NUMBERED_UNIT.sub(lambda match: numeral_to_digits(match[0]), text[start:])


def parse_address(text: str) -> tuple[Address, ...]:
    """Return the readings of an address that :func:`normalise` has put in one spelling.

    There is more than one where its signs allow several: ``2-402`` is building and room, or stairwell and room. There
    is always at least one; what could not be read stands in ``rest``.

    Examples
    --------
    >>> (address,) = parse_address("北京市东城区东华门街道牌楼胡同17号院2号楼1单元402室")
    >>> address.street, address.road, address.number, address.building, address.stairwell, address.room
    ('东华门街道', '牌楼胡同', '17', '2', '1', '402')
    >>> [(reading.building, reading.stairwell, reading.room) for reading in parse_address("牌楼胡同17号院2-402")]
    [('2', '', '402'), ('', '2', '402')]
    """
    several = bool(_SEVERAL.search(text))
    near = False
    if "(" in text or "[" in text or "【" in text:
        near = bool(_NEAR_IN_BRACKETS.search(text))
        text = _without_brackets(text)
    near = near or bool(_NEAR.search(text))
    admin, body = _admin(text)
    if body[:1].isdigit() or body.startswith("底商"):
        admin, body = _forward(admin, body)
    match = _DOOR.match(body.replace(",", ""))
    if match is None:
        return (Address(*admin, road=body.strip(","), near=near, several=several),)
    number = (match["lead"] or match["mid"]) + str(int(match["number"]))
    if match["sub"]:
        number += f"之{int(match['sub'])}"
    after = _AFTER_DOOR.match(match["rest"])
    rest = match["rest"][after.end() :] if after else match["rest"]
    if after and after["tail"]:
        number = after["tail"] + number
    first = Address(*admin, road=match["road"], number=number, near=near, several=several)
    if re.match(r"号[楼栋幢座]", match["rest"]):  # 锦绣家园3号楼, or the block that is itself a door
        text = match["number"] + match["rest"]
        return (*_units(first._replace(number=""), text), *_units(first, match["rest"][2:]))
    if after and not after["sign"] and not after["court"] and not match["sub"]:
        return _unsigned(first, match["rest"])
    return _units(first, rest)


def _without_brackets(text: str) -> str:
    bare = _BRACKETS.sub("", text)
    return bare if re.search(r"\d", bare) else re.sub(r"[()\[\]【】]", "", text)


def _admin(text: str) -> tuple[tuple[str, str, str], str]:
    """Take the areas from the front, twice where they were written twice."""
    found = ["", "", ""]
    for _ in range(2):
        text = text.lstrip(",")
        match = _ADMIN.match(text)
        if match is None or not match.end():
            break
        found = [new or old for new, old in zip(match.group("district", "street", "community"), found, strict=True)]
        text = text[match.end() :]
    return (found[0] or "", found[1] or "", found[2] or ""), text.lstrip(",")


def _forward(admin: tuple[str, str, str], body: str) -> tuple[tuple[str, str, str], str]:
    """Turn an address written from small to large round."""
    match = _BACKWARD.match(body)
    if match is None:
        return admin, body
    units = "".join(reversed(_PIECES.findall(match[1])))
    return admin, match[2].replace(",", "") + units


def _unsigned(first: Address, rest: str) -> tuple[Address, ...]:
    """Read an address whose door has no 号: 锦绣家园3栋2门502, 牌楼胡同17-2-1-402."""
    text = first.number + rest
    building = _BUILDING.match(text)
    if building:
        return _units(first._replace(number=""), text)
    if not rest:
        return (first,)
    if rest[0] == "-":
        parts = rest[1:]
        if _ROOM.match(parts) or _DASHED.match(parts):
            branch = _ROOM.match(parts)
            if branch and rest.endswith("号"):  # 17-2号 is a door beside 17号
                return (first._replace(number=f"{first.number}之{int(branch['r'])}"),)
            return _units(first, parts)
    if _STAIR.match(text) or _FLOOR.match(text):
        return _units(first._replace(number=""), text)
    return _units(first, rest)


def _units(first: Address, text: str) -> tuple[Address, ...]:
    """Read building, stairwell, floor and room, in this order, each of them or none."""
    text = text.lstrip("-")
    if not text:
        return (first,)
    between = _PLACE.match(text)
    if between:
        first, text = first._replace(compound=between["place"]), text[between.end() :]
    building = stairwell = floor = room = ""
    loose = False
    match = _BUILDING.match(text)
    if match:
        building, loose, text = match["b"].lstrip("0"), match["mark"] == "楼", text[match.end() :].lstrip("-")
    match = _STAIR.match(text)
    if match:
        stairwell, text = str(int(match["s"])), text[match.end() :].lstrip("-")
    match = _FLOOR.match(text)
    if match:
        floor, text = str(int(match["f"])), text[match.end() :].lstrip("-")
    found = first._replace(building=building, stairwell=stairwell, floor=floor, loose=loose)
    match = _ROOM.match(text)
    if match:
        room = ("底商" if match["shop"] else "") + str(int(match["r"]))
        return (found._replace(room=room, rest=match["note"] or ""),)
    match = _DASHED.match(text)
    if match:
        return _dashed(found, tuple(str(int(part)) for part in match["parts"].split("-")))
    return (found._replace(rest=text),)


@cache
def _places(count: int, *, building: bool, stairwell: bool) -> tuple[tuple[str, ...], ...]:
    """Return what numbers joined by dashes can stand for."""
    if stairwell:
        return (("floor", "room"),) if count == 2 else ()  # noqa: PLR2004 - numbers joined
    if building:
        return {2: (("stairwell", "room"),), 3: (("stairwell", "floor", "room"),)}.get(count, ())
    return {2: (("building", "room"), ("stairwell", "room")), 3: (("building", "stairwell", "room"),)}.get(count, ())


def _dashed(found: Address, parts: tuple[str, ...]) -> tuple[Address, ...]:
    places = _places(len(parts), building=bool(found.building), stairwell=bool(found.stairwell))
    if not places:
        return (found._replace(rest="-".join(parts)),)
    return tuple(found._replace(**dict(zip(names, parts, strict=True))) for names in places)  # type: ignore[arg-type]
