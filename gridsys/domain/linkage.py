"""The chain person → household → house → grid → map (人进户、户进房、房进格、格进图): its links and their failures."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Link(StrEnum):
    """The four links of the chain."""

    RESIDENCE = "residence"
    OCCUPANCY = "occupancy"
    PLACEMENT = "placement"
    DISPLAY = "display"

    @property
    def zh(self) -> str:
        """Return the Chinese name of the link."""
        return _ZH[self]


_ZH: Final = {
    Link.RESIDENCE: "人进户",
    Link.OCCUPANCY: "户进房",
    Link.PLACEMENT: "房进格",
    Link.DISPLAY: "格进图",
}


class LinkFailure(StrEnum):
    """Why a record did not link; the value is the reason code in tables and reports."""

    NO_HOUSEHOLD_GIVEN = "no-household-given"
    HOUSEHOLD_UNKNOWN = "household-unknown"
    NO_ROOM_GIVEN = "no-room-given"
    ROOM_UNKNOWN = "room-unknown"
    ROOM_UNDER_REVIEW = "room-under-review"
    NO_BUILDING_GIVEN = "no-building-given"
    BUILDING_UNKNOWN = "building-unknown"
    BUILDING_UNDER_REVIEW = "building-under-review"
    BUILDING_WITHOUT_POSITION = "building-without-position"
    BUILDING_OUTSIDE_GRIDS = "building-outside-grids"
    GRID_NOT_DRAWN = "grid-not-drawn"

    @property
    def link(self) -> Link:
        """Return the link that failed."""
        return _LINK_OF[self]

    @property
    def zh(self) -> str:
        """Return the reason in Chinese."""
        return _REASON_ZH[self]


_LINK_OF: Final = {
    LinkFailure.NO_HOUSEHOLD_GIVEN: Link.RESIDENCE,
    LinkFailure.HOUSEHOLD_UNKNOWN: Link.RESIDENCE,
    LinkFailure.NO_ROOM_GIVEN: Link.OCCUPANCY,
    LinkFailure.ROOM_UNKNOWN: Link.OCCUPANCY,
    LinkFailure.ROOM_UNDER_REVIEW: Link.OCCUPANCY,
    LinkFailure.NO_BUILDING_GIVEN: Link.PLACEMENT,
    LinkFailure.BUILDING_UNKNOWN: Link.PLACEMENT,
    LinkFailure.BUILDING_UNDER_REVIEW: Link.PLACEMENT,
    LinkFailure.BUILDING_WITHOUT_POSITION: Link.PLACEMENT,
    LinkFailure.BUILDING_OUTSIDE_GRIDS: Link.PLACEMENT,
    LinkFailure.GRID_NOT_DRAWN: Link.DISPLAY,
}
_REASON_ZH: Final = {
    LinkFailure.NO_HOUSEHOLD_GIVEN: "未填户标识",
    LinkFailure.HOUSEHOLD_UNKNOWN: "户标识不存在",
    LinkFailure.NO_ROOM_GIVEN: "未填房屋标识",
    LinkFailure.ROOM_UNKNOWN: "房屋标识不存在",
    LinkFailure.ROOM_UNDER_REVIEW: "房屋待人工核对",
    LinkFailure.NO_BUILDING_GIVEN: "未填楼栋标识",
    LinkFailure.BUILDING_UNKNOWN: "楼栋标识不存在",
    LinkFailure.BUILDING_UNDER_REVIEW: "楼栋待人工核对",
    LinkFailure.BUILDING_WITHOUT_POSITION: "楼栋无坐标",
    LinkFailure.BUILDING_OUTSIDE_GRIDS: "楼栋不在任何网格内",
    LinkFailure.GRID_NOT_DRAWN: "网格未上图",
}


class AddressDoubt(StrEnum):
    """Why an address was not linked by itself; the value is the reason code in the review list."""

    NOT_AN_ADDRESS = "not-an-address"
    NEAR_A_PLACE = "near-a-place"
    SEVERAL_ADDRESSES = "several-addresses"
    OUTSIDE = "outside-the-district"
    ROAD_UNKNOWN = "road-unknown"
    NUMBER_NOT_GIVEN = "number-not-given"
    NUMBER_UNKNOWN = "number-unknown"
    BUILDING_UNKNOWN = "building-unknown-at-address"
    ROOM_NOT_GIVEN = "room-not-given"
    ROOM_UNKNOWN = "room-unknown-at-address"
    SEVERAL_CANDIDATES = "several-candidates"
    WEAK = "likeness-too-weak"
    METHODS_DISAGREE = "methods-disagree"
    NO_POSITION_MATCH = "no-building-at-position"
    RECORD_UNKNOWN = "record-unknown"
    REJECTED = "rejected-in-review"

    @property
    def zh(self) -> str:
        """Return the reason in Chinese."""
        return _DOUBT[self][0]

    @property
    def en(self) -> str:
        """Return the reason in English."""
        return _DOUBT[self][1]


_DOUBT: Final = {
    AddressDoubt.NOT_AN_ADDRESS: ("不是地址", "the text is not an address"),
    AddressDoubt.NEAR_A_PLACE: ("只说在某处附近", "the text names a place near by, not the place itself"),
    AddressDoubt.SEVERAL_ADDRESSES: ("一栏填了多个地址", "the text holds more than one address"),
    AddressDoubt.OUTSIDE: ("不在本区", "the address lies in another district"),
    AddressDoubt.ROAD_UNKNOWN: ("路名或小区名查无", "no road or compound of that name is in the register"),
    AddressDoubt.NUMBER_NOT_GIVEN: ("未写门牌号", "the door number is not given"),
    AddressDoubt.NUMBER_UNKNOWN: ("该路无此门牌", "the road has no such door"),
    AddressDoubt.BUILDING_UNKNOWN: ("该门牌内无此楼", "there is no such building behind the door"),
    AddressDoubt.ROOM_NOT_GIVEN: ("未写房号，楼内不止一间", "the room is not given and the building has several"),
    AddressDoubt.ROOM_UNKNOWN: ("楼内无此房号", "the building has no such room"),
    AddressDoubt.SEVERAL_CANDIDATES: ("不止一处相符", "more than one place fits equally well"),
    AddressDoubt.WEAK: ("相符程度不足", "the best place does not fit well enough"),
    AddressDoubt.METHODS_DISAGREE: ("标识、地址、坐标互相矛盾", "code, address and position point to different places"),
    AddressDoubt.NO_POSITION_MATCH: ("坐标处无唯一楼栋", "no single building lies at the position"),
    AddressDoubt.RECORD_UNKNOWN: ("地址所属记录不存在", "the record the address belongs to is not there"),
    AddressDoubt.REJECTED: ("人工核对后否定", "a reviewer rejected the candidates"),
}
