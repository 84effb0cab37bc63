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
    NO_BUILDING_GIVEN = "no-building-given"
    BUILDING_UNKNOWN = "building-unknown"
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
    LinkFailure.NO_BUILDING_GIVEN: Link.PLACEMENT,
    LinkFailure.BUILDING_UNKNOWN: Link.PLACEMENT,
    LinkFailure.BUILDING_WITHOUT_POSITION: Link.PLACEMENT,
    LinkFailure.BUILDING_OUTSIDE_GRIDS: Link.PLACEMENT,
    LinkFailure.GRID_NOT_DRAWN: Link.DISPLAY,
}
_REASON_ZH: Final = {
    LinkFailure.NO_HOUSEHOLD_GIVEN: "未填户标识",
    LinkFailure.HOUSEHOLD_UNKNOWN: "户标识不存在",
    LinkFailure.NO_ROOM_GIVEN: "未填房屋标识",
    LinkFailure.ROOM_UNKNOWN: "房屋标识不存在",
    LinkFailure.NO_BUILDING_GIVEN: "未填楼栋标识",
    LinkFailure.BUILDING_UNKNOWN: "楼栋标识不存在",
    LinkFailure.BUILDING_WITHOUT_POSITION: "楼栋无坐标",
    LinkFailure.BUILDING_OUTSIDE_GRIDS: "楼栋不在任何网格内",
    LinkFailure.GRID_NOT_DRAWN: "网格未上图",
}
